/*
 * The register of access rights as evidence (REQ-7.4.1-07, REQ-7.4.1-08): an
 * event when it is another, none when it is as it was; and the key of the
 * pseudonyms, made once.
 */
#include "tests/unit/store.h"

#include "ca/people_record.h"

static struct config config;

static void
give(const char *user)
{
	static const char *const names[] = {
		"ra", "revocation", "operator", "security", "auditor"
	};
	size_t i;

	memset(&config, 0, sizeof(config));
	for (i = 0; i < 5; i++)
		snprintf(config.roles[i].name, sizeof(config.roles[i].name),
		    "%s", names[i]);
	snprintf(config.roles[0].users[0], 64, "%s", user);
}

static bool is_new;

/*
 * In a transaction of its own; how many such events there are then.  `is_new`:
 * it was not recorded before.
 */
static long
record(void)
{
	struct people *people;
	struct view *v;
	struct tx *tx;

	if ((people = people_build(&config, &test_err)) == NULL)
		fail_msg("%s", test_err.text);
	v = view_take(test_store);
	is_new = !people_is_recorded(v, people);
	view_put(v);
	assert_non_null(tx = tx_begin(test_store, &test_err));
	assert_done(people_record(tx, people, &test_err));
	assert_done(tx_commit(tx, &test_err));
	v = view_take(test_store);
	assert_true(people_is_recorded(v, people));
	view_put(v);
	people_free(people);
	return number_in_db("SELECT count(*) FROM events WHERE name ="
	    " 'roles-changed'");
}

static void
a_register_is_recorded_when_it_is_another(void **state)
{
	char first[SHA256_TEXT], second[SHA256_TEXT];
	struct view *v;

	give("daemon");
	assert_int_equal(record(), 1);
	assert_true(is_new);
	assert_int_equal(record(), 1);
	assert_false(is_new);
	v = view_take(test_store);
	assert_int_equal(fact_digest(v, "roles", first), 1);
	view_put(v);
	give("bin");
	assert_int_equal(record(), 2);
	assert_true(is_new);
	v = view_take(test_store);
	assert_int_equal(fact_digest(v, "roles", second), 1);
	view_put(v);
	assert_string_not_equal(first, second);
	give("daemon");
	assert_int_equal(record(), 3);
}

static void
the_key_of_pseudonyms_is_made_once(void **state)
{
	struct person_key key, again;
	struct view *v;
	struct tx *tx;

	v = view_take(test_store);
	assert_int_equal(person_key_get(v, &key), 0);
	view_put(v);
	assert_non_null(tx = tx_begin(test_store, &test_err));
	assert_done(person_key_take(tx, &key, &test_err));
	assert_done(person_key_take(tx, &again, &test_err));
	assert_memory_equal(&key, &again, sizeof(key));
	assert_done(tx_commit(tx, &test_err));
	v = view_take(test_store);
	assert_int_equal(person_key_get(v, &again), 1);
	view_put(v);
	assert_memory_equal(&key, &again, sizeof(key));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_register_is_recorded_when_it_is_another, store_setup,
		    store_teardown),
		cmocka_unit_test_setup_teardown(
		    the_key_of_pseudonyms_is_made_once, store_setup,
		    store_teardown),
	};

	return cmocka_run_group_tests_name("people record", tests, NULL, NULL);
}
