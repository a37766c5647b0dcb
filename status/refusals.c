/*
 * Refused acts as a sentence to read.
 */
#include <stdio.h>
#include <string.h>

#include "case_text.h"
#include "refusals.h"

#define REFUSALS_KEPT	20	/* lines */

/* The first lines of the text before. */
static void
put_older(struct view *view, const char *name, struct bytes *to)
{
	struct publication file;
	struct bytes old = { 0 };
	const char *end;

	if (publication_find(view, "revoke/refused", name, &file) == 1 &&
	    publication_bytes(view, file.seq, &old) == 1) {
		end = bytes_text(&old);
		for (int i = 1; i < REFUSALS_KEPT; i++)
			end += strcspn(end, "\n") + (strchr(end, '\n') !=
			    NULL);
		bytes_put(to, bytes_text(&old),
		    (size_t)(end - bytes_text(&old)));
	}
	bytes_free(&old);
}

static int
put_for_uid(struct tx *tx, const struct refusal *r, struct err *err)
{
	struct publication file = { .dir = "revoke/refused",
	    .time = r->time };
	struct bytes text = { 0 };
	char time[CLOCK_TEXT];
	int ret;

	snprintf(file.name, sizeof file.name, "%lu.txt",
	    (unsigned long)r->uid);
	clock_text(time, r->time);
	bytes_printf(&text, "%s %.80s: %s\n", time, r->about, r->sentence);
	put_older(tx_view(tx), file.name, &text);
	file.size = text.size;
	ret = publication_put(tx, &file, SLICE(&text), err);
	bytes_free(&text);
	return ret;
}

static int
put_for_certificate(struct tx *tx, const struct refusal *r, struct err *err)
{
	struct publication file = { .dir = "revoke/refused-of",
	    .time = r->time };
	struct revocation row;
	struct bytes text = { 0 };
	char time[CLOCK_TEXT];
	int ret;

	clock_text(time, r->time);
	bytes_printf(&text, "%s to uid %lu (%s): %s", time,
	    (unsigned long)r->uid, r->role, r->sentence);
	if (revocation_find(tx_view(tx), r->certificate->serial, &row) == 1 &&
	    row.reason != REASON_REINSTATED) {
		ret = case_put_refused(tx, &row, bytes_text(&text), err);
		if (ret == 0)
			ret = revocation_update(tx, &row, err);
	} else {
		memcpy(file.name, r->certificate->serial,
		    sizeof r->certificate->serial);
		file.size = text.size;
		ret = publication_put(tx, &file, SLICE(&text), err);
	}
	bytes_free(&text);
	return ret;
}

int
refusal_put(struct tx *tx, const struct refusal *r, struct err *err)
{
	if (put_for_uid(tx, r, err) != 0)
		return -1;
	return r->role[0] == '\0' || r->certificate->id == 0 ? 0 :
	    put_for_certificate(tx, r, err);
}

/*
 * Nobody's mistakes keep those of another from being
 * recorded, but for more users a second than there are rows.
 */
bool
refusal_counts(struct refusal_count counts[REFUSED_USERS], uid_t uid,
    int most)
{
	usec_t now = clock_steady();
	size_t row = 0;

	for (size_t i = 0; i < REFUSED_USERS; i++) {
		if (counts[i].since != 0 &&
		    counts[i].uid == uid) {
			row = i;
			break;
		}
		if (counts[i].since < counts[row].since)
			row = i;
	}
	if (now - counts[row].since >= USEC) {
		counts[row].uid = uid;
		counts[row].since = now;
		counts[row].count = 0;
	}
	return counts[row].uid == uid &&
	    counts[row].count++ < most;
}
