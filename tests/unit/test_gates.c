/*
 * The table of gates against a table of cases: each row spoils one thing in a
 * case that passes everything, and names the rule that says so, and what.
 */
#include "tests/unit/authority_bed.h"

#include "ca/gates.h"
#include "ca/external_ra.h"
#include "ca/store_closing.h"
#include "ca/subject.h"

struct inputs {			/* what a row may spoil */
	struct gate_case	 c;
	struct box		 box;
	struct slot		 slot;
	struct subscriber	 subscriber;
	struct profile		 profile;
	struct config		 config;
	struct err		 key_fault;
	struct certificate	 predecessor;
	struct csr_name		 names[3];
	struct dn		 subject;
	struct err		 subject_fault;
	struct paper		 terms;
	struct registered	 registered;
	struct attribute	 attributes[3];
	struct handed_over	 handed_over;
	struct external_ra	 ra;
	struct signed_by	 signed_by;
	struct twin		 twin;
	struct approval		 approval;
	struct dossier_basis	 basis;
};

/* --- what is spoiled ------------------------------------------------------ */

static void nothing(struct inputs *in) { }
static void unknown(struct inputs *in) { in->c.subscriber = NULL; }
static void
many(struct inputs *in)
{
	in->c.subscriber = NULL;
	in->c.subscribers = 2;
}
static void stranger(struct inputs *in) { in->c.uid = 4711; }

/* By an external RA that is recognised for example.net, on its word. */
static void
handed_over(struct inputs *in)
{
	in->handed_over.authority = "north";
	in->handed_over.ra = &in->ra;
	in->ra.validates = true;
	strcpy(in->ra.names[0], "example.net");
	strcpy(in->names[0].text, "www.example.net");
	in->c.handed_over = &in->handed_over;
}
static void
handed_over_by_its_user(struct inputs *in)
{
	handed_over(in);
	in->handed_over.by_user = true;
	stranger(in);
}
static void
handed_over_by_another(struct inputs *in)
{
	handed_over(in);
	stranger(in);
}
static void
ra_is_none_any_more(struct inputs *in)
{
	handed_over(in);
	err_set(&in->handed_over.fault, EKEYEXPIRED, "recognised until");
}
static void
word_is_evidence_only(struct inputs *in)
{
	handed_over(in);
	in->ra.validates = false;
}
static void
beyond_its_names(struct inputs *in)
{
	handed_over(in);
	strcpy(in->names[0].text, "www.example.com");
}
static void root_user(struct inputs *in) { in->c.uid = 0; }
static void
slot_of_another(struct inputs *in)
{
	in->slot.id = 9;
	in->slot.subscriber = bed_other;
}
static void
slot_of_its_own(struct inputs *in)
{
	in->slot.id = 9;
	in->slot.subscriber = bed_acme;
}
static void production(struct inputs *in) { in->config.sandbox = false; }
static void
verified(struct inputs *in)
{
	in->subscriber.sandbox = false;
}
/* Two things validated yesterday, by a decision. */
static void
decided(struct inputs *in)
{
	in->registered = (struct registered){ .is_known = true,
	    .attributes = in->attributes, .count = 2, .version = {
	    .version = 2, .dossier = 42, .kind = DEVICE_OF_LEGAL_PERSON,
	    .subject_is_subscriber = true, .used = 2,
	    .until = in->c.now + USEC_DAY } };
	in->attributes[0] = (struct attribute){ "1", "dns", "example.org",
	    "dns-change", "ref:1", "anna", in->c.now - USEC_DAY,
	    in->c.now + USEC_DAY };
	in->attributes[1] = (struct attribute){ "2", "organizationName",
	    "Example AB", "trusted-register", "ref:1", "anna",
	    in->c.now - USEC_DAY, in->c.now + USEC_DAY };
	in->subscriber.sandbox = false;
	in->c.registered = &in->registered;
}
static void
identity_ended(struct inputs *in)
{
	decided(in);
	in->registered.version.until = in->c.now;
}
static void
for_another(struct inputs *in)
{
	decided(in);
	in->registered.version.subject_is_subscriber = false;
}
static void
for_another_authorised(struct inputs *in)
{
	for_another(in);
	in->registered.version.authorised = true;
}
static void
kind_of_another(struct inputs *in)
{
	decided(in);
	strcpy(in->profile.subject_kinds[0], "natural-person");
}
static void
method_withdrawn(struct inputs *in)
{
	decided(in);
	strcpy(in->attributes[0].method, "address-of-name");
}
static void
method_insecure(struct inputs *in)
{
	decided(in);
	strcpy(in->attributes[0].method, "test-certificate");
}
static void
method_unknown(struct inputs *in)
{
	decided(in);
	strcpy(in->attributes[1].method, "crystal-ball");
}
static void
method_of_another_name(struct inputs *in)
{
	method_insecure(in);
	in->attributes[2] = in->attributes[0];
	strcpy(in->attributes[0].value, "example.net");
	strcpy(in->attributes[2].method, "dns-change");
	in->registered.count = 3;
}
static void
reuse_over(struct inputs *in)
{
	decided(in);
	in->profile.reuse_days = 1;
}
static void
reuse_left(struct inputs *in)
{
	decided(in);
	in->profile.reuse_days = 2;
}
static void
used_up(struct inputs *in)
{
	decided(in);
	in->profile.reuse_count = 2;
}
static void
used_once_more(struct inputs *in)
{
	decided(in);
	in->profile.reuse_count = 3;
}
static void
since_tomorrow(struct inputs *in)
{
	in->subscriber.since = in->c.now + USEC_DAY;
}
static void
new_terms(struct inputs *in)
{
	strcpy(in->terms.version, "2");
	strcpy(in->terms.sha256, digest_of("other terms"));
}
static void
two_persons(struct inputs *in)
{
	static struct registered two = { .is_known = true };

	two.version.kind = NATURAL_PERSON;
	two.version.subject_uid = 1003;
	two.version.until = in->c.now + USEC_DAY;
	in->c.registered = &two;
}
static void no_names(struct inputs *in) { in->c.name_count = 0; }
static void
bad_name(struct inputs *in)
{
	strcpy(in->names[0].text, "-www..example.org");
}
static void
foreign_name(struct inputs *in)
{
	strcpy(in->names[1].text, "www.example.net");
	in->c.name_count = 2;
}

