/*
 * What the signer refuses: each row spoils one part of something that would be
 * signed, and names a word of the sentence it gets.  Of a CRL: RFC 5280 5.1.2.1,
 * .2.5, .2.6; nextUpdate and numbers BR 7.2.2, BR 4.9.7.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ca/handover_key.h"
#include "hsm/rules.h"
#include "hsm_home.h"

#define ISSUED	"01AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define UNSEEN	"01BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"

static struct hsm_home home;
static struct rules *rules;

static bool
has_serial(void *arg, const char *serial)
{
	return strcmp(serial, ISSUED) == 0;
}

/* Of each list; the deltas are behind, shard 9 is new. */
static int64_t
crl_number(void *arg, const char *list)
{
	return strcmp(list, "issuing/9") == 0 ? -1 :
	    strcmp(list, "issuing/delta") == 0 ? 40 : 41;
}

/* What was signed as the last: "" nothing, or a list. */
static const char *last_begun = "", *last_ended = "";

static enum rules_last
crl_last(void *arg, const char *list)
{
	const char *slash = strchr(list, '/');
	bool all = slash != NULL && strcmp(slash, "/all") == 0;

	if (*last_ended != '\0' && (all || strcmp(list, last_ended) == 0))
		return RULES_ENDED;
	if (*last_begun != '\0' && (all || strcmp(list, last_begun) == 0))
		return RULES_BEGUN;
	return RULES_NEVER;
}

/* "" when it may be signed. */
static const char *
judge(enum sign_kind kind, const char *key, struct slice tbs, char what[48])
{
	static struct err err;
	struct rules_past past = { has_serial, crl_number, crl_last,
	    NULL };
	struct rules_order order = { kind, key, tbs, clock_now() };

	memset(&err, 0, sizeof(err));
	return rules_judge(rules, &order, &past, what, &err) == 0 ? "" :
	    err.text;
}

static void
expect(const char *what, const char *said, const char *wanted)
{
	if (*wanted == '\0' ? *said != '\0' : strstr(said, wanted) == NULL)
		fail_msg("%s: wanted \"%s\", found \"%s\"", what, wanted,
		    said);
}

/* --- certificates -------------------------------------------------------- */

static void ok(struct tbs_plan *p) { }
static void email(struct tbs_plan *p)
    { p->usage = OID("\x2b\x06\x01\x05\x05\x07\x03\x04"); }
static void serial_again(struct tbs_plan *p) { p->serial = ISSUED; }
static void serial_short(struct tbs_plan *p) { p->serial = "01AA"; }
static void serial_02(struct tbs_plan *p)
    { p->serial = "02AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"; }
static void version_1(struct tbs_plan *p) { p->version_1 = true; }
static void trailing(struct tbs_plan *p) { p->trailing = true; }
static void sha1_signed(struct tbs_plan *p)
    { p->algorithm = OID("\x30\x09\x06\x07\x2a\x86\x48\xce\x3d\x04\x01"); }
static void other_issuer(struct tbs_plan *p)
    { p->issuer = OID("\x30\x00"); }
static void is_ca(struct tbs_plan *p) { p->ca = true; }
static void signs_certs(struct tbs_plan *p) { p->key_usage = 0x84; }
static void signs_crls(struct tbs_plan *p) { p->key_usage = 0x82; }
static void past_ca(struct tbs_plan *p)
    { p->not_after = home.issuing.not_after + USEC; }
static void before_ca(struct tbs_plan *p)
    { p->not_before = home.issuing.not_before - USEC; }
static void too_long(struct tbs_plan *p)
    { p->not_after = p->not_before + 826 * USEC_DAY; }
static void backwards(struct tbs_plan *p)
    { p->not_after = p->not_before - USEC; }
static void tomorrow(struct tbs_plan *p)
    { p->not_before += USEC_DAY; }
static void any_usage(struct tbs_plan *p)
    { p->usage = OID("\x55\x1d\x25\x00"); }
static void code_signing(struct tbs_plan *p)
    { p->usage = OID("\x2b\x06\x01\x05\x05\x07\x03\x03"); }
static void ocsp_signing(struct tbs_plan *p)
    { p->usage = OID_OCSP_SIGNING; }
