/*
 * The to-be-signed certificate, written.  What goes into it comes from the
 * profile, the configuration and what was judged; nothing from the request
 * directly (GEN-6.3.3-02).  Extensions are a table of rows: who is asked, in
 * this order, writes its value or leaves itself out.
 */
#include <arpa/inet.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/objects.h>

#include "oids.h"
#include "tbs.h"

#define URL_MAX	320

struct build {
	const struct tbs_content *content;
	const struct config	*config;
	struct issuer		 issuer;
};

/* Each of these writes one value: 1; it is not wanted: 0; a fault: -1. */

static int
put_authority_key_id(struct bytes *b, const struct build *build,
    struct err *err)
{
	size_t list;

	list = der_open(b, DER_SEQUENCE);
	der_put(b, DER_IMPLICIT(0), build->issuer.key_id);
	der_close(b, list);
	return 1;
}

static int
put_subject_key_id(struct bytes *b, const struct build *build,
    struct err *err)
{
	unsigned char id[KEY_ID_OCTETS];

	if (key_identifier(build->content->spki, id) == -1)
		return err_set(err, EINVAL, "the subject's key is malformed "
		    "(RFC 5280, 4.1.2.7)");
	der_put(b, DER_OCTET_STRING, (struct slice){ id, sizeof id });
	return 1;
}

/* RFC 5280, 4.2.1.3: bit numbers; only what an end entity may have. */
static const char *const key_usage_bits[] = {
	"digitalSignature", "nonRepudiation", "keyEncipherment",
	"dataEncipherment", "keyAgreement"
};
#define KEY_USAGE_BITS	(sizeof key_usage_bits / sizeof key_usage_bits[0])

static int
put_key_usage(struct bytes *b, const struct build *build, struct err *err)
{
	const struct profile *profile = build->content->profile;
	unsigned char value[2] = { 0, 0 };
	char list[64], *name, *rest;
	size_t i;

	snprintf(list, sizeof list, "%s",
	    strncmp(build->content->key_type, "rsa:", 4) == 0 ?
	    profile->key_usage_rsa : profile->key_usage_ec);
	for (name = strtok_r(list, ", ", &rest); name != NULL;
	    name = strtok_r(NULL, ", ", &rest)) {
		for (i = 0; i < KEY_USAGE_BITS; i++)
			if (strcmp(name, key_usage_bits[i]) == 0)
				break;
		if (i == KEY_USAGE_BITS)
			return err_set(err, EINVAL, "the profile %s has the "
			    "key usage '%s', which is none of an end entity "
			    "(RFC 5280, 4.2.1.3)", profile->name, name);
		value[1] |= (unsigned char)(0x80 >> i);
	}
	if (value[1] == 0)
		return err_set(err, EINVAL, "the profile %s has no key usage "
		    "for a key of type %s", profile->name,
		    build->content->key_type);
	/* DER: trailing zero bits of a named bit list are left out. */
	while ((value[1] >> value[0] & 1) == 0)
		value[0]++;
	der_put(b, DER_BIT_STRING, (struct slice){ value, sizeof value });
	return 1;
}

static int
put_usage(struct bytes *b, const char *name, struct err *err)
{
	const ASN1_OBJECT *object;
	int nid;

	if ((nid = OBJ_sn2nid(name)) == NID_undef ||
	    (object = OBJ_nid2obj(nid)) == NULL)
		return err_set(err, EINVAL, "the profile's extended key usage "
		    "'%s' is unknown", name);
	der_put(b, DER_OID, (struct slice){ OBJ_get0_data(object),
	    OBJ_length(object) });
	return 0;
}

static int
put_extended_key_usage(struct bytes *b, const struct build *build,
    struct err *err)
{
	const struct profile *profile = build->content->profile;
	size_t list, i;

	if (profile->extended_key_usage[0][0] == '\0')
		return 0;
	list = der_open(b, DER_SEQUENCE);
	for (i = 0; i < 4 && profile->extended_key_usage[i][0] != '\0'; i++)
		if (put_usage(b, profile->extended_key_usage[i], err) == -1)
			return -1;
	der_close(b, list);
	return 1;
}

