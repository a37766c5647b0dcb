/*
 * What the tests of hsm/ share: a home made by the ceremony in a temporary
 * folder, and things to be signed that the rules accept, each with one part
 * that a test can spoil.
 */
#ifndef TESTS_HSM_HOME_H
#define TESTS_HSM_HOME_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "ca/der.h"
#include "ca/file.h"
#include "ca/oids.h"
#include "ca/text.h"
#include "hsm/algorithm.h"
#include "hsm/ceremony.h"
#include "hsm/issuer.h"

#define UNUSED __attribute__((unused))
#define SOFTHSM "/usr/lib/softhsm/libsofthsm2.so"

struct hsm_home {
	char		 path[256], ca[300], signer[300];
	const struct algorithm *algorithm;
	struct bytes	 issuing_der, ocsp_spki, evidence_spki, handover_spki;
	struct issuer_facts issuing;
};

UNUSED static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	return remove(path);
}

UNUSED static void
remove_tree(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

UNUSED static void
must(int ret, const struct err *err)
{
	if (ret == -1)
		die("%s", err->text);
}

UNUSED static void
home_set_module(const struct hsm_home *h, const char *module)
{
	struct bytes text = { 0 };
	char path[300];
	struct err err;

	snprintf(path, sizeof(path), "%s/pkifs.conf", h->path);
	unlink(path);
	bytes_printf(&text, "[token]\nmodule = %s\n", module);
	must(file_write(path, SLICE(&text), 0644, &err), &err);
	bytes_free(&text);
}

UNUSED static void
home_make(struct hsm_home *h, const char *key)
{
	struct ceremony_plan plan = { .home = h->path, .key = key,
	    .name = "Test SANDBOX", .url = "http://localhost/pki",
	    .policies = "2.999.411.1", .module = SOFTHSM,
	    .signer_uid = geteuid(), .signer_gid = getegid() };
	char path[400];
	struct err err;

	memset(h, 0, sizeof(*h));
	snprintf(h->path, sizeof(h->path), "%s/pkifs-hsm-XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	if (mkdtemp(h->path) == NULL)
		die("mkdtemp: %m");
	snprintf(h->ca, sizeof(h->ca), "%s/ca", h->path);
	snprintf(h->signer, sizeof(h->signer), "%s/signer", h->path);
	must(ceremony_run(&plan, &err), &err);
	home_set_module(h, SOFTHSM);
	h->algorithm = algorithm_by_name(key);
	snprintf(path, sizeof(path), "%s/issuing.der", h->ca);
	must(file_read(path, 65536, &h->issuing_der, &err), &err);
	snprintf(path, sizeof(path), "%s/ocsp.spki", h->ca);
	must(file_read(path, 65536, &h->ocsp_spki, &err), &err);
	snprintf(path, sizeof(path), "%s/evidence.spki", h->ca);
	must(file_read(path, 65536, &h->evidence_spki, &err), &err);
	snprintf(path, sizeof(path), "%s/handover.spki", h->ca);
	must(file_read(path, 65536, &h->handover_spki, &err), &err);
	if (issuer_facts_get(&h->issuing, SLICE(&h->issuing_der)) == -1)
		die("issuing.der is malformed");
}

UNUSED static void
home_free(struct hsm_home *h)
{
	remove_tree(h->path);
	bytes_free(&h->issuing_der);
	bytes_free(&h->ocsp_spki);
	bytes_free(&h->evidence_spki);
	bytes_free(&h->handover_spki);
}

/* --- a certificate ------------------------------------------------------- */

struct tbs_plan {
	const char	*serial;	/* NULL: chance */
	struct slice	 algorithm, issuer, spki, policy, usage;
	usec_t		 not_before, not_after;
	unsigned char	 key_usage;	/* bits of the first octet */
	bool		 ca, no_check, no_authority, no_policies, critical_id;
	bool		 two_usages, no_usage, unknown, trailing, version_1;
	struct slice	 authority, statements;	/* qcStatements, or empty */
};

UNUSED static void
plan_certificate(struct tbs_plan *p, const struct hsm_home *h)
{
	/* A P-256 point; whose it is does not matter here. */
	static unsigned char spki[91] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07,
	    0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
	    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04 };

	memset(p, 0, sizeof(*p));
	p->algorithm = h->algorithm->signature;
	p->issuer = h->issuing.name;
	p->spki = (struct slice){ spki, sizeof(spki) };
	p->policy = h->issuing.policies[0];
	p->usage = OID("\x2b\x06\x01\x05\x05\x07\x03\x01");
	p->not_before = clock_now() / USEC * USEC;
	p->not_after = p->not_before + 90 * USEC_DAY - USEC;
	p->key_usage = 0x80;
	p->authority = h->issuing.key_id;
}

UNUSED static void
put_ext(struct bytes *b, struct slice oid, bool critical, struct slice value)
{
	static const unsigned char yes[] = { 0xff };
	size_t at = der_open(b, DER_SEQUENCE);

	der_put(b, DER_OID, oid);
	if (critical)
		der_put(b, DER_BOOLEAN, (struct slice){ yes, 1 });
	der_put(b, DER_OCTET_STRING, value);
	der_close(b, at);
}

UNUSED static void
put_authority(struct bytes *b, struct slice id)
{
	struct bytes v = { 0 };
	size_t at = der_open(&v, DER_SEQUENCE);

	der_put(&v, DER_IMPLICIT(0), id);
	der_close(&v, at);
	put_ext(b, OID_AUTHORITY_KEY_ID, false, SLICE(&v));
	bytes_free(&v);
}

UNUSED static void
put_list_ext(struct bytes *b, struct slice ext, struct slice oid, bool deep)
{
	struct bytes v = { 0 };
	size_t at = der_open(&v, DER_SEQUENCE), in = 0;

	if (deep)
		in = der_open(&v, DER_SEQUENCE);
	der_put(&v, DER_OID, oid);
	if (deep)
		der_close(&v, in);
	der_close(&v, at);
	put_ext(b, ext, false, SLICE(&v));
	bytes_free(&v);
}

UNUSED static void
put_certificate_extensions(struct bytes *b, const struct tbs_plan *p)
{
	unsigned char ku[] = { DER_BIT_STRING, 2, 0, p->key_usage };
	static const unsigned char ca[] = { 0x30, 3, 1, 1, 0xff };
	static const unsigned char null[] = { 5, 0 }, none[] = { 0x30, 0 };
	static const unsigned char id[] = { 4, 2, 1, 2 };
	size_t at = der_open(b, DER_CONTEXT(3)), in;

	in = der_open(b, DER_SEQUENCE);
	if (!p->no_authority)
		put_authority(b, p->authority);
	put_ext(b, OID_SUBJECT_KEY_ID, p->critical_id,
	    (struct slice){ id, sizeof(id) });
	put_ext(b, OID_KEY_USAGE, true, (struct slice){ ku, sizeof(ku) });
	if (!p->no_usage)
		put_list_ext(b, OID_EXTENDED_KEY_USAGE, p->usage, false);
	if (p->two_usages)
		put_list_ext(b, OID_EXTENDED_KEY_USAGE, p->usage, false);
	if (!p->no_policies)
		put_list_ext(b, OID_POLICIES, p->policy, true);
	put_ext(b, OID_BASIC_CONSTRAINTS, true, p->ca ?
	    (struct slice){ ca, sizeof(ca) } :
	    (struct slice){ none, sizeof(none) });
	if (p->no_check)
		put_ext(b, OID_OCSP_NOCHECK, false,
		    (struct slice){ null, sizeof(null) });
	if (p->statements.size > 0)
		put_ext(b, OID_QC_STATEMENTS, false, p->statements);
	if (p->unknown)
		put_ext(b, OID("\x2a\x03\x04"), false,
		    (struct slice){ null, sizeof(null) });
	der_close(b, in);
	der_close(b, at);
}

UNUSED static void
make_certificate(struct bytes *b, const struct tbs_plan *p)
{
	unsigned char chance[17];
	char serial[35];
	size_t at, in;

	bytes_clear(b);
	chance_octets(chance, sizeof(chance));
	chance[0] = 1;
	hex_upper(serial, chance, sizeof(chance));
	at = der_open(b, DER_SEQUENCE);
	in = der_open(b, DER_CONTEXT(0));
	der_put_small(b, p->version_1 ? 0 : 2);
	der_close(b, in);
	der_put_serial(b, p->serial != NULL ? p->serial : serial);
	bytes_put(b, p->algorithm.data, p->algorithm.size);
	bytes_put(b, p->issuer.data, p->issuer.size);
	in = der_open(b, DER_SEQUENCE);
	der_put_time(b, p->not_before);
	der_put_time(b, p->not_after);
	der_close(b, in);
	der_put(b, DER_SEQUENCE, slice_text(""));
	bytes_put(b, p->spki.data, p->spki.size);
	put_certificate_extensions(b, p);
	der_close(b, at);
	if (p->trailing)
		put_u8(b, 0);
}

/* --- a CRL --------------------------------------------------------------- */

struct list_plan {
	struct slice	algorithm, issuer, authority;
	usec_t		this_update, next_update;
	int64_t		number;
	size_t		entries;
	bool		no_number, no_next, unknown, version_1, bad_entry;
	const char	*extension;	/* of an entry: OID's last octet, value */
	size_t		 extension_size;
	bool		 critical, twice;
	int64_t		base;		/* of a delta; 0: none */
	const char	*point, *freshest;	/* URIs; NULL: none */
	usec_t		expired_on;
	bool		soft;		/* what must be critical is not */
	bool		partial;	/* the point is of some reasons */
};

UNUSED static inline void
put_list_uri(struct bytes *b, const char *uri, bool partial)
{
	size_t at = b->size;

	der_put(b, DER_IMPLICIT(6), slice_text(uri));
	der_wrap(b, DER_CONTEXT(0), at);
	der_wrap(b, DER_CONTEXT(0), at);
	if (partial)
		der_put(b, DER_IMPLICIT(3), OID("\x00\x80"));
	der_wrap(b, DER_SEQUENCE, at);
}

UNUSED static inline void
put_list_kind(struct bytes *b, const struct list_plan *p)
{
	struct bytes value = { 0 };

	if (p->base != 0) {
		der_put_number(&value, DER_INTEGER, p->base);
		put_ext(b, OID_DELTA_INDICATOR, !p->soft, SLICE(&value));
		bytes_clear(&value);
	}
	if (p->point != NULL) {
		put_list_uri(&value, p->point, p->partial);
		put_ext(b, OID_ISSUING_POINT, !p->soft, SLICE(&value));
		bytes_clear(&value);
	}
	if (p->freshest != NULL) {
		put_list_uri(&value, p->freshest, false);
		der_wrap(&value, DER_SEQUENCE, 0);
		put_ext(b, OID_FRESHEST_CRL, false, SLICE(&value));
		bytes_clear(&value);
	}
	if (p->expired_on != 0) {
		der_put_generalized_time(&value, p->expired_on);
		put_ext(b, OID_EXPIRED_ON_CRL, false, SLICE(&value));
	}
	bytes_free(&value);
}


UNUSED static inline void
put_entry_extension(struct bytes *b, const struct list_plan *p)
{
	unsigned char oid[3] = { 0x55, 0x1d, 0 };
	size_t at = b->size;

	if (p->extension == NULL)
		return;
	oid[2] = (unsigned char)p->extension[0];
	for (int i = 0; i <= p->twice; i++)
		put_ext(b, (struct slice){ oid, 3 }, p->critical,
		    (struct slice){ (const unsigned char *)p->extension + 1,
		    p->extension_size - 1 });
	der_wrap(b, DER_SEQUENCE, at);
}

UNUSED static void
plan_list(struct list_plan *p, const struct hsm_home *h, int64_t number)
{
	memset(p, 0, sizeof(*p));
	p->algorithm = h->algorithm->signature;
	p->issuer = h->issuing.name;
	p->authority = h->issuing.key_id;
	p->this_update = clock_now() / USEC * USEC;
	p->next_update = p->this_update + USEC_DAY;
	p->number = number;
}

UNUSED static void
make_list(struct bytes *b, const struct list_plan *p)
{
	struct bytes number = { 0 };
	char serial[35];
	size_t at, in, list, i;

	bytes_clear(b);
	at = der_open(b, DER_SEQUENCE);
	der_put_small(b, p->version_1 ? 0 : 1);
	bytes_put(b, p->algorithm.data, p->algorithm.size);
	bytes_put(b, p->issuer.data, p->issuer.size);
	der_put_time(b, p->this_update);
	if (!p->no_next)
		der_put_time(b, p->next_update);
	if (p->entries > 0) {
		list = b->size;
		for (i = 0; i < p->entries; i++) {
			snprintf(serial, sizeof(serial), "01%032zX", i);
			in = der_open(b, DER_SEQUENCE);
			der_put_serial(b, serial);
			if (!p->bad_entry)
				der_put_time(b, p->this_update);
			put_entry_extension(b, p);
			der_close(b, in);
		}
		der_wrap(b, DER_SEQUENCE, list);
	}
	list = der_open(b, DER_CONTEXT(0));
	in = der_open(b, DER_SEQUENCE);
	put_authority(b, p->authority);
	der_put_number(&number, DER_INTEGER, p->number);
	if (!p->no_number)
		put_ext(b, OID("\x55\x1d\x14"), false, SLICE(&number));
	if (p->unknown)
		put_ext(b, OID("\x55\x1d\x63"), true, SLICE(&number));
	put_list_kind(b, p);
	der_close(b, in);
	der_close(b, list);
	der_close(b, at);
	bytes_free(&number);
}

/* --- an OCSP answer ------------------------------------------------------ */

struct ocsp_plan {
	unsigned char	responder[20], name[20], key[20];
	const char	*serial;
	usec_t		produced, this_update, next_update;
	bool		revoked, unknown, no_next, by_name, two, full, never;
};

UNUSED static void
sha1_of(unsigned char *to, struct slice s)
{
	if (EVP_Digest(s.data, s.size, to, NULL, EVP_sha1(), NULL) != 1)
		die("no SHA-1");
}

UNUSED static void
plan_ocsp(struct ocsp_plan *p, const struct hsm_home *h, const char *serial)
{
	struct slice bits = { NULL, 0 };

	memset(p, 0, sizeof(*p));
	algorithm_of_spki(SLICE(&h->ocsp_spki), &bits);
	sha1_of(p->responder, bits);
	algorithm_of_spki(h->issuing.spki, &bits);
	sha1_of(p->key, bits);
	sha1_of(p->name, h->issuing.name);
	p->serial = serial;
	p->produced = p->this_update = clock_now() / USEC * USEC;
	p->next_update = p->this_update + USEC_DAY / 2;
}

UNUSED static void
put_single(struct bytes *b, const struct ocsp_plan *p)
{
	static const unsigned char sha1[] = { 0x2b, 0x0e, 0x03, 0x02, 0x1a };
	static const unsigned char null[] = { 5, 0 };
	size_t at = der_open(b, DER_SEQUENCE), in, id;

	id = der_open(b, DER_SEQUENCE);
	in = der_open(b, DER_SEQUENCE);
	der_put(b, DER_OID, (struct slice){ sha1, sizeof(sha1) });
	bytes_put(b, null, 2);
	der_close(b, in);
	der_put(b, DER_OCTET_STRING, (struct slice){ p->name, 20 });
	der_put(b, DER_OCTET_STRING, (struct slice){ p->key, 20 });
	der_put_serial(b, p->serial);
	der_close(b, id);
	if (p->revoked) {
		in = der_open(b, DER_CONTEXT(1));
		der_put_generalized_time(b, p->never ? 0 : p->this_update);
		der_close(b, in);
	} else
		der_put(b, DER_IMPLICIT(p->unknown ? 2 : 0),
		    slice_text(p->full ? "x" : ""));
	der_put_generalized_time(b, p->this_update);
	if (!p->no_next) {
		in = der_open(b, DER_CONTEXT(0));
		der_put_generalized_time(b, p->next_update);
		der_close(b, in);
	}
	der_close(b, at);
}

UNUSED static void
make_ocsp(struct bytes *b, const struct ocsp_plan *p)
{
	size_t at, in;

	bytes_clear(b);
	at = der_open(b, DER_SEQUENCE);
	in = der_open(b, DER_CONTEXT(p->by_name ? 1 : 2));
	der_put(b, DER_OCTET_STRING, (struct slice){ p->responder, 20 });
	der_close(b, in);
	der_put_generalized_time(b, p->produced);
	in = der_open(b, DER_SEQUENCE);
	put_single(b, p);
	if (p->two)
		put_single(b, p);
	der_close(b, in);
	der_close(b, at);
}

/* --- evidence ------------------------------------------------------------ */

UNUSED static void
make_attributes(struct bytes *b, const char *content_type, size_t digest)
{
	unsigned char octets[64] = { 7 };
	size_t at, one, set;

	bytes_clear(b);
	at = der_open(b, DER_SET);
	one = der_open(b, DER_SEQUENCE);
	der_put(b, DER_OID, OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03"));
	set = der_open(b, DER_SET);
	der_put_oid_text(b, content_type);
	der_close(b, set);
	der_close(b, one);
	if (digest > 0) {
		one = der_open(b, DER_SEQUENCE);
		der_put(b, DER_OID,
		    OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04"));
		set = der_open(b, DER_SET);
		der_put(b, DER_OCTET_STRING, (struct slice){ octets, digest });
		der_close(b, set);
		der_close(b, one);
	}
	der_close(b, at);
}

#endif
