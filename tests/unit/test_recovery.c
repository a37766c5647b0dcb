/*
 * What a crash leaves, case by case: the store as it was at that moment, a new
 * authority over it, and a signer that says what became of the intent.
 */
#include "tests/unit/authority_bed.h"

static EVP_PKEY *key;
static struct bytes request;

static bool
no_intent_is_open(void)
{
	return bed_open_intents() == 0;
}

static bool
www_is_there(void)
{
	return bed_serial("www")[0] != '\0';
}

static bool
b_is_there(void)
{
	return bed_serial("b")[0] != '\0';
}

/* The core dies with an intent committed and no answer. */
static void
die_with_an_intent(struct bed_drop *d)
{
	bed_mode(BED_KEEP, 0);
	bed_config.wait = BED_WAIT;
	bed_request(&request, key, "DNS:www.example.org");
	bed_submit_drop(d, BOX_ROOT, "www.csr", BED_UID, SLICE(&request),
	    false);
	assert_true(bed_within(BED_PATIENCE, bed_intent_is_open));
	bed_wait(d);	/* let go after BED_WAIT */
	bed_stop();
	bed_config.wait = BED_PATIENCE;
}

static void
live_again(enum bed_mode recover)
{
	bed_open();
	bed_signing.recover = recover;
	bed_start();
}

static int
setup(void **state)
{
	key = test_key("P-256");
	return bed_setup(state);
}

static int
teardown(void **state)
{
	EVP_PKEY_free(key);
	bytes_free(&request);
	return bed_teardown(state);
}

static void
a_signature_that_was_made_completes_it(void **state)
{
	struct bed_drop d;

	die_with_an_intent(&d);
	live_again(BED_SIGN);
	/* The call that comes again gets that certificate. */
	bed_submit_drop(&d, BOX_ROOT, "www.csr", BED_UID, SLICE(&request),
	    false);
	assert_int_equal(bed_wait(&d), 0);
	assert_true(www_is_there());
	assert_begins(bed_status("www"), "state: issued\n");
	assert_says(bed_status("www"), "names-validated");
	assert_int_equal(bed_events("certificate-issued"), 1);
	assert_int_equal(bed_events("request-decided"), 1);
	assert_int_equal(number_in_db("SELECT count(*) FROM intents"), 1);
	assert_int_equal(bed_open_intents(), 0);
	assert_int_equal(bed_events("ca-started"), 2);
}

static void
what_was_begun_and_lost_is_revoked(void **state)
{
	struct bed_drop d;

	die_with_an_intent(&d);
	live_again(BED_ABANDON);
	bed_submit_drop(&d, BOX_ROOT, "www.csr", BED_UID, SLICE(&request),
	    false);
	assert_int_equal(bed_wait(&d), 0);
	assert_true(www_is_there());
	assert_int_equal(bed_events("signing-abandoned"), 1);
	assert_int_equal(bed_events("certificate-revoked"), 1);
	assert_int_equal(bed_events("certificate-issued"), 1);
	assert_int_equal(bed_revoked_count, 1);
	assert_int_equal(number_in_db("SELECT count(*) FROM intents"), 2);
	assert_int_equal(number_in_db("SELECT count(*) FROM requests"), 1);
	assert_int_equal(number_in_db("SELECT count(*) FROM revocations r, "
	    "intents i WHERE r.serial = i.serial AND i.id = 1"), 1);
	assert_int_equal(bed_open_intents(), 0);
}

static void
what_was_never_begun_burns_its_serial(void **state)
{
	struct bed_drop d;

	die_with_an_intent(&d);
	live_again(BED_BURN);
	assert_true(bed_within(BED_PATIENCE, www_is_there));
	assert_int_equal(bed_events("serial-burned"), 1);
	assert_int_equal(bed_events("certificate-revoked"), 0);
	assert_int_equal(number_in_db("SELECT count(*) FROM revocations"), 0);
	assert_int_equal(bed_events("certificate-issued"), 1);
	assert_int_equal(bed_open_intents(), 0);
}

static void
the_signer_may_be_away_at_start(void **state)
{
	struct bed_drop d;

	die_with_an_intent(&d);
	live_again(BED_KEEP);
	bed_config.wait = BED_WAIT;
	bed_submit_drop(&d, BOX_ROOT, "www.csr", BED_UID, SLICE(&request),
	    false);
	assert_int_equal(bed_wait(&d), 0);
	assert_begins(bed_status("www"), "state: approved\n");
	pthread_mutex_lock(&bed_signing.lock);
	bed_signing.recover = BED_SIGN;
	pthread_cond_broadcast(&bed_signing.wake);
	pthread_mutex_unlock(&bed_signing.lock);
	assert_true(bed_within(BED_PATIENCE, www_is_there));
}

