/*
 * Dossiers from the drop that needs a person to the certificate that follows
 * from a decision, or to the reason why there is none.
 */
#include "tests/unit/desk_bed.h"

#include "ca/store_reports.h"

static bool
www_is_issued(void)
{
	return strncmp(bed_status("www"), "state: issued", 13) == 0;
}

static bool
www_is_rejected(void)
{
	return strncmp(bed_status("www"), "state: rejected", 15) == 0;
}

static void
a_pending_request_has_a_dossier(void **state)
{
	struct dossier d = ask("www", "DNS:www.example.net");
	const char *text;

	(void)state;
	assert_int_equal(d.place, PLACE_PENDING);
	assert_int_equal(d.author, BED_UID);
	assert_int_equal(d.subscriber, bed_acme);
	assert_int_equal(bed_events("dossier-opened"), 1);
	assert_true(bed_was_told("ra/pending/"));
	text = desk_text(DOSSIER(d.id), "request.csr");
	assert_memory_equal(text, request.data, request.size);
	assert_begins(desk_text(DOSSIER(d.id), "request.txt"),
	    "Certificate Request:");
	text = desk_text(DOSSIER(d.id), "decision.txt");
	assert_says(text, "decision: approve this request\n");
	assert_says(text, "name: dns www.example.net\n");
	assert_says(text, "subscriber: acme");
	assert_says(text, "profile: tls-server\n");
	assert_says(text, "asked-by: uid 1000, p-1000\n");
	assert_says(text, d.basis.spki_sha256);
	assert_says(text, "validity: ");
	text = desk_state(d.id);
	assert_begins(text, "state: pending\n");
	assert_says(text, "wanted: one officer with the role ra\n");
	assert_says(text, "www.example.net");
	assert_says(bed_status("www"), "dossier: ");
}

static void
the_summary_says_what_to_do(void **state)
{
	struct dossier d = ask("www", "DNS:www.example.net");
	const char *text = desk_text(DOSSIER(d.id), "summary.html");

	(void)state;
	assert_begins(text, "<!DOCTYPE html>");
	assert_says(text, "default-src 'none'");
	assert_says(text, "What is asked");
	assert_says(text, "What is missing");
	assert_says(text, "What to do");
	assert_says(text, "What was checked and passed");
	assert_says(text, "drop the evidence");
	assert_says(text, "agreed to terms");
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "src="));
	assert_int_equal(desk_drop_evidence(d.id, "<b>&\"'.pdf", ANNA), 0);
	text = desk_text(DOSSIER(d.id), "summary.html");
	assert_says(text, "&lt;b&gt;&amp;&quot;&#39;.pdf");
	assert_says(text, "Documents: 1");
}

static void
evidence_and_a_move_issue_it(void **state)
{
	struct dossier d = ask("www", "DNS:www.example.net");
	char before[65];

	(void)state;
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_APPROVED, ANNA),
	    ENODATA);
	assert_says(desk_state(d.id), "refused: names that were not validated "
	    "need evidence");
	assert_int_equal(bed_events("decision-refused"), 1);
	assert_says(desk_event_text("decision-refused"), "documents/");
	strcpy(before, d.decision_sha256);
	assert_int_equal(desk_drop_evidence(d.id, "whois.txt", ANNA), 0);
	assert_string_not_equal(desk_get(d.id).decision_sha256, before);
	assert_says(desk_text(DOSSIER(d.id), "decision.txt"), "whois.txt");
	assert_null(strstr(desk_event_text("document-received"), "whois"));
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_APPROVED, ANNA),
	    0);
	assert_true(bed_within(BED_PATIENCE, www_is_issued));
	assert_int_equal(desk_get(d.id).place, PLACE_APPROVED);
	assert_begins(desk_state(d.id), "state: approved\n");
	assert_says(desk_state(d.id), "moved to approved by uid 2001");
	assert_int_equal(bed_events("decision-made"), 1);
	assert_says(desk_event_text("request-decided"),
	    "\"approved-in-dossier\"");
	assert_says(bed_status("www"), "decided by officers on evidence");
}

