/*
 * Who is who: names and numbers, as octets and back; which roles count; what
 * forbids a start.  The users are those every system has.
 */
#include <grp.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ca/people.h"
#include "ca/person.h"

#define NOW	((usec_t)1795305600 * USEC)	/* 2026-11-22 */
#define ROW(name, user, roles)						\
	"[" name "]\nuser = " user "\nroles = " roles "\n"		\
	"since = 2026-11-01\naccepted = 2026-11-01\n"			\
	"training_until = 2027-10-31\nappointed_by = x\n"

static struct config config;
static const struct person_key key = { { 1, 2, 3 } };

/* A configuration of roles (by index) and appointments. */
static void
configure(bool separation, const char *appointments)
{
	static const char *const names[] = {
		"ra", "revocation", "operator", "security", "auditor"
	};
	struct err err;
	size_t i;

	appointments_free(config.appointments);
	memset(&config, 0, sizeof(config));
	for (i = 0; i < 5; i++) {
		strcpy(config.roles[i].name, names[i]);
		config.roles[i].line = 20 + (int)i;
	}
	config.separation = separation;
	config.appointments = appointments_parse("appointments.conf",
	    slice_text(appointments), &err);
	if (config.appointments == NULL)
		fail_msg("%s", err.text);
}

static void
give(size_t role, size_t place, const char *user)
{
	strcpy(config.roles[role].users[place], user);
}

/* As core gets it. */
static struct people *
carried(void)
{
	struct people *built, *people;
	struct bytes octets = { 0 };
	struct err err;

	if ((built = people_build(&config, &err)) == NULL)
		fail_msg("%s", err.text);
	people_put(built, &octets);
	people_free(built);
	if ((people = people_get(&config, SLICE(&octets), &err)) == NULL)
		fail_msg("%s", err.text);
	bytes_free(&octets);
	people_use_key(people, &key);
	return people;
}

static uid_t
uid_of(const char *user)
{
	return getpwnam(user)->pw_uid;
}

static void
names_have_their_numbers(void **state)
{
	struct people *people;
	uid_t uid;
	gid_t gid;

	configure(false, "");
	people = carried();
	assert_int_equal(people_uid(people, "daemon", &uid), 1);
	assert_int_equal(uid, uid_of("daemon"));
	assert_int_equal(people_gid(people, "bin", &gid), 1);
	assert_int_equal(gid, getgrnam("bin")->gr_gid);
	assert_int_equal(people_uid(people, "no-such-user", &uid), 0);
	assert_int_equal(people_gid(people, "no-such-group", &gid), 0);
	/* a directory that lists nobody */
	assert_int_equal(people_uid(people, "uid:1001", &uid), 1);
	assert_int_equal(uid, 1001);
	assert_int_equal(people_gid(people, "gid:7", &gid), 1);
	assert_int_equal(gid, 7);
	assert_int_equal(people_uid(people, "uid:", &uid), 0);
	assert_int_equal(people_uid(people, "uid:-1", &uid), 0);
	assert_int_equal(people_uid(people, "uid:1x", &uid), 0);
	assert_int_equal(people_uid(people, "uid:4294967295", &uid), 0);
	assert_int_equal(people_uid(people, "gid:1", &uid), 0);
	people_free(people);
}

/*
 * In a sandbox without separation the group is enough, until one is named
 * (OVR-6.4.3-01A, OVR-6.5.5-01A).
 */
