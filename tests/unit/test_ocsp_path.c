/*
 * Names below status/ocsp/: base64 of requests cut into components, with
 * slashes lost on the way, and a bounded table of folders.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "ca/clock.h"
#include "ca/text.h"
#include "fs/ocsp_path.h"

/* A request about one serial (17 octets), as openssl makes it, no nonce. */
static void
make_request(struct bytes *to, const char *serial)
{
	static const unsigned char head[] = {
		0x30, 0x52, 0x30, 0x50, 0x30, 0x4e, 0x30, 0x4c, 0x30, 0x4a,
		0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05,
		0x00,
	};
	unsigned char	octets[20], number[17];

	bytes_clear(to);
	bytes_put(to, head, sizeof(head));
	memset(octets, 0xc0, sizeof(octets));
	put_u8(to, 0x04);
	put_u8(to, 20);
	bytes_put(to, octets, 20);
	memset(octets, 0xc1, sizeof(octets));
	put_u8(to, 0x04);
	put_u8(to, 20);
	bytes_put(to, octets, 20);
	assert_int_equal(hex_decode(number, 17, serial), 0);
	put_u8(to, 0x02);
	put_u8(to, 17);
	bytes_put(to, number, 17);
}

static const char	*issued_serial = "";

static bool
is_issued(void *arg, const char *low, const char *high)
{
	return (strcmp(low, issued_serial) <= 0 &&
	    strcmp(issued_serial, high) <= 0);
}

/* As a path walker gives it: `//` is `/`. */
static void
squeeze(char *text)
{
	char	*to = text;

	for (; *text != '\0'; text++)
		if (*text != '/' || text[1] != '/')
			*to++ = *text;
	*to = '\0';
}

/*
 * Walks the path: every part but the last must be a folder, the last one the
 * request.
 */
static void
assert_walks(const char *serial, bool squeezed)
{
	struct bytes	der = { 0 }, text = { 0 }, got = { 0 };
	char		path[400], part[400], *slash;

	make_request(&der, serial);
	base64_encode(&text, SLICE(&der));
	snprintf(path, sizeof(path), "%s", bytes_text(&text));
	if (squeezed)
		squeeze(path);
	for (slash = path; (slash = strchr(slash, '/')) != NULL; slash++) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path),
		    path);
		if (slash[strspn(slash, "/")] == '\0')
			break;		/* cut off by a web server */
		if (ocsp_text_read(part, is_issued, NULL, &got) !=
		    OCSP_TEXT_PART)
			fail_msg("%s of %s is no folder", part, path);
	}
	while (path[strlen(path) - 1] == '/')
		path[strlen(path) - 1] = '\0';
	if (ocsp_text_read(path, is_issued, NULL, &got) != OCSP_TEXT_REQUEST)
		fail_msg("%s is no request", path);
	assert_true(slice_equal(SLICE(&got), SLICE(&der)));
	bytes_free(&der);
	bytes_free(&text);
	bytes_free(&got);
}

static void
requests_are_found(void **state)
{
	unsigned char	octets[17];
	char		serial[41];
	int		i;

	for (i = 0; i < 3000; i++) {
		chance_octets(octets, sizeof(octets));
		octets[0] = 1;
		hex_upper(serial, octets, sizeof(octets));
		issued_serial = serial;
		assert_walks(serial, true);
	}
}

static void
lost_slashes_are_put_back(void **state)
{
	static const struct {
		const char	*serial;
		bool		 issued;
	} serials[] = {
		/* In one place it is put back whoever asks. */
		{ "01FFFFFFFFFFFFFFFFFFFFFFFFFF000001",	false },
		{ "01000000000000000000FFFFFF00000000",	false },
		/* In two only for what was issued: it may be a longer path. */
		{ "0100000FFF00000000000FFF0000000000",	true },
		{ "0100000FFF00000000000FFFFF00000000",	true },
		/* At the very end, where a web server cuts them off. */
		{ "01000000000000000000000000000000FF",	false },
		{ "0100000000000000000000000000000FFF",	true },
		{ "01000000000000000000000000000FFFFF",	true },
		{ "0100000FFF00000000000000000000003F",	true },
	};
	size_t			i;

	for (i = 0; i < sizeof(serials) / sizeof(serials[0]); i++) {
		issued_serial = serials[i].issued ? serials[i].serial : "";
		assert_walks(serials[i].serial, true);
	}
}

static void
what_is_no_request(void **state)
{
	static const struct {
		const char	*text;
		enum ocsp_text	 wanted;
	} texts[] = {
		{ "xxxx", OCSP_TEXT_NEVER },
		{ "AAAA=", OCSP_TEXT_NEVER },
		{ "=", OCSP_TEXT_NEVER },
		{ "M===", OCSP_TEXT_NEVER },
		{ "MFIw_DBO", OCSP_TEXT_NEVER },
		{ "MFI%2B", OCSP_TEXT_NEVER },
		{ "new", OCSP_TEXT_NEVER },
		{ "MFIwUDBO", OCSP_TEXT_PART },
		{ "M", OCSP_TEXT_PART },
		{ "MFIwUDBOMEwwSg==", OCSP_TEXT_NEVER },
	};
	struct bytes	der = { 0 };
	size_t		i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (ocsp_text_read(texts[i].text, is_issued, NULL, &der) !=
		    texts[i].wanted)
			fail_msg("%s", texts[i].text);
	bytes_free(&der);
}

static void
folders_are_bounded(void **state)
{
	struct ocsp_paths	*paths = ocsp_paths_new();
	struct ocsp_path	 first, again, path;
	struct bytes		 text = { 0 };
	char			 name[32];
	int			 i;

	first = ocsp_paths_put(paths, "MFIw");
	again = ocsp_paths_put(paths, "MFIw");
	assert_true(first.row == again.row &&
	    first.generation == again.generation);
	assert_true(ocsp_paths_get(paths, first, &text));
	assert_string_equal(bytes_text(&text), "MFIw");
	for (i = 0; i < OCSP_PATHS; i++) {
		snprintf(name, sizeof(name), "MF%d", i);
		path = ocsp_paths_put(paths, name);
	}
	bytes_clear(&text);
	assert_false(ocsp_paths_get(paths, first, &text));
	assert_true(ocsp_paths_get(paths, path, &text));
	assert_true(path.generation >> 46 == 0);
	bytes_free(&text);
	ocsp_paths_free(paths);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_found),
		cmocka_unit_test(lost_slashes_are_put_back),
		cmocka_unit_test(what_is_no_request),
		cmocka_unit_test(folders_are_bounded),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
