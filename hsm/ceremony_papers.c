/*
 * Certificates and CRL of the root: see ceremony_papers.h.  RFC 5280; names as
 * EN 319 412-2 4.2.3.1 wants them of an issuer (country, organization, common
 * name), XX being a country that is none.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "../ca/der.h"
#include "../ca/oids.h"
#include "ceremony_papers.h"

#define DER_URI			DER_IMPLICIT(6)	/* of a GeneralName */
#define V2			1
#define V3			2

/* --- parts --------------------------------------------------------------- */

static void
put_attribute(struct bytes *b, struct slice oid, unsigned char tag,
    const char *text)
{
	size_t set = der_open(b, DER_SET), pair = der_open(b, DER_SEQUENCE);

	der_put(b, DER_OID, oid);
	der_put(b, tag, slice_text(text));
	der_close(b, pair);
	der_close(b, set);
}

static void
put_name(struct bytes *b, const char *name, const char *word)
{
	struct bytes common = { 0 };
	size_t list = der_open(b, DER_SEQUENCE);

	bytes_printf(&common, "%s %s", name, word);
	put_attribute(b, OID_COUNTRY, DER_PRINTABLE, "XX");
	put_attribute(b, OID_ORGANIZATION, DER_UTF8, name);
	put_attribute(b, OID_COMMON_NAME, DER_UTF8, bytes_text(&common));
	der_close(b, list);
	bytes_free(&common);
}

/* RFC 5280 4.2.1.2, method (1). */
static void
key_id_of(unsigned char id[20], struct slice spki)
{
	struct slice bits;

	if (algorithm_of_spki(spki, &bits) == NULL || EVP_Digest(bits.data,
	    bits.size, id, NULL, EVP_sha1(), NULL) != 1)
		die("a key without digest");
}

static void
put_extension(struct bytes *b, struct slice oid, bool critical,
    struct slice value)
{
	static const unsigned char yes[] = { 0xff };
	size_t list = der_open(b, DER_SEQUENCE);

	der_put(b, DER_OID, oid);
	if (critical)
		der_put(b, DER_BOOLEAN, (struct slice){ yes, 1 });
	der_put(b, DER_OCTET_STRING, value);
	der_close(b, list);
}

static void
put_ca(struct bytes *b, unsigned char path_length)
{
	/* SEQUENCE { TRUE, path length }; keyCertSign and cRLSign. */
	unsigned char constraints[] = { DER_SEQUENCE, 6, DER_BOOLEAN, 1, 0xff,
	    DER_INTEGER, 1, path_length };
	static const unsigned char usage[] = { DER_BIT_STRING, 2, 1, 0x06 };

	put_extension(b, OID_BASIC_CONSTRAINTS, true,
	    (struct slice){ constraints, sizeof(constraints) });
	put_extension(b, OID_KEY_USAGE, true,
	    (struct slice){ usage, sizeof(usage) });
}

static void
put_subject_key_id(struct bytes *b, struct slice spki)
{
	unsigned char id[22] = { DER_OCTET_STRING, 20 };

	key_id_of(id + 2, spki);
	put_extension(b, OID_SUBJECT_KEY_ID, false,
	    (struct slice){ id, sizeof(id) });
}

static void
put_authority_key_id(struct bytes *b, struct slice key_id)
{
	struct bytes value = { 0 };
	size_t list = der_open(&value, DER_SEQUENCE);

	der_put(&value, DER_IMPLICIT(0), key_id);
	der_close(&value, list);
	put_extension(b, OID_AUTHORITY_KEY_ID, false, SLICE(&value));
	bytes_free(&value);
}

static void
put_uri(struct bytes *b, const char *url, const char *path)
{
	struct bytes uri = { 0 };

	bytes_printf(&uri, "%s/%s", url, path);
	der_put(b, DER_URI, SLICE(&uri));
	bytes_free(&uri);
}

/* Where the root's CRL and certificate are to be found. */
static void
put_pointers(struct bytes *b, const char *url)
{
	struct bytes value = { 0 };
	size_t at[5];

	at[0] = der_open(&value, DER_SEQUENCE);
	at[1] = der_open(&value, DER_SEQUENCE);	/* DistributionPoint */
	at[2] = der_open(&value, DER_CONTEXT(0));	/* its name: */
	at[3] = der_open(&value, DER_CONTEXT(0));	/* fullName */
	/* Else it could not be shown revoked: open-eidas audit finding C-1. */
	put_uri(&value, url, "status/root.crl");
	der_close(&value, at[3]);
	der_close(&value, at[2]);
	der_close(&value, at[1]);
	der_close(&value, at[0]);
	put_extension(b, OID_CRL_POINTS, false, SLICE(&value));

	bytes_clear(&value);
	at[0] = der_open(&value, DER_SEQUENCE);
	at[1] = der_open(&value, DER_SEQUENCE);
	der_put(&value, DER_OID, OID_ACCESS_CA_ISSUERS);
	put_uri(&value, url, "ca/root.der");
	der_close(&value, at[1]);
	der_close(&value, at[0]);
	put_extension(b, OID_AUTHORITY_ACCESS, false, SLICE(&value));
	bytes_free(&value);
}

