/*
 * May this TBSCertificate be signed by the issuing key?  RFC 5280 4.1 from the
 * front to the end; whatever is not expected is refused.
 */
#include <stdio.h>
#include <string.h>

#include "../ca/text.h"
#include "rules_parts.h"

#define SERIAL_OCTETS	17		/* 01 and 16 of chance */
#define BACKDATED_MAX	(48 * 3600 * USEC)	/* BR 7.1.2 */

struct certificate {
	struct judging	*j;
	bool		 for_ocsp;	/* the key is the OCSP responder's */
	const struct own_row *own;	/* another key of ours, or NULL */
	bool		 commits_only;	/* keyUsage: nonRepudiation alone */
	unsigned	 seen;		/* extensions, bit by bit */
};

/*
 * The CA's own keys that are certified beside the OCSP responder's: all that
 * keyUsage may hold (RFC 5280 4.2.1.3, bit 0 is the highest); no purposes.
 */
static const struct own_row {
	int		 key;
	unsigned char	 usage;
} own_rows[] = {
	{ KEY_EVIDENCE, 0xc0 },		/* digitalSignature, nonRepudiation */
	{ KEY_HANDOVER, 0x08 },		/* keyAgreement */
};
#define OWN_ROWS (sizeof(own_rows) / sizeof(own_rows[0]))

/* --- extensions ---------------------------------------------------------- */

static int
any(struct certificate *c, const struct der_extension *e)
{
	return 0;
}

static int
authority_key(struct certificate *c, const struct der_extension *e)
{
	return judge_authority_key(c->j, e->value);
}

static int
basic_constraints(struct certificate *c, const struct der_extension *e)
{
	static const unsigned char end_entity[] = { DER_SEQUENCE, 0 };

	if (!slice_equal(e->value, (struct slice){ end_entity, 2 }))
		return refuse(c->j, "basicConstraints says it is a CA, which "
		    "the issuing key may not make (RFC 5280 4.2.1.9)");
	return 0;
}

static int
key_usage(struct certificate *c, const struct der_extension *e)
{
	struct slice s = e->value, bits;

	if (der_get(&s, DER_BIT_STRING, &bits) == -1 || s.size != 0 ||
	    bits.size < 2 || bits.size > 3 || bits.data[0] > 7)
		return refuse(c->j, "keyUsage is malformed");
	/* Bit 5 is keyCertSign, 6 cRLSign (RFC 5280 4.2.1.3). */
	if ((bits.data[1] & 0x06) != 0)
		return refuse(c->j, "keyUsage holds keyCertSign or cRLSign, "
		    "which are for CAs (RFC 5280 4.2.1.3)");
	if (c->own != NULL && (bits.data[1] & ~c->own->usage) != 0)
		return refuse(c->j, "keyUsage holds more than the CA's own "
		    "key %s is for", rules_keys[c->own->key]);
	c->commits_only = bits.size == 2 && bits.data[1] == 0x40;
	return 0;
}

/* id-kp-1 and so on; OCSPSigning only for the pinned key. */
static int
extended_key_usage(struct certificate *c, const struct der_extension *e)
{
	static const struct {
		unsigned char last;	/* of 1.3.6.1.5.5.7.3.x */
		bool for_ocsp;
	} kp[] = {
		{ 1, false },		/* serverAuth */
		{ 2, false },		/* clientAuth */
		{ 4, false },		/* emailProtection */
		{ 9, true },		/* OCSPSigning */
	};
	static const unsigned char id_kp[] = { 0x2b, 6, 1, 5, 5, 7, 3 };
	struct slice s = e->value, list, oid;
	char words[DER_OID_TEXT];
	size_t i;

	if (c->own != NULL)
		return refuse(c->j, "the CA's own key %s has no extKeyUsage",
		    rules_keys[c->own->key]);
	if (der_get(&s, DER_SEQUENCE, &list) == -1 || s.size != 0 ||
	    list.size == 0)
		return refuse(c->j, "extKeyUsage is malformed");
	while (list.size > 0) {
		if (der_get(&list, DER_OID, &oid) == -1)
			return refuse(c->j, "extKeyUsage is malformed");
		for (i = 0; i < 4; i++)
			if (oid.size == 8 && memcmp(oid.data, id_kp, 7) == 0 &&
			    oid.data[7] == kp[i].last)
				break;
		if (i == 4) {
			der_oid_name(oid, words);
			return refuse(c->j, "the purpose %s is not among those "
			    "the issuing key certifies", words);
		}
		if (kp[i].for_ocsp && !c->for_ocsp)
			return refuse(c->j, "OCSPSigning is only for the "
			    "responder's own key, and this is another");
		if (!kp[i].for_ocsp && c->for_ocsp)
			return refuse(c->j, "the OCSP responder's key is for "
			    "OCSPSigning alone");
	}
	return 0;
}

