/*
 * The parts of the page.  See page_parts.h.
 */
#include <inttypes.h>
#include <string.h>

#include "../ca/crl_reason.h"
#include "../ca/html.h"
#include "page_chart.h"
#include "page_parts.h"

/* --- checks -------------------------------------------------------------- */

enum page_mark
part_mark(enum health_state state)
{
	static const enum page_mark marks[] = {
		[HEALTH_OK] = MARK_OK, [HEALTH_WARN] = MARK_WARN,
		[HEALTH_FAIL] = MARK_FAIL
	};

	return marks[state];
}

size_t
part_count(const struct readings *r, enum health_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < HEALTH_CHECKS; i++)
		count += r->health[i].state == state;
	return count;
}

enum health_state
part_worst(const struct readings *r)
{
	if (part_count(r, HEALTH_FAIL) > 0)
		return HEALTH_FAIL;
	return part_count(r, HEALTH_WARN) > 0 ? HEALTH_WARN : HEALTH_OK;
}

static void
put_problem(const struct health_line *line, struct bytes *to)
{
	bytes_printf(to, "<li class=\"%s\">",
	    line->state == HEALTH_FAIL ? "fail" : "warn");
	page_mark(to, part_mark(line->state), line->state == HEALTH_FAIL ?
	    "Failure" : "Warning");
	bytes_put_text(to, " <strong>");
	html_put_text(to, line->name);
	bytes_put_text(to, "</strong> <span class=\"why\">");
	html_put_text(to, line->text);
	bytes_put_text(to, "</span></li>\n");
}

void
part_problems(const struct readings *r, struct bytes *to)
{
	static const char *const classes[] = { "ok", "warn", "fail" };
	enum health_state state = part_worst(r);

	bytes_printf(to, "<section class=\"problems %s\" id=\"problems\""
	    " aria-label=\"Problems\">\n", classes[state]);
	if (state == HEALTH_OK)
		bytes_printf(to, "<p><span class=\"mark ok\"><span "
		    "class=\"shape\" aria-hidden=\"true\">\xe2\x9c\x93</span>"
		    " All %d checks are well.</span></p>\n", HEALTH_CHECKS);
	else
		bytes_put_text(to, "<ul>\n");
	for (; state > HEALTH_OK; state--)
		for (size_t i = 0; i < HEALTH_CHECKS; i++)
			if (r->health[i].state == state)
				put_problem(&r->health[i], to);
	if (part_worst(r) != HEALTH_OK)
		bytes_put_text(to, "</ul>\n");
	bytes_put_text(to, "</section>\n");
}

void
part_checks(const struct readings *r, struct bytes *to)
{
	bytes_put_text(to, "<section class=\"wide\" id=\"checks\">\n"
	    "<h2>All checks</h2>\n<table class=\"checks\">\n");
	for (size_t i = 0; i < HEALTH_CHECKS; i++) {
		bytes_put_text(to, "<tr><td>");
		page_mark(to, part_mark(r->health[i].state),
		    health_state_name(r->health[i].state));
		bytes_put_text(to, "</td><th scope=\"row\">");
		html_put_text(to, r->health[i].name);
		bytes_put_text(to, "</th><td>");
		html_put_text(to, r->health[i].text);
		bytes_put_text(to, "</td></tr>\n");
	}
	bytes_put_text(to, "</table>\n</section>\n");
}

/* --- the CAs ------------------------------------------------------------- */

static void
begin(struct bytes *to, const char *id, const char *title)
{
	bytes_printf(to, "<section id=\"%s\">\n<h2>%s</h2>\n", id, title);
}

static void
begin_table(struct bytes *to)
{
	bytes_put_text(to, "<table>\n");
}

static void
end(struct bytes *to)
{
	bytes_put_text(to, "</table>\n</section>\n");
}

/* A time, and how far it is. */
static void
put_when(const struct readings *r, const char *name, usec_t when,
    struct bytes *to)
{
	page_row_begin(to, name);
	page_from_now(to, when, r->now);
	bytes_put_text(to, " <small>");
	page_time(to, when);
	bytes_put_text(to, "</small>");
	page_row_end(to);
}

static const struct crl_reading *
crl_of(const struct readings *r, const char *issuer)
{
	for (size_t i = 0; i < r->crl_count; i++)
		if (strcmp(r->crls[i].crl.issuer, issuer) == 0)
			return &r->crls[i];
	return NULL;
}

