/*
 * Reading a kept CRL.  See crl_reader.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "../ca/store_events.h"
#include "../ca/text.h"
#include "crl.h"
#include "crl_reader.h"

#define PIECE	((size_t)256 * 1024)	/* read at once */

static int
is_wrong(const struct crl_reader *r, const char *what, struct err *err)
{
	char which[32] = "complete";

	if (r->crl->scope == CRL_DELTA)
		strcpy(which, "delta");
	else if (r->crl->scope > 0)
		snprintf(which, sizeof which, "shard %lld",
		    (long long)r->crl->scope);
	return err_set(err, EBADMSG, "CRL number %lld (%s), as it was kept, "
	    "%s", (long long)r->crl->number, which, what);
}

/* The next octets of it, behind those that were not taken. */
static int
read_piece(struct crl_reader *r, struct err *err)
{
	size_t rest = r->rest.size;

	if (documents_read_part(r->view, r->crl->sha256, r->read, PIECE,
	    &r->next) != 1)
		return is_wrong(r, "cannot be read", err);
	if (EVP_DigestUpdate(r->digest, r->next.data, r->next.size) != 1)
		die("out of memory");
	r->read += r->next.size;
	if (rest > 0)
		memmove(r->piece.data, r->rest.data, rest);
	r->piece.size = rest;
	bytes_put(&r->piece, r->next.data, r->next.size);
	r->rest = SLICE(&r->piece);
	return 0;
}

int
crl_reader_next(struct crl_reader *r, struct err *err)
{
	int got;

	r->has_entry = false;
	if (r->left == 0)
		return 0;
	got = crl_next_octets(&r->rest, &r->entry, &r->serial);
	if (got == 0) {
		if (read_piece(r, err) != 0)
			return -1;
		got = crl_next_octets(&r->rest, &r->entry, &r->serial);
	}
	if (got != 1 || r->entry.size > r->left)
		return is_wrong(r, "is malformed at an entry", err);
	r->left -= r->entry.size;
	r->has_entry = true;
	return 0;
}

int
crl_reader_begin(struct crl_reader *r, struct view *view,
    const struct crl *crl, struct err *err)
{
	size_t front;

	memset(r, 0, sizeof *r);
	r->view = view;
	r->crl = crl;
	if ((r->digest = EVP_MD_CTX_new()) == NULL ||
	    EVP_DigestInit_ex(r->digest, EVP_sha256(), NULL) != 1)
		die("out of memory");
	if (read_piece(r, err) != 0)
		return -1;
	if (crl_find_entries(r->rest, &front, &r->left) != 0)
		return is_wrong(r, "is malformed at its beginning", err);
	r->rest.data += front;
	r->rest.size -= front;
	return crl_reader_next(r, err);
}

int
crl_reader_check(struct crl_reader *r, struct err *err)
{
	unsigned char digest[32];
	char text[SHA256_TEXT];

	r->has_entry = false;
	r->left = 0;
	do {
		r->rest.size = 0;
		if (read_piece(r, err) != 0)
			return -1;
	} while (r->next.size > 0);
	if (EVP_DigestFinal_ex(r->digest, digest, NULL) != 1)
		die("out of memory");
	hex_lower(text, digest, sizeof digest);
	return strcmp(text, r->crl->sha256) == 0 ? 0 :
	    is_wrong(r, "is not what was signed", err);
}

void
crl_reader_end(struct crl_reader *r)
{
	EVP_MD_CTX_free(r->digest);
	bytes_free(&r->piece);
	bytes_free(&r->next);
	memset(r, 0, sizeof *r);
}
