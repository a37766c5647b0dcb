/*
 * Problem reports and ordered revocations in the store: what is kept, what is
 * open, and what no statement can undo.
 */
#include "tests/unit/store.h"

#include "ca/store_deadlines.h"
#include "ca/store_dossiers.h"
#include "ca/store_reports.h"

#define SERIAL "01AABBCC"

static struct report_row
file_one(struct tx *tx, const char *name, uid_t uid)
{
	struct report_row row = { .file = 9, .uid = uid, .received = 5 * USEC,
		.filed = 7 * USEC, .via = "mail" };
	struct dossier d = { .kind = DOSSIER_REPORT, .place = PLACE_PENDING,
		.author = uid };

	strcpy(row.name, name);
	strcpy(row.sha256, digest_of(name));
	assert_done(report_put(tx, &row, &test_err));
	d.object = row.id;
	assert_done(dossier_put(tx, &d, &test_err));
	row.dossier = d.id;
	assert_done(report_put(tx, &row, &test_err));
	return row;
}

static void
a_report_stays_as_it_came(void **state)
{
	struct report_row row, back;
	struct tx *tx = begin();

	(void)state;
	row = file_one(tx, "www.txt", 1000);
	assert_int_equal(report_find(tx_view(tx), "www.txt", &back), 1);
	assert_int_equal(back.dossier, row.dossier);
	assert_int_equal(back.received, 5 * USEC);
	assert_string_equal(back.via, "mail");
	assert_int_equal(report_of_file(tx_view(tx), 9, &back), 1);
	assert_int_equal(report_get(tx_view(tx), row.id, &back), 1);
	back.dossier++;
	assert_refused(report_put(tx, &back, &test_err), EPERM);
	back.id = back.dossier = 0;
	assert_refused(report_put(tx, &back, &test_err), EEXIST);
	tx_abort(tx);
}

static void
open_ones_are_counted(void **state)
{
	struct report_row row;
	struct dossier d;
	struct tx *tx = begin();
	int64_t own, all;

	(void)state;
	file_one(tx, "one.txt", 1000);
	row = file_one(tx, "two.txt", 1000);
	file_one(tx, "three.txt", 1001);
	reports_open(tx_view(tx), 1000, &own, &all);
	assert_int_equal(own, 2);
	assert_int_equal(all, 3);
	assert_int_equal(dossier_get(tx_view(tx), row.dossier, &d), 1);
	d.place = PLACE_REJECTED;
	assert_done(dossier_put(tx, &d, &test_err));
	reports_open(tx_view(tx), 1000, &own, &all);
	assert_int_equal(own, 1);
	assert_int_equal(all, 2);
	tx_abort(tx);
}

static int
note_deadline(void *arg, const struct deadline *d)
{
	*(struct deadline *)arg = *d;
	return 0;
}

/* REV-6.2.4-03A: from the receipt, whenever the dossier was opened. */
static void
the_clock_begins_with_the_receipt(void **state)
{
	struct deadline d = { 0 };
	struct report_row row;
	struct tx *tx = begin();

	(void)state;
	row = file_one(tx, "www.txt", 1000);
	deadlines_open(tx_view(tx), 3600 * USEC, note_deadline, &d);
	assert_int_equal(d.kind, DEADLINE_DOSSIER);
	assert_int_equal(d.object, row.dossier);
	assert_int_equal(d.start, 5 * USEC);
	assert_int_equal(d.due, 3605 * USEC);
	tx_abort(tx);
}

static int
count_order(void *arg, const struct revocation_order *o)
{
	(*(int *)arg)++;
	return 0;
}

static int
undone(struct tx *tx)
{
	int count = 0;

	orders_undone(tx_view(tx), 0, count_order, &count);
	return count;
}

static void
an_order_is_done_once(void **state)
{
	struct revocation_order o = { .dossier = 3, .how = BY_REPORT,
		.confirmation = CONFIRM_EXCEPTION, .uid = 5, .received = 1,
		.authenticated = 2, .confirmed = 3, .decided = 4,
		.role = "revocation officer", .line = "superseded x",
		.exception = "nobody answers", .serial = SERIAL }, back;
	struct tx *tx = begin();
	int count = 0;

	(void)state;
	assert_done(order_put(tx, &o, &test_err));
	assert_int_equal(undone(tx), 1);
	assert_int_equal(order_get(tx_view(tx), o.id, &back), 1);
	assert_string_equal(back.serial, SERIAL);
	assert_string_equal(back.key, "");
	assert_string_equal(back.line, "superseded x");
	assert_string_equal(back.exception, "nobody answers");
	assert_int_equal(back.confirmation, CONFIRM_EXCEPTION);
	assert_int_equal(back.confirmed, 3);
	assert_done(order_done(tx, o.id, 9, "revoked", &test_err));
	assert_int_equal(undone(tx), 0);
	orders_of_dossier(tx_view(tx), 3, count_order, &count);
	orders_of_package(tx_view(tx), 3, count_order, &count);
	assert_int_equal(count, 1);
	assert_refused(order_done(tx, o.id, 10, "again", &test_err), EPERM);
	tx_abort(tx);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_report_stays_as_it_came),
		TEST(open_ones_are_counted),
		TEST(the_clock_begins_with_the_receipt),
		TEST(an_order_is_done_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