/* Killed between the end of an abandoned intent and the fresh one. */
static void
what_is_approved_without_an_intent_is_taken_up(void **state)
{
	struct bed_drop d;

	die_with_an_intent(&d);
	assert_int_equal(attack("UPDATE intents SET closed = 'burned', "
	    "closed_time = time"), SQLITE_OK);
	live_again(BED_SIGN);
	assert_true(bed_within(BED_PATIENCE, www_is_there));
	assert_int_equal(bed_events("certificate-issued"), 1);
	assert_int_equal(number_in_db("SELECT count(*) FROM requests"), 1);
}

static void
a_slot_taken_by_others_meanwhile_is_left_alone(void **state)
{
	struct bytes other = { 0 };
	EVP_PKEY *second = test_key("P-256");
	struct bed_drop d;

	die_with_an_intent(&d);
	live_again(BED_KEEP);
	bed_request(&other, second, "DNS:mail.example.org");
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&other)), 0);
	assert_true(www_is_there());
	pthread_mutex_lock(&bed_signing.lock);
	bed_signing.recover = BED_SIGN;
	pthread_cond_broadcast(&bed_signing.wake);
	pthread_mutex_unlock(&bed_signing.lock);
	assert_true(bed_within(BED_PATIENCE, no_intent_is_open));
	assert_int_equal(bed_events("certificate-issued"), 2);
	assert_int_equal(number_in_db("SELECT count(*) FROM slots s, "
	    "certificates c WHERE s.certificate = c.id AND c.common_name = "
	    "'mail.example.org'"), 1);
	bytes_free(&other);
	EVP_PKEY_free(second);
}

static bool
two_intents_are_open(void)
{
	return bed_open_intents() == 2;
}

/* As a view shows it: what is asked of the database may not be synced yet. */
static bool
one_is_refused(void)
{
	return strstr(bed_status("www"), "and this is one") != NULL ||
	    strstr(bed_status("b"), "and this is one") != NULL;
}

static bool
both_are_there(void)
{
	return www_is_there() && b_is_there();
}

/* One key in two slots, both approved before either is issued. */
static void
open_two_intents(struct bed_drop d[2], const char *names)
{
	struct bytes second = { 0 };

	bed_mode(BED_KEEP, 0);
	bed_config.wait = BED_WAIT;
	bed_request(&request, key, "DNS:www.example.org");
	bed_request(&second, key, names);
	bed_submit_drop(&d[0], BOX_ROOT, "www.csr", BED_UID, SLICE(&request),
	    false);
	bed_submit_drop(&d[1], BOX_ROOT, "b.csr", BED_UID, SLICE(&second),
	    false);
	assert_true(bed_within(BED_PATIENCE, two_intents_are_open));
	bytes_free(&second);
}

static void
die_with_two_intents(const char *names)
{
	struct bed_drop d[2];

	open_two_intents(d, names);
	bed_wait(&d[0]);	/* let go after BED_WAIT */
	bed_wait(&d[1]);
	bed_stop();
	bed_config.wait = BED_PATIENCE;
}

/* One certificate; the other's signature is lost and its request refused. */
static void
assert_one_is_issued(void)
{
	assert_true(bed_within(BED_PATIENCE, one_is_refused));
	assert_int_equal(bed_events("request-refused"), 1);
	assert_true(www_is_there() != b_is_there());
	assert_int_equal(bed_open_intents(), 0);
	assert_int_equal(number_in_db("SELECT count(*) FROM intents"), 2);
	assert_int_equal(bed_events("certificate-issued"), 1);
	assert_int_equal(bed_events("signing-abandoned"), 1);
	assert_int_equal(bed_events("certificate-revoked"), 1);
	assert_int_equal(number_in_db("SELECT count(*) FROM revocations r, "
	    "intents i WHERE r.serial = i.serial AND "
	    "i.closed = 'abandoned'"), 1);
	assert_begins(bed_status(www_is_there() ? "www" : "b"),
	    "state: issued\n");
	assert_says(bed_status(www_is_there() ? "b" : "www"),
	    "and this is one");
}

static void
of_two_renewals_on_their_way_one_is_issued(void **state)
{
	struct bed_drop d[2];

	bed_config.profiles[0].renewal = false;
	open_two_intents(d, "DNS:www.example.org");
	bed_mode(BED_SIGN, 0);
	bed_wait(&d[0]);
	bed_wait(&d[1]);
	assert_one_is_issued();
}

static void
of_two_renewals_taken_up_one_is_issued(void **state)
{
	bed_config.profiles[0].renewal = false;
	die_with_two_intents("DNS:www.example.org");
	live_again(BED_SIGN);
	assert_one_is_issued();
}

static void
of_two_modifications_taken_up_one_is_issued(void **state)
{
	bed_config.profiles[0].modification = false;
	die_with_two_intents("DNS:www.example.org,DNS:b.example.org");
	live_again(BED_SIGN);
	assert_one_is_issued();
}

