/*
 * Lists made by another hand (OpenSSL's own writer), as those of PKITS: what
 * they say of a certificate is the same to OpenSSL's path validation and to a
 * relying party that takes them apart with our reader, and what one does not
 * rely upon the other does not either.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "ca/crl_reason.h"
#include "fake_ca.h"
#include "status/crl.h"

#define NOW	((usec_t)time(NULL) * USEC)
#define POINT	"http://pki.example.org/status/crl/7.crl"
#define OTHER	"http://pki.example.org/status/crl/8.crl"
#define SERIAL	"01000000000000000000000000000000AA"
#define AFTER	"01000000000000000000000000000000AB"

enum outcome { GOOD, REVOKED, NOT_RELIED_UPON };

/* A list as a test wants it. */
struct list {
	int64_t		number, base;	/* number 0: there is no such list */
	const char	*point;
	const char	*entry;		/* its serial */
	int		reason;		/* 0: none is said */
	int		since, until;	/* seconds from now; 0: a day around */
	bool		never;		/* nextUpdate 99991231235959Z */
	bool		other_issuer, other_key, broken;
	bool		unknown;	/* a critical extension more */
	bool		of_cas;		/* onlyContainsCACerts */
	bool		indirect;
	bool		some_reasons;	/* keyCompromise alone */
};

static const struct {
	const char	*sentence;
	bool		 sharded;	/* the certificate names POINT */
	struct list	 list, delta;
	enum outcome	 outcome;
	const char	*says;		/* our reader, when it cannot tell */
} cases[] = {
	{ "a complete list without entries", false, { 5 }, { 0 }, GOOD, "" },
	{ "one with another certificate", false,
	  { 5, .entry = AFTER, .reason = 1 }, { 0 }, GOOD, "" },
	{ "revoked, with a reason", false,
	  { 5, .entry = SERIAL, .reason = 1 }, { 0 }, REVOKED, "" },
	{ "revoked, without a reason", false,
	  { 5, .entry = SERIAL }, { 0 }, REVOKED, "" },
	{ "suspended", false,
	  { 5, .entry = SERIAL, .reason = 6 }, { 0 }, REVOKED, "" },
	{ "a list that has ended", false,
	  { 5, .since = -7200, .until = -3600 }, { 0 }, NOT_RELIED_UPON,
	  "was due" },
	{ "one that is not valid yet", false,
	  { 5, .since = 3600, .until = 7200 }, { 0 }, NOT_RELIED_UPON,
	  "not valid yet" },
	{ "one of another issuer", false,
	  { 5, .other_issuer = true }, { 0 }, NOT_RELIED_UPON,
	  "another issuer" },
	{ "one that another key signed", false,
	  { 5, .other_key = true }, { 0 }, NOT_RELIED_UPON, "verify" },
	{ "a broken signature", false,
	  { 5, .broken = true }, { 0 }, NOT_RELIED_UPON, "verify" },
	{ "a critical extension that nobody knows", false,
	  { 5, .unknown = true }, { 0 }, NOT_RELIED_UPON, "crlExtensions" },
	{ "the last list", false,
	  { 5, .never = true }, { 0 }, GOOD, "" },
	{ "revoked on the last list", false,
	  { 5, .never = true, .entry = SERIAL, .reason = 5 }, { 0 },
	  REVOKED, "" },

	{ "revoked on the delta alone", false,
	  { 5 }, { 7, 5, .entry = SERIAL, .reason = 1 }, REVOKED, "" },
	{ "taken off by the delta", false,
	  { 5, .entry = SERIAL, .reason = 6 },
	  { 7, 5, .entry = SERIAL, .reason = 8 }, GOOD, "" },
	{ "a delta that says nothing of it", false,
	  { 5, .entry = SERIAL, .reason = 1 },
	  { 7, 5, .entry = AFTER, .reason = 1 }, REVOKED, "" },
	{ "a delta for a list before this one", false,
	  { 6 }, { 7, 5, .entry = SERIAL, .reason = 1 }, REVOKED, "" },
	{ "taken off, and nobody knew of it before", false,
	  { 5 }, { 7, 5, .entry = SERIAL, .reason = 8 }, GOOD, "" },

	{ "a shard without entries", true,
	  { 5, .point = POINT }, { 0 }, GOOD, "" },
	{ "revoked on its shard", true,
	  { 5, .point = POINT, .entry = SERIAL, .reason = 1 }, { 0 },
	  REVOKED, "" },
	{ "another shard than the certificate names", true,
	  { 5, .point = OTHER }, { 0 }, NOT_RELIED_UPON,
	  "another distribution point" },
	{ "a shard for a certificate that names none", false,
	  { 5, .point = POINT }, { 0 }, NOT_RELIED_UPON,
	  "another distribution point" },
	{ "the complete list for one that names a shard", true,
	  { 5, .entry = SERIAL, .reason = 1 }, { 0 }, REVOKED, "" },
	{ "the last list of a shard", true,
	  { 5, .point = POINT, .never = true }, { 0 }, GOOD, "" },
	{ "a shard of CA certificates", true,
	  { 5, .point = POINT, .of_cas = true }, { 0 }, NOT_RELIED_UPON,
	  "crlExtensions" },
};

