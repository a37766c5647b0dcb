/*
 * Metrics.  See metrics.h.
 */
#include <inttypes.h>
#include <string.h>

#include "../ca/counters.h"
#include "../ca/crl_reason.h"
#include "metrics.h"

/* The page to be filled, and the metric that is being put on it. */
struct out {
	struct bytes	*to;
	const char	*name;
	const struct readings *r;
};

enum kind { GAUGE, COUNTER };
typedef void reading(struct out *, int which);

struct metric {
	const char	*name, *help;
	enum kind	 kind;
	reading		*read;
	int		 which;		/* for `read`: a counter of counters.h */
};

/* --- the text ------------------------------------------------------------ */

static void
put_label_text(struct bytes *to, const char *text)
{
	for (; *text != '\0'; text++)
		if (*text == '\\' || *text == '"')
			bytes_printf(to, "\\%c", *text);
		else if (*text == '\n')
			bytes_put_text(to, "\\n");
		else
			put_u8(to, (uint8_t)*text);
}

/* name{key="text",...}; keys are NULL when there are fewer. */
static void
put_name(struct out *out, const char *const labels[][2], size_t count)
{
	bytes_put_text(out->to, out->name);
	for (size_t i = 0; i < count; i++) {
		bytes_printf(out->to, "%s%s=\"", i == 0 ? "{" : ",",
		    labels[i][0]);
		put_label_text(out->to, labels[i][1]);
		put_u8(out->to, '"');
	}
	if (count > 0)
		put_u8(out->to, '}');
	put_u8(out->to, ' ');
}

static void
put(struct out *out, int64_t value)
{
	put_name(out, NULL, 0);
	bytes_printf(out->to, "%" PRId64 "\n", value);
}

static void
put_with(struct out *out, const char *key, const char *text, int64_t value)
{
	put_name(out, (const char *const [][2]){ { key, text } }, 1);
	bytes_printf(out->to, "%" PRId64 "\n", value);
}

static void
put_usec(struct bytes *to, usec_t value)
{
	bytes_printf(to, "%s%" PRId64 ".%06" PRId64 "\n", value < 0 ? "-" : "",
	    (value < 0 ? -value : value) / USEC,
	    (value < 0 ? -value : value) % USEC);
}

/* Seconds, of a time or of how long. */
static void
put_time(struct out *out, usec_t value)
{
	put_name(out, NULL, 0);
	put_usec(out->to, value);
}

static void
put_time_with(struct out *out, const char *key, const char *text,
    usec_t value)
{
	put_name(out, (const char *const [][2]){ { key, text } }, 1);
	put_usec(out->to, value);
}

/* --- what is read -------------------------------------------------------- */

static void
read_counter(struct out *out, int which)
{
	put(out, counter_get((enum counter)which));
}

static void
read_build(struct out *out, int which)
{
	put_with(out, "version", PKIFS_VERSION, 1);
}

static void
read_started(struct out *out, int which)
{
	put_time(out, out->r->started);
}

static void
read_sandbox(struct out *out, int which)
{
	put(out, out->r->sandbox);
}

static void
read_health(struct out *out, int which)
{
	for (int i = 0; i < HEALTH_CHECKS; i++)
		put_with(out, "check", out->r->health[i].name,
		    out->r->health[i].state);
}

static void
read_not_after(struct out *out, int which)
{
	put_time_with(out, "ca", "issuing", out->r->issuing_not_after);
	put_time_with(out, "ca", "root", out->r->root_not_after);
}

static void
read_keys(struct out *out, int which)
{
	for (size_t i = 0; i < KEY_READINGS; i++)
		put_with(out, "key", out->r->keys[i].name,
		    out->r->keys[i].ready);
}

static void
read_queue(struct out *out, int which)
{
	put(out, out->r->signer_queue);
}

static void
read_issued(struct out *out, int which)
{
	const struct tally_sums *sums = &out->r->tallies;

	for (size_t i = 0; i < sums->profile_count; i++)
		put_with(out, "profile", sums->profiles[i].name,
		    sums->profiles[i].count);
}

static void
read_revoked(struct out *out, int which)
{
	for (int i = 0; i < REASONS; i++)
		if (reason_name(i) != NULL && i != REASON_REINSTATED)
			put_with(out, "reason", reason_name(i),
			    out->r->counts.revoked[i]);
}