static void
put_count(struct bytes *to, int64_t count, const char *one, const char *more)
{
	page_number(to, count);
	bytes_printf(to, " %s", count == 1 ? one : more);
}

/* Those that stand beside the full one: the first of them that ends. */
static void
put_other_lists(const struct readings *r, struct bytes *to)
{
	const struct crl_reading *row;
	usec_t first = 0;
	int64_t shards = 0;

	for (size_t i = 0; i < r->crl_count; i++) {
		row = &r->crls[i];
		if (strcmp(row->list, "delta") == 0) {
			page_row_begin(to, "Delta due");
			page_from_now(to, row->crl.next_update, r->now);
			bytes_put_text(to, " <small>");
			put_count(to, row->crl.entries, "entry", "entries");
			bytes_put_text(to, "</small>");
			page_row_end(to);
		} else if (strcmp(row->list, "full") != 0) {
			shards++;
			if (first == 0 || row->crl.next_update < first)
				first = row->crl.next_update;
		}
	}
	if (shards == 0)
		return;
	page_row_begin(to, "First shard due");
	page_from_now(to, first, r->now);
	bytes_put_text(to, " <small>of ");
	put_count(to, shards, "shard", "shards");
	bytes_put_text(to, "</small>");
	page_row_end(to);
}

/* `planned` 0: it is made by people. */
static void
put_crl(const struct readings *r, const char *issuer, usec_t planned,
    struct bytes *to)
{
	const struct crl_reading *row = crl_of(r, issuer);
	const struct crl *crl;

	if (row == NULL) {
		page_row_text(to, "CRL", "none yet");
		return;
	}
	crl = &row->crl;
	page_row_begin(to, "CRL number");
	page_number(to, crl->number);
	bytes_put_text(to, " <small>");
	put_count(to, crl->entries, "entry", "entries");
	bytes_put_text(to, "</small>");
	page_row_end(to);
	put_when(r, "CRL signed", crl->this_update, to);
	if (planned != 0)
		put_when(r, "Next CRL planned", planned, to);
	put_when(r, "Next CRL due", crl->next_update, to);
}

static void
put_key(const struct key_reading *key, const char *name, struct bytes *to)
{
	page_row_begin(to, name);
	page_mark(to, key->ready ? MARK_OK : MARK_FAIL,
	    key->ready ? "activated" : "not there or not activated");
	page_row_end(to);
}

static void
put_name(struct bytes *to, const char *name)
{
	bytes_put_text(to, "<p class=\"name\">");
	html_put_text(to, name);
	bytes_put_text(to, "</p>\n");
}

void
part_issuing(const struct readings *r, struct bytes *to)
{
	static const char *const names[KEY_READINGS] = {
		"Key of the CA", "Key for OCSP", "Key for evidence",
		"Key for packages of RAs"
	};

	begin(to, "issuing", "Issuing CA");
	put_name(to, r->name);
	begin_table(to);
	for (size_t i = 0; i < KEY_READINGS; i++)
		put_key(&r->keys[i], names[i], to);
	put_crl(r, "issuing", r->crl_planned, to);
	put_other_lists(r, to);
	put_when(r, "Certificate ends", r->issuing_not_after, to);
	end(to);
}

void
part_root(const struct readings *r, struct bytes *to)
{
	begin(to, "root", "Root CA");
	put_name(to, r->root_name);
	begin_table(to);
	page_row_begin(to, "Key of the CA");
	page_mark(to, MARK_NONE, "offline, as it should be");
	page_row_end(to);
	put_crl(r, "root", 0, to);
	put_when(r, "Certificate ends", r->root_not_after, to);
	end(to);
}

/* --- certificates -------------------------------------------------------- */

static int64_t
revoked(const struct readings *r)
{
	int64_t count = 0;

	for (int i = 0; i < REASONS; i++)
		if (i != REASON_HOLD && i != REASON_REINSTATED)
			count += r->counts.revoked[i];
	return count;
}

static int64_t
dossiers(const struct store_counts *counts)
{
	int64_t count = 0;

	for (size_t i = 0; i < DOSSIER_KINDS; i++)
		count += counts->pending[i] + counts->countersign[i];
	return count;
}

