/*
 * The one thread that tells the kernel and the herald which names changed:
 * never from a handler, holding no lock: the kernel takes the folder's lock for
 * it, which it may hold for the very operation that a handler answers.
 */
#ifndef FS_NOTIFIER_H
#define FS_NOTIFIER_H

#include "tree.h"

struct notifier;

struct notifier	*notifier_new(void);	/* starts its thread; queue is kept */
void		 notifier_free(struct notifier *);
/* Names are resolved by this tree and told to this session from now on. */
void		 notifier_attach(struct notifier *, struct fuse_session *,
		    struct tree *);
/* A connection to the herald and its thread id; fd -1: it is gone. */
void		 notifier_set_herald(struct notifier *, int fd, pid_t);
/* Publications of one batch of the committer wake its thread once. */
void		 notifier_hold(struct notifier *, bool hold);
struct publication_sink *notifier_sink(struct notifier *);

#endif