/* What ours refuses outright, and OpenSSL handles in ways of its own. */
static const struct {
	const char	*sentence;
	struct list	 list, delta;
	const char	*says;
} stricter[] = {
	{ "a delta as the list", { 7, 5 }, { 0 }, "it is a delta" },
	{ "a list as the delta", { 5 }, { 7 }, "the delta is none" },
	{ "a delta for a later list", { 5 }, { 9, 8 }, "not of this list" },
	{ "a delta older than the list", { 9 }, { 7, 5 },
	  "not of this list" },
	{ "a delta that has ended", { 5 },
	  { 7, 5, .since = -7200, .until = -3600 }, "was due" },
	{ "a delta of a shard", { 5 }, { 7, 5, .point = POINT },
	  "another distribution point" },
	{ "an indirect list", { 5, .point = POINT, .indirect = true }, { 0 },
	  "crlExtensions" },
	{ "a list for some reasons", { 5, .point = POINT,
	  .some_reasons = true }, { 0 }, "crlExtensions" },
};

static struct fake_ca ca, other;
static struct signatory *issuer;
static X509 *plain, *sharded;

/* --- making them --------------------------------------------------------- */

static X509 *
make_leaf(const char *point)
{
	X509 *x = X509_new();
	EVP_PKEY *key = fake_key("P-256");
	BIGNUM *number = NULL;

	X509_set_version(x, 2);
	BN_hex2bn(&number, SERIAL);
	BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x));
	BN_free(number);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN",
	    MBSTRING_UTF8, (const unsigned char *)"leaf", -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(ca.certificate));
	X509_set_pubkey(x, key);
	if (point != NULL)
		fake_extension(x, ca.certificate, "crlDistributionPoints",
		    point);
	assert_int_not_equal(X509_sign(x, ca.key, EVP_sha256()), 0);
	EVP_PKEY_free(key);
	return x;
}

static void
add_entry(X509_CRL *crl, const struct list *l)
{
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_INTEGER *serial = ASN1_INTEGER_new();
	ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();
	ASN1_TIME *time_ = X509_gmtime_adj(NULL, -4000);
	BIGNUM *number = NULL;

	BN_hex2bn(&number, l->entry);
	BN_to_ASN1_INTEGER(number, serial);
	X509_REVOKED_set_serialNumber(entry, serial);
	X509_REVOKED_set_revocationDate(entry, time_);
	ASN1_ENUMERATED_set(reason, l->reason);
	if (l->reason != 0)
		X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0,
		    0);
	X509_CRL_add0_revoked(crl, entry);
	ASN1_ENUMERATED_free(reason);
	ASN1_INTEGER_free(serial);
	ASN1_TIME_free(time_);
	BN_free(number);
}

