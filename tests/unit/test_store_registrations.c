/*
 * Registrations in the store: versions for ever, attributes in force, subjects
 * that stay with who had them first.
 */
#include "tests/unit/store.h"

#include "ca/registered.h"

static int64_t
make_subscriber(struct tx *tx, const char *name)
{
	struct subscriber s = { .gid = 100, .since = 1 };

	snprintf(s.name, sizeof(s.name), "%s", name);
	strcpy(s.profiles[0], "tls-server");
	assert_done(subscriber_put(tx, &s, &test_err));
	return s.id;
}

static struct registration_version
version_made(int64_t subscriber, int number)
{
	struct registration_version r = { .subscriber = subscriber,
	    .version = number, .dossier = 40 + number,
	    .kind = NATURAL_PERSON_IN_LEGAL_PERSON, .authorised = true,
	    .publish = number == 2, .subject_uid = 1000, .decided = 5,
	    .until = 9 };

	strcpy(r.sha256, digest_of(number == 1 ? "one" : "two"));
	return r;
}

static void
versions_stay(void **state)
{
	struct registration_version r, back;
	struct tx *tx = begin();
	int64_t acme = make_subscriber(tx, "acme");

	assert_int_equal(registration_in_force(tx_view(tx), acme, &back), 0);
	r = version_made(acme, 1);
	assert_done(registration_put(tx, &r, &test_err));
	r = version_made(acme, 2);
	r.subject_uid = (uid_t)-1;
	assert_done(registration_put(tx, &r, &test_err));
	assert_int_equal(registration_in_force(tx_view(tx), acme, &back), 1);
	assert_memory_equal(&r.sha256, &back.sha256, sizeof(r.sha256));
	assert_int_equal(back.version, 2);
	assert_int_equal(back.dossier, 42);
	assert_int_equal(back.kind, NATURAL_PERSON_IN_LEGAL_PERSON);
	assert_true(back.authorised && back.publish);
	assert_false(back.subject_is_subscriber);
	assert_true(back.subject_uid == (uid_t)-1);
	assert_int_equal(back.until, 9);
	r = version_made(acme, 2);
	assert_refused(registration_put(tx, &r, &test_err), EPERM);
	assert_done(tx_commit(tx, &test_err));
	assert_int_equal(number_in_db("SELECT group_concat(version, '') "
	    "FROM (SELECT version FROM registrations ORDER BY id)"), 12);
	assert_int_not_equal(attack("UPDATE registrations SET decided = 7"),
	    0);
	assert_int_not_equal(attack("UPDATE registrations SET used = -1"), 0);
	assert_int_not_equal(attack("DELETE FROM registrations"), 0);
	assert_int_not_equal(attack("INSERT OR REPLACE INTO registrations "
	    "SELECT id, subscriber, version, kind, 0, authorised, publish, "
	    "subject_uid, dossier, decided, until, used, sha256 "
	    "FROM registrations"), 0);
}

static void
uses_are_counted(void **state)
{
	struct registration_version r;
	struct tx *tx = begin();
	int64_t seq;

	r = version_made(make_subscriber(tx, "acme"), 1);
	assert_done(registration_put(tx, &r, &test_err));
	seq = meta_number(tx_view(tx), "policy-seq", 0);
	assert_done(registration_count_use(tx, r.id, false, &test_err));
	assert_int_equal(meta_number(tx_view(tx), "policy-seq", 0), seq);
	assert_done(registration_count_use(tx, r.id, true, &test_err));
	assert_true(meta_number(tx_view(tx), "policy-seq", 0) > seq);
	registration_in_force(tx_view(tx), r.subscriber, &r);
	assert_int_equal(r.used, 2);
	assert_done(tx_commit(tx, &test_err));
}

static const struct attribute attributes[] = {
	{ "1", "organizationName", "Example AB", "trusted-register",
	    "register.pdf", "anna", 5, 9 },
	{ "2", "dns", "example.org", "dns-change", "ref:4", "anna", 6, 8 },
	{ "3", "email", "@example.org", "own-mail-domain", "ref:5", "anna", 7,
	    8 },
};

