/*
 * Revoking by key.  See revocation_key.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/store_certificates.h"
#include "revocation_key.h"

#define KEY_DIR		"revoke/by-key"

/* --- those with the same key --------------------------------------------- */

/* SDP-6.5.1-21: every unexpired certificate that has the public key. */
struct with_key {
	struct certificate *rows;
	size_t		 count;
	usec_t		 now;
};

static int
add_certificate(void *arg, const struct certificate *c)
{
	struct with_key *w = arg;

	if (c->not_after < w->now || strcmp(c->issuer, "issuing") != 0)
		return 0;
	if ((w->count & (w->count + 1)) == 0) {		/* 0, 1, 3, 7 ... */
		w->rows = realloc(w->rows,
		    (2 * w->count + 2) * sizeof *w->rows);
		if (w->rows == NULL)
			die("out of memory");
	}
	w->rows[w->count++] = *c;
	return 0;
}

static void
find_with_key(struct view *view, const char *spki_sha256,
    struct with_key *w)
{
	struct key key;

	w->now = clock_now();
	if (keys_find(view, spki_sha256, &key) == 1)
		certificates_of_key(view, key.id, 0, add_certificate, w);
}

/*
 * Each that may still change, `o->certificate` is none of them; `row` becomes
 * the first's when it is none yet.
 */
static int
change_each(const struct act_order *o, const struct with_key *w,
    struct tx *tx, struct revocation *row, struct err *err)
{
	struct act_order one = *o;
	struct revocation other;
	struct err why;

	for (size_t i = 0; i < w->count; i++) {
		if (w->rows[i].id == o->certificate.id)
			continue;
		one.certificate = w->rows[i];
		if (o->words.invalidity < w->rows[i].issued - USEC_DAY ||
		    w->rows[i].revoked != 0)
			one.words.invalidity = 0;
		else
			one.words.invalidity = o->words.invalidity;
		if (revocation_change(&one, tx, &other, &why) != 0) {
			if (why.code == EKEYREVOKED)
				continue;	/* it says so already */
			*err = why;
			return -1;
		}
		if (row->id == 0)
			*row = other;
	}
	return 0;
}

int
revocation_change_with_key(const struct act_order *o, struct tx *tx,
    struct revocation *row, struct err *err)
{
	struct act_order others = *o;
	struct with_key w = { 0 };
	struct bytes text = { 0 };
	int ret;

	if (revocation_change(o, tx, row, err) != 0)
		return -1;
	if (o->words.reason != REASON_KEY_COMPROMISE)
		return 0;
	find_with_key(tx_view(tx), o->certificate.spki_sha256, &w);
	bytes_printf(&text, "its key is that of %s", o->certificate.serial);
	others.words.text = bytes_text(&text);
	others.words.invalidity = 0;	/* said of that certificate */
	ret = change_each(&others, &w, tx, row, err);
	bytes_free(&text);
	free(w.rows);
	return ret;
}

/* --- by key -------------------------------------------------------------- */

/* Was this very act done before?  Its text says so. */
static bool
key_is_known(struct view *view, const struct act_order *o, const char *key)
{
	struct publication file;
	struct bytes text = { 0 };
	char line[80];
	bool known = false;

	snprintf(line, sizeof line, "\nact: %s\n", o->act);
	if (o->act[0] != '\0' && publication_find(view, KEY_DIR, key,
	    &file) == 1 && publication_bytes(view, file.seq, &text) == 1)
		known = strstr(bytes_text(&text), line) != NULL;
	bytes_free(&text);
	return known;
}

/* What was said of the key before: who asked first stays. */
static void
put_before(struct view *view, const char *key, struct bytes *to)
{
	struct publication file;
	struct bytes old = { 0 };

	if (publication_find(view, KEY_DIR, key, &file) == 1 &&
	    publication_bytes(view, file.seq, &old) == 1)
		bytes_printf(to, "\n%s", bytes_text(&old));
	bytes_free(&old);
}

