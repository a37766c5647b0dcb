/*
 * What the files of the drops share: drops.c (what is there), drop_handles.c
 * (open to release), drop_target.c (what a write works on), drop_attr.c (size
 * and time), drop_submit.c (the verdict), drop_folders.c (create, unlink),
 * drop_renames.c and the other drop_*.c, and the files that are written as
 * drops are: control_files.c, proof_files.c and desk_folders.c.
 */
#ifndef FS_DROPS_PRIVATE_H
#define FS_DROPS_PRIVATE_H

#include <pthread.h>

#include "drop_names.h"
#include "drop_rules.h"
#include "tree_state.h"

struct submission;

struct drops {
	struct tree		*tree;
	pthread_mutex_t		 lock;
	unsigned short		 opens[SLAB_FILES];
	uint64_t		 writer[SLAB_FILES];	/* staged last */
	struct submission	*under_way;
	bool			 ids_ordered;	/* a block is on its way */
};

static inline void
drops_lock(struct drops *drops)
{
	pthread_mutex_lock(&drops->lock);
}

static inline void
drops_unlock(struct drops *drops)
{
	pthread_mutex_unlock(&drops->lock);
}

/* A file that somebody may have written. */
static inline bool
node_is_drop(struct node node)
{
	return (node.class == NODE_DROP || node.class == NODE_DESK_FILE);
}

/* drops.c */
void	drops_look(struct drops *, struct ask *, struct node folder,
	    const char *name, struct found *);
bool	drop_is_scratch(const struct slab_file *);
/* More ids before these are used up; without the lock. */
void	drops_order_ids(struct drops *);
/* What the store has of a file, wherever; and its bytes, if asked for. */
int	drops_stored(struct ask *, uint64_t file, struct stored *,
	    struct bytes *);
/* As struct drop, of a box; the bytes are borrowed. */
void	drop_of_order(const struct drop_order *, struct drop *);

/* With the lock held. */
void	drops_forget_if_unused(struct drops *, struct slab_file *);
void	drops_note_refusal(struct drops *, struct slab_file *, int code,
	    const char *reason);
void	drops_note_change(struct drops *, struct slab_file *);
/* The store has it, its bytes and who wrote them. */
void	drops_note_registered(struct drops *, struct slab_file *);
/* Its name leads nowhere now: somebody removed it, or DROP_REFUSED. */
#define DROP_REFUSED	((uid_t)-1)
void	drops_note_gone(struct drops *, struct slab_file *, uid_t);

/* drop_handles.c: a new handle; fills fi.  NULL: too many are open. */
struct slab_handle *drop_handle_new(struct drops *, uint64_t file, uid_t,
	    struct fuse_file_info *);
/* Opens what was found, lock held; 0 or an errno. */
struct drop_opener {
	uid_t		uid;
	gid_t		gid;		/* of the file */
	uint64_t	most;		/* how large it may become */
};
int	drop_open_locked(struct drops *, uint64_t file, const struct found *,
	    const struct drop_opener *, struct fuse_file_info *);

/* The handle of a request, if it is of this file; with the lock held. */
struct slab_handle *drop_handle_of(struct drops *, struct node,
	    struct fuse_file_info *);

/* drop_target.c: what a handle's write or ftruncate works on. */
struct target {
	struct slab_handle *handle;
	struct slab_file   *file;
	struct slab_bytes  *bytes;
	bool		    scratch;
};

#define DROP_IS_ANOTHERS	"it belongs to uid %u until it has a name " \
	"that counts"
/*
 * With the lock held: may this uid change what nobody registered?  0, which
 * notes that it does, or EPERM, which is told where the rules say.
 */
int	drop_may_alter(struct drops *, struct slab_file *, uid_t);
#define DROP_TOO_LARGE	"it is larger than %llu octets, the most that a " \
	"request may have: nothing of it is kept"
/*
 * With the lock held: more than may be was written, or asked for.  Under a
 * request name that stands in its .status, and whatever the handle wrote (or
 * NULL) counts for nothing.
 */
void	drop_refuse_size(struct drops *, struct slab_file *,
	    struct slab_handle *, uid_t);
/* The same, told where the rules say to whom. */
void	drop_too_large(struct drops *, int64_t box, const char *name, uid_t,
	    uint64_t most);
/* With the lock held; 0 or an errno. */
int	drop_find_target(struct drops *, struct node,
	    struct fuse_file_info *, const struct bytes *registered,
	    uint64_t end, struct target *);
/*
 * Bytes are missing from what this handle writes; where any bytes count, the
 * rest must never be taken for the whole.  With the lock held.
 */
void	drop_spoil(struct drops *, struct node, struct fuse_file_info *,
	    int code);
/*
 * The registered bytes, when a handle will need them to begin its staging: a
 * question to the store, so it is asked before the lock is taken for good.
 */
void	drop_fetch_registered(struct drops *, struct node,
	    struct fuse_file_info *, struct bytes *to);

/* drop_attr.c */
void	drop_setattr(fuse_req_t, struct tree *, struct node,
	    const struct stat *, int, struct fuse_file_info *);

/* drop_submit.c */
void	drop_flush(fuse_req_t, struct tree *, struct node,
	    struct fuse_file_info *);
/* With the lock held; the bytes of `from` are copied.  0 or an errno. */
int	drop_order_fill(struct drop_order *, const struct slab_file *,
	    const struct slab_bytes *from, uid_t);
struct rename_act {		/* a scratch file becomes a request */
	uint64_t	file;
	uint64_t	target;	/* whose bytes it replaces; 0: none */
	int64_t		box;
	char		name[256];
	uid_t		uid;
	uint64_t	most;
};
void	drop_submit_rename(fuse_req_t, struct drops *,
	    const struct rename_act *);

/*
 * drop_absent.c: NAME.csr was refused before it was made, so that only its
 * NAME.status says why, for a while; and it is made after all (lock held).
 */
struct drop_place {
	int64_t		box, subscriber;
	const char	*name;
	uid_t		uid;
	gid_t		gid;
};
void	drop_note_absent(struct drops *, const struct drop_place *,
	    const struct err *);
void	drop_is_made(struct drops *, int64_t box, const char *name);

/* drop_folders.c, drop_renames.c */
void	drop_create(fuse_req_t, struct tree *, struct node, const char *,
	    struct fuse_file_info *);
void	drop_unlink(fuse_req_t, struct tree *, struct node, const char *);
void	drop_rename(fuse_req_t, struct tree *, struct node, const char *,
	    struct node, const char *, unsigned);

/*
 * drop_junk.c: last handle closed on what is no request: its event and status.
 * With the lock held.
 */
void	drop_record_junk(struct drops *, struct slab_file *);
void	drop_record_overwrite(struct drops *, const struct slab_file *,
	    const struct slab_handle *);

#endif
