/*
 * What the files of the drop boxes share: drops.c (what is there),
 * drop_handles.c (open to release), drop_attr.c (size and time),
 * drop_submit.c (the verdict) and drop_folders.c (create, unlink, rename).
 */
#ifndef FS_DROPS_PRIVATE_H
#define FS_DROPS_PRIVATE_H

#include <pthread.h>

#include "drop_names.h"
#include "drops.h"
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

/* What a name in a box leads to. */
struct found {
	struct node	 node;
	bool		 there;
	bool		 in_store;	/* `slot` is set */
	bool		 in_slab;	/* `info` is set */
	struct slot	 slot;
	struct drop_info info;
};
void	drops_look(struct drops *, struct ask *, int64_t box,
	    const char *name, struct found *);
/* May this uid act on it?  0 or an errno. */
int	drops_may_change(struct ask *, const struct found *, uid_t);
/* May this uid drop here?  `scratch`: open requests do not count. */
int	drops_may_drop(struct drops *, int64_t box, uid_t, bool scratch);
/* Whose files these will be: subscriber and its group. */
void	drops_owner(struct ask *, int64_t box, uid_t, int64_t *subscriber,
	    gid_t *gid);
bool	drop_is_scratch(const struct slab_file *);
/* More ids before these are used up; without the lock. */
void	drops_order_ids(struct drops *);
/* The registered bytes, if the store has any of this file. */
int	drops_registered(struct ask *, uint64_t file, struct slot *,
	    struct bytes *);

/* With the lock held. */
void	drops_forget_if_unused(struct drops *, struct slab_file *);
void	drops_note_refusal(struct drops *, struct slab_file *, int code,
	    const char *reason);
void	drops_note_change(struct drops *, struct slab_file *);

/* drop_handles.c: a new handle; fills fi.  NULL: too many are open. */
struct slab_handle *drop_handle_new(struct drops *, uint64_t file, uid_t,
	    struct fuse_file_info *);
/* Opens what was found, lock held; 0 or an errno. */
int	drop_open_locked(struct drops *, uint64_t file, const struct found *,
	    gid_t, uid_t, struct fuse_file_info *);

/* What a handle's write or ftruncate works on. */
struct target {
	struct slab_handle *handle;
	struct slab_file   *file;
	struct slab_bytes  *bytes;
	bool		    scratch;
};

/* With the lock held; 0 or an errno. */
int	drop_find_target(struct drops *, struct node,
	    struct fuse_file_info *, const struct bytes *registered,
	    uint64_t end, struct target *);
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
/*
 * Last handle closed on what is no request: its event and status.  With the
 * lock held.
 */
void	drop_record_junk(struct drops *, struct slab_file *);
void	drop_record_overwrite(struct drops *, const struct slab_file *,
	    const struct slab_handle *);
struct rename_act {		/* a scratch file becomes a request */
	uint64_t	file;
	int64_t		box;
	char		name[256];
	uid_t		uid;
};
void	drop_submit_rename(fuse_req_t, struct drops *,
	    const struct rename_act *);

#endif