static void
a_group_is_enough_or_it_is_not(void **state)
{
	static const struct {
		bool separation;
		const char *appointments;
		unsigned daemon, bin;
	} rows[] = {
		{ false, "", 31, ROLE_RA },
		{ false, ROW("d", "daemon", "ra, auditor"),
		    ROLE_RA | ROLE_AUDITOR, 0 },
		/* kept apart: all roles are none */
		{ true, "", 0, 0 },
		{ true, ROW("d", "daemon", "ra"), 0, 0 },
		{ true, ROW("b", "bin", "ra, revocation"), 0, ROLE_RA },
		{ true, ROW("b", "bin", "revocation"), 0, 0 },
	};
	struct people *people;
	size_t i, k;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		configure(rows[i].separation, rows[i].appointments);
		for (k = 0; k < 5; k++)
			give(k, 0, "daemon");
		give(0, 1, "bin");
		people = carried();
		if (people_roles(people, uid_of("daemon"), NOW) !=
		    rows[i].daemon ||
		    people_roles(people, uid_of("bin"), NOW) != rows[i].bin)
			fail_msg("row %zu", i);
		assert_int_equal(people_roles(people, 0, NOW), 0);
		assert_true(people_role_gid(people, ROLE_RA) ==
		    getpwnam("daemon")->pw_gid);
		people_free(people);
	}
}

static void
an_appointment_counts_in_its_time(void **state)
{
	struct people *people;
	struct appointment a;
	uid_t bin = uid_of("bin");

	configure(true, ROW("b", "bin", "ra"));
	give(0, 0, "bin");
	people = carried();
	assert_int_equal(people_roles(people, bin, NOW - 30 * USEC_DAY), 0);
	assert_int_equal(people_roles(people, bin, NOW), ROLE_RA);
	assert_int_equal(people_roles(people, bin, NOW + 365 * USEC_DAY), 0);
	assert_int_equal(people_appointment(people, bin, &a), 1);
	assert_int_equal(a.uid, bin);
	assert_true(strncmp(a.person, "p-", 2) == 0);
	assert_int_equal(strlen(a.person), 18);
	assert_int_equal(people_appointment(people, 0, &a), 0);
	people_free(people);
}

/* Refused at start, by name and line (REQ-7.1.3-01, REQ-7.4.1-10, 7.4.4). */
static const struct {
	bool separation;
	const char *appointments;
	const char *roles[5];		/* a user each */
	const char *sentence;		/* NULL: it starts */
} starts[] = {
	{ false, "", { "bin", "bin", "bin", "bin", "bin" }, NULL },
	{ true, "", { "bin", "bin", "daemon", "sys", "games" }, NULL },
	{ true, "", { "bin", "bin", "daemon", "sys", "bin" },
	    "pkifs.conf line 24: [roles] auditor: bin (uid 2) has ra, "
	    "revocation, auditor: an auditor has no other role" },
	{ true, "", { "bin", "daemon", "daemon", "daemon", "sys" },
	    "pkifs.conf line 23: [roles] security: daemon (uid 1) has "
	    "revocation, operator, security: a security officer is neither" },
	{ false, ROW("b", "no-such-user", "ra"),
	    { "bin", "bin", "bin", "bin", "bin" },
	    "appointments.conf line 1: [b] user: wanted a user of this "
	    "system, found \"no-such-user\"" },
	{ false, ROW("b", "bin", "ra") ROW("c", "uid:2", "ra"),
	    { "bin", "bin", "bin", "bin", "bin" },
	    "appointments.conf line 8: [c] user: uid 2 is that of [b] in line "
	    "1; one person, one account (REQ-7.4.4-02)" },
};

static void
what_forbids_a_start_is_named(void **state)
{
	struct people *people;
	struct err err;
	size_t i, k;
	int rc;

	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		configure(starts[i].separation, starts[i].appointments);
		for (k = 0; k < 5; k++)
			give(k, 0, starts[i].roles[k]);
		assert_non_null(people = people_build(&config, &err));
		rc = people_check(people, &config, &err);
		people_free(people);
		if ((rc == 0) != (starts[i].sentence == NULL))
			fail_msg("row %zu: %s", i, rc == 0 ? "it starts" :
			    err.text);
		if (rc == -1 && strstr(err.text, starts[i].sentence) == NULL)
			fail_msg("wanted: %s\nfound: %s", starts[i].sentence,
			    err.text);
	}
}

/*
 * REQ-7.4.4-02, open-eidas audit finding R-3: a shared account appears
 * while it runs: nobody has it.
 */
