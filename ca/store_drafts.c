/*
 * Drafts of documents.  See store_drafts.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "stop.h"
#include "store_drafts.h"
#include "store_events.h"
#include "store_private.h"
#include "text.h"

#define PIECE	((size_t)128 * 1024)	/* read back at once */

struct draft {
	struct store	*store;
	size_t		 size, front;
	struct bytes	 small;		/* all of it, while there is no file */
	int		 fd;		/* -1: there is none */
	bool		 put;		/* the file has its name */
	char		 name[32];	/* in unfinished/ */
	char		 sha256[SHA256_TEXT];
};

struct draft *
draft_new(struct store *store, size_t front)
{
	struct draft *d = calloc(1, sizeof(*d));

	if (d == NULL)
		die("out of memory");
	d->store = store;
	d->fd = -1;
	d->front = d->size = front;
	bytes_resize(&d->small, front);
	return d;
}

void
draft_free(struct draft *d)
{
	if (d == NULL)
		return;
	if (d->fd != -1) {
		close(d->fd);
		if (!d->put)
			large_abandon(d->store, d->name);
	}
	bytes_free(&d->small);
	free(d);
}

static int
cannot(const char *what, struct err *err)
{
	int code = errno == EDQUOT ? ENOSPC : errno;

	return err_set(err, code, "cannot %s a document in unfinished/: %s",
	    what, strerror(code));
}

static int
write_at(struct draft *d, struct slice s, size_t offset, struct err *err)
{
	ssize_t n;

	if (d->fd == -1) {
		memcpy(d->small.data + offset, s.data, s.size);
		return 0;
	}
	while (s.size > 0) {
		n = pwrite(d->fd, s.data, s.size, (off_t)offset);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return cannot("write", err);
		s.data += n;
		s.size -= (size_t)n;
		offset += (size_t)n;
	}
	return 0;
}

/* What is in memory goes into a file. */
static int
move_out(struct draft *d, struct err *err)
{
	static atomic_uint number;

	snprintf(d->name, sizeof(d->name), "draft-%u",
	    atomic_fetch_add(&number, 1));
	if (fault_here("draft-enospc"))
		errno = ENOSPC;
	else
		d->fd = large_open(d->store, d->name);
	if (d->fd == -1)
		return cannot("begin", err);
	if (write_at(d, SLICE(&d->small), 0, err) != 0)
		return -1;
	bytes_free(&d->small);
	return 0;
}

int
draft_write(struct draft *d, struct slice s, struct err *err)
{
	if (d->fd == -1 && d->size + s.size > STORE_INLINE &&
	    move_out(d, err) != 0)
		return -1;
	if (d->fd == -1)
		bytes_put(&d->small, s.data, s.size);
	else if (write_at(d, s, d->size, err) != 0)
		return -1;
	d->size += s.size;
	return 0;
}

void
draft_hurry(struct draft *d)
{
	if (d->fd != -1)
		(void)sync_file_range(d->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

int
draft_set_front(struct draft *d, struct slice s, struct err *err)
{
	if (s.size != d->front)
		die("%zu octets for the front of a draft, which has %zu",
		    s.size, d->front);
	return write_at(d, s, 0, err);
}

/* --- reading back -------------------------------------------------------- */

/* One piece at the place where `s` should stand. */
static bool
is_there(struct draft *d, struct slice s, size_t offset, unsigned char *room)
{
	size_t size = 0;
	ssize_t n;

	if (d->fd == -1)
		return memcmp(d->small.data + offset, s.data, s.size) == 0;
	while (size < s.size) {
		n = pread(d->fd, room + size, s.size - size,
		    (off_t)(offset + size));
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		size += (size_t)n;
	}
	return memcmp(room, s.data, s.size) == 0;
}

/* What was compared is what is hashed, piece by piece. */
static bool
read_back(struct draft *d, const struct slice *parts, size_t count,
    EVP_MD_CTX *hash)
{
	unsigned char *room = malloc(PIECE);
	size_t offset = 0, i, at, n;
	bool same = true;

	if (room == NULL)
		die("out of memory");
	for (i = 0; i < count; i++)
		for (at = 0; same && at < parts[i].size; at += n) {
			struct slice s = { parts[i].data + at, PIECE };

			n = parts[i].size - at;
			if (n > PIECE)
				n = PIECE;
			s.size = n;
			same = offset + n <= d->size &&
			    is_there(d, s, offset, room) &&
			    EVP_DigestUpdate(hash, s.data, n) == 1;
			offset += n;
		}
	free(room);
	return same && offset == d->size;
}

int
draft_finish(struct draft *d, const struct slice *parts, size_t count,
    struct err *err)
{
	unsigned char digest[SHA256_OCTETS];
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	bool same;

	if (hash == NULL || EVP_DigestInit_ex2(hash, EVP_sha256(), NULL) != 1)
		die("no SHA-256");
	same = read_back(d, parts, count, hash) &&
	    EVP_DigestFinal_ex(hash, digest, NULL) == 1;
	EVP_MD_CTX_free(hash);
	if (!same)
		return err_set(err, EIO, "a document in unfinished/ is not "
		    "what was written");
	hex_lower(d->sha256, digest, sizeof(digest));
	if (d->fd != -1 && fsync(d->fd) != 0)
		return cannot("sync", err);
	return 0;
}

size_t
draft_size(const struct draft *d)
{
	return d->size;
}

const char *
draft_sha256(const struct draft *d)
{
	return d->sha256;
}

/* --- putting ------------------------------------------------------------- */

int
documents_put_draft(struct tx *tx, struct draft *d, struct err *err)
{
	struct document_row row;
	char sha256[SHA256_TEXT];

	if (d->fd == -1)
		return documents_put(tx, SLICE(&d->small), sha256, err);
	if (documents_find(&tx->view, d->sha256, &row))
		return 0;
	if (!d->put && large_finish(d->store, "documents", d->sha256,
	    d->name, err) != 0)
		return -1;
	d->put = true;
	return documents_put_row(tx, d->sha256, d->size, err);
}
