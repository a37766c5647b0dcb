/*
 * Gate 2, issuance: profile, key, validity, limits; and what is asked of the
 * CA's own certificates.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "gates_rules.h"
#include "own_profiles.h"
#include "store_closing.h"
#include "store_status.h"
#include "text.h"

/* TS 119 312 8.4: RSA of less is not for new certificates from then on. */
#define RSA_BITS		3000
#define RSA_REFUSED_FROM	(INT64_C(1798761600) * USEC)	/* 2027-01-01 */
#define RSA_ENDS_BEFORE		(INT64_C(1861920000) * USEC)	/* 2029-01-01 */

int
ask_profile_allowed(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	size_t	i;

	if (c->profile == NULL || c->profile->internal)
		return gate_no(a, EACCES,
		    "there is no profile %s for subscribers",
		    c->profile_name);
	for (i = 0; i < sizeof(c->subscriber->profiles) /
	    sizeof(c->subscriber->profiles[0]); i++)
		if (strcmp(c->subscriber->profiles[i],
		    c->profile->name) == 0)
			return gate_yes(a, "profile %s is allowed",
			    c->profile->name);
	return gate_no(a, EACCES,
	    "profile %s is not allowed for the subscriber",
	    c->profile->name);
}

int
ask_profile_internal(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	if (c->profile != NULL && c->profile->internal)
		return gate_yes(a, "profile %s is one of the CA's own",
		    c->profile->name);
	return gate_no(a, EPERM,
	    "%s is no profile for the CA's own certificates",
	    c->profile_name);
}

int
ask_standing_approval(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	if (c->approval != 0)
		return gate_yes(a, "standing approval %lld",
		    (long long)c->approval);
	return gate_no(a, EPERM, "profile %s has no standing approval",
	    c->profile_name);
}

int
ask_key_pinned(struct view *v, const struct gate_case *c, struct answer *a,
    struct err *e)
{
	const char		*name = own_key_of(c->profile);
	const struct ca_key	*key;
	char			 pinned[SHA256_TEXT];

	if (name == NULL)
		return gate_no(a, EPERM, "profile %s is for no key of the CA",
		    c->profile_name);
	if ((key = config_key(c->config, name)) == NULL)
		return err_set(e, EIO, "the key %s is not known", name);
	sha256_text(pinned, SLICE(&key->spki));
	if (strcmp(pinned, c->spki_sha256) == 0)
		return gate_yes(a, "the key is the pinned key %s", name);
	return gate_no(a, EKEYREJECTED, "the key is not the pinned key %s",
	    name);
}

/* The case exists only because csr_parse verified the request's signature. */
int
ask_possession(struct view *v, const struct gate_case *c, struct answer *a,
    struct err *e)
{
	switch (c->succession) {
	case RENEWAL:
	case MODIFICATION:
		return gate_yes(a, "the request's signature verifies under its "
		    "key, which is the predecessor's: it might be inherited, "
		    "and was shown again");
	case RE_KEY:
		return gate_yes(a, "the request's signature verifies under its "
		    "new key");
	default:
		return gate_yes(a, "the request's signature verifies under its "
		    "key");
	}
}

int
ask_key_strength(struct view *v, const struct gate_case *c, struct answer *a,
    struct err *e)
{
	if (c->key_fault->code == 0)
		return gate_yes(a, "the key was examined and found good");
	return gate_no(a, EKEYREJECTED, "%.290s", c->key_fault->text);
}

/* "rsa:2048" in a profile is a minimum, every other type itself. */
static bool
key_type_fits(const char *type, const char *wanted)
{
	if (strncmp(wanted, "rsa:", 4) == 0 && strncmp(type, "rsa:", 4) == 0)
		return atoi(type + 4) >= atoi(wanted + 4);
	return strcmp(type, wanted) == 0;
}

