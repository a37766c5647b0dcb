/*
 * The mount itself: made, found, detached.  For root by mount(2), for others
 * by fusermount3.  Its source is the home, so that who has a mount point can
 * be told from /proc/self/mounts.
 */
#ifndef FS_MOUNT_H
#define FS_MOUNT_H

#include <limits.h>
#include <stdbool.h>

#include "../ca/bytes.h"
#include "../ca/err.h"

#define MOUNT_TYPE	"fuse.pkifs"

/* An absolute path whose last component is not looked at: it may be dead. */
int	mount_path(const char *mountpoint, char to[PATH_MAX], struct err *);

struct mount_entry {
	char	type[64];
	char	source[PATH_MAX];
};
/* What is mounted on top at this path; 1, or 0: nothing. */
int	mount_find(const char *path, struct mount_entry *);

/*
 * Mount on `path`; the descriptor of /dev/fuse, close-on-exec, and the
 * FUSE_INIT the kernel sent.
 */
int	mount_attach(const char *home, const char *path, int *fd,
	    struct bytes *init, struct err *);
/* Lazily: open files go on until they are closed or nobody serves them. */
int	mount_detach(const char *path, struct err *);
/* Of a mount nobody serves any more: who waits for an answer gets an error. */
int	mount_abort(const char *path, struct err *);
/*
 * Before mounting, with the lock of the home held: detaches what is ours and
 * dead.  -1 when something living of ours is there; never stacks.
 */
int	mount_clear(const char *home, const char *path, struct err *);

#endif