static int
put_policies(struct bytes *b, const struct build *build, struct err *err)
{
	size_t list, policy;

	list = der_open(b, DER_SEQUENCE);
	policy = der_open(b, DER_SEQUENCE);
	if (der_put_oid_text(b, build->content->profile->policy_oid) == -1)
		return err_set(err, EINVAL, "the profile's policy '%s' is no "
		    "object identifier", build->content->profile->policy_oid);
	der_close(b, policy);
	der_close(b, list);
	return 1;
}

static int
put_address(struct bytes *b, const char *text)
{
	unsigned char octets[16];

	if (inet_pton(AF_INET, text, octets) == 1)
		der_put(b, DER_IMPLICIT(7), (struct slice){ octets, 4 });
	else if (inet_pton(AF_INET6, text, octets) == 1)
		der_put(b, DER_IMPLICIT(7), (struct slice){ octets, 16 });
	else
		return -1;
	return 0;
}

static int
put_name(struct bytes *b, const struct csr_name *name)
{
	if (strcmp(name->kind, "ip") == 0)
		return put_address(b, name->text);
	if (strcmp(name->kind, "dns") == 0)
		der_put(b, DER_IMPLICIT(2), slice_text(name->text));
	else if (strcmp(name->kind, "email") == 0)
		der_put(b, DER_IMPLICIT(1), slice_text(name->text));
	else
		return -1;
	return 0;
}

static int
put_names(struct bytes *b, const struct build *build, struct err *err)
{
	const struct tbs_content *content = build->content;
	size_t list, i;

	if (content->name_count == 0)
		return 0;
	list = der_open(b, DER_SEQUENCE);
	for (i = 0; i < content->name_count; i++)
		if (put_name(b, &content->names[i]) == -1)
			return err_set(err, EINVAL, "the name '%s' of kind %s "
			    "cannot stand in a certificate",
			    content->names[i].text, content->names[i].kind);
	der_close(b, list);
	return 1;
}

/* cA is FALSE, which is the default: an empty SEQUENCE. */
static int
put_basic_constraints(struct bytes *b, const struct build *build,
    struct err *err)
{
	der_put(b, DER_SEQUENCE, (struct slice){ NULL, 0 });
	return 1;
}

static void
put_url(struct bytes *b, const struct build *build, const char *path)
{
	char url[URL_MAX];

	snprintf(url, sizeof url, "%s%s", build->config->url, path);
	der_put(b, DER_IMPLICIT(6), slice_text(url));
}

/*
 * A responder's certificate with ocsp-nocheck is not asked about (EN 319
 * 412-2, GEN-4.3.11-1A; RFC 6960, 4.2.2.2.1), so it says nowhere where.
 */
static int
put_crl_points(struct bytes *b, const struct build *build, struct err *err)
{
	size_t list, point, name, full;

	if (build->content->profile->ocsp_nocheck)
		return 0;
	list = der_open(b, DER_SEQUENCE);
	point = der_open(b, DER_SEQUENCE);
	name = der_open(b, DER_CONTEXT(0));
	full = der_open(b, DER_CONTEXT(0));
	if (build->content->crl_point != NULL)
		der_put(b, DER_IMPLICIT(6),
		    slice_text(build->content->crl_point));
	else
		put_url(b, build, "/status/issuing.crl");
	der_close(b, full);
	der_close(b, name);
	der_close(b, point);
	der_close(b, list);
	return 1;
}

static void
put_access(struct bytes *b, const struct build *build, struct slice method,
    const char *path)
{
	size_t access;

	access = der_open(b, DER_SEQUENCE);
	der_put(b, DER_OID, method);
	put_url(b, build, path);
	der_close(b, access);
}

/* It names no OCSP service either (CSS-6.6.3-01B). */
static int
put_authority_access(struct bytes *b, const struct build *build,
    struct err *err)
{
	size_t list;

	if (build->content->profile->ocsp_nocheck)
		return 0;
	list = der_open(b, DER_SEQUENCE);
	put_access(b, build, OID_ACCESS_OCSP, "/status/ocsp");
	put_access(b, build, OID_ACCESS_CA_ISSUERS, "/ca/issuing.der");
	der_close(b, list);
	return 1;
}

/* Whose life is short instead: 14 days in its profile (CSS-6.6.3-01A). */
static int
put_nocheck(struct bytes *b, const struct build *build, struct err *err)
{
	if (!build->content->profile->ocsp_nocheck)
		return 0;
	der_put(b, DER_NULL, (struct slice){ NULL, 0 });
	return 1;
}