/* Of one key, but no change of each other that is forbidden. */
static void
two_that_are_allowed_are_both_taken_up(void **state)
{
	bed_config.profiles[0].renewal = false;
	die_with_two_intents("DNS:www.example.org,DNS:b.example.org");
	live_again(BED_SIGN);
	assert_true(bed_within(BED_PATIENCE, both_are_there));
	assert_true(bed_within(BED_PATIENCE, no_intent_is_open));
	assert_int_equal(bed_events("certificate-issued"), 2);
	assert_int_equal(bed_events("signing-abandoned"), 0);
}

static void
waiting_survives_a_restart(void **state)
{
	char before[16384];

	bed_request(&request, key, "DNS:www.example.net");
	assert_int_equal(bed_put("net.csr", BED_UID, SLICE(&request)), 0);
	snprintf(before, sizeof(before), "%s", bed_status("net"));
	bed_stop();
	live_again(BED_SIGN);
	/* What start took up went through the committer before this one. */
	bed_request(&request, key, "DNS:www.example.org");
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&request)), 0);
	assert_string_equal(bed_status("net"), before);
	assert_int_equal(bed_events("request-decided"), 2);
}

static void
a_change_of_the_terms_is_an_event_and_asks_again(void **state)
{
	struct agreement a = { .part = OF_SUBSCRIBER,
	    .terms = "2", .sandbox = true };
	struct tx *tx;
	int64_t events;

	bed_request(&request, key, "DNS:www.example.org");
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&request)), 0);
	bed_stop();
	events = bed_events("paper-changed");
	bytes_free(&bed_config.papers[2].text);
	bed_paper(2, "terms", "2", "other terms\n");
	live_again(BED_SIGN);
	assert_int_equal(bed_events("paper-changed"), events + 1);
	bed_request(&request, key, "DNS:b.example.org");
	assert_int_equal(bed_put("b.csr", BED_UID, SLICE(&request)), 0);
	assert_begins(bed_status("b"), "state: pending\n");
	assert_says(bed_status("b"), "version 2");
	tx = begin();
	strcpy(a.terms_sha256, bed_config.papers[2].sha256);
	strcpy(a.document_sha256, digest_of("second agreement"));
	a.time = clock_now();
	assert_done(agreement_put(tx, bed_acme, &a, &test_err));
	assert_done(tx_commit(tx, &test_err));
	assert_true(bed_within(BED_PATIENCE, b_is_there));
	assert_begins(bed_status("b"), "state: issued\n");
}

static void
start_and_stop_are_events(void **state)
{
	assert_int_equal(bed_events("ca-started"), 1);
	assert_int_equal(bed_events("standing-approval"), 1);
	assert_true(bed_was_told("ca/chain.pem"));
	assert_true(bed_was_told("ca/terms/current.txt"));
	bed_stop();
	assert_int_equal(bed_events("ca-stopped"), 1);
	live_again(BED_SIGN);
	assert_int_equal(bed_events("ca-started"), 2);
	assert_int_equal(bed_events("standing-approval"), 1);
	assert_false(bed_was_told("ca/chain.pem"));
	assert_int_equal(number_in_db("SELECT count(*) FROM events WHERE "
	    "name LIKE '%-changed'"), number_in_db("SELECT count(*) FROM "
	    "events WHERE name LIKE '%-changed' AND seq < (SELECT max(seq) "
	    "FROM events WHERE name = 'ca-stopped')"));
}

static bool
is_expired(void)
{
	return bed_events("certificate-expired") == 1;
}

static void
expiry_is_an_event_also_after_a_pause(void **state)
{
	struct certificate c = certificate_made(1);
	struct bytes der = { 0 };
	struct tx *tx;

	bed_stop();
	bytes_put(&der, "x", 1);
	c.not_after = clock_now() - 3 * USEC_DAY;
	c.not_before = c.issued = c.not_after - USEC_DAY;
	tx = begin();
	/* It expired while nothing ran. */
	assert_done(meta_set_number(tx, "expired-until",
	    clock_now() - 10 * USEC_DAY, &test_err));
	assert_done(certificate_put(tx, &c, SLICE(&der), NULL, 0,
	    &test_err));
	assert_done(tx_commit(tx, &test_err));
	live_again(BED_SIGN);
	assert_true(bed_within(BED_PATIENCE, is_expired));
	bytes_free(&der);
}

int
main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		STORY(a_signature_that_was_made_completes_it),
		STORY(what_was_begun_and_lost_is_revoked),
		STORY(what_was_never_begun_burns_its_serial),
		STORY(the_signer_may_be_away_at_start),
		STORY(what_is_approved_without_an_intent_is_taken_up),
		STORY(a_slot_taken_by_others_meanwhile_is_left_alone),
		STORY(of_two_renewals_on_their_way_one_is_issued),
		STORY(of_two_renewals_taken_up_one_is_issued),
		STORY(of_two_modifications_taken_up_one_is_issued),
		STORY(two_that_are_allowed_are_both_taken_up),
		STORY(waiting_survives_a_restart),
		STORY(a_change_of_the_terms_is_an_event_and_asks_again),
		STORY(start_and_stop_are_events),
		STORY(expiry_is_an_event_also_after_a_pause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
