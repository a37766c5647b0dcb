/*
 * The signer's journal: see journal.h and docs/FORMAT.journal.  The hash of a
 * record is SHA-256 over the 64 hexadecimal digits of the hash before it and
 * the line without its own hash and the space in front of it, so a record
 * proves itself and all before it.
 *
 * Blocks are allocated ahead of the end, so that what was begun can always be
 * ended, and so that a full disk stops certificates a megabyte before it stops
 * CRLs.  They are filled with empty lines: a record then changes neither the
 * size of the file nor its extents, and its sync is one write of the device
 * and not three.
 */
#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ca/stop.h"
#include "journal.h"
#include "journal_line.h"

#define PAIR_MAX	1400	/* octets of a begin and its end */
#define MARGIN		(128 * PAIR_MAX)	/* for ends still to come */
#define STEP		(1024 * 1024)
#define CHUNK		(256 * 1024)
#define TAIL_MAX	(1024 * 1024)	/* unsynced: some batches */

struct journal {
	int		fd;
	pthread_mutex_t	syncing;	/* held while fd is synced */
	pthread_mutex_t	lock;		/* all below */
	struct journal_mark end;
	uint64_t	synced;		/* offset */
	uint64_t	allocated;	/* offset up to which blocks exist */
	uint64_t	filled;		/* and up to which there are lines */
	bool		cannot_allocate;	/* not on this file system */
	bool		broken;		/* the file is in doubt */
	struct bytes	out;
};

/* --- reading ------------------------------------------------------------- */

struct reading {
	struct journal	*j;
	journal_each	*each;
	void		*arg;
	struct bytes	 buffer;	/* from j->end.offset on */
};

/* One line at the front of the buffer: 1 taken, 0 no record, -1 fault. */
static int
read_line(struct reading *r, size_t *taken, struct err *err)
{
	struct journal_record record = { 0 };
	unsigned char hash[SHA256_OCTETS], *line = r->buffer.data + *taken;
	unsigned char *newline;
	int ret;

	newline = memchr(line, '\n', r->buffer.size - *taken);
	if (newline == NULL || journal_line_parse((struct slice){ line,
	    (size_t)(newline - line) }, r->j->end.hash, &record, hash) == -1 ||
	    record.seq != r->j->end.seq) {
		bytes_free(&record.signature);
		return 0;
	}
	record.offset = r->j->end.offset;
	ret = r->each == NULL || r->each(r->arg, &record, err) == 0 ? 1 : -1;
	*taken += (size_t)(newline - line) + 1;
	r->j->end.offset += (uint64_t)(newline - line) + 1;
	r->j->end.seq++;
	memcpy(r->j->end.hash, hash, sizeof(hash));
	bytes_free(&record.signature);
	return ret;
}

static int
fill(struct reading *r, uint64_t offset, struct err *err)
{
	size_t old = r->buffer.size;
	ssize_t n;

	bytes_resize(&r->buffer, old + CHUNK);
	do
		n = pread(r->j->fd, r->buffer.data + old, CHUNK,
		    (off_t)offset);
	while (n == -1 && errno == EINTR);
	r->buffer.size = old + (n > 0 ? (size_t)n : 0);
	if (n == -1)
		return err_set(err, errno, "the journal cannot be read: %m");
	return n > 0;
}

/* The whole lines at the front of the buffer: 1 all, 0 the last, -1 fault. */
static int
read_lines(struct reading *r, size_t *taken, struct err *err)
{
	int line = 1;

	*taken = 0;
	while (line == 1 && memchr(r->buffer.data + *taken, '\n',
	    r->buffer.size - *taken) != NULL)
		line = read_line(r, taken, err);
	return line;
}

/*
 * The lines that were read, to where they were.  A signer whose sync failed
 * left octets that are in the page cache and for the kernel on the disk, where
 * they are not: only what is written anew is synced.
 */
static int
write_again(struct reading *r, size_t taken, struct err *err)
{
	uint64_t at = r->j->end.offset - taken;
	size_t done = 0;
	ssize_t n;

	while (done < taken) {
		if (fault_here("journal-rewrite")) {
			errno = EIO;
			n = -1;
		} else
			n = pwrite(r->j->fd, r->buffer.data + done,
			    taken - done, (off_t)(at + done));
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set(err, errno, "the signer's journal "
			    "cannot be written again: %m");
		done += (size_t)n;
	}
	return 0;
}