static void no_check(struct tbs_plan *p) { p->no_check = true; }
static void other_policy(struct tbs_plan *p) { p->policy = OID("\x2a\x03"); }
static void no_policies(struct tbs_plan *p) { p->no_policies = true; }
static void no_authority(struct tbs_plan *p) { p->no_authority = true; }
static void other_authority(struct tbs_plan *p)
    { p->authority = OID("another"); }
static void twice(struct tbs_plan *p) { p->two_usages = true; }
static void unknown(struct tbs_plan *p) { p->unknown = true; }
static void critical_id(struct tbs_plan *p) { p->critical_id = true; }
static void issuing_key(struct tbs_plan *p) { p->spki = home.issuing.spki; }
static void no_usage(struct tbs_plan *p) { p->no_usage = true; }
static void seal(struct tbs_plan *p)
    { p->no_usage = true; p->key_usage = 0x40; }
static void seal_that_signs(struct tbs_plan *p)
    { p->no_usage = true; p->key_usage = 0xc0; }
#define SEMANTICS(last) OID("\x30\x17\x30\x15\x06\x08\x2b\x06\x01\x05\x05\x07" \
    "\x0b\x02\x30\x09\x06\x07\x04\x00\x8b\xec\x49\x01" last)
static void natural(struct tbs_plan *p) { p->statements = SEMANTICS("\x01"); }
static void legal(struct tbs_plan *p) { p->statements = SEMANTICS("\x02"); }
static void eidas(struct tbs_plan *p) { p->statements = SEMANTICS("\x03"); }
/* id-etsi-qcs-QcCompliance: this is a qualified certificate. */
static void qualified(struct tbs_plan *p)
    { p->statements = OID("\x30\x0a\x30\x08\x06\x06\x04\x00\x8e\x46\x01\x01"); }
static void two_statements(struct tbs_plan *p)
    { p->statements = OID("\x30\x14\x30\x08\x06\x06\x04\x00\x8e\x46\x01\x01"
      "\x30\x08\x06\x06\x04\x00\x8e\x46\x01\x01"); }
static void evidence_key(struct tbs_plan *p)
    { p->spki = SLICE(&home.evidence_spki); p->no_usage = true;
      p->key_usage = 0xc0; }
static void evidence_server(struct tbs_plan *p)
    { p->spki = SLICE(&home.evidence_spki); }
static void evidence_agrees(struct tbs_plan *p)
    { evidence_key(p); p->key_usage = 0x88; }
static void handover_key(struct tbs_plan *p)
    { p->spki = SLICE(&home.handover_spki); p->no_usage = true;
      p->key_usage = 0x08; }
static void handover_signs(struct tbs_plan *p)
    { handover_key(p); p->key_usage = 0x88; }
static void responder_as_server(struct tbs_plan *p)
    { p->spki = SLICE(&home.ocsp_spki);
      p->not_after = p->not_before + USEC_DAY; }

static void
responder(struct tbs_plan *p)
{
	p->spki = SLICE(&home.ocsp_spki);
	p->usage = OID_OCSP_SIGNING;
	p->no_check = true;
	p->no_policies = true;
	p->not_after = p->not_before + 14 * USEC_DAY - USEC;
}

static void
responder_long(struct tbs_plan *p)
{
	responder(p);
	p->not_after = p->not_before + 90 * USEC_DAY;
}

