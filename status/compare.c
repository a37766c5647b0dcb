/*
 * CRL and OCSP are compared with the store that both are made from.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/store_crls.h"
#include "../ca/store_shards.h"
#include "compare.h"
#include "ocsp_request.h"
#include "ocsp_response.h"

struct comparison {
	struct view	*view;
	struct differences found;
	struct health_line was;		/* said before it began */
	int64_t		 day;		/* all of it is compared on; 0 */
};

#define DIFFERED	"status-differed"	/* when last looked at */
#define COMPARED	"status-compared"	/* the day all of it was */
#define PORTION		10000	/* answers, from one moment */

static bool
same_second(usec_t a, usec_t b)
{
	return a / USEC == b / USEC;
}

/* --- answers ------------------------------------------------------------- */

static void
compare_single(struct comparison *c, const struct ocsp_single *single)
{
	struct revocation r;
	struct ocsp_ids ids;

	if (ocsp_ids_decode(single->cert_id, &ids) != 0) {
		differences_add(&c->found, "OCSP",
		    "an answer names no certificate");
		return;
	}
	c->found.compared++;
	if (revocation_find(c->view, ids.id[0].serial, &r) != 1)
		r.reason = REASON_REINSTATED;
	else if (r.on_ocsp == 0)
		return;		/* its answer is withdrawn until it is signed */
	if (r.reason == REASON_REINSTATED) {
		if (single->revoked != 0)
			differences_add(&c->found, ids.id[0].serial,
			    "OCSP says revoked, the store does not");
	} else if (single->revoked == 0)
		differences_add(&c->found, r.serial,
		    "OCSP says good, the store revoked");
	else if (!same_second(single->revoked, r.effective) ||
	    single->reason != r.reason)
		differences_add(&c->found, r.serial,
		    "OCSP gives another time or reason");
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
		differences_add(&c->found, answer.serial, err.text);
		goto out;
	}
	while ((got = ocsp_next_single(&facts.singles, &single, &this_update,
	    &next_update)) == 1)
		compare_single(c, &single);
	if (got != 0)
		differences_add(&c->found, answer.serial,
		    "its OCSP answer is malformed");
out:
	bytes_free(&der);
	return compare_is_over(&c->found) ? -1 : 0;
}

/* --- CRLs ---------------------------------------------------------------- */

static int
by_serial(const void *a, const void *b)
{
	const struct revoked *one = a, *two = b;

	return strcmp(one->serial, two->serial);
}

static int
by_shard(const void *a, const void *b)
{
	const struct revoked *one = a, *two = b;

	if (one->shard != two->shard)
		return one->shard < two->shard ? -1 : 1;
	return strcmp(one->serial, two->serial);
}

/* On the delta, and each where who has such a certificate looks for it. */
static void
compare_crls(struct comparison *c, struct revoked *rows, size_t count)
{
	size_t begin, end;

	qsort(rows, count, sizeof *rows, by_serial);
	compare_crl_rows(c->view, CRL_DELTA, rows, count, &c->found);
	qsort(rows, count, sizeof *rows, by_shard);
	for (begin = 0; begin < count; begin = end) {
		for (end = begin + 1; end < count &&
		    rows[end].shard == rows[begin].shard; end++)
			continue;
		compare_crl_rows(c->view, rows[begin].shard, rows + begin,
		    end - begin, &c->found);
	}
}

/* --- what comes of it ---------------------------------------------------- */

struct verdict_job {
	struct job	 job;
	struct comparison c;
	const struct desk *desk;	/* of all; NULL: of a part */
};

static int
append_verdict(const struct comparison *c, struct tx *tx, struct err *err)
{
	struct event *event;

	event = event_new("status-compared", REVOCATION_STATUS);
	event_actor_self(event);
	event_requirements(event, "CSS-6.3.10-08 CSS-6.3.10-09");
	event_outcome(event, c->found.count == 0 ? "same" : "different");
	event_detail_number(event, "compared", c->found.compared);
	event_detail_number(event, "differences", c->found.count);
	if (c->found.count != 0)
		event_detail(event, "first", c->found.first.text);
	if (meta_set_number(tx, DIFFERED, c->found.count != 0, err) != 0) {
		event_free(event);
		return -1;
	}
	return desk_append(tx, event, err);
}

/*
 * Others compared parts meanwhile.  What they found is said before they record
 * it: either it is known here, or it is recorded behind this.
 */
static int
apply(struct job *job, struct tx *tx, struct err *err)
{
	struct verdict_job *j = (struct verdict_job *)job;

	if (j->c.day != 0 && meta_set_number(tx, COMPARED, j->c.day, err) != 0)
		return -1;
	if (j->desk != NULL && j->c.found.count == 0 &&
	    compare_differs(j->desk))
		return 0;
	return append_verdict(&j->c, tx, err);
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
	char text[CLOCK_TEXT];

	if (c->found.count > 0) {
		health_set(desk->health, HEALTH_CONSISTENCY, HEALTH_FAIL,
		    "%lld differences, the first: %s",
		    (long long)c->found.count, c->found.first.text);
		return;
	}
	clock_text_seconds(text, clock_now());
	health_mend(desk->health, HEALTH_CONSISTENCY, &c->was,
	    "both say the same: %lld compared at %s",
	    (long long)c->found.compared, text);
}

