/*
 * Core's side of docs/PROTOCOL.responder; see door.h.
 */
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ca/counters.h"
#include "bucket.h"
#include "door.h"
#include "responder_wire.h"

#define GUESTS_MOST	16		/* connections */
#define UNDER_WAY_MOST	1024		/* questions of one of them */
/* Looking each up takes the store's time: what is more is not looked at. */
#define PRICE		(USEC / 5000)	/* of a question */
#define BURST		5000
#define OUT_MOST	(4 * 1024 * 1024) /* octets it has not read yet */

struct guest {
	uint64_t	id;		/* 0: no guest */
	int		fd;
	struct bytes	in, out;
	size_t		under_way;
	bool		gone;		/* closed by the thread */
};

/* Outlives the door while answers are under way. */
struct door {
	const struct desk *desk;
	struct ocsp_service *service;
	pthread_t	 thread;
	int		 wake;		/* eventfd */
	struct bucket	 rate;		/* the thread's; of all questions */
	pthread_mutex_t	 mutex;		/* of what follows */
	int		 references;
	bool		 closed;
	uint64_t	 last_id;
	struct guest	 guests[GUESTS_MOST];
};

/* A question under way. */
struct errand {
	struct door	*door;
	uint64_t	 guest, number;
	bool		 own;		/* its answer is for one client */
};

static void
wake(struct door *d)
{
	uint64_t one = 1;

	(void)!write(d->wake, &one, sizeof one);
}

static void
release(struct door *d)
{
	bool last;

	pthread_mutex_lock(&d->mutex);
	last = --d->references == 0;
	pthread_mutex_unlock(&d->mutex);
	if (!last)
		return;
	close(d->wake);
	pthread_mutex_destroy(&d->mutex);
	free(d);
}

/* --- answers ------------------------------------------------------------- */

/* Octets for a guest; the mutex is held. */
static void
give(struct guest *g, const struct bytes *frame)
{
	if (g->out.size + frame->size > OUT_MOST)
		g->gone = true;
	else
		bytes_put(&g->out, frame->data, frame->size);
}

static void
end_errand(struct errand *e, enum ocsp_file file, struct slice der,
    usec_t next_update)
{
	struct responder_answer answer = { .number = e->number,
	    .file = (uint8_t)file, .der = der };
	usec_t now = clock_now();
	struct door *d = e->door;
	struct bytes frame = { 0 };

	if (file == OCSP_ANSWER && !e->own && next_update > now)
		answer.lifetime = (uint32_t)((next_update - now) / USEC);
	responder_answer_put(&frame, &answer);
	pthread_mutex_lock(&d->mutex);
	for (size_t i = 0; i < GUESTS_MOST; i++)
		if (d->guests[i].id == e->guest) {
			d->guests[i].under_way--;
			give(&d->guests[i], &frame);
		}
	pthread_mutex_unlock(&d->mutex);
	bytes_free(&frame);
	wake(d);
	release(d);
	free(e);
}

static void
answer_once(void *arg, enum ocsp_file file, struct slice der, usec_t until)
{
	end_errand(arg, file, der, until);
}

static void
answer_kept(void *arg, enum ocsp_file file, int64_t id)
{
	struct errand *e = arg;
	struct ocsp_answer answer = { 0 };
	struct bytes der = { 0 };
	struct view *view;

	if (file == OCSP_ANSWER) {
		view = view_take(e->door->desk->parts->store);
		if (ocsp_get(view, id, &answer) != 1 ||
		    ocsp_bytes(view, id, &der) != 1) {
			file = OCSP_TRY_LATER;
			bytes_clear(&der);
		}
		view_put(view);
	}
	end_errand(e, file, SLICE(&der), answer.next_update);
	bytes_free(&der);
}

/* --- questions ----------------------------------------------------------- */

static void
refuse(struct errand *e, enum ocsp_file file)
{
	end_errand(e, file, (struct slice){ NULL, 0 }, 0);
}