int
ask_key_for_profile(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	char	wanted[160] = "";
	size_t	i, n = 0;

	if (c->profile == NULL)
		return gate_no(a, EACCES, "without a profile no key fits");
	for (i = 0; i < 8 && c->profile->key_types[i][0] != '\0'; i++) {
		if (key_type_fits(c->key_type, c->profile->key_types[i]))
			return gate_yes(a, "key type %s is allowed by profile "
			    "%s", c->key_type, c->profile->name);
		n += snprintf(wanted + n, sizeof(wanted) - n, "%s%s",
		    n == 0 ? "" : ", ", c->profile->key_types[i]);
	}
	return gate_no(a, EKEYREJECTED,
	    "key type %s is not allowed by profile %s: "
	    "wanted one of %s", c->key_type, c->profile->name, wanted);
}

/* notAfter, as permit_spend chooses it. */
static usec_t
end_of_certificate(const struct gate_case *c)
{
	usec_t	end = c->now + c->profile->days * USEC_DAY - USEC;

	return end < c->issuer_end ? end : c->issuer_end;
}

int
ask_rsa_length(struct view *v, const struct gate_case *c, struct answer *a,
    struct err *e)
{
	int	bits;

	if (strncmp(c->key_type, "rsa:", 4) != 0 ||
	    (bits = atoi(c->key_type + 4)) >= RSA_BITS)
		return gate_yes(a, "the key is no RSA key of less than %d "
		    "bits", RSA_BITS);
	if (c->profile != NULL && strcmp(c->profile->base_policy, "test") != 0) {
		if (c->now >= RSA_REFUSED_FROM)
			return gate_no(a, EKEYREJECTED, "RSA of %d bits: since "
			    "2027-01-01 %d are wanted (TS 119 312 8.4)", bits,
			    RSA_BITS);
		if (end_of_certificate(c) >= RSA_ENDS_BEFORE)
			return gate_no(a, EKEYREJECTED, "RSA of %d bits in a "
			    "certificate that would end after 2028-12-31: %d "
			    "are wanted (TS 119 312 8.4)", bits, RSA_BITS);
	}
	return gate_yes(a, "warning: RSA of %d bits; %d are wanted in new "
	    "certificates from 2027-01-01 on (TS 119 312 8.4)", bits,
	    RSA_BITS);
}

struct held {
	usec_t	now;
	char	serial[SERIAL_TEXT];	/* "": none */
};

static int
look_for_held(void *arg, const struct certificate *row)
{
	struct held	*held = arg;

	if (row->revoked == 0 || row->reason != REASON_HOLD ||
	    row->not_after <= held->now)
		return 0;
	memcpy(held->serial, row->serial, sizeof(held->serial));
	return 1;
}

/* Another certificate would be a way around the suspension of the first. */
int
ask_key_not_blocked(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	struct held	held = { .now = c->now };
	struct key	key;

	if (keys_find(v, c->spki_sha256, &key) != 1)
		return gate_yes(a, "the key was never certified here, nor "
		    "reported compromised");
	if (key.blocked)
		return gate_no(a, EKEYREJECTED,
		    "this key was reported compromised "
		    "and is never certified again");
	certificates_of_key(v, key.id, 0, look_for_held, &held);
	if (held.serial[0] != '\0')
		return gate_no(a, EKEYREVOKED, "certificate %s has this key "
		    "and is suspended: nothing is certified for the key until "
		    "it is reinstated", held.serial);
	return gate_yes(a, "the key was not reported compromised");
}

struct owner {
	int64_t	subscriber;
	bool	known;
};

static int
first_owner(void *arg, const struct certificate *certificate)
{
	struct owner	*owner = arg;

	owner->subscriber = certificate->subscriber;
	owner->known = true;
	return 1;
}

/*
 * Only the first certificate of a key (or name) is looked at: as later ones
 * passed this rule too, all are of the same subscriber.
 */
bool
gate_key_is_of_another(struct view *v, int64_t key, int64_t subscriber)
{
	struct owner	owner = { 0 };

	certificates_of_key(v, key, 0, first_owner, &owner);
	return owner.known && owner.subscriber != subscriber;
}

int
ask_key_of_subscriber(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	struct key	key;

	if (keys_find(v, c->spki_sha256, &key) != 1 ||
	    !gate_key_is_of_another(v, key.id, c->subscriber->id))
		return gate_yes(a, "no other subscriber has this key");
	return gate_wait(a, "this key is certified for another subscriber");
}

