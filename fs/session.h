/*
 * The FUSE session of one core on the descriptor that main keeps: it is fed
 * the recorded FUSE_INIT, and before it reads anything else it asks the kernel
 * to send again what the core before it has not answered.
 */
#ifndef FS_SESSION_H
#define FS_SESSION_H

#include <stdbool.h>

#include "tree.h"

struct session_plan {
	int		 fd;		/* /dev/fuse, the session's */
	struct slice	 init;		/* copied */
	bool		 first;		/* nobody served this mount before */
	/* Once, from a worker: served, or this kernel cannot resend. */
	void		(*open)(bool served);
};

/* One in a process.  NULL and a sentence. */
struct fuse_session *session_new(const struct session_plan *, struct tree *,
		    struct err *);
/* Serves until the mount ends or session_end; 0, or a negative errno. */
int		 session_serve(struct fuse_session *);
/* From any other thread, as often as it takes. */
void		 session_end(struct fuse_session *);
void		 session_free(struct fuse_session *);

#endif
