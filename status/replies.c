/*
 * What the responder replies; see replies.h.
 */
#include <stdlib.h>
#include <string.h>

#include "../ca/err.h"
#include "doubts.h"
#include "ocsp_response.h"
#include "replies.h"

#define RENEW_AT_ONCE	64

struct place {			/* what a link hears is about this one */
	struct replies	*replies;
	size_t		 index;
};
struct replies {
	struct replies_plan plan;
	struct place	 places[REPLIES_PLACES];
	struct keep	*keep;
	struct doubts	*doubts;	/* about files */
	atomic_uint_fast64_t changes;	/* that were heard of */
};

/* A question to core under way. */
struct ticket {
	struct replies	*replies;
	size_t		 place;
	uint64_t	 changes;	/* when it was asked */
	bool		 fresh;		/* with the nonce of the request */
	struct bytes	 request;
	struct reply	*reply;		/* NULL: nobody waits, */
	struct kept	*renewed;	/* this one is renewed */
	void		(*done)(void *arg);
	void		*arg;
};

void
reply_clear(struct reply *reply)
{
	kept_release(reply->kept);
	reply->kept = NULL;
}

/* What an answer is kept by: its place, and all that was asked. */
static void
make_key(char from, size_t place, const struct ocsp_ids *ids,
    struct bytes *to)
{
	bytes_clear(to);
	put_u8(to, (uint8_t)from);
	put_u32(to, (uint32_t)place);
	for (size_t i = 0; i < ids->count; i++) {
		put_u8(to, (uint8_t)ids->id[i].hash);
		put_blob(to, ids->id[i].name_hash);
		put_blob(to, ids->id[i].key_hash);
		put_text(to, ids->id[i].serial);
	}
}

/* --- from files ---------------------------------------------------------- */

/* The file's answer; what was read before counts while the file is the same. */
static struct kept *
from_file(struct replies *r, size_t place, const struct ocsp_ids *ids)
{
	const struct served *served = r->plan.places[place];
	char name[SERVED_NAME];
	struct bytes key = { 0 };
	struct kept *k = NULL;
	struct stat st;

	if (served_look(served, &ids->id[0], name, &st) != 1)
		return NULL;
	make_key('f', place, ids, &key);
	k = keep_find(r->keep, SLICE(&key));
	if (k != NULL && !served_is_same(k, &st)) {
		kept_release(k);
		k = NULL;
	}
	if (k == NULL && served_read(served, ids, name, SLICE(&key), &k) == 1)
		keep_put(r->keep, k);
	bytes_free(&key);
	/* Good, and core has said since that something changed. */
	if (k != NULL && k->good && doubts_has(r->doubts, ids->id[0].serial,
	    ids->id[0].hash, k->inode)) {
		kept_release(k);
		return NULL;
	}
	return k;
}

static struct kept *
from_files(struct replies *r, const struct ocsp_ids *ids)
{
	struct kept *k = NULL;

	for (size_t i = 0; i < r->plan.count && ids->count == 1 && k == NULL;
	    i++)
		k = from_file(r, i, ids);
	return k;
}

/* --- from core, before --------------------------------------------------- */

/* The place whose CA is asked; `count`: none, and some may be unknown. */
static size_t
find_place(struct replies *r, const struct ocsp_ids *ids, bool *unknown)
{
	int serves;

	*unknown = false;
	for (size_t i = 0; i < r->plan.count; i++) {
		if (r->plan.links[i] == NULL)
			continue;
		serves = link_serves(r->plan.links[i], ids);
		if (serves == 1)
			return i;
		*unknown = *unknown || serves == -1;
	}
	return r->plan.count;
}

/* Said on this connection: whatever changed since was heard of. */
static struct kept *
from_memory(struct replies *r, size_t place, const struct ocsp_ids *ids,
    bool *confirmed)
{
	struct bytes key = { 0 };
	struct kept *k;

	make_key('c', place, ids, &key);
	if ((k = keep_find(r->keep, SLICE(&key))) != NULL) {
		atomic_store(&k->used, true);
		*confirmed = k->connection ==
		    link_connection(r->plan.links[place]);
	}
	bytes_free(&key);
	return k;
}

/* --- the reply ----------------------------------------------------------- */

static bool
is_valid(const struct reply *reply)
{
	return reply->kept != NULL && kept_is_valid(reply->kept, clock_now());
}

/*
 * What is there, and who could say more.  An answer that core did not confirm
 * since it came back is given only while it is away.
 */