/* Only what the issuing certificate has itself (RFC 5280 6.1.3 d). */
static int
policies(struct certificate *c, const struct der_extension *e)
{
	const struct issuer_facts *f = &c->j->rules->issuing;
	struct slice s = e->value, list, one, oid;
	char words[DER_OID_TEXT];
	size_t i;

	if (der_get(&s, DER_SEQUENCE, &list) == -1 || s.size != 0 ||
	    list.size == 0)
		return refuse(c->j, "certificatePolicies is malformed");
	while (list.size > 0) {
		if (der_get(&list, DER_SEQUENCE, &one) == -1 ||
		    der_get(&one, DER_OID, &oid) == -1)
			return refuse(c->j, "certificatePolicies is "
			    "malformed");
		for (i = 0; i < f->policy_count; i++)
			if (slice_equal(f->policies[i], oid))
				break;
		if (i == f->policy_count) {
			der_oid_name(oid, words);
			return refuse(c->j, "the policy %s is not among those "
			    "of the issuing certificate", words);
		}
	}
	return 0;
}

/* Which numbers identify the subject (EN 319 412-1, 5.1), nothing else. */
static int
statements(struct certificate *c, const struct der_extension *e)
{
	struct slice s = e->value, list, one, info, oid;

	if (der_get(&s, DER_SEQUENCE, &list) == -1 || s.size != 0 ||
	    der_get(&list, DER_SEQUENCE, &one) == -1 || list.size != 0 ||
	    der_get(&one, DER_OID, &oid) == -1 ||
	    !slice_equal(oid, OID_QC_SYNTAX_2) ||
	    der_get(&one, DER_SEQUENCE, &info) == -1 || one.size != 0 ||
	    der_get(&info, DER_OID, &oid) == -1 || info.size != 0 ||
	    (!slice_equal(oid, OID_SEMANTICS_NATURAL) &&
	    !slice_equal(oid, OID_SEMANTICS_LEGAL)))
		return refuse(c->j, "qcStatements say more than which "
		    "identifier the subject has (EN 319 412-1 5.1)");
	return 0;
}

/* BR 7.1.2.8. */
static int
no_check(struct certificate *c, const struct der_extension *e)
{
	if (!c->for_ocsp)
		return refuse(c->j, "id-pkix-ocsp-nocheck is only for the "
		    "OCSP responder (RFC 6960 4.2.2.2.1)");
	return 0;
}

/* Without a purpose a key is for all of them, unless it may only commit. */
enum { MUST = 1, MUST_OF_SUBSCRIBERS = 2, MAY_BE_CRITICAL = 4,
	MUST_WITH_PURPOSE = 8 };

