/*
 * Core's end of the way to the signer: see client.h.  One thread owns the
 * connection and takes the answers.  Orders wait in a queue for each kind, in
 * the order they came; at most a window of them is with the signer, so that a
 * CRL overtakes what waits.  What may go is sent by who brings it, since the
 * thread may be busy with an answer; the rest is left to the thread.  What is
 * not answered when the connection ends goes back to the front of its queue and
 * to the next signer, who knows by the digest what it began.
 */
#include <sys/eventfd.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ca/clock.h"
#include "../ca/counters.h"
#include "client.h"
#include "outbox.h"
#include "wire.h"

#define KEYS_MAX	8
#define PAUSE		USEC	/* after "unavailable" for another reason */
#define FIRST_WAIT	500	/* ms that public_key waits for a new signer */

struct known_key {
	char		name[KEY_NAME];
	bool		ready;
	char		reason[REASON_MAX];	/* why not */
	struct bytes	spki;
};

struct client {
	struct signing	 signing;	/* first: what callers hold */
	pthread_t	 thread;
	pthread_mutex_t	 lock;		/* of what follows, to out_lock */
	pthread_cond_t	 told;		/* the signer told its keys */
	int		 wake;		/* eventfd */
	int		 fresh;		/* a connection to take; -1 */
	bool		 ending, connected, knows_keys;
	bool		 held;		/* what is submitted does not go yet */
	uint64_t	 last_id;
	struct outbox	 waiting;
	struct outbox_entry *sent;
	size_t		 sent_count;
	struct known_key key[KEYS_MAX];
	size_t		 key_count;
	pthread_mutex_t	 out_lock;	/* before the other one; of these: */
	struct wire	*wire;		/* the thread changes it, and reads */
	struct bytes	 out;
	size_t		 out_done;
	int		 out_file;	/* of an order; -1: none */
};

/* --- what is with the signer; all with the lock -------------------------- */

static struct outbox_entry *
take_sent(struct client *c, uint64_t id)
{
	struct outbox_entry **p, *e;

	for (p = &c->sent; (e = *p) != NULL; p = &e->next)
		if (e->id == id) {
			*p = e->next;
			c->sent_count--;
			return e;
		}
	return NULL;
}

static const struct known_key *
key_of(const struct client *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->key_count; i++)
		if (strcmp(c->key[i].name, name) == 0)
			return &c->key[i];
	return NULL;
}

/* May the first of this queue go now? */
static bool
may_go(const struct client *c, int i, usec_t now)
{
	const struct outbox_queue *q = &c->waiting.queue[i];
	const struct known_key *k;

	if (q->first == NULL || now < q->pause)
		return false;
	if (i == OUTBOX_RECOVER)
		return true;
	k = key_of(c, q->first->order->key);
	return k == NULL || k->ready;
}

/* --- sending ------------------------------------------------------------- */

static void
put_order(struct client *c, struct outbox_entry *e, bool in_file)
{
	struct sign_order *o = e->order;
	struct wire_order w = { .id = e->id, .kind = o->kind,
	    .intent = o->intent, .recover = o->recover, .in_file = in_file,
	    .tbs = sign_order_tbs(o) };
	unsigned char digest[SHA256_OCTETS];

	memcpy(w.key, o->key, sizeof(w.key));
	w.key[sizeof(w.key) - 1] = '\0';
	w.size = w.tbs.size;
	if (in_file)
		w.offset = memory_file_offset(o->file);
	if (o->recover) {
		if (w.tbs.size > 0)
			sha256(digest, w.tbs);
		else if (hex_decode(digest, sizeof(digest),
		    o->tbs_sha256) == -1)
			die("an order to recover what is not named");
		w.tbs = (struct slice){ digest, sizeof(digest) };
	}
	wire_order_put(&c->out, &w);
	e->next = c->sent;
	c->sent = e;
	c->sent_count++;
}

/* A large TBS: alone in its message, in its file. */
static void
put_large(struct client *c, struct outbox_queue *q)
{
	if (q->first->order->file == NULL)
		die("an order of more than %d octets is in no file",
		    TBS_INLINE);
	c->out_file = memory_file_fd(q->first->order->file);
	put_order(c, outbox_take(q), true);
}

static size_t
size_of(const struct sign_order *o)
{
	return o->recover ? SHA256_OCTETS : sign_order_tbs(o).size;
}

