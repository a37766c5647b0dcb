/*
 * CRL and OCSP are compared with the store that both are made from.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/store_events.h"
#include "compare.h"
#include "crl.h"
#include "ocsp_request.h"
#include "ocsp_response.h"

struct comparison {
	struct view	*view;
	struct err	 difference;	/* of the first one */
	int64_t		 differences, compared;
	/* Of the whole CRL: where it is, and the entry in front. */
	struct slice	 entries;
	struct crl_entry entry;
	bool		 has_entry;
};

static bool
same_second(usec_t a, usec_t b)
{
	return a / USEC == b / USEC;
}

static void
differs(struct comparison *c, const char *serial, const char *what)
{
	if (c->differences++ == 0)
		err_set(&c->difference, EBADMSG, "%s: %s", serial, what);
}

/* --- answers ------------------------------------------------------------- */

static void
compare_single(struct comparison *c, const struct ocsp_single *single)
{
	struct revocation r;
	struct ocsp_ids ids;

	if (ocsp_ids_decode(single->cert_id, &ids) != 0) {
		differs(c, "OCSP", "an answer names no certificate");
		return;
	}
	c->compared++;
	if (revocation_find(c->view, ids.id[0].serial, &r) != 1)
		r.reason = REASON_REINSTATED;
	else if (r.on_ocsp == 0)
		return;		/* its answer is withdrawn until it is signed */
	if (r.reason == REASON_REINSTATED) {
		if (single->revoked != 0)
			differs(c, ids.id[0].serial,
			    "OCSP says revoked, the store does not");
	} else if (single->revoked == 0)
		differs(c, r.serial, "OCSP says good, the store revoked");
	else if (!same_second(single->revoked, r.effective) ||
	    single->reason != r.reason)
		differs(c, r.serial, "OCSP gives another time or reason");
}

static int
compare_answer(void *arg, struct slice cert_ids)
{
	struct comparison *c = arg;
	usec_t this_update, next_update;
	struct ocsp_answer answer;
	struct ocsp_single single;
	struct ocsp_facts facts;
	struct bytes der = { 0 };
	struct err err;
	int got = 0;

	if (ocsp_find(c->view, cert_ids, &answer) != 1 ||
	    ocsp_bytes(c->view, answer.id, &der) != 1)
		goto out;
	if (ocsp_read(SLICE(&der), &facts, &err) != 0) {
		differs(c, answer.serial, err.text);
		goto out;
	}
	while ((got = ocsp_next_single(&facts.singles, &single, &this_update,
	    &next_update)) == 1)
		compare_single(c, &single);
	if (got != 0)
		differs(c, answer.serial, "its OCSP answer is malformed");
out:
	bytes_free(&der);
	return 0;
}

/* --- the CRL ------------------------------------------------------------- */

/* The newest CRL; 0 when there is one that can be read. */
static int
read_crl(struct comparison *c, struct bytes *der, struct crl_facts *facts)
{
	struct publication file;
	struct err err;

	if (publication_find(c->view, "status", "issuing.crl", &file) != 1 ||
	    publication_bytes(c->view, file.seq, der) != 1)
		return -1;
	if (crl_read(SLICE(der), facts, &err) == 0)
		return 0;
	differs(c, "issuing.crl", err.text);
	return -1;
}

static bool
same_entry(const struct crl_entry *entry, const struct revocation *r)
{
	return same_second(entry->revoked, r->effective) &&
	    entry->reason == r->reason &&
	    same_second(entry->invalidity, r->invalidity);
}

static void
compare_entry(struct comparison *c, const struct crl_entry *entry,
    const struct revocation *r)
{
	c->compared++;
	if (!same_entry(entry, r))
		differs(c, r->serial, "the CRL gives another time or reason");
}

/* Of a row of the whole list: is it said to be on the CRL as it is? */
static bool
is_published(struct comparison *c, int64_t revocation)
{
	struct revocation r;

	return revocation_get(c->view, revocation, &r) == 1 && r.on_crl != 0;
}

static int
by_serial(const void *a, const void *b)
{
	const struct revocation *one = a, *two = b;

	return strcmp(one->serial, two->serial);
}

/* A published row and its entry; NULL: there is none. */
static void
compare_row(struct comparison *c, const struct crl_entry *entry,
    const struct revocation *r)
{
	if (r->reason == REASON_REINSTATED && entry != NULL)
		differs(c, r->serial, "the CRL lists it, it is reinstated");
	else if (r->reason != REASON_REINSTATED && entry == NULL)
		differs(c, r->serial, "the CRL does not list it");
	else if (entry != NULL)
		compare_entry(c, entry, r);
}