/* EN 319 412-1, 5.1: whose kind of number the subject's identifier is. */
static int
put_statements(struct bytes *b, const struct build *build, struct err *err)
{
	const struct profile *profile = build->content->profile;
	bool person = profile_class(profile) == OF_PERSON;
	size_t list, statement, info;

	if (!profile->subject_semantics || dn_value(build->content->subject,
	    person ? "serialNumber" : "organizationIdentifier") == NULL)
		return 0;
	list = der_open(b, DER_SEQUENCE);
	statement = der_open(b, DER_SEQUENCE);
	der_put(b, DER_OID, OID_QC_SYNTAX_2);
	info = der_open(b, DER_SEQUENCE);
	der_put(b, DER_OID, person ? OID_SEMANTICS_NATURAL :
	    OID_SEMANTICS_LEGAL);
	der_close(b, info);
	der_close(b, statement);
	der_close(b, list);
	return 1;
}

enum critical { NEVER, ALWAYS, EMPTY_SUBJECT };

#define CRITICAL_TRUE \
	((struct slice){ (const unsigned char *)"\xff", 1 })

/* EN 319 412-2, GEN-4.1-2: critical only where RFC 5280 wants or allows it. */
static int
put_extensions(struct bytes *b, const struct build *build, struct err *err)
{
	const struct {
		struct slice	oid;
		enum critical	critical;
		int		(*put)(struct bytes *, const struct build *,
				    struct err *);
	} rows[] = {
		{ OID_AUTHORITY_KEY_ID,	  NEVER, put_authority_key_id },
		{ OID_SUBJECT_KEY_ID,	  NEVER, put_subject_key_id },
		{ OID_KEY_USAGE,	  ALWAYS, put_key_usage },
		{ OID_EXTENDED_KEY_USAGE, NEVER, put_extended_key_usage },
		{ OID_BASIC_CONSTRAINTS,  ALWAYS, put_basic_constraints },
		{ OID_POLICIES,		  NEVER, put_policies },
		{ OID_SUBJECT_ALT_NAME,	  EMPTY_SUBJECT, put_names },
		{ OID_CRL_POINTS,	  NEVER, put_crl_points },
		{ OID_AUTHORITY_ACCESS,	  NEVER, put_authority_access },
		{ OID_OCSP_NOCHECK,	  NEVER, put_nocheck },
		{ OID_QC_STATEMENTS,	  NEVER, put_statements },
	};
	size_t i, was, extension, value;
	int wanted;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		was = b->size;
		extension = der_open(b, DER_SEQUENCE);
		der_put(b, DER_OID, rows[i].oid);
		if (rows[i].critical == ALWAYS ||
		    (rows[i].critical == EMPTY_SUBJECT &&
		    build->content->subject->count == 0))
			der_put(b, DER_BOOLEAN, CRITICAL_TRUE);
		value = der_open(b, DER_OCTET_STRING);
		if ((wanted = rows[i].put(b, build, err)) == -1)
			return -1;
		der_close(b, value);
		der_close(b, extension);
		if (!wanted)
			bytes_resize(b, was);
	}
	return 0;
}

static void
put_whole(struct bytes *b, struct slice whole)
{
	bytes_put(b, whole.data, whole.size);
}

int
tbs_build(struct bytes *b, const struct tbs_content *content,
    const struct config *config, struct err *err)
{
	struct build build = { content, config };
	size_t tbs, part, list;

	if (issuer_get(&build.issuer, config, err) == -1)
		return -1;
	bytes_clear(b);
	tbs = der_open(b, DER_SEQUENCE);
	part = der_open(b, DER_CONTEXT(0));
	der_put_small(b, 2);			/* v3 */
	der_close(b, part);
	der_put(b, DER_INTEGER,
	    (struct slice){ content->serial, SERIAL_OCTETS });
	put_whole(b, build.issuer.algorithm);
	put_whole(b, build.issuer.subject);
	part = der_open(b, DER_SEQUENCE);
	der_put_time(b, content->not_before);
	der_put_time(b, content->not_after);
	der_close(b, part);
	dn_put(b, content->subject);
	put_whole(b, content->spki);
	part = der_open(b, DER_CONTEXT(3));
	list = der_open(b, DER_SEQUENCE);
	if (put_extensions(b, &build, err) == -1)
		return -1;
	der_close(b, list);
	der_close(b, part);
	der_close(b, tbs);
	return 0;
}
