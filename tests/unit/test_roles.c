/*
 * Roles (REQ-7.2-14, OVR-6.4.4-02): looked up in the databases of the system,
 * carried as octets.
 */
#include <grp.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ca/roles.h"

static void
a_user_and_a_group_have_their_roles(void **state)
{
	const struct role_rule rules[] = {
		{ .name = "ra", .users = { "root", "daemon" } },
		{ .name = "revocation", .groups = { "bin" } },
		{ .name = "auditor", .groups = { "sys" },
		    .users = { "root" } },
	};
	const struct passwd *bin;
	struct roles *roles, *copy;
	struct bytes octets = { 0 };
	struct slice rest;
	struct err err;
	uid_t uid;

	/* bin's primary group is bin, and nobody lists it there */
	assert_non_null(bin = getpwnam("bin"));
	uid = bin->pw_uid;
	assert_non_null(roles = roles_build(rules, 3, &err));
	roles_put(roles, &octets);
	rest = SLICE(&octets);
	assert_non_null(copy = roles_get(&rest));
	assert_int_equal(rest.size, 0);
	for (struct roles *r = roles;; r = copy) {
		assert_int_equal(roles_of_uid(r, 0), ROLE_RA | ROLE_AUDITOR);
		assert_int_equal(roles_of_uid(r, uid), ROLE_REVOCATION);
		assert_int_equal(roles_of_uid(r, 65533), 0);
		assert_int_equal(roles_gid(r, ROLE_RA), 0);
		assert_int_equal(roles_gid(r, ROLE_REVOCATION),
		    getgrnam("bin")->gr_gid);
		assert_int_equal(roles_gid(r, ROLE_AUDITOR),
		    getgrnam("sys")->gr_gid);
		assert_true(roles_gid(r, ROLE_SECURITY) == (gid_t)-1);
		if (r == copy)
			break;
	}
	roles_free(roles);
	roles_free(copy);
	bytes_free(&octets);
}

static void
root_has_no_role_of_its_own(void **state)
{
	const struct role_rule rule = { .name = "ra", .users = { "daemon" } };
	struct roles *roles;
	struct err err;

	assert_non_null(roles = roles_build(&rule, 1, &err));
	assert_int_equal(roles_of_uid(roles, 0), 0);
	roles_free(roles);
}

static const struct {
	struct role_rule rule;
	const char *sentence;
} refused[] = {
	{ { .name = "ra", .users = { "no-such-user" } }, "pkifs.conf: [roles] "
	    "ra: wanted a user of this system, found \"no-such-user\"" },
	{ { .name = "auditor", .groups = { "no-such-group" } }, "pkifs.conf: "
	    "[roles] auditor: wanted a group of this system, found "
	    "\"no-such-group\"" },
	{ { .name = "boss" }, "pkifs.conf: [roles] boss: no such role" },
};

static void
unknown_names_are_refused_by_name(void **state)
{
	struct err err;
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		assert_null(roles_build(&refused[i].rule, 1, &err));
		assert_string_equal(err.text, refused[i].sentence);
	}
}

static void
octets_that_are_no_table_are_refused(void **state)
{
	const struct role_rule rule = { .name = "ra", .users = { "root" } };
	struct roles *roles;
	struct bytes octets = { 0 };
	struct slice part;
	struct err err;
	size_t n;

	assert_non_null(roles = roles_build(&rule, 1, &err));
	roles_put(roles, &octets);
	for (n = 0; n < octets.size; n++) {
		part = (struct slice){ octets.data, n };
		assert_null(roles_get(&part));
	}
	octets.data[octets.size - 1] = 0;	/* a person without roles */
	part = SLICE(&octets);
	assert_null(roles_get(&part));
	bytes_free(&octets);
	roles_free(roles);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_user_and_a_group_have_their_roles),
		cmocka_unit_test(root_has_no_role_of_its_own),
		cmocka_unit_test(unknown_names_are_refused_by_name),
		cmocka_unit_test(octets_that_are_no_table_are_refused),
	};

	return cmocka_run_group_tests_name("roles", tests, NULL, NULL);
}
