/*
 * Messages between core and signer: what is put is got, what is cut or bent
 * is refused, and a file goes with its message.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hsm/wire.h"

static void
put_orders(struct bytes *b)
{
	struct wire_order o = { .id = 7, .kind = SIGN_CRL, .key = "issuing",
	    .intent = -3, .recover = true, .tbs = { (const void *)
	    "the digest of what is looked for", SHA256_OCTETS } };

	message_open(b, MESSAGE_ORDERS);
	wire_order_put(b, &o);
	o.id = 8;
	o.recover = false;
	o.in_file = true;
	o.offset = 77;
	o.size = 1u << 20;
	wire_order_put(b, &o);
	message_close(b, 0, 2);
}

static void
orders_come_through(void **state)
{
	struct bytes b = { 0 };
	struct slice s, items;
	enum message_type type;
	struct wire_order o;
	struct err err;
	uint32_t count;

	put_orders(&b);
	put_u8(&b, 0);			/* the next message */
	s = SLICE(&b);
	assert_int_equal(message_get(&s, &type, &count, &items, &err), 1);
	assert_int_equal(type, MESSAGE_ORDERS);
	assert_int_equal(count, 2);
	assert_int_equal(s.size, 1);
	assert_int_equal(wire_order_get(&items, &o), 0);
	assert_int_equal(o.id, 7);
	assert_int_equal(o.kind, SIGN_CRL);
	assert_string_equal(o.key, "issuing");
	assert_int_equal(o.intent, -3);
	assert_true(o.recover && !o.in_file);
	assert_int_equal(o.tbs.size, SHA256_OCTETS);
	assert_int_equal(wire_order_get(&items, &o), 0);
	assert_true(o.in_file);
	assert_int_equal(o.offset, 77);
	assert_int_equal(o.size, 1u << 20);
	assert_int_equal(items.size, 0);
	bytes_free(&b);
}

static void
answers_and_keys_come_through(void **state)
{
	struct wire_answer a = { .id = 9, .outcome = WIRE_SIGNED,
	    .journal = 77, .signature = { (const void *)"sig", 3 } }, got;
	struct wire_key k = { .name = "ocsp", .ready = false,
	    .spki = { (const void *)"spki", 4 }, .reason = "why" }, found;
	struct bytes b = { 0 };
	struct slice s;

	wire_answer_put(&b, &a);
	wire_key_put(&b, &k);
	s = SLICE(&b);
	assert_int_equal(wire_answer_get(&s, &got), 0);
	assert_int_equal(got.journal, 77);
	assert_int_equal(got.signature.size, 3);
	assert_int_equal(wire_key_get(&s, &found), 0);
	assert_string_equal(found.name, "ocsp");
	assert_string_equal(found.reason, "why");
	assert_false(found.ready);
	assert_int_equal(s.size, 0);
	bytes_free(&b);
}

/* Whatever is missing at the end, the message is not yet there. */
static void
cut_messages_wait(void **state)
{
	struct bytes b = { 0 };
	struct slice s, items;
	enum message_type type;
	struct err err;
	uint32_t count;
	size_t n;

	put_orders(&b);
	for (n = 0; n < b.size; n++) {
		s = (struct slice){ b.data, n };
		assert_int_equal(message_get(&s, &type, &count, &items,
		    &err), 0);
		assert_int_equal(s.size, n);
	}
	bytes_free(&b);
}

/* Each row is an octet of the head, or of an order, and what it may not be. */
static void
bent_messages_are_refused(void **state)
{
	static const struct {
		size_t	at;
		unsigned char value;
	} rows[] = {
		{ 0, 0xff },		/* too long */
		{ 3, 3 },		/* shorter than a head */
		{ 4, 2 },		/* version */
		{ 5, 0 }, { 5, 5 },	/* type */
		{ 6, 1 }, { 9, 65 },	/* too many items */
	};
	static const struct {
		size_t	at;
		unsigned char value;
	} orders[] = {
		{ 8, 5 },		/* kind */
		{ 12, 16 },		/* key too long */
		{ 13, 0 },		/* NUL in the key */
		{ 28, 2 },		/* recover */
		{ 29, 2 },		/* in_file */
		{ 29, 1 },		/* to recover, in a file */
		{ 33, 31 },		/* to recover, no digest */
		{ 33, 0 },		/* empty TBS */
		{ 30, 1 },		/* longer than there is */
	};
	struct bytes b = { 0 };
	struct slice s, items;
	enum message_type type;
	struct wire_order o;
	struct err err;
	uint32_t count;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bytes_clear(&b);
		put_orders(&b);
		b.data[rows[i].at] = rows[i].value;
		s = SLICE(&b);
		assert_int_equal(message_get(&s, &type, &count, &items,
		    &err), -1);
	}
	for (i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		bytes_clear(&b);
		put_orders(&b);
		b.data[10 + orders[i].at] = orders[i].value;
		s = (struct slice){ b.data + 10, b.size - 10 };
		if (wire_order_get(&s, &o) != -1)
			fail_msg("row %zu was taken", i);
	}
	bytes_free(&b);
}

