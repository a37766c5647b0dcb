/*
 * Distinguished names: the table of attributes, written and read, and their
 * normal form.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include "der.h"
#include "dn.h"
#include "identifiers.h"
#include "text.h"

#define COUNT(table)	(sizeof(table) / sizeof((table)[0]))

/*
 * RFC 5280 A.1 has the string types and bounds; organizationIdentifier (X.520)
 * has none, givenName and surname have 32768: both as many as we keep.
 */
static const struct dn_type types[] = {
	{ "countryName",		6, DER_PRINTABLE, 2 },
	{ "stateOrProvinceName",	8, DER_UTF8, 128 },
	{ "localityName",		7, DER_UTF8, 128 },
	{ "streetAddress",		9, DER_UTF8, 128 },
	{ "postalCode",			17, DER_UTF8, 40 },
	{ "organizationName",		10, DER_UTF8, 64 },
	{ "organizationIdentifier",	97, DER_UTF8, DN_VALUE - 1 },
	{ "organizationalUnitName",	11, DER_UTF8, 64 },
	{ "title",			12, DER_UTF8, 64 },
	{ "givenName",			42, DER_UTF8, DN_VALUE - 1 },
	{ "surname",			4, DER_UTF8, DN_VALUE - 1 },
	{ "pseudonym",			65, DER_UTF8, 128 },
	{ "commonName",			3, DER_UTF8, 64 },
	{ "serialNumber",		5, DER_PRINTABLE, 64 },
};

const struct dn_type *
dn_type_row(size_t i)
{
	return i < COUNT(types) ? &types[i] : NULL;
}

const struct dn_type *
dn_type_find(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(types); i++)
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	return NULL;
}

/* --- values --------------------------------------------------------------- */

static bool
is_printable_string(const char *text)
{
	return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?") ==
	    strlen(text);
}

/* What nobody sees, or sees as something else, has no place in a name. */
static bool
is_hidden(ucs4_t c)
{
	return c != ' ' && uc_is_general_category_withtable(c,
	    UC_CATEGORY_MASK_C | UC_CATEGORY_MASK_Z);
}

/* Characters of it; -1 with what is wrong. */
static int
count_characters(const char *text, struct err *err)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t left = strlen(text);
	ucs4_t c;
	int n, count = 0;

	if (u8_check(p, left) != NULL)
		return err_set(err, EINVAL, "it is not UTF-8");
	for (; left > 0; p += n, left -= (size_t)n, count++) {
		n = u8_mbtouc(&c, p, left);
		if (is_hidden(c))
			return err_set(err, EINVAL, "it holds U+%04X, which "
			    "cannot be seen", (unsigned)c);
	}
	return count;
}

/* Composed, as RFC 5280 7.1 and people expect it (Unicode NFC)? */
static bool
is_composed(const char *text)
{
	uint8_t room[2 * DN_VALUE], *nfc;
	size_t size = sizeof(room), n = strlen(text);
	bool same;

	nfc = u8_normalize(UNINORM_NFC, (const uint8_t *)text, n, room, &size);
	if (nfc == NULL)
		return false;
	same = size == n && memcmp(nfc, text, n) == 0;
	if (nfc != room)
		free(nfc);
	return same;
}

int
dn_value_check(const struct dn_type *type, const char *value, int most,
    struct err *err)
{
	size_t size = strlen(value);
	int count;

