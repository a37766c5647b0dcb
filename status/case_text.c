/*
 * The case of a revocation.  A version is the one before with a line more,
 * and another line about its publication at the end.
 */
#include <stdio.h>
#include <string.h>

#include "../ca/crl_reason.h"
#include "../ca/text.h"
#include "case_text.h"
#include "publisher.h"

#define PUBLICATION	"publication: "
#define CHANGED		"\nchanged: "

/* To the microsecond: a case is what deadlines are measured by. */
static void
put_time(struct bytes *to, const char *name, usec_t time)
{
	char text[CLOCK_TEXT];

	clock_text(text, time);
	text_put_line(to, name, text);
}

static const char *
state_of(int reason)
{
	return reason == REASON_HOLD ? "suspended" :
	    reason == REASON_REINSTATED ? "valid, reinstated" : "revoked";
}

static void
put_reason(struct bytes *to, int reason)
{
	if (reason == REASON_REINSTATED)
		bytes_put_text(to, "reason: none\n");
	else
		bytes_printf(to, "reason: %s (%d)\n", reason_name(reason),
		    reason);
}

/* A serial that the CA gave up by itself has nobody who asked. */
static void
put_asker(struct bytes *to, const struct revocation *r,
    const struct case_act *act)
{
	if (act != NULL && act->role != NULL)
		bytes_printf(to, "asked-by: uid %lu (%s)\n",
		    (unsigned long)act->uid, act->role);
	else
		bytes_printf(to, "asked-by: the CA itself%s\n",
		    r->certificate == 0 ? " (a signature was begun and lost; "
		    "the serial is abandoned)" : "");
}

/* REV-6.2.4-03BB */
static void
put_exception(struct bytes *to, const struct case_act *act)
{
	if (act != NULL && act->exception != NULL &&
	    act->exception[0] != '\0')
		bytes_printf(to, "exception: %s\n", act->exception);
}

static void
put_states(struct bytes *to, const struct revocation *r,
    const struct case_act *act)
{
	static const char *const how[] = {
		[BY_CA] = "by the CA itself", [BY_LOGIN] = "by login",
		[BY_PROOF] = "by proof with the certificate's key",
		[BY_RA] = "by a recognised RA's signature",
		[BY_REPORT] = "a report, decided by an officer",
	};
	static const char *const confirmation[] = {
		[UNCONFIRMED] = "unconfirmed", [CONFIRMED] = "confirmed",
		[CONFIRM_EXCEPTION] = "exception (REV-6.2.4-03BA)",
	};
	char time[CLOCK_TEXT];

	if (r->authenticated != 0) {
		clock_text(time, r->authenticated);
		bytes_printf(to, "authenticated: %s %s\n", time,
		    how[r->how]);
	}
	if (r->confirmed != 0) {
		clock_text(time, r->confirmed);
		bytes_printf(to, "confirmation: %s at %s\n",
		    confirmation[r->confirmation], time);
	}
	put_exception(to, act);
	put_time(to, "decided", r->decided);
	if (r->role[0] != '\0')
		bytes_printf(to, "decided-by: uid %lu (%s)\n",
		    (unsigned long)r->uid, r->role);
}

static void
put_dates(struct bytes *to, const struct revocation *r)
{
	if (r->effective != 0)
		put_time(to, "effective", r->effective);
	if (r->invalidity != 0)
		put_time(to, "invalidity", r->invalidity);
	if (r->until != 0)
		put_time(to, "until", r->until);
}

