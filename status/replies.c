/*
 * What the responder replies; see replies.h.
 */
#include <stdlib.h>
#include <string.h>

#include "../ca/err.h"
#include "replies.h"

struct replies {
	struct served *const *places;
	size_t		count;
	struct keep	*keep;
};

struct replies *
replies_new(struct served *const *places, size_t count, size_t keep)
{
	struct replies *r = calloc(1, sizeof *r);

	if (r == NULL)
		die("out of memory");
	r->places = places;
	r->count = count;
	r->keep = keep_new(keep);
	return r;
}

void
replies_free(struct replies *r)
{
	if (r == NULL)
		return;
	keep_free(r->keep);
	free(r);
}

void
reply_clear(struct reply *reply)
{
	kept_release(reply->kept);
	reply->kept = NULL;
}

/* --- files --------------------------------------------------------------- */

/* What a file is kept by: its place, and all that was asked. */
static void
file_key(size_t place, const struct ocsp_id *id, struct bytes *to)
{
	bytes_clear(to);
	put_u8(to, 'f');
	put_u32(to, (uint32_t)place);
	put_u8(to, (uint8_t)id->hash);
	put_blob(to, id->name_hash);
	put_blob(to, id->key_hash);
	put_text(to, id->serial);
}

/* The file's answer; what was read before counts while the file is the same. */
static struct kept *
from_file(struct replies *r, size_t place, const struct ocsp_ids *ids)
{
	const struct served *served = r->places[place];
	char name[SERVED_NAME];
	struct bytes key = { 0 };
	struct kept *k = NULL;
	struct stat st;

	if (served_look(served, &ids->id[0], name, &st) != 1)
		return NULL;
	file_key(place, &ids->id[0], &key);
	k = keep_find(r->keep, SLICE(&key));
	if (k != NULL && !served_is_same(k, &st)) {
		kept_release(k);
		k = NULL;
	}
	if (k == NULL && served_read(served, ids, name, SLICE(&key), &k) == 1)
		keep_put(r->keep, k);
	bytes_free(&key);
	return k;
}

static struct kept *
from_files(struct replies *r, const struct ocsp_ids *ids)
{
	struct kept *k = NULL;

	for (size_t i = 0; i < r->count && ids->count == 1 && k == NULL; i++)
		k = from_file(r, i, ids);
	return k;
}

/* --- the whole ----------------------------------------------------------- */

void
replies_find(struct replies *r, struct slice request, struct reply *to)
{
	struct ocsp_ids ids;

	to->kept = NULL;
	to->file = OCSP_MALFORMED;
	if (ocsp_request_decode(request, &ids) != 0)
		return;
	to->file = OCSP_UNAUTHORIZED;
	if (ids.critical || (to->kept = from_files(r, &ids)) == NULL)
		return;
	to->file = OCSP_ANSWER;
	if (!kept_is_valid(to->kept, clock_now())) {
		reply_clear(to);
		to->file = OCSP_TRY_LATER;
	}
}