/* What officers decided: one of them, on evidence, about this very case. */
static void
approved(struct inputs *in)
{
	foreign_name(in);
	strcpy(in->basis.spki_sha256, digest_of("fresh key"));
	strcpy(in->basis.names_sha256, digest_of("its names"));
	in->approval = (struct approval){ .dossier = 42, .officers = 1,
	    .decisions = 1, .has_evidence = true, .basis = in->basis };
	in->c.basis = &in->basis;
	in->c.approved = &in->approval;
}
static void
approved_blindly(struct inputs *in)
{
	approved(in);
	in->approval.has_evidence = false;
}
static void
approved_for_another_key(struct inputs *in)
{
	approved(in);
	strcpy(in->basis.spki_sha256, digest_of("another key"));
}
static void
approved_by_one_of_two(struct inputs *in)
{
	approved(in);
	in->config.separation = true;
	in->profile.officers = 2;
	in->approval.decisions = 2;	/* the same person twice */
}
static void
approved_by_two(struct inputs *in)
{
	approved_by_one_of_two(in);
	in->approval.officers = 2;
}
static void
approved_unsigned(struct inputs *in)
{
	approved(in);
	in->profile.officers = 1;
	in->profile.signed_decision = true;
}
static void
approved_signed(struct inputs *in)
{
	approved_unsigned(in);
	in->approval.is_signed = true;
}
static void
approved_where_all_is_signed(struct inputs *in)
{
	approved(in);
	in->config.signed_decisions = true;
}
static void officers_wanted(struct inputs *in) { in->profile.officers = 1; }
static void
approved_without_agreement(struct inputs *in)
{
	approved(in);
	strcpy(in->terms.sha256, digest_of("terms nobody agreed to"));
}
static void
look_alike(struct inputs *in)
{
	strcpy(in->names[0].text, "badexample.org");
}
static void
wildcard(struct inputs *in)
{
	strcpy(in->names[0].text, "*.example.org");
}
static void
parent(struct inputs *in)
{
	strcpy(in->names[0].text, "org");
}
static void
address(struct inputs *in)
{
	strcpy(in->names[0].kind, "ip");
	strcpy(in->names[0].text, "192.0.2.1");
}
static void
mail(struct inputs *in)
{
	strcpy(in->names[1].kind, "email");
	strcpy(in->names[1].text, "a@example.org");
	in->c.name_count = 2;
}
static void later(struct inputs *in) { in->c.now += 301 * USEC_DAY; }
static void
earlier(struct inputs *in)
{
	in->c.now -= 2 * USEC_DAY;
	in->subscriber.since = 0;
}
static void
revoked(struct inputs *in)
{
	in->c.predecessor = &in->predecessor;
	in->predecessor.revoked = in->c.now;
}
static void
expired(struct inputs *in)
{
	in->c.predecessor = &in->predecessor;
	in->predecessor.not_after = in->c.now;
}
static void
followed(struct inputs *in)
{
	in->c.predecessor = &in->predecessor;
	in->c.succession = RENEWAL;
}
static void
followed_by(struct inputs *in, enum succession succession)
{
	followed(in);
	in->c.succession = succession;
	in->profile.renewal = succession != RENEWAL;
	in->profile.re_key = succession != RE_KEY;
	in->profile.modification = succession != MODIFICATION;
}
static void no_renewal(struct inputs *in) { followed_by(in, RENEWAL); }
static void no_re_key(struct inputs *in) { followed_by(in, RE_KEY); }
static void
no_modification(struct inputs *in)
{
	followed_by(in, MODIFICATION);
}
static void
only_re_key(struct inputs *in)
{
	followed_by(in, RE_KEY);
	in->profile.re_key = true;
	in->profile.renewal = in->profile.modification = false;
}
static void
suspended(struct inputs *in)
{
	revoked(in);
	in->predecessor.reason = 6;
}

