/*
 * A recognised RA's request to revoke.  See ra_revocation.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authority_draft.h"
#include "batch_line.h"
#include "cms_sealed.h"
#include "cms_signed.h"
#include "desk_private.h"
#include "package.h"
#include "ra_revocation.h"
#include "recording.h"
#include "revocation_words.h"
#include "store_certificates.h"
#include "store_events.h"
#include "store_registry.h"
#include "store_reports.h"

struct asking {
	struct desk_act	*act;
	struct tx	*tx;
	usec_t		 now;
	struct signed_content signature;
	struct package	 package;
	struct authority_version version;
	struct external_ra ra;
	struct subscriber subscriber;
	struct package_row row;
	struct bytes	 lines;		/* of the receipt */
};

static void
asking_free(struct asking *a)
{
	signed_free(&a->signature);
	package_free(&a->package);
	external_ra_free(&a->ra);
	bytes_free(&a->lines);
	free(a);
}

/* --- what it says --------------------------------------------------------- */

/* DER, BER, PEM and S/MIME, as packages come. */
static int
open_it(struct asking *a, struct err *e)
{
	struct slice in = a->act->write->bytes;
	struct bytes ber = { 0 };
	int rc = -1;

	if (in.size > RA_REQUEST_MOST)
		return err_set(e, EFBIG, "a signed request has at most %zu "
		    "octets", RA_REQUEST_MOST);
	err_set(e, EBADMSG, "it is no signed request: wanted CMS SignedData "
	    "with its content, as DER, PEM or S/MIME");
	if (sealed_whole(in, &ber, e) == 1)
		rc = signed_read(SLICE(&ber), &a->signature, e);
	bytes_free(&ber);
	if (rc == -1 && e->code == EILSEQ)
		e->code = EKEYREJECTED;
	return rc;
}

static int
check_who(struct asking *a, struct err *e)
{
	struct view *v = tx_view(a->tx);
	struct package *p = &a->package;
	struct package_row row;

	if (authority_recognise(v, &a->signature, &a->version, &a->ra,
	    e) == -1 ||
	    package_parse(SLICE(&a->signature.content), p, e) == -1 ||
	    package_check(p, a->version.name, a->now, e) == -1)
		return -1;
	if (p->revocation.size == 0)
		return err_set(e, EINVAL, "package: wanted a block REVOCATION: "
		    "what asks for a certificate goes, encrypted, into "
		    "requests/");
	if (!external_ra_has_subscriber(&a->ra, p->subscriber) ||
	    subscriber_find(v, p->subscriber, &a->subscriber) != 1)
		return err_set(e, EACCES, "the RA %s is not recognised for the "
		    "subscriber %s", a->version.name, p->subscriber);
	return package_find(v, a->version.authority, p->id, &row) != 1 ? 0 :
	    err_set(e, EEXIST, "a package with its id was accepted from this "
	    "RA before");
}

/* --- its lines ------------------------------------------------------------ */

static int
check_words(const struct asking *a, const struct batch_line *line,
    struct act_words *w, struct err *e)
{
	const struct revocation_rules *rules =
	    &a->act->authority->config->revocation;

	if (act_parse(line->act, w, e) == -1)
		return err_in(e, "line %zu", line->number);
	if (w->reason == REASON_REINSTATED)
		return err_set(e, EACCES, "line %zu: only a revocation officer "
		    "brings a suspended certificate back", line->number);
	return revocation_for_reason(rules, w->reason) ? 0 : err_set(e,
	    EINVAL, "line %zu: %s is no reason here", line->number,
	    reason_name(w->reason));
}

