/*
 * Whatever name, serial, date, command or inode number somebody asks for is
 * understood or refused; what is understood has one spelling.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "ca/err.h"
#include "fs/calendar.h"
#include "fs/control_files.h"
#include "fs/drop_names.h"
#include "fs/inode.h"
#include "fs/ocsp_path.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static bool
is_issued(void *arg, const char *low, const char *high)
{
	if (strlen(low) > 40 || strlen(high) > 40)
		die("a serial too long");
	return (*(const uint8_t *)arg & 1);
}

static void
try_ocsp(const char *text, const uint8_t *data)
{
	struct bytes	 der = { 0 };
	const void	*first = data;

	(void)ocsp_text_read(text, is_issued, (void *)(uintptr_t)first,
	    &der);
	bytes_free(&der);
}

static void
try_dates(const char *text)
{
	struct period	period = { PERIOD_ALL, 0 }, inner;
	char		again[24];
	int64_t		day;

	if (day_named(text, &day) == 0) {
		day_name(day, again);
		if (strcmp(again, text) != 0)
			die("%s is %s", text, again);
	}
	for (; period.level < PERIOD_HOUR; period = inner) {
		if (period_named(period, text, &inner) == 0) {
			period_name(inner, again);
			if (strcmp(again, text) != 0)
				die("%s is %s", text, again);
		}
		inner = period_holding(period.level + 1, 498123);
	}
}

static void
try_inode(const uint8_t *data, size_t size)
{
	struct node	node;
	uint64_t	ino;

	if (size < sizeof(ino))
		return;
	memcpy(&ino, data, sizeof(ino));
	if (inode_unpack(ino, &node) == 0 && inode_pack(node) != ino)
		die("inode %llx is another", (unsigned long long)ino);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	text[7000], slot[SLOT_NAME + 1], serial[SERIAL_TEXT];
	char	line[1024];

	if (size == 0 || size >= sizeof(text))
		return (0);
	memcpy(text, data, size);
	text[size] = '\0';
	(void)drop_name_kind(text, slot);
	if (serial_normalise(text, serial) == 0 &&
	    (serial_normalise(serial, line) == -1 ||
	    strcmp(serial, line) != 0))
		die("serial %s is %s", serial, line);
	if (command_line((struct slice){ data, size }, line,
	    sizeof(line)) == 0 && strchr(line, '\n') != NULL)
		die("a command of two lines");
	try_ocsp(text, data);
	try_dates(text);
	try_inode(data, size);
	return (0);
}
