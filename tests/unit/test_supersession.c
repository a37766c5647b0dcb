/*
 * What becomes of a certificate that something follows: what the store keeps of
 * it, and when the authority has it revoked.
 */
#include "tests/unit/authority_bed.h"

#include "ca/store_reports.h"
#include "ca/store_supersessions.h"

static char revoked_serial[SERIAL_TEXT], revoked_why[120];
static int revoked_calls;

static void
note_revoked(void *arg, const struct revocation_order *order,
    drop_done *done, void *done_arg)
{
	snprintf(revoked_serial, sizeof(revoked_serial), "%s",
	    order->serial);
	snprintf(revoked_why, sizeof(revoked_why), "%.110s", order->line);
	__atomic_add_fetch(&revoked_calls, 1, __ATOMIC_SEQ_CST);
}

static bool
is_called(void)
{
	int i;

	for (i = 0; i < 500; i++) {
		if (__atomic_load_n(&revoked_calls, __ATOMIC_SEQ_CST) > 0)
			return true;
		usleep(10000);
	}
	return false;
}

/* A certificate of www and a re-key; `first` is the serial of the former. */
static void
follow(char first[SERIAL_TEXT])
{
	EVP_PKEY *key = test_key("P-256"), *other = test_key("P-256");
	struct bytes req = { 0 };

	bed_request(&req, key, "DNS:www.example.org");
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)), 0);
	strcpy(first, bed_serial("www"));
	bed_request(&req, other, "DNS:www.example.org");
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)), 0);
	assert_string_not_equal(bed_serial("www"), first);
	bytes_free(&req);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
}

static int
find(const char *serial, struct supersession *s)
{
	struct view *v = view_take(test_store);
	struct certificate c;
	int there;

	assert_int_equal(certificate_find(v, serial, &c), 1);
	there = supersession_get(v, c.id, s);
	view_put(v);
	return there;
}

static const struct {
	const char	*supersede;
	int		 days;		/* -1: nothing is decided */
} rows[] = {
	{ "never", -1 }, { "1", 1 }, { "30", 30 }, { "89", 89 },
	{ "90", -1 },			/* it has ended by then */
};

static void
the_profile_says_when(void **state)
{
	struct supersession s;
	char first[SERIAL_TEXT];
	usec_t now;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		strcpy(bed_config.profiles[0].supersede, rows[i].supersede);
		follow(first);
		now = clock_now();
		assert_int_equal(find(first, &s), rows[i].days != -1);
		if (rows[i].days == -1)
			continue;
		assert_int_equal(s.reason, 4);
		assert_true(s.due <= now + rows[i].days * USEC_DAY &&
		    s.due > now + (rows[i].days - 1) * USEC_DAY);
	}
}

static void
what_is_due_is_revoked(void **state)
{
	char first[SERIAL_TEXT];

	revoked_calls = 0;
	bed_parts.revoke = note_revoked;
	strcpy(bed_config.profiles[0].supersede, "0");
	follow(first);
	assert_true(is_called());
	assert_string_equal(revoked_serial, first);
	assert_says(revoked_why, "superseded ");
	assert_says(revoked_why, bed_serial("www"));
	bed_parts.revoke = NULL;
	authority_revoke_end(bed);
}

/* Sooner, but never later, not twice, and not away. */
static void
what_was_decided_stays(void **state)
{
	struct supersession s = { .due = 1000, .reason = 4 }, now;
	struct tx *tx;
	char first[SERIAL_TEXT];

	strcpy(bed_config.profiles[0].supersede, "30");
	follow(first);
	assert_int_equal(find(first, &now), 1);
	s.certificate = now.certificate;
	s.successor = now.successor;
	tx = begin();
	assert_done(supersession_put(tx, &s, &test_err));
	s.due = 2000;
	assert_done(supersession_put(tx, &s, &test_err));
	assert_done(tx_commit(tx, &test_err));
	assert_int_equal(find(first, &now), 1);
	assert_int_equal(now.due, 1000);
	tx = begin();
	assert_done(supersession_done(tx, s.certificate, 3000, &test_err));
	assert_done(tx_commit(tx, &test_err));
	assert_int_equal(find(first, &now), 0);
	tx = begin();
	assert_int_equal(supersession_put(tx, &s, &test_err), -1);
	tx_abort(tx);
}

int
main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)
	const struct CMUnitTest tests[] = {
		STORY(the_profile_says_when),
		STORY(what_is_due_is_revoked),
		STORY(what_was_decided_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