static const struct {
	const char *what;
	void	(*spoil)(struct tbs_plan *);
	const char *wanted;
} certificates[] = {
	{ "a server's certificate is signed", ok, "" },
	{ "one for email is signed", email, "" },
	{ "the OCSP responder's is signed", responder, "" },
	{ "a serial is signed once", serial_again, "signed before" },
	{ "a serial has 34 digits", serial_short, "34" },
	{ "a serial begins with 01", serial_02, "34" },
	{ "version 3 only", version_1, "version 3" },
	{ "nothing stands behind it", trailing, "not the DER" },
	{ "the algorithm is the key's", sha1_signed, "algorithm" },
	{ "the issuer is the issuing CA", other_issuer, "issuer" },
	{ "it is no CA", is_ca, "is a CA" },
	{ "it signs no certificates", signs_certs, "keyCertSign" },
	{ "it signs no CRLs", signs_crls, "cRLSign" },
	{ "it does not outlive the CA", past_ca, "not inside" },
	{ "it is not older than the CA", before_ca, "not inside" },
	{ "its lifetime is bounded", too_long, "825 days" },
	{ "it ends after it begins", backwards, "not after" },
	{ "it does not begin tomorrow", tomorrow, "future" },
	{ "not for any purpose", any_usage, "purpose" },
	{ "not for code", code_signing, "purpose" },
	{ "OCSPSigning is the responder's", ocsp_signing, "responder's own" },
	{ "nocheck is the responder's", no_check, "nocheck" },
	{ "the responder serves nothing else", responder_as_server,
	    "OCSPSigning alone" },
	{ "the responder's is short", responder_long, "31 days" },
	{ "only policies of the CA", other_policy, "policy 1.2.3" },
	{ "a subscriber's has a policy", no_policies, "certificatePolicies" },
	{ "it names the issuing key", no_authority, "authorityKeyId" },
	{ "it names no other key", other_authority, "authorityKeyId" },
	{ "no extension twice", twice, "twice" },
	{ "no unknown extension", unknown, "extension 1.2.3.4" },
	{ "only what may be is critical", critical_id, "critical" },
	{ "not for the issuing key", issuing_key, "key issuing" },
	{ "every other has a purpose", no_usage, "extKeyUsage is missing" },
	{ "a seal has none and commits only", seal, "" },
	{ "what signs has a purpose", seal_that_signs,
	    "extKeyUsage is missing" },
	{ "a person's identifier is said", natural, "" },
	{ "an organisation's identifier is said", legal, "" },
	{ "no other semantics", eidas, "qcStatements" },
	{ "none is qualified", qualified, "qcStatements" },
	{ "one statement at most", two_statements, "qcStatements" },
	{ "the evidence key's is signed", evidence_key, "" },
	{ "the evidence key has no purpose", evidence_server, "key evidence" },
	{ "the evidence key agrees on nothing", evidence_agrees,
	    "key evidence" },
	{ "the handover key's is signed", handover_key, "" },
	{ "the handover key signs nothing", handover_signs, "key handover" },
};

static void
certificate_rows(void **state)
{
	struct bytes tbs = { 0 };
	struct tbs_plan plan;
	char what[48];
	size_t i;

	for (i = 0; i < sizeof(certificates) / sizeof(certificates[0]); i++) {
		plan_certificate(&plan, &home);
		certificates[i].spoil(&plan);
		make_certificate(&tbs, &plan);
		expect(certificates[i].what, judge(SIGN_CERTIFICATE,
		    "issuing", SLICE(&tbs), what), certificates[i].wanted);
	}
	plan_certificate(&plan, &home);
	plan.serial = UNSEEN;
	make_certificate(&tbs, &plan);
	judge(SIGN_CERTIFICATE, "issuing", SLICE(&tbs), what);
	assert_string_equal(what, "serial=" UNSEEN);
	bytes_free(&tbs);
}

/* --- which key for what -------------------------------------------------- */

static void
key_rows(void **state)
{
	static const struct {
		enum sign_kind kind;
		const char *key, *wanted;
	} rows[] = {
		{ SIGN_CERTIFICATE, "issuing", "" },
		{ SIGN_CERTIFICATE, "ocsp", "is not for" },
		{ SIGN_CERTIFICATE, "evidence", "is not for" },
		{ SIGN_CERTIFICATE, "root", "is not for" },
		{ SIGN_CERTIFICATE, "", "is not for" },
		{ SIGN_CRL, "issuing", "CRL" },
		{ SIGN_CRL, "ocsp", "is not for" },
		{ SIGN_OCSP, "issuing", "is not for" },
		{ SIGN_OCSP, "ocsp", "version 1" },
		{ SIGN_EVIDENCE, "evidence", "not the DER" },
		{ SIGN_EVIDENCE, "issuing", "is not for" },
		{ SIGN_EVIDENCE, "handover", "is not for" },
		{ SIGN_CERTIFICATE, "handover", "is not for" },
		{ SIGN_HANDOVER, "issuing", "is not for" },
		{ SIGN_HANDOVER, "handover", "HandoverKey" },
	};
	struct bytes tbs = { 0 };
	struct tbs_plan plan;
	char what[48];
	size_t i;

	plan_certificate(&plan, &home);
	make_certificate(&tbs, &plan);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect(rows[i].key, judge(rows[i].kind, rows[i].key,
		    SLICE(&tbs), what), rows[i].wanted);
	bytes_free(&tbs);
}

