/*
 * Dossiers about problem reports.  See dossier_report.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authority_own.h"
#include "dossier_folder.h"
#include "dossier_report.h"
#include "event.h"
#include "recording.h"
#include "revocation_words.h"
#include "store_desk.h"
#include "store_events.h"
#include "text.h"

/* --- what is named -------------------------------------------------------- */

static int
put_certificate(void *arg, const struct certificate *c)
{
	struct bytes *to = arg;
	char end[CLOCK_TEXT];

	clock_text_seconds(end, c->not_after);
	bytes_printf(to, "It is about certificate %s (%s), valid until %s%s\n",
	    c->serial, c->common_name, end, c->revoked == 0 ? "" :
	    c->reason == REASON_HOLD ? ", suspended" : ", revoked already");
	return 0;
}

static int
put_unknown(void *arg, const char *serial)
{
	bytes_printf(arg, "It names the serial number %s, which no certificate "
	    "of this CA has\n", serial);
	return 0;
}

static void
put_checks(struct view *v, const struct report_row *row,
    const struct report *said, struct bytes *to)
{
	const struct report_named *named = &said->named;
	char time[CLOCK_TEXT];
	size_t i;

	clock_text_seconds(time, row->received);
	bytes_printf(to, "A problem was reported%s%s, received %s\n",
	    row->via[0] != '\0' ? " by " : "", row->via, time);
	if (said->received != 0 && said->received != row->received)
		bytes_put_text(to, "The time of receipt that it gives is not "
		    "believed: it was filed by somebody who is none of "
		    "[intake] users, or it lies in the future or more than "
		    "7 days back\n");
	report_certificates(v, named, put_certificate, to);
	report_unknown(v, named, put_unknown, to);
	for (i = 0; i < named->keys; i++)
		bytes_printf(to, "It is about every certificate with the key "
		    "%s\n", named->key[i]);
	if (named->unreadable > 0)
		bytes_put_text(to, "A line serial: or key: of it cannot be "
		    "read: look at report.txt\n");
	if (named->serials == 0 && named->keys == 0)
		bytes_put_text(to, "It names no certificate: find out which, "
		    "and name it in reason.txt (serial: SERIAL)\n");
}

/* --- opening -------------------------------------------------------------- */

/* What came, whole, as a document of the dossier. */
static int
put_document(struct tx *tx, const struct dossier *d,
    const struct report_row *row, struct slice bytes, struct err *e)
{
	struct desk_file file = {
		.folder = DESK_FOLDER(DESK_DOSSIER_DOCUMENTS, d->id),
		.uid = row->uid, .time = clock_now(), .size = bytes.size
	};

	file.mtime = file.time;
	snprintf(file.name, sizeof(file.name), "%s",
	    strcmp(row->via, "mail") == 0 ? "mail.eml" :
	    strcmp(row->via, "form") == 0 ? "form.txt" : "attachment");
	if (documents_put(tx, bytes, file.sha256, e) == -1)
		return -1;
	return desk_file_put(tx, &file, e);
}

static int
put_files(struct authority *authority, struct tx *tx, struct dossier *d,
    const struct report_row *row, const struct report *said, struct err *e)
{
	struct bytes checks = { 0 };
	int rc;

	put_checks(tx_view(tx), row, said, &checks);
	rc = desk_file_write(tx, DESK_FOLDER(DESK_DOSSIER_OWN, d->id),
	    "checks", SLICE(&checks), e);
	bytes_free(&checks);
	if (rc == -1 || desk_file_write(tx, DESK_FOLDER(DESK_DOSSIER, d->id),
	    "report.txt", SLICE(&said->text), e) == -1 ||
	    (said->document.size > 0 && put_document(tx, d, row,
	    SLICE(&said->document), e) == -1))
		return -1;
	return dossier_folder_write(authority->config, tx, d, NULL, e);
}