static void
ask(struct door *d, const struct responder_question *q, struct errand *e)
{
	bool unknown = d->desk->parts->config->ocsp_unknown_revoked;
	enum ocsp_known known;
	struct ocsp_ids ids;

	if (ocsp_request_decode(q->request, &ids) != 0) {
		counter_add(COUNT_OCSP_MALFORMED, 1);
		refuse(e, OCSP_MALFORMED);
		return;
	}
	if (!q->fresh)
		ids.nonce.size = 0;
	/*
	 * The store does not know what was answered about several, so that a
	 * revocation of one of them would not be told to who kept it.
	 */
	e->own = ids.nonce.size > 0 || ids.count > 1;
	known = ocsp_service_knows(d->service, &ids);
	/* What is simple, and what is refused, is as in status/ocsp/. */
	if (ids.critical || known == OCSP_NOT_OURS ||
	    (known == OCSP_NEVER_ISSUED && !unknown) ||
	    (known == OCSP_KNOWN && !e->own))
		ocsp_service_ask(d->service, q->request, answer_kept, e);
	else {
		if (known == OCSP_NEVER_ISSUED)
			counter_add(COUNT_OCSP_UNKNOWN, 1);
		ocsp_service_ask_once(d->service, &ids, answer_once, e);
	}
}

/* True while the guest may ask more. */
static bool
take_question(struct door *d, struct guest *g, struct slice body)
{
	struct responder_question q;
	struct errand *e;
	bool full;

	if (responder_question_get(body, &q) != 0 ||
	    (e = calloc(1, sizeof *e)) == NULL)
		return false;
	*e = (struct errand){ .door = d, .guest = g->id, .number = q.number };
	pthread_mutex_lock(&d->mutex);
	d->references++;
	full = ++g->under_way > UNDER_WAY_MOST;
	pthread_mutex_unlock(&d->mutex);
	if (full || bucket_take(&d->rate, 1) == 0)
		refuse(e, OCSP_TRY_LATER);
	else
		ask(d, &q, e);
	return true;
}

static void
take_frames(struct door *d, struct guest *g)
{
	struct slice in = SLICE(&g->in), body;
	enum responder_type type;
	int got;

	while ((got = responder_frame_get(&in, &type, &body)) == 1)
		if (type != RESPONDER_QUESTION || !take_question(d, g, body)) {
			got = -1;
			break;
		}
	if (got == -1) {
		log_line("a responder that says what is no question is put "
		    "out");
		g->gone = true;
		return;
	}
	memmove(g->in.data, in.data, in.size);
	g->in.size = in.size;
}

