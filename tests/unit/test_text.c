/*
 * Octets as text and back: vectors of RFC 4648 and FIPS 180, and the strict
 * side of the decoders.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ca/text.h"

static const struct {
	const char	*text;
	int		 size;		/* of the octets; -1: refused */
	const char	*octets, *sentence;
} base64[] = {
	{ "", 0, "", "nothing is nothing" },
	{ "Zg==", 1, "f", "RFC 4648, 10" },
	{ "Zm8=", 2, "fo", "RFC 4648, 10" },
	{ "Zm9v", 3, "foo", "RFC 4648, 10" },
	{ "Zm9vYmFy", 6, "foobar", "RFC 4648, 10" },
	{ "Zg", 1, "f", "padding is optional" },
	{ "Zm8", 2, "fo", "padding is optional" },
	{ "Zg=", -1, "", "padding is whole or absent" },
	{ "Z", -1, "", "one digit is no octet" },
	{ "Zh==", -1, "", "bits that are cut off are zero" },
	{ "Zm9=", -1, "", "bits that are cut off are zero" },
	{ "Zm9v\n", -1, "", "no ends of lines" },
	{ "Zm 9", -1, "", "no blanks" },
	{ "Zg==Zg==", -1, "", "padding only at the end" },
	{ "====", -1, "", "padding alone" },
	{ "==", -1, "", "padding alone" },
	{ "Zm-v", -1, "", "not the alphabet for URLs" },
	{ "+/+/", 3, "\xfb\xff\xbf", "the last two digits" },
};

static void
base64_is_strict(void **state)
{
	struct bytes b = { 0 };
	size_t i;
	int answer;

	for (i = 0; i < sizeof base64 / sizeof base64[0]; i++) {
		bytes_copy(&b, slice_text("kept"));
		answer = base64_decode(&b, base64[i].text,
		    strlen(base64[i].text));
		if (answer != (base64[i].size == -1 ? -1 : 0))
			fail_msg("'%s': %s", base64[i].text,
			    base64[i].sentence);
		assert_int_equal(b.size, 4 + (base64[i].size == -1 ? 0 :
		    base64[i].size));
		assert_memory_equal(b.data, "kept", 4);
		if (answer == 0 && base64[i].size > 0)
			assert_memory_equal(b.data + 4, base64[i].octets,
			    base64[i].size);
	}
	bytes_free(&b);
}

static void
base64_goes_round(void **state)
{
	unsigned char octets[100];
	struct bytes text = { 0 }, back = { 0 };
	size_t size;

	for (size = 0; size < sizeof octets; size++) {
		octets[size] = (unsigned char)(size * 37);
		bytes_clear(&text);
		bytes_clear(&back);
		base64_encode(&text, (struct slice){ octets, size });
		assert_int_equal(text.size, (size + 2) / 3 * 4);
		assert_int_equal(base64_decode(&back, bytes_text(&text),
		    text.size), 0);
		assert_true(slice_equal(SLICE(&back),
		    (struct slice){ octets, size }));
	}
	bytes_free(&text);
	bytes_free(&back);
}

static void
hexadecimal(void **state)
{
	unsigned char octets[2];
	char text[5];

	hex_lower(text, "\x01\xaf", 2);
	assert_string_equal(text, "01af");
	hex_upper(text, "\x01\xaf", 2);
	assert_string_equal(text, "01AF");
	assert_int_equal(hex_decode(octets, 2, "01aF"), 0);
	assert_memory_equal(octets, "\x01\xaf", 2);
	assert_int_equal(hex_decode(octets, 2, "01a"), -1);
	assert_int_equal(hex_decode(octets, 2, "01aff"), -1);
	assert_int_equal(hex_decode(octets, 2, "01ag"), -1);
	assert_int_equal(hex_decode(octets, 2, ""), -1);
	assert_int_equal(hex_decode(octets, 0, ""), 0);
}