static void
an_account_of_two_has_no_role(void **state)
{
	struct people *people;
	struct appointment a;

	configure(true, ROW("b", "bin", "ra") ROW("c", "uid:2", "ra"));
	give(0, 0, "bin");
	people = carried();
	assert_int_equal(people_roles(people, 2, NOW), 0);
	assert_int_equal(people_appointment(people, 2, &a), 0);
	people_free(people);
}

static void
the_register_has_everybody_and_no_name(void **state)
{
	struct people *people;
	struct bytes text = { 0 };
	const char *t;

	configure(true, ROW("b", "bin", "ra") ROW("g", "games", "auditor"));
	give(0, 0, "bin");
	give(0, 1, "daemon");
	give(3, 0, "sys");
	give(4, 0, "sys");
	people = carried();
	people_register(people, &text);
	t = bytes_text(&text);
	assert_non_null(strstr(t, "separation: yes\n"));
	assert_non_null(strstr(t, "uid 2 p-"));
	assert_non_null(strstr(t, "groups: ra; appointed: ra, since "
	    "2026-11-01T00:00:00Z, trained until 2027-11-01T00:00:00Z, "
	    "certificate none\n"));
	assert_non_null(strstr(t, "uid 1 p-"));
	assert_non_null(strstr(t, "groups: ra; NO ROLE: not appointed\n"));
	assert_non_null(strstr(t, "groups: security, auditor; NO ROLE: an "
	    "auditor has no other role"));
	assert_non_null(strstr(t, "groups: none; appointed: auditor"));
	assert_non_null(strstr(t, "NO ROLE: in no group of it\n"));
	assert_null(strstr(t, "bin"));
	assert_null(strstr(t, "games"));
	bytes_free(&text);
	people_free(people);
}

/* The same for a person whatever the account, and no other CA's. */
static void
a_pseudonym_is_the_persons(void **state)
{
	const struct person_key other = { { 1, 2, 4 } };
	char bin[PERSON_TEXT], games[PERSON_TEXT], again[PERSON_TEXT];
	struct people *people;

	configure(false, ROW("anna", "bin", "ra"));
	people = carried();
	people_person(people, 2, bin);
	people_free(people);
	configure(false, ROW("anna", "games", "ra"));
	people = carried();
	people_person(people, uid_of("games"), games);
	people_person(people, 2, again);
	assert_string_equal(bin, games);
	assert_string_not_equal(bin, again);
	people_use_key(people, &other);
	people_person(people, uid_of("games"), again);
	assert_string_not_equal(again, games);
	people_free(people);
}

static void
octets_that_are_no_table_are_refused(void **state)
{
	struct people *built;
	struct bytes octets = { 0 };
	struct err err;
	size_t n;

	configure(false, "");
	give(0, 0, "bin");
	assert_non_null(built = people_build(&config, &err));
	people_put(built, &octets);
	people_free(built);
	for (n = 0; n < octets.size; n++)
		assert_null(people_get(&config, (struct slice){ octets.data,
		    n }, &err));
	put_u8(&octets, 0);
	assert_null(people_get(&config, SLICE(&octets), &err));
	bytes_free(&octets);
}

static int
teardown(void **state)
{
	appointments_free(config.appointments);
	config.appointments = NULL;
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_have_their_numbers),
		cmocka_unit_test(a_group_is_enough_or_it_is_not),
		cmocka_unit_test(an_appointment_counts_in_its_time),
		cmocka_unit_test(what_forbids_a_start_is_named),
		cmocka_unit_test(an_account_of_two_has_no_role),
		cmocka_unit_test(the_register_has_everybody_and_no_name),
		cmocka_unit_test(a_pseudonym_is_the_persons),
		cmocka_unit_test(octets_that_are_no_table_are_refused),
	};

	setenv("PKIFS_TEST_CLOCK", "1795305600", 1);
	return cmocka_run_group_tests_name("people", tests, NULL, teardown);
}