/* Receipt, and how it was authenticated, as they are known from now on. */
static int
put_event(struct tx *tx, const struct dossier *d,
    const struct report_row *row, const struct report *said, struct err *e)
{
	struct event *event = dossier_event(tx_view(tx), "dossier-opened", d);
	char time[CLOCK_TEXT];
	int rc;

	event_actor(event, row->uid, "reporter");
	record_requirements(event, "REV-6.2.4-08 REV-6.2.4-09 REV-6.3.9-18 "
	    "REV-6.4.5-09");
	event_outcome(event, "pending");
	event_detail(event, "why", "a problem was reported");
	clock_text(time, row->received);
	event_detail(event, "received", time);
	clock_text(time, row->filed);
	event_detail(event, "filed", time);
	event_detail(event, "authenticated", "report");
	event_detail(event, "confirmation", "unconfirmed");
	event_detail(event, "via", row->via[0] != '\0' ? row->via : "file");
	event_detail(event, "report-sha256", row->sha256);
	event_detail_number(event, "serials", (int64_t)said->named.serials);
	event_detail_number(event, "keys", (int64_t)said->named.keys);
	event_detail(event, "decision-sha256", d->decision_sha256);
	rc = events_append(tx, event, NULL, e);
	event_free(event);
	return rc;
}

int
dossier_open_report(struct authority *authority, struct tx *tx,
    struct report_row *row, const struct report *said, struct err *e)
{
	struct dossier d = { .kind = DOSSIER_REPORT,
		.place = PLACE_PENDING, .object = row->id,
		.author = row->uid };

	memcpy(d.basis.content_sha256, row->sha256,
	    sizeof(d.basis.content_sha256));
	if (dossier_put(tx, &d, e) == -1)
		return -1;
	row->dossier = d.id;
	if (report_put(tx, row, e) == -1 ||
	    put_files(authority, tx, &d, row, said, e) == -1 ||
	    dossier_put(tx, &d, e) == -1)
		return -1;
	return put_event(tx, &d, row, said, e);
}

/* --- what its reporter reads ---------------------------------------------- */

static int
put_order(void *arg, const struct revocation_order *o)
{
	bytes_printf(arg, "%s %s: %s\n", o->serial[0] != '\0' ?
	    "certificate" : "key", o->serial[0] != '\0' ? o->serial : o->key,
	    o->done != 0 ? o->outcome : "to be revoked");
	return 0;
}

static void
put_decided(struct view *v, const struct dossier *d, struct bytes *to)
{
	struct report_case *c = calloc(1, sizeof(*c));
	struct err ignored = { 0 };

	if (c == NULL)
		die("out of memory");
	text_put_time(to, "decided", d->moved);
	if (report_case_read(v, d, c, &ignored) == 0) {
		if (d->place == PLACE_APPROVED && c->confirmation.there)
			bytes_printf(to, "confirmation: %s\n",
			    c->confirmation.exception ? "exception" :
			    "confirmed");
		bytes_printf(to, "reason: %s\n", c->act);
		report_case_free(c);
	}
	free(c);
	orders_of_dossier(v, d->id, put_order, to);
	if (d->place == PLACE_APPROVED)
		bytes_put_text(to, "\nrevoke/SERIAL says since when CRL and "
		    "OCSP say so.\n");
}

struct orders_seen {
	bool	waiting, revoked;
};

static int
see_order(void *arg, const struct revocation_order *o)
{
	struct orders_seen *seen = arg;

	seen->waiting = seen->waiting || o->done == 0;
	seen->revoked = seen->revoked || (o->done != 0 &&
	    strcmp(o->outcome, "revoked") == 0);
	return 0;
}

/* Decided is not done yet, and what was ordered may have been refused. */
static const char *
state_of(struct view *v, const struct dossier *d)
{
	struct orders_seen seen = { .waiting = false };

	if (d->withdrawn)
		return "withdrawn";
	if (d->place != PLACE_APPROVED)
		return d->place <= PLACE_COUNTERSIGN ? "received" :
		    "rejected";
	orders_of_dossier(v, d->id, see_order, &seen);
	return seen.waiting ? "to be revoked" : seen.revoked ? "revoked" :
	    "decided";
}