/* One message of what may go; with the lock. */
static void
build_message(struct client *c)
{
	usec_t now = clock_steady();
	struct outbox_queue *q;
	uint32_t count = 0;
	size_t size;
	int i;

	bytes_clear(&c->out);
	c->out_done = 0;
	message_open(&c->out, MESSAGE_ORDERS);
	for (i = 0; i < OUTBOX_QUEUES; i++) {
		q = &c->waiting.queue[i];
		while (c->sent_count < MESSAGE_ITEMS && may_go(c, i, now)) {
			size = size_of(q->first->order);
			if (size > TBS_INLINE) {
				if (count == 0) {
					put_large(c, q);
					count = 1;
				}
				goto out;
			}
			if (c->out.size + size + 128 > MESSAGE_MAX)
				goto out;
			put_order(c, outbox_take(q), false);
			count++;
		}
	}
out:
	if (count > 0)
		message_close(&c->out, 0, count);
	else
		bytes_clear(&c->out);
}

static void
disconnect(struct client *c)
{
	struct outbox_entry *e;

	pthread_mutex_lock(&c->lock);
	c->connected = c->knows_keys = false;
	while ((e = c->sent) != NULL) {
		c->sent = e->next;
		outbox_put_back(&c->waiting, e);
	}
	c->sent_count = 0;
	pthread_mutex_unlock(&c->lock);
	pthread_mutex_lock(&c->out_lock);
	wire_free(c->wire);
	c->wire = NULL;
	bytes_clear(&c->out);
	c->out_done = 0;
	c->out_file = -1;
	pthread_mutex_unlock(&c->out_lock);
}

/* With out_lock; -1: the signer is gone. */
static int
send_out(struct client *c)
{
	int sent;

	for (;;) {
		if (c->out_done >= c->out.size) {
			c->out_file = -1;
			pthread_mutex_lock(&c->lock);
			if (c->knows_keys && !c->held)
				build_message(c);
			else
				bytes_clear(&c->out);
			pthread_mutex_unlock(&c->lock);
			if (c->out.size == 0)
				return 0;
		}
		sent = wire_send_some(c->wire, SLICE(&c->out), &c->out_done,
		    c->out_file);
		if (sent != 1)
			return sent;
	}
}

/* --- answers ------------------------------------------------------------- */

static void
take_answer(struct client *c, const struct wire_answer *w)
{
	struct sign_answer a = { .signature = w->signature,
	    .journal = w->journal, .crl_number = (int64_t)w->crl_number };
	struct sign_order *order = NULL;
	struct outbox_entry *e;

	pthread_mutex_lock(&c->lock);
	if ((e = take_sent(c, w->id)) != NULL) {
		order = e->order;
		if (w->outcome == WIRE_UNAVAILABLE) {
			outbox_put_back(&c->waiting, e)->pause =
			    clock_steady() + PAUSE;
			order = NULL;
		} else
			free(e);
	}
	pthread_mutex_unlock(&c->lock);
	if (order == NULL)
		return;
	counter_add(COUNT_SIGNER_WAITING, -1);
	a.outcome = (enum sign_outcome)w->outcome;
	memcpy(a.reason, w->reason, sizeof(a.reason));
	order->done(order, &a);
}

static int
take_answers(struct client *c, uint32_t count, struct slice items,
    struct err *err)
{
	struct wire_answer w;
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (wire_answer_get(&items, &w) == -1)
			return err_set(err, EPROTO, "an answer is malformed");
		take_answer(c, &w);
	}
	return items.size == 0 ? 0 :
	    err_set(err, EPROTO, "octets behind the last answer");
}

/* With the lock. */
static int
take_key(struct client *c, const struct wire_key *w)
{
	struct known_key *k;

	if (c->key_count == KEYS_MAX)
		return -1;
	k = &c->key[c->key_count++];
	memcpy(k->name, w->name, sizeof(k->name));
	k->ready = w->ready;
	memcpy(k->reason, w->reason, sizeof(k->reason));
	bytes_copy(&k->spki, w->spki);
	return 0;
}

static int
take_keys(struct client *c, uint32_t count, struct slice items,
    struct err *err)
{
	struct wire_key w;
	uint32_t i;
	int ret = 0;

	pthread_mutex_lock(&c->lock);
	c->key_count = 0;
	for (i = 0; i < count && ret == 0; i++)
		if (wire_key_get(&items, &w) == -1 || take_key(c, &w) == -1)
			ret = err_set(err, EPROTO, "a key is malformed");
	for (i = 0; i < OUTBOX_QUEUES; i++)
		c->waiting.queue[i].pause = 0;
	c->knows_keys = ret == 0;
	pthread_cond_broadcast(&c->told);
	pthread_mutex_unlock(&c->lock);
	return ret;
}

