/*
 * The same bytes over the life of a certificate: the clock is set by the test
 * between one run of the authority and the next.
 */
#include "tests/unit/authority_bed.h"
#include "tests/unit/set_clock.h"

static void
after_days(int days)
{
	bed_stop();
	set_clock(clock_now() + days * USEC_DAY);
	bed_open();
	bed_start();
}

struct step {
	int		 days;		/* that pass before */
	bool		 same;		/* the certificate of before */
	const char	*path;
};

/* tls-server: 90 days, renewed in the last 20. */
static const struct step steps[] = {
	{ 0, true, "new" },
	{ 60, true, "new" },
	{ 9, true, "new" },
	{ 3, false, "renewal" },	/* day 72 of 90 */
	{ 5, true, "renewal" },
	{ 91, false, "new" },		/* expired */
};

static bool
both_are_expired(void)
{
	return bed_events("certificate-expired") >= 2;
}

static void
the_same_bytes_over_the_years(void **state)
{
	EVP_PKEY *key = test_key("P-256");
	struct bytes req = { 0 };
	char before[SERIAL_TEXT], path[64];
	size_t i;

	bed_request(&req, key, "DNS:www.example.org");
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)), 0);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		strcpy(before, bed_serial("www"));
		if (steps[i].days > 0)
			after_days(steps[i].days);
		assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)), 0);
		if ((strcmp(before, bed_serial("www")) == 0) != steps[i].same)
			fail_msg("step %zu: %s then %s", i, before,
			    bed_serial("www"));
		snprintf(path, sizeof(path), "\npath: %s\n", steps[i].path);
		assert_says(bed_status("www"), path);
	}
	/* The first, and the second while nothing ran. */
	bed_within(BED_PATIENCE, both_are_expired);
	assert_int_equal(bed_events("certificate-expired"), 2);
	bytes_free(&req);
	EVP_PKEY_free(key);
}

static void
a_clock_set_back_is_an_event(void **state)
{
	int64_t before = bed_events("clock-changed");

	after_days(-2);
	assert_int_equal(bed_events("clock-changed"), before + 1);
}

static void
revoked_bytes_are_a_new_application(void **state)
{
	EVP_PKEY *key = test_key("P-256");
	struct revocation r = { .reason = 4, .act = "act", .uid = BED_UID };
	struct bytes req = { 0 };
	struct slot slot;
	struct tx *tx;

	bed_request(&req, key, "DNS:www.example.org");
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)), 0);
	strcpy(r.serial, bed_serial("www"));
	strcpy(r.issuer, "issuing");
	r.received = r.decided = clock_now();
	bed_slot("www", &slot);
	r.certificate = slot.certificate;
	tx = begin();
	assert_done(revocation_put(tx, &r, &test_err));
	assert_done(tx_commit(tx, &test_err));
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)), 0);
	assert_string_not_equal(bed_serial("www"), r.serial);
	assert_says(bed_status("www"), "\npath: new\n");
	bytes_free(&req);
	EVP_PKEY_free(key);
}

int
main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)
	const struct CMUnitTest tests[] = {
		STORY(the_same_bytes_over_the_years),
		STORY(a_clock_set_back_is_an_event),
		STORY(revoked_bytes_are_a_new_application),
	};

	set_clock_first((usec_t)time(NULL) * USEC);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
