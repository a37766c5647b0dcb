/*
 * An event's file: its fields and their order, JSON whatever text goes in, and
 * the verifier reading back what the writer wrote.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "ca/event.h"
#include "ca/verify.h"

static const char previous[] =
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

static int
setup(void **state)
{
	static struct event_context c = {
		.ca = "Example SANDBOX", .cp = "1.0", .cps = "1.1",
		.terms = "1.2", .sandbox = true, .node = 1,
	};

	memset(c.ca_sha256, 'a', 64);
	memset(c.config_sha256, 'b', 64);
	strcpy(c.owner[REGISTRATION], "Example CA");
	strcpy(c.performer[REGISTRATION], "Example RA");
	event_context_set(&c);
	return 0;
}

static json_t *
render(const struct event *e, struct bytes *to)
{
	json_error_t fault;
	json_t *root;

	event_render(e, 42, 1700000000123456, previous, to);
	root = json_loadb((char *)to->data, to->size, JSON_REJECT_DUPLICATES,
	    &fault);
	if (root == NULL)
		fail_msg("%s: %s", fault.text, bytes_text(to));
	return root;
}

static struct event *
full_event(void)
{
	struct event *e = event_new("request-decided", REGISTRATION);

	event_actor(e, 1000, "subscriber");
	event_request(e, 7, "www");
	event_certificate(e, 9, "01AB", previous, previous, NULL);
	event_policy(e, "tls-server", "2.999.411.1", "test");
	event_signing(e, previous, "issuing", "ecdsa-with-SHA256", 3, 8);
	event_requirement(e, "REG-6.2.2-01");
	event_requirement(e, "GEN-6.3.3-01");
	event_input(e, "request", 1234, previous);
	event_outcome(e, "approved");
	event_rule(e, "key", "yes", "ec:P-256 is allowed");
	event_rule(e, "names", "yes", "all inside \"example.org\"");
	event_detail(e, "old", "1");
	event_detail_number(e, "count", 5);
	return e;
}

/* DESIGN section 5, in its order. */
static const char *const fields[] = {
	"event", "seq", "time", "clock", "ca", "certificate", "request",
	"policy", "component", "actor", "signing", "requirements", "input",
	"decision", "detail", "archive", "previous"
};

static void
fields_stand_in_their_order(void **state)
{
	struct event *events[2] = { full_event(), event_new("started",
	    OPERATION) };
	struct bytes text = { 0 };
	const char *key;
	json_t *root, *value;
	size_t i, n;

	for (n = 0; n < 2; n++) {
		root = render(events[n], &text);
		i = 0;
		json_object_foreach(root, key, value)
			assert_string_equal(key, fields[i++]);
		assert_int_equal(i, sizeof(fields) / sizeof(fields[0]));
		assert_int_equal(text.data[text.size - 1], '\n');
		json_decref(root);
		event_free(events[n]);
	}
	bytes_free(&text);
}

static const char *
string_at(json_t *root, const char *a, const char *b)
{
	return json_string_value(json_object_get(json_object_get(root, a),
	    b));
}

static void
what_was_set_is_there(void **state)
{
	struct event *e = full_event();
	struct bytes text = { 0 };
	json_t *root = render(e, &text), *rules;

	assert_int_equal(event_of_certificate(e), 9);
	assert_int_equal(event_of_request(e), 7);
	assert_string_equal(event_name(e), "request-decided");
	assert_string_equal(json_string_value(json_object_get(root, "time")),
	    "2023-11-14T22:13:20.123456Z");
	assert_true(json_is_true(json_object_get(json_object_get(root, "ca"),
	    "sandbox")));
	assert_string_equal(string_at(root, "certificate", "serial"), "01AB");
	assert_true(json_is_null(json_object_get(json_object_get(root,
	    "certificate"), "predecessor")));
	assert_string_equal(string_at(root, "policy", "policy_oid"),
	    "2.999.411.1");
	assert_string_equal(string_at(root, "policy", "cps"), "1.1");
	assert_string_equal(string_at(root, "component", "performer"),
	    "Example RA");
	assert_string_equal(string_at(root, "actor", "role"), "subscriber");
	assert_string_equal(string_at(root, "archive", "owner"),
	    "Example CA");
	assert_string_equal(string_at(root, "signing", "key"), "issuing");
	assert_int_equal(json_array_size(json_object_get(root,
	    "requirements")), 2);
	assert_string_equal(string_at(root, "detail", "old"), "1");
	rules = json_object_get(json_object_get(root, "decision"), "rules");
	assert_int_equal(json_array_size(rules), 2);
	assert_string_equal(json_string_value(json_object_get(
	    json_array_get(rules, 1), "sentence")),
	    "all inside \"example.org\"");
	json_decref(root);
	event_free(e);
	bytes_free(&text);
}