static void
a_resent_move_is_answered_the_same(void **state)
{
	struct dossier d = ask("www", "DNS:www.example.net");

	(void)state;
	desk_drop_evidence(d.id, "whois.txt", ANNA);
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_APPROVED, ANNA),
	    0);
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_APPROVED, ANNA),
	    0);
	assert_int_equal(number_in_db("SELECT count(*) FROM decisions"), 1);
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_APPROVED, BERT),
	    ENOENT);
	assert_int_equal(desk_try(d.id, PLACE_APPROVED, PLACE_REJECTED, BERT),
	    EPERM);
	assert_int_equal(desk_try(4711, PLACE_PENDING, PLACE_APPROVED, ANNA),
	    ENOENT);
}

static void
a_rejection_has_a_reason(void **state)
{
	struct dossier d = ask("www", "DNS:www.example.net");

	(void)state;
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_REJECTED, ANNA),
	    ENODATA);
	assert_int_equal(desk_write_file(DOSSIER(d.id), 0, "reason.txt", ANNA,
	    " \n"), 0);
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_REJECTED, ANNA),
	    ENODATA);
	assert_int_equal(desk_write_file(DOSSIER(d.id), 0, "reason.txt", ANNA,
	    "not your\nname\n"), 0);
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_REJECTED, ANNA),
	    0);
	assert_true(www_is_rejected());
	assert_says(bed_status("www"), "rejected it: not your name");
	assert_true(bed_was_told("requests/www.status"));
	assert_says(desk_event_text("decision-made"), "\"rejected\"");
	/* The same again is a new request, and a new dossier. */
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&request)), 0);
	assert_int_not_equal(desk_dossier("www").id, d.id);
}

static void
what_is_withdrawn_is_not_decided(void **state)
{
	struct dossier d = ask("www", "DNS:www.example.net");
	struct slot slot;

	(void)state;
	desk_drop_evidence(d.id, "whois.txt", ANNA);
	assert_int_equal(bed_slot("www", &slot), 1);
	assert_done(requests_withdraw(bed, slot.id, BED_UID, &test_err));
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_APPROVED, ANNA),
	    ESTALE);
	d = desk_get(d.id);
	assert_int_equal(d.place, PLACE_REJECTED);
	assert_true(d.withdrawn);
	assert_begins(desk_state(d.id), "state: withdrawn\n");
	/* A move that came too late does not hide why. */
	assert_says(desk_state(d.id), "its owner removed the request");
	assert_int_equal(bed_events("dossier-closed"), 1);
	assert_int_equal(desk_drop_evidence(d.id, "late.txt", ANNA), EPERM);
	assert_int_equal(bed_open_intents(), 0);
	assert_int_equal(number_in_db("SELECT count(*) FROM certificates"),
	    0);
}

/* The other way round: the move was first, and the owner came later. */
static void
what_is_withdrawn_after_approval_is_not_issued(void **state)
{
	struct agreement a = { .terms = "1", .sandbox = true,
	    .part = OF_SUBSCRIBER };
	struct slot slot;
	struct dossier d;
	struct tx *tx;

	(void)state;
	snprintf(bed_config.papers[2].sha256, 65, "%s",
	    digest_of("new terms"));
	d = ask("www", "DNS:www.example.net");
	desk_drop_evidence(d.id, "whois.txt", ANNA);
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_APPROVED, ANNA),
	    0);
	assert_int_equal(bed_slot("www", &slot), 1);
	assert_done(requests_withdraw(bed, slot.id, BED_UID, &test_err));
	d = desk_get(d.id);
	assert_int_equal(d.place, PLACE_APPROVED);
	assert_true(d.withdrawn);
	assert_begins(desk_state(d.id), "state: withdrawn\n");
	tx = begin();
	strcpy(a.terms_sha256, digest_of("new terms"));
	strcpy(a.document_sha256, digest_of("agreement"));
	a.time = clock_now();
	assert_done(agreement_put(tx, bed_acme, &a, &test_err));
	assert_done(tx_commit(tx, &test_err));
	desk_restart();
	assert_int_equal(number_in_db("SELECT count(*) FROM certificates"),
	    0);
	assert_int_equal(number_in_db("SELECT count(*) FROM requests WHERE "
	    "state = 4"), 1);
}

