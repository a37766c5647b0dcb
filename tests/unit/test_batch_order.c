/*
 * The order in which a batch is done: that of the certificates, the same in
 * every process, and verdicts in the order of the file.
 */
#include "status/batch_order.h"
#include "store.h"

static void
put_certificate(struct tx *tx, unsigned serial)
{
	struct certificate c = { .issued = 1, .not_before = 1, .not_after = 2,
	    .issuer = "issuing", .profile = "tls-server" };

	snprintf(c.serial, sizeof c.serial, "%02X", serial);
	memset(c.sha256, 'b', 64);
	snprintf(c.spki_sha256, sizeof c.spki_sha256, "%064X", serial);
	assert_done(certificate_put(tx, &c, slice_text("der"), NULL, 0,
	    &test_err));
}

static const char text[] =
	"# what came last is done first\n"
	"0E superseded\n"		/* unknown */
	"0B first\n"
	"\n"
	"no-serial superseded\n"
	"0C superseded\n"
	"0a superseded\n"
	"0B second\n"
	"0D superseded";		/* when it came unknown */

/* What was said of the lines, in the order of work `to` is checked for. */
static void
check_order(const struct batch *batch, const char *const *acts,
    const size_t *numbers)
{
	struct batch_order order = { 0 };
	struct bytes verdicts = { 0 }, to = { 0 };
	struct batch_line line;

	batch_order_make(&order, test_store, batch, slice_text(text));
	assert_int_equal(order.count, 7);
	for (size_t i = 0; i < order.count; i++) {
		batch_order_line(&order, i, &line);
		assert_string_equal(line.act, acts[i]);
		assert_int_equal(line.number, numbers[i]);
		bytes_printf(&verdicts, "%zu\n", line.number);
	}
	for (int again = 0; again < 2; again++) {
		bytes_clear(&to);
		batch_order_put_back(&order, SLICE(&verdicts), &to);
		assert_string_equal(bytes_text(&to),
		    "2\n3\n5\n6\n7\n8\n9\n");
	}
	batch_order_free(&order);
	bytes_free(&verdicts);
	bytes_free(&to);
}

static void
lines_follow_the_certificates(void **state)
{
	static const char *const acts[] = { "superseded", "superseded",
	    "first", "second", "superseded", "superseded", "superseded" };
	static const size_t numbers[] = { 6, 7, 3, 8, 2, 5, 9 };
	struct batch batch = { .file = 1, .uid = 7, .name = "name",
	    .received = 1, .decided = 1, .lines = 7 };
	struct tx *tx = begin();

	put_certificate(tx, 0x0c);
	put_certificate(tx, 0x0a);
	put_certificate(tx, 0x0b);
	memset(batch.sha256, 'a', 64);
	assert_done(batch_put(tx, &batch, &test_err));
	assert_int_equal(batch_get(tx_view(tx), batch.id, &batch), 1);
	assert_done(tx_commit(tx, &test_err));
	check_order(&batch, acts, numbers);

	/* In another process, a certificate later. */
	tx = begin();
	put_certificate(tx, 0x0d);
	assert_done(tx_commit(tx, &test_err));
	store_reopen();
	check_order(&batch, acts, numbers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lines_follow_the_certificates,
		    store_setup, store_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
