/*
 * Telling the kernel; see invalidator.h.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ca/err.h"
#include "child.h"
#include "invalidator.h"

struct invalidator {
	struct fuse_session *se;
	pthread_t	 thread;
	pthread_mutex_t	 lock;
	pthread_cond_t	 asked, done;
	fuse_ino_t	 folder;	/* 0: nothing to be told */
	const char	*name;
	size_t		 size;
	bool		 leaving;
};

/*
 * Descriptors are closed here only: the others keep theirs.  Where the kernel
 * does not allow it all goes on as well, but for the case of invalidator.h.
 */
static void
keep_only(int fd)
{
	if (unshare(CLONE_FILES) == -1) {
		log_line("the invalidator has no files of its own: %s",
		    strerror(errno));
		return;
	}
	if ((fd > 0 && close_range(0, (unsigned)fd - 1, 0) == -1) ||
	    close_range((unsigned)fd + 1, UINT_MAX, 0) == -1)
		die("close_range: %m");
}

static void *
run(void *arg)
{
	struct invalidator *i = arg;

	pthread_setname_np(pthread_self(), CHILD_LINGERS);
	keep_only(fuse_session_fd(i->se));
	pthread_mutex_lock(&i->lock);
	while (!i->leaving) {
		if (i->folder == 0) {
			pthread_cond_wait(&i->asked, &i->lock);
			continue;
		}
		pthread_mutex_unlock(&i->lock);
		/* ENOENT: the kernel does not know the name, which is fine. */
		(void)fuse_lowlevel_notify_inval_entry(i->se, i->folder,
		    i->name, i->size);
		pthread_mutex_lock(&i->lock);
		i->folder = 0;
		pthread_cond_signal(&i->done);
	}
	pthread_mutex_unlock(&i->lock);
	return NULL;
}

struct invalidator *
invalidator_new(struct fuse_session *se)
{
	struct invalidator *i;

	if ((i = calloc(1, sizeof(*i))) == NULL)
		die("out of memory");
	i->se = se;
	pthread_mutex_init(&i->lock, NULL);
	pthread_cond_init(&i->asked, NULL);
	pthread_cond_init(&i->done, NULL);
	if (pthread_create(&i->thread, NULL, run, i) != 0)
		die("no thread for the invalidator");
	return i;
}

void
invalidator_free(struct invalidator *i)
{
	if (i == NULL)
		return;
	pthread_mutex_lock(&i->lock);
	i->leaving = true;
	pthread_cond_signal(&i->asked);
	pthread_mutex_unlock(&i->lock);
	pthread_join(i->thread, NULL);
	pthread_cond_destroy(&i->asked);
	pthread_cond_destroy(&i->done);
	pthread_mutex_destroy(&i->lock);
	free(i);
}

void
invalidator_forget(struct invalidator *i, fuse_ino_t folder, const char *name,
    size_t size)
{
	pthread_mutex_lock(&i->lock);
	i->folder = folder;
	i->name = name;
	i->size = size;
	pthread_cond_signal(&i->asked);
	while (i->folder != 0)
		pthread_cond_wait(&i->done, &i->lock);
	pthread_mutex_unlock(&i->lock);
}