static void
add_number(X509_CRL *crl, int nid, int64_t value, int critical)
{
	ASN1_INTEGER *number = ASN1_INTEGER_new();

	ASN1_INTEGER_set_int64(number, value);
	X509_CRL_add1_ext_i2d(crl, nid, number, critical, 0);
	ASN1_INTEGER_free(number);
}

static void
add_conf(X509_CRL *crl, const char *name, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, ca.certificate, NULL, NULL, crl, 0);
	extension = X509V3_EXT_conf(NULL, &ctx, name, value);
	assert_non_null(extension);
	X509_CRL_add_ext(crl, extension, -1);
	X509_EXTENSION_free(extension);
}

static void
add_point(X509_CRL *crl, const struct list *l)
{
	X509_EXTENSION *e;
	CONF *conf = NCONF_new(NULL);
	BIO *bio = BIO_new(BIO_s_mem());
	X509V3_CTX ctx;

	BIO_printf(bio, "[idp]\nfullname = URI:%s\n%s%s%s", l->point,
	    l->of_cas ? "onlyCA = TRUE\n" : "",
	    l->indirect ? "indirectCRL = TRUE\n" : "",
	    l->some_reasons ? "onlysomereasons = keyCompromise\n" : "");
	assert_int_equal(NCONF_load_bio(conf, bio, NULL), 1);
	X509V3_set_ctx(&ctx, ca.certificate, NULL, NULL, crl, 0);
	X509V3_set_nconf(&ctx, conf);
	e = X509V3_EXT_nconf(conf, &ctx, "issuingDistributionPoint",
	    "critical,@idp");
	assert_non_null(e);
	X509_CRL_add_ext(crl, e, -1);
	X509_EXTENSION_free(e);
	BIO_free(bio);
	NCONF_free(conf);
}

static void
set_times(X509_CRL *crl, const struct list *l)
{
	ASN1_TIME *t = X509_gmtime_adj(NULL,
	    l->since == 0 ? -3600 : l->since);

	X509_CRL_set1_lastUpdate(crl, t);
	X509_gmtime_adj(t, l->until == 0 ? 86400 : l->until);
	if (l->never)
		ASN1_TIME_set_string(t, "99991231235959Z");
	X509_CRL_set1_nextUpdate(crl, t);
	ASN1_TIME_free(t);
}

/* NULL when there is no such list. */
static X509_CRL *
make_list(const struct list *l, struct bytes *der)
{
	const unsigned char *in;
	unsigned char *p = NULL;
	X509_CRL *crl;
	int size;

	bytes_clear(der);
	if (l->number == 0)
		return NULL;
	crl = X509_CRL_new();
	X509_CRL_set_version(crl, 1);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(
	    l->other_issuer ? other.certificate : ca.certificate));
	set_times(crl, l);
	if (l->entry != NULL)
		add_entry(crl, l);
	add_conf(crl, "authorityKeyIdentifier", "keyid");
	add_number(crl, NID_crl_number, l->number, 0);
	if (l->base != 0)
		add_number(crl, NID_delta_crl, l->base, 1);
	else
		add_conf(crl, "freshestCRL", "URI:http://x/delta.crl");
	if (l->point != NULL)
		add_point(crl, l);
	if (l->unknown)
		add_conf(crl, "1.2.3.4", "critical,DER:0500");
	X509_CRL_sort(crl);
	assert_int_not_equal(X509_CRL_sign(crl, l->other_key ||
	    l->other_issuer ? other.key : ca.key, EVP_sha256()), 0);
	size = i2d_X509_CRL(crl, &p);
	bytes_copy(der, (struct slice){ p, (size_t)size });
	OPENSSL_free(p);
	X509_CRL_free(crl);
	if (l->broken)
		der->data[der->size - 1] ^= 1;
	in = der->data;
	return d2i_X509_CRL(NULL, &in, (long)der->size);
}

