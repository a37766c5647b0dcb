/*
 * A list and the one before it.  See crl_before.h.
 */
#include <errno.h>
#include <string.h>

#include <openssl/evp.h>

#include "../ca/store_events.h"
#include "../ca/store_status.h"
#include "../ca/text.h"
#include "crl.h"
#include "crl_before.h"

#define PIECE	((size_t)256 * 1024)	/* read at once */

struct merge {
	struct view	*view;
	const struct crl *before;
	uint64_t	 read;		/* octets of it */
	struct bytes	 piece, next;
	struct slice	 rest;		/* of the piece, not taken yet */
	size_t		 left;		/* octets of entries, not taken yet */
	EVP_MD_CTX	*digest;
	struct slice	 entry, serial;	/* the one in front, if there is one */
	bool		 has_entry;
	struct memory_file *file;
	int64_t		 entries;
	int		 ret;
	struct err	*err;
};

/* --- the one before ------------------------------------------------------ */

static int
is_wrong(struct merge *m, const char *what)
{
	return err_set(m->err, EBADMSG, "CRL number %lld, as it was kept, %s",
	    (long long)m->before->number, what);
}

/* The next octets of it, behind those that were not taken. */
static int
read_piece(struct merge *m)
{
	size_t rest = m->rest.size;

	if (documents_read_part(m->view, m->before->sha256, m->read, PIECE,
	    &m->next) != 1)
		return is_wrong(m, "cannot be read");
	if (EVP_DigestUpdate(m->digest, m->next.data, m->next.size) != 1)
		die("out of memory");
	m->read += m->next.size;
	if (rest > 0)
		memmove(m->piece.data, m->rest.data, rest);
	m->piece.size = rest;
	bytes_put(&m->piece, m->next.data, m->next.size);
	m->rest = SLICE(&m->piece);
	return 0;
}

static int
next_entry(struct merge *m)
{
	int got = 0;

	m->has_entry = false;
	if (m->left == 0)
		return 0;
	got = crl_next_octets(&m->rest, &m->entry, &m->serial);
	if (got == 0) {
		if (read_piece(m) != 0)
			return -1;
		got = crl_next_octets(&m->rest, &m->entry, &m->serial);
	}
	if (got != 1 || m->entry.size > m->left)
		return is_wrong(m, "is malformed at an entry");
	m->left -= m->entry.size;
	m->has_entry = true;
	return 0;
}

static int
begin(struct merge *m)
{
	size_t front;

	if ((m->digest = EVP_MD_CTX_new()) == NULL ||
	    EVP_DigestInit_ex(m->digest, EVP_sha256(), NULL) != 1)
		die("out of memory");
	if (read_piece(m) != 0)
		return -1;
	if (crl_find_entries(m->rest, &front, &m->left) != 0)
		return is_wrong(m, "is malformed at its beginning");
	m->rest.data += front;
	m->rest.size -= front;
	return next_entry(m);
}

/* To its end: are these the octets that were signed? */
static int
check_digest(struct merge *m)
{
	unsigned char digest[32];
	char text[SHA256_TEXT];

	do {
		m->rest.size = 0;
		if (read_piece(m) != 0)
			return -1;
	} while (m->next.size > 0);
	if (EVP_DigestFinal_ex(m->digest, digest, NULL) != 1)
		die("out of memory");
	hex_lower(text, digest, sizeof digest);
	return strcmp(text, m->before->sha256) == 0 ? 0 :
	    is_wrong(m, "is not what was signed");
}

/* --- what becomes of it -------------------------------------------------- */

static int
put_octets(struct merge *m, struct slice entry)
{
	struct bytes *to = memory_file_tail(m->file);

	bytes_put(to, entry.data, entry.size);
	m->entries++;
	return memory_file_flush(m->file, m->err);
}

static int
put_row(struct merge *m, const struct crl_row *row)
{
	struct crl_entry entry = { row->serial, row->effective, row->reason,
	    row->invalidity };

	crl_put_entry(memory_file_tail(m->file), &entry);
	m->entries++;
	return memory_file_flush(m->file, m->err);
}

/* All that stand before this one; NULL: all. */
static int
keep_until(struct merge *m, const struct slice *serial)
{
	while (m->has_entry &&
	    (serial == NULL || crl_order(m->serial, *serial) < 0))
		if (put_octets(m, m->entry) != 0 || next_entry(m) != 0)
			return -1;
	return 0;
}

static int
take_change(void *arg, const struct crl_row *row)
{
	struct merge *m = arg;

	m->ret = -1;
	if (keep_until(m, &row->serial) != 0)
		return -1;
	if (m->has_entry && crl_order(m->serial, row->serial) == 0 &&
	    next_entry(m) != 0)
		return -1;
	if (row->reason != REASON_REINSTATED && put_row(m, row) != 0)
		return -1;
	m->ret = 0;
	return 0;
}

int
crl_from_before(struct view *view, const struct crl_wanted *wanted,
    const struct crl *before, struct memory_file *file, int64_t *entries,
    struct err *err)
{
	struct merge m = { .view = view, .before = before, .file = file,
	    .err = err };
	int ret = -1;

	if (begin(&m) != 0)
		goto out;
	if (!crl_changes(view, wanted, before, take_change, &m)) {
		ret = 0;
		goto out;
	}
	if (m.ret != 0 || keep_until(&m, NULL) != 0 || check_digest(&m) != 0)
		goto out;
	*entries = m.entries;
	ret = 1;
out:
	EVP_MD_CTX_free(m.digest);
	bytes_free(&m.piece);
	bytes_free(&m.next);
	return ret;
}