static void
read_some(struct door *d, struct guest *g)
{
	unsigned char *room = bytes_room(&g->in, RESPONDER_FRAME_MOST);
	ssize_t n = recv(g->fd, room, RESPONDER_FRAME_MOST, MSG_DONTWAIT);

	if (n > 0) {
		g->in.size += (size_t)n;
		take_frames(d, g);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		g->gone = true;
}

/* --- the thread ---------------------------------------------------------- */

static void
write_some(struct door *d, struct guest *g)
{
	ssize_t n;

	pthread_mutex_lock(&d->mutex);
	n = send(g->fd, g->out.data, g->out.size, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n > 0) {
		memmove(g->out.data, g->out.data + n,
		    g->out.size - (size_t)n);
		g->out.size -= (size_t)n;
	} else if (n == -1 && errno != EAGAIN && errno != EINTR)
		g->gone = true;
	pthread_mutex_unlock(&d->mutex);
}

static void
put_out(struct door *d)
{
	struct guest *g;

	pthread_mutex_lock(&d->mutex);
	for (size_t i = 0; i < GUESTS_MOST; i++) {
		g = &d->guests[i];
		if (g->id == 0 || (!g->gone && !d->closed))
			continue;
		close(g->fd);
		bytes_free(&g->in);
		bytes_free(&g->out);
		memset(g, 0, sizeof *g);
	}
	pthread_mutex_unlock(&d->mutex);
}

/* What each waits for; how many entries. */
static size_t
gather(struct door *d, struct pollfd *fds, struct guest **of)
{
	size_t n = 1;

	fds[0] = (struct pollfd){ .fd = d->wake, .events = POLLIN };
	pthread_mutex_lock(&d->mutex);
	for (size_t i = 0; i < GUESTS_MOST; i++)
		if (d->guests[i].id != 0) {
			fds[n] = (struct pollfd){ .fd = d->guests[i].fd,
			    .events = (short)(POLLIN |
			    (d->guests[i].out.size > 0 ? POLLOUT : 0)) };
			of[n++] = &d->guests[i];
		}
	pthread_mutex_unlock(&d->mutex);
	return n;
}

static bool
is_closed(struct door *d)
{
	bool closed;

	pthread_mutex_lock(&d->mutex);
	closed = d->closed;
	pthread_mutex_unlock(&d->mutex);
	return closed;
}

static void *
run(void *arg)
{
	struct pollfd fds[GUESTS_MOST + 1];
	struct guest *of[GUESTS_MOST + 1];
	struct door *d = arg;
	uint64_t ignored;
	size_t n;

	while (!is_closed(d)) {
		n = gather(d, fds, of);
		if (poll(fds, n, -1) <= 0)
			continue;
		if (fds[0].revents != 0)
			(void)!read(d->wake, &ignored, sizeof ignored);
		for (size_t i = 1; i < n; i++) {
			if (fds[i].revents & POLLOUT)
				write_some(d, of[i]);
			if (fds[i].revents & ~POLLOUT)
				read_some(d, of[i]);
		}
		put_out(d);
	}
	put_out(d);
	return NULL;
}

/* --- whole --------------------------------------------------------------- */

/* From the service: it has changed for all. */
static void
changed(void *arg, const char *serial)
{
	struct responder_changed c = { "" };
	struct bytes frame = { 0 };
	struct door *d = arg;

	strncpy(c.serial, serial, sizeof c.serial - 1);
	responder_changed_put(&frame, &c);
	pthread_mutex_lock(&d->mutex);
	for (size_t i = 0; i < GUESTS_MOST; i++)
		if (d->guests[i].id != 0)
			give(&d->guests[i], &frame);
	pthread_mutex_unlock(&d->mutex);
	bytes_free(&frame);
	wake(d);
}

struct door *
door_new(const struct desk *desk, struct ocsp_service *service)
{
	struct door *d = calloc(1, sizeof *d);

	if (d == NULL || pthread_mutex_init(&d->mutex, NULL) != 0)
		die("out of memory");
	d->desk = desk;
	d->service = service;
	d->references = 1;
	bucket_set(&d->rate, PRICE, BURST);
	d->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (d->wake == -1 || pthread_create(&d->thread, NULL, run, d) != 0)
		die("no thread for responders");
	ocsp_service_watch(service, changed, d);
	return d;
}

void
door_free(struct door *d)
{
	if (d == NULL)
		return;
	ocsp_service_watch(d->service, NULL, NULL);
	pthread_mutex_lock(&d->mutex);
	d->closed = true;
	pthread_mutex_unlock(&d->mutex);
	wake(d);
	pthread_join(d->thread, NULL);
	release(d);
}

void
door_enter(struct door *d, int fd)
{
	const struct ocsp_issuer *i = ocsp_service_issuer(d->service);
	struct responder_hello hello = { { i->name_sha1, 20 },
	    { i->key_sha1, 20 }, { i->name_sha256, 32 },
	    { i->key_sha256, 32 } };
	struct guest *g = NULL;

	pthread_mutex_lock(&d->mutex);
	for (size_t n = 0; n < GUESTS_MOST && g == NULL && !d->closed; n++)
		if (d->guests[n].id == 0)
			g = &d->guests[n];
	if (g != NULL) {
		g->id = ++d->last_id;
		g->fd = fd;
		responder_hello_put(&g->out, &hello);
	}
	pthread_mutex_unlock(&d->mutex);
	if (g == NULL)
		close(fd);
	else
		wake(d);
}
