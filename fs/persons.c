/*
 * Who is who, in core.  See persons.h.  A role that is taken away is gone with
 * the table that says so; one that is given counts when the register that says
 * so is evidence, which a thread of its own tries until it is.
 */
#include <sys/stat.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../ca/event.h"
#include "../ca/people_record.h"
#include "../ca/stop.h"
#include "persons.h"

#define OCTETS_MAX	(64 * 1024 * 1024)

#define AGAIN		(2 * USEC)	/* what could not be recorded */

/* One core in a process; callbacks of others carry no argument for it. */
static struct people *people;
/*
 * What the register of the evidence says, and what it is about to say; NULL:
 * nothing.  Each may be `people` itself.
 */
static struct people *recorded, *recording;
static struct person_key key;
static bool has_key;
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
/* Raised with the lock held when who is who, or the key, is another. */
static unsigned long generation = 1;

static struct {
	pthread_mutex_t	 mutex;
	pthread_cond_t	 wake;
	pthread_t	 thread;
	struct store	*store;
	struct committer *committer;
	bool		 running, due, leave;
} recorder = { .mutex = PTHREAD_MUTEX_INITIALIZER };

/* --- taking a table ------------------------------------------------------ */

static int
read_all(int fd, struct bytes *to, struct err *err)
{
	struct stat st;
	size_t at = 0;
	ssize_t n;

	if (fstat(fd, &st) == -1 || st.st_size <= 0 ||
	    st.st_size > OCTETS_MAX)
		return err_set(err, EBADMSG, "the table of people is missing "
		    "or too large");
	bytes_resize(to, (size_t)st.st_size);
	for (; at < to->size; at += (size_t)n)
		if ((n = pread(fd, to->data + at, to->size - at,
		    (off_t)at)) <= 0)
			return err_set(err, EBADMSG, "the table of people "
			    "cannot be read");
	return 0;
}

/* With the lock, or what nobody else has. */
static void
let_go(struct people *p)
{
	if (p != people && p != recorded && p != recording)
		people_free(p);
}

static int
replace(const struct config *c, struct slice from, struct err *err)
{
	struct people *new, *old;

	if ((new = people_get(c, from, err)) == NULL)
		return -1;
	pthread_rwlock_wrlock(&lock);
	if (has_key)
		people_use_key(new, &key);
	old = people;
	people = new;
	generation++;
	let_go(old);
	pthread_rwlock_unlock(&lock);
	return 0;
}

int
persons_read(const struct config *c, int fd, struct err *err)
{
	struct bytes from = { 0 };
	int rc;

	rc = read_all(fd, &from, err);
	close(fd);
	if (rc == 0)
		rc = replace(c, SLICE(&from), err);
	bytes_free(&from);
	return rc;
}

/* --- pseudonyms ---------------------------------------------------------- */

/*
 * A thread keeps the last one it asked for: a drop names its user in two
 * events, a pseudonym costs 10 us, and most of a box's drops are one user's.
 */
static void
person_now(uid_t uid, char to[PERSON_TEXT])
{
	static _Thread_local struct {
		unsigned long	generation;	/* 0: none yet */
		uid_t		uid;
		char		person[PERSON_TEXT];
	} last;

	pthread_rwlock_rdlock(&lock);
	if (last.generation != generation || last.uid != uid) {
		people_person(people, uid, last.person);
		last.generation = generation;
		last.uid = uid;
	}
	pthread_rwlock_unlock(&lock);
	memcpy(to, last.person, PERSON_TEXT);
}

struct key_job {
	struct job	 job;		/* first: the job is the key_job */
	struct person_key key;
};

static int
key_apply(struct job *job, struct tx *tx, struct err *err)
{

	return person_key_take(tx, &((struct key_job *)job)->key, err);
}

static int
take_key(struct err *err)
{
	struct key_job k = { .job.apply = key_apply, .job.essential = true };
	struct view *v = view_take(recorder.store);
	int rc = 0;
	bool made;

	made = person_key_get(v, &k.key) == 1;
	view_put(v);
	if (!made)
		rc = commit_wait(recorder.committer, &k.job, err);
	if (rc == 0) {
		pthread_rwlock_wrlock(&lock);
		key = k.key;
		has_key = true;
		people_use_key(people, &key);
		generation++;
		pthread_rwlock_unlock(&lock);
		event_persons(person_now);
	}
	OPENSSL_cleanse(&k.key, sizeof(k.key));
	return rc;
}

void
persons_open(struct store *store, struct committer *committer)
{
	struct err err;

	recorder.store = store;
	recorder.committer = committer;
	if (take_key(&err) == -1)
		log_line("no key for pseudonyms yet: %s", err.text);
}

/* --- evidence ------------------------------------------------------------ */

static int
record_apply(struct job *job, struct tx *tx, struct err *err)
{

	if (fault_here("roles-eio"))
		return err_set(err, EIO, "ordered by a test");
	return people_record(tx, recording, err);
}