static int
see_attribute(void *arg, const struct attribute *a)
{
	bytes_printf(arg, "%s:%s by %s ", a->type, a->value, a->method);
	return 0;
}

/* What is in force before is gone, names that init asserted among it. */
static void
attributes_take_the_place_of_others(void **state)
{
	struct validated_name asserted = { "old.example", "dns",
	    "asserted (sandbox)", "init", 5, 6 };
	struct registered registered = { 0 };
	struct bytes text = { 0 };
	const struct attribute *a;
	struct tx *tx = begin();
	int64_t acme = make_subscriber(tx, "acme");
	int64_t other = make_subscriber(tx, "other");

	assert_done(subscriber_put_name(tx, acme, &asserted, &test_err));
	assert_done(subscriber_put_name(tx, other, &asserted, &test_err));
	assert_done(attributes_replace(tx, acme, attributes, 3, &test_err));
	attributes_of(tx_view(tx), acme, see_attribute, &text);
	assert_string_equal(bytes_text(&text), "dns:example.org by dns-change "
	    "email:@example.org by own-mail-domain "
	    "organizationName:Example AB by trusted-register ");
	bytes_clear(&text);
	attributes_of(tx_view(tx), other, see_attribute, &text);
	assert_string_equal(bytes_text(&text),
	    "dns:old.example by asserted (sandbox) ");
	registered_load(&registered, tx_view(tx), acme);
	assert_false(registered.is_known);
	assert_int_equal(registered.count, 3);
	a = registered_find(&registered, "organizationName");
	assert_string_equal(a->value, "Example AB");
	assert_string_equal(a->evidence, "register.pdf");
	assert_true(a->validated == 5 && a->until == 9);
	assert_string_equal(registered_find(&registered, "email")->value,
	    "@example.org");
	assert_null(registered_find(&registered, "ip"));
	registered_free(&registered);
	bytes_free(&text);
	assert_done(tx_commit(tx, &test_err));
}

static void
users_can_be_dropped(void **state)
{
	struct tx *tx = begin();
	int64_t acme = make_subscriber(tx, "acme");
	int64_t other = make_subscriber(tx, "other");

	assert_done(subscriber_put_user(tx, acme, 1000, &test_err));
	assert_done(subscriber_put_user(tx, other, 1000, &test_err));
	assert_done(subscriber_drop_users(tx, acme, &test_err));
	assert_false(subscriber_has_user(tx_view(tx), acme, 1000));
	assert_true(subscriber_has_user(tx_view(tx), other, 1000));
	assert_done(tx_commit(tx, &test_err));
}

static void
a_subject_belongs_to_one_for_ever(void **state)
{
	struct tx *tx = begin();

	assert_int_equal(subject_owner(tx_view(tx), digest_of("dn")), 0);
	assert_done(subject_put(tx, digest_of("dn"), 7, &test_err));
	assert_done(subject_put(tx, digest_of("dn"), 7, &test_err));
	assert_int_equal(subject_owner(tx_view(tx), digest_of("dn")), 7);
	assert_refused(subject_put(tx, digest_of("dn"), 8, &test_err),
	    EEXIST);
	assert_done(tx_commit(tx, &test_err));
	assert_int_not_equal(attack("UPDATE subjects SET subscriber = 8"), 0);
	assert_int_not_equal(attack("DELETE FROM subjects"), 0);
	assert_int_not_equal(attack("INSERT OR REPLACE INTO subjects SELECT "
	    "dn_sha256, 8 FROM subjects"), 0);
}

/* --- what was asked before ------------------------------------------------ */

/* How many the user acts for, and for one of them the first profile. */
static void
assert_acts(struct view *v, uid_t uid, int count, const char *profile)
{
	struct subscriber s;

	assert_int_equal(subscriber_of_user(v, uid, &s), count);
	if (count == 1)
		assert_string_equal(s.profiles[0], profile);
}

static void
put_profile(struct tx *tx, int64_t id, const char *profile)
{
	struct subscriber s;

	assert_int_equal(subscriber_get(tx_view(tx), id, &s), 1);
	strcpy(s.profiles[0], profile);
	assert_done(subscriber_put(tx, &s, &test_err));
}