static void
put_head(struct bytes *to, const struct revocation *r, const char *state,
    const struct case_act *act)
{
	bytes_printf(to, "serial: %s\nstate: %s\n", r->serial, state);
	if (act != NULL && act->profile != NULL)
		bytes_printf(to, "profile: %s\n", act->profile);
	put_reason(to, r->reason);
	put_asker(to, r, act);
	put_time(to, "received", r->received);
	put_states(to, r, act);
	put_dates(to, r);
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

/* Behind the version, and sets it to the new one's. */
static int
put_version(struct tx *tx, const char *serial, struct bytes *text,
    int64_t *version, struct err *err)
{
	struct publication file = { .dir = PUBLISHED_CASES,
	    .seq = *version };

	snprintf(file.name, sizeof file.name, "%s", serial);
	file.time = clock_now();
	file.size = text->size;
	if (publication_follow(tx, &file, SLICE(text), err) != 0)
		return -1;
	*version = file.seq;
	return 0;
}

/* --- what was said before ------------------------------------------------ */

/*
 * The text of a version without its last line; 0: there is none.  When the
 * text says that it was published, `said` is that.
 */
static int
take_before(struct view *view, int64_t version, struct bytes *to,
    struct bytes *said)
{
	const char *text, *end;

	if (version == 0 || publication_bytes(view, version, to) != 1)
		return 0;
	text = bytes_text(to);
	if ((end = strstr(text, "\n" PUBLICATION)) == NULL)
		return 1;
	if (said != NULL && strstr(end, "pending since") == NULL)
		bytes_printf(said, "published: %s",
		    end + strlen("\n" PUBLICATION));
	bytes_resize(to, (size_t)(end + 1 - text));
	return 1;
}

/* "name: ..." in the text becomes `line`, whole; at the end without one. */
static void
set_line(struct bytes *text, const char *name, const char *line)
{
	struct bytes whole = { 0 };
	const char *old = bytes_text(text), *at, *end;
	char start[32];

	snprintf(start, sizeof start, "\n%s: ", name);
	at = strstr(old, start);
	at = at == NULL ? old + text->size : at + 1;
	end = strchr(at, '\n');
	end = end == NULL ? at + strlen(at) : end + 1;
	bytes_put(&whole, old, (size_t)(at - old));
	bytes_put_text(&whole, line);
	bytes_put_text(&whole, end);
	bytes_copy(text, SLICE(&whole));
	bytes_free(&whole);
}

static void
set_state(struct bytes *text, const char *state, int reason)
{
	struct bytes line = { 0 };

	bytes_printf(&line, "state: %s\n", state);
	set_line(text, "state", bytes_text(&line));
	bytes_clear(&line);
	put_reason(&line, reason);
	set_line(text, "reason", bytes_text(&line));
	bytes_free(&line);
}

static void
put_change(struct bytes *to, const struct case_act *act)
{
	char time[CLOCK_TEXT];

	clock_text(time, act->time);
	if (act->role != NULL)
		bytes_printf(to, "changed: %s by uid %lu (%s): %s\n", time,
		    (unsigned long)act->uid, act->role, act->what);
	else
		bytes_printf(to, "changed: %s by the CA itself: %s\n", time,
		    act->what);
	put_time(to, "received", act->received);
	put_exception(to, act);
	if (act->text[0] != '\0')
		bytes_printf(to, "text: %s\n", act->text);
}

/* --- versions ------------------------------------------------------------ */

int
case_put(struct tx *tx, struct revocation *r, const struct case_act *act,
    struct err *err)
{
	struct bytes text = { 0 }, said = { 0 };
	int ret;

	/* When the world first knew it stays, whatever is changed. */
	if (take_before(tx_view(tx), r->version, &text, &said)) {
		set_state(&text, state_of(r->reason), r->reason);
		bytes_put(&text, said.data, said.size);
		put_change(&text, act);
		put_dates(&text, r);
	} else
		put_head(&text, r, state_of(r->reason), act);
	put_publication(&text, r);
	ret = put_version(tx, r->serial, &text, &r->version, err);
	bytes_free(&said);
	bytes_free(&text);
	return ret;
}

/* As the row will be, but not in force. */
static void
row_of_plan(const struct scheduled *plan, struct revocation *r)
{
	*r = (struct revocation){ .certificate = plan->certificate,
	    .reason = plan->reason, .how = plan->how, .uid = plan->uid,
	    .received = plan->received, .authenticated = plan->received,
	    .decided = plan->decided, .effective = plan->effective,
	    .invalidity = plan->invalidity };
	memcpy(r->serial, plan->serial, sizeof r->serial);
	memcpy(r->role, plan->role, sizeof r->role);
}

int
case_put_plan(struct tx *tx, struct scheduled *plan, struct revocation *row,
    const struct case_act *act, struct err *err)
{
	struct bytes text = { 0 };
	struct revocation r;
	int ret;

	row_of_plan(plan, &r);
	if (row != NULL && row->version > plan->version)
		plan->version = row->version;
	if (take_before(tx_view(tx), plan->version, &text, NULL)) {
		if (row == NULL)
			set_state(&text, "to be revoked", plan->reason);
		put_change(&text, act);
		put_dates(&text, &r);
	} else
		put_head(&text, &r, "to be revoked", act);
	if (row != NULL)
		put_publication(&text, row);
	ret = put_version(tx, plan->serial, &text, &plan->version, err);
	if (row != NULL)
		row->version = plan->version;
	bytes_free(&text);
	return ret;
}

/* Of a serial without a text: the first one. */
static void
take_or_begin(struct tx *tx, const struct revocation *r, struct bytes *text)
{
	if (!take_before(tx_view(tx), r->version, text, NULL))
		put_head(text, r, state_of(r->reason), NULL);
}

int
case_put_published(struct tx *tx, struct revocation *r, struct err *err)
{
	struct bytes text = { 0 };
	int ret;

	take_or_begin(tx, r, &text);
	put_publication(&text, r);
	ret = put_version(tx, r->serial, &text, &r->version, err);
	bytes_free(&text);
	return ret;
}

static int
put_said(struct tx *tx, struct revocation *r, const char *name,
    const char *sentence, struct err *err)
{
	struct bytes text = { 0 }, line = { 0 };
	int ret;

	take_or_begin(tx, r, &text);
	bytes_printf(&line, "%s: %s\n", name, sentence);
	set_line(&text, name, bytes_text(&line));
	put_publication(&text, r);
	ret = put_version(tx, r->serial, &text, &r->version, err);
	bytes_free(&line);
	bytes_free(&text);
	return ret;
}

int
case_put_refused(struct tx *tx, struct revocation *r, const char *sentence,
    struct err *err)
{
	return put_said(tx, r, "refused", sentence, err);
}

int
case_put_notified(struct tx *tx, struct revocation *r, const char *sentence,
    struct err *err)
{
	return put_said(tx, r, "notified", sentence, err);
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
	put_head(to, &r, state_of(r.reason), NULL);
	put_publication(to, &r);
	return 1;
}