static bool
decide(struct replies *r, const struct ocsp_ids *ids,
    const struct sockaddr *client, struct reply *to)
{
	bool unknown, file = to->kept != NULL, there, kept;
	usec_t now = clock_steady();

	to->confirmed = file;
	to->place = find_place(r, ids, &unknown);
	there = to->place < r->plan.count &&
	    link_connection(r->plan.links[to->place]) != 0;
	if (to->place < r->plan.count && !is_valid(to)) {
		reply_clear(to);
		to->kept = from_memory(r, to->place, ids, &to->confirmed);
	}
	kept = is_valid(to);
	to->fresh = there && ids->nonce.size > 0 &&
	    rates_take(r->plan.nonces, client, now);
	if (to->fresh)
		return false;
	if (kept && (to->confirmed || !there)) {
		to->file = OCSP_ANSWER;
		return true;
	}
	if (there && rates_take(r->plan.questions, client, now))
		return false;
	reply_clear(to);
	to->file = file || unknown || to->place < r->plan.count ?
	    OCSP_TRY_LATER : OCSP_UNAUTHORIZED;
	return true;
}

bool
replies_find(struct replies *r, struct slice request,
    const struct sockaddr *client, struct reply *to)
{
	struct ocsp_ids ids;

	memset(to, 0, sizeof *to);
	to->file = OCSP_MALFORMED;
	if (ocsp_request_decode(request, &ids) != 0)
		return true;
	to->file = OCSP_UNAUTHORIZED;
	for (size_t i = 0; i < ids.count; i++)
		if (ids.id[i].hash == OCSP_OTHER_HASH)
			return true;
	if (ids.critical)
		return true;
	to->kept = from_files(r, &ids);
	return decide(r, &ids, client, to);
}

/* --- core's answer ------------------------------------------------------- */

/* Has it the nonce that was asked for, and no other? */
static bool
has_nonce(const struct kept *k, struct slice nonce)
{
	struct ocsp_facts facts;
	struct err err;

	return ocsp_read(SLICE(&k->der), &facts, &err) == 0 &&
	    slice_equal(facts.nonce, nonce);
}

/*
 * Core's answer as one of ours; NULL: it is none to this question.  What
 * changed while it was on its way may be about it, so it is not kept then.
 */
static struct kept *
take_answer(struct ticket *t, const struct responder_answer *answer,
    uint64_t connection)
{
	struct replies *r = t->replies;
	struct bytes key = { 0 };
	struct kept *k = NULL;
	struct ocsp_ids ids;

	if (ocsp_request_decode(SLICE(&t->request), &ids) != 0)
		return NULL;
	if (!t->fresh || answer->lifetime > 0)
		ids.nonce.size = 0;
	make_key('c', t->place, &ids, &key);
	k = kept_new(SLICE(&key), &ids, answer->der);
	if (k != NULL && !has_nonce(k, ids.nonce)) {
		kept_release(k);
		k = NULL;
	}
	if (k != NULL && answer->lifetime > 0 &&
	    atomic_load(&r->changes) == t->changes) {
		k->connection = connection;
		bytes_copy(&k->request, SLICE(&t->request));
		keep_put(r->keep, k);
	}
	bytes_free(&key);
	return k;
}

/* What there was before is better than nothing, when it is still true. */
static void
fall_back(struct ticket *t, bool away)
{
	struct reply *to = t->reply;

	if (is_valid(to) && (to->confirmed || (away &&
	    link_connection(t->replies->plan.links[t->place]) == 0))) {
		to->file = OCSP_ANSWER;
		return;
	}
	reply_clear(to);
	to->file = OCSP_TRY_LATER;
}

static void
complete(struct ticket *t, const struct responder_answer *answer,
    struct kept *k)
{
	struct reply *to = t->reply;

	if (k != NULL && kept_is_valid(k, clock_now())) {
		reply_clear(to);
		to->kept = k;
		to->own = answer->lifetime == 0;
		to->file = OCSP_ANSWER;
		return;
	}
	kept_release(k);
	if (answer == NULL || answer->file == OCSP_ANSWER ||
	    answer->file == OCSP_TRY_LATER) {
		fall_back(t, answer == NULL);
		return;
	}
	reply_clear(to);
	to->file = (enum ocsp_file)answer->file;
}