static void
each_view_is_answered_as_of_its_moment(void **state)
{
	struct tx *tx = begin();
	int64_t acme = make_subscriber(tx, "acme"), other;
	struct view *before, *after;

	put_profile(tx, acme, "first");
	assert_done(subscriber_put_user(tx, acme, 1000, &test_err));
	assert_done(tx_commit(tx, &test_err));
	before = view_take(test_store);
	assert_acts(before, 1000, 1, "first");
	assert_acts(before, 1001, 0, NULL);
	assert_true(subscriber_has_user(before, acme, 1000));
	assert_false(subscriber_has_user(before, acme, 1001));

	/* What is not committed is seen by nobody else, and was never. */
	tx = begin();
	put_profile(tx, acme, "undone");
	assert_done(subscriber_drop_users(tx, acme, &test_err));
	assert_acts(tx_view(tx), 1000, 0, NULL);
	assert_acts(before, 1000, 1, "first");
	after = view_take(test_store);
	assert_acts(after, 1000, 1, "first");
	view_put(after);
	tx_abort(tx);

	/* The same numbers again, with something else behind them. */
	tx = begin();
	put_profile(tx, acme, "second");
	other = make_subscriber(tx, "other");
	assert_done(subscriber_put_user(tx, acme, 1001, &test_err));
	assert_done(subscriber_put_user(tx, other, 1000, &test_err));
	assert_done(tx_commit(tx, &test_err));
	after = view_take(test_store);
	assert_acts(after, 1000, 2, NULL);
	assert_acts(after, 1001, 1, "second");
	assert_true(subscriber_has_user(after, acme, 1001));
	/* The older view goes on as it was, beside the newer one. */
	assert_acts(before, 1000, 1, "first");
	assert_acts(before, 1001, 0, NULL);
	assert_false(subscriber_has_user(before, acme, 1001));
	assert_acts(after, 1001, 1, "second");
	view_put(before);
	view_put(after);
}

static void
an_agreement_is_that_to_the_terms_that_were_asked(void **state)
{
	struct agreement a = { .part = OF_SUBSCRIBER, .terms = "1" }, back;
	struct tx *tx = begin();
	int64_t acme = make_subscriber(tx, "acme");
	struct view *v;
	int i;

	strcpy(a.terms_sha256, digest_of("one"));
	strcpy(a.document_sha256, digest_of("paper"));
	assert_done(agreement_put(tx, acme, &a, &test_err));
	strcpy(a.terms, "2");
	strcpy(a.terms_sha256, digest_of("two"));
	assert_done(agreement_put(tx, acme, &a, &test_err));
	assert_done(tx_commit(tx, &test_err));
	v = view_take(test_store);
	for (i = 0; i < 2; i++) {
		assert_int_equal(agreement_find(v, acme, OF_SUBSCRIBER,
		    digest_of("one"), &back), 1);
		assert_string_equal(back.terms, "1");
		assert_int_equal(agreement_find(v, acme, OF_SUBSCRIBER,
		    digest_of("two"), &back), 1);
		assert_string_equal(back.terms, "2");
		assert_int_equal(agreement_find(v, acme, OF_SUBSCRIBER,
		    digest_of("three"), &back), 0);
		assert_int_equal(agreement_find(v, acme, OF_SUBJECT,
		    digest_of("one"), &back), 0);
	}
	view_put(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(versions_stay, store_setup,
		    store_teardown),
		cmocka_unit_test_setup_teardown(uses_are_counted, store_setup,
		    store_teardown),
		cmocka_unit_test_setup_teardown(
		    attributes_take_the_place_of_others, store_setup,
		    store_teardown),
		cmocka_unit_test_setup_teardown(users_can_be_dropped,
		    store_setup, store_teardown),
		cmocka_unit_test_setup_teardown(
		    a_subject_belongs_to_one_for_ever, store_setup,
		    store_teardown),
		cmocka_unit_test_setup_teardown(
		    each_view_is_answered_as_of_its_moment, store_setup,
		    store_teardown),
		cmocka_unit_test_setup_teardown(
		    an_agreement_is_that_to_the_terms_that_were_asked,
		    store_setup, store_teardown),
	};

	return cmocka_run_group_tests_name("store_registrations", tests, NULL,
	    NULL);
}
