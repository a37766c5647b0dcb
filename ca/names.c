/*
 * Names that stand in certificates.  See names.h.
 */
#include <arpa/inet.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <idn2.h>

#include "names.h"
#include "text.h"

#define DNS_NAME_MAX	253	/* RFC 1035, 2.3.4, as text */
#define DNS_LABEL_MAX	63
#define ESCAPED_MAX	200

static bool
is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

/*
 * An A-label is what its U-label gives again, and nothing else begins with two
 * characters and "--" (RFC 5890, 2.3.1 and 2.3.2.1).
 */
static int
a_label_check(const char *label, size_t size, struct err *err)
{
	char lower[DNS_LABEL_MAX + 1], *u = NULL, *a = NULL;
	size_t i;
	int answer = 0;

	if (size < 4 || label[2] != '-' || label[3] != '-')
		return 0;
	for (i = 0; i < size; i++)
		lower[i] = label[i] >= 'A' && label[i] <= 'Z' ?
		    (char)(label[i] + 32) : label[i];
	lower[size] = '\0';
	if (strncmp(lower, "xn--", 4) != 0)
		return err_set(err, EBADMSG, "the label '%s' has '--' in its "
		    "third place and is no A-label (RFC 5890, 2.3.1)", lower);
	if (idn2_to_unicode_8z8z(lower, &u, 0) != IDN2_OK ||
	    idn2_to_ascii_8z(u, &a, IDN2_NONTRANSITIONAL) != IDN2_OK ||
	    strcmp(a, lower) != 0)
		answer = err_set(err, EBADMSG, "the label '%s' is no A-label "
		    "(RFC 5891, 5.4)", lower);
	idn2_free(u);
	idn2_free(a);
	return answer;
}

static int
label_check(const char *label, size_t size, struct err *err)
{
	size_t i;

	if (size == 0)
		return err_set(err, EBADMSG,
		    "a label is empty (RFC 1034, 3.5)");
	if (size > DNS_LABEL_MAX)
		return err_set(err, EBADMSG, "a label has %zu octets, at most "
		    "%d are allowed (RFC 1034, 3.1)", size, DNS_LABEL_MAX);
	for (i = 0; i < size; i++)
		if (label[i] == '*')
			return err_set(err, EBADMSG, "a wildcard is the whole "
			    "first label or none (RFC 6125, 6.4.3)");
		else if (!is_letter_or_digit(label[i]) && label[i] != '-')
			return err_set(err, EBADMSG, "the octet 0x%02x is no "
			    "letter, digit or hyphen (RFC 5280, 4.2.1.6)",
			    (unsigned char)label[i]);
	if (label[0] == '-' || label[size - 1] == '-')
		return err_set(err, EBADMSG, "a label begins or ends with a "
		    "hyphen (RFC 1034, 3.5)");
	return a_label_check(label, size, err);
}

/* A U-label belongs into a certificate as its A-label; say which that is. */
static int
suggest_a_label(const char *name, struct err *err)
{
	char *a = NULL;

	if (idn2_to_ascii_8z(name, &a, IDN2_NONTRANSITIONAL) == IDN2_OK)
		err_set(err, EBADMSG, "write it as '%s' (RFC 5280, 7.2)", a);
	else
		err_set(err, EBADMSG, "it has octets outside ASCII (RFC 5280, "
		    "7.2)");
	idn2_free(a);
	return -1;
}

static bool
is_ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s > 0x7f)
			return false;
	return true;
}