int
report_status_write(struct tx *tx, const struct report_row *row,
    char path[PATH_TEXT], struct err *e)
{
	struct bytes text = { 0 };
	struct dossier d;
	char name[sizeof(row->name) + 8];
	int rc;

	if (dossier_get(tx_view(tx), row->dossier, &d) != 1)
		return err_set(e, EIO, "the dossier of a report is gone");
	bytes_printf(&text, "state: %s\n", state_of(tx_view(tx), &d));
	text_put_time(&text, "received", row->received);
	text_put_time(&text, "filed", row->filed);
	bytes_printf(&text, "dossier: %lld\n", (long long)d.id);
	if (d.place > PLACE_COUNTERSIGN)
		put_decided(tx_view(tx), &d, &text);
	else
		bytes_put_text(&text, "\nA revocation officer decides on it. "
		    "This file says what became of it.\n");
	snprintf(name, sizeof(name), "%.*s.status",
	    (int)strlen(row->name) - 4, row->name);
	snprintf(path, PATH_TEXT, "revoke/reports/%s", name);
	rc = desk_file_write_for(tx, DESK_FOLDER(DESK_REPORTS, 1), name,
	    row->uid, SLICE(&text), e);
	bytes_free(&text);
	return rc;
}

int
report_order_done(struct tx *tx, const struct revocation_order *o,
    const char *outcome, char path[PATH_TEXT], struct err *e)
{
	struct report_row row;
	struct dossier d;

	path[0] = '\0';
	if (order_done(tx, o->id, clock_now(), outcome, e) == -1)
		return -1;
	if (o->dossier == 0 || dossier_get(tx_view(tx), o->dossier,
	    &d) != 1 || d.kind != DOSSIER_REPORT ||
	    report_get(tx_view(tx), d.object, &row) != 1)
		return 0;
	return report_status_write(tx, &row, path, e);
}

/* --- decided -------------------------------------------------------------- */

struct ordering {
	struct tx	*tx;
	struct revocation_order order;
	const struct act_words *words;
	const struct config *config;
	struct err	*err;
	int64_t		 count;
	int		 ret;
};

static void
begin_order(struct ordering *o, const struct dossier *d,
    const struct decision *decision, const struct confirmation_said *said)
{
	struct revocation_order *order = &o->order;

	order->dossier = d->id;
	order->how = BY_REPORT;
	order->uid = decision->uid;
	order->decided = decision->time;
	order->confirmation = CONFIRMED;
	order->confirmed = said->there ? said->time : decision->time;
	snprintf(order->role, sizeof(order->role), "revocation officer");
	if (!said->there || !said->exception)
		return;
	order->confirmation = CONFIRM_EXCEPTION;
	snprintf(order->exception, sizeof(order->exception), "%s", said->why);
}

/* Those that have ended are not revoked any more; the others have to be. */
static int
order_certificate(void *arg, const struct certificate *c)
{
	struct ordering *o = arg;
	const struct profile *profile;

	if (c->not_after < clock_now() || strcmp(c->issuer, "issuing") != 0 ||
	    (c->revoked != 0 && c->reason != REASON_HOLD &&
	    o->words->reason != REASON_KEY_COMPROMISE))
		return 0;
	profile = config_profile(o->config, c->profile);
	if (act_dates_fit(o->words, c, clock_now(), o->err) != 0)
		o->ret = err_in(o->err, "reason.txt: certificate %s",
		    c->serial);
	else if (o->words->reason == REASON_HOLD &&
	    (profile == NULL || !profile->suspension))
		o->ret = err_set(o->err, EINVAL, "certificateHold suspends, "
		    "and the profile of certificate %s does not allow that",
		    c->serial);
	else {
		memcpy(o->order.serial, c->serial, sizeof(o->order.serial));
		o->ret = order_put(o->tx, &o->order, o->err);
		o->count++;
	}
	return o->ret;
}

static int
say_unknown(void *arg, const char *serial)
{
	struct ordering *o = arg;

	o->ret = err_set(o->err, ENODATA, "no certificate has the serial "
	    "number %s: name in reason.txt what is to be revoked, \"serial: "
	    "SERIAL\" in a line of its own", serial);
	return -1;
}

/* A key is an order of its own: it is blocked, and all that have it go. */
static int
order_all(struct ordering *o, const struct report_named *named)
{
	struct report_named serials = *named;
	size_t i;

	serials.keys = 0;
	report_unknown(tx_view(o->tx), &serials, say_unknown, o);
	if (o->ret == 0)
		report_certificates(tx_view(o->tx), &serials,
		    order_certificate, o);
	o->order.serial[0] = '\0';
	for (i = 0; i < named->keys && o->ret == 0; i++) {
		memcpy(o->order.key, named->key[i], sizeof(o->order.key));
		o->ret = order_put(o->tx, &o->order, o->err);
		o->count++;
	}
	if (o->ret == 0 && o->count == 0)
		o->ret = err_set(o->err, ENODATA, "it comes to no certificate "
		    "that can still be revoked: name it in reason.txt, "
		    "\"serial: SERIAL\" in a line of its own, or reject the "
		    "report");
	return o->ret;
}

