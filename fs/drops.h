/*
 * The drop boxes: what users write into requests/, from the first octet to the
 * verdict (DESIGN 2.1).  A file is in the slab until it is registered; from
 * then on the store has its bytes, and each handle that writes has a staging
 * copy that replaces them only when a flush accepts it.
 *
 * One lock over the slab; it is never held over a question to the store, a
 * check of a request, a reply or anything else that takes time.
 */
#ifndef FS_DROPS_H
#define FS_DROPS_H

#include "nodes.h"
#include "slab.h"

struct drops;

struct drops	*drops_new(struct tree *, struct err *);
/* Takes up what the slab holds: errands must run by then. */
void		 drops_start(struct drops *);
void		 drops_free(struct drops *);
void		 drops_sweep(void *drops);	/* old scratch goes */

extern const struct node_acts box_acts, certificate_acts, drop_acts,
		refusal_acts;

/* A file of the slab, as the tree shows it. */
struct drop_info {
	uint64_t	id;
	int64_t		box, subscriber;
	size_t		row;
	uid_t		uid;
	gid_t		gid;
	usec_t		time;
	bool		registered;	/* only open: the store has it */
	bool		absent;		/* its .status alone is there */
	bool		staged;		/* a handle wrote: `size` is its */
	bool		timed;		/* somebody set its time */
	bool		makers;		/* no other uid's to touch, as yet */
	uint64_t	size;
	uint64_t	verdict;	/* number of its refusal; 0: none */
	char		name[256];
};
/* 1/0; the first finds a name that is shown, the second an id. */
int	drops_named(struct drops *, int64_t box, const char *name,
	    struct drop_info *);
int	drops_find(struct drops *, uint64_t id, struct drop_info *);
/* The first one shown in a box, or absent, whose id is greater; 1/0. */
int	drops_next(struct drops *, int64_t box, uint64_t after,
	    struct drop_info *);
/* One under the same slot's name, unregistered: its kin by suffix. */
int	drops_of_slot(struct drops *, int64_t box, const char *slot,
	    struct drop_info *);
/* One that was refused before it was made. */
int	drops_absent_of_slot(struct drops *, int64_t box, const char *slot,
	    struct drop_info *);
int	drops_content(struct drops *, uint64_t id, struct bytes *to);
/* The text of NAME.status while nothing is registered under the name. */
int	drops_refusal(struct drops *, size_t row, uint64_t verdict,
	    struct drop_info *, usec_t *when, struct bytes *to);
usec_t	drops_changed(struct drops *, int64_t box);

#endif