int
dns_name_check(const char *name, struct err *err)
{
	const char *label = name, *dot;
	size_t size, i;

	if (!is_ascii(name))
		return suggest_a_label(name, err);
	if (strlen(name) > DNS_NAME_MAX)
		return err_set(err, EBADMSG, "it has %zu octets, at most %d "
		    "are allowed (RFC 1035, 2.3.4)", strlen(name),
		    DNS_NAME_MAX);
	if (strncmp(label, "*.", 2) == 0)
		label += 2;
	for (;; label = dot + 1) {
		dot = strchr(label, '.');
		size = dot == NULL ? strlen(label) : (size_t)(dot - label);
		if (label_check(label, size, err) == -1)
			return -1;
		if (dot == NULL)
			break;
	}
	for (i = 0; i < size && label[i] >= '0' && label[i] <= '9'; i++)
		;
	if (i == size)
		return err_set(err, EBADMSG, "its last label '%s' is a number, "
		    "as in an address (RFC 3696, 2)", label);
	return 0;
}

bool
dns_name_is_inside(const char *name, const char *validated)
{
	size_t n, v;

	if (strncmp(name, "*.", 2) == 0)
		name += 2;
	n = strlen(name);
	v = strlen(validated);
	if (v == 0 || n < v || strcasecmp(name + n - v, validated) != 0)
		return false;
	return n == v || name[n - v - 1] == '.';
}

bool
mailbox_is_inside(const char *mailbox, const char *validated)
{
	const char *at = strrchr(mailbox, '@'), *by = strrchr(validated, '@');

	if (at == NULL || by == NULL || strcasecmp(at, by) != 0)
		return false;
	return by == validated || (by - validated == at - mailbox &&
	    strncmp(mailbox, validated, (size_t)(at - mailbox)) == 0);
}

/* Octets of the address and their number: 4, 16, or 0 for none. */
static size_t
parse_address(const char *text, unsigned char to[16])
{
	if (inet_pton(AF_INET, text, to) == 1)
		return 4;
	if (inet_pton(AF_INET6, text, to) == 1)
		return 16;
	return 0;
}

static bool
first_bits_equal(const unsigned char *a, const unsigned char *b, unsigned bits)
{
	unsigned whole = bits / 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return bits % 8 == 0 || (a[whole] ^ b[whole]) >> (8 - bits % 8) == 0;
}

bool
address_is_inside(const char *address, const char *network)
{
	unsigned char a[16], n[16];
	char base[64], *slash, *end;
	unsigned long bits;
	size_t size;

	if (snprintf(base, sizeof base, "%s", network) >= (int)sizeof base)
		return false;
	if ((slash = strchr(base, '/')) != NULL)
		*slash++ = '\0';
	if ((size = parse_address(base, n)) == 0 ||
	    parse_address(address, a) != size)
		return false;
	bits = size * 8;
	if (slash != NULL) {
		if (*slash < '0' || *slash > '9')
			return false;
		bits = strtoul(slash, &end, 10);
		if (*end != '\0' || bits > size * 8)
			return false;
	}
	return first_bits_equal(a, n, (unsigned)bits);
}

bool
name_is_inside(const char *kind, const char *name, const char *validated)
{
	if (strcmp(kind, "dns") == 0)
		return dns_name_is_inside(name, validated);
	if (strcmp(kind, "ip") == 0)
		return address_is_inside(name, validated);
	return strcmp(kind, "email") == 0 &&
	    mailbox_is_inside(name, validated);
}

static bool
stands_for_itself(char c)
{
	return is_letter_or_digit(c) || (c != '\0' && strchr("._*@-", c));
}

void
name_escape(char to[256], const char *name)
{
	unsigned char digest[SHA256_OCTETS];
	const char *p;
	size_t n = 0, step;

	for (p = name; *p != '\0'; p++, n += step) {
		step = stands_for_itself(*p) && !(p == name && *p == '.') ?
		    1 : 3;
		if (n + step > ESCAPED_MAX)
			break;
		if (step == 1)
			to[n] = *p;
		else
			snprintf(to + n, 4, "%%%02X", (unsigned char)*p);
	}
	to[n] = '\0';
	if (*p == '\0')
		return;
	sha256(digest, slice_text(name));
	to[n++] = '~';
	hex_lower(to + n, digest, 16);
}