static int
put_policies(struct bytes *b, const char *policies)
{
	struct bytes value = { 0 };
	size_t list = der_open(&value, DER_SEQUENCE), one;
	char text[256], *dotted, *rest;
	int ret = 0;

	snprintf(text, sizeof(text), "%s", policies);
	for (dotted = strtok_r(text, " ", &rest); dotted != NULL;
	    dotted = strtok_r(NULL, " ", &rest)) {
		one = der_open(&value, DER_SEQUENCE);
		if (der_put_oid_text(&value, dotted) == -1)
			ret = -1;
		der_close(&value, one);
	}
	der_close(&value, list);
	put_extension(b, OID_POLICIES, false, SLICE(&value));
	bytes_free(&value);
	return ret;
}

/* --- certificates -------------------------------------------------------- */

/* All before the extensions. */
static void
put_head(struct bytes *b, const struct ca_plan *p, const char *subject)
{
	size_t at;

	at = der_open(b, DER_CONTEXT(0));
	der_put_small(b, V3);
	der_close(b, at);
	der_put_serial(b, p->serial);
	bytes_put(b, p->algorithm->signature.data,
	    p->algorithm->signature.size);
	put_name(b, p->name, "Root");
	at = der_open(b, DER_SEQUENCE);
	der_put_time(b, p->not_before);
	der_put_time(b, p->not_after);
	der_close(b, at);
	put_name(b, p->name, subject);
	bytes_put(b, p->spki.data, p->spki.size);
}

void
ceremony_root_tbs(const struct ca_plan *p, struct bytes *b)
{
	size_t at[3];

	at[0] = der_open(b, DER_SEQUENCE);
	put_head(b, p, "Root");
	at[1] = der_open(b, DER_CONTEXT(3));
	at[2] = der_open(b, DER_SEQUENCE);
	put_ca(b, 1);
	put_subject_key_id(b, p->spki);
	der_close(b, at[2]);
	der_close(b, at[1]);
	der_close(b, at[0]);
}

int
ceremony_issuing_tbs(const struct ca_plan *p, struct bytes *b,
    struct err *err)
{
	unsigned char root_id[20];
	size_t at[3];
	int ret;

	key_id_of(root_id, p->root_spki);
	at[0] = der_open(b, DER_SEQUENCE);
	put_head(b, p, "CA");
	at[1] = der_open(b, DER_CONTEXT(3));
	at[2] = der_open(b, DER_SEQUENCE);
	put_ca(b, 0);
	put_subject_key_id(b, p->spki);
	put_authority_key_id(b, (struct slice){ root_id, sizeof(root_id) });
	ret = put_policies(b, p->policies);
	put_pointers(b, p->url);
	der_close(b, at[2]);
	der_close(b, at[1]);
	der_close(b, at[0]);
	if (ret == -1)
		return err_set(err, EINVAL, "%s: wanted object identifiers",
		    p->policies);
	return 0;
}

/* --- CRL ----------------------------------------------------------------- */

static void
put_entry(struct bytes *b, const struct crl_plan *p)
{
	struct bytes reason = { 0 };
	size_t at[2];

	at[0] = der_open(b, DER_SEQUENCE);
	der_put_serial(b, p->serial);
	der_put_time(b, p->this_update);
	at[1] = der_open(b, DER_SEQUENCE);
	der_put_number(&reason, DER_ENUMERATED, p->reason);
	put_extension(b, OID_REASON, false, SLICE(&reason));
	der_close(b, at[1]);
	der_close(b, at[0]);
	bytes_free(&reason);
}

/* What was on the last one stays; one may be added. */
static void
put_revoked(struct bytes *b, const struct crl_plan *p)
{
	struct slice before = p->revoked, entries = { NULL, 0 };
	size_t list;

	if (before.size == 0 && p->serial == NULL)
		return;
	if (before.size > 0 && der_get(&before, DER_SEQUENCE, &entries) == -1)
		die("the entries of a CRL are none");
	list = der_open(b, DER_SEQUENCE);
	bytes_put(b, entries.data, entries.size);
	if (p->serial != NULL)
		put_entry(b, p);
	der_close(b, list);
}

void
ceremony_crl_tbs(const struct crl_plan *p, struct bytes *b)
{
	struct bytes number = { 0 };
	size_t at[3];

	at[0] = der_open(b, DER_SEQUENCE);
	der_put_small(b, V2);
	bytes_put(b, p->algorithm->signature.data,
	    p->algorithm->signature.size);
	bytes_put(b, p->root->name.data, p->root->name.size);
	der_put_time(b, p->this_update);
	der_put_time(b, p->next_update);
	put_revoked(b, p);
	at[1] = der_open(b, DER_CONTEXT(0));
	at[2] = der_open(b, DER_SEQUENCE);
	put_authority_key_id(b, p->root->key_id);
	der_put_number(&number, DER_INTEGER, p->number);
	put_extension(b, OID_CRL_NUMBER, false, SLICE(&number));
	der_close(b, at[2]);
	der_close(b, at[1]);
	der_close(b, at[0]);
	bytes_free(&number);
}

void
ceremony_assemble(struct slice tbs, const struct algorithm *a,
    struct slice signature, struct bytes *der)
{
	size_t list;

	bytes_clear(der);
	list = der_open(der, DER_SEQUENCE);
	bytes_put(der, tbs.data, tbs.size);
	bytes_put(der, a->signature.data, a->signature.size);
	der_put_bits(der, signature);
	der_close(der, list);
}