/* A change all the same, in another place. */
static void
twin(struct inputs *in)
{
	in->twin.certificate.id = 7;
	in->twin.path = RENEWAL;
	in->c.twin = &in->twin;
}

/* The predecessor's own key signed it; what then is otherwise. */
static void
signed_change(struct inputs *in)
{
	followed(in);
	in->predecessor.id = 7;
	in->predecessor.subscriber = in->subscriber.id;
	strcpy(in->predecessor.serial, "4F07");
	in->signed_by.serial = "4F07";
	in->signed_by.certificate = in->predecessor;
	in->signed_by.certificate.not_after = in->c.now + USEC_DAY;
	in->c.signed_by = &in->signed_by;
	in->slot.certificate = 7;
}
static void
signed_by_unknown(struct inputs *in)
{
	signed_change(in);
	in->signed_by.certificate.id = 0;
}
static void
signed_by_stranger(struct inputs *in)
{
	signed_change(in);
	in->signed_by.certificate.subscriber++;
}
static void
signed_by_revoked(struct inputs *in)
{
	signed_change(in);
	in->signed_by.certificate.revoked = in->c.now - 1;
}
static void
signed_by_suspended(struct inputs *in)
{
	signed_by_revoked(in);
	in->signed_by.certificate.reason = 6;
}
static void
signed_by_expired(struct inputs *in)
{
	signed_change(in);
	in->signed_by.certificate.not_after = in->c.now;
}
static void
signed_by_another(struct inputs *in)
{
	signed_change(in);
	in->signed_by.certificate.id = 8;
}
static void
signed_and_new(struct inputs *in)
{
	signed_change(in);
	in->c.predecessor = NULL;
	in->c.succession = NEW_APPLICATION;
	in->slot.certificate = 0;
}
/* More than the profile allows in a re-key: who asks is known all the same. */
static void
signed_and_more(struct inputs *in)
{
	signed_and_new(in);
	in->slot.certificate = 7;
}
static void
reused(struct inputs *in)
{
	decided(in);
	followed(in);
	in->attributes[1].validated = in->c.now - 12 * USEC_DAY;
}
static void no_profile(struct inputs *in) { in->c.profile = NULL; }
static void internal(struct inputs *in) { in->profile.internal = true; }
static void
other_profile(struct inputs *in)
{
	strcpy(in->profile.name, "code-signing");
}
static void
weak(struct inputs *in)
{
	err_set(&in->key_fault, EKEYREJECTED, "its exponent is 3");
}
static void p192(struct inputs *in) { in->c.key_type = "ec:P-192"; }
static void rsa_1024(struct inputs *in) { in->c.key_type = "rsa:1024"; }
static void rsa_2048(struct inputs *in) { in->c.key_type = "rsa:2048"; }
#define AT_2027	(INT64_C(1798761600) * USEC)
static void
rsa_of_etsi(struct inputs *in, const char *type, usec_t now, int days)
{
	in->c.key_type = type;
	in->c.now = now;
	in->profile.days = days;
	strcpy(in->profile.base_policy, "NCP");
}
static void
rsa_2026(struct inputs *in)
{
	rsa_of_etsi(in, "rsa:2992", AT_2027 - USEC, 397);
}
static void
rsa_2027(struct inputs *in)
{
	rsa_of_etsi(in, "rsa:2992", AT_2027, 90);
}
static void
rsa_3072_2027(struct inputs *in)
{
	rsa_of_etsi(in, "rsa:3072", AT_2027, 90);
}
static void
rsa_past_2028(struct inputs *in)
{
	in->c.issuer_end = AT_2027 + 3000 * USEC_DAY;
	rsa_of_etsi(in, "rsa:2048", AT_2027 - USEC, 825);
}
static void
rsa_cut_by_issuer(struct inputs *in)
{
	rsa_past_2028(in);
	in->c.issuer_end = AT_2027 + 700 * USEC_DAY;
}
static void
rsa_test_2027(struct inputs *in)
{
	rsa_2027(in);
	strcpy(in->profile.base_policy, "test");
}
static void rsa_16k(struct inputs *in) { in->c.key_type = "rsa:16384"; }
static void
blocked(struct inputs *in)
{
	in->c.spki_sha256 = digest_of("blocked");
}
static void
key_of_suspended(struct inputs *in)
{
	in->c.spki_sha256 = digest_of("suspended");
}
static void
of_another(struct inputs *in)
{
	in->c.spki_sha256 = digest_of("of another");
}
static void
subject_of_another(struct inputs *in)
{
	in->c.subject_owner = bed_other;
}
static void
subject_of_the_ca(struct inputs *in)
{
	in->c.subject_owner = SUBJECT_OF_CA;
}
static void
subject_of_its_own(struct inputs *in)
{
	in->c.subject_owner = bed_acme;
}
static void
subject_incomplete(struct inputs *in)
{
	err_set(&in->subject_fault, EAGAIN, "the registration in force has no "
	    "surname, which the profile person wants");
}
static void few_names(struct inputs *in) { in->profile.names_max = 0; }
static void
issuer_ended(struct inputs *in)
{
	in->c.issuer_end = in->c.now;
}
static void
issuer_ends_soon(struct inputs *in)
{
	in->c.issuer_end = in->c.now + 10 * USEC_DAY;
}
static void full(struct inputs *in) { in->config.open_requests_max = 0; }

