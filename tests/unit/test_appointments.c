/*
 * Appointments (OVR-6.4.4-01): what a file says, each fault by name and line, the roles that
 * exclude each other, and when an appointment counts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ca/appointments.h"
#include "ca/roles.h"

/* The time is fixed: 2026-11-22T00:00:00Z (main). */
#define TODAY	((usec_t)1795305600 * USEC)
#define ONE	"[anna]\nuser = anna\nroles = ra, revocation\n"		\
		"since = 2026-11-02\naccepted = 2026-11-01\n"		\
		"training_until = 2027-10-31\nappointed_by = HR-117\n"
#define TWO	"[bo]\nuser = bo\nroles = auditor\nsince = 2026-10-01\n" \
		"accepted = 2026-11-05\ntraining_until = 2026-12-31\n"	\
		"appointed_by = HR-118\n"
#define DIGEST	"00112233445566778899aabbccddeeff"			\
		"00112233445566778899aabbccddeeff"

static struct appointments *
parse(const char *text, struct err *err)
{
	memset(err, 0, sizeof(*err));
	return appointments_parse("appointments.conf", slice_text(text), err);
}

static void
a_section_is_a_person(void **state)
{
	const struct appointment *a;
	struct appointments *all;
	struct err err;

	if ((all = parse("# who\n\n" ONE "\n" TWO "certificate = " DIGEST
	    "\nperson = E-0042\n", &err)) == NULL)
		fail_msg("%s", err.text);
	assert_non_null(a = appointments_row(all, 0));
	assert_string_equal(a->section, "anna");
	assert_int_equal(a->line, 3);
	assert_string_equal(a->user, "anna");
	assert_string_equal(a->identity, "anna");
	assert_int_equal(a->roles, ROLE_RA | ROLE_REVOCATION);
	assert_string_equal(a->appointed_by, "HR-117");
	assert_string_equal(a->certificate_sha256, "");
	assert_non_null(a = appointments_row(all, 1));
	assert_string_equal(a->identity, "E-0042");
	assert_string_equal(a->certificate_sha256, DIGEST);
	assert_null(appointments_row(all, 2));
	appointments_free(all);
}

static void
nobody_is_appointed_by_comments(void **state)
{
	struct appointments *all;
	struct err err;

	assert_non_null(all = parse("# [anna]\n# user = anna\n", &err));
	assert_null(appointments_row(all, 0));
	appointments_free(all);
	assert_null(appointments_row(NULL, 0));
}

/* REQ-7.2-15, REQ-7.2-16, REQ-7.2-05: begun, accepted and trained. */
static void
a_role_counts_from_acceptance_to_the_end_of_training(void **state)
{
	static const struct {
		const char *what;
		usec_t when;
		size_t row;
		unsigned roles;
	} rows[] = {
		{ "the day before it begins", TODAY - 21 * USEC_DAY, 0, 0 },
		{ "its first day", TODAY - 20 * USEC_DAY, 0,
		    ROLE_RA | ROLE_REVOCATION },
		{ "begun and not accepted", TODAY - 18 * USEC_DAY, 1, 0 },
		{ "accepted", TODAY - 17 * USEC_DAY, 1, ROLE_AUDITOR },
		{ "the last day of training", TODAY + 40 * USEC_DAY - 1, 1,
		    ROLE_AUDITOR },
		{ "training has ended", TODAY + 40 * USEC_DAY, 1, 0 },
	};
	struct appointments *all;
	struct err err;
	size_t i;

	assert_non_null(all = parse(ONE TWO, &err));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (appointment_roles(appointments_row(all, rows[i].row),
		    rows[i].when) != rows[i].roles)
			fail_msg("%s", rows[i].what);
	appointments_free(all);
}