static int
check_certificate(const struct asking *a, const struct batch_line *line,
    const struct act_words *w, struct err *e)
{
	const struct profile *profile;
	struct certificate c;

	if (line->serial[0] == '\0')
		return err_set(e, EINVAL, "line %zu: a serial number is wanted "
		    "first", line->number);
	if (certificate_find(tx_view(a->tx), line->serial, &c) != 1)
		return err_set(e, ENOENT, "no certificate has the serial "
		    "number %s", line->serial);
	if (c.subscriber != a->subscriber.id)
		return err_set(e, EACCES, "certificate %s is none of the "
		    "subscriber %s, for whom the RA asks (REV-6.2.4-09)",
		    c.serial, a->subscriber.name);
	if (c.not_after < a->now)
		return err_set(e, EINVAL, "certificate %s has expired",
		    c.serial);
	if (c.revoked != 0 && c.reason != REASON_HOLD &&
	    (w->reason != REASON_KEY_COMPROMISE ||
	    c.reason == REASON_KEY_COMPROMISE))
		return err_set(e, EKEYREVOKED, "certificate %s is revoked "
		    "already", c.serial);
	profile = config_profile(a->act->authority->config, c.profile);
	if (w->reason == REASON_HOLD && (profile == NULL ||
	    !profile->suspension))
		return err_set(e, EINVAL, "line %zu: the profile of "
		    "certificate %s does not allow a suspension",
		    line->number, c.serial);
	return act_dates_fit(w, &c, a->now, e) == 0 ? 0 :
	    err_in(e, "line %zu", line->number);
}

static int
order_line(struct asking *a, const struct batch_line *line, struct err *e)
{
	struct revocation_order order = { .package = a->row.id,
		.how = BY_RA, .confirmation = CONFIRMED,
		.uid = a->act->file->uid, .received = a->now,
		.authenticated = a->now, .confirmed = a->now,
		.decided = a->now };
	struct act_words words;

	if (check_words(a, line, &words, e) == -1 ||
	    check_certificate(a, line, &words, e) == -1)
		return -1;
	snprintf(order.role, sizeof(order.role), "external RA %.27s",
	    a->version.name);
	snprintf(order.serial, sizeof(order.serial), "%s", line->serial);
	snprintf(order.line, sizeof(order.line), "%s", line->act);
	return order_put(a->tx, &order, e);
}

static int
order_lines(struct asking *a, struct err *e)
{
	struct slice text = SLICE(&a->package.revocation);
	struct batch_line line;
	size_t at = 0, number = 0, count;

	if (batch_check(text, &count, e) == -1)
		return err_in(e, "package: block REVOCATION");
	if (count > RA_LINES)
		return err_set(e, EINVAL, "package: block REVOCATION: %zu "
		    "lines, %d are taken at once", count, RA_LINES);
	while (batch_line_next(text, &at, &number, &line) == 1)
		if (order_line(a, &line, e) == -1)
			return -1;
	return 0;
}

/* --- what is recorded ----------------------------------------------------- */

static void
receipt_text(struct asking *a, struct bytes *to)
{
	const struct config *config = a->act->authority->config;
	struct slice text = SLICE(&a->package.revocation);
	struct batch_line line;
	size_t at = 0, number = 0;
	char when[CLOCK_TEXT];

	bytes_printf(to, "RECEIPT FOR A REQUEST TO REVOKE\n\nca: %s\n"
	    "%sauthority: %s\npackage: %s\npackage-sha256: %s\n",
	    config->name, config->sandbox ? "sandbox: yes\n" : "",
	    a->version.name, a->package.id, a->act->file->sha256);
	clock_text_seconds(when, a->package.time);
	bytes_printf(to, "made: %s\n", when);
	clock_text_seconds(when, a->now);
	bytes_printf(to, "received: %s\n", when);
	while (batch_line_next(text, &at, &number, &line) == 1)
		bytes_printf(to, "revoke: %s %s\n", line.serial, line.act);
	bytes_put_text(to, "outcome: accepted\n");
}