static void
other_octets_withdraw_the_first(void **state)
{
	struct dossier first = ask("www", "DNS:www.example.net"), second;

	(void)state;
	second = ask("www", "DNS:www.example.net");
	assert_int_not_equal(first.id, second.id);
	assert_true(desk_get(first.id).withdrawn);
	assert_int_equal(desk_get(second.id).place, PLACE_PENDING);
}

static void
those_without_a_right_move_nothing(void **state)
{
	struct dossier d = ask("www", "DNS:www.example.net");

	(void)state;
	desk_drop_evidence(d.id, "whois.txt", ANNA);
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_APPROVED,
	    NOBODY), EACCES);
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_APPROVED, RITA),
	    EACCES);
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_APPROVED, 0),
	    EACCES);
	desk_root_roles = ROLE_RA;
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_APPROVED, 0),
	    EACCES);
	/* An officer, and one who acts for the subscriber. */
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_APPROVED,
	    BED_BOTH), EPERM);
	assert_says(desk_state(d.id), "a case of their own");
	assert_int_equal(desk_get(d.id).place, PLACE_PENDING);
	assert_int_equal(desk_drop_evidence(d.id, "x", NOBODY), EACCES);
	assert_int_equal(number_in_db("SELECT count(*) FROM decisions"), 0);
}

static void
two_officers_are_two_people(void **state)
{
	struct dossier d;

	(void)state;
	bed_config.profiles[0].officers = 2;
	d = ask("www", "DNS:www.example.org");	/* even where it is covered */
	assert_says(desk_state(d.id), "two officers");
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_APPROVED, BERT),
	    EPERM);
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_COUNTERSIGN,
	    BERT), 0);
	assert_int_equal(desk_drop_evidence(d.id, "late.txt", ANNA), EPERM);
	assert_int_equal(desk_try(d.id, PLACE_COUNTERSIGN, PLACE_APPROVED,
	    BERT), EPERM);
	assert_int_equal(desk_try(d.id, PLACE_COUNTERSIGN, PLACE_APPROVED,
	    BERTS_OTHER), EPERM);
	assert_says(desk_state(d.id), "nobody counts twice");
	assert_false(www_is_issued());
	assert_int_equal(desk_try(d.id, PLACE_COUNTERSIGN, PLACE_APPROVED,
	    ANNA), 0);
	assert_true(bed_within(BED_PATIENCE, www_is_issued));
}

static void
one_person_may_do_all_in_a_sandbox(void **state)
{
	struct dossier d;

	(void)state;
	bed_config.separation = false;
	bed_config.profiles[0].officers = 2;
	d = ask("www", "DNS:www.example.net");
	desk_drop_evidence(d.id, "whois.txt", BED_BOTH);
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_COUNTERSIGN,
	    BED_BOTH), 0);
	assert_int_equal(desk_try(d.id, PLACE_COUNTERSIGN, PLACE_APPROVED,
	    BED_BOTH), 0);
	assert_true(bed_within(BED_PATIENCE, www_is_issued));
}

/* --- what an approval binds ----------------------------------------------- */

static void
an_approval_of_something_else_is_void(void **state)
{
	struct dossier d, again;

	(void)state;
	bed_mode(BED_KEEP, 0);
	d = ask("www", "DNS:www.example.net");
	desk_drop_evidence(d.id, "whois.txt", ANNA);
	/* The profile changes while it lies there. */
	strcpy(bed_config.profiles[0].sha256, digest_of("another profile"));
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_APPROVED, ANNA),
	    EAGAIN);
	assert_says(desk_state(d.id), "the profile changed");
	/* Its texts were made anew with the refusal. */
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_APPROVED, ANNA),
	    0);
	again = desk_get(d.id);
	assert_string_equal(again.basis.profile_sha256,
	    digest_of("another profile"));
}