static int
put_key_text(const struct act_order *o, const char *key,
    const struct with_key *w, struct tx *tx, struct err *err)
{
	struct publication file = { .dir = KEY_DIR };
	struct bytes text = { 0 };
	char time[CLOCK_TEXT];
	int ret;

	snprintf(file.name, sizeof file.name, "%s", key);
	file.time = clock_now();
	clock_text(time, file.time);
	bytes_printf(&text, "key: %s\nstate: blocked for ever\nasked-by: uid "
	    "%lu (%s)\nreceived: ", key, (unsigned long)o->uid, o->role);
	clock_text(time, o->received);
	bytes_printf(&text, "%s\n", time);
	clock_text(time, file.time);
	bytes_printf(&text, "decided: %s\nreason: %s (%d)\n", time,
	    reason_name(o->words.reason), o->words.reason);
	if (o->words.text[0] != '\0')
		bytes_printf(&text, "text: %s\n", o->words.text);
	bytes_printf(&text, "act: %s\ncertificates: %zu\n", o->act,
	    w->count);
	for (size_t i = 0; i < w->count; i++)
		bytes_printf(&text, "  %s\n", w->rows[i].serial);
	put_before(tx_view(tx), key, &text);
	file.size = text.size;
	ret = publication_put(tx, &file, SLICE(&text), err);
	bytes_free(&text);
	return ret;
}

static int
append_key_event(const struct act_order *o, const char *key, size_t count,
    struct tx *tx, struct err *err)
{
	struct event *event = revocation_event(o, "revocation-by-key");

	event_requirements(event, "REV-6.3.9-01");
	event_outcome(event, "blocked");
	revocation_event_facts(event, o, clock_now());
	event_detail(event, "key-sha256", key);
	event_detail_number(event, "certificates", (int64_t)count);
	return desk_append(tx, event, err);
}

/* Asked again, and there was nothing left to do. */
static int
say_blocked(struct view *view, const char *key, struct err *err)
{
	struct publication file;
	char text[CLOCK_TEXT];

	if (publication_find(view, KEY_DIR, key, &file) != 1)
		return 0;
	clock_text_seconds(text, file.time);
	return err_set(err, EKEYREVOKED, "the key is blocked since %s, and "
	    "every certificate with it is revoked", text);
}

int
revocation_change_key(const struct act_order *o, const char *key,
    struct tx *tx, struct revocation *row, struct err *err)
{
	struct with_key w = { 0 };
	int ret = -1;

	row->id = 0;
	find_with_key(tx_view(tx), key, &w);
	if (key_is_known(tx_view(tx), o, key))
		ret = change_each(o, &w, tx, row, err);
	else if (change_each(o, &w, tx, row, err) == 0 &&
	    (row->id != 0 || say_blocked(tx_view(tx), key, err) == 0) &&
	    key_block(tx, key, err) == 0 &&
	    append_key_event(o, key, w.count, tx, err) == 0)
		ret = put_key_text(o, key, &w, tx, err);
	free(w.rows);
	return ret;
}

/* --- what is asked before ------------------------------------------------ */

int
revocation_key_allowed(struct view *view, const struct act_order *o,
    const char *key, struct err *err)
{
	const struct act_words *w = &o->words;
	struct key known;

	if (w->reason == REASON_HOLD || w->reason == REASON_REINSTATED ||
	    w->at != 0)
		return err_set(err, EINVAL, "a key is blocked at once and for "
		    "ever, and its certificates are revoked: neither at= nor a "
		    "suspension");
	if (w->invalidity > o->now)
		return err_set(err, EINVAL, "invalidity= lies in the future");
	if (w->reason == REASON_KEY_COMPROMISE ||
	    keys_find(view, key, &known) == 1)
		return 0;
	return err_set(err, ENOENT, "no certificate has this key; one that "
	    "was never certified can be reported as keyCompromise");
}