	if (size == 0 || size >= DN_VALUE)
		return err_set(err, EINVAL, "%s: it has %zu octets, 1 to %d "
		    "are taken", type->name, size, DN_VALUE - 1);
	if ((count = count_characters(value, err)) == -1)
		return err_in(err, "%s", type->name);
	if (count > (most > 0 ? most : type->most))
		return err_set(err, EINVAL, "%s: it has %d characters, at "
		    "most %d are allowed (RFC 5280, A.1)", type->name, count,
		    most > 0 ? most : type->most);
	if (value[0] == ' ' || value[size - 1] == ' ' ||
	    strstr(value, "  ") != NULL)
		return err_set(err, EINVAL, "%s: it has a blank at an end or "
		    "two in a row", type->name);
	if (type->tag == DER_PRINTABLE && !is_printable_string(value))
		return err_set(err, EINVAL, "%s: it holds what a "
		    "PrintableString cannot (RFC 5280, A.1)", type->name);
	if (!is_composed(value))
		return err_set(err, EINVAL, "%s: it has letters and accents "
		    "apart, Unicode NFC is wanted", type->name);
	if (strcmp(type->name, "countryName") == 0 &&
	    !country_is_known(value))
		return err_set(err, EINVAL, "%s: it is no country's code of "
		    "ISO 3166-1", type->name);
	return 0;
}

/* --- the name ------------------------------------------------------------- */

void
dn_add(struct dn *dn, const struct dn_type *type, const char *value)
{
	struct dn_attribute *a;

	if (dn->count == DN_ATTRIBUTES || strlen(value) >= DN_VALUE)
		die("dn: no room for %s", type->name);
	a = &dn->attribute[dn->count++];
	a->type = type;
	strcpy(a->value, value);
}

const char *
dn_value(const struct dn *dn, const char *type)
{
	size_t i;

	for (i = 0; i < dn->count; i++)
		if (strcmp(dn->attribute[i].type->name, type) == 0)
			return dn->attribute[i].value;
	return NULL;
}

bool
dn_is_same(const struct dn *a, const struct dn *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (a->attribute[i].type != b->attribute[i].type ||
		    strcmp(a->attribute[i].value, b->attribute[i].value) != 0)
			return false;
	return true;
}

/* --- written and read ----------------------------------------------------- */

void
dn_put(struct bytes *b, const struct dn *dn)
{
	const struct dn_attribute *a;
	unsigned char oid[] = { 0x55, 4, 0 };
	size_t name, set, pair, i;

	name = der_open(b, DER_SEQUENCE);
	for (i = 0; i < dn->count; i++) {
		a = &dn->attribute[i];
		oid[2] = a->type->number;
		set = der_open(b, DER_SET);
		pair = der_open(b, DER_SEQUENCE);
		der_put(b, DER_OID, (struct slice){ oid, sizeof(oid) });
		der_put(b, a->type->tag, slice_text(a->value));
		der_close(b, pair);
		der_close(b, set);
	}
	der_close(b, name);
}

static const struct dn_type *
type_of_oid(struct slice oid)
{
	size_t i;

	if (oid.size == 3 && oid.data[0] == 0x55 && oid.data[1] == 4)
		for (i = 0; i < COUNT(types); i++)
			if (types[i].number == oid.data[2])
				return &types[i];
	return NULL;
}

static int
parse_pair(struct dn *dn, struct slice pair, struct err *err)
{
	const struct dn_type *type;
	struct slice oid, value;
	char text[DN_VALUE];
	unsigned char tag;

	if (der_get(&pair, DER_OID, &oid) == -1 ||
	    der_get_any(&pair, &tag, &value) == -1 || pair.size != 0)
		return err_set(err, EBADMSG, "an attribute is malformed");
	if ((type = type_of_oid(oid)) == NULL)
		return err_set(err, EBADMSG, "it holds an attribute of a type "
		    "that has no place in a subject here");
	if (tag != type->tag)
		return err_set(err, EBADMSG, "%s is no %s", type->name,
		    type->tag == DER_UTF8 ? "UTF8String" : "PrintableString");
	if (value.size == 0 || value.size >= DN_VALUE ||
	    memchr(value.data, '\0', value.size) != NULL)
		return err_set(err, EBADMSG, "%s is empty, too long or holds "
		    "a NUL", type->name);
	memcpy(text, value.data, value.size);
	text[value.size] = '\0';
	/* Lengths are the profile's business: see dn_value_check. */
	if (dn_value_check(type, text, DN_VALUE, err) == -1) {
		err->code = EBADMSG;
		return -1;
	}
	dn_add(dn, type, text);
	return 0;
}

