/*
 * The signer process: see signer.h.  One thread takes what comes from core and
 * begins it (intake), some sign and answer (pens), one syncs what is left
 * over.  The signer leaves when main's socket ends, and also when it finds its
 * journal in doubt, core out of step, or its connection lost and no other made:
 * main starts another, with a fresh connection.
 */
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "intake.h"
#include "place.h"
#include "signer.h"
#include "watch.h"
#include "wire.h"

#define PENS		2
#define TICK_MS		1000
#define PATIENCE	(20 * USEC)
#define SEND_MS		10000

struct signer {
	const char	*home;		/* HOME/signer */
	int		 control;
	struct rules	*rules;
	struct keys	*keys;
	struct book	*book;
	struct pens	*pens;
	struct intake	 intake;
	char		 trouble[REASON_MAX];	/* why nothing is open */
	pthread_mutex_t	 lock;		/* of wire, connection for sending */
	struct wire	*wire;		/* NULL: no core */
	uint64_t	 connection;
	usec_t		 lost_at;	/* steady; 0: there is one, or none yet */
	pthread_t	 keeper;
	bool		 keeping;
	atomic_bool	 ending;
	bool		 leave;		/* what is in doubt is left to others */
};

/* --- answers ------------------------------------------------------------- */

/* Sends while holding the lock, so that messages never mix. */
static void
send_bytes(struct signer *s, uint64_t connection, struct slice message)
{
	pthread_mutex_lock(&s->lock);
	if (s->wire != NULL && s->connection == connection &&
	    wire_send(s->wire, message, SEND_MS) == -1)
		shutdown(wire_fd(s->wire), SHUT_RDWR);
	pthread_mutex_unlock(&s->lock);
}

static void
answer(void *arg, struct job *list)
{
	struct signer *s = arg;
	struct bytes message = { 0 };
	uint64_t connection;
	uint32_t count;
	struct job *j;

	for (j = list; j != NULL;) {
		bytes_clear(&message);
		message_open(&message, MESSAGE_ANSWERS);
		connection = j->connection;
		for (count = 0; j != NULL && count < MESSAGE_ITEMS &&
		    j->connection == connection; j = j->next, count++)
			wire_answer_put(&message, &j->answer);
		message_close(&message, 0, count);
		send_bytes(s, connection, SLICE(&message));
	}
	bytes_wipe(&message);
	jobs_free(list);
}

static void
send_keys(struct signer *s)
{
	struct bytes message = { 0 };

	keys_put(s->keys, s->keys == NULL || s->book == NULL ? s->trouble :
	    NULL, &message);
	send_bytes(s, s->connection, SLICE(&message));
	bytes_free(&message);
}

/* --- what comes in ------------------------------------------------------- */

static int
job_tbs(struct signer *s, struct job *j, struct err *err)
{
	int fd, ret;

	if (j->order.recover) {
		memcpy(j->record.tbs, j->order.tbs.data, SHA256_OCTETS);
		return 0;
	}
	if (!j->order.in_file) {
		bytes_copy(&j->copy, j->order.tbs);
		j->tbs = SLICE(&j->copy);
		sha256(j->record.tbs, j->tbs);
		return 0;
	}
	if ((fd = wire_take_file(s->wire)) == -1)
		return err_set(err, EPROTO, "an order came without its file");
	ret = wire_file_map(fd, j->order.offset, j->order.size, &j->mapped,
	    err);
	close(fd);
	if (ret == 0) {
		j->tbs = j->mapped;
		sha256(j->record.tbs, j->tbs);
	}
	return ret;
}

static int
read_order(struct signer *s, struct slice *items, struct job **to,
    struct err *err)
{
	struct job *j;

	if ((j = calloc(1, sizeof(*j))) == NULL)
		die("out of memory");
	*to = j;
	if (wire_order_get(items, &j->order) == -1)
		return err_set(err, EPROTO, "an order is malformed");
	j->connection = s->connection;
	j->record = (struct journal_record){ .type = JOURNAL_BEGIN,
	    .kind = j->order.kind, .intent = j->order.intent };
	memcpy(j->record.key, j->order.key, sizeof(j->record.key));
	return job_tbs(s, j, err);
}

