/*
 * Whatever arrives on the socket between core and responder, in either
 * direction, is frames or ends the connection; what is read is written again
 * as the same octets.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "status/responder_wire.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* 0: the body is none of its type. */
static int
write_again(enum responder_type type, struct slice body, struct bytes *to)
{
	union {
		struct responder_hello hello;
		struct responder_question question;
		struct responder_answer answer;
		struct responder_changed changed;
	} u;

	switch (type) {
	case RESPONDER_HELLO:
		if (responder_hello_get(body, &u.hello) != 0)
			return 0;
		responder_hello_put(to, &u.hello);
		return 1;
	case RESPONDER_QUESTION:
		if (responder_question_get(body, &u.question) != 0)
			return 0;
		responder_question_put(to, &u.question);
		return 1;
	case RESPONDER_ANSWER:
		if (responder_answer_get(body, &u.answer) != 0)
			return 0;
		responder_answer_put(to, &u.answer);
		return 1;
	case RESPONDER_CHANGED:
		if (responder_changed_get(body, &u.changed) != 0)
			return 0;
		responder_changed_put(to, &u.changed);
		return 1;
	}
	abort();		/* no such frame may come out */
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = { data, size }, before, body;
	struct bytes again = { 0 };
	enum responder_type type;

	for (;;) {
		before = in;
		if (responder_frame_get(&in, &type, &body) != 1)
			break;
		before.size -= in.size;
		bytes_clear(&again);
		if (write_again(type, body, &again) &&
		    !slice_equal(SLICE(&again), before))
			abort();
	}
	bytes_free(&again);
	return 0;
}
