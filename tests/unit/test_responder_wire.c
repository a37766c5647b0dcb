/*
 * The frames between core and responder: each comes back as it was written,
 * and what a type does not allow is no frame; each row has a sentence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ca/text.h"
#include "status/publisher.h"
#include "status/responder_wire.h"

static const unsigned char octets[40] = { 1, 2, 3 };

static void
put_all(struct bytes *to)
{
	responder_hello_put(to, &(struct responder_hello){ { octets, 20 },
	    { octets, 20 }, { octets, 32 }, { octets, 32 } });
	responder_question_put(to, &(struct responder_question){ 7, true,
	    { octets, 40 } });
	responder_answer_put(to, &(struct responder_answer){ 7, OCSP_ANSWER,
	    3600, { octets, 40 } });
	responder_answer_put(to, &(struct responder_answer){ 8,
	    OCSP_TRY_LATER, 0, { NULL, 0 } });
	responder_changed_put(to, &(struct responder_changed){ "01AB" });
}

static void
each_frame_comes_back(void **state)
{
	struct responder_question q;
	struct responder_changed c;
	struct responder_answer a;
	struct responder_hello h;
	struct bytes all = { 0 };
	enum responder_type type;
	struct slice in, body;

	put_all(&all);
	in = SLICE(&all);
	assert_int_equal(responder_frame_get(&in, &type, &body), 1);
	assert_int_equal(type, RESPONDER_HELLO);
	assert_int_equal(responder_hello_get(body, &h), 0);
	assert_int_equal(h.key_sha256.size, 32);
	assert_int_equal(responder_frame_get(&in, &type, &body), 1);
	assert_int_equal(responder_question_get(body, &q), 0);
	assert_int_equal(q.number, 7);
	assert_true(q.fresh);
	assert_int_equal(q.request.size, 40);
	assert_int_equal(responder_frame_get(&in, &type, &body), 1);
	assert_int_equal(responder_answer_get(body, &a), 0);
	assert_int_equal(a.lifetime, 3600);
	assert_int_equal(responder_frame_get(&in, &type, &body), 1);
	assert_int_equal(responder_answer_get(body, &a), 0);
	assert_int_equal(a.file, OCSP_TRY_LATER);
	assert_int_equal(responder_frame_get(&in, &type, &body), 1);
	assert_int_equal(responder_changed_get(body, &c), 0);
	assert_string_equal(c.serial, "01AB");
	assert_int_equal(in.size, 0);
	bytes_free(&all);
}

static void
a_part_waits_for_the_rest(void **state)
{
	struct bytes all = { 0 };
	enum responder_type type;
	struct slice in, body;

	responder_question_put(&all, &(struct responder_question){ 7, false,
	    { octets, 40 } });
	for (size_t size = 0; size < all.size; size++) {
		in = (struct slice){ all.data, size };
		assert_int_equal(responder_frame_get(&in, &type, &body), 0);
		assert_int_equal(in.size, size);
	}
	bytes_free(&all);
}

static const struct {
	const char	*what, *hex;
	int		 wanted;	/* of the frame; 1: of its body -1 */
} rows[] = {
	{ "no octets", "00000000", -1 },
	{ "more than a frame has", "00010001", -1 },
	{ "as much as a frame has", "00010000", 0 },
	{ "another type", "0000000158", -1 },
	{ "a hello of another version", "0000000548" "00000002", 1 },
	{ "a hello that ends", "0000000548" "00000001", 1 },
	{ "a question without a request",
	  "0000000e51" "0000000000000001" "00" "00000000", 1 },
	{ "a question neither fresh nor not",
	  "0000000f51" "0000000000000001" "02" "0000000130", 1 },
	{ "a question that goes on",
	  "0000001051" "0000000000000001" "01" "0000000130" "00", 1 },
	{ "an answer of an unknown kind",
	  "0000001241" "0000000000000001" "04" "00000000" "00000000", 1 },
	{ "an answer without octets",
	  "0000001241" "0000000000000001" "00" "00000000" "00000000", 1 },
	{ "a tryLater with octets",
	  "0000001341" "0000000000000001" "02" "00000000" "0000000130", 1 },
	{ "a serial in lower case", "0000000743" "00000002" "6162", 1 },
	{ "a serial too long", "0000002e43" "00000029"
	  "3131313131313131313131313131313131313131"
	  "313131313131313131313131313131313131313131", 1 },
};

static int
read_body(enum responder_type type, struct slice body)
{
	struct responder_question q;
	struct responder_changed c;
	struct responder_answer a;
	struct responder_hello h;

	return type == RESPONDER_HELLO ? responder_hello_get(body, &h) :
	    type == RESPONDER_QUESTION ? responder_question_get(body, &q) :
	    type == RESPONDER_ANSWER ? responder_answer_get(body, &a) :
	    responder_changed_get(body, &c);
}

static void
what_is_none_is_refused(void **state)
{
	unsigned char frame[64];
	enum responder_type type;
	struct slice in, body;
	size_t size;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size = strlen(rows[i].hex) / 2;
		assert_int_equal(hex_decode(frame, size, rows[i].hex), 0);
		in = (struct slice){ frame, size };
		if (responder_frame_get(&in, &type, &body) != rows[i].wanted)
			fail_msg("%s", rows[i].what);
		if (rows[i].wanted == 1 && read_body(type, body) != -1)
			fail_msg("%s", rows[i].what);
	}
}

/* `test_responder_wire FILE`: a seed for the fuzzer. */
int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_frame_comes_back),
		cmocka_unit_test(a_part_waits_for_the_rest),
		cmocka_unit_test(what_is_none_is_refused),
	};
	struct bytes all = { 0 };
	FILE *f;

	if (argc == 2 && (f = fopen(argv[1], "w")) != NULL) {
		put_all(&all);
		fwrite(all.data, 1, all.size, f);
		fclose(f);
		bytes_free(&all);
		return 0;
	}
	return cmocka_run_group_tests_name("responder_wire", tests, NULL,
	    NULL);
}