static void
what_changed_in_countersign_begins_again(void **state)
{
	struct dossier d, again;

	(void)state;
	bed_config.profiles[0].officers = 2;
	d = ask("www", "DNS:www.example.net");
	desk_drop_evidence(d.id, "whois.txt", ANNA);
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_COUNTERSIGN,
	    ANNA), 0);
	strcpy(bed_config.profiles[0].sha256, digest_of("another profile"));
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&request)), 0);
	again = desk_dossier("www");
	assert_int_not_equal(again.id, d.id);
	assert_true(desk_get(d.id).withdrawn);
	assert_int_equal(again.place, PLACE_PENDING);
	/* Evidence went along. */
	assert_says(desk_text(DOSSIER(again.id), "decision.txt"),
	    "whois.txt");
}

static void
no_decision_replaces_an_agreement(void **state)
{
	struct agreement a = { .terms = "1", .sandbox = true,
	    .part = OF_SUBSCRIBER };
	struct dossier d;
	struct tx *tx;

	(void)state;
	snprintf(bed_config.papers[2].sha256, 65, "%s",
	    digest_of("new terms"));
	d = ask("www", "DNS:www.example.org");
	assert_says(desk_state(d.id), "nothing in it for an officer");
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_APPROVED, ANNA),
	    EPERM);
	d = ask("www", "DNS:www.example.net");
	desk_drop_evidence(d.id, "whois.txt", ANNA);
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_APPROVED, ANNA),
	    0);
	/* Approved, and it waits for the agreement alone. */
	tx = begin();
	strcpy(a.terms_sha256, digest_of("new terms"));
	strcpy(a.document_sha256, digest_of("agreement"));
	a.time = clock_now();
	assert_done(agreement_put(tx, bed_acme, &a, &test_err));
	assert_begins(bed_status("www"), "state: pending\n");
	assert_done(tx_commit(tx, &test_err));
	authority_take_up(bed, bed_acme);
	assert_true(bed_within(BED_PATIENCE, www_is_issued));
	assert_int_equal(desk_get(d.id).place, PLACE_APPROVED);
}

static void
what_registration_covers_needs_nobody(void **state)
{
	struct validated_name n = { .kind = "dns", .name = "example.net",
	    .method = "asserted (sandbox)", .verifier = "test" };
	struct dossier d = ask("www", "DNS:www.example.net");
	struct tx *tx = begin();

	(void)state;
	n.validated = clock_now() - USEC;
	n.until = clock_now() + USEC_DAY;
	assert_done(subscriber_put_name(tx, bed_acme, &n, &test_err));
	assert_done(tx_commit(tx, &test_err));
	authority_take_up(bed, bed_acme);
	assert_true(bed_within(BED_PATIENCE, www_is_issued));
	d = desk_get(d.id);
	assert_int_equal(d.place, PLACE_REJECTED);
	assert_true(d.withdrawn);
	assert_says(desk_state(d.id), "nobody is needed any more");
}

/* --- failures ------------------------------------------------------------- */

static void
a_decision_that_cannot_be_recorded_is_none(void **state)
{
	struct dossier d = ask("www", "DNS:www.example.net");
	int n;

	(void)state;
	desk_drop_evidence(d.id, "whois.txt", ANNA);
	for (n = 0; n < 2; n++) {
		fault_arm(n == 0 ? "commit-enospc" : "evidence-fail", 99);
		assert_int_not_equal(desk_try(d.id, PLACE_PENDING,
		    PLACE_APPROVED, ANNA), 0);
		fault_arm("none", 0);
		assert_int_equal(desk_get(d.id).place, PLACE_PENDING);
		assert_int_equal(number_in_db(
		    "SELECT count(*) FROM decisions"), 0);
	}
	assert_int_equal(desk_try(d.id, PLACE_PENDING, PLACE_APPROVED, ANNA),
	    0);
	assert_true(bed_within(BED_PATIENCE, www_is_issued));
}