/* --- the table ------------------------------------------------------------ */

#define PASSES	9		/* the rule passes, whatever others say */

struct row {
	const char	*what;
	void		(*spoil)(struct inputs *);
	const char	*rule;		/* NULL: every rule passes */
	int		 kind;
	int		 code;
	bool		 ends;		/* the rules behind are not asked */
	const char	*says;
};

static const struct row rows[] = {
	{ "nothing spoiled", nothing },
	{ "its own slot", slot_of_its_own },
	{ "a registration that was decided", decided },
	{ "a wildcard inside", wildcard },
	{ "a valid predecessor", followed },
	{ "RSA at the minimum", rsa_2048 },
	{ "RSA far above", rsa_16k },
	{ "an issuer that ends before the days do", issuer_ends_soon },
	{ "an unknown uid", unknown, "subscriber-known", FINDING_NO, EACCES,
	    true, "no registered subscriber" },
	{ "a uid of several", many, "subscriber-known", FINDING_NO, EACCES,
	    true, "several" },
	{ "another's uid", stranger, "caller-may-act", FINDING_NO, EACCES,
	    true, "4711" },
	{ "root without a right", root_user, "caller-may-act", FINDING_NO,
	    EACCES, true, "uid 0" },
	{ "an external RA's word", handed_over },
	{ "and its user", handed_over_by_its_user },
	{ "who is nobody of the RA", handed_over_by_another,
	    "caller-may-act", FINDING_NO, EACCES, true, "4711" },
	{ "an RA that is none any more", ra_is_none_any_more, "external-ra",
	    FINDING_WAIT, 0, false, "recognised until" },
	{ "an RA that does not validate", word_is_evidence_only,
	    "names-validated", FINDING_WAIT, 0, false, "www.example.net" },
	{ "a name beyond its scope", beyond_its_names, "names-validated",
	    FINDING_WAIT, 0, false, "www.example.com" },
	{ "another's slot", slot_of_another, "slot-of-subscriber", FINDING_NO,
	    EACCES, true, "another subscriber" },
	{ "a sandbox registration in production", production,
	    "registration-verified", FINDING_WAIT, 0, false, "sandbox" },
	{ "a registration that nobody decided", verified,
	    "registration-verified", FINDING_WAIT, 0, false,
	    "no registration that was decided" },
	{ "an identity whose validation ended", identity_ended,
	    "registration-current", FINDING_WAIT, 0, false, "anew" },
	{ "a subject for whom nobody authorised it", for_another,
	    "issuance-authorised", FINDING_WAIT, 0, false, "not authorised" },
	{ "a subject for whom it was authorised", for_another_authorised,
	    "issuance-authorised", PASSES, 0, false, "in registration version "
	    "2" },
	{ "a subject of another kind", kind_of_another, "subject-kind",
	    FINDING_NO, EACCES, false, "device-of-legal-person" },
	{ "a method that was withdrawn", method_withdrawn,
	    "method-acceptable", FINDING_WAIT, 0, false, "address-of-name" },
	{ "a method that is insecure", method_insecure, "method-acceptable",
	    FINDING_WAIT, 0, false, "is insecure" },
	{ "a method that nobody knows, of the identity", method_unknown,
	    "method-acceptable", FINDING_WAIT, 0, false, "organizationName" },
	{ "an insecure method of a name not asked for",
	    method_of_another_name, NULL, 0, 0, false, NULL },
	{ "what was only asserted, in production", production,
	    "method-acceptable", FINDING_WAIT, 0, false,
	    "asserted (sandbox)" },
	{ "a validation that may not be used so long", reuse_over,
	    "reuse-window", FINDING_WAIT, 0, false, "more than 1 days ago" },
	{ "a validation that may", reuse_left, "reuse-window", PASSES, 0,
	    false, "last 2 days" },
	{ "a registration used up", used_up, "reuse-count", FINDING_WAIT, 0,
	    false, "as many as profile tls-server allows" },
	{ "a registration used once more", used_once_more, "reuse-count",
	    PASSES, 0, false, "2 of 3" },
	{ "a registration of tomorrow", since_tomorrow,
	    "registration-verified", FINDING_WAIT, 0, false, "later" },
	{ "new terms", new_terms, "agreement-in-force", FINDING_WAIT, 0,
	    false, "version 2" },
	{ "a subject who is another and said nothing", two_persons,
	    "agreement-in-force", FINDING_WAIT, 0, false, "REG-6.3.4-09" },
	{ "no name at all", no_names, "names-form", FINDING_NO, EBADMSG,
	    false, "subjectAltName" },
	{ "a malformed name", bad_name, "names-form", FINDING_NO, EBADMSG,
	    false, "" },
	{ "a name not validated", foreign_name, "names-validated",
	    FINDING_WAIT, 0, false, "www.example.net" },
	{ "a name that an officer approved on evidence", approved },
	{ "that, and signed where it has to be", approved_signed },
	{ "that, by two people", approved_by_two },
	{ "approved without evidence", approved_blindly, "names-validated",
	    FINDING_WAIT, 0, false, "www.example.net" },
	{ "approved for another key", approved_for_another_key,
	    "approval-binds", FINDING_WAIT, 0, false, "public key changed" },
	{ "so the name is not", approved_for_another_key, "names-validated",
	    FINDING_WAIT, 0, false, "www.example.net" },
	{ "an officer wanted in any case", officers_wanted,
	    "approved-by-officers", FINDING_WAIT, 0, false, "1 officer" },
	{ "one person twice", approved_by_one_of_two, "approved-by-officers",
	    FINDING_WAIT, 0, false, "2 officers" },
	{ "so the name is not by that", approved_by_one_of_two,
	    "names-validated", FINDING_WAIT, 0, false, "www.example.net" },
	{ "not signed", approved_unsigned, "approved-by-officers",
	    FINDING_WAIT, 0, false, "signed decision" },
	{ "not signed where all are", approved_where_all_is_signed,
	    "names-validated", FINDING_WAIT, 0, false, "www.example.net" },
	{ "no officer replaces an agreement", approved_without_agreement,
	    "agreement-in-force", FINDING_WAIT, 0, false, "not agreed" },
	{ "a name that only ends alike", look_alike, "names-validated",
	    FINDING_WAIT, 0, false, "badexample.org" },
	{ "the parent of what was validated", parent, "names-validated",
	    FINDING_WAIT, 0, false, "org" },
	{ "an address not validated", address, "names-validated",
	    FINDING_WAIT, 0, false, "192.0.2.1" },
	{ "a kind of name without validation", mail, "names-validated",
	    FINDING_WAIT, 0, false, "of kind email" },
	{ "a validation that ended", later, "validation-current",
	    FINDING_WAIT, 0, false, "not current" },
	{ "a validation of the future", earlier, "validation-current",
	    FINDING_WAIT, 0, false, "not current" },
	{ "signed with the old certificate", signed_change },
	{ "signed, and a new application", signed_and_more },
	{ "signed with none of ours", signed_by_unknown, "authentication",
	    FINDING_NO, EACCES, false, "none of this subscriber's" },
	{ "signed with another subscriber's", signed_by_stranger,
	    "authentication", FINDING_NO, EACCES, false,
	    "none of this subscriber's" },
	{ "signed with a revoked one", signed_by_revoked, "authentication",
	    FINDING_NO, EKEYREVOKED, false, "which is revoked" },
	{ "signed with a suspended one", signed_by_suspended,
	    "authentication", FINDING_NO, EKEYREVOKED, false,
	    "which is suspended" },
	{ "signed with an expired one", signed_by_expired, "authentication",
	    FINDING_NO, EKEYEXPIRED, false, "which has expired" },
	{ "signed with another one", signed_by_another, "authentication",
	    FINDING_NO, EKEYREJECTED, false, "not the one" },
	{ "signed, where nothing stands", signed_and_new, "authentication",
	    FINDING_NO, EKEYREJECTED, false, "not the one" },
	{ "a revoked predecessor", revoked, "predecessor", FINDING_NO,
	    EKEYREVOKED, false, "revoked" },
	{ "a suspended predecessor", suspended, "predecessor", FINDING_NO,
	    EKEYREVOKED, false, "suspended" },
	{ "a path that is allowed", only_re_key },
	{ "a renewal that is not", no_renewal, "change-allowed", FINDING_NO,
	    EPERM, false, "no renewal" },
	{ "a renewal in another place", twin, "change-allowed", FINDING_NO,
	    EPERM, false, "in another place" },
	{ "a re-key that is not", no_re_key, "change-allowed", FINDING_NO,
	    EPERM, false, "no re-key" },
	{ "a modification that is not", no_modification, "change-allowed",
	    FINDING_NO, EPERM, false, "no modification" },
	{ "how old what is reused is", reused, "reuse-window", PASSES, 0,
	    false, "organizationName by trusted-register, is 12 d old" },
	{ "who says so", followed, "authentication", PASSES, 0, false,
	    "authenticated by the login" },
	{ "an expired predecessor", expired, "predecessor", FINDING_NO,
	    EKEYEXPIRED, false, "expired" },
	{ "an unknown profile", no_profile, "profile-allowed", FINDING_NO,
	    EACCES, false, "no profile" },
	{ "a profile of the CA's own", internal, "profile-allowed",
	    FINDING_NO, EACCES, false, "" },
	{ "a profile it may not use", other_profile, "profile-allowed",
	    FINDING_NO, EACCES, false, "code-signing" },
	{ "a weak key", weak, "key-strength", FINDING_NO, EKEYREJECTED,
	    false, "exponent" },
	{ "a curve the profile lacks", p192, "key-for-profile", FINDING_NO,
	    EKEYREJECTED, false, "ec:P-192" },
	{ "RSA under the minimum", rsa_1024, "key-for-profile", FINDING_NO,
	    EKEYREJECTED, false, "rsa:2048" },
	{ "short RSA in 2026", rsa_2026, "rsa-length", PASSES, 0, false,
	    "warning: RSA of 2992 bits" },
	{ "RSA of 3072 bits in 2027", rsa_3072_2027, "rsa-length", PASSES, 0,
	    false, "no RSA key of less" },
	{ "short RSA in 2027, for a test", rsa_test_2027, "rsa-length",
	    PASSES, 0, false, "warning" },
	{ "short RSA that ends with its issuer in 2028", rsa_cut_by_issuer,
	    "rsa-length", PASSES, 0, false, "warning" },
	{ "short RSA in 2027", rsa_2027, "rsa-length", FINDING_NO,
	    EKEYREJECTED, false, "2992 bits" },
	{ "short RSA that would end in 2029", rsa_past_2028, "rsa-length",
	    FINDING_NO, EKEYREJECTED, false, "2028-12-31" },
	{ "a key reported compromised", blocked, "key-not-blocked",
	    FINDING_NO, EKEYREJECTED, false, "compromised" },
	{ "a key of a suspended certificate", key_of_suspended,
	    "key-not-blocked", FINDING_NO, EKEYREVOKED, false, "is suspended" },
	{ "another subscriber's key", of_another, "key-of-subscriber",
	    FINDING_WAIT, 0, false, "another subscriber" },
	{ "another subscriber's subject", subject_of_another,
	    "subject-of-subscriber", FINDING_NO, EPERM, false,
	    "never given again" },
	{ "the CA's own subject", subject_of_the_ca, "subject-of-subscriber",
	    FINDING_NO, EPERM, false, "given to another" },
	{ "its own subject again", subject_of_its_own, NULL, 0, 0, false,
	    NULL },
	{ "a subject without its attributes", subject_incomplete,
	    "subject-attributes", FINDING_WAIT, 0, false, "no surname" },
	{ "a kind of name the profile lacks", mail, "names-kinds",
	    FINDING_NO, EINVAL, false, "of kind email" },
	{ "more names than allowed", few_names, "names-count", FINDING_NO,
	    EINVAL, false, "allows 0" },
	{ "an issuer that ended", issuer_ended, "validity-inside-issuer",
	    FINDING_NO, ENOKEY, false, "ended" },
	{ "a full box", full, "open-requests", FINDING_NO, EDQUOT, false,
	    "0 are allowed" },
};