/* -1: the signer is gone or not to be understood. */
static int
receive(struct client *c)
{
	enum message_type type;
	struct slice items;
	struct err err;
	uint32_t count;
	int got;

	if ((got = wire_read(c->wire, &err)) != 1)
		return got;
	while ((got = wire_next(c->wire, &type, &count, &items, &err)) == 1) {
		if (type == MESSAGE_ANSWERS)
			got = take_answers(c, count, items, &err);
		else if (type == MESSAGE_KEYS)
			got = take_keys(c, count, items, &err);
		else
			got = err_set(&err, EPROTO, "the signer sent a "
			    "message of type %d", (int)type);
		if (got == -1)
			break;
	}
	if (got == -1)
		log_line("the signer is out of step: %s", err.text);
	return got;
}

/* --- the thread ---------------------------------------------------------- */

static void
take_connection(struct client *c)
{
	int fd;

	pthread_mutex_lock(&c->lock);
	fd = c->fresh;
	c->fresh = -1;
	pthread_mutex_unlock(&c->lock);
	if (fd == -1)
		return;
	disconnect(c);
	pthread_mutex_lock(&c->out_lock);
	c->wire = wire_new(fd);
	message_open(&c->out, MESSAGE_ASK);
	message_close(&c->out, 0, 0);
	c->out_done = 0;
	pthread_mutex_unlock(&c->out_lock);
	pthread_mutex_lock(&c->lock);
	c->connected = true;
	pthread_mutex_unlock(&c->lock);
}

/* Until the first pause ends, in ms; -1 when there is none. */
static int
time_left(struct client *c)
{
	usec_t now = clock_steady(), first;

	pthread_mutex_lock(&c->lock);
	first = outbox_pause_ends(&c->waiting, now);
	pthread_mutex_unlock(&c->lock);
	return first == 0 ? -1 : (int)((first - now) / 1000) + 1;
}

/* Sends what may go; what to wait for, or -1: the signer is gone. */
static int
send_and_wait_for(struct client *c)
{
	int events;

	pthread_mutex_lock(&c->out_lock);
	if (send_out(c) == -1)
		events = -1;
	else
		events = POLLIN | (c->out_done < c->out.size ? POLLOUT : 0);
	pthread_mutex_unlock(&c->out_lock);
	return events;
}

static void *
run(void *arg)
{
	struct client *c = arg;
	uint64_t count;
	bool ending;

	for (;;) {
		int events = -1;
		struct pollfd p[2] = { { c->wake, POLLIN, 0 },
		    { -1, POLLIN, 0 } };

		if (c->wire != NULL && (events = send_and_wait_for(c)) == -1)
			disconnect(c);
		if (events != -1) {
			p[1].fd = wire_fd(c->wire);
			p[1].events = (short)events;
		}
		if (poll(p, 2, time_left(c)) == -1 && errno != EINTR)
			die("poll: %m");
		if (p[0].revents != 0 &&
		    read(c->wake, &count, sizeof(count)) == sizeof(count)) {
			pthread_mutex_lock(&c->lock);
			ending = c->ending;
			pthread_mutex_unlock(&c->lock);
			if (ending)
				return NULL;
			take_connection(c);
		}
		if ((p[1].revents & ~POLLOUT) != 0 && c->wire != NULL &&
		    receive(c) == -1)
			disconnect(c);
	}
}

static void
wake(struct client *c)
{
	uint64_t one = 1;

	if (write(c->wake, &one, sizeof(one)) != sizeof(one))
		die("eventfd: %m");
}

static bool
any_waits(struct client *c)
{
	bool waits;

	pthread_mutex_lock(&c->lock);
	waits = !outbox_is_empty(&c->waiting);
	pthread_mutex_unlock(&c->lock);
	return waits;
}

/* What cannot go now is the thread's, and so is a signer that is gone. */
static void
send_now(struct client *c)
{
	bool all = false;

	if (pthread_mutex_trylock(&c->out_lock) == 0) {
		all = c->wire != NULL && send_out(c) == 0 &&
		    c->out_done >= c->out.size && !any_waits(c);
		pthread_mutex_unlock(&c->out_lock);
	}
	if (!all)
		wake(c);
}

/* --- what callers hold --------------------------------------------------- */

