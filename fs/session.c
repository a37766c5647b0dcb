/*
 * A session that takes over; see session.h.  The order is what matters:
 *
 *	the recorded INIT is read and answered.  The kernel knows that answer
 *	already unless the core before died in between: ENOENT, which is fine.
 *
 *	RESEND (Linux 6.9, here by its number) makes the kernel forget who read
 *	what.  A request read before it would come a second time while it is
 *	being worked on, so the other workers wait at a gate until it is out.
 *
 *	requests then come as ever; what was sent before has the highest bit of
 *	`unique` set, and request_note keeps that for the tree.  One that core
 *	after core ended over is answered here (tries.h).
 *
 * Buffers are made present before they are read into: a page fault in the
 * moment of a SIGKILL would end in EIO for the caller of a request.
 */
#include <sys/mman.h>
#include <sys/uio.h>

#include <errno.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "passthrough.h"
#include "resend.h"
#include "sandbox.h"
#include "session.h"
#include "tree_state.h"
#include "tries.h"

static struct {
	struct bytes	init;
	uint64_t	init_unique;
	bool		first, passthrough;
	atomic_bool	fed, answered;
	sem_t		gate;		/* a turnstile: whoever passes opens */
	atomic_bool	passed;		/* somebody did */
	void		(*open)(bool);
	pthread_t	server;
	atomic_bool	serving;
	struct tries	*tries;
	pthread_mutex_t	tries_lock;
	pthread_mutex_t	end_lock;
	bool		over;		/* nothing to end any more */
} session = { .tries_lock = PTHREAD_MUTEX_INITIALIZER,
	.end_lock = PTHREAD_MUTEX_INITIALIZER };

static ssize_t
feed_init(void *to, size_t room)
{
	if (session.init.size > room) {
		errno = EINVAL;
		return -1;
	}
	memcpy(to, session.init.data, session.init.size);
	return (ssize_t)session.init.size;
}

static void
make_present(void *buffer, size_t size)
{
	static _Thread_local void *known;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = (uintptr_t)buffer & ~(page - 1);
	uintptr_t end = ((uintptr_t)buffer + size + page - 1) & ~(page - 1);

	if (known == buffer)
		return;
	known = buffer;
#ifdef MADV_POPULATE_WRITE
	(void)madvise((void *)from, end - from, MADV_POPULATE_WRITE);
#else
	(void)from;
	(void)end;
#endif
}

static int
wait_at_gate(void)
{
	while (sem_wait(&session.gate) == -1)
		if (errno != EINTR)
			return -1;
	sem_post(&session.gate);
	atomic_store(&session.passed, true);
	return 0;
}

/* Was it tried often enough?  Each core is handed each request once. */
static bool
may_be_tried(void)
{
	bool may;

	if (!request_is_resent())
		return true;
	pthread_mutex_lock(&session.tries_lock);
	may = tries_may(session.tries, request_unique());
	pthread_mutex_unlock(&session.tries_lock);
	return may;
}

static void
answer_for_good(int fd, const struct fuse_in_header *request)
{
	struct fuse_out_header reply = { .len = sizeof(reply),
	    .error = -EIO, .unique = request->unique };

	log_line("core after core ended over a request (operation %u, uid %u): "
	    "it is answered EIO", request->opcode, request->uid);
	if (write(fd, &reply, sizeof(reply)) == -1 && errno != ENOENT)
		log_line("a request cannot be answered: %m");
}

static ssize_t
session_read(int fd, void *buffer, size_t room, void *tree)
{
	ssize_t n;

	if (!atomic_exchange(&session.fed, true))
		return feed_init(buffer, room);
	if (!atomic_load(&session.passed) && wait_at_gate() == -1)
		return -1;
	make_present(buffer, room);
	for (;;) {
		if ((n = read(fd, buffer, room)) <= 0)
			return n;
		request_note(buffer, (size_t)n);
		if ((size_t)n < sizeof(struct fuse_in_header) ||
		    may_be_tried())
			return n;
		answer_for_good(fd, buffer);
	}
}

static void
open_gate(int fd)
{
	bool served = session.first || requests_send_again(fd) == 0;

	if (served)
		sem_post(&session.gate);
	session.open(served);
}

