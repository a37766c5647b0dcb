/*
 * The responder's side of docs/PROTOCOL.responder; see link.h.
 */
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ca/err.h"
#include "link.h"

#define SOCKET		"responder.sock"
#define WAITING_MOST	512		/* questions under way */
#define PATIENCE	(2 * USEC)	/* for an answer */
#define AGAIN		(USEC / 4)	/* between two tries to connect */
#define TICK		USEC

struct question {
	struct question	*next;
	uint64_t	 number;
	usec_t		 until;
	link_done	*done;
	void		*arg;
};

struct link {
	int		 run, wake;
	struct link_ears ears;
	pthread_t	 thread;
	bool		 started;
	int		 fd;		/* the thread's; -1 */
	struct bytes	 in;		/* the thread's */
	usec_t		 again, tick;	/* the thread's; steady */
	pthread_mutex_t	 mutex;		/* of what follows */
	bool		 closed;
	struct bytes	 out;
	struct question	*first;		/* in the order they were asked */
	size_t		 count;
	uint64_t	 numbers, connections;
	bool		 there;		/* it said hello */
	bool		 known;		/* once it did */
	unsigned char	 hashes[2][2][32];
};

/* The working folder is the process's: one link connects at a time. */
static pthread_mutex_t connecting = PTHREAD_MUTEX_INITIALIZER;

struct link *
link_new(const char *run, struct err *err)
{
	struct link *l = calloc(1, sizeof *l);

	if (l == NULL || pthread_mutex_init(&l->mutex, NULL) != 0)
		die("out of memory");
	l->fd = -1;
	l->run = open(run, O_PATH | O_DIRECTORY | O_CLOEXEC);
	l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (l->run == -1 || l->wake == -1) {
		err_set(err, errno, "%s: %s", run, strerror(errno));
		link_free(l);
		return NULL;
	}
	return l;
}

static void
wake(struct link *l)
{
	uint64_t one = 1;

	(void)!write(l->wake, &one, sizeof one);
}

/* --- what is asked ------------------------------------------------------- */

int
link_serves(struct link *l, const struct ocsp_ids *ids)
{
	const struct ocsp_id *id;
	int serves = 1;
	size_t size;

	pthread_mutex_lock(&l->mutex);
	if (!l->known)
		serves = -1;
	for (size_t i = 0; i < ids->count && serves == 1; i++) {
		id = &ids->id[i];
		size = id->hash == OCSP_SHA1 ? 20 : 32;
		if (id->hash == OCSP_OTHER_HASH ||
		    memcmp(l->hashes[id->hash][0], id->name_hash.data,
		    size) != 0 ||
		    memcmp(l->hashes[id->hash][1], id->key_hash.data,
		    size) != 0)
			serves = 0;
	}
	pthread_mutex_unlock(&l->mutex);
	return serves;
}

uint64_t
link_connection(struct link *l)
{
	uint64_t connection;

	pthread_mutex_lock(&l->mutex);
	connection = l->there ? l->connections : 0;
	pthread_mutex_unlock(&l->mutex);
	return connection;
}

void
link_ask(struct link *l, struct slice request, bool fresh, link_done *done,
    void *arg)
{
	struct responder_question q = { .fresh = fresh, .request = request };
	struct question *asked = NULL, **at;

	pthread_mutex_lock(&l->mutex);
	if (l->there && l->count < WAITING_MOST && !l->closed) {
		if ((asked = calloc(1, sizeof *asked)) == NULL)
			die("out of memory");
		*asked = (struct question){ .number = ++l->numbers,
		    .until = clock_steady() + PATIENCE, .done = done,
		    .arg = arg };
		for (at = &l->first; *at != NULL; at = &(*at)->next)
			;
		*at = asked;
		l->count++;
		q.number = asked->number;
		responder_question_put(&l->out, &q);
	}
	pthread_mutex_unlock(&l->mutex);
	if (asked != NULL)
		wake(l);
	else
		done(arg, NULL, 0);
}

/* --- what is heard ------------------------------------------------------- */

static struct question *
cut(struct link *l, uint64_t number)
{
	struct question **at, *q;

	pthread_mutex_lock(&l->mutex);
	for (at = &l->first; *at != NULL && (*at)->number != number;
	    at = &(*at)->next)
		;
	if ((q = *at) != NULL) {
		*at = q->next;
		l->count--;
	}
	pthread_mutex_unlock(&l->mutex);
	return q;
}

/* The first, when it waited too long, or in any case. */
static struct question *
cut_first(struct link *l, bool any)
{
	uint64_t number = 0;

	pthread_mutex_lock(&l->mutex);
	if (l->first != NULL &&
	    (any || l->first->until <= clock_steady()))
		number = l->first->number;
	pthread_mutex_unlock(&l->mutex);
	return number == 0 ? NULL : cut(l, number);
}

static void
give_up(struct link *l, bool all)
{
	struct question *q;

	while ((q = cut_first(l, all)) != NULL) {
		q->done(q->arg, NULL, 0);
		free(q);
	}
}

static void
hang_up(struct link *l)
{
	if (l->fd != -1)
		close(l->fd);
	l->fd = -1;
	bytes_clear(&l->in);
	pthread_mutex_lock(&l->mutex);
	l->there = false;
	bytes_clear(&l->out);
	pthread_mutex_unlock(&l->mutex);
	give_up(l, true);
}