static int
put_row(struct asking *a, struct err *e)
{
	const struct desk_file *file = a->act->file;
	struct package_row *row = &a->row;
	struct bytes text = { 0 };
	int rc;

	*row = (struct package_row){ .authority = a->version.authority,
	    .version_id = a->version.id, .uid = file->uid,
	    .time = a->package.time, .received = a->now };
	memcpy(row->package, a->package.id, sizeof(row->package));
	memcpy(row->sha256, file->sha256, sizeof(row->sha256));
	snprintf(row->slot, sizeof(row->slot), "%.*s",
	    (int)strlen(file->name) - 4, file->name);
	receipt_text(a, &text);
	rc = documents_put(a->tx, SLICE(&text), row->receipt_text_sha256, e);
	bytes_free(&text);
	return rc == -1 ? -1 : package_put(a->tx, row, e);
}

static int
put_event(struct asking *a, struct err *e)
{
	struct event *event = event_new("revocation-request-received",
	    REVOCATION_MANAGEMENT);

	event_actor(event, a->act->file->uid, "external-ra");
	record_requirements(event, "REV-6.2.4-08 REV-6.2.4-09 REV-6.4.5-09 "
	    "REG-6.3.2-02");
	event_input(event, "package", a->act->file->size,
	    a->act->file->sha256);
	event_detail_number(event, "authority", a->version.authority);
	event_detail_number(event, "version", a->version.version);
	event_detail(event, "package", a->package.id);
	event_detail(event, "certificate_sha256",
	    a->signature.certificate_sha256);
	event_rule(event, "authorised", "yes", "signed by a recognised "
	    "external RA, for certificates of its subscriber, with an id "
	    "never used before");
	event_outcome(event, "received");
	return desk_event_append(a->tx, event, e);
}

static int
accept(struct asking *a, struct err *e)
{
	char path[PATH_TEXT];

	if (put_row(a, e) == -1 || order_lines(a, e) == -1 ||
	    put_event(a, e) == -1 ||
	    ra_request_status(a->tx, &a->row, path, e) == -1)
		return -1;
	desk_tell(a->act, path);
	a->act->package = a->row.id;
	return 0;
}

int
ra_request_means(struct desk_act *act, struct tx *tx, struct err *e)
{
	struct asking *a = calloc(1, sizeof(*a));
	int rc = -1;

	if (a == NULL)
		die("out of memory");
	a->act = act;
	a->tx = tx;
	a->now = clock_now();
	if (open_it(a, e) == 0 && check_who(a, e) == 0)
		rc = accept(a, e);
	asking_free(a);
	return rc;
}

/* --- what becomes of it --------------------------------------------------- */

struct standing {
	struct bytes	*to;
	bool		 all_done;
};

static int
put_order(void *arg, const struct revocation_order *o)
{
	struct standing *s = arg;

	s->all_done = s->all_done && o->done != 0;
	bytes_printf(s->to, "%s: %s\n", o->serial,
	    o->done != 0 ? o->outcome : "to be revoked");
	return 0;
}

int
ra_request_status(struct tx *tx, const struct package_row *row,
    char path[PATH_TEXT], struct err *e)
{
	struct bytes text = { 0 }, lines = { 0 };
	struct standing s = { &lines, true };
	char name[sizeof(row->slot) + 8], time[CLOCK_TEXT];
	int rc;

	orders_of_package(tx_view(tx), row->id, put_order, &s);
	clock_text_seconds(time, row->received);
	bytes_printf(&text, "state: %s\npackage: %s\nreceived: %s\n%s",
	    s.all_done ? "done" : "received", row->package, time,
	    bytes_text(&lines));
	snprintf(name, sizeof(name), "%s.status", row->slot);
	snprintf(path, PATH_TEXT, "revoke/reports/%s", name);
	rc = desk_file_write_for(tx, DESK_FOLDER(DESK_REPORTS, 1), name,
	    row->uid, SLICE(&text), e);
	bytes_free(&text);
	bytes_free(&lines);
	return rc;
}