/* --- CRLs ---------------------------------------------------------------- */

static void l_ok(struct list_plan *p) { }
static void l_entries(struct list_plan *p) { p->entries = 1000; }
static void l_same(struct list_plan *p) { p->number = 41; }
static void l_negative(struct list_plan *p) { p->number = -1; }
static void l_no_number(struct list_plan *p) { p->no_number = true; }
static void l_no_next(struct list_plan *p) { p->no_next = true; }
static void l_over(struct list_plan *p)
    { p->this_update -= 2 * USEC_DAY; p->next_update -= 2 * USEC_DAY; }
static void l_future(struct list_plan *p) { p->this_update += USEC_DAY / 2; }
static void l_long(struct list_plan *p) { p->next_update += 10 * USEC_DAY; }
static void l_issuer(struct list_plan *p) { p->issuer = OID("\x30\x00"); }
static void l_authority(struct list_plan *p) { p->authority = OID("other"); }
static void l_unknown(struct list_plan *p) { p->unknown = true; }
static void l_version(struct list_plan *p) { p->version_1 = true; }
static void l_entry(struct list_plan *p)
    { p->entries = 3; p->bad_entry = true; }

#define EXTENSION(p, octets) \
	((p)->entries = 2, (p)->extension = octets, \
	(p)->extension_size = sizeof(octets) - 1)
#define SINCE	"\x18\x18\x0f" "20241004000000Z"
static void l_reason(struct list_plan *p)
    { EXTENSION(p, "\x15\x0a\x01\x06"); }
static void l_since(struct list_plan *p) { EXTENSION(p, SINCE); }
static void l_remove(struct list_plan *p)
    { EXTENSION(p, "\x15\x0a\x01\x08"); }
static void l_reason_7(struct list_plan *p)
    { EXTENSION(p, "\x15\x0a\x01\x07"); }
static void l_reason_long(struct list_plan *p)
    { EXTENSION(p, "\x15\x0a\x01\x01\x05\x00"); }
static void l_no_date(struct list_plan *p)
    { EXTENSION(p, "\x18\x18\x0f" "20241304000000Z"); }
static void l_utc_date(struct list_plan *p)
    { EXTENSION(p, "\x18\x17\x0d" "241004000000Z"); }
static void l_other(struct list_plan *p)	/* certificateIssuer */
    { EXTENSION(p, "\x1d\x30\x00"); }
static void l_critical(struct list_plan *p)
    { l_since(p); p->critical = true; }
static void l_twice(struct list_plan *p) { l_since(p); p->twice = true; }

#define BASE	"http://pki.example.org/pki/status/"
#define NEVER	((usec_t)253402300799 * USEC)
static void l_delta(struct list_plan *p) { p->base = 41; }
static void l_delta_same(struct list_plan *p)
    { p->base = 41; p->number = 41; }
static void l_delta_now(struct list_plan *p) { p->base = 42; }
static void l_delta_ahead(struct list_plan *p) { p->base = 42; p->number = 43; }
static void l_delta_remove(struct list_plan *p)
    { p->base = 41; l_remove(p); }
static void l_delta_soft(struct list_plan *p) { p->base = 41; p->soft = true; }
static void l_delta_shard(struct list_plan *p)
    { p->base = 41; p->point = BASE "crl/7.crl"; }
static void l_shard(struct list_plan *p) { p->point = BASE "crl/7.crl"; }
static void l_shard_same(struct list_plan *p) { l_shard(p); p->number = 41; }
static void l_shard_new(struct list_plan *p)
    { p->point = BASE "crl/9.crl"; p->number = 1; }