static void
answered(void *arg, const struct responder_answer *answer,
    uint64_t connection)
{
	struct ticket *t = arg;
	struct kept *k = NULL;

	if (answer != NULL && answer->file == OCSP_ANSWER)
		k = take_answer(t, answer, connection);
	if (t->reply != NULL) {
		complete(t, answer, k);
		t->done(t->arg);
	} else {
		kept_release(k);
		atomic_store(&t->renewed->renewing, false);
		kept_release(t->renewed);
	}
	bytes_free(&t->request);
	free(t);
}

static void
ask(struct replies *r, size_t place, struct slice request, bool fresh,
    const struct ticket *what)
{
	struct ticket *t = malloc(sizeof *t);

	if (t == NULL)
		die("out of memory");
	*t = *what;
	t->replies = r;
	t->place = place;
	t->fresh = fresh;
	t->changes = atomic_load(&r->changes);
	bytes_copy(&t->request, request);
	link_ask(r->plan.links[place], SLICE(&t->request), fresh, answered, t);
}

void
replies_ask(struct replies *r, struct slice request, struct reply *reply,
    void (*done)(void *arg), void *arg)
{
	ask(r, reply->place, request, reply->fresh, &(struct ticket){
	    .reply = reply, .done = done, .arg = arg });
}

/* --- what the links hear ------------------------------------------------- */

static bool
is_about(void *arg, const struct kept *k)
{
	const char *serial = arg;
	struct ocsp_ids ids;

	if (k->connection == 0 ||
	    ocsp_request_decode(SLICE(&k->request), &ids) != 0)
		return false;
	for (size_t i = 0; i < ids.count; i++)
		if (serial[0] == '\0' || strcmp(ids.id[i].serial, serial) == 0)
			return true;
	return false;
}

/* The files there are now were written before. */
static void
doubt_files(const struct place *place, const char *serial)
{
	struct replies *r = place->replies;
	struct ocsp_id id = { .hash = OCSP_SHA1 };
	char name[SERVED_NAME];
	struct stat st;

	strncpy(id.serial, serial, sizeof id.serial - 1);
	for (; id.hash < OCSP_OTHER_HASH; id.hash++)
		if (served_look(r->plan.places[place->index], &id, name,
		    &st) == 1)
			doubts_put(r->doubts, serial, id.hash, st.st_ino);
}

static void
changed(void *arg, const char *serial)
{
	struct replies *r = ((struct place *)arg)->replies;

	doubt_files(arg, serial);
	atomic_fetch_add(&r->changes, 1);
	keep_drop_those(r->keep, is_about, (void *)(uintptr_t)serial);
}

struct due {
	uint64_t	connection;
	usec_t		now;
	size_t		place;
};

/* Past half of its life, or of an earlier connection; and somebody asked. */
static bool
is_due(void *arg, const struct kept *k)
{
	const struct due *due = arg;
	struct slice in = SLICE(&k->key);
	uint32_t place;
	uint8_t from;

	return k->connection != 0 && atomic_load(&k->used) &&
	    !atomic_load(&k->renewing) && get_u8(&in, &from) == 0 &&
	    get_u32(&in, &place) == 0 && place == due->place &&
	    kept_is_valid(k, due->now) &&
	    (k->connection != due->connection ||
	    kept_is_ageing(k, due->now));
}

static void
renew(void *arg)
{
	struct place *place = arg;
	struct replies *r = place->replies;
	struct due due = { .place = place->index, .now = clock_now(),
	    .connection = link_connection(r->plan.links[place->index]) };
	struct kept *found[RENEW_AT_ONCE];
	size_t n = 0;

	if (due.connection != 0)
		n = keep_collect(r->keep, is_due, &due, found, RENEW_AT_ONCE);
	for (size_t i = 0; i < n; i++) {
		atomic_store(&found[i]->renewing, true);
		ask(r, place->index, SLICE(&found[i]->request), false,
		    &(struct ticket){ .renewed = found[i] });
	}
}

/* --- whole --------------------------------------------------------------- */

struct replies *
replies_new(const struct replies_plan *plan)
{
	struct replies *r = calloc(1, sizeof *r);

	if (r == NULL)
		die("out of memory");
	r->plan = *plan;
	r->keep = keep_new(plan->keep);
	r->doubts = doubts_new();
	for (size_t i = 0; i < plan->count; i++) {
		r->places[i] = (struct place){ r, i };
		if (plan->links[i] != NULL)
			link_start(plan->links[i], &(struct link_ears){
			    changed, renew, &r->places[i] });
	}
	return r;
}

void
replies_free(struct replies *r)
{
	if (r == NULL)
		return;
	keep_free(r->keep);
	doubts_free(r->doubts);
	free(r);
}