static void
fill(struct inputs *in, struct view *v)
{
	static const struct profile *tls;

	memset(in, 0, sizeof(*in));
	in->config = bed_config;
	in->terms = bed_config.papers[2];
	in->config.papers = &in->terms;
	in->config.paper_count = 1;
	tls = config_profile(&bed_config, "tls-server");
	in->profile = *tls;
	assert_int_equal(subscriber_get(v, bed_acme, &in->subscriber), 1);
	in->box.id = BOX_ROOT;
	strcpy(in->slot.name, "www");
	strcpy(in->names[0].kind, "dns");
	strcpy(in->names[0].text, "www.example.org");
	strcpy(in->names[1].kind, "dns");
	dn_add(&in->subject, dn_type_find("commonName"), "www.example.org");
	in->predecessor.not_after = clock_now() + USEC_DAY;
	in->c = (struct gate_case){ .config = &in->config,
	    .now = clock_now(), .uid = BED_UID, .box = &in->box,
	    .slot = &in->slot, .subscribers = 1,
	    .subscriber = &in->subscriber, .profile_name = "tls-server",
	    .profile = &in->profile, .key_fault = &in->key_fault,
	    .key_type = "ec:P-256", .spki_sha256 = digest_of("fresh key"),
	    .subject = &in->subject, .subject_fault = &in->subject_fault,
	    .names = in->names,
	    .name_count = 1, .issuer_end = bed_config.issuing_not_after };
}

