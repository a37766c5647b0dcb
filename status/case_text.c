/*
 * The case of a revocation.  A version is the one before with a line more,
 * and another line about its publication at the end.
 */
#include <stdio.h>
#include <string.h>

#include "case_text.h"
#include "publisher.h"

#define CASE_DIR	"revoke"
#define PUBLICATION	"publication: "
#define CHANGED		"\nchanged: "

static const char *const reasons[] = {
	[0] = "unspecified", [1] = "keyCompromise", [2] = "cACompromise",
	[3] = "affiliationChanged", [4] = "superseded",
	[5] = "cessationOfOperation", [6] = "certificateHold",
	[8] = "removeFromCRL", [9] = "privilegeWithdrawn",
	[10] = "aACompromise",
};

const char *
reason_name(int reason)
{
	if (reason < 0 || (size_t)reason >= sizeof reasons / sizeof *reasons)
		return NULL;
	return reasons[reason];
}

static void
put_time(struct bytes *to, const char *name, usec_t time)
{
	char text[CLOCK_TEXT];

	clock_text(text, time);
	bytes_printf(to, "%s: %s\n", name, text);
}

/* A serial that the CA gave up by itself has nobody who asked. */
static void
put_head(struct bytes *to, const struct revocation *r,
    const struct case_act *act)
{
	bytes_printf(to, "serial: %s\nstate: revoked\nreason: %s (%d)\n",
	    r->serial, reason_name(r->reason), r->reason);
	if (act != NULL)
		bytes_printf(to, "asked-by: uid %lu (%s)\n",
		    (unsigned long)act->uid, act->role);
	else
		bytes_printf(to, "asked-by: the CA itself%s\n",
		    r->certificate == 0 ? " (a signature was begun and lost; "
		    "the serial is abandoned)" : "");
	put_time(to, "received", r->received);
	put_time(to, "decided", r->decided);
	if (act != NULL && act->text[0] != '\0')
		bytes_printf(to, "text: %s\n", act->text);
}

/* Since when it waits: changed last, or decided. */
static void
find_since(struct bytes *text, usec_t decided, char to[CLOCK_TEXT])
{
	const char *next = bytes_text(text);

	clock_text(to, decided);
	while ((next = strstr(next, CHANGED)) != NULL) {
		next += strlen(CHANGED);
		sscanf(next, "%31s", to);
	}
}

static void
put_publication(struct bytes *to, const struct revocation *r)
{
	char crl[CLOCK_TEXT], ocsp[CLOCK_TEXT], pending[CLOCK_TEXT];

	clock_text(crl, r->on_crl);
	clock_text(ocsp, r->on_ocsp);
	find_since(to, r->decided, pending);
	bytes_put_text(to, PUBLICATION);
	if (r->on_crl == 0 || r->on_ocsp == 0)
		bytes_printf(to, "pending since %s", pending);
	if (r->on_crl != 0)
		bytes_printf(to, "%sCRL %lld at %s", r->on_ocsp == 0 ?
		    "; " : "", (long long)r->crl_number, crl);
	if (r->on_ocsp != 0)
		bytes_printf(to, "%sOCSP at %s", r->on_crl == 0 ? "; " : ", ",
		    ocsp);
	bytes_put_text(to, "\n");
}

static int
put_version(struct tx *tx, struct revocation *r, struct bytes *text,
    struct err *err)
{
	struct publication file = { .dir = CASE_DIR };

	snprintf(file.name, sizeof file.name, "%s", r->serial);
	file.time = clock_now();
	file.size = text->size;
	if (publication_put(tx, &file, SLICE(text), err) != 0)
		return -1;
	r->version = file.seq;
	return 0;
}

/* The text of the version before, without its last line. */
static void
take_before(struct view *view, const struct revocation *r, struct bytes *to)
{
	const char *text, *end;

	if (r->version == 0 || publication_bytes(view, r->version, to) != 1) {
		bytes_clear(to);
		put_head(to, r, NULL);
		return;
	}
	text = bytes_text(to);
	if ((end = strstr(text, "\n" PUBLICATION)) != NULL)
		bytes_resize(to, (size_t)(end + 1 - text));
}

int
case_put_new(struct tx *tx, struct revocation *r, const struct case_act *act,
    struct err *err)
{
	struct bytes text = { 0 };
	int ret;

	put_head(&text, r, act);
	put_publication(&text, r);
	ret = put_version(tx, r, &text, err);
	bytes_free(&text);
	return ret;
}

int
case_put_change(struct tx *tx, struct revocation *r,
    const struct case_act *act, struct err *err)
{
	struct revocation changed = *r;
	struct bytes text = { 0 };
	char time[CLOCK_TEXT];
	int ret;

	take_before(tx_view(tx), r, &text);
	clock_text(time, act->time);
	bytes_printf(&text, "changed: %s by uid %lu (%s): reason %s (%d), was "
	    "%s\n", time, (unsigned long)act->uid, act->role,
	    reason_name(act->reason), act->reason, reason_name(r->reason));
	if (act->text[0] != '\0')
		bytes_printf(&text, "text: %s\n", act->text);
	changed.on_crl = changed.on_ocsp = 0;
	put_publication(&text, &changed);
	ret = put_version(tx, r, &text, err);
	bytes_free(&text);
	return ret;
}

int
case_put_published(struct tx *tx, struct revocation *r, struct err *err)
{
	struct bytes text = { 0 };
	int ret;

	take_before(tx_view(tx), r, &text);
	put_publication(&text, r);
	ret = put_version(tx, r, &text, err);
	bytes_free(&text);
	return ret;
}

int
publisher_case_text(struct view *view, int64_t revocation, int64_t version,
    struct bytes *to)
{
	struct revocation r;

	if (version != 0)
		return publication_bytes(view, version, to);
	if (revocation_get(view, revocation, &r) != 1)
		return 0;
	bytes_clear(to);
	r.on_crl = r.on_ocsp = 0;	/* as it was before its first version */
	put_head(to, &r, NULL);
	put_publication(to, &r);
	return 1;
}