static void l_shard_soft(struct list_plan *p) { l_shard(p); p->soft = true; }
static void l_shard_partial(struct list_plan *p)
    { l_shard(p); p->partial = true; }
static void l_shard_remove(struct list_plan *p) { l_shard(p); l_remove(p); }
static void l_shard_word(struct list_plan *p) { p->point = BASE "crl/x.crl"; }
static void l_shard_zero(struct list_plan *p) { p->point = BASE "crl/07.crl"; }
static void l_shard_other(struct list_plan *p)
    { p->point = BASE "issuing.crl"; }
static void l_shard_https(struct list_plan *p)
    { p->point = "https://pki.example.org/status/crl/7.crl"; }
static void l_shard_space(struct list_plan *p)
    { p->point = "http://pki.example org/status/crl/7.crl"; }
static void l_freshest(struct list_plan *p)
    { p->freshest = BASE "issuing-delta.crl"; }
static void l_freshest_other(struct list_plan *p)
    { p->freshest = BASE "issuing.crl"; }
static void l_freshest_shard(struct list_plan *p)
    { l_freshest(p); l_shard(p); }
static void l_expired(struct list_plan *p)
    { p->expired_on = home.issuing.not_before; }
static void l_expired_later(struct list_plan *p)
    { p->expired_on = home.issuing.not_before + USEC_DAY; }
static void l_last(struct list_plan *p) { p->next_update = NEVER; }
static void l_last_delta(struct list_plan *p)
    { p->next_update = NEVER; p->base = 41; }
static void l_last_shard(struct list_plan *p)
    { p->next_update = NEVER; l_shard(p); }
static void l_nearly_never(struct list_plan *p)
    { p->next_update = NEVER - USEC; }

static void
kind_rows(void **state)
{
	static const struct {
		const char *sentence;
		void	(*make)(struct list_plan *);
		const char *wanted, *what;
	} rows[] = {
		{ "a delta is signed", l_delta, "", "number=42/delta" },
		{ "with the number of the complete one", l_delta_same, "not "
		    "that of a complete list before", "number=41/delta" },
		{ "not on itself", l_delta_now, "BaseCRLNumber",
		    "number=42/delta" },
		{ "not on what is not there", l_delta_ahead, "BaseCRLNumber",
		    "number=43/delta" },
		{ "removeFromCRL in a delta", l_delta_remove, "",
		    "number=42/delta" },
		{ "a delta is critical", l_delta_soft, "critical", "-" },
		{ "no delta of a shard", l_delta_shard, "no distribution "
		    "point", "-" },
		{ "a shard is signed", l_shard, "", "number=42/7" },
		{ "its number rises", l_shard_same, "not above 41",
		    "number=41/7" },
		{ "each has numbers of its own", l_shard_new, "",
		    "number=1/9" },
		{ "a point is critical", l_shard_soft, "critical", "-" },
		{ "for all reasons", l_shard_partial, "one http URI", "-" },
		{ "no removeFromCRL in a shard", l_shard_remove, "a reason "
		    "and", "number=42/7" },
		{ "a point is a number", l_shard_word, "number of a shard",
		    "-" },
		{ "written in one way", l_shard_zero, "number of a shard",
		    "-" },
		{ "the complete list has no point", l_shard_other, "one http "
		    "URI", "-" },
		{ "http only", l_shard_https, "one http URI", "-" },
		{ "a URI has no space", l_shard_space, "one http URI", "-" },
		{ "it says where the delta is", l_freshest, "", "number=42" },
		{ "there and nowhere else", l_freshest_other, "freshestCRL",
		    "-" },
		{ "a shard does not", l_freshest_shard, "no distribution "
		    "point", "-" },
		{ "what has ended stays", l_expired, "", "number=42" },
		{ "all of it", l_expired_later, "expiredCertsOnCRL", "-" },
		{ "the last is signed", l_last, "", "number=42/last" },
		{ "also of a shard", l_last_shard, "", "number=42/7/last" },
		{ "no delta is the last", l_last_delta, "not the last",
		    "number=42/delta/last" },
		{ "a second less is too long", l_nearly_never, "2 days",
		    "-" },
	};
	struct bytes tbs = { 0 };
	struct list_plan plan;
	char what[48];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		plan_list(&plan, &home, 42);
		rows[i].make(&plan);
		make_list(&tbs, &plan);
		expect(rows[i].sentence, judge(SIGN_CRL, "issuing",
		    SLICE(&tbs), what), rows[i].wanted);
		if (strcmp(what, rows[i].what) != 0)
			fail_msg("%s: %s", rows[i].sentence, what);
	}
	bytes_free(&tbs);
}

