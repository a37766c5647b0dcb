/*
 * What holds for files where they lie: in a box of requests/ or in a folder of
 * the registration desk.  Staging, handles and names are the same for both;
 * where they differ each has a row of functions.
 */
#ifndef FS_DROP_RULES_H
#define FS_DROP_RULES_H

#include "drops.h"

/* What the store has of a file. */
struct stored {
	uint64_t	file;
	int64_t		box;		/* as slab_file.box */
	int64_t		slot, subscriber;	/* of a request */
	uid_t		uid;
	usec_t		mtime;
	size_t		size;
	char		sha256[SHA256_TEXT], name[256];
};

/* What a name in a folder leads to. */
struct found {
	struct node	 node;
	int64_t		 box;		/* where a file of that name is */
	bool		 there;
	bool		 in_store;	/* `stored` is set */
	bool		 in_slab;	/* `info` is set */
	struct stored	 stored;
	struct drop_info info;
};

/* Bytes on their way to the authority. */
struct drop_order {
	struct drops	*drops;
	int64_t		 box;
	uint64_t	 file;		/* whose bytes they will be */
	uid_t		 uid;
	usec_t		 mtime;
	bool		 renamed;	/* else flushed */
	char		 name[256];
	int64_t		 origin;	/* as slab_file.origin */
	char		 origin_name[256];
	struct bytes	 bytes;
	/* Called once.  `kept`: the store has them, whatever the fault. */
	void		(*done)(struct drop_order *, bool kept,
			    const struct err *fault);
};

struct drop_rules {
	enum node_class	 class;		/* of the files */
	/* A name that somebody gave stays with what is faulty. */
	bool		 keeps_faulty;
	/* What nobody registered yet is its maker's alone. */
	bool		 makers_alone;

	/* With a view, or without any. */
	bool	(*is_scratch)(int64_t box, const char *name);
	/* Its form, and what stands beside it; 0 or an errno. */
	int	(*check_name)(struct ask *, int64_t box, const char *name);
	/* Whose files these will be. */
	void	(*owner)(struct ask *, int64_t box, uid_t,
		    int64_t *subscriber, gid_t *);
	int	(*stored)(struct ask *, uint64_t file, struct stored *);
	/* It stands in the store as refused. */
	bool	(*is_refused)(struct ask *, const struct stored *);

	/*
	 * These take views of their own.  May this uid make or overwrite it:
	 * 0 or an errno; how large it may become; of the first, why not.
	 */
	int	(*may_drop)(struct drops *, int64_t box, const char *name,
		    uid_t, uint64_t *most, struct err *);
	int	(*may_change)(struct drops *, const struct found *, uid_t,
		    uint64_t *most);
	/*
	 * What the write says that completes it, and the flush.  NULL: any
	 * bytes count, so that a handle that lost some is spoiled.
	 */
	int	(*check)(struct drops *, struct slice, struct err *);
	int	(*whole)(struct slice, struct err *);	/* 1/0 */
	void	(*submit)(struct drop_order *);
	/* What never was one, by a rename: recorded, and done; or NULL. */
	void	(*turn_away)(struct drop_order *, const struct err *);
	/* These wait for a commit. */
	int	(*remove)(struct drops *, const struct stored *, uid_t,
		    struct err *);
	int	(*rename)(struct drops *, uint64_t file, int64_t box,
		    const char *name, uid_t, struct err *);
	int	(*set_time)(struct drops *, uint64_t file, usec_t,
		    struct err *);
	/* Refused with the lock held: where that is to be told; or NULL. */
	void	(*refused)(struct drops *, int64_t box, const char *name,
		    uid_t, const struct err *);
	/* Somebody opened it to read it; or NULL. */
	void	(*was_read)(struct drops *, uint64_t file, uid_t);
};

extern const struct drop_rules	box_rules, desk_rules;

static inline const struct drop_rules *
drop_rules_of(int64_t box)
{
	return (box < 0 ? &desk_rules : &box_rules);
}

#endif