static void
put_others(void)
{
	struct certificate c = certificate_made(1), held = certificate_made(2);
	struct bytes der = { 0 };
	struct revocation r;
	struct tx *tx = begin();

	bytes_put(&der, "x", 1);
	c.subscriber = bed_other;
	strcpy(c.spki_sha256, digest_of("of another"));
	assert_done(certificate_put(tx, &c, SLICE(&der), NULL, 0,
	    &test_err));
	strcpy(held.spki_sha256, digest_of("suspended"));
	held.subscriber = bed_acme;
	held.not_after = clock_now() + 100 * USEC_DAY;
	assert_done(certificate_put(tx, &held, SLICE(&der), NULL, 0,
	    &test_err));
	r = revocation_made(&held, REASON_HOLD);
	assert_done(revocation_put(tx, &r, &test_err));
	assert_done(key_block(tx, digest_of("blocked"), &test_err));
	assert_done(tx_commit(tx, &test_err));
	bytes_free(&der);
}

static const struct finding *
find(const struct verdict *verdict, const char *rule)
{
	size_t i;

	for (i = 0; i < verdict->finding_count; i++)
		if (strcmp(verdict->findings[i].rule, rule) == 0)
			return &verdict->findings[i];
	return NULL;
}

static void
assert_passed(const struct row *row, const struct verdict *verdict)
{
	size_t i;

	for (i = 0; i < verdict->passed_count; i++)
		if (strcmp(verdict->passed[i].rule, row->rule) == 0)
			break;
	if (i == verdict->passed_count)
		fail_msg("%s: rule %s did not pass", row->what, row->rule);
	if (strstr(verdict->passed[i].text, row->says) == NULL)
		fail_msg("%s: %s", row->what, verdict->passed[i].text);
}