/* What may be signed once a last list was. */
static void
last_rows(void **state)
{
	static const struct {
		const char *sentence, *begun, *ended;
		void	(*make)(struct list_plan *);
		const char *wanted;
	} rows[] = {
		{ "none behind the last", "", "issuing", l_ok, "last" },
		{ "no delta", "", "issuing", l_delta, "last CRL" },
		{ "no shard", "", "issuing", l_shard, "last CRL" },
		{ "the last of a shard", "", "issuing", l_last_shard, "" },
		{ "the last once", "", "issuing", l_last, "was signed" },
		{ "of a shard once", "", "issuing/7", l_last_shard,
		    "was signed" },
		{ "the complete one behind a shard's", "", "issuing/7",
		    l_last, "" },
		{ "again when it was lost", "issuing", "", l_last, "" },
		{ "but nothing else", "issuing", "", l_ok, "last CRL" },
	};
	struct bytes tbs = { 0 };
	struct list_plan plan;
	struct tbs_plan certificate;
	char what[48];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		last_begun = rows[i].begun;
		last_ended = rows[i].ended;
		plan_list(&plan, &home, 42);
		rows[i].make(&plan);
		make_list(&tbs, &plan);
		expect(rows[i].sentence, judge(SIGN_CRL, "issuing",
		    SLICE(&tbs), what), rows[i].wanted);
		plan_certificate(&certificate, &home);
		make_certificate(&tbs, &certificate);
		expect(rows[i].sentence, judge(SIGN_CERTIFICATE, "issuing",
		    SLICE(&tbs), what), "issues nothing more");
	}
	last_begun = last_ended = "";
	bytes_free(&tbs);
}

static void
list_rows(void **state)
{
	static const struct {
		const char *what;
		void	(*spoil)(struct list_plan *);
		const char *wanted;
	} rows[] = {
		{ "a CRL is signed", l_ok, "" },
		{ "one with entries is signed", l_entries, "" },
		{ "its number rises", l_same, "not above 41" },
		{ "its number is not negative", l_negative, "malformed" },
		{ "it has a number", l_no_number, "cRLNumber is missing" },
		{ "it says when the next comes", l_no_next, "nextUpdate" },
		{ "it has not passed", l_over, "passed" },
		{ "it does not begin in the future", l_future, "future" },
		{ "the next comes in time", l_long, "2 days" },
		{ "the issuer is the issuing CA", l_issuer, "issuer" },
		{ "it names the issuing key", l_authority, "authorityKeyId" },
		{ "no unknown extension", l_unknown, "extension" },
		{ "version 2 only", l_version, "version 2" },
		{ "each entry is well formed", l_entry, "entry" },
		{ "a reason is signed", l_reason, "" },
		{ "since when it was invalid is signed", l_since, "" },
		{ "not removeFromCRL", l_remove, "a reason and" },
		{ "not a reason that is none", l_reason_7, "a reason and" },
		{ "not more than a reason", l_reason_long, "a reason and" },
		{ "not a day that is none", l_no_date, "a reason and" },
		{ "GeneralizedTime only", l_utc_date, "a reason and" },
		{ "no indirect CRL", l_other, "a reason and" },
		{ "nothing critical", l_critical, "a reason and" },
		{ "nothing twice", l_twice, "a reason and" },
	};
	struct bytes tbs = { 0 };
	struct list_plan plan;
	char what[48];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		plan_list(&plan, &home, 42);
		rows[i].spoil(&plan);
		make_list(&tbs, &plan);
		expect(rows[i].what, judge(SIGN_CRL, "issuing", SLICE(&tbs),
		    what), rows[i].wanted);
	}
	plan_list(&plan, &home, 42);
	make_list(&tbs, &plan);
	judge(SIGN_CRL, "issuing", SLICE(&tbs), what);
	assert_string_equal(what, "number=42");
	bytes_free(&tbs);
}

