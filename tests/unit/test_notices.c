/*
 * Notices: what they say, what is kept of them, and the letters in which core
 * and main speak of them.
 */
#include "ca/letter.h"
#include "ca/store_notices.h"
#include "ca/store_private.h"
#include "status/notice_text.h"
#include "store.h"

/* --- text ---------------------------------------------------------------- */

static const struct {
	struct notice notice;
	const char *what, *says, *says_not;
} texts[] = {
	{ { .reason = 1, .effective = USEC }, "revoked",
	    "reason: keyCompromise (1)\nsince: ", "until: " },
	{ { .reason = 4, .until = USEC }, "revoked", "cannot be undone",
	    "until: " },
	{ { .reason = 6 }, "suspended", "until it is reinstated", "\nuntil: " },
	{ { .reason = 6, .until = USEC }, "suspended",
	    "\nuntil: 1970-01-01T00:00:01Z\n", "cannot be undone" },
	{ { .reason = 8, .effective = USEC }, "reinstated",
	    "was-suspended-since: ", "reason: " },
};

static void
a_notice_says_what_happened(void **state)
{
	struct certificate c = certificate_made(1);
	struct bytes text = { 0 }, again = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		bytes_clear(&text);
		bytes_clear(&again);
		notice_text(&texts[i].notice, &c, &text);
		notice_text(&texts[i].notice, &c, &again);
		assert_true(slice_equal(SLICE(&text), SLICE(&again)));
		assert_string_equal(notice_what(&texts[i].notice),
		    texts[i].what);
		assert_non_null(strstr(bytes_text(&text), texts[i].says));
		assert_null(strstr(bytes_text(&text), texts[i].says_not));
		assert_non_null(strstr(bytes_text(&text), c.serial));
	}
	bytes_free(&text);
	bytes_free(&again);
}

/* --- store --------------------------------------------------------------- */

static int64_t seen[8];
static int seen_count;

static int
see(void *arg, const struct notice_due *due)
{
	(void)arg;
	seen[seen_count++] = due->notice.id;
	return 0;
}

static int
look(struct tx *tx, usec_t now, usec_t latest, int most)
{
	seen_count = 0;
	notices_due(tx_view(tx), now, latest, most, see, NULL);
	return seen_count;
}

static struct notice
put(struct tx *tx, int64_t certificate, int reason, usec_t time, bool deliver)
{
	struct notice n = { .certificate = certificate, .reason = reason,
	    .time = time, .effective = time };

	assert_done(notice_put(tx, &n, deliver, &test_err));
	return n;
}

static int64_t
put_certificate(struct tx *tx)
{
	struct certificate c = certificate_made(1);

	assert_done(certificate_put(tx, &c, slice_text("der"), NULL, 0,
	    &test_err));
	return c.id;
}

static void
what_is_due_is_told_in_order_until_it_is_closed(void **state)
{
	struct tx *tx = begin();
	int64_t c = put_certificate(tx);
	struct notice first = put(tx, c, 6, 100, true);
	struct notice second = put(tx, c, 4, 200, true);
	struct notice file = put(tx, c, 1, 300, false), found;
	struct notice_due due;

	(void)state;
	assert_int_equal(look(tx, 50, 1000, 8), 0);
	assert_int_equal(look(tx, 200, 1000, 8), 2);
	assert_int_equal(seen[0], first.id);
	assert_int_equal(look(tx, 200, 1000, 1), 1);
	assert_int_equal(notice_newest(tx_view(tx), c, &found), 1);
	assert_int_equal(found.id, file.id);
	assert_int_equal(notices_last(tx_view(tx)), file.id);
	assert_int_equal(notice_due(tx_view(tx), file.id, &due), 0);

	assert_int_equal(notice_due(tx_view(tx), first.id, &due), 1);
	assert_int_equal(due.tries, 0);
	due.tries = 1;
	due.next = 500;
	assert_done(notice_try_again(tx, &due, &test_err));
	assert_int_equal(look(tx, 400, 1000, 8), 1);
	assert_int_equal(seen[0], second.id);
	assert_int_equal(notices_next_after(tx_view(tx), 400), 500);
	assert_int_equal(notices_waiting(tx_view(tx), 1), 1);
	assert_int_equal(notices_waiting(tx_view(tx), 0), 2);
	assert_done(notice_close(tx, second.id, &test_err));
	assert_int_equal(look(tx, 400, 1000, 8), 0);
	/* The clock was set back: it does not wait for years. */
	assert_int_equal(look(tx, 10, 400, 8), 1);
	assert_int_equal(seen[0], first.id);
	assert_done(notice_close(tx, first.id, &test_err));
	assert_int_equal(look(tx, 1000, 1000, 8), 0);
	assert_int_equal(notices_next_after(tx_view(tx), 0), 0);
	assert_int_equal(notice_get(tx_view(tx), first.id, &found), 1);
	assert_done(tx_commit(tx, &test_err));
}

static void
no_sql_changes_a_notice(void **state)
{
	static const char *const acts[] = {
		"UPDATE notices SET reason = 8", "DELETE FROM notices",
		"INSERT OR REPLACE INTO notices (id, certificate, reason, time,"
		" effective) VALUES (1, 1, 8, 0, 0)"
	};
	struct tx *tx = begin();
	size_t i;

	(void)state;
	put(tx, put_certificate(tx), 1, 100, true);
	for (i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		assert_refused(sql_run(tx->view.sql, acts[i], &test_err),
		    EPERM);
	assert_done(tx_commit(tx, &test_err));
}

/* --- letters ------------------------------------------------------------- */

static void
a_letter_arrives_as_it_was_written(void **state)
{
	struct letter in = { .id = 7, .what = "revoked", .serial = "4F",
	    .profile = "tls-server", .subscriber = "acme",
	    .subject = "www.example.org", .contact = "a@example.org" }, out;
	struct letter_outcome ended = { 7, LETTER_KILLED, 9 }, told;
	struct bytes body = { 0 };
	size_t i;

	(void)state;
	in.text = slice_text("the notice");
	letter_put(&body, &in);
	assert_int_equal(letter_get(SLICE(&body), &out, &test_err), 0);
	assert_string_equal(out.contact, in.contact);
	assert_true(slice_equal(out.text, in.text));
	for (i = 0; i < body.size; i++)
		assert_int_equal(letter_get((struct slice){ body.data, i },
		    &out, &test_err), -1);
	put_u8(&body, 0);
	assert_int_equal(letter_get(SLICE(&body), &out, &test_err), -1);

	bytes_clear(&body);
	letter_outcome_put(&body, &ended);
	assert_int_equal(letter_outcome_get(SLICE(&body), &told, &test_err),
	    0);
	assert_int_equal(told.end, LETTER_KILLED);
	assert_int_equal(told.number, 9);
	body.data[8] = LETTER_ENDS;
	assert_int_equal(letter_outcome_get(SLICE(&body), &told, &test_err),
	    -1);
	bytes_free(&body);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, store_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_notice_says_what_happened),
		TEST(what_is_due_is_told_in_order_until_it_is_closed),
		TEST(no_sql_changes_a_notice),
		cmocka_unit_test(a_letter_arrives_as_it_was_written)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