static void
judge_row(const struct row *row, struct view *v)
{
	const struct finding *found;
	struct inputs in;
	struct verdict verdict;

	fill(&in, v);
	row->spoil(&in);
	if (gates_judge(v, &in.c, &verdict, &test_err) != 0)
		fail_msg("%s: %s", row->what, test_err.text);
	if (row->rule == NULL) {
		if (verdict.finding_count != 0)
			fail_msg("%s: %s: %s", row->what,
			    verdict.findings[0].rule,
			    verdict.findings[0].text);
		assert_true(verdict.complete);
		return;
	}
	if (row->kind == PASSES) {
		assert_passed(row, &verdict);
		return;
	}
	if ((found = find(&verdict, row->rule)) == NULL)
		fail_msg("%s: rule %s passed", row->what, row->rule);
	if ((int)found->kind != row->kind || found->code != row->code ||
	    strstr(found->text, row->says) == NULL)
		fail_msg("%s: %d %d %s", row->what, (int)found->kind,
		    found->code, found->text);
	if (verdict.complete != !row->ends)
		fail_msg("%s: complete %d", row->what, verdict.complete);
}

static void
each_rule_says_no_to_its_own(void **state)
{
	struct view *v;
	size_t i;

	put_others();
	v = view_take(test_store);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		judge_row(&rows[i], v);
	view_put(v);
}