static void
read_requests(struct out *out, int which)
{
	static const struct {
		const char *outcome, *event;
	} rows[] = {
		{ "decided", "request-decided" },
		{ "refused", "request-refused" },
		{ "withdrawn", "request-withdrawn" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		put_with(out, "outcome", rows[i].outcome,
		    tally_events(&out->r->tallies, rows[i].event));
}

static void
read_requests_open(struct out *out, int which)
{
	put_with(out, "state", "pending", out->r->counts.requests_pending);
	put_with(out, "state", "approved", out->r->counts.requests_approved);
}

static void
read_dossiers(struct out *out, int which)
{
	const struct {
		const char *name;
		const int64_t *counts;
	} places[] = {
		{ "pending", out->r->counts.pending },
		{ "countersign", out->r->counts.countersign },
	};

	for (size_t p = 0; p < sizeof places / sizeof *places; p++)
		for (int k = DOSSIER_REQUEST; k < DOSSIER_KINDS; k++) {
			put_name(out, (const char *const [][2]){
			    { "kind", dossier_kind_name(k) },
			    { "place", places[p].name } }, 2);
			bytes_printf(out->to, "%" PRId64 "\n",
			    places[p].counts[k]);
		}
}

static void
read_scheduled(struct out *out, int which)
{
	put(out, out->r->counts.scheduled);
}

static void
read_batches(struct out *out, int which)
{
	put(out, out->r->counts.batches);
}

enum crl_field { CRL_NUMBER, CRL_ENTRIES, CRL_THIS, CRL_NEXT };

static void
read_crls(struct out *out, int which)
{
	const struct crl_reading *row;

	for (size_t i = 0; i < out->r->crl_count; i++) {
		row = &out->r->crls[i];
		put_name(out, (const char *const [][2]){
		    { "ca", row->crl.issuer }, { "list", row->list } }, 2);
		if (which == CRL_THIS || which == CRL_NEXT)
			put_usec(out->to, which == CRL_THIS ?
			    row->crl.this_update : row->crl.next_update);
		else
			bytes_printf(out->to, "%" PRId64 "\n",
			    which == CRL_NUMBER ? row->crl.number :
			    row->crl.entries);
	}
}

static void
read_unpublished(struct out *out, int which)
{
	put(out, out->r->counts.unpublished);
}

static void
read_lag(struct out *out, int which)
{
	put_time(out, out->r->pending_since == 0 ? 0 :
	    out->r->now - out->r->pending_since);
}

static void
read_cases(struct out *out, int which)
{
	put(out, out->r->deadlines.waiting);
}

static void
read_cases_by(struct out *out, int which)
{
	for (enum deadline_method m = 0; m < DEADLINE_METHODS; m++)
		put_with(out, "method", deadline_method_name(m),
		    which == 0 ? out->r->deadlines.by[m].open :
		    out->r->deadlines.by[m].missed);
}

/* Where nothing waits there is nothing to count down. */
static void
read_deadlines(struct out *out, int which)
{
	for (enum deadline_method m = 0; m < DEADLINE_METHODS; m++)
		if (out->r->deadlines.by[m].nearest != 0)
			put_time_with(out, "method", deadline_method_name(m),
			    out->r->deadlines.by[m].nearest - out->r->now);
}

static void
read_missed(struct out *out, int which)
{
	put(out, tally_events(&out->r->tallies,
	    "revocation-deadline-missed"));
}

static void
read_ocsp_kept(struct out *out, int which)
{
	put(out, out->r->ocsp_kept);
}

static void
read_ocsp_requests(struct out *out, int which)
{
	put_with(out, "outcome", "kept", counter_get(COUNT_OCSP_KEPT));
	put_with(out, "outcome", "to-sign", counter_get(COUNT_OCSP_TO_SIGN));
	put_with(out, "outcome", "unauthorised",
	    counter_get(COUNT_OCSP_UNAUTHORISED));
	put_with(out, "outcome", "malformed",
	    counter_get(COUNT_OCSP_MALFORMED));
}

static void
read_seq(struct out *out, int which)
{
	put(out, out->r->counts.events);
}

static void
read_last_event(struct out *out, int which)
{
	if (out->r->event.seq != 0)
		put_time(out, out->r->event.time);
}

static void
read_checkpoint(struct out *out, int which)
{
	if (out->r->checkpoint != 0)
		put_time(out, out->r->checkpoint);
}

static void
read_events(struct out *out, int which)
{
	const struct tally_sums *sums = &out->r->tallies;

	for (size_t i = 0; i < sums->name_count; i++)
		put_with(out, "event", sums->names[i].name,
		    sums->names[i].count);
}

static void
read_behind(struct out *out, int which)
{
	put(out, out->r->counts.events - out->r->tallies.events +
	    out->r->counts.certificates - out->r->tallies.certificates);
}

static void
read_store(struct out *out, int which)
{
	put_with(out, "part", "database", out->r->sizes.database);
	put_with(out, "part", "log", out->r->sizes.log);
	put_with(out, "part", "reserve", out->r->sizes.reserve);
}

static void
read_disk(struct out *out, int which)
{
	put(out, which == 0 ? out->r->sizes.disk : out->r->sizes.disk_free);
}

static void
read_synchronised(struct out *out, int which)
{
	put(out, out->r->clock.synchronised);
}

static void
read_clock_error(struct out *out, int which)
{
	if (out->r->clock.error_usec >= 0)
		put_time(out, out->r->clock.error_usec);
}

static void
read_fuse(struct out *out, int which)
{
	static const char *const names[] = {
		"lookup", "getattr", "open", "read", "write", "flush",
		"create", "rename", "unlink", "readdir"
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		put_with(out, "operation", names[i],
		    counter_get(COUNT_FUSE_LOOKUP + (enum counter)i));
}

static void
read_notices(struct out *out, int which)
{
	const struct tally_sums *sums = &out->r->tallies;

	put_with(out, "outcome", "delivered",
	    tally_events(sums, "notice-delivered"));
	put_with(out, "outcome", "failed",
	    tally_events(sums, "notice-failed"));
}

/* Only of what is probed. */
static void
read_probes(struct out *out, int which)
{
	const struct outage_sum *sum;
	const char *name;

	for (int i = 0; i < PROBE_SERVICES; i++) {
		sum = &out->r->probes.services[i];
		name = probe_service_name((enum probe_service)i);
		if (sum->last == 0)
			continue;
		if (which == 0)
			put_with(out, "service", name, sum->out_since == 0);
		else
			put_time_with(out, "service", name, which == 1 ?
			    sum->out : sum->last);
	}
}

static void
read_outage_max(struct out *out, int which)
{
	put_time(out, out->r->probes.outage_max);
}

static void
read_notices_failing(struct out *out, int which)
{
	put(out, out->r->notices_failing);
}

/* --- the table ----------------------------------------------------------- */

static const struct metric metrics[] = {
	{ "pkifs_build_info", "The program that serves.", GAUGE, read_build },
	{ "pkifs_start_time_seconds", "When the part that serves started.",
	    GAUGE, read_started },
	{ "pkifs_sandbox", "1: a sandbox, nobody should rely on it.", GAUGE,
	    read_sandbox },
	{ "pkifs_health", "Each check of health.txt: 0 ok, 1 warn, 2 fail.",
	    GAUGE, read_health },
	{ "pkifs_ca_not_after_timestamp_seconds", "When the CA's certificate ends.",
	    GAUGE, read_not_after },
	{ "pkifs_key_ready", "1: the signer has this key, activated.", GAUGE,
	    read_keys },
	{ "pkifs_signer_connections_total",
	    "Signers that this part was connected to since it started.",
	    COUNTER, read_counter, COUNT_SIGNER_CONNECTIONS },
	{ "pkifs_signer_queue", "Orders to sign that have no answer yet.",
	    GAUGE, read_queue },

	{ "pkifs_certificates_issued_total",
	    "Certificates ever issued, by profile.", COUNTER, read_issued },
	{ "pkifs_certificates_revoked",
	    "Certificates revoked or suspended now, by reason.", GAUGE,
	    read_revoked },
	{ "pkifs_revocations_scheduled",
	    "Revocations decided for a time to come.", GAUGE,
	    read_scheduled },
	{ "pkifs_batches_open", "Batches of revocations under way.", GAUGE,
	    read_batches },
	{ "pkifs_requests_total", "Requests ever, by what became of them.",
	    COUNTER, read_requests },
	{ "pkifs_requests_open",
	    "Requests that wait for people (pending) or a signature.", GAUGE,
	    read_requests_open },
	{ "pkifs_dossiers_waiting", "Dossiers that officers have to decide.",
	    GAUGE, read_dossiers },

	{ "pkifs_crl_number", "Number of the newest CRL.", GAUGE, read_crls,
	    CRL_NUMBER },
	{ "pkifs_crl_entries", "Entries of the newest CRL.", GAUGE, read_crls,
	    CRL_ENTRIES },
	{ "pkifs_crl_this_update_timestamp_seconds", "Its thisUpdate.", GAUGE,
	    read_crls, CRL_THIS },
	{ "pkifs_crl_next_update_timestamp_seconds", "Its nextUpdate.", GAUGE,
	    read_crls, CRL_NEXT },
	{ "pkifs_revocations_unpublished",
	    "Revocations that CRL or OCSP do not say yet.", GAUGE,
	    read_unpublished },
	{ "pkifs_publication_lag_seconds",
	    "How long the oldest of them waits; 0: none does.", GAUGE,
	    read_lag },

	{ "pkifs_revocation_cases_open",
	    "Cases that are not decided and published yet.", GAUGE,
	    read_cases },
	{ "pkifs_revocation_deadlines_open",
	    "Cases that this method does not show yet.", GAUGE,
	    read_cases_by, 0 },
	{ "pkifs_revocation_deadlines_overdue",
	    "Those of them whose deadline has passed.", GAUGE,
	    read_cases_by, 1 },
	{ "pkifs_revocation_deadline_seconds",
	    "Seconds until the nearest deadline; below 0: it has passed.",
	    GAUGE, read_deadlines },
	{ "pkifs_revocation_deadlines_missed_total",
	    "Deadlines ever missed, once a case and method.", COUNTER,
	    read_missed },

	{ "pkifs_ocsp_answers_kept",
	    "OCSP answers that are kept, counted now and then.", GAUGE,
	    read_ocsp_kept },
	{ "pkifs_ocsp_answers_signed_total",
	    "OCSP answers signed since the start.", COUNTER, read_counter,
	    COUNT_OCSP_SIGNED },
	{ "pkifs_ocsp_requests_total",
	    "OCSP requests since the start, but those a responder answered by "
	    "itself.", COUNTER, read_ocsp_requests },
	{ "pkifs_ocsp_unknown_serial_total",
	    "OCSP requests for serials of this CA that it never issued.",
	    COUNTER, read_counter, COUNT_OCSP_UNKNOWN },
	{ "pkifs_notices_total",
	    "Notices ever handed to the command, by how that ended.", COUNTER,
	    read_notices },
	{ "pkifs_notices_failing",
	    "Notices that were tried and are not delivered yet.", GAUGE,
	    read_notices_failing },

	{ "pkifs_probe_up",
	    "1: a probe found the service as it should be, 0: not.", GAUGE,
	    read_probes, 0 },
	{ "pkifs_probe_outage_seconds",
	    "How long the service was out this month, as probes saw it.",
	    GAUGE, read_probes, 1 },
	{ "pkifs_probe_last_timestamp_seconds",
	    "When a probe looked last.", GAUGE, read_probes, 2 },
	{ "pkifs_probe_outage_limit_seconds",
	    "What the CPS promises at most in a month.", GAUGE,
	    read_outage_max },

	{ "pkifs_evidence_events", "Number of the last event.", GAUGE,
	    read_seq },
	{ "pkifs_evidence_last_event_timestamp_seconds", "When that was.", GAUGE,
	    read_last_event },
	{ "pkifs_evidence_checkpoint_timestamp_seconds",
	    "When the last checkpoint was signed; absent: never.", GAUGE,
	    read_checkpoint },
	{ "pkifs_events_total", "Events of the evidence, by name.", COUNTER,
	    read_events },
	{ "pkifs_tally_behind",
	    "Rows that the totals above do not have yet; 0: exact.", GAUGE,
	    read_behind },

	{ "pkifs_store_bytes", "Files of the store, without documents.",
	    GAUGE, read_store },
	{ "pkifs_disk_size_bytes", "Size of the store's file system.", GAUGE,
	    read_disk, 0 },
	{ "pkifs_disk_free_bytes", "Of that, free.", GAUGE, read_disk, 1 },
	{ "pkifs_store_log_waits_total", "Commits that waited until the "
	    "store's log was brought home.", COUNTER, read_counter,
	    COUNT_LOG_WAITS },
	{ "pkifs_clock_synchronised",
	    "1: the kernel says that the clock is synchronised.", GAUGE,
	    read_synchronised },
	{ "pkifs_clock_error_seconds", "Its estimated error, by the kernel.",
	    GAUGE, read_clock_error },
	{ "pkifs_fuse_operations_total",
	    "Operations of the mount since the start.", COUNTER, read_fuse },
	{ "pkifs_live_rendered_total",
	    "How often this file and the page were rendered.", COUNTER,
	    read_counter, COUNT_LIVE_RENDERED },
};

/* HELP and TYPE of what has no sample now are left out with it. */
static void
put_metric(const struct metric *metric, struct out *out)
{
	struct bytes samples = { 0 }, *page = out->to;

	out->to = &samples;
	out->name = metric->name;
	metric->read(out, metric->which);
	out->to = page;
	if (samples.size > 0) {
		bytes_printf(page, "# HELP %s %s\n# TYPE %s %s\n",
		    metric->name, metric->help, metric->name,
		    metric->kind == COUNTER ? "counter" : "gauge");
		bytes_put(page, samples.data, samples.size);
	}
	bytes_free(&samples);
}

void
metrics_render(const struct readings *r, struct bytes *to)
{
	struct out out = { .to = to, .r = r };

	for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
		put_metric(&metrics[i], &out);
}
