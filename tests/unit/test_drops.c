/*
 * Names in requests/ and at the desk, serials and commands as people write
 * them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "fs/control_files.h"
#include "fs/drop_names.h"

#define X50	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X200	X50 X50 X50 X50

static const struct {
	const char	*name;
	enum drop_name	 kind;
	const char	*slot;
} names[] = {
	{ "www.csr",		NAME_REQUEST,	"www" },
	{ "www.example.org.pem",NAME_REQUEST,	"www.example.org" },
	{ "a.req",		NAME_REQUEST,	"a" },
	{ "a.p10",		NAME_REQUEST,	"a" },
	{ "a.der",		NAME_REQUEST,	"a" },
	{ "a.p7m",		NAME_REQUEST,	"a" },
	{ "a b.csr",		NAME_REQUEST,	"a b" },
	{ "a.csr.csr",		NAME_REQUEST,	"a.csr" },
	{ "www.crt",		NAME_CHAIN,	"www" },
	{ "www.notice",		NAME_NOTICE,	"www" },
	{ "www.status",		NAME_STATUS,	"www" },
	/* What programs leave while they work. */
	{ ".csr",		NAME_SCRATCH,	"" },
	{ "csr",		NAME_SCRATCH,	"" },
	{ "www.CSR",		NAME_SCRATCH,	"" },
	{ ".www.csr.swp",	NAME_SCRATCH,	"" },
	{ ".www.csr.Qk3s2f",	NAME_SCRATCH,	"" },
	{ "._www.csr",		NAME_SCRATCH,	"" },
	{ ".hidden.csr",	NAME_SCRATCH,	"" },
	{ ".x.crt",		NAME_SCRATCH,	"" },
	{ "sedAbCdEf",		NAME_SCRATCH,	"" },
	{ "4913",		NAME_SCRATCH,	"" },
	{ "www.csr~",		NAME_SCRATCH,	"" },
	{ "#www.csr#",		NAME_SCRATCH,	"" },
	{ "www.csr.part",	NAME_SCRATCH,	"" },
	{ "www.csr.partial~",	NAME_SCRATCH,	"" },
	{ ".goutputstream-X1",	NAME_SCRATCH,	"" },
	{ "note.txt",		NAME_SCRATCH,	"" },
	/* The slot's length decides for requests, the file's for others. */
	{ X200 ".csr",		NAME_REQUEST,	X200 },
	{ X200 "x.csr",		NAME_TOO_LONG,	"" },
	{ X200 X50 ".abcd",	NAME_SCRATCH,	"" },
	{ X200 X50 ".abcde",	NAME_TOO_LONG,	"" },
};

static void
names_mean_what_they_say(void **state)
{
	char	slot[SLOT_NAME + 1];
	size_t	i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (drop_name_kind(names[i].name, slot) != names[i].kind)
			fail_msg("%s is not of kind %d", names[i].name,
			    names[i].kind);
		assert_string_equal(slot, names[i].slot);
	}
}

static void
suffixes_are_listed(void **state)
{
	char	name[32], slot[SLOT_NAME + 1];
	size_t	i;

	for (i = 0; drop_suffix(i) != NULL; i++) {
		snprintf(name, sizeof(name), "x%s", drop_suffix(i));
		assert_int_equal(drop_name_kind(name, slot), NAME_REQUEST);
	}
	assert_int_equal(i, 6);
}

/* At the desk every name counts but those that programs make for themselves. */
static const struct {
	const char	*name;
	bool		 programs;
} desk_names[] = {
	{ "scan.pdf",			false },
	{ "registration.conf",		false },
	{ "reason.txt",			false },
	{ "decision-anna.p7s",		false },
	{ "id card (front).jpg",	false },
	{ "4913",			false },	/* never written */
	{ "sedatives",			false },
	{ "sedation",			false },
	{ "part",			false },
	{ "~",				false },
	{ "#",				false },
	{ "note #1",			false },
	{ ".registration.conf.swp",	true },
	{ ".scan.pdf.Qk3s2f",		true },		/* rsync */
	{ ".goutputstream-X1",		true },
	{ ".~lock.letter.odt#",		true },
	{ ".DS_Store",			true },
	{ "registration.conf~",		true },
	{ "scan.pdf.partial~",		true },		/* Thunar */
	{ "scan.pdf.part",		true },
	{ "registration.conf.swp",	true },
	{ "#reason.txt#",		true },		/* emacs */
	{ "sedAbCdEf",			true },
	{ "sed9yt4Lo",			true },
};

