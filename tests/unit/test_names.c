/*
 * Names at their bounds, a sentence each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ca/names.h"

#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char	*name;
	bool		 good;
	const char	*sentence;
} dns[] = {
	{ "example.org", true, "the usual" },
	{ "a.b", true, "labels of one letter" },
	{ "localhost", true, "one label: whether it may be is another rule" },
	{ "EXAMPLE.org", true, "upper case is the same name" },
	{ "1.example.org", true, "a label may be a number" },
	{ "example.1", false, "the last label may not" },
	{ "192.0.2.1", false, "an address is no name" },
	{ "example.1a", true, "but begin with one" },
	{ L63 ".org", true, "63 octets in a label" },
	{ L63 "a.org", false, "64 octets in a label" },
	{ L63 "." L63 "." L63 "." "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaa", true, "253 octets in all" },
	{ L63 "." L63 "." L63 "." "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaa", false, "254 octets in all" },
	{ "", false, "nothing" },
	{ ".", false, "a dot" },
	{ "example.org.", false, "a dot at the end" },
	{ ".example.org", false, "a dot in front" },
	{ "a..b", false, "an empty label" },
	{ "-a.org", false, "a hyphen in front" },
	{ "a-.org", false, "a hyphen at the end" },
	{ "a-b.org", true, "a hyphen between" },
	{ "a_b.org", false, "an underscore" },
	{ "a b.org", false, "a blank" },
	{ "a\tb.org", false, "a control octet" },
	{ "a/b.org", false, "a slash" },
	{ "*.example.org", true, "a wildcard" },
	{ "*.org", true, "a wildcard over one label" },
	{ "*", false, "a wildcard over everything" },
	{ "*.", false, "a wildcard over nothing" },
	{ "a.*.org", false, "a wildcard inside" },
	{ "*a.org", false, "a part of a label" },
	{ "a*.org", false, "a part of a label" },
	{ "*.*.org", false, "two wildcards" },
	{ "xn--bcher-kva.example", true, "an A-label" },
	{ "XN--BCHER-KVA.example", true, "an A-label in upper case" },
	{ "xn--a.example", false, "an A-label of ASCII only" },
	{ "xn--.example", false, "an empty A-label" },
	{ "xn--bcher-kv.example", false, "an A-label cut short" },
	{ "ab--cd.example", false, "a reserved label" },
	{ "a--b.example", true, "two hyphens elsewhere" },
	{ "b\xc3\xbc" "cher.example", false, "a U-label" },
	{ "\xff.example", false, "what is not even UTF-8" },
};

static void
dns_names(void **state)
{
	struct err err;
	size_t i;

	for (i = 0; i < sizeof dns / sizeof dns[0]; i++) {
		err.text[0] = '\0';
		if (dns_name_check(dns[i].name, &err) !=
		    (dns[i].good ? 0 : -1))
			fail_msg("%s: '%s' (%s)", dns[i].sentence,
			    dns[i].name, err.text);
		if (!dns[i].good)
			assert_int_equal(err.code, EBADMSG);
	}
	dns_name_check("b\xc3\xbc" "cher.example", &err);
	assert_non_null(strstr(err.text, "'xn--bcher-kva.example'"));
}

static const struct {
	const char	*name, *validated;
	bool		 inside;
} inside[] = {
	{ "example.org", "example.org", true },
	{ "www.example.org", "example.org", true },
	{ "a.b.example.org", "example.org", true },
	{ "WWW.Example.ORG", "example.org", true },
	{ "*.example.org", "example.org", true },
	{ "*.www.example.org", "example.org", true },
	{ "*.example.org", "www.example.org", false },
	{ "*.org", "example.org", false },
	{ "badexample.org", "example.org", false },
	{ "example.org.evil.net", "example.org", false },
	{ "org", "example.org", false },
	{ "example.org", "", false },
	{ "", "", false },
};

static void
names_inside(void **state)
{
	size_t i;

	for (i = 0; i < sizeof inside / sizeof inside[0]; i++)
		if (dns_name_is_inside(inside[i].name, inside[i].validated) !=
		    inside[i].inside)
			fail_msg("'%s' inside '%s'", inside[i].name,
			    inside[i].validated);
}

static const struct {
	const char	*address, *network;
	bool		 inside;
} addresses[] = {
	{ "192.0.2.1", "192.0.2.1", true },
	{ "192.0.2.1", "192.0.2.2", false },
	{ "192.0.2.1", "192.0.2.0/24", true },
	{ "192.0.3.0", "192.0.2.0/24", false },
	{ "192.0.3.255", "192.0.2.0/23", true },
	{ "192.0.4.0", "192.0.2.0/23", false },
	{ "10.1.2.3", "0.0.0.0/0", true },
	{ "192.0.2.1", "192.0.2.1/32", true },
	{ "192.0.2.1", "192.0.2.1/33", false },
	{ "192.0.2.1", "192.0.2.1/", false },
	{ "192.0.2.1", "192.0.2.1/-1", false },
	{ "192.0.2.1", "192.0.2.1/ 8", false },
	{ "2001:db8::1", "2001:db8::/32", true },
	{ "2001:db9::1", "2001:db8::/32", false },
	{ "2001:DB8::1", "2001:db8:0::1", true },
	{ "192.0.2.1", "::/0", false },
	{ "::ffff:192.0.2.1", "192.0.2.1", false },
	{ "192.0.2", "192.0.2.0/24", false },
	{ "www.example.org", "0.0.0.0/0", false },
	{ "", "", false },
};

static void
addresses_inside(void **state)
{
	size_t i;

	for (i = 0; i < sizeof addresses / sizeof addresses[0]; i++)
		if (address_is_inside(addresses[i].address,
		    addresses[i].network) != addresses[i].inside)
			fail_msg("'%s' inside '%s'", addresses[i].address,
			    addresses[i].network);
}

static const struct {
	const char	*mailbox, *validated;
	bool		 inside;
} mailboxes[] = {
	{ "anna@example.org", "anna@example.org", true },
	{ "anna@example.org", "anna@EXAMPLE.org", true },
	{ "anna@example.org", "Anna@example.org", false },
	{ "anna@example.org", "@example.org", true },
	{ "anna@EXAMPLE.ORG", "@example.org", true },
	{ "anna@sub.example.org", "@example.org", false },
	{ "anna@badexample.org", "@example.org", false },
	{ "anna@example.org", "na@example.org", false },
	{ "na@example.org", "anna@example.org", false },
	{ "anna@example.org", "example.org", false },
	{ "anna@example.org", "", false },
	{ "anna", "anna", false },
};

static void
mailboxes_inside(void **state)
{
	size_t i;

	for (i = 0; i < sizeof mailboxes / sizeof mailboxes[0]; i++)
		if (mailbox_is_inside(mailboxes[i].mailbox,
		    mailboxes[i].validated) != mailboxes[i].inside)
			fail_msg("'%s' inside '%s'", mailboxes[i].mailbox,
			    mailboxes[i].validated);
}

static void
names_as_file_names(void **state)
{
	static const struct {
		const char *name, *escaped;
	} rows[] = {
		{ "www.example.org", "www.example.org" },
		{ "*.example.org", "*.example.org" },
		{ "a@b_c-d", "a@b_c-d" },
		{ ".hidden", "%2Ehidden" },
		{ "..", "%2E." },
		{ "a/b", "a%2Fb" },
		{ "a b~c%", "a%20b%7Ec%25" },
		{ "J\xc3\xbcrgen", "J%C3%BCrgen" },
	};
	char escaped[256], other[256], name[300];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		name_escape(escaped, rows[i].name);
		assert_string_equal(escaped, rows[i].escaped);
	}
	memset(name, 'a', 200);
	name[200] = '\0';
	name_escape(escaped, name);
	assert_string_equal(escaped, name);
	strcpy(name + 200, "b");
	name_escape(escaped, name);
	assert_int_equal(strlen(escaped), 200 + 1 + 32);
	assert_int_equal(escaped[200], '~');
	strcpy(name + 200, "c");
	name_escape(other, name);
	assert_string_not_equal(escaped, other);
	memset(name, '/', 299);
	name[299] = '\0';
	name_escape(escaped, name);
	assert_int_equal(strlen(escaped), 198 + 1 + 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dns_names),
		cmocka_unit_test(names_inside),
		cmocka_unit_test(addresses_inside),
		cmocka_unit_test(mailboxes_inside),
		cmocka_unit_test(names_as_file_names),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