/* --- a relying party that reads with ours (RFC 5280 6.3.3) ---------------- */

struct crl_question {
	const struct signatory *issuer;
	struct slice	 serial;	/* octets of the INTEGER */
	struct slice	 point;		/* URI of its CDP; empty: none */
	usec_t		 now;
};

static int
check_list(const struct crl_question *q, struct slice der,
    struct crl_facts *facts, struct err *err)
{
	if (crl_read(der, facts, err) != 0)
		return -1;
	if (!slice_equal(facts->issuer, signatory_name(q->issuer)))
		return err_set(err, EXDEV, "it is of another issuer (RFC 5280 "
		    "6.3.3 b)");
	if (facts->key_id.size > 0 &&
	    !slice_equal(facts->key_id, signatory_key_id(q->issuer)))
		return err_set(err, EXDEV, "it is signed by another key of the "
		    "issuer (RFC 5280 5.2.1)");
	if (facts->this_update > q->now)
		return err_set(err, ESTALE, "it is not valid yet (RFC 5280 "
		    "5.1.2.4)");
	if (facts->next_update <= q->now)
		return err_set(err, ESTALE, "the next one was due (RFC 5280 "
		    "5.1.2.5)");
	return signatory_verify(q->issuer, facts->tbs, facts->signature, err);
}

/* A point of its own is for the certificates that name it. */
static int
check_scope(const struct crl_question *q, const struct crl_facts *list,
    struct err *err)
{
	if (list->base != 0)
		return err_set(err, EXDEV, "it is a delta, not a complete list "
		    "(RFC 5280 5.2.4)");
	if (list->point.size > 0 && !slice_equal(list->point, q->point))
		return err_set(err, EXDEV, "it is of another distribution "
		    "point than the certificate names (RFC 5280 6.3.3 b)");
	return 0;
}

static int
check_delta(const struct crl_facts *list, const struct crl_facts *delta,
    struct err *err)
{
	if (delta->base == 0)
		return err_set(err, EXDEV, "the delta is none (RFC 5280 "
		    "5.2.4)");
	if (!slice_equal(delta->point, list->point))
		return err_set(err, EXDEV, "the delta is of another "
		    "distribution point (RFC 5280 6.3.3 c)");
	if (list->number < delta->base || list->number > delta->number)
		return err_set(err, EXDEV, "the delta is not of this list, "
		    "whose number is %lld (RFC 5280 5.2.4)",
		    (long long)list->number);
	return 0;
}

/* 1: listed; 0; -1. */
static int
find(struct slice entries, struct slice serial, struct crl_entry *entry,
    struct err *err)
{
	int got;

	while ((got = crl_next_entry(&entries, entry)) == 1)
		if (slice_equal(entry->serial, serial))
			return 1;
	return got == 0 ? 0 : err_set(err, EBADMSG, "an entry is malformed "
	    "(RFC 5280 5.1)");
}

/*
 * 1: revoked, and the entry; 0: not; -1: the list cannot be relied upon, and
 * why.  A delta (empty: none) that is not of this list is a fault too.
 */
static int
crl_says(const struct crl_question *q, struct slice der, struct slice fresh,
    struct crl_entry *entry, struct err *err)
{
	struct crl_facts list, delta;
	struct crl_entry newer;
	int listed;

	if (check_list(q, der, &list, err) != 0 ||
	    check_scope(q, &list, err) != 0)
		return -1;
	listed = find(list.entries, q->serial, entry, err);
	if (listed == -1 || fresh.size == 0)
		return listed;
	if (check_list(q, fresh, &delta, err) != 0 ||
	    check_delta(&list, &delta, err) != 0)
		return err_in(err, "the delta");
	switch (find(delta.entries, q->serial, &newer, err)) {
	case -1:
		return err_in(err, "the delta");
	case 0:
		return listed;
	}
	*entry = newer;
	return newer.reason != REASON_REINSTATED;
}

/* --- asking both --------------------------------------------------------- */

