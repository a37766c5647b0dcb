/*
 * Types of attributes and the form of their values.  See
 * registration_types.h.  How long an attribute may be in a certificate is the
 * profile's matter (ca/dn.h, profile_attribute_most()).
 */
#include <arpa/inet.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "dn.h"
#include "identifiers.h"
#include "names.h"
#include "registration_types.h"
#include "text.h"

#define MOST	255	/* octets of a value */

/* --- forms --------------------------------------------------------------- */

/* Ranges of code points that show nothing, or other things than they are. */
static const struct {
	uint32_t	from, to;
} hidden[] = {
	{ 0x80, 0x9f }, { 0x200b, 0x200b }, { 0x200e, 0x200f },
	{ 0x2028, 0x202e }, { 0x2066, 0x2069 }, { 0xfeff, 0xfeff }
};

int
plain_text_check(const char *text, struct err *err)
{
	struct slice s = slice_text(text);
	uint32_t point;
	size_t i, n;

	for (; s.size > 0; s.data += n, s.size -= n) {
		if ((n = utf8_character(s, &point)) == 0)
			return err_set(err, EINVAL, "wanted UTF-8 text");
		for (i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
			if (point >= hidden[i].from && point <= hidden[i].to)
				return err_set(err, EINVAL, "wanted text that "
				    "shows what it is, found U+%04X",
				    (unsigned)point);
	}
	return 0;
}

static int
check_dns(const char *text, struct err *err)
{

	if (strchr(text, '*') != NULL)
		return err_set(err, EINVAL, "wanted the domain itself, without"
		    " a wildcard: it stands for all under it, found \"%s\"",
		    text);
	if (dns_name_check(text, err) == -1) {
		err->code = EINVAL;
		return -1;
	}
	return 0;
}

/* An address, or a network as address/prefix. */
static int
check_ip(const char *text, struct err *err)
{
	unsigned char octets[16];
	char address[64], *end;
	const char *slash = strchrnul(text, '/');
	long prefix, most;

	if ((size_t)(slash - text) >= sizeof(address))
		goto fault;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	if (inet_pton(AF_INET, address, octets) == 1)
		most = 32;
	else if (inet_pton(AF_INET6, address, octets) == 1)
		most = 128;
	else
		goto fault;
	if (*slash == '\0')
		return 0;
	prefix = strtol(slash + 1, &end, 10);
	if (slash[1] >= '0' && slash[1] <= '9' && *end == '\0' &&
	    prefix >= 1 && prefix <= most)
		return 0;
fault:
	return err_set(err, EINVAL, "wanted an address or address/prefix, "
	    "found \"%s\"", text);
}

/* A mailbox, or "@domain" for all in it; ASCII (RFC 5280 4.2.1.6). */
static int
check_email(const char *text, struct err *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.!#$%&'*+-/=?^_`{|}~";
	const char *at = strchr(text, '@');
	struct err ignored;

	if (at == NULL || strspn(text, allowed) != (size_t)(at - text) ||
	    strchr(at, '*') != NULL || dns_name_check(at + 1, &ignored) == -1)
		return err_set(err, EINVAL, "wanted a mailbox, or @domain for "
		    "all of a domain, found \"%s\"", text);
	return 0;
}

static int
check_country(const char *text, struct err *err)
{

	if (country_is_known(text))
		return 0;
	return err_set(err, EINVAL, "wanted a country code of ISO 3166 as SE, "
	    "found \"%s\"", text);
}

static int
check_date(const char *text, struct err *err)
{
	usec_t day;

	if (conf_day(text, &day) == 0)
		return 0;
	return err_set(err, EINVAL, "wanted a day as 1971-04-30, found \"%s\"",
	    text);
}

/* REG-6.2.2-07: as in the register of births, and the country's code. */
static int
check_place(const char *text, struct err *err)
{
	const char *comma = strrchr(text, ',');
	struct err ignored;

	if (comma != NULL && comma > text) {
		comma += 1 + strspn(comma + 1, " ");
		if (check_country(comma, &ignored) == 0)
			return 0;
	}
	return err_set(err, EINVAL, "wanted a place and its country's code as "
	    "\"Uppsala, SE\" (REG-6.2.2-07), found \"%s\"", text);
}

/* --- the table ----------------------------------------------------------- */

static const struct attribute_type types[] = {
	{ "dns", IN_ALTERNATIVE_NAME, 253, true, .check = check_dns },
	{ "ip", IN_ALTERNATIVE_NAME, 49, true, .check = check_ip },
	{ "email", IN_ALTERNATIVE_NAME, 254, true, .check = check_email },

	{ "countryName", IN_SUBJECT, 2, .check = check_country },
	{ "stateOrProvinceName", IN_SUBJECT, MOST },
	{ "localityName", IN_SUBJECT, MOST },
	{ "streetAddress", IN_SUBJECT, MOST },
	{ "postalCode", IN_SUBJECT, MOST },
	{ "organizationName", IN_SUBJECT, MOST, .of_affiliation = true },
	{ "organizationIdentifier", IN_SUBJECT, MOST, .of_affiliation = true,
	    .check = identifier_check_organisation },
	{ "organizationalUnitName", IN_SUBJECT, MOST,
	    .of_affiliation = true },
	{ "commonName", IN_SUBJECT, MOST },
	{ "givenName", IN_SUBJECT, MOST },
	{ "surname", IN_SUBJECT, MOST },
	{ "pseudonym", IN_SUBJECT, MOST },
	{ "title", IN_SUBJECT, MOST, .of_affiliation = true },
	{ "serialNumber", IN_SUBJECT, MOST },

	{ "subscriberName", IN_REGISTRATION, 127 },
	{ "fullName", IN_REGISTRATION, 127, .carried_as = "commonName" },
	{ "dateOfBirth", IN_REGISTRATION, 10, .check = check_date },
	{ "placeOfBirth", IN_REGISTRATION, 127, .check = check_place },
	{ "nationality", IN_REGISTRATION, 2, .check = check_country },
	{ "identityDocument", IN_REGISTRATION, 127 },
	{ "personalNumber", IN_REGISTRATION, 64 },
	{ "legalStatus", IN_REGISTRATION, 127,
	    .carried_as = "organizationName" },
	{ "registrationNumber", IN_REGISTRATION, 64,
	    .carried_as = "organizationName", .of_affiliation = true },
	{ "affiliation", IN_REGISTRATION, 127,
	    .carried_as = "organizationName", .of_affiliation = true },
	{ "personApproval", IN_REGISTRATION, 127,
	    .carried_as = "organizationName", .of_affiliation = true },
	{ "organizationApproval", IN_REGISTRATION, 127,
	    .carried_as = "organizationName", .of_affiliation = true },
	{ "entityAssociation", IN_REGISTRATION, 127, true,
	    .carried_as = "organizationalUnitName", .of_affiliation = true },
	{ "deviceIdentifier", IN_REGISTRATION, 127, true,
	    .carried_as = "serialNumber" },
};

const struct attribute_type *
attribute_type_row(size_t i)
{

	return i < sizeof(types) / sizeof(types[0]) ? &types[i] : NULL;
}

const struct attribute_type *
attribute_type_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	return NULL;
}

int
attribute_value_check(const struct attribute_type *type, const char *value,
    struct err *err)
{

	if (value[0] == '\0' || strlen(value) > type->most)
		return err_set(err, EINVAL, "wanted 1 to %zu octets, found "
		    "%zu", type->most, strlen(value));
	if (plain_text_check(value, err) == -1)
		return -1;
	if (type->place == IN_SUBJECT && dn_value_check(dn_type_find(
	    type->name), value, MOST, err) == -1)
		return -1;
	return type->check != NULL ? type->check(value, err) : 0;
}
