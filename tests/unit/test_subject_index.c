/*
 * A subject once certified belongs to one subscriber for ever (GEN-6.3.3-10),
 * from the moment its signing is intended, and whatever becomes of it.
 */
#include "tests/unit/authority_bed.h"

static EVP_PKEY *key, *other_key;

/* Both may name example.org, so that nothing but the subject is in the way. */
static int
setup(void **state)
{
	struct validated_name n = { .name = "example.org", .kind = "dns",
	    .method = "asserted (sandbox)", .verifier = "test" };
	struct tx *tx;

	store_make();
	bed_configure(3000);
	bed_register();
	tx = begin();
	n.validated = clock_now() - USEC_DAY;
	n.until = clock_now() + 300 * USEC_DAY;
	assert_done(subscriber_put_name(tx, bed_other, &n, &test_err));
	assert_done(tx_commit(tx, &test_err));
	bed_open();
	bed_start();
	key = test_key("P-256");
	other_key = test_key("P-256");
	return 0;
}

static int
teardown(void **state)
{
	EVP_PKEY_free(key);
	EVP_PKEY_free(other_key);
	return bed_teardown(state);
}

static int
ask(uid_t uid, const char *file, const char *names)
{
	struct bytes req = { 0 };
	int code;

	bed_request(&req, uid == BED_UID ? key : other_key, names);
	code = bed_put(file, uid, SLICE(&req));
	bytes_free(&req);
	return code;
}

static int64_t
subjects(void)
{
	return number_in_db("SELECT count(*) FROM subjects");
}

static void
another_is_never_given_it(void **state)
{
	assert_int_equal(ask(BED_UID, "www.csr", "DNS:www.example.org"), 0);
	assert_int_equal(subjects(), 1);
	assert_int_equal(ask(BED_OTHER, "mine.csr", "DNS:www.example.org"),
	    EPERM);
	assert_says(test_err.text, "never given again");
	assert_begins(bed_status("mine"), "state: rejected\n");
	assert_int_equal(bed_events("request-refused"), 1);
	/* Another spelling of the same, behind a name that is its own. */
	assert_int_equal(ask(BED_OTHER, "mine.csr", "DNS:WWW.Example.ORG"),
	    EPERM);
	assert_int_equal(ask(BED_OTHER, "free.csr",
	    "DNS:free.example.org,DNS:www.example.org"), 0);
	assert_int_equal(subjects(), 2);
	/* Its own is its own, with another key as well. */
	EVP_PKEY_free(key);
	key = test_key("P-256");
	assert_int_equal(ask(BED_UID, "again.csr", "DNS:www.example.org"), 0);
	assert_int_equal(subjects(), 2);
	assert_int_equal(bed_signing.signatures, 3);
}

/* No certificate is there yet, and one may be about to exist. */
static void
what_is_intended_is_taken(void **state)
{
	struct bytes req = { 0 };
	struct bed_drop d;

	bed_mode(BED_KEEP, 0);
	bed_config.wait = BED_WAIT;
	bed_request(&req, key, "DNS:www.example.org");
	bed_submit_drop(&d, BOX_ROOT, "www.csr", BED_UID, SLICE(&req), false);
	assert_int_equal(bed_wait(&d), 0);	/* registered */
	assert_string_equal(bed_serial("www"), "");
	assert_int_equal(bed_open_intents(), 1);
	assert_int_equal(ask(BED_OTHER, "mine.csr", "DNS:www.example.org"),
	    EPERM);
	assert_int_equal(bed_open_intents(), 1);
	bed_mode(BED_SIGN, 0);
	bytes_free(&req);
}

/* What the signer refused has no certificate; its subject stays apart. */
static void
what_was_refused_stays_taken(void **state)
{
	bed_mode(BED_REFUSE, 1);
	assert_int_equal(ask(BED_UID, "www.csr", "DNS:www.example.org"),
	    EPERM);
	assert_int_equal(ask(BED_OTHER, "mine.csr", "DNS:www.example.org"),
	    EPERM);
	assert_says(test_err.text, "never given again");
	assert_int_equal(bed_signing.signatures, 0);
}

static void
what_was_abandoned_is_its_own_again(void **state)
{
	bed_mode(BED_ABANDON, 1);
	assert_int_equal(ask(BED_UID, "www.csr", "DNS:www.example.org"), 0);
	assert_int_equal(strlen(bed_serial("www")), 34);
	assert_int_equal(subjects(), 1);
}

/* Two at once: whoever is judged before the other is committed, one gets it. */
static void
of_two_at_once_one_gets_it(void **state)
{
	struct bytes req = { 0 }, other = { 0 };
	struct bed_drop d[2];
	char names[64], mine[16], yours[16];
	int i, first, second;

	for (i = 0; i < 20; i++) {
		snprintf(names, sizeof(names), "DNS:w%d.example.org", i);
		snprintf(mine, sizeof(mine), "a%d.csr", i);
		snprintf(yours, sizeof(yours), "b%d.csr", i);
		bed_request(&req, key, names);
		bed_request(&other, other_key, names);
		bed_submit_drop(&d[0], BOX_ROOT, mine, BED_UID, SLICE(&req),
		    false);
		bed_submit_drop(&d[1], BOX_ROOT, yours, BED_OTHER,
		    SLICE(&other), false);
		first = bed_wait(&d[0]);
		second = bed_wait(&d[1]);
		if ((first == 0) == (second == 0))
			fail_msg("%d: %d and %d", i, first, second);
		assert_int_equal(first + second, EPERM);
	}
	assert_int_equal(subjects(), 20);
	assert_int_equal(bed_signing.signatures, 20);
	bytes_free(&req);
	bytes_free(&other);
}

/* A name too long for a commonName: an empty subject is nobody's. */
static void
an_empty_subject_is_nobodys(void **state)
{
	static const char names[] = "DNS:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaa.example.org";

	assert_int_equal(ask(BED_UID, "www.csr", names), 0);
	assert_int_equal(subjects(), 0);
	assert_int_equal(ask(BED_OTHER, "mine.csr", names), 0);
}

int
main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		STORY(another_is_never_given_it),
		STORY(what_is_intended_is_taken),
		STORY(what_was_refused_stays_taken),
		STORY(what_was_abandoned_is_its_own_again),
		STORY(of_two_at_once_one_gets_it),
		STORY(an_empty_subject_is_nobodys),
	};

	return cmocka_run_group_tests_name("subject index", tests, NULL, NULL);
}