static enum outcome
ask_openssl(X509 *leaf, X509_CRL *list, X509_CRL *delta)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	enum outcome outcome = NOT_RELIED_UPON;
	int ok;

	X509_STORE_add_cert(store, ca.certificate);
	X509_STORE_add_crl(store, list);
	if (delta != NULL)
		X509_STORE_add_crl(store, delta);
	X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK |
	    X509_V_FLAG_USE_DELTAS | X509_V_FLAG_EXTENDED_CRL_SUPPORT);
	assert_int_equal(X509_STORE_CTX_init(ctx, store, leaf, NULL), 1);
	ok = X509_verify_cert(ctx);
	if (ok == 1)
		outcome = GOOD;
	else if (X509_STORE_CTX_get_error(ctx) == X509_V_ERR_CERT_REVOKED)
		outcome = REVOKED;
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	return outcome;
}

static enum outcome
ask_ours(bool is_sharded, struct slice list, struct slice delta,
    struct err *err)
{
	static const unsigned char serial[17] = { 1, [16] = 0xaa };
	struct crl_question q = { .issuer = issuer,
	    .serial = { serial, sizeof serial }, .now = NOW };
	struct crl_entry entry;

	memset(err, 0, sizeof *err);
	if (is_sharded)
		q.point = slice_text(POINT);
	switch (crl_says(&q, list, delta, &entry, err)) {
	case 0:
		return GOOD;
	case 1:
		return REVOKED;
	default:
		return NOT_RELIED_UPON;
	}
}

static void
both_say_the_same(void **state)
{
	struct bytes list = { 0 }, delta = { 0 };
	X509_CRL *one, *two;
	enum outcome theirs, ours;
	struct err err;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		one = make_list(&cases[i].list, &list);
		two = make_list(&cases[i].delta, &delta);
		theirs = ask_openssl(cases[i].sharded ? sharded : plain, one,
		    two);
		ours = ask_ours(cases[i].sharded, SLICE(&list), SLICE(&delta),
		    &err);
		if (theirs != cases[i].outcome)
			fail_msg("%s: OpenSSL says %d", cases[i].sentence,
			    theirs);
		if (ours != cases[i].outcome)
			fail_msg("%s: ours is %d: %s", cases[i].sentence,
			    ours, err.text);
		if (strstr(err.text, cases[i].says) == NULL)
			fail_msg("%s: %s", cases[i].sentence, err.text);
		X509_CRL_free(one);
		X509_CRL_free(two);
	}
	bytes_free(&list);
	bytes_free(&delta);
}

static void
what_is_no_list_of_ours_is_refused(void **state)
{
	struct bytes list = { 0 }, delta = { 0 };
	struct err err;

	for (size_t i = 0; i < sizeof stricter / sizeof *stricter; i++) {
		X509_CRL_free(make_list(&stricter[i].list, &list));
		X509_CRL_free(make_list(&stricter[i].delta, &delta));
		if (ask_ours(stricter[i].list.point != NULL, SLICE(&list),
		    SLICE(&delta), &err) != NOT_RELIED_UPON ||
		    strstr(err.text, stricter[i].says) == NULL)
			fail_msg("%s: %s", stricter[i].sentence, err.text);
	}
	bytes_free(&list);
	bytes_free(&delta);
}

static int
setup(void **state)
{
	struct err err;

	fake_ca_make(&ca, "P-256", "CRL cases");
	fake_ca_make(&other, "P-256", "Another");
	issuer = signatory_new(SLICE(&ca.der), &err);
	plain = make_leaf(NULL);
	sharded = make_leaf("URI:" POINT);
	return issuer == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	X509_free(plain);
	X509_free(sharded);
	signatory_free(issuer);
	fake_ca_free(&ca);
	fake_ca_free(&other);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_say_the_same),
		cmocka_unit_test(what_is_no_list_of_ours_is_refused),
	};

	return cmocka_run_group_tests_name("crl_cases", tests, setup,
	    teardown);
}