static void
evidence_that_cannot_be_recorded_is_not_kept(void **state)
{
	struct dossier d = ask("www", "DNS:www.example.net");

	(void)state;
	fault_arm("commit-enospc", 99);
	assert_int_equal(desk_drop_evidence(d.id, "whois.txt", ANNA), ENOSPC);
	fault_arm("none", 0);
	assert_string_equal(desk_text(DOCUMENTS(d.id), "whois.txt"), "");
	assert_int_equal(bed_events("document-received"), 0);
}

/* The crash is between the decision and what follows from it. */
static void
an_approved_dossier_is_taken_up_at_start(void **state)
{
	struct dossier d = ask("www", "DNS:www.example.net");
	struct decision decision = { .from = PLACE_PENDING,
	    .to = PLACE_APPROVED, .uid = ANNA, .person = "p-2001",
	    .role = "ra" };
	struct tx *tx;

	(void)state;
	desk_drop_evidence(d.id, "whois.txt", ANNA);
	d = desk_get(d.id);
	tx = begin();
	decision.dossier = d.id;
	decision.time = clock_now();
	d.place = PLACE_APPROVED;
	strcpy(decision.decision_sha256, d.decision_sha256);
	assert_done(decision_put(tx, &decision, &test_err));
	assert_done(dossier_put(tx, &d, &test_err));
	assert_done(tx_commit(tx, &test_err));
	desk_restart();
	assert_true(bed_within(BED_PATIENCE, www_is_issued));
}

/* --- revocation ----------------------------------------------------------- */

static char revoked_serial[SERIAL_TEXT], revoked_line[80];
static char revoked_exception[80];
static usec_t revoked_received;
static unsigned revoked_calls;

static void
note_revoked(void *arg, const struct revocation_order *order,
    drop_done *done, void *done_arg)
{
	struct err fault = { 0 };

	snprintf(revoked_serial, sizeof(revoked_serial), "%s",
	    order->serial);
	snprintf(revoked_line, sizeof(revoked_line), "%.70s", order->line);
	revoked_received = order->received;
	snprintf(revoked_exception, sizeof(revoked_exception), "%.70s",
	    order->exception);
	/* It is not done, nor refused. */
	err_set(&fault, EIO, "the disk fails");
	done(done_arg, &fault);
	__atomic_add_fetch(&revoked_calls, 1, __ATOMIC_SEQ_CST);
}

static bool
revoked_once(void)
{
	return __atomic_load_n(&revoked_calls, __ATOMIC_SEQ_CST) >= 1;
}

static int64_t
open_revocation(void)
{
	struct certificate c;
	struct slot slot;
	struct dossier d;
	struct view *v;
	struct tx *tx;

	bytes_clear(&request);
	EVP_PKEY_free(key);
	key = fake_key("P-256");
	bed_request(&request, key, "DNS:www.example.org");
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&request)), 0);
	assert_int_equal(bed_slot("www", &slot), 1);
	tx = begin();
	assert_done(dossier_open_revocation(tx, slot.certificate, bed_acme,
	    ANNA, 3, slice_text("missing: organizationName <b>\n"),
	    &test_err));
	assert_done(dossier_open_revocation(tx, slot.certificate, bed_acme,
	    ANNA, 3, slice_text("again\n"), &test_err));
	assert_done(tx_commit(tx, &test_err));
	v = view_take(test_store);
	assert_int_equal(certificate_get(v, slot.certificate, &c), 1);
	assert_int_equal(dossier_of(v, DOSSIER_REVOCATION, slot.certificate,
	    &d), 1);
	view_put(v);
	strcpy(revoked_serial, "");
	revoked_calls = 0;
	return d.id;
}