static const struct extension_row {
	struct slice	 oid;
	const char	*name;
	int		 flags;
	int		(*judge)(struct certificate *,
			    const struct der_extension *);
} rows[] = {
	{ OID_AUTHORITY_KEY_ID, "authorityKeyIdentifier", MUST,
	    authority_key },
	{ OID_SUBJECT_KEY_ID, "subjectKeyIdentifier", 0, any },
	{ OID_KEY_USAGE, "keyUsage", MUST | MAY_BE_CRITICAL,
	    key_usage },
	{ OID_EXTENDED_KEY_USAGE, "extKeyUsage",
	    MUST_WITH_PURPOSE | MAY_BE_CRITICAL,
	    extended_key_usage },
	{ OID_BASIC_CONSTRAINTS, "basicConstraints", MAY_BE_CRITICAL,
	    basic_constraints },
	{ OID_POLICIES, "certificatePolicies",
	    MUST_OF_SUBSCRIBERS | MAY_BE_CRITICAL, policies },
	{ OID_SUBJECT_ALT_NAME, "subjectAltName", MAY_BE_CRITICAL, any },
	{ OID_CRL_POINTS, "cRLDistributionPoints", 0, any },
	{ OID_AUTHORITY_ACCESS, "authorityInfoAccess", 0, any },
	{ OID_QC_STATEMENTS, "qcStatements", 0, statements },
	{ OID_TLS_FEATURE, "tlsfeature", 0, any },
	{ OID_OCSP_NOCHECK, "ocsp-nocheck", 0, no_check },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static int
judge_extension(struct certificate *c, const struct der_extension *e)
{
	char words[DER_OID_TEXT];
	size_t i;

	for (i = 0; i < ROWS; i++)
		if (slice_equal(e->oid, rows[i].oid))
			break;
	if (i == ROWS) {
		der_oid_name(e->oid, words);
		return refuse(c->j, "the extension %s is not among those the "
		    "issuing key certifies", words);
	}
	if ((c->seen & 1u << i) != 0)
		return refuse(c->j, "%s stands twice (RFC 5280 4.2)",
		    rows[i].name);
	c->seen |= 1u << i;
	if (e->critical && (rows[i].flags & MAY_BE_CRITICAL) == 0)
		return refuse(c->j, "%s may not be critical (RFC 5280 4.2)",
		    rows[i].name);
	return rows[i].judge(c, e);
}

static int
judge_extensions(struct certificate *c, struct slice s)
{
	struct slice inner, list;
	struct der_extension e;
	size_t i;
	int got;

	if (der_get(&s, DER_CONTEXT(3), &inner) == -1 || s.size != 0 ||
	    der_get(&inner, DER_SEQUENCE, &list) == -1 || inner.size != 0)
		return refuse(c->j, "what follows the subject's key is not "
		    "the extensions alone (RFC 5280 4.1)");
	while ((got = next_extension(&list, &e)) == 1)
		if (judge_extension(c, &e) == -1)
			return -1;
	if (got == -1)
		return refuse(c->j, "an extension is malformed (RFC 5280 4.1)");
	for (i = 0; i < ROWS; i++)
		if ((c->seen & 1u << i) == 0 && ((rows[i].flags & MUST) != 0 ||
		    ((rows[i].flags & MUST_OF_SUBSCRIBERS) != 0 &&
		    !c->for_ocsp) || ((rows[i].flags & MUST_WITH_PURPOSE) != 0
		    && c->own == NULL && !c->commits_only)))
			return refuse(c->j, "%s is missing", rows[i].name);
	return 0;
}

/* --- the fields before them ---------------------------------------------- */

static int
judge_serial(struct judging *j, struct slice *s)
{
	char hex[2 * SERIAL_OCTETS + 1];
	struct slice serial;

	if (der_get(s, DER_INTEGER, &serial) == -1 ||
	    serial.size != SERIAL_OCTETS || serial.data[0] != 1)
		return refuse(j, "the serial is not 01 and 16 octets, 34 "
		    "hexadecimal digits");
	hex_upper(hex, serial.data, serial.size);
	snprintf(j->what, 48, "serial=%s", hex);
	if (j->past->has_serial(j->past->arg, hex))
		return refuse(j, "the serial %s was signed before, and never "
		    "is twice (RFC 5280 4.1.2.2)", hex);
	return 0;
}

static int
judge_validity(struct certificate *c, struct slice s)
{
	const struct issuer_facts *f = &c->j->rules->issuing;
	usec_t before, after, now = c->j->order->now;
	usec_t most = c->for_ocsp ? c->j->row->own_lifetime_max :
	    c->j->row->lifetime_max;

	if (der_get_time(&s, &before) == -1 ||
	    der_get_time(&s, &after) == -1 || s.size != 0)
		return refuse(c->j, "the validity is malformed (RFC 5280 "
		    "4.1.2.5)");
	if (before < f->not_before || after > f->not_after)
		return refuse(c->j, "the validity is not inside that of the "
		    "issuing certificate");
	if (after <= before)
		return refuse(c->j, "notAfter is not after notBefore");
	if (after - before > most)
		return refuse(c->j, "the lifetime is longer than the %d days "
		    "the table allows", (int)(most / USEC_DAY));
	if (before > now + CLOCK_LEEWAY)
		return refuse(c->j, "notBefore lies in the future");
	if (before < now - BACKDATED_MAX)
		return refuse(c->j, "notBefore lies more than 48 hours back");
	return 0;
}

/* Whose key it is: the responder's, another of ours (refused), or theirs. */
static int
judge_key(struct certificate *c, struct slice *s)
{
	const struct rules *r = c->j->rules;
	struct slice spki;
	size_t row;
	int i;

	if (der_get_whole(s, DER_SEQUENCE, &spki) == -1)
		return refuse(c->j, "the subjectPublicKeyInfo is malformed");
	for (i = 0; i < RULES_KEYS; i++) {
		if (!slice_equal(spki, SLICE(&r->spki[i])))
			continue;
		for (row = 0; row < OWN_ROWS; row++)
			if (own_rows[row].key == i)
				c->own = &own_rows[row];
		if (i != KEY_OCSP && c->own == NULL)
			return refuse(c->j, "the subject's key is the CA's own "
			    "key %s", rules_keys[i]);
		c->for_ocsp = i == KEY_OCSP;
	}
	return 0;
}

/*
 * What it issued has a status until it ends (CSS-6.3.10-04): the responder is
 * certified still, and CRLs are signed.
 */
static int
judge_in_force(struct certificate *c)
{
	int listed = c->j->rules->listed;

	if (listed == 0 || c->for_ocsp)
		return 0;
	return refuse(c->j, listed == 1 ? "the root revoked the issuing CA, "
	    "which issues nothing more (CSS-6.3.9-13)" : "the root's CRL "
	    "cannot be read, so that nobody knows whether the issuing CA is "
	    "revoked (CSS-6.3.9-13)");
}

int
judge_certificate(struct judging *j, struct slice s)
{
	static const unsigned char v3[] = { DER_INTEGER, 1, 2 };
	struct certificate c = { .j = j };
	struct slice version, validity, subject;

	if (j->past->crl_last(j->past->arg, "issuing/all") != RULES_NEVER)
		return refuse(j, "the CA issued its last CRL, and issues "
		    "nothing more (CSS-6.3.9-06)");
	if (der_get(&s, DER_CONTEXT(0), &version) == -1 ||
	    !slice_equal(version, (struct slice){ v3, 3 }))
		return refuse(j, "this is no version 3 certificate to be "
		    "signed (RFC 5280 4.1)");
	if (judge_serial(j, &s) == -1 || judge_algorithm(j, &s) == -1 ||
	    judge_issuer(j, &s) == -1)
		return -1;
	if (der_get(&s, DER_SEQUENCE, &validity) == -1 ||
	    der_get(&s, DER_SEQUENCE, &subject) == -1)
		return refuse(j, "validity or subject is malformed");
	if (judge_key(&c, &s) == -1 || judge_in_force(&c) == -1 ||
	    judge_validity(&c, validity) == -1 ||
	    judge_extensions(&c, s) == -1)
		return -1;
	return 0;
}
