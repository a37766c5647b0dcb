/*
 * The table of validation methods.  Domain and address methods are those of
 * the CA/Browser Forum's Baseline Requirements, 3.2.2.4 and 3.2.2.5, with the
 * days from which they may not be relied on; methods for persons name their
 * use case of ETSI TS 119 461 (REG-6.2.2-02AB, REG-6.2.2-05A, -05B); the
 * others are those of an organisation's own registers.  A row is never
 * removed: what was validated by it is still in force somewhere, and has to be
 * refused by name.
 */
#include <stdio.h>
#include <string.h>

#include "methods.h"

#define TABLE(a)	(sizeof(a) / sizeof((a)[0]))

#define DNS		"dns"
#define IP		"ip"
#define PERSON \
	"fullName givenName surname commonName serialNumber countryName " \
	"nationality dateOfBirth placeOfBirth identityDocument " \
	"personalNumber pseudonym subscriberName"
#define ORGANISATION \
	"subscriberName organizationName organizationIdentifier " \
	"registrationNumber legalStatus countryName stateOrProvinceName " \
	"localityName streetAddress postalCode serialNumber commonName " \
	"organizationalUnitName entityAssociation"
#define MANDATE \
	"affiliation title personApproval organizationApproval " \
	"entityAssociation organizationalUnitName"
#define DEVICE		"deviceIdentifier serialNumber commonName"
#define ROUTE		"TS 119 461 9.2."

static const struct method methods[] = {
	{ METHOD_ASSERTED, "", "dns ip", METHOD_ACCEPTED, NULL },

	/* Persons (TS 119 461, clause 9.2). */
	{ "physical-presence", ROUTE "1", PERSON, METHOD_ACCEPTED, NULL },
	{ "remote-attended", ROUTE "2", PERSON, METHOD_ACCEPTED, NULL },
	{ "remote-unattended", ROUTE "3", PERSON, METHOD_ACCEPTED, NULL },
	{ "eid", ROUTE "4", PERSON, METHOD_ACCEPTED, NULL },
	{ "digital-signature", ROUTE "5", PERSON, METHOD_ACCEPTED, NULL },
	/* Organisations, and persons who act for them (9.3, 9.4). */
	{ "trusted-register", "TS 119 461 9.3", ORGANISATION, METHOD_ACCEPTED,
	    NULL },
	{ "mandate", "TS 119 461 9.4", MANDATE " " ORGANISATION,
	    METHOD_ACCEPTED, NULL },
	/* Of an organisation's own registers and people. */
	{ "personnel-register", "", PERSON " " MANDATE, METHOD_ACCEPTED, NULL },
	{ "written-approval", "", MANDATE, METHOD_ACCEPTED, NULL },
	{ "official-document", "", PERSON " " ORGANISATION " " MANDATE,
	    METHOD_ACCEPTED, NULL },
	{ "device-inventory", "", DEVICE " " DNS " " IP, METHOD_ACCEPTED,
	    NULL },
	{ "own-zone", "", DNS, METHOD_ACCEPTED, NULL },
	{ "own-network", "", IP, METHOD_ACCEPTED, NULL },
	{ "own-mail-domain", "", "email", METHOD_ACCEPTED, NULL },
	{ "mailbox-challenge", "", "email", METHOD_ACCEPTED, NULL },

	/* BR 3.2.2.4: control of a domain name. */
	{ "domain-contact", "BR 3.2.2.4.1", DNS, METHOD_RETIRED, NULL },
	{ "contact-email", "BR 3.2.2.4.2", DNS, METHOD_ACCEPTED,
	    "2025-07-15" },
	{ "contact-phone", "BR 3.2.2.4.3", DNS, METHOD_RETIRED, NULL },
	{ "constructed-email", "BR 3.2.2.4.4", DNS, METHOD_ACCEPTED,
	    "2028-03-15" },
	{ "authorization-document", "BR 3.2.2.4.5", DNS, METHOD_RETIRED,
	    NULL },
	{ "website-change-v1", "BR 3.2.2.4.6", DNS, METHOD_RETIRED, NULL },
	{ "dns-change", "BR 3.2.2.4.7", DNS, METHOD_ACCEPTED, NULL },
	{ "address-of-name", "BR 3.2.2.4.8", DNS, METHOD_ACCEPTED,
	    "2026-03-15" },
	{ "test-certificate", "BR 3.2.2.4.9", DNS, METHOD_INSECURE, NULL },
	{ "tls-random-number", "BR 3.2.2.4.10", DNS, METHOD_INSECURE, NULL },
	{ "any-other", "BR 3.2.2.4.11", DNS, METHOD_RETIRED, NULL },
	{ "registrar", "BR 3.2.2.4.12", DNS, METHOD_ACCEPTED, NULL },
	{ "caa-email", "BR 3.2.2.4.13", DNS, METHOD_ACCEPTED, "2028-03-15" },
	{ "txt-email", "BR 3.2.2.4.14", DNS, METHOD_ACCEPTED, "2028-03-15" },
	{ "phone-contact", "BR 3.2.2.4.15", DNS, METHOD_ACCEPTED,
	    "2025-07-15" },
	{ "txt-phone", "BR 3.2.2.4.16", DNS, METHOD_ACCEPTED, "2027-03-15" },
	{ "caa-phone", "BR 3.2.2.4.17", DNS, METHOD_ACCEPTED, "2027-03-15" },
	{ "website-change", "BR 3.2.2.4.18", DNS, METHOD_ACCEPTED, NULL },
	{ "acme-http", "BR 3.2.2.4.19", DNS, METHOD_ACCEPTED, NULL },
	{ "acme-tls-alpn", "BR 3.2.2.4.20", DNS, METHOD_ACCEPTED, NULL },

	/* BR 3.2.2.5: control of an address. */
	{ "ip-website-change", "BR 3.2.2.5.1", IP, METHOD_ACCEPTED, NULL },
	{ "ip-contact-email", "BR 3.2.2.5.2", IP, METHOD_ACCEPTED,
	    "2027-03-15" },
	{ "ip-reverse-lookup", "BR 3.2.2.5.3", IP, METHOD_ACCEPTED,
	    "2027-03-15" },
	{ "ip-any-other", "BR 3.2.2.5.4", IP, METHOD_RETIRED, NULL },
	{ "ip-contact-phone", "BR 3.2.2.5.5", IP, METHOD_ACCEPTED,
	    "2027-03-15" },
	{ "ip-acme-http", "BR 3.2.2.5.6", IP, METHOD_ACCEPTED, NULL },
	{ "ip-acme-tls-alpn", "BR 3.2.2.5.7", IP, METHOD_ACCEPTED, NULL },
};