static int
check_words(const struct config *config, const struct report_case *c,
    struct act_words *w, struct err *e)
{
	if (act_parse(c->act, w, e) == -1)
		return err_in(e, "reason.txt");
	if (w->reason == REASON_REINSTATED || w->at != 0)
		return err_set(e, EINVAL, "reason.txt: a report is decided by "
		    "revoking or suspending at once, or by rejecting it");
	if (w->invalidity > clock_now())
		return err_set(e, EINVAL, "reason.txt: invalidity= lies in "
		    "the future");
	if (w->reason == REASON_HOLD && c->named.keys > 0)
		return err_set(e, EINVAL, "reason.txt: a key is blocked for "
		    "ever, not suspended: name the certificates, \"serial: "
		    "SERIAL\" in a line each");
	return revocation_for_reason(&config->revocation, w->reason) ? 0 :
	    err_set(e, EINVAL, "reason.txt: %s is no reason here (pkifs.conf "
	    "[revocation] reasons)", reason_name(w->reason));
}

static int
check_case(const struct config *config, const struct report_case *c,
    struct act_words *w, struct err *e)
{
	if (!c->confirmation.there)
		return err_set(e, ENODATA, "it is not confirmed: write into "
		    "confirmation.txt \"confirmed\" and how, or \"exception\" "
		    "and why it could not be (REV-6.2.4-03BA)");
	if (c->confirmation.fault.code != 0) {
		*e = c->confirmation.fault;
		return -1;
	}
	if (!c->has_reason)
		return err_set(e, ENODATA, "write into the first line of "
		    "reason.txt what is written into revoke/SERIAL: the "
		    "reason, such as keyCompromise, and a sentence");
	if (c->reason_fault.code != 0) {
		*e = c->reason_fault;
		return -1;
	}
	return check_words(config, c, w, e);
}

static int
order_case(struct authority *authority, struct tx *tx,
    const struct dossier *d, const struct decision *decision,
    const struct report_case *c, struct err *e)
{
	struct act_words words;
	struct ordering o = { .tx = tx, .words = &words,
		.config = authority->config, .err = e };

	if (check_case(authority->config, c, &words, e) == -1)
		return -1;
	begin_order(&o, d, decision, &c->confirmation);
	o.order.received = c->row.received;
	o.order.authenticated = c->row.filed;
	snprintf(o.order.line, sizeof(o.order.line), "%s", c->act);
	return order_all(&o, &c->named);
}

int
report_decided(struct authority *authority, struct tx *tx,
    const struct dossier *d, const struct decision *decision, struct err *e)
{
	struct report_case *c = calloc(1, sizeof(*c));
	char path[PATH_TEXT];
	int rc;

	if (c == NULL)
		die("out of memory");
	rc = report_case_read(tx_view(tx), d, c, e);
	if (rc == 0) {
		if (d->place == PLACE_APPROVED)
			rc = order_case(authority, tx, d, decision, c, e);
		if (rc == 0)
			rc = report_status_write(tx, &c->row, path, e);
		report_case_free(c);
	}
	free(c);
	return rc;
}

/* What the CA found out by itself was received when it did. */
int
revocation_decided(struct authority *authority, struct tx *tx,
    const struct dossier *d, const struct decision *decision, struct err *e)
{
	struct ordering o = { .tx = tx, .err = e };
	struct confirmation_said said;
	struct certificate c;

	if (certificate_get(tx_view(tx), d->object, &c) != 1)
		return err_set(e, EIO, "the certificate of a dossier is gone");
	if (decision->to != PLACE_APPROVED)
		return 0;
	confirmation_read(tx_view(tx), d->id, &said);
	if (said.there && said.fault.code != 0) {
		*e = said.fault;
		return -1;
	}
	begin_order(&o, d, decision, &said);
	o.order.received = o.order.authenticated = d->opened;
	memcpy(o.order.serial, c.serial, sizeof(o.order.serial));
	snprintf(o.order.line, sizeof(o.order.line), "%s decided on a dossier",
	    reason_name(d->reason));
	return order_put(tx, &o.order, e);
}