/* The words of a key go into the journal: letters and digits only. */
static int
check_key(const char *key, struct err *err)
{
	if (key[0] == '\0' || key[strspn(key,
	    "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0')
		return err_set(err, EPROTO, "an order names no key");
	return 0;
}

static int
read_orders(struct signer *s, uint32_t count, struct slice items,
    struct job ***last, struct err *err)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (read_order(s, &items, *last, err) == -1 ||
		    check_key((**last)->order.key, err) == -1)
			return -1;
		if ((**last)->order.in_file && count != 1)
			return err_set(err, EPROTO, "an order with a file is "
			    "not alone in its message");
		*last = &(**last)->next;
	}
	if (items.size != 0)
		return err_set(err, EPROTO, "octets behind the last order");
	return 0;
}

/* Nothing can be begun: all wait. */
static void
answer_trouble(struct signer *s, struct job *list)
{
	struct job *j;

	for (j = list; j != NULL; j = j->next)
		job_answer(j, WIRE_UNAVAILABLE, 0, s->trouble);
	if (list != NULL)
		answer(s, list);
}

static int
take_message(struct signer *s, struct job ***last, struct err *err)
{
	enum message_type type;
	struct slice items;
	uint32_t count;
	int got;

	if ((got = wire_next(s->wire, &type, &count, &items, err)) != 1)
		return got;
	if (type == MESSAGE_ASK && count == 0 && items.size == 0)
		send_keys(s);
	else if (type != MESSAGE_ORDERS)
		return err_set(err, EPROTO, "core sent a message of type %d",
		    (int)type);
	else if (read_orders(s, count, items, last, err) == -1)
		return -1;
	return 1;
}

static void
drop_connection(struct signer *s)
{
	pthread_mutex_lock(&s->lock);
	wire_free(s->wire);
	s->wire = NULL;
	pthread_mutex_unlock(&s->lock);
}

/* Everything that has arrived becomes one batch. */
static void
serve_core(struct signer *s)
{
	struct job *list = NULL, **last = &list;
	int read, got = 0;
	struct err err;

	if ((read = wire_read(s->wire, &err)) == 1)
		while ((got = take_message(s, &last, &err)) == 1)
			;
	if (read == -1 || got == -1) {
		jobs_free(list);
		if (read == 0 || err.code == EPROTO) {
			log_line("core is out of step: %s", err.text);
			s->leave = true;
		}
		drop_connection(s);
		s->lost_at = clock_steady();
		return;
	}
	if (s->book == NULL || s->keys == NULL)
		answer_trouble(s, list);
	else if (list != NULL)
		intake_work(&s->intake, list);
	s->leave |= s->intake.in_doubt;
}

/* --- what main says ------------------------------------------------------ */

static void
connect_core(struct signer *s, int fd)
{
	drop_connection(s);
	pthread_mutex_lock(&s->lock);
	s->wire = wire_new(fd);
	s->connection++;
	s->lost_at = 0;
	pthread_mutex_unlock(&s->lock);
	send_keys(s);
}

/* One octet 'c' and a descriptor; 0 at the end of main. */
static int
serve_control(struct signer *s)
{
	union {
		char		room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr	align;
	} control;
	char octet;
	struct iovec v = { &octet, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1,
	    .msg_control = control.room,
	    .msg_controllen = sizeof(control.room) };
	struct cmsghdr *c;
	ssize_t n;
	int fd;

	do
		n = recvmsg(s->control, &m, MSG_CMSG_CLOEXEC);
	while (n == -1 && errno == EINTR);
	if (n == -1 && errno == EAGAIN)
		return 1;
	if (n <= 0)
		return 0;
	c = CMSG_FIRSTHDR(&m);
	if (c == NULL || c->cmsg_level != SOL_SOCKET ||
	    c->cmsg_type != SCM_RIGHTS ||
	    c->cmsg_len != CMSG_LEN(sizeof(int)))
		return 1;
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	if (octet == 'c')
		connect_core(s, fd);
	else
		close(fd);
	return 1;
}

/* --- opening ------------------------------------------------------------- */

static int
open_keys(struct signer *s, struct err *err)
{
	char path[1024], module[256];

	snprintf(path, sizeof(path), "%s/../ca", s->home);
	if (s->rules == NULL && (s->rules = rules_open(path, err)) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/../pkifs.conf", s->home);
	if (place_module(path, module, sizeof(module), err) == -1)
		return -1;
	s->keys = keys_new(s->home, module, s->rules);
	return 0;
}

static void *
keeper(void *arg)
{
	struct signer *s = arg;
	int i;

	for (i = 1; !atomic_load(&s->ending); i++) {
		usleep(TICK_MS * 100);
		if (i % 10 == 0)
			book_tick(s->book);
	}
	return NULL;
}

static int
open_all(struct signer *s, struct err *err)
{
	if (s->keys == NULL && open_keys(s, err) == -1)
		return -1;
	if ((s->book = book_open(s->home, err)) == NULL)
		return -1;
	s->pens = pens_new(PENS, s->keys, s->book, answer, s);
	s->intake = (struct intake){ s->book, s->keys, s->pens, s->rules,
	    answer, s, false, 0, 0 };
	if (pthread_create(&s->keeper, NULL, keeper, s) != 0)
		die("no thread");
	s->keeping = true;
	return 0;
}

/* Core may live on at a connection that is lost: only main can mend that. */
static bool
is_alone(const struct signer *s, usec_t patience)
{
	return s->lost_at != 0 && clock_steady() - s->lost_at >= patience;
}

/* Once a second: what is not open is tried, and core told what changed. */
static void
tick(struct signer *s)
{
	char trouble[REASON_MAX];
	bool changed = false;
	struct err err;

	if (s->book == NULL) {
		if (open_all(s, &err) == 0)
			changed = true;
		else {
			place_hide(s->home, err.text, trouble,
			    sizeof(trouble));
			changed = strcmp(s->trouble, trouble) != 0;
			memcpy(s->trouble, trouble, sizeof(trouble));
			if (changed)
				log_line("nothing is signed: %s", err.text);
		}
	}
	if (s->book != NULL)
		s->leave |= book_is_in_doubt(s->book);
	if (s->keys != NULL)
		changed |= keys_tick(s->keys);
	if (changed)
		send_keys(s);
}

static void
close_all(struct signer *s)
{
	if (s->keeping) {
		atomic_store(&s->ending, true);
		pthread_join(s->keeper, NULL);
	}
	pens_free(s->pens);
	book_close(s->book);
	keys_free(s->keys);
	rules_free(s->rules);
	drop_connection(s);
	pthread_mutex_destroy(&s->lock);
}

static usec_t
patience(void)
{
#ifdef PKIFS_STOPS
	const char *ms = getenv("PKIFS_TEST_PATIENCE");

	if (ms != NULL)
		return atoi(ms) * (usec_t)1000;
#endif
	return PATIENCE;
}

static int
run(struct signer *s, usec_t most_alone)
{
	usec_t last = 0;

	while (!s->leave) {
		struct pollfd p[2] = {
			{ s->control, POLLIN, 0 },
			{ s->wire != NULL ? wire_fd(s->wire) : -1, POLLIN, 0 },
		};

		if (clock_steady() - last >= USEC) {
			tick(s);
			last = clock_steady();
			if (is_alone(s, most_alone)) {
				log_line("the connection to core is lost");
				s->leave = true;
			}
		}
		if (poll(p, 2, TICK_MS) == -1 && errno != EINTR)
			die("poll: %m");
		if (p[0].revents != 0) {
			if (serve_control(s) == 0)
				return 0;
			continue;
		}
		if (p[1].revents != 0)
			serve_core(s);
	}
	return 1;
}

int
signer_run(const char *home, int control)
{
	struct signer s = { .home = home, .control = control };
	int status;

	watch_start(patience());
	pthread_mutex_init(&s.lock, NULL);
	snprintf(s.trouble, sizeof(s.trouble), "not opened yet");
	status = run(&s, patience());
	close_all(&s);
	return status;
}