static void
put_figure(struct bytes *to, const char *name, int64_t count)
{
	bytes_put_text(to, "<div><dt>");
	html_put_text(to, name);
	bytes_put_text(to, "</dt><dd>");
	page_number(to, count);
	bytes_put_text(to, "</dd></div>\n");
}

static void
put_profiles(const struct readings *r, struct bytes *to)
{
	const struct tally_sums *sums = &r->tallies;

	bytes_put_text(to, "<table>\n<caption>Issued, by profile</caption>\n");
	for (size_t i = 0; i < sums->profile_count; i++)
		page_row_number(to, sums->profiles[i].name,
		    sums->profiles[i].count);
	bytes_put_text(to, "</table>\n");
}

static void
put_reasons(const struct readings *r, struct bytes *to)
{
	bytes_put_text(to, "<table>\n<caption>Revoked, by reason</caption>\n");
	for (int i = 0; i < REASONS; i++)
		if (i != REASON_HOLD && i != REASON_REINSTATED &&
		    r->counts.revoked[i] != 0)
			page_row_number(to, reason_name(i),
			    r->counts.revoked[i]);
	if (revoked(r) == 0)
		page_row_text(to, "none", "");
	bytes_put_text(to, "</table>\n");
}

void
part_certificates(const struct readings *r, struct bytes *to)
{
	const struct store_counts *counts = &r->counts;

	bytes_put_text(to, "<section class=\"wide\" id=\"certificates\">\n"
	    "<h2>Certificates</h2>\n<dl class=\"figures\">\n");
	put_figure(to, "issued", counts->certificates);
	put_figure(to, "revoked", revoked(r));
	put_figure(to, "suspended", counts->revoked[REASON_HOLD]);
	put_figure(to, "requests pending", counts->requests_pending);
	put_figure(to, "waiting for a signature", counts->requests_approved);
	put_figure(to, "dossiers to decide", dossiers(counts));
	bytes_put_text(to, "</dl>\n<h3>The last 30 days</h3>\n");
	chart_days(to, &r->tallies, r->now);
	bytes_put_text(to, "<div class=\"pair\">\n");
	put_profiles(r, to);
	put_reasons(r, to);
	bytes_put_text(to, "</div>\n</section>\n");
}

/* --- revocation clocks --------------------------------------------------- */

static void
put_nearest(const struct readings *r, usec_t nearest, struct bytes *to)
{
	if (nearest == 0)
		bytes_put_text(to, "<td>none</td>");
	else if (nearest < r->now) {
		bytes_put_text(to, "<td>");
		page_mark(to, MARK_FAIL, "missed ");
		page_from_now(to, nearest, r->now);
		bytes_put_text(to, "</td>");
	} else {
		bytes_put_text(to, "<td>");
		page_from_now(to, nearest, r->now);
		bytes_put_text(to, "</td>");
	}
}

static void
put_methods(const struct readings *r, struct bytes *to)
{
	const struct deadline_sight *sight = &r->deadlines;

	bytes_put_text(to, "<table class=\"methods\">\n<tr>"
	    "<th scope=\"col\">until</th>"
	    "<th scope=\"col\">waiting</th><th scope=\"col\">overdue</th>"
	    "<th scope=\"col\">nearest deadline</th></tr>\n");
	for (enum deadline_method m = 0; m < DEADLINE_METHODS; m++) {
		bytes_printf(to, "<tr><th scope=\"row\">%s</th><td>",
		    m == BY_DECISION ? "it is decided" :
		    m == BY_CRL ? "the CRL says so" : "OCSP says so");
		page_number(to, sight->by[m].open);
		bytes_put_text(to, "</td><td>");
		if (sight->by[m].missed > 0)
			page_mark(to, MARK_FAIL, "");
		page_number(to, sight->by[m].missed);
		bytes_put_text(to, "</td>");
		put_nearest(r, sight->by[m].nearest, to);
		bytes_put_text(to, "</tr>\n");
	}
	bytes_put_text(to, "</table>\n");
}

void
part_clocks(const struct readings *r, struct bytes *to)
{
	begin(to, "clocks", "Revocation clocks");
	put_methods(r, to);
	begin_table(to);
	page_row_number(to, "Not yet published", r->counts.unpublished);
	page_row_begin(to, "Oldest of them waits");
	if (r->pending_since == 0)
		bytes_put_text(to, "none does");
	else
		page_span(to, r->now - r->pending_since);
	page_row_end(to);
	page_row_number(to, "Decided for later", r->counts.scheduled);
	page_row_number(to, "Batches under way", r->counts.batches);
	page_row_number(to, "Deadlines ever missed", tally_events(&r->tallies,
	    "revocation-deadline-missed"));
	end(to);
}