static int
on_hello(struct link *l, struct slice body)
{
	struct responder_hello h;

	if (responder_hello_get(body, &h) != 0)
		return -1;
	pthread_mutex_lock(&l->mutex);
	memcpy(l->hashes[OCSP_SHA1][0], h.name_sha1.data, 20);
	memcpy(l->hashes[OCSP_SHA1][1], h.key_sha1.data, 20);
	memcpy(l->hashes[OCSP_SHA256][0], h.name_sha256.data, 32);
	memcpy(l->hashes[OCSP_SHA256][1], h.key_sha256.data, 32);
	l->known = l->there = true;
	l->connections++;
	pthread_mutex_unlock(&l->mutex);
	return 0;
}

static int
on_answer(struct link *l, struct slice body)
{
	struct responder_answer answer;
	struct question *q;

	if (responder_answer_get(body, &answer) != 0)
		return -1;
	/* Nobody waits any more for what was given up. */
	if ((q = cut(l, answer.number)) != NULL)
		q->done(q->arg, &answer, link_connection(l));
	free(q);
	return 0;
}

static int
on_changed(struct link *l, struct slice body)
{
	struct responder_changed changed;

	if (responder_changed_get(body, &changed) != 0)
		return -1;
	l->ears.changed(l->ears.arg, changed.serial);
	return 0;
}

static int
take_frames(struct link *l)
{
	static const struct {
		enum responder_type type;
		int	(*take)(struct link *, struct slice);
	} takes[] = {
		{ RESPONDER_HELLO, on_hello }, { RESPONDER_ANSWER, on_answer },
		{ RESPONDER_CHANGED, on_changed }
	};
	struct slice in = SLICE(&l->in), body;
	enum responder_type type;
	size_t i;
	int got;

	while ((got = responder_frame_get(&in, &type, &body)) == 1) {
		for (i = 0; i < 3 && takes[i].type != type; i++)
			;
		if (i == 3 || takes[i].take(l, body) != 0)
			return -1;
	}
	memmove(l->in.data, in.data, in.size);
	l->in.size = in.size;
	return got;
}

/* --- the connection ------------------------------------------------------ */

static void
call(struct link *l)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX,
	    .sun_path = SOCKET };

	l->again = clock_steady() + AGAIN;
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (l->fd == -1)
		return;
	pthread_mutex_lock(&connecting);
	if (fchdir(l->run) == -1 || connect(l->fd, (struct sockaddr *)&name,
	    sizeof name) == -1) {
		close(l->fd);
		l->fd = -1;
	}
	pthread_mutex_unlock(&connecting);
}

static int
read_some(struct link *l)
{
	unsigned char *room = bytes_room(&l->in, RESPONDER_FRAME_MOST);
	ssize_t n = recv(l->fd, room, RESPONDER_FRAME_MOST, MSG_DONTWAIT);

	if (n > 0) {
		l->in.size += (size_t)n;
		return take_frames(l);
	}
	return n == -1 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

static int
write_some(struct link *l)
{
	ssize_t n;

	pthread_mutex_lock(&l->mutex);
	n = send(l->fd, l->out.data, l->out.size, MSG_DONTWAIT |
	    MSG_NOSIGNAL);
	if (n > 0) {
		memmove(l->out.data, l->out.data + n,
		    l->out.size - (size_t)n);
		l->out.size -= (size_t)n;
	}
	pthread_mutex_unlock(&l->mutex);
	return n > 0 || errno == EAGAIN || errno == EINTR ? 0 : -1;
}

static void
wait_once(struct link *l)
{
	struct pollfd fds[2] = {
		{ .fd = l->wake, .events = POLLIN },
		{ .fd = l->fd, .events = POLLIN }
	};
	uint64_t ignored;

	pthread_mutex_lock(&l->mutex);
	if (l->out.size > 0)
		fds[1].events |= POLLOUT;
	pthread_mutex_unlock(&l->mutex);
	if (poll(fds, 2, (int)(AGAIN / 1000)) <= 0)
		return;
	if (fds[0].revents != 0)
		(void)!read(l->wake, &ignored, sizeof ignored);
	if ((fds[1].revents & POLLOUT && write_some(l) != 0) ||
	    (fds[1].revents & ~POLLOUT && read_some(l) != 0))
		hang_up(l);
}

static bool
is_closed(struct link *l)
{
	bool closed;

	pthread_mutex_lock(&l->mutex);
	closed = l->closed;
	pthread_mutex_unlock(&l->mutex);
	return closed;
}

static void *
run(void *arg)
{
	struct link *l = arg;

	while (!is_closed(l)) {
		if (l->fd == -1 && clock_steady() >= l->again)
			call(l);
		wait_once(l);
		give_up(l, false);
		if (clock_steady() >= l->tick) {
			l->tick = clock_steady() + TICK;
			l->ears.tick(l->ears.arg);
		}
	}
	hang_up(l);
	return NULL;
}

void
link_start(struct link *l, const struct link_ears *ears)
{
	l->ears = *ears;
	l->started = true;
	if (pthread_create(&l->thread, NULL, run, l) != 0)
		die("no thread to ask core");
}

void
link_stop(struct link *l)
{
	if (l == NULL || !l->started)
		return;
	pthread_mutex_lock(&l->mutex);
	l->closed = true;
	pthread_mutex_unlock(&l->mutex);
	wake(l);
	pthread_join(l->thread, NULL);
	l->started = false;
}

void
link_free(struct link *l)
{
	if (l == NULL)
		return;
	link_stop(l);
	if (l->run != -1)
		close(l->run);
	if (l->wake != -1)
		close(l->wake);
	bytes_free(&l->in);
	bytes_free(&l->out);
	pthread_mutex_destroy(&l->mutex);
	free(l);
}