/* A row whose rule no case spoils would be a rule that nobody tested. */
static void
every_rule_of_the_table_is_in_the_cases(void **state)
{
	struct gate_rule rule;
	size_t i, j;
	bool found;

	for (i = 0; gates_rule(i, &rule); i++) {
		if (rule.internal || strcmp(rule.name,
		    "proof-of-possession") == 0)
			continue;
		for (found = false, j = 0; j < sizeof(rows) / sizeof(rows[0]);
		    j++)
			found |= rows[j].rule != NULL &&
			    strcmp(rows[j].rule, rule.name) == 0;
		if (!found)
			fail_msg("no case for %s", rule.name);
	}
	assert_true(i > 15);
}

/* What cannot be told is no verdict. */
static void
without_terms_nothing_is_told(void **state)
{
	struct inputs in;
	struct verdict verdict;
	struct view *v = view_take(test_store);

	fill(&in, v);
	in.config.paper_count = 0;
	assert_refused(gates_judge(v, &in.c, &verdict, &test_err), EIO);
	assert_false(verdict.complete);
	view_put(v);
}

static void
the_cas_own_are_asked_their_own_rules(void **state)
{
	struct inputs in;
	struct verdict verdict;
	char pinned[65];
	struct view *v = view_take(test_store);

	fill(&in, v);
	in.c.box = NULL;
	in.c.profile = config_profile(&bed_config, "ocsp-responder");
	sha256_text(pinned, SLICE(&bed_config.keys[2].spki));
	in.c.spki_sha256 = pinned;
	in.c.approval = 3;
	assert_done(gates_judge(v, &in.c, &verdict, &test_err));
	assert_int_equal(verdict.finding_count, 0);
	assert_true(verdict.complete);

	in.c.approval = 0;
	in.c.profile = &in.profile;
	in.c.spki_sha256 = digest_of("another key");
	assert_done(gates_judge(v, &in.c, &verdict, &test_err));
	assert_non_null(find(&verdict, "standing-approval"));
	assert_non_null(find(&verdict, "profile-internal"));
	assert_non_null(find(&verdict, "key-pinned"));
	view_put(v);
}

/* For status; another key of ours, and what is no internal profile, are not. */
static void
a_revoked_ca_certifies_its_responder_alone(void **state)
{
	struct inputs in;
	struct verdict verdict;
	char pinned[65];
	struct tx *tx = begin();
	struct view *v;

	assert_done(closing_set_revoked(tx, 1, &test_err));
	assert_done(tx_commit(tx, &test_err));
	v = view_take(test_store);
	fill(&in, v);
	assert_done(gates_judge(v, &in.c, &verdict, &test_err));
	assert_non_null(find(&verdict, "issuer-in-force"));
	in.c.box = NULL;
	in.c.approval = 3;
	in.c.profile = config_profile(&bed_config, "ocsp-responder");
	sha256_text(pinned, SLICE(&bed_config.keys[2].spki));
	in.c.spki_sha256 = pinned;
	assert_done(gates_judge(v, &in.c, &verdict, &test_err));
	assert_int_equal(verdict.finding_count, 0);
	in.c.profile = config_profile(&bed_config, "evidence");
	assert_done(gates_judge(v, &in.c, &verdict, &test_err));
	assert_non_null(find(&verdict, "issuer-in-force"));
	view_put(v);
}

static int
setup(void **state)
{
	store_make();
	bed_configure(3000);
	bed_register();
	return 0;
}

static int
teardown(void **state)
{
	store_unmake();
	bed_configure_undo();
	return 0;
}

int
main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		STORY(each_rule_says_no_to_its_own),
		STORY(every_rule_of_the_table_is_in_the_cases),
		STORY(without_terms_nothing_is_told),
		STORY(the_cas_own_are_asked_their_own_rules),
		STORY(a_revoked_ca_certifies_its_responder_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