int
dn_parse(struct dn *dn, struct slice name, struct err *err)
{
	struct slice list, set, pair;

	dn->count = 0;
	if (der_get(&name, DER_SEQUENCE, &list) == -1 || name.size != 0)
		return err_set(err, EBADMSG, "it is no Name");
	while (list.size > 0) {
		if (der_get(&list, DER_SET, &set) == -1 ||
		    der_get(&set, DER_SEQUENCE, &pair) == -1 || set.size != 0)
			/* BR 7.1.4.1 */
			return err_set(err, EBADMSG, "an RDN is malformed or "
			    "has not one attribute");
		if (dn->count == DN_ATTRIBUTES)
			return err_set(err, EBADMSG, "it has more than %d "
			    "attributes", DN_ATTRIBUTES);
		if (parse_pair(dn, pair, err) == -1)
			return -1;
	}
	return 0;
}

/* --- the normal form ------------------------------------------------------ */

/* What is ASCII folds to its small letters, and most values are. */
static bool
fold_ascii(const char *value, uint8_t to[4 * DN_VALUE], size_t *size)
{
	size_t i;

	for (i = 0; value[i] != '\0'; i++) {
		if ((unsigned char)value[i] > 0x7f || i == *size)
			return false;
		to[i] = value[i] >= 'A' && value[i] <= 'Z' ?
		    (uint8_t)(value[i] - 'A' + 'a') : (uint8_t)value[i];
	}
	*size = i;
	return true;
}

/* Folded and squeezed, behind what is there. */
static void
put_normal(struct bytes *to, const char *value)
{
	uint8_t room[4 * DN_VALUE], *folded = room;
	size_t size = sizeof(room), start = to->size, i;
	bool blank = false;

	if (!fold_ascii(value, room, &size))
		folded = u8_casefold((const uint8_t *)value, strlen(value),
		    NULL, UNINORM_NFKC, room, &size);
	if (folded == NULL)
		die("dn: a value cannot be folded");
	for (i = 0; i < size; i++) {
		if (folded[i] == ' ') {
			blank = to->size > start;
			continue;
		}
		if (blank)
			bytes_put(to, " ", 1);
		blank = false;
		bytes_put(to, folded + i, 1);
	}
	if (folded != room)
		free(folded);
}

bool
dn_value_is_like(const char *a, const char *b)
{
	struct bytes x = { 0 }, y = { 0 };
	bool like;

	put_normal(&x, a);
	put_normal(&y, b);
	like = slice_equal(SLICE(&x), SLICE(&y));
	bytes_free(&x);
	bytes_free(&y);
	return like;
}

static int
compare(const void *a, const void *b)
{
	const struct bytes *x = a, *y = b;
	size_t n = x->size < y->size ? x->size : y->size;
	int order = memcmp(x->data, y->data, n);

	return order != 0 ? order : x->size < y->size ? -1 : x->size > y->size;
}

void
dn_digest(const struct dn *dn, char sha256[SHA256_TEXT])
{
	struct bytes form[DN_ATTRIBUTES] = { { 0 } }, all = { 0 };
	size_t i;

	sha256[0] = '\0';
	if (dn->count == 0)
		return;
	for (i = 0; i < dn->count; i++) {
		put_u8(&form[i], dn->attribute[i].type->number);
		put_normal(&form[i], dn->attribute[i].value);
	}
	qsort(form, dn->count, sizeof(form[0]), compare);
	for (i = 0; i < dn->count; i++) {
		put_blob(&all, SLICE(&form[i]));
		bytes_free(&form[i]);
	}
	sha256_text(sha256, SLICE(&all));
	bytes_free(&all);
}
