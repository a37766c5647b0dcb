/*
 * Messages between main and its children: what is sent arrives, and what is
 * no message is refused whoever sends it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fs/control.h"

#define DIGEST	"0123456789abcdef0123456789abcdef" \
		"0123456789abcdef0123456789abcdef"

static const struct slice nothing = { NULL, 0 };

static int
make_pair(void **state)
{
	static int pair[2];
	struct err err;

	*state = pair;
	return control_pair(pair, &err);
}

static int
close_pair(void **state)
{
	int *pair = *state;

	close(pair[0]);
	if (pair[1] != -1)
		close(pair[1]);
	return 0;
}

static void
start_arrives_with_its_descriptors(void **state)
{
	int *pair = *state, fds[3], other[2];
	struct control_start in = { .first = true,
	    .init = slice_text("init") }, out;
	struct control_message m;
	struct bytes body = { 0 };
	struct err err;
	char octet;

	assert_int_equal(pipe(fds), 0);
	assert_int_equal((fds[2] = dup(fds[0])) == -1, 0);
	control_start_put(&body, &in);
	assert_int_equal(control_send(pair[0], CONTROL_START, SLICE(&body),
	    fds, 3, &err), 0);
	assert_int_equal(control_receive(pair[1], "Rs", &m, &err), -1);
	assert_int_equal(control_send(pair[0], CONTROL_START, SLICE(&body),
	    fds, 3, &err), 0);
	assert_int_equal(control_receive(pair[1], "S", &m, &err), 1);
	assert_int_equal(m.type, CONTROL_START);
	assert_int_equal(control_start_get(SLICE(&m.body), &out, &err), 0);
	assert_true(out.first);
	assert_true(slice_equal(in.init, out.init));

	/* They are the pipe's, close-on-exec, and taken once. */
	other[0] = control_take(&m, 0);
	other[1] = control_take(&m, 1);
	assert_int_equal(control_take(&m, 0), -1);
	assert_int_equal(fcntl(other[0], F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(write(other[1], "x", 1), 1);
	assert_int_equal(read(fds[0], &octet, 1), 1);
	control_clear(&m);
	close(other[0]);
	close(other[1]);
	close(fds[0]);
	close(fds[1]);
	close(fds[2]);
	bytes_free(&body);
}

static void
texts_and_numbers_arrive(void **state)
{
	int *pair = *state, fd = open("/dev/null", O_RDONLY);
	struct control_message m;
	struct bytes body = { 0 };
	struct err err;
	char text[16], sha256[65];
	uint64_t ino;
	uint32_t id;
	pid_t pid;

	assert_int_equal(control_send_text(pair[0], CONTROL_FAILED,
	    "a sentence", &err), 0);
	assert_int_equal(control_receive(pair[1], "rf", &m, &err), 1);
	assert_int_equal(control_text_get(SLICE(&m.body), text, 11, &err), 0);
	assert_string_equal(text, "a sentence");
	assert_int_equal(control_text_get(SLICE(&m.body), text, 10, &err), -1);
	control_clear(&m);

	control_herald_put(&body, 4711);
	assert_int_equal(control_send(pair[0], CONTROL_HERALD, SLICE(&body),
	    &fd, 1, &err), 0);
	assert_int_equal(control_receive(pair[1], "h", &m, &err), 1);
	assert_int_equal(control_herald_get(SLICE(&m.body), &pid, &err), 0);
	assert_int_equal(pid, 4711);
	control_clear(&m);

	bytes_clear(&body);
	control_backing_put(&body, 7, DIGEST);
	assert_int_equal(control_send(pair[0], CONTROL_BACKING, SLICE(&body),
	    NULL, 0, &err), 0);
	assert_int_equal(control_receive(pair[1], "b", &m, &err), 1);
	assert_int_equal(control_backing_get(SLICE(&m.body), &ino, sha256,
	    &err), 0);
	assert_int_equal(ino, 7);
	assert_string_equal(sha256, DIGEST);
	control_clear(&m);
	bytes_clear(&body);
	control_backed_put(&body, 7, 12);
	assert_int_equal(control_send(pair[0], CONTROL_BACKED, SLICE(&body),
	    NULL, 0, &err), 0);
	assert_int_equal(control_receive(pair[1], "B", &m, &err), 1);
	assert_int_equal(control_backed_get(SLICE(&m.body), &ino, &id, &err),
	    0);
	assert_int_equal(ino, 7);
	assert_int_equal(id, 12);
	control_clear(&m);
	bytes_free(&body);
	close(fd);
}

static void
the_end_of_the_socket_means_leave(void **state)
{
	int *pair = *state;
	struct control_message m;
	struct err err;

	close(pair[1]);
	pair[1] = -1;
	assert_int_equal(control_receive(pair[0], "l", &m, &err), 0);
	assert_int_equal(control_send(pair[0], CONTROL_LEAVE, nothing, NULL,
	    0, &err), -1);
}

static void
what_is_too_large_or_not_read_is_refused(void **state)
{
	static unsigned char large[CONTROL_MOST + 1] = { CONTROL_START };
	int *pair = *state, i;
	struct control_message m;
	struct err err;

	assert_int_equal(send(pair[0], large, sizeof(large), 0),
	    sizeof(large));
	assert_int_equal(control_receive(pair[1], "R", &m, &err), -1);
	/* Nobody reads: the sender is told, and does not wait. */
	for (i = 0; i < 10000; i++)
		if (control_send(pair[0], CONTROL_LEAVE, nothing, NULL, 0,
		    &err) == -1)
			break;
	assert_true(i < 10000);
	assert_int_equal(err.code, EAGAIN);
}

static void
what_is_no_message_is_refused(void **state)
{
	static const struct {
		const char *octets;
		size_t	size, fds;
		int	wanted;
	} rows[] = {
		{ "", 0, 0, -1 },
		{ "?", 1, 0, -1 },		/* unknown type */
		{ "r", 1, 0, 0 },
		{ "r", 1, 1, -1 },		/* a descriptor too many */
		{ "rx", 2, 0, -1 },		/* a body where none is */
		{ "f", 1, 0, -1 },		/* no sentence */
		{ "fx", 2, 0, 0 },
		{ "c", 1, 0, -1 },		/* a descriptor missing */
		{ "c", 1, 1, 0 },
		{ "h1234567", 8, 1, -1 },	/* seven octets of eight */
		{ "h12345678", 9, 1, 0 },
		{ "b0123456789012345678901234567890123456789", 41, 0, 0 },
		{ "b012345678901234567890123456789012345678", 40, 0, -1 },
		{ "B012345678901", 13, 0, 0 },
		{ "B012345678901", 13, 1, -1 },
		{ "u01234567890", 12, 0, -1 },
		{ "k", 1, 0, 0 },
		{ "k0123", 5, 0, 0 },
		{ "S1234", 5, 3, -1 },
		{ "S12345", 6, 3, 0 }
	};
	struct err err;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (control_check((struct slice){
		    (const unsigned char *)rows[i].octets, rows[i].size },
		    rows[i].fds, &err) != rows[i].wanted)
			fail_msg("row %zu (%s)", i, rows[i].octets);
}

static void
bodies_that_do_not_parse_are_refused(void **state)
{
	struct control_start start;
	struct bytes b = { 0 };
	uint32_t ids[CONTROL_IDS];
	size_t count;
	char sha256[65];
	struct err err;
	uint64_t ino;
	uint32_t id;
	pid_t pid;

	put_u8(&b, 2);
	put_blob(&b, nothing);
	assert_int_equal(control_start_get(SLICE(&b), &start, &err), -1);
	b.data[0] = 1;
	assert_int_equal(control_start_get(SLICE(&b), &start, &err), 0);
	put_u8(&b, 0);
	assert_int_equal(control_start_get(SLICE(&b), &start, &err), -1);
	bytes_clear(&b);
	put_u64(&b, 0);
	assert_int_equal(control_herald_get(SLICE(&b), &pid, &err), -1);
	bytes_clear(&b);
	put_u64(&b, UINT64_C(1) << 40);
	assert_int_equal(control_herald_get(SLICE(&b), &pid, &err), -1);
	assert_int_equal(control_backing_get(SLICE(&b), &ino, sha256, &err),
	    -1);
	assert_int_equal(control_backed_get(SLICE(&b), &ino, &id, &err), -1);
	assert_int_equal(control_keep_get(SLICE(&b), ids, &count, &err), 0);
	assert_int_equal(count, 2);
	put_u8(&b, 0);
	assert_int_equal(control_keep_get(SLICE(&b), ids, &count, &err), -1);
	bytes_resize(&b, 4 * (CONTROL_IDS + 1));
	assert_int_equal(control_keep_get(SLICE(&b), ids, &count, &err), -1);
	bytes_free(&b);
}

/* It ended with something unread: what it said last is still heard. */
static void
the_last_word_of_a_peer_counts(void **state)
{
	struct control_message m;
	struct err err;
	int pair[2];

	assert_int_equal(control_pair(pair, &err), 0);
	assert_int_equal(control_send_text(pair[0], CONTROL_LEAVE, "x", &err),
	    0);
	assert_int_equal(control_send_text(pair[1], CONTROL_FAILED, "why",
	    &err), 0);
	close(pair[1]);
	assert_int_equal(control_receive(pair[0], "f", &m, &err), 1);
	assert_true(slice_equal(SLICE(&m.body), slice_text("why")));
	control_clear(&m);
	assert_int_equal(control_receive(pair[0], "f", &m, &err), 0);
	close(pair[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    start_arrives_with_its_descriptors, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(texts_and_numbers_arrive,
		    make_pair, close_pair),
		cmocka_unit_test_setup_teardown(
		    the_end_of_the_socket_means_leave, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(
		    what_is_too_large_or_not_read_is_refused, make_pair,
		    close_pair),
		cmocka_unit_test(the_last_word_of_a_peer_counts),
		cmocka_unit_test(what_is_no_message_is_refused),
		cmocka_unit_test(bodies_that_do_not_parse_are_refused)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