/* --- from outside -------------------------------------------------------- */

static void
put_service(const struct readings *r, int service, struct bytes *to)
{
	const struct outage_sum *sum = &r->probes.services[service];

	bytes_printf(to, "<tr><th scope=\"row\">%s</th><td>",
	    probe_service_name((enum probe_service)service));
	page_mark(to, sum->out_since == 0 ? MARK_OK : MARK_FAIL,
	    sum->out_since == 0 ? "there" : "out");
	bytes_put_text(to, "</td><td>");
	if (sum->out > r->probes.outage_max)
		page_mark(to, MARK_FAIL, "");
	page_span(to, sum->out);
	bytes_put_text(to, "</td><td>");
	page_from_now(to, sum->last, r->now);
	bytes_put_text(to, "</td></tr>\n");
}

/* What probes on other hosts saw; nothing where there are none. */
void
part_probes(const struct readings *r, struct bytes *to)
{
	bool any = false;

	for (int i = 0; i < PROBE_SERVICES; i++)
		any = any || r->probes.services[i].last != 0;
	if (!any)
		return;
	begin(to, "probes", "As seen from outside");
	bytes_put_text(to, "<table class=\"methods\">\n<tr>"
	    "<th scope=\"col\">service</th><th scope=\"col\">last</th>"
	    "<th scope=\"col\">out this month</th>"
	    "<th scope=\"col\">looked at</th></tr>\n");
	for (int i = 0; i < PROBE_SERVICES; i++)
		if (r->probes.services[i].last != 0)
			put_service(r, i, to);
	bytes_put_text(to, "</table>\n");
	end(to);
}

/* --- machine and evidence ------------------------------------------------ */

static void
put_disk(const struct readings *r, struct bytes *to)
{
	const struct store_sizes *sizes = &r->sizes;

	page_row_begin(to, "Disk");
	page_octets(to, sizes->disk_free);
	bytes_put_text(to, " free <small>of ");
	page_octets(to, sizes->disk);
	bytes_put_text(to, "</small>");
	chart_part(to, sizes->disk - sizes->disk_free, sizes->disk);
	page_row_end(to);
}

static void
put_clock(const struct readings *r, struct bytes *to)
{
	page_row_begin(to, "Clock");
	page_mark(to, r->clock.synchronised ? MARK_OK : MARK_WARN,
	    r->clock.synchronised ? "synchronised" : "not synchronised");
	if (r->clock.synchronised && r->clock.error_usec >= USEC) {
		bytes_put_text(to, " <small>within ");
		page_span(to, r->clock.error_usec);
		bytes_put_text(to, "</small>");
	} else if (r->clock.synchronised && r->clock.error_usec >= 0)
		bytes_printf(to, " <small>within %" PRId64 ".%03" PRId64
		    " ms</small>", r->clock.error_usec / 1000,
		    r->clock.error_usec % 1000);
	page_row_end(to);
}

void
part_machine(const struct readings *r, struct bytes *to)
{
	begin(to, "machine", "Store and machine");
	begin_table(to);
	page_row_begin(to, "Database");
	page_octets(to, r->sizes.database);
	bytes_put_text(to, " <small>and a log of ");
	page_octets(to, r->sizes.log);
	bytes_put_text(to, "</small>");
	page_row_end(to);
	put_disk(r, to);
	put_clock(r, to);
	page_row_begin(to, "Serving for");
	page_span(to, r->now - r->started);
	page_row_end(to);
	page_row_number(to, "Waiting for the signer", r->signer_queue);
	page_row_number(to, "OCSP answers kept", r->ocsp_kept);
	end(to);
}

void
part_evidence(const struct readings *r, struct bytes *to)
{
	begin(to, "evidence", "Evidence");
	begin_table(to);
	page_row_number(to, "Events", r->counts.events);
	if (r->event.seq != 0) {
		page_row_text(to, "The last one", r->event.name);
		put_when(r, "Recorded", r->event.time, to);
	}
	if (r->checkpoint != 0)
		put_when(r, "Last checkpoint", r->checkpoint, to);
	else
		page_row_text(to, "Last checkpoint", "none was signed");
	end(to);
}