/* --- OCSP ---------------------------------------------------------------- */

static void o_ok(struct ocsp_plan *p) { }
static void o_two(struct ocsp_plan *p) { p->two = true; }
static void o_revoked(struct ocsp_plan *p)
    { p->serial = UNSEEN; p->revoked = true; }
static void o_never(struct ocsp_plan *p)
    { p->serial = UNSEEN; p->revoked = p->never = true; }
static void o_never_issued(struct ocsp_plan *p)
    { p->revoked = p->never = true; }
static void o_good_unseen(struct ocsp_plan *p) { p->serial = UNSEEN; }
static void o_unknown(struct ocsp_plan *p) { p->unknown = true; }
static void o_full(struct ocsp_plan *p) { p->full = true; }
static void o_responder(struct ocsp_plan *p) { p->responder[0] ^= 1; }
static void o_by_name(struct ocsp_plan *p) { p->by_name = true; }
static void o_other_ca(struct ocsp_plan *p) { p->key[3] ^= 1; }
static void o_other_name(struct ocsp_plan *p) { p->name[3] ^= 1; }
static void o_no_next(struct ocsp_plan *p) { p->no_next = true; }
static void o_over(struct ocsp_plan *p)
    { p->this_update -= 2 * USEC_DAY; p->next_update -= 2 * USEC_DAY; }
static void o_future(struct ocsp_plan *p) { p->this_update += USEC_DAY / 4; }
static void o_long(struct ocsp_plan *p) { p->next_update += 10 * USEC_DAY; }
static void o_produced(struct ocsp_plan *p) { p->produced -= 2 * USEC_DAY; }

/* OVR-6.6.3-02, BR 4.9.9, BR 4.9.10; RFC 6960 2.2, 4.2.1, 4.2.2.1, 4.4.8. */
static void
ocsp_rows(void **state)
{
	static const struct {
		const char *what;
		void	(*spoil)(struct ocsp_plan *);
		const char *wanted;
	} rows[] = {
		{ "good of what was issued", o_ok, "" },
		{ "two at once", o_two, "" },
		{ "revoked of what is abandoned", o_revoked, "" },
		{ "since 1970 of what was never issued", o_never, "" },
		{ "not since 1970 of what was", o_never_issued, "1970" },
		{ "never good of what was not issued", o_good_unseen,
		    "never issued" },
		{ "neither good nor revoked", o_unknown, "neither" },
		{ "good and nothing else", o_full, "good holds" },
		{ "the responder is the OCSP key", o_responder,
		    "responderID" },
		{ "by key, not by name", o_by_name, "responderID" },
		{ "of this CA's key", o_other_ca, "not of a certificate" },
		{ "of this CA's name", o_other_name, "not of a certificate" },
		{ "it says when the next comes", o_no_next, "nextUpdate" },
		{ "it has not passed", o_over, "passed" },
		{ "it does not begin in the future", o_future, "future" },
		{ "the next comes in time", o_long, "10 days" },
		{ "it was produced today", o_produced, "producedAt" },
	};
	struct bytes tbs = { 0 };
	struct ocsp_plan plan;
	char what[48];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		plan_ocsp(&plan, &home, ISSUED);
		rows[i].spoil(&plan);
		make_ocsp(&tbs, &plan);
		expect(rows[i].what, judge(SIGN_OCSP, "ocsp", SLICE(&tbs),
		    what), rows[i].wanted);
	}
	bytes_free(&tbs);
}

/* --- evidence ------------------------------------------------------------ */

static void
evidence_rows(void **state)
{
	static const struct {
		const char *what, *type;
		size_t	digest;
		const char *wanted;
	} rows[] = {
		{ "attributes over data", "1.2.840.113549.1.7.1", 32, "" },
		{ "not over a time stamp", "1.2.840.113549.1.9.16.1.4", 32,
		    "id-data" },
		{ "with a digest", "1.2.840.113549.1.7.1", 0, "missing" },
		{ "of the right length", "1.2.840.113549.1.7.1", 20,
		    "digest" },
	};
	struct bytes tbs = { 0 };
	char what[48];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		make_attributes(&tbs, rows[i].type, rows[i].digest);
		expect(rows[i].what, judge(SIGN_EVIDENCE, "evidence",
		    SLICE(&tbs), what), rows[i].wanted);
	}
	bytes_free(&tbs);
}