/* An answer has a signature when it is signed, and only then. */
static void
signatures_fit_outcomes(void **state)
{
	struct wire_answer a = { .outcome = WIRE_SIGNED }, got;
	struct bytes b = { 0 };
	struct slice s;

	wire_answer_put(&b, &a);
	s = SLICE(&b);
	assert_int_equal(wire_answer_get(&s, &got), -1);
	bytes_clear(&b);
	a.outcome = WIRE_REFUSED;
	a.signature = slice_text("x");
	wire_answer_put(&b, &a);
	s = SLICE(&b);
	assert_int_equal(wire_answer_get(&s, &got), -1);
	bytes_free(&b);
}

static void
pair_of_wires(struct wire *w[2])
{
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
	    fd), 0);
	w[0] = wire_new(fd[0]);
	w[1] = wire_new(fd[1]);
}

static void
files_go_with_messages(void **state)
{
	struct bytes b = { 0 };
	struct slice items, map;
	enum message_type type;
	struct wire *w[2];
	struct err err;
	uint32_t count;
	struct memory_file *file;
	size_t done = 0, offset;
	int fd, i;

	pair_of_wires(w);
	assert_int_equal(wire_read(w[1], &err), 0);
	put_orders(&b);
	assert_int_equal(wire_send(w[0], SLICE(&b), 100), 0);
	file = memory_file_new(&err);
	assert_non_null(file);
	bytes_put_text(memory_file_tail(file), " is to be signed");
	assert_int_equal(memory_file_flush(file, &err), 0);
	assert_int_equal(memory_file_seal(file, slice_text("what"), &err), 0);
	offset = memory_file_offset(file);
	assert_int_equal(wire_send_some(w[0], SLICE(&b), &done,
	    memory_file_fd(file)), 1);
	memory_file_free(file);
	for (i = 0; i < 2; i++)
		while (wire_next(w[1], &type, &count, &items, &err) == 0)
			assert_int_equal(wire_read(w[1], &err), 1);
	fd = wire_take_file(w[1]);
	assert_true(fd != -1);
	assert_int_equal(wire_take_file(w[1]), -1);
	assert_int_equal(wire_file_map(fd, offset, 19, &map, &err), -1);
	assert_int_equal(wire_file_map(fd, 0, 20, &map, &err), -1);
	assert_int_equal(wire_file_map(fd, offset, 20, &map, &err), 0);
	assert_memory_equal(map.data, "what is to be signed", 20);
	wire_file_unmap(map);
	close(fd);
	wire_free(w[0]);
	assert_int_equal(wire_read(w[1], &err), -1);
	wire_free(w[1]);
	bytes_free(&b);
}

/* A file that its sender could still change is not taken. */
static void
unsealed_files_are_refused(void **state)
{
	struct slice map;
	struct err err;
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_int_equal(write(fd, "octets", 6), 6);
	assert_int_equal(wire_file_map(fd, 0, 6, &map, &err), -1);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK),
	    0);
	assert_int_equal(wire_file_map(fd, 0, 6, &map, &err), -1);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_come_through),
		cmocka_unit_test(answers_and_keys_come_through),
		cmocka_unit_test(cut_messages_wait),
		cmocka_unit_test(bent_messages_are_refused),
		cmocka_unit_test(signatures_fit_outcomes),
		cmocka_unit_test(files_go_with_messages),
		cmocka_unit_test(unsealed_files_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
