/*
 * The mounted tree: one table of node classes from which lookup, getattr,
 * readdir, open and write all work.  DESIGN section 2.
 */
#ifndef FS_TREE_H
#define FS_TREE_H

#define FUSE_USE_VERSION 312
#include <fuse_lowlevel.h>

#include "../ca/authority.h"
#include "../status/publisher.h"

struct tree;

struct tree_parts {
	struct config	*config;
	struct store	*store;
	struct committer *committer;
	struct authority *authority;
	struct publisher *publisher;
	unsigned	(*roles_of)(uid_t);
	gid_t		(*role_gid)(enum role);	/* group shown by ls -l */
	/* Backing files of the kernel (backings.h), which main has. */
	bool		 passthrough;
	int		(*ask_backing)(uint64_t ino, const char *sha256);
	void		(*drop_backing)(uint32_t id);
	int		 slab;		/* memory file that outlives core */
	const char	*spool;		/* directory for what is too large */
	uid_t		 uid;		/* owner of what pkifs makes */
	gid_t		 gid;
};

struct tree	*tree_new(const struct tree_parts *, struct err *);
void		 tree_free(struct tree *);
extern const struct fuse_lowlevel_ops tree_operations;	/* userdata: tree */
/* The thread id whose creations are announcements; 0 while herald is away. */
void		 tree_set_herald(struct tree *, pid_t);
/*
 * How many of the folders around this event, from the inside, the hour's, the
 * day's, the month's and the year's, hold nothing but what came behind the
 * event `*last`, which is then this one.
 */
size_t		 tree_new_periods(struct tree *, const char *event,
		    int64_t *last);
int64_t		 tree_last_event(struct tree *);
/*
 * The herald is about to be sent this path.  A folder of ra/ or evidence/ that
 * has appeared is not there for it until it has made it: inotify then tells of a
 * new one.
 */
void		 tree_will_announce(struct tree *, const char *path);
/* Main's answer to parts->ask_backing. */
void		 tree_backed(struct tree *, uint64_t ino, uint32_t id);
/* Backing ids in use, BACKING_ROWS at most; how many. */
size_t		 tree_backing_ids(struct tree *, uint32_t *to);
/* Inode of a directory by its path below the mount; 0: no such directory. */
fuse_ino_t	 tree_resolve(struct tree *, const char *dir);
/*
 * The same, for a directory whose names may come to lead to another inode
 * while the kernel keeps them; 0: the kernel need not be told.  Telling takes
 * the directory's lock in the kernel, so it is never done where a caller
 * holds that lock and waits for a commit: in requests/ and revoke/.
 */
fuse_ino_t	 tree_folder_to_tell(struct tree *, const char *dir);

#endif