const struct method *
method_row(size_t i)
{

	return i < TABLE(methods) ? &methods[i] : NULL;
}

const struct method *
method_find(const char *name)
{
	size_t i;

	for (i = 0; i < TABLE(methods); i++)
		if (strcmp(methods[i].name, name) == 0)
			return &methods[i];
	return NULL;
}

/* Days in this form compare as texts. */
bool
method_holds(const struct method *method, usec_t now)
{
	char text[CLOCK_TEXT];

	if (method->state != METHOD_ACCEPTED)
		return false;
	if (method->last_use == NULL)
		return true;
	clock_text_seconds(text, now);
	return strncmp(text, method->last_use, 10) < 0;
}

bool
method_is_for(const struct method *method, const char *type)
{
	const char *word = method->for_types;
	size_t n = strlen(type), size;

	for (; *word != '\0'; word += size + (word[size] != '\0')) {
		size = strcspn(word, " ");
		if (size == n && strncmp(word, type, n) == 0)
			return true;
	}
	return method->for_types[0] == '\0';
}

bool
method_is_route(const struct method *method)
{

	return strncmp(method->use_case, ROUTE, strlen(ROUTE)) == 0;
}

void
methods_render(struct bytes *to)
{
	static const char *const states[] = {
		[METHOD_ACCEPTED] = "accepted", [METHOD_RETIRED] = "retired",
		[METHOD_INSECURE] = "insecure"
	};
	const struct method *m;
	size_t i;

	for (i = 0; (m = method_row(i)) != NULL; i++) {
		bytes_printf(to, "%-24s%-20s", m->name, m->use_case);
		if (m->last_use != NULL)
			bytes_printf(to, "not from %s on\n", m->last_use);
		else
			bytes_printf(to, "%s\n", states[m->state]);
	}
}