/* What goes in, and what is read back. */
static const struct {
	const char	*in, *out, *sentence;
} texts[] = {
	{ "plain", "plain", "plain ASCII" },
	{ "\"\\/", "\"\\/", "quotes and backslashes" },
	{ "a\nb\tc\x01\x7f", "a\nb\tc\x01\x7f", "control characters" },
	{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
	  "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "two, three, four octets" },
	{ "\xff" "a", "\xef\xbf\xbd" "a", "no UTF-8" },
	{ "\xc3", "\xef\xbf\xbd", "cut at the end" },
	{ "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd", "cut in three" },
	{ "\xf0\x9f\x98", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
	  "cut in four" },
	{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd", "overlong" },
	{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
	  "a surrogate" },
	{ "\xf4\x90\x80\x80",
	  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
	  "beyond Unicode" },
};

static void
any_text_makes_json(void **state)
{
	struct bytes text = { 0 };
	struct event *e;
	json_t *root;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		e = event_new("tried", REGISTRATION);
		event_detail(e, "text", texts[i].in);
		root = render(e, &text);
		if (strcmp(string_at(root, "detail", "text"),
		    texts[i].out) != 0)
			fail_msg("%s: %s", texts[i].sentence,
			    bytes_text(&text));
		json_decref(root);
		event_free(e);
	}
	bytes_free(&text);
}

static void
every_pair_of_octets_makes_json(void **state)
{
	struct bytes text = { 0 };
	char in[3] = "";
	struct event *e;
	int a, b;

	for (a = 1; a < 256; a++)
		for (b = 1; b < 256; b++) {
			in[0] = (char)a;
			in[1] = (char)b;
			e = event_new("tried", REGISTRATION);
			event_outcome(e, in);
			json_decref(render(e, &text));
			event_free(e);
		}
	bytes_free(&text);
}

static void
the_same_person_has_the_same_pseudonym(void **state)
{
	struct bytes text = { 0 };
	char first[32];
	struct event *e;
	json_t *root;
	int i;

	for (i = 0; i < 3; i++) {
		e = event_new("tried", REGISTRATION);
		event_actor(e, i < 2 ? 1000 : 1001, "ra");
		root = render(e, &text);
		if (i == 0)
			strcpy(first, string_at(root, "actor", "person"));
		assert_int_equal(strcmp(first, string_at(root, "actor",
		    "person")) == 0, i < 2);
		json_decref(root);
		event_free(e);
	}
	bytes_free(&text);
}

static void
the_verifier_reads_it(void **state)
{
	struct event *e = full_event();
	struct bytes text = { 0 };
	struct verify_event v;
	struct err err;

	json_decref(render(e, &text));
	if (verify_event_read(&v, SLICE(&text), &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(v.seq, 42);
	assert_string_equal(v.name, "request-decided");
	assert_string_equal(v.hour, "2023/11/14/22");
	assert_string_equal(v.previous, previous);
	assert_int_equal(v.input_count, 1);
	assert_int_equal(v.inputs[0].size, 1234);
	assert_string_equal(v.inputs[0].sha256, previous);
	verify_event_free(&v);
	event_free(e);
	bytes_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_stand_in_their_order),
		cmocka_unit_test(what_was_set_is_there),
		cmocka_unit_test(any_text_makes_json),
		cmocka_unit_test(every_pair_of_octets_makes_json),
		cmocka_unit_test(the_same_person_has_the_same_pseudonym),
		cmocka_unit_test(the_verifier_reads_it),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