/* --- the key of a package ------------------------------------------------ */

static void h_ok(struct handover_key *k) { }
static void h_ukm(struct handover_key *k)
    { k->has_ukm = true; k->ukm = slice_text("user keying material"); }
static void h_long_ukm(struct handover_key *k)
    { k->has_ukm = true; k->ukm = (struct slice){ k->ephemeral.data, 65 }; }
static void h_sha1(struct handover_key *k)
    { k->kdf_hash = OID("\x2b\x0e\x03\x02\x1a"); }
static void h_short(struct handover_key *k) { k->wrapped.size = 24; }
static void h_cut(struct handover_key *k) { k->ephemeral.size = 64; }
static void h_compressed(struct handover_key *k)
    { k->ephemeral.data++; k->ephemeral.size--; }
static void h_off(struct handover_key *k)
    { ((unsigned char *)(uintptr_t)k->ephemeral.data)[64] ^= 1; }

static void
handover_rows(void **state)
{
	static const struct {
		const char *what;
		void	(*spoil)(struct handover_key *);
		const char *wanted;
	} rows[] = {
		{ "a key for us is unwrapped", h_ok, "" },
		{ "with keying material too", h_ukm, "" },
		{ "of a bounded length", h_long_ukm, "HandoverKey" },
		{ "not with SHA-1", h_sha1, "HandoverKey" },
		{ "of AES-256 only", h_short, "HandoverKey" },
		{ "with a whole point", h_cut, "HandoverKey" },
		{ "uncompressed", h_compressed, "HandoverKey" },
		{ "on our curve", h_off, "no point" },
	};
	unsigned char point[65], wrapped[HANDOVER_WRAPPED] = { 0 };
	struct handover_key k;
	struct slice bits = { NULL, 0 };
	struct bytes tbs = { 0 };
	char what[48];
	size_t i;

	algorithm_of_spki(SLICE(&home.ocsp_spki), &bits);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memcpy(point, bits.data, sizeof(point));
		k = (struct handover_key){ .kdf_hash =
		    OID("\x60\x86\x48\x01\x65\x03\x04\x02\x01"),
		    .ephemeral = { point, sizeof(point) },
		    .wrapped = { wrapped, sizeof(wrapped) } };
		rows[i].spoil(&k);
		bytes_clear(&tbs);
		handover_key_put(&tbs, &k);
		expect(rows[i].what, judge(SIGN_HANDOVER, "handover",
		    SLICE(&tbs), what), rows[i].wanted);
	}
	bytes_free(&tbs);
}

/* Every cut of something acceptable is refused, and never read past. */
static void
cut_short(void **state)
{
	struct bytes tbs = { 0 };
	struct tbs_plan plan;
	unsigned char *copy;
	char what[48];
	size_t n;

	plan_certificate(&plan, &home);
	make_certificate(&tbs, &plan);
	for (n = 0; n < tbs.size; n++) {
		copy = malloc(n + 1);
		memcpy(copy, tbs.data, n);
		assert_true(*judge(SIGN_CERTIFICATE, "issuing",
		    (struct slice){ copy, n }, what) != '\0');
		free(copy);
	}
	bytes_free(&tbs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificate_rows),
		cmocka_unit_test(key_rows),
		cmocka_unit_test(list_rows),
		cmocka_unit_test(kind_rows),
		cmocka_unit_test(last_rows),
		cmocka_unit_test(ocsp_rows),
		cmocka_unit_test(evidence_rows),
		cmocka_unit_test(handover_rows),
		cmocka_unit_test(cut_short),
	};
	struct err err;
	int failed;

	home_make(&home, "ec:P-256");
	if ((rules = rules_open(home.ca, &err)) == NULL)
		die("%s", err.text);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rules_free(rules);
	home_free(&home);
	return failed;
}