/* What there is to record; NULL: nothing. */
static struct people *
begin_recording(void)
{
	pthread_rwlock_wrlock(&lock);
	recording = people != recorded ? people : NULL;
	pthread_rwlock_unlock(&lock);
	return recording;
}

static void
end_recording(bool done)
{
	struct people *old, *tried;

	pthread_rwlock_wrlock(&lock);
	old = recorded;
	tried = recording;
	recording = NULL;
	if (done)
		recorded = tried;
	let_go(old);
	if (tried != old)
		let_go(tried);
	pthread_rwlock_unlock(&lock);
}

static bool
is_as_recorded(const struct people *table)
{
	struct view *v = view_take(recorder.store);
	bool is = people_is_recorded(v, table);

	view_put(v);
	return is;
}

/* The register as it is now; essential, or nobody could revoke. */
static int
record(struct err *err)
{
	struct job job = { .apply = record_apply, .essential = true };
	const struct people *table;
	int rc = 0;

	if (!has_key && take_key(err) == -1)
		return -1;
	if ((table = begin_recording()) == NULL)
		return 0;
	if (!is_as_recorded(table))
		rc = commit_wait(recorder.committer, &job, err);
	end_recording(rc == 0);
	return rc;
}

/* Until it is wanted, or `failed` is to be tried again; false: leave. */
static bool
wait_for_more(bool failed)
{
	usec_t until = clock_steady() + AGAIN;
	const struct timespec at = {
		.tv_sec = until / USEC, .tv_nsec = until % USEC * 1000
	};
	bool leave;
	int rc = 0;

	pthread_mutex_lock(&recorder.mutex);
	while (!recorder.leave && !recorder.due && rc != ETIMEDOUT)
		rc = failed ? pthread_cond_timedwait(&recorder.wake,
		    &recorder.mutex, &at) :
		    pthread_cond_wait(&recorder.wake, &recorder.mutex);
	recorder.due = false;
	leave = recorder.leave;
	pthread_mutex_unlock(&recorder.mutex);
	return !leave;
}

static void *
keep_recorded(void *arg)
{
	bool failed = *(bool *)arg, before = failed;
	struct err err;

	while (wait_for_more(failed)) {
		failed = record(&err) == -1;
		if (failed && !before)
			log_line("the register of roles is not recorded, new "
			    "roles do not count: %s", err.text);
		if (!failed && before)
			log_line("the register of roles is recorded");
		before = failed;
	}
	return NULL;
}

void
persons_start(void)
{
	static bool failed;
	pthread_condattr_t attr;
	struct err err;

	if ((failed = record(&err) == -1))
		log_line("the register of roles is not recorded, no role "
		    "counts: %s", err.text);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&recorder.wake, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&recorder.thread, NULL, keep_recorded,
	    &failed) != 0)
		die("cannot start a thread");
	recorder.running = true;
}

void
persons_changed(void)
{
	pthread_mutex_lock(&recorder.mutex);
	recorder.due = true;
	pthread_cond_signal(&recorder.wake);
	pthread_mutex_unlock(&recorder.mutex);
}

void
persons_stop(void)
{
	if (!recorder.running)
		return;
	pthread_mutex_lock(&recorder.mutex);
	recorder.leave = true;
	pthread_cond_signal(&recorder.wake);
	pthread_mutex_unlock(&recorder.mutex);
	pthread_join(recorder.thread, NULL);
	recorder.running = false;
}

/* --- asking -------------------------------------------------------------- */

unsigned
persons_roles(uid_t uid)
{
	usec_t now = clock_now();
	unsigned bits;

	pthread_rwlock_rdlock(&lock);
	bits = people_roles(people, uid, now);
	if (recorded != people)
		bits &= recorded != NULL ? people_roles(recorded, uid, now) :
		    0;
	pthread_rwlock_unlock(&lock);
	return bits;
}

int
persons_uid(const char *user, uid_t *uid)
{
	int found;

	pthread_rwlock_rdlock(&lock);
	found = people_uid(people, user, uid);
	pthread_rwlock_unlock(&lock);
	return found;
}

int
persons_gid(const char *group, gid_t *gid)
{
	int found;

	pthread_rwlock_rdlock(&lock);
	found = people_gid(people, group, gid);
	pthread_rwlock_unlock(&lock);
	return found;
}

int
persons_appointment(uid_t uid, struct appointment *to)
{
	int found;

	pthread_rwlock_rdlock(&lock);
	found = people_appointment(people, uid, to);
	pthread_rwlock_unlock(&lock);
	return found;
}

gid_t
persons_role_gid(enum role role)
{
	gid_t gid;

	pthread_rwlock_rdlock(&lock);
	gid = people_role_gid(people, role);
	pthread_rwlock_unlock(&lock);
	/* Nobody's folder is ours: an invalid gid shuts out root, too. */
	return gid == (gid_t)-1 ? getgid() : gid;
}
