/*
 * Who is who, in core.  See persons.h.
 */
#include <sys/stat.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ca/event.h"
#include "../ca/people_record.h"
#include "persons.h"

#define OCTETS_MAX	(64 * 1024 * 1024)

/* One core in a process; callbacks of others carry no argument for it. */
static struct people *people;
static struct person_key key;
static bool has_key;
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
/* Raised with the lock held when who is who, or the key, is another. */
static unsigned long generation = 1;

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

static int
replace(const struct config *c, struct slice from, struct err *err)
{
	struct people *new, *old;

	if ((new = people_get(c, from, err)) == NULL)
		return -1;
	if (has_key)
		people_use_key(new, &key);
	pthread_rwlock_wrlock(&lock);
	old = people;
	people = new;
	generation++;
	pthread_rwlock_unlock(&lock);
	people_free(old);
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

static int
key_apply(struct job *job, struct tx *tx, struct err *err)
{

	return person_key_take(tx, &key, err);
}

void
persons_open(struct store *store, struct committer *committer)
{
	struct view *v = view_take(store);
	struct job job = { .apply = key_apply };
	struct err err;

	has_key = person_key_get(v, &key) == 1;
	view_put(v);
	if (!has_key && commit_wait(committer, &job, &err) == -1) {
		log_line("no key for pseudonyms yet: %s", err.text);
		return;
	}
	has_key = true;
	pthread_rwlock_wrlock(&lock);
	people_use_key(people, &key);
	generation++;
	pthread_rwlock_unlock(&lock);
	event_persons(person_now);
}

/* --- evidence ------------------------------------------------------------ */

static int
record_apply(struct job *job, struct tx *tx, struct err *err)
{
	int rc;

	pthread_rwlock_rdlock(&lock);
	rc = people_record(tx, people, err);
	pthread_rwlock_unlock(&lock);
	return rc;
}

static void
record_done(struct job *job, const struct err *fault)
{

	if (fault != NULL)
		log_line("the register of roles is not recorded: %s",
		    fault->text);
	free(job);
}

void
persons_record(struct committer *committer)
{
	struct job *job;

	if ((job = calloc(1, sizeof(*job))) == NULL)
		die("out of memory");
	job->apply = record_apply;
	job->done = record_done;
	job->repeatable = true;
	commit_submit(committer, job);
}

/* --- asking -------------------------------------------------------------- */

unsigned
persons_roles(uid_t uid)
{
	unsigned bits;

	pthread_rwlock_rdlock(&lock);
	bits = people_roles(people, uid, clock_now());
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