static const struct {
	const char *text, *sentence;
} faults[] = {
	{ "user = anna\n", "appointments.conf line 1: [default] user: no such "
	    "key" },
	{ ONE "role = ra\n", "appointments.conf line 8: [anna] role: no such "
	    "key" },
	{ "[anna]\nuser = anna\n", "[anna] roles: wanted, but it is not "
	    "there" },
	{ "[an na]\n", "line 1: wanted [person] of at most 62 characters" },
	{ "[anna\nuser = anna\n", "appointments.conf line 1: wanted [section]"
	    },
	{ "[anna]\nuser = a:b\n", "line 2: [anna] user: wanted a user's name "
	    "or uid:NUMBER" },
	{ "[anna]\nuser = anna\nroles = boss\n", "line 3: [anna] roles: wanted"
	    " ra, revocation, operator, security or auditor, found \"boss\"" },
	{ "[anna]\nuser = anna\nroles =\n", "line 3: [anna] roles: wanted at "
	    "least 1" },
	{ "[anna]\nuser = anna\nroles = ra\nsince = 2026-02-30\n", "line 4: "
	    "[anna] since: wanted a date as 2026-11-21, found \"2026-02-30\""
	    },
	{ "[anna]\nuser = anna\nroles = ra\nsince = 1.11.2026\n",
	    "wanted a date" },
	{ "[anna]\nuser = anna\nroles = ra\nsince = 2026-11-02\n"
	    "accepted = 2026-11-02\ntraining_until = 2026-11-01\n"
	    "appointed_by = x\n", "line 6: [anna] training_until: wanted a day"
	    " after since and accepted" },
	{ "[anna]\nuser = anna\nroles = ra\nsince = 2026-11-02\n"
	    "accepted = 2026-11-02\ntraining_until = 2028-01-01\n"
	    "appointed_by = x\n", "line 6: [anna] training_until: wanted a day"
	    " within twelve months, training is repeated at least so often "
	    "(REQ-7.2-05)" },
	{ ONE "certificate = 00\n", "line 8: [anna] certificate: wanted the "
	    "SHA-256" },
	/* one person, one account (REQ-7.4.4-02) */
	{ ONE ONE, "line 8: [anna] is there already in line 1 as [anna]" },
	{ ONE "\n[anna2]\nuser = anna\nroles = ra\nsince = 2026-11-02\n"
	    "accepted = 2026-11-02\ntraining_until = 2027-01-01\n"
	    "appointed_by = x\n", "line 9: [anna2] has the same user already "
	    "in line 1 as [anna]; one person, one account (REQ-7.4.4-02)" },
	{ ONE "person = E-1\n" TWO "person = E-1\n", "[bo] is the same person "
	    "already" },
	{ ONE "certificate = " DIGEST "\n" TWO "certificate = " DIGEST "\n",
	    "[bo] has the same certificate already" },
};

static void
each_fault_is_refused_by_name_and_line(void **state)
{
	struct err err;
	size_t i;

	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (parse(faults[i].text, &err) != NULL)
			fail_msg("taken: %s", faults[i].text);
		if (strstr(err.text, faults[i].sentence) == NULL)
			fail_msg("wanted: %s\nfound: %s", faults[i].sentence,
			    err.text);
	}
}

static void
a_certificate_belongs_to_one_person(void **state)
{
	struct appointments *all;
	struct err err;

	assert_non_null(all = parse(ONE TWO, &err));
	assert_int_equal(appointments_certify(all, "appointments.conf", 0,
	    DIGEST, &err), 0);
	assert_int_equal(appointments_certify(all, "appointments.conf", 0,
	    DIGEST, &err), 0);
	assert_int_equal(appointments_certify(all, "appointments.conf", 0,
	    "ff", &err), -1);
	assert_non_null(strstr(err.text, "officers/anna.pem is another"));
	assert_int_equal(appointments_certify(all, "appointments.conf", 1,
	    DIGEST, &err), -1);
	assert_non_null(strstr(err.text, "[bo] has the same certificate as "
	    "[anna]"));
	appointments_free(all);
}

/* REQ-7.1.3-01, REQ-7.4.1-10 */
static void
the_matrix_says_who_goes_with_whom(void **state)
{
	static const struct {
		unsigned roles;
		bool refused;
	} rows[] = {
		{ 0, false },
		{ ROLE_RA, false }, { ROLE_AUDITOR, false },
		{ ROLE_RA | ROLE_REVOCATION, false },
		{ ROLE_RA | ROLE_OPERATOR, false },
		{ ROLE_REVOCATION | ROLE_OPERATOR, false },
		{ ROLE_AUDITOR | ROLE_RA, true },
		{ ROLE_AUDITOR | ROLE_REVOCATION, true },
		{ ROLE_AUDITOR | ROLE_OPERATOR, true },
		{ ROLE_AUDITOR | ROLE_SECURITY, true },
		{ ROLE_SECURITY | ROLE_RA, true },
		{ ROLE_SECURITY | ROLE_REVOCATION, true },
		{ ROLE_SECURITY | ROLE_OPERATOR, true },
		{ 31, true },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((roles_conflict(rows[i].roles) != NULL) !=
		    rows[i].refused)
			fail_msg("roles %u", rows[i].roles);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_section_is_a_person),
		cmocka_unit_test(nobody_is_appointed_by_comments),
		cmocka_unit_test(
		    a_role_counts_from_acceptance_to_the_end_of_training),
		cmocka_unit_test(each_fault_is_refused_by_name_and_line),
		cmocka_unit_test(a_certificate_belongs_to_one_person),
		cmocka_unit_test(the_matrix_says_who_goes_with_whom),
	};

	setenv("PKIFS_TEST_CLOCK", "1795305600", 1);
	return cmocka_run_group_tests_name("appointments", tests, NULL, NULL);
}