static int
read_all(struct reading *r, struct err *err)
{
	uint64_t offset = r->j->end.offset;
	size_t taken;
	int got, line;

	while ((got = fill(r, offset, err)) == 1) {
		offset = r->j->end.offset + r->buffer.size;
		if ((line = read_lines(r, &taken, err)) == -1 ||
		    write_again(r, taken, err) == -1)
			return -1;
		if (line == 0)
			return 0;
		memmove(r->buffer.data, r->buffer.data + taken,
		    r->buffer.size - taken);
		r->buffer.size -= taken;
		/* No record is so long: this is not a line of ours. */
		if (r->buffer.size > JOURNAL_RECORD_MAX)
			break;
	}
	return got == -1 ? -1 : 0;
}

/*
 * Where what lies behind the last record ends: there, unless something was
 * torn.  Empty lines were filled in, zeros are blocks that never were.
 */
static int
find_tail(struct journal *j, uint64_t *tail, struct err *err)
{
	unsigned char chunk[16384];
	uint64_t at = j->end.offset;
	ssize_t n, i;

	*tail = at;
	while ((n = pread(j->fd, chunk, sizeof(chunk), (off_t)at)) > 0) {
		for (i = n; i > 0 && (chunk[i - 1] == '\n' ||
		    chunk[i - 1] == 0); i--)
			;
		if (i > 0)
			*tail = at + (uint64_t)i;
		at += (uint64_t)n;
	}
	if (n == -1)
		return err_set(err, errno, "the journal cannot be read: %m");
	return 0;
}

/* A copy of what is cut, for who wants to look at it; no fault if not. */
static void
keep_tail(struct journal *j, const char *path, uint64_t tail)
{
	unsigned char chunk[4096];
	char name[1024];
	uint64_t at = j->end.offset;
	ssize_t n;
	int fd;

	snprintf(name, sizeof(name), "%s.torn-%" PRIu64, path, j->end.seq);
	if ((fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC |
	    O_NOFOLLOW, 0600)) == -1)
		return;
	while (at < tail && (n = pread(j->fd, chunk, tail - at <
	    sizeof(chunk) ? (size_t)(tail - at) : sizeof(chunk),
	    (off_t)at)) > 0 && write(fd, chunk, (size_t)n) == n)
		at += (uint64_t)n;
	close(fd);
}

/* Empty lines; how far they came. */
static uint64_t
put_empty_lines(struct journal *j, uint64_t from, uint64_t to)
{
	unsigned char lines[16384];
	size_t size;
	ssize_t n;

	memset(lines, '\n', sizeof(lines));
	while (from < to) {
		size = to - from < sizeof(lines) ? (size_t)(to - from) :
		    sizeof(lines);
		if ((n = pwrite(j->fd, lines, size, (off_t)from)) <= 0)
			break;
		from += (uint64_t)n;
	}
	return from;
}

/*
 * What lies behind the last whole record is overwritten, and said so.  The file
 * keeps its blocks: on a full disk they would be gone, and with them the place
 * for what is said.
 */
static int
cut_tail(struct journal *j, const char *path, uint64_t synced,
    struct err *err)
{
	struct journal_record note = { .type = JOURNAL_NOTE };
	uint64_t tail;

	if (find_tail(j, &tail, err) == -1)
		return -1;
	if (tail == j->end.offset && tail >= synced)
		return 0;
	if (j->end.offset < synced || tail - j->end.offset > TAIL_MAX)
		return err_set(err, EBADMSG, "the journal is damaged at octet "
		    "%" PRIu64 ", and not by a crash; nothing is signed until "
		    "a person has looked at it", j->end.offset);
	keep_tail(j, path, tail);
	if (put_empty_lines(j, j->end.offset, tail) < tail)
		return err_set(err, errno, "the journal's torn end cannot be "
		    "cut: %m");
	snprintf(note.text, sizeof(note.text), "cut %" PRIu64 " octets behind "
	    "the last whole record, torn by a crash before they were synced",
	    tail - j->end.offset);
	log_line("journal: %s", note.text);
	return journal_append(j, &note, 1, err);
}

static int
begin_new(struct journal *j, struct err *err)
{
	struct journal_record note = { .type = JOURNAL_NOTE };

	snprintf(note.text, sizeof(note.text), "journal of a signer begun");
	return journal_append(j, &note, 1, err);
}