/* RFC 3629, 3 and 4: the first and the last of each form, and beside them. */
static const struct {
	const char	*octets;
	size_t		 size, count;	/* count 0: no character */
	uint32_t	 point;
	const char	*sentence;
} utf8[] = {
	{ "", 0, 0, 0, "nothing" },
	{ "", 1, 1, 0, "a NUL" },
	{ "a", 1, 1, 'a', "ASCII" },
	{ "\x7f", 1, 1, 0x7f, "the last of one octet" },
	{ "\x80", 1, 0, 0, "a following octet alone" },
	{ "\xbf\x80", 2, 0, 0, "a following octet in front" },
	{ "\xc0\x80", 2, 0, 0, "NUL in two octets" },
	{ "\xc1\xbf", 2, 0, 0, "U+007F in two octets" },
	{ "\xc2\x80", 2, 2, 0x80, "the first of two octets" },
	{ "\xdf\xbf", 2, 2, 0x7ff, "the last of two octets" },
	{ "\xc3", 1, 0, 0, "cut off" },
	{ "\xc3\xa4", 1, 0, 0, "cut off: what stands behind is not read" },
	{ "\xc3" "a", 2, 0, 0, "not followed" },
	{ "\xc3\xc3", 2, 0, 0, "followed by a leading octet" },
	{ "\xe0\x9f\xbf", 3, 0, 0, "U+07FF in three octets" },
	{ "\xe0\xa0\x80", 3, 3, 0x800, "the first of three octets" },
	{ "\xe2\x82\xac", 3, 3, 0x20ac, "the euro sign" },
	{ "\xe2\x82", 2, 0, 0, "cut off" },
	{ "\xed\x9f\xbf", 3, 3, 0xd7ff, "the last before the surrogates" },
	{ "\xed\xa0\x80", 3, 0, 0, "the first surrogate" },
	{ "\xed\xbf\xbf", 3, 0, 0, "the last surrogate" },
	{ "\xee\x80\x80", 3, 3, 0xe000, "the first behind them" },
	{ "\xef\xbf\xbf", 3, 3, 0xffff, "the last of three octets" },
	{ "\xf0\x8f\xbf\xbf", 4, 0, 0, "U+FFFF in four octets" },
	{ "\xf0\x90\x80\x80", 4, 4, 0x10000, "the first of four octets" },
	{ "\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff, "the last there is" },
	{ "\xf4\x90\x80\x80", 4, 0, 0, "behind the last" },
	{ "\xf5\x80\x80\x80", 4, 0, 0, "no leading octet" },
	{ "\xff", 1, 0, 0, "no leading octet" },
	{ "ab", 2, 1, 'a', "one character only" },
};

static void
characters(void **state)
{
	uint32_t point;
	size_t i, n;

	for (i = 0; i < sizeof utf8 / sizeof utf8[0]; i++) {
		n = utf8_character((struct slice){
		    (const unsigned char *)utf8[i].octets, utf8[i].size },
		    &point);
		if (n != utf8[i].count || (n != 0 && point != utf8[i].point))
			fail_msg("%s", utf8[i].sentence);
	}
}

static void
digests_and_pem(void **state)
{
	char text[SHA256_TEXT];
	unsigned char octets[49];
	struct bytes pem = { 0 };

	sha256_text(text, slice_text("abc"));
	assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad");
	sha256_text(text, (struct slice){ NULL, 0 });
	assert_string_equal(text, "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855");
	memset(octets, 0, sizeof octets);
	pem_encode(&pem, "X", (struct slice){ octets, sizeof octets });
	assert_string_equal(bytes_text(&pem), "-----BEGIN X-----\n"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
	    "AA==\n-----END X-----\n");
	bytes_free(&pem);
}

/* Each piece of a PEM is what stands there in the whole. */
static void
pem_in_pieces(void **state)
{
	static const size_t sizes[] = { 0, 1, 2, 3, 47, 48, 49, 96, 100 };
	unsigned char octets[100];
	struct bytes whole = { 0 }, some = { 0 };
	struct pem_piece p;

	for (size_t i = 0; i < sizeof octets; i++)
		octets[i] = (unsigned char)(i * 7);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		bytes_clear(&whole);
		pem_encode(&whole, "X509 CRL",
		    (struct slice){ octets, sizes[i] });
		assert_int_equal(whole.size, pem_size("X509 CRL", sizes[i]));
		for (size_t from = 0; from <= whole.size + 1; from++)
			for (size_t size = 0; size < 150; size++) {
				p = (struct pem_piece){ .label = "X509 CRL",
				    .der = sizes[i], .offset = from,
				    .size = size };
				pem_piece_begin(&p);
				assert_true(p.from + p.count <= sizes[i]);
				bytes_clear(&some);
				pem_piece_end(&p, (struct slice){ octets +
				    p.from, p.count }, &some);
				assert_int_equal(some.size, from >= whole.size
				    ? 0 : size > whole.size - from ?
				    whole.size - from : size);
				if (some.size > 0)
					assert_memory_equal(some.data,
					    whole.data + from, some.size);
			}
	}
	bytes_free(&whole);
	bytes_free(&some);
}

static void
lines(void **state)
{
	struct bytes b = { 0 };

	text_put_line(&b, "name", "value");
	text_put_line(&b, "empty", "");
	text_put_line(&b, "missing", NULL);
	text_put_time(&b, "never", 0);
	text_put_time(&b, "time", 86400 * USEC);
	assert_string_equal(bytes_text(&b),
	    "name: value\ntime: 1970-01-02T00:00:00Z\n");
	bytes_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_is_strict),
		cmocka_unit_test(base64_goes_round),
		cmocka_unit_test(hexadecimal),
		cmocka_unit_test(characters),
		cmocka_unit_test(digests_and_pem),
		cmocka_unit_test(pem_in_pieces),
		cmocka_unit_test(lines),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