int
ask_subject_attributes(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	if (c->subject_fault->code != 0)
		return gate_wait(a, "%.290s", c->subject_fault->text);
	return gate_yes(a, c->profile != NULL && c->profile->subject[0][0] !=
	    '\0' ? "the registration has what the profile's subject holds" :
	    "the subject follows from the names");
}

/*
 * Hard: nobody can allow it, for relying parties know one by this name.  With
 * a serialNumber a name is one's own (412-2 NAT-4.2.4-2, -13; RFC 5280
 * 4.1.2.6).
 */
int
ask_subject_of_subscriber(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	if (c->subject->count == 0)
		return gate_yes(a, "the subject is empty: the names stand "
		    "alone");
	if (c->subject_owner == 0 || c->subject_owner == c->subscriber->id)
		return gate_yes(a, "no other subscriber had this subject");
	return gate_no(a, EPERM, "this subject was given to another before "
	    "and is never given again; a serialNumber in it makes it one of "
	    "its own");
}

int
ask_names_kinds(struct view *v, const struct gate_case *c, struct answer *a,
    struct err *e)
{
	size_t	i;

	/* Where there is room for none, their number is what is wrong. */
	for (i = 0; c->profile != NULL && c->profile->names_max > 0 &&
	    i < c->name_count; i++)
		if (!profile_takes_names(c->profile, c->names[i].kind))
			return gate_no(a, EINVAL, "a name of kind %s has no "
			    "place in profile %s", c->names[i].kind,
			    c->profile->name);
	return gate_yes(a, "every name is of a kind the profile takes");
}

int
ask_names_count(struct view *v, const struct gate_case *c, struct answer *a,
    struct err *e)
{
	int	max = c->profile == NULL ? 0 : c->profile->names_max;

	if (c->profile != NULL && c->name_count > (size_t)max)
		return gate_no(a, EINVAL, "%zu names, profile %s allows %d",
		    c->name_count, c->profile->name, max);
	return gate_yes(a, "no more names than the profile allows");
}

/*
 * Status is to be had until what was issued ends (CSS-6.3.10-04), of OCSP as
 * of the CRL (CSS-6.3.10-08), which the same key goes on signing.
 */
int
ask_issuer_in_force(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	const char *own = own_key_of(c->profile);
	char	since[CLOCK_TEXT];

	if (closing_revoked(v) == 0)
		return gate_yes(a, "the root's CRL does not list the issuing "
		    "CA");
	clock_text_seconds(since, closing_revoked(v));
	if (c->box == NULL && own != NULL && strcmp(own, "ocsp") == 0)
		return gate_yes(a, "the root revoked the issuing CA at %s: "
		    "only its OCSP responder is certified still, for the "
		    "status of what was issued (CSS-6.3.10-04, RFC 6960 "
		    "4.2.2.2)", since);
	return gate_no(a, ENOKEY, "the root revoked the issuing CA at %s: "
	    "nothing is issued any more (CSS-6.3.9-13)", since);
}

int
ask_validity(struct view *v, const struct gate_case *c, struct answer *a,
    struct err *e)
{
	if (closing_state(v) != CLOSING_NOT)
		return gate_no(a, ENOKEY, "this CA issues nothing any more: "
		    "its last CRL was decided (CSS-6.3.9-06)");
	if (c->issuer_end <= c->now + USEC)
		return gate_no(a, ENOKEY,
		    "the issuing CA's certificate has ended");
	if (c->profile != NULL &&
	    c->now + c->profile->days * USEC_DAY > c->issuer_end)
		return gate_yes(a, "validity is cut to the end of the issuing "
		    "CA's certificate");
	return gate_yes(a, "validity ends before the issuing CA's certificate");
}

int
ask_open_requests(struct view *v, const struct gate_case *c, struct answer *a,
    struct err *e)
{
	struct request	own;
	int64_t		open;

	open = requests_open_in_box(v, c->box->id);
	if (c->slot->request != 0 &&
	    request_get(v, c->slot->request, &own) == 1 &&
	    (own.state == PENDING || own.state == APPROVED))
		open--;
	if (open >= c->config->open_requests_max)
		return gate_no(a, EDQUOT,
		    "%lld requests are open in this box, %d "
		    "are allowed", (long long)open,
		    c->config->open_requests_max);
	return gate_yes(a, "fewer open requests than the box allows");
}