/* Does the record in front of the mark end in the mark's hash? */
static bool
mark_fits(struct journal *j)
{
	char found[SHA256_TEXT], hex[SHA256_TEXT];

	if (j->end.offset < sizeof(found))
		return false;
	hex_lower(hex, j->end.hash, SHA256_OCTETS);
	hex[64] = '\n';
	return pread(j->fd, found, sizeof(found),
	    (off_t)(j->end.offset - sizeof(found))) == sizeof(found) &&
	    memcmp(found, hex, sizeof(found)) == 0;
}

struct journal *
journal_open(const char *path, const struct journal_mark *from,
    uint64_t synced, journal_each *each, void *arg, struct err *err)
{
	struct reading r = { .each = each, .arg = arg };
	struct journal *j;
	struct stat st;

	if ((j = calloc(1, sizeof(*j))) == NULL)
		die("out of memory");
	pthread_mutex_init(&j->syncing, NULL);
	pthread_mutex_init(&j->lock, NULL);
	r.j = j;
	j->end.seq = 1;
	if (from != NULL)
		j->end = *from;
	j->synced = j->end.offset;
	if ((j->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    0600)) == -1) {
		err_set(err, errno, "%s: %m", path);
		goto out;
	}
	if (flock(j->fd, LOCK_EX | LOCK_NB) == -1) {
		err_set(err, EBUSY, "another signer holds the journal");
		goto out;
	}
	if (fstat(j->fd, &st) == -1 || (uint64_t)st.st_size < j->end.offset) {
		err_set(err, EBADMSG, "the journal is shorter than it was");
		goto out;
	}
	if (from != NULL && !mark_fits(j)) {
		err_set(err, ESTALE, "the mark does not fit the journal");
		goto out;
	}
	j->allocated = (uint64_t)st.st_blocks * 512;
	j->filled = (uint64_t)st.st_size;
	if (read_all(&r, err) == -1)
		goto out;
	if (cut_tail(j, path, synced, err) == -1)
		goto out;
	if (j->end.offset == 0 && begin_new(j, err) == -1)
		goto out;
	if (journal_sync(j, err) == -1)
		goto out;
	bytes_free(&r.buffer);
	return j;
out:
	bytes_free(&r.buffer);
	journal_close(j);
	return NULL;
}

void
journal_close(struct journal *j)
{
	if (j == NULL)
		return;
	if (j->fd != -1)
		close(j->fd);
	pthread_mutex_destroy(&j->lock);
	pthread_mutex_destroy(&j->syncing);
	bytes_free(&j->out);
	free(j);
}

int
journal_read(struct journal *j, uint64_t offset, struct journal_record *r,
    struct err *err)
{
	unsigned char line[JOURNAL_RECORD_MAX], *newline;
	ssize_t n;

	do
		n = pread(j->fd, line, sizeof(line), (off_t)offset);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return err_set(err, errno, "the journal cannot be read: %m");
	newline = memchr(line, '\n', (size_t)n);
	if (newline == NULL || journal_line_parse((struct slice){ line,
	    (size_t)(newline - line) }, NULL, r, NULL) == -1)
		return err_set(err, EBADMSG, "there is no record at octet %"
		    PRIu64 " of the journal", offset);
	r->offset = offset;
	return 0;
}

/* --- writing ------------------------------------------------------------- */

/* Empty lines up to `to`; where there are none a sync is only slower. */
static void
fill_ahead(struct journal *j, uint64_t to)
{
	if (j->filled < j->end.offset)
		j->filled = j->end.offset;
	j->filled = put_empty_lines(j, j->filled, to);
}

static int
set_aside(struct journal *j, uint64_t from, uint64_t size)
{
	if (fault_here("journal-edquot")) {
		errno = EDQUOT;
		return -1;
	}
	return fallocate(j->fd, FALLOC_FL_KEEP_SIZE, (off_t)from,
	    (off_t)size);
}

/* Blocks up to `wanted`; with the lock. */
static int
allocate(struct journal *j, uint64_t wanted)
{
	uint64_t from = j->end.offset, ahead = wanted + STEP - from;

	if (wanted <= j->allocated || j->cannot_allocate)
		return 0;
	if (set_aside(j, from, ahead) == 0) {
		j->allocated = from + ahead;
		fill_ahead(j, j->allocated);
		return 0;
	}
	if (errno == EOPNOTSUPP || errno == ENOSYS) {
		j->cannot_allocate = true;
		return 0;
	}
	if (set_aside(j, from, wanted - from) == -1)
		return -1;
	j->allocated = wanted;
	return 0;
}