static ssize_t
session_writev(int fd, struct iovec *iov, int count, void *tree)
{
	const struct fuse_out_header *head = iov[0].iov_base;
	uint32_t size = head->len;
	bool is_init = head->unique == session.init_unique;
	int32_t error = head->error;
	ssize_t n;

	if (is_init && count > 1 && session.passthrough)
		passthrough_accept(iov[1].iov_base, iov[1].iov_len);
	n = writev(fd, iov, count);
	if (!is_init || atomic_exchange(&session.answered, true))
		return n;
	if (n == -1 && errno == ENOENT)
		n = (ssize_t)size;
	if (n != -1 && error == 0)
		open_gate(fd);
	return n;
}

struct fuse_session *
session_new(const struct session_plan *plan, struct tree *tree,
    struct err *err)
{
	static const struct fuse_custom_io io = {
		.read = session_read, .writev = session_writev
	};
	char *argv[] = { "pkifs", NULL };
	struct fuse_args args = FUSE_ARGS_INIT(1, argv);
	struct fuse_in_header head;
	struct fuse_session *se;
	int rc;

	if (plan->init.size < sizeof(head)) {
		err_set(err, EBADMSG, "the recorded INIT is too short");
		return NULL;
	}
	memcpy(&head, plan->init.data, sizeof(head));
	bytes_copy(&session.init, plan->init);
	session.init_unique = head.unique;
	session.first = plan->first;
	session.open = plan->open;
	session.passthrough = passthrough_offered(plan->init);
	session.tries = slab_tries(tree->slab);
	tries_begin(session.tries);
	sem_init(&session.gate, 0, 0);
	se = fuse_session_new(&args, &tree_operations, sizeof(tree_operations),
	    tree);
	if (se == NULL) {
		err_set(err, EINVAL, "libfuse makes no session");
		return NULL;
	}
	if ((rc = fuse_session_custom_io(se, &io, plan->fd)) != 0) {
		err_set(err, -rc, "fuse_session_custom_io: %s", strerror(-rc));
		fuse_session_destroy(se);
		return NULL;
	}
	return se;
}

static void
wake(int signal)
{
}

/* The next core is to know that this one ended by a fault of its own. */
static void
note_fault(int signal)
{
	tries_end(session.tries, TRIES_FAULTED);
}

/*
 * Sanitizers have handlers of their own for all but the first; where they end
 * the process it counts as killed.
 */
static void
watch_faults(void)
{
	static const int faults[] = { SIGABRT, SIGBUS, SIGFPE, SIGILL,
	    SIGSEGV };
	struct sigaction action = { .sa_handler = note_fault,
	    .sa_flags = SA_RESETHAND };
	size_t i, count = sizeof(faults) / sizeof(faults[0]);

	for (i = 0; i < (SANDBOX_SANITIZED ? 1 : count); i++)
		sigaction(faults[i], &action, NULL);
}

int
session_serve(struct fuse_session *se)
{
	struct sigaction action = { .sa_handler = wake };
	struct fuse_loop_config *config;
	int rc;

	/* libfuse 3.14 sleeps in a semaphore that only a signal ends. */
	sigaction(SIGUSR1, &action, NULL);
	watch_faults();
	session.server = pthread_self();
	atomic_store(&session.serving, true);
	if ((config = fuse_loop_cfg_create()) == NULL)
		die("out of memory");
	/* clone_fd would keep requests that nobody can hand over. */
	fuse_loop_cfg_set_clone_fd(config, 0);
	rc = fuse_session_loop_mt(se, config);
	atomic_store(&session.serving, false);
	fuse_loop_cfg_destroy(config);
	return rc;
}

void
session_end(struct fuse_session *se)
{
	/* Asked again and again, perhaps while session_free runs. */
	pthread_mutex_lock(&session.end_lock);
	if (!session.over) {
		tries_end(session.tries, TRIES_LEFT);
		fuse_session_exit(se);
		if (atomic_load(&session.serving))
			pthread_kill(session.server, SIGUSR1);
	}
	pthread_mutex_unlock(&session.end_lock);
}

void
session_free(struct fuse_session *se)
{
	if (se == NULL)
		return;
	pthread_mutex_lock(&session.end_lock);
	session.over = true;
	pthread_mutex_unlock(&session.end_lock);
	fuse_session_destroy(se);
	sem_destroy(&session.gate);
	bytes_free(&session.init);
}