/* Both are in order of serial: one pass. */
static void
compare_rows(struct comparison *c, struct slice entries,
    const struct revocation *rows, size_t count)
{
	struct crl_entry entry;
	size_t i = 0;
	int got = 0, order;

	while (i < count && (got = crl_next_entry(&entries, &entry)) == 1)
		while (i < count && (order = strcmp(rows[i].serial,
		    entry.serial)) <= 0)
			compare_row(c, order == 0 ? &entry : NULL, &rows[i++]);
	if (got == -1)
		differs(c, "issuing.crl", "it is malformed");
	while (i < count)
		compare_row(c, NULL, &rows[i++]);
}

/*
 * An entry that is not among the rows: its certificate has ended since (RFC
 * 5280 3.3), or it should not be there.
 */
static void
compare_extra(struct comparison *c)
{
	struct revocation r = { 0 };

	if (revocation_find(c->view, c->entry.serial, &r) == 1 &&
	    r.on_crl == 0)
		return;		/* changed, and not published yet */
	if (r.id != 0 && r.reason != REASON_REINSTATED)
		compare_entry(c, &c->entry, &r);
	else
		differs(c, c->entry.serial,
		    "the CRL lists it, the store does not");
}

/* One of the store's rows (which say little) against the CRL's next entry. */
static int
compare_next(void *arg, const struct revocation *r)
{
	struct comparison *c = arg;
	int order;

	while (c->has_entry &&
	    (order = strcmp(c->entry.serial, r->serial)) <= 0) {
		if (order != 0)
			compare_extra(c);
		else if (same_entry(&c->entry, r) || is_published(c, r->id))
			compare_entry(c, &c->entry, r);
		c->has_entry = crl_next_entry(&c->entries, &c->entry) == 1;
		if (order == 0)
			return 0;
	}
	if (is_published(c, r->id))
		differs(c, r->serial, "the CRL does not list it");
	return 0;
}

/* --- what comes of it ---------------------------------------------------- */

struct verdict_job {
	struct job	 job;
	struct comparison c;
};

static int
apply(struct job *job, struct tx *tx, struct err *err)
{
	struct verdict_job *j = (struct verdict_job *)job;
	struct event *event;

	event = event_new("status-compared", REVOCATION_STATUS);
	event_actor_self(event);
	event_requirements(event, "CSS-6.3.10-08 CSS-6.3.10-09");
	event_outcome(event, j->c.differences == 0 ? "same" : "different");
	event_detail_number(event, "compared", j->c.compared);
	event_detail_number(event, "differences", j->c.differences);
	if (j->c.differences != 0)
		event_detail(event, "first", j->c.difference.text);
	return desk_append(tx, event, err);
}

static void
applied(struct job *job, const struct err *fault)
{
	if (fault != NULL)
		log_line("the comparison of CRL and OCSP is not recorded: %s",
		    fault->text);
	free(job);
}

/* Not waited for: settling goes on while it is recorded. */
static void
record(const struct desk *desk, const struct comparison *c)
{
	struct verdict_job *j = calloc(1, sizeof *j);

	if (j == NULL)
		die("out of memory");
	j->c = *c;
	j->job.apply = apply;
	j->job.done = applied;
	j->job.essential = true;
	commit_submit(desk->parts->committer, &j->job);
}

static void
tell_health(const struct desk *desk, const struct comparison *c)
{
	if (c->differences > 0)
		health_set(desk->health, HEALTH_CONSISTENCY, HEALTH_FAIL,
		    "%lld differences, the first: %s",
		    (long long)c->differences, c->difference.text);
	else
		health_set(desk->health, HEALTH_CONSISTENCY, HEALTH_OK,
		    "both say the same");
}

void
compare_changed(const struct desk *desk, struct view *view,
    struct revocation *rows, size_t count)
{
	struct comparison c = { .view = view };
	struct bytes der = { 0 };
	struct crl_facts facts;

	if (count == 0)
		return;
	qsort(rows, count, sizeof *rows, by_serial);
	if (read_crl(&c, &der, &facts) == 0)
		compare_rows(&c, facts.entries, rows, count);
	bytes_free(&der);
	for (size_t i = 0; i < count; i++)
		ocsp_asked(view, rows[i].serial, compare_answer, &c);
	if (c.differences > 0) {
		tell_health(desk, &c);
		record(desk, &c);
	}
}

void
compare_all(const struct desk *desk)
{
	struct comparison c = { .view = view_take(desk->parts->store) };
	struct bytes der = { 0 };
	struct crl_facts facts;

	if (read_crl(&c, &der, &facts) == 0) {
		c.entries = facts.entries;
		c.has_entry = crl_next_entry(&c.entries, &c.entry) == 1;
		revocations_on_crl(c.view, "issuing", facts.this_update,
		    compare_next, &c);
		for (; c.has_entry; c.has_entry =
		    crl_next_entry(&c.entries, &c.entry) == 1)
			compare_extra(&c);
	}
	ocsp_due(c.view, INT64_MAX, compare_answer, &c);
	view_put(c.view);
	bytes_free(&der);
	tell_health(desk, &c);
	record(desk, &c);
}