int
journal_room(struct journal *j, size_t count, bool urgent, struct err *err)
{
	uint64_t wanted;
	int ret = 0;

	pthread_mutex_lock(&j->lock);
	wanted = j->end.offset + count * PAIR_MAX + MARGIN +
	    (urgent ? 0 : JOURNAL_RESERVE);
	if (j->broken)
		ret = err_set(err, EIO, "the journal is in doubt");
	else if (fault_here("journal-enospc"))
		ret = err_set(err, ENOSPC, "the signer's journal cannot grow");
	else if (allocate(j, wanted) == -1)
		ret = err_set(err, errno, "the signer's journal cannot grow: "
		    "%m");
	pthread_mutex_unlock(&j->lock);
	return ret;
}

/* Back to the end before; a file that cannot be cut is in doubt. */
static void
take_back(struct journal *j)
{
	if (ftruncate(j->fd, (off_t)j->end.offset) == -1) {
		j->broken = true;
		log_line("journal: what was not written whole cannot be cut: "
		    "%m");
		return;
	}
	j->allocated = j->filled = j->end.offset;
}

static ssize_t
write_some(struct journal *j, size_t done)
{
	bool full = fault_here("journal-write");

	if (full || fault_here("journal-write-edquot")) {
		errno = full ? ENOSPC : EDQUOT;
		return -1;
	}
	return pwrite(j->fd, j->out.data + done, j->out.size - done,
	    (off_t)(j->end.offset + done));
}

static int
write_out(struct journal *j, struct err *err)
{
	size_t done = 0;
	ssize_t n;

	while (done < j->out.size) {
		n = write_some(j, done);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			err_set(err, errno, "the signer's journal cannot be "
			    "written: %m");
			take_back(j);
			return -1;
		}
		done += (size_t)n;
	}
	return 0;
}

int
journal_append(struct journal *j, struct journal_record *records,
    size_t count, struct err *err)
{
	struct journal_mark next;
	usec_t now = clock_now();
	size_t i;
	int ret = -1;

	pthread_mutex_lock(&j->lock);
	if (j->broken) {
		err_set(err, EIO, "the journal is in doubt");
		goto out;
	}
	bytes_clear(&j->out);
	next = j->end;
	for (i = 0; i < count; i++) {
		records[i].seq = next.seq++;
		records[i].offset = j->end.offset + j->out.size;
		records[i].time = now;
		journal_line_put(&j->out, &records[i], next.hash);
	}
	next.offset += j->out.size;
	if (write_out(j, err) == -1)
		goto out;
	j->end = next;
	ret = 0;
out:
	pthread_mutex_unlock(&j->lock);
	return ret;
}

/* With `syncing`. */
static int
sync_file(struct journal *j, struct err *err)
{
	bool broken, done;
	uint64_t end;
	int ret = 0;

	pthread_mutex_lock(&j->lock);
	end = j->end.offset;
	broken = j->broken;
	done = j->synced >= end;
	pthread_mutex_unlock(&j->lock);
	if (broken)
		return err_set(err, EIO, "the journal is in doubt");
	if (done)
		return 0;
	if (fault_here("journal-sync")) {
		errno = EIO;
		ret = -1;
	} else
		ret = fdatasync(j->fd);
	if (ret == -1)
		err_set(err, EIO, "the signer's journal cannot be synced: %m");
	pthread_mutex_lock(&j->lock);
	if (ret == -1)
		j->broken = true;
	else
		j->synced = end;
	pthread_mutex_unlock(&j->lock);
	return ret;
}

/*
 * One at a time: the kernel tells of a write that failed to the first who
 * asks, and to nobody after; what it could not write it then takes for written.
 */
int
journal_sync(struct journal *j, struct err *err)
{
	int ret;

	pthread_mutex_lock(&j->syncing);
	ret = sync_file(j, err);
	pthread_mutex_unlock(&j->syncing);
	return ret;
}

bool
journal_is_in_doubt(struct journal *j)
{
	bool broken;

	pthread_mutex_lock(&j->lock);
	broken = j->broken;
	pthread_mutex_unlock(&j->lock);
	return broken;
}

void
journal_mark(struct journal *j, struct journal_mark *mark)
{
	pthread_mutex_lock(&j->lock);
	*mark = j->end;
	pthread_mutex_unlock(&j->lock);
}

bool
journal_is_dirty(struct journal *j)
{
	bool dirty;

	pthread_mutex_lock(&j->lock);
	dirty = j->synced < j->end.offset;
	pthread_mutex_unlock(&j->lock);
	return dirty;
}