static void
programs_names_are_scratch_at_the_desk(void **state)
{
	size_t	i;

	for (i = 0; i < sizeof(desk_names) / sizeof(desk_names[0]); i++)
		if (drop_name_is_programs(desk_names[i].name) !=
		    desk_names[i].programs)
			fail_msg("%s is judged wrongly", desk_names[i].name);
}

static void
agreements_have_their_names(void **state)
{
	assert_true(drop_name_is_agreement("agreement.txt"));
	assert_true(drop_name_is_agreement("subject-agreement.txt"));
	assert_true(drop_name_is_agreement("agreement.status"));
	assert_false(drop_name_is_agreement("agreement.csr"));
	assert_false(drop_name_is_agreement("Agreement.txt"));
	assert_false(drop_name_is_agreement(""));
}

static const struct {
	const char	*written, *serial;	/* NULL: refused */
} serials[] = {
	{ "01ABCDEF",			"01ABCDEF" },
	{ "01abcdef",			"01ABCDEF" },
	{ "01:ab:CD",			"01ABCD" },
	{ "",				NULL },
	{ ":01",			NULL },
	{ "01:",			NULL },
	{ "01::02",			NULL },
	{ "0:1",			NULL },
	{ "0x01",			NULL },
	{ "01 ",			NULL },
	{ "new",			NULL },
	{ "0123456789012345678901234567890123456789",
	    "0123456789012345678901234567890123456789" },
	{ "01234567890123456789012345678901234567890",	NULL },
};

static void
serials_as_people_write_them(void **state)
{
	char	serial[SERIAL_TEXT];
	size_t	i;

	for (i = 0; i < sizeof(serials) / sizeof(serials[0]); i++) {
		if (serials[i].serial == NULL) {
			if (serial_normalise(serials[i].written, serial) == 0)
				fail_msg("'%s' is a serial",
				    serials[i].written);
			continue;
		}
		assert_int_equal(serial_normalise(serials[i].written,
		    serial), 0);
		assert_string_equal(serial, serials[i].serial);
	}
}

#define COMMAND(text)	{ (const unsigned char *)(text), sizeof(text) - 1 }

static const struct {
	struct slice	 written;
	const char	*command;
} commands[] = {
	{ COMMAND("keyCompromise\n"),		"keyCompromise" },
	{ COMMAND("keyCompromise"),		"keyCompromise" },
	{ COMMAND("keyCompromise\r\n"),		"keyCompromise" },
	{ COMMAND("superseded by another\n"),	"superseded by another" },
	{ COMMAND(""),				NULL },
	{ COMMAND("\n"),			NULL },
	{ COMMAND("a\nb\n"),			NULL },
	{ COMMAND("a\n\n"),			NULL },
	{ COMMAND("a\0b\n"),			NULL },
	{ COMMAND("0123456789012345678901234567890\n"),
	    "0123456789012345678901234567890" },
	{ COMMAND("01234567890123456789012345678901\n"), NULL },
};

static void
one_line_is_one_command(void **state)
{
	char	line[32];
	size_t	i;
	int	answer;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		answer = command_line(commands[i].written, line,
		    sizeof(line));
		assert_int_equal(answer,
		    commands[i].command == NULL ? -1 : 0);
		if (answer == 0)
			assert_string_equal(line, commands[i].command);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_mean_what_they_say),
		cmocka_unit_test(suffixes_are_listed),
		cmocka_unit_test(programs_names_are_scratch_at_the_desk),
		cmocka_unit_test(agreements_have_their_names),
		cmocka_unit_test(serials_as_people_write_them),
		cmocka_unit_test(one_line_is_one_command),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