/* What others say of it meanwhile they have from a later moment. */
static void
begin(const struct desk *desk, struct comparison *c)
{
	health_line(desk->health, HEALTH_CONSISTENCY, &c->was);
}

/*
 * Each from a moment of its own: no reader stays for as long as all take.  A
 * difference is told at once: nothing follows a list that differs.
 */
static void
compare_scope(const struct desk *desk, struct comparison *c, int64_t scope)
{
	c->view = view_take(desk->parts->store);
	compare_crl_whole(c->view, scope, &c->found);
	view_put(c->view);
	if (c->found.count > 0)
		tell_health(desk, c);
}

struct scopes {
	int64_t	*ids;
	size_t	 count;
};

static int
add_scope(void *arg, const struct shard *shard)
{
	struct scopes *s = arg;

	s->ids = realloc(s->ids, (s->count + 1) * sizeof *s->ids);
	if (s->ids == NULL)
		die("out of memory");
	s->ids[s->count++] = shard->id;
	return 0;
}

static void
compare_shards(const struct desk *desk, struct comparison *c)
{
	struct view *view = view_take(desk->parts->store);
	struct scopes s = { .count = 0 };

	shards_list(view, "issuing", clock_now(), add_scope, &s);
	view_put(view);
	for (size_t i = 0; i < s.count && !compare_is_over(&c->found); i++)
		compare_scope(desk, c, s.ids[i]);
	free(s.ids);
}

/* A difference of others is not over because these are the same. */
static void
end_part(const struct desk *desk, const struct comparison *c)
{
	if (c->found.count > 0 || c->was.state == HEALTH_OK)
		tell_health(desk, c);
	if (c->found.count > 0)
		record(desk, c);
}

void
compare_changed(const struct desk *desk, struct view *view,
    struct revoked *rows, size_t count)
{
	struct comparison c = { .view = view };

	if (count == 0)
		return;
	begin(desk, &c);
	compare_crls(&c, rows, count);
	for (size_t i = 0; i < count; i++)
		ocsp_asked(view, rows[i].serial, compare_answer, &c);
	end_part(desk, &c);
}

void
compare_lists(const struct desk *desk, const int64_t *scopes, size_t count)
{
	struct comparison c = { .view = NULL };

	if (count == 0)
		return;
	begin(desk, &c);
	for (size_t i = 0; i < count; i++)
		compare_scope(desk, &c, scopes[i]);
	end_part(desk, &c);
}

static void
compare_answers(const struct desk *desk, struct comparison *c)
{
	int64_t last = 0;

	do {
		c->view = view_take(desk->parts->store);
		last = ocsp_portion(c->view, last, PORTION, compare_answer,
		    c);
		view_put(c->view);
	} while (last != 0 && !compare_is_over(&c->found));
}

/* False: it was ended before its end, and found nothing so far. */
static bool
compare_whole(const struct desk *desk, struct comparison *c)
{
	begin(desk, c);
	compare_scope(desk, c, CRL_COMPLETE);
	compare_scope(desk, c, CRL_DELTA);
	compare_shards(desk, c);
	compare_answers(desk, c);
	if (compare_is_over(&c->found) && c->found.count == 0)
		return false;
	tell_health(desk, c);
	return true;
}

static void
record_whole(const struct desk *desk, const struct comparison *c)
{
	struct verdict_job j = { .c = *c, .desk = desk };
	struct err err;

	j.job.apply = apply;
	j.job.essential = true;
	if (compare_is_over(&c->found))
		j.c.day = 0;
	if (commit_wait(desk->parts->committer, &j.job, &err) != 0)
		log_line("the comparison of CRL and OCSP is not recorded: %s",
		    err.text);
}

void
compare_all(const struct desk *desk, struct bell *bell)
{
	struct comparison c = { .found.bell = bell,
	    .day = clock_now() / USEC_DAY };

	if (compare_whole(desk, &c))
		record_whole(desk, &c);
}

static int
apply_day(struct job *job, struct tx *tx, struct err *err)
{
	return meta_set_number(tx, COMPARED,
	    ((struct verdict_job *)job)->c.day, err);
}

void
compare_set_day(const struct desk *desk, int64_t day)
{
	struct verdict_job j = { .c.day = day };
	struct err err;

	j.job.apply = apply_day;
	if (commit_wait(desk->parts->committer, &j.job, &err) != 0)
		log_line("the day of the first comparison: %s", err.text);
}

int64_t
compare_day(const struct desk *desk)
{
	struct view *view = view_take(desk->parts->store);
	int64_t day = meta_number(view, COMPARED, 0);

	view_put(view);
	return day;
}

void
compare_begin(const struct desk *desk)
{
	struct view *view = view_take(desk->parts->store);
	bool differed = meta_number(view, DIFFERED, 0) != 0;

	view_put(view);
	if (differed)
		health_set(desk->health, HEALTH_CONSISTENCY, HEALTH_FAIL,
		    "they differed before this core began");
}

bool
compare_differs(const struct desk *desk)
{
	struct health_line line;

	health_line(desk->health, HEALTH_CONSISTENCY, &line);
	return line.state != HEALTH_OK;
}

void
compare_again(const struct desk *desk, struct bell *bell)
{
	struct comparison c = { .found.bell = bell };

	if (compare_whole(desk, &c) && c.found.count == 0)
		record_whole(desk, &c);
}