static void
a_revocation_is_decided_and_done(void **state)
{
	int64_t id = open_revocation();

	(void)state;
	assert_int_equal(number_in_db("SELECT count(*) FROM dossiers"), 1);
	assert_says(desk_text(DOSSIER(id), "decision.txt"),
	    "decision: revoke this certificate");
	assert_says(desk_text(DOSSIER(id), "summary.html"),
	    "organizationName &lt;b&gt;");
	assert_says(desk_text(DOSSIER(id), "summary.html"),
	    "<h2>What is not true any more</h2>");
	bed_parts.revoke = note_revoked;
	assert_int_equal(desk_try(id, PLACE_PENDING, PLACE_APPROVED, ANNA),
	    EACCES);
	/* REV-6.2.4-03BA, -03BB: an exception, when it is one, and why. */
	assert_int_equal(desk_write_file(DOSSIER(id), 0, "confirmation.txt",
	    ANNA, "exception: x"), EACCES);
	assert_int_equal(desk_write_file(DOSSIER(id), 0, "confirmation.txt",
	    RITA, "I think so"), EINVAL);
	assert_int_equal(desk_try(id, PLACE_PENDING, PLACE_APPROVED, RITA),
	    ENODATA);
	assert_int_equal(desk_write_file(DOSSIER(id), 0, "confirmation.txt",
	    RITA, "exception: nobody answers"), 0);
	assert_int_equal(bed_events("revocation-confirmation"), 1);
	assert_int_equal(desk_try(id, PLACE_PENDING, PLACE_APPROVED, RITA), 0);
	/* REG-6.4.5-03: the case is found by its certificate. */
	assert_int_equal(number_in_db("SELECT count(*) FROM events WHERE name "
	    "IN ('dossier-opened', 'decision-made') AND certificate IS NOT "
	    "NULL"), 2);
	assert_true(bed_within(BED_PATIENCE, revoked_once));
	assert_string_equal(revoked_serial, bed_serial("www"));
	assert_string_equal(revoked_line,
	    "affiliationChanged decided on a dossier");
	assert_string_equal(revoked_exception, "nobody answers");
	/* REV-6.2.4-03A: it counts from when the CA knew. */
	assert_int_equal(revoked_received, number_in_db("SELECT opened FROM "
	    "dossiers"));
	/* Nothing revoked it: the next core is told again. */
	revoked_calls = 0;
	desk_restart();
	authority_revoke_decided(bed);
	assert_true(bed_within(BED_PATIENCE, revoked_once));
}

static void
a_revocation_that_is_rejected_leaves_it(void **state)
{
	int64_t id = open_revocation();

	(void)state;
	bed_parts.revoke = note_revoked;
	assert_int_equal(desk_write_file(DOSSIER(id), 0, "reason.txt", RITA,
	    "still true"), 0);
	assert_int_equal(desk_try(id, PLACE_PENDING, PLACE_REJECTED, RITA), 0);
	authority_revoke_decided(bed);
	authority_revoke_end(bed);
	assert_int_equal(revoked_calls, 0);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, desk_setup, bed_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_pending_request_has_a_dossier),
		TEST(the_summary_says_what_to_do),
		TEST(evidence_and_a_move_issue_it),
		TEST(a_resent_move_is_answered_the_same),
		TEST(a_rejection_has_a_reason),
		TEST(what_is_withdrawn_is_not_decided),
		TEST(what_is_withdrawn_after_approval_is_not_issued),
		TEST(other_octets_withdraw_the_first),
		TEST(those_without_a_right_move_nothing),
		TEST(two_officers_are_two_people),
		TEST(one_person_may_do_all_in_a_sandbox),
		TEST(an_approval_of_something_else_is_void),
		TEST(what_changed_in_countersign_begins_again),
		TEST(no_decision_replaces_an_agreement),
		TEST(what_registration_covers_needs_nobody),
		TEST(a_decision_that_cannot_be_recorded_is_none),
		TEST(evidence_that_cannot_be_recorded_is_not_kept),
		TEST(an_approved_dossier_is_taken_up_at_start),
		TEST(a_revocation_is_decided_and_done),
		TEST(a_revocation_that_is_rejected_leaves_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