static void
submit(struct signing *s, struct sign_order *order)
{
	struct client *c = (struct client *)s;
	struct outbox_entry *e;
	bool held;

	if ((e = calloc(1, sizeof(*e))) == NULL)
		die("out of memory");
	e->order = order;
	counter_add(COUNT_SIGNER_WAITING, 1);
	pthread_mutex_lock(&c->lock);
	e->id = ++c->last_id;
	outbox_put(&c->waiting, e);
	held = c->held;
	pthread_mutex_unlock(&c->lock);
	if (!held)
		send_now(c);
}

static bool
ready(struct signing *s, const char *key)
{
	struct client *c = (struct client *)s;
	const struct known_key *k;
	bool answer;

	pthread_mutex_lock(&c->lock);
	k = key_of(c, key);
	answer = c->connected && c->knows_keys && k != NULL && k->ready;
	pthread_mutex_unlock(&c->lock);
	return answer;
}

static void
why_not(struct signing *s, const char *key, char reason[SIGN_REASON])
{
	struct client *c = (struct client *)s;
	const struct known_key *k;

	pthread_mutex_lock(&c->lock);
	k = key_of(c, key);
	if (!c->connected || !c->knows_keys)
		snprintf(reason, SIGN_REASON, "the signer is away");
	else if (k == NULL)
		snprintf(reason, SIGN_REASON, "the signer does not know the "
		    "key %s", key);
	else
		snprintf(reason, SIGN_REASON, "%s", k->ready ? "" :
		    k->reason[0] == '\0' ? "the signer does not say why" :
		    k->reason);
	pthread_mutex_unlock(&c->lock);
}

static int
public_key(struct signing *s, const char *key, struct bytes *spki,
    struct err *err)
{
	struct client *c = (struct client *)s;
	const struct known_key *k;
	struct timespec until;
	int ret = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += FIRST_WAIT * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&c->lock);
	while (c->connected && !c->knows_keys && ret == 0)
		ret = pthread_cond_timedwait(&c->told, &c->lock, &until);
	k = key_of(c, key);
	if (!c->knows_keys)
		ret = err_set(err, EAGAIN, "the signer is away");
	else if (k == NULL || k->spki.size == 0)
		ret = err_set(err, k == NULL ? ENOENT : EAGAIN, "the signer "
		    "does not know the key %s", key);
	else {
		bytes_copy(spki, SLICE(&k->spki));
		ret = 0;
	}
	pthread_mutex_unlock(&c->lock);
	return ret;
}

struct client *
client_new(void)
{
	struct client *c;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		die("out of memory");
	c->signing = (struct signing){ submit, ready, public_key,
	    why_not };
	c->fresh = c->out_file = -1;
	outbox_init(&c->waiting);
	pthread_mutex_init(&c->lock, NULL);
	pthread_mutex_init(&c->out_lock, NULL);
	pthread_cond_init(&c->told, NULL);
	if ((c->wake = eventfd(0, EFD_CLOEXEC)) == -1 ||
	    pthread_create(&c->thread, NULL, run, c) != 0)
		die("the signer's client cannot start: %m");
	return c;
}

/* Orders that still wait are dropped uncalled; their intents stay open. */
void
client_free(struct client *c)
{
	size_t i;

	if (c == NULL)
		return;
	pthread_mutex_lock(&c->lock);
	c->ending = true;
	pthread_mutex_unlock(&c->lock);
	wake(c);
	pthread_join(c->thread, NULL);
	disconnect(c);
	outbox_clear(&c->waiting);
	for (i = 0; i < KEYS_MAX; i++)
		bytes_free(&c->key[i].spki);
	if (c->fresh != -1)
		close(c->fresh);
	close(c->wake);
	bytes_free(&c->out);
	pthread_cond_destroy(&c->told);
	pthread_mutex_destroy(&c->out_lock);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

void
client_connect(struct client *c, int fd)
{
	counter_add(COUNT_SIGNER_CONNECTIONS, 1);
	pthread_mutex_lock(&c->lock);
	if (c->fresh != -1)
		close(c->fresh);
	c->fresh = fd;
	pthread_mutex_unlock(&c->lock);
	wake(c);
}

void
client_hold(struct client *c, bool hold)
{
	pthread_mutex_lock(&c->lock);
	c->held = hold;
	pthread_mutex_unlock(&c->lock);
	if (!hold && any_waits(c))
		send_now(c);
}

struct signing *
client_signing(struct client *c)
{
	return &c->signing;
}
