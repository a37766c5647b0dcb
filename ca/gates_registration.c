/*
 * Gate 1, registration: who asks, what was agreed, which names were validated
 * and are still, and what the request follows.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consent.h"
#include "crl_reason.h"
#include "err.h"
#include "gates_rules.h"
#include "names.h"

int
ask_subscriber_known(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	if (c->subscriber != NULL)
		return gate_yes(a, "the subscriber is registered");
	if (c->subscribers > 1)
		return gate_no(a, EACCES,
		    "uid %u acts for several subscribers: use "
		    "the box of the one that is meant", (unsigned)c->uid);
	return gate_no(a, EACCES, "uid %u acts for no registered subscriber",
	    (unsigned)c->uid);
}

int
ask_caller_may_act(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	if (subscriber_has_user(v, c->subscriber->id, c->uid))
		return gate_yes(a, "uid %u may act for the subscriber",
		    (unsigned)c->uid);
	if (c->handed_over != NULL && c->handed_over->by_user)
		return gate_yes(a, "uid %u acts for the external RA %s",
		    (unsigned)c->uid, c->handed_over->authority);
	return gate_no(a, EACCES,
	    "uid %u is not among those who may act for the "
	    "subscriber", (unsigned)c->uid);
}

int
ask_slot_of_subscriber(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	if (c->slot->id == 0 || c->slot->subscriber == 0 ||
	    c->slot->subscriber == c->subscriber->id)
		return gate_yes(a, "the slot belongs to no other subscriber");
	return gate_no(a, EACCES, "the slot belongs to another subscriber");
}

/* Part two, of a subject who is another person (REG-6.3.4-09). */
static int
ask_subject_agreed(struct view *v, const struct gate_case *c,
    const struct paper *terms, const struct agreement *own, struct answer *a)
{
	const char		*sandbox = own->sandbox ?
				    " (sandbox agreement)" : "";
	const struct registered	*r = c->registered;
	struct agreement	 agreement;

	if (r == NULL || !r->is_known ||
	    !consent_wants_subject(&r->version))
		return gate_yes(a, "the subscriber agreed to terms %s in "
		    "agreement %lld%s", terms->version, (long long)own->id,
		    sandbox);
	if (agreement_find(v, c->subscriber->id, OF_SUBJECT, terms->sha256,
	    &agreement) == 1 && agreement.uid == r->version.subject_uid)
		return gate_yes(a, "subscriber%s and subject agreed to terms "
		    "%s in agreements %lld and %lld", sandbox, terms->version,
		    (long long)own->id, (long long)agreement.id);
	return gate_wait(a, "the subject, who is another person, has not "
	    "agreed to the terms in force, version %s (REG-6.3.4-09)",
	    terms->version);
}

/*
 * One part where subscriber and subject are one, or the subject is a device;
 * all items of it in any case (REG-6.3.4-12, -13).
 */
int
ask_agreement_in_force(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	struct agreement	 agreement;
	const struct paper	*terms;

	terms = config_paper(c->config, "terms");
	if (terms == NULL)
		return err_set(e, EIO, "no terms and conditions are in force");
	if (agreement_find(v, c->subscriber->id, OF_SUBSCRIBER, terms->sha256,
	    &agreement) != 1)
		return gate_wait(a, "the subscriber has not agreed to the "
		    "terms in force, version %s (REG-6.3.4-07)",
		    terms->version);
	if (agreement.sandbox && !c->config->sandbox)
		return gate_wait(a, "the subscriber's agreement to terms "
		    "%s is a sandbox one", terms->version);
	return ask_subject_agreed(v, c, terms, &agreement, a);
}

/* Then host names, too, may tell who it is. */
static bool
is_of_natural_person(const struct gate_case *c)
{
	enum subject_kind	kind = c->registered->version.kind;

	if (c->profile != NULL && profile_class(c->profile) == OF_PERSON)
		return true;
	return c->registered->is_known && (subject_kind_is_person(kind) ||
	    kind == DEVICE_OF_NATURAL_PERSON);
}

int
ask_names_form(struct view *v, const struct gate_case *c, struct answer *a,
    struct err *e)
{
	struct err	why = { 0 };
	size_t		i;

	if (c->name_count == 0 && c->profile != NULL &&
	    !profile_needs_names(c->profile))
		return gate_yes(a, "the profile wants no names");
	if (c->name_count == 0 && c->profile != NULL &&
	    !c->profile->subject_from_first_name)
		return gate_no(a, EBADMSG, "the request names nothing: a "
		    "subjectAltName with an rfc822Name is wanted (RFC 8550 "
		    "3)");
	if (c->name_count == 0)
		return gate_no(a, EBADMSG, "the request names nothing: a "
		    "subjectAltName with at least one dNSName is wanted (RFC "
		    "5280 4.2.1.6)");
	for (i = 0; i < c->name_count; i++)
		if (strcmp(c->names[i].kind, "dns") == 0 &&
		    dns_name_check(c->names[i].text, &why) == -1)
			return gate_no(a, EBADMSG, "%s",
			    is_of_natural_person(c) ? "a dNSName is malformed"
			    : why.text);
	return gate_yes(a, "%zu name%s, well formed", c->name_count,
	    c->name_count == 1 ? "" : "s");
}

/* Which names are inside what was validated, and is that current? */
struct coverage {
	const struct gate_case	*c;
	bool			*covered, *current;
};

static void
cover(struct coverage *cov, const struct attribute *by)
{
	usec_t	now = cov->c->now;
	size_t	i;

	for (i = 0; i < cov->c->name_count; i++) {
		if (cov->current[i] ||
		    strcmp(cov->c->names[i].kind, by->type) != 0 ||
		    !name_is_inside(by->type, cov->c->names[i].text,
		    by->value))
			continue;
		cov->covered[i] = true;
		cov->current[i] = by->validated <= now && now < by->until;
	}
}

/* The first name that `flags` lacks, and how many; NULL when none. */
static const struct csr_name *
first_without(const struct gate_case *c, const bool *flags, size_t *count)
{
	const struct csr_name	*first = NULL;
	size_t			 i;

	*count = 0;
	for (i = 0; i < c->name_count; i++)
		if (!flags[i]) {
			if (first == NULL)
				first = &c->names[i];
			(*count)++;
		}
	return first;
}

/* As it may stand in events: a name that may be a person's is not spelt out. */
static void
name_words(char to[300], const struct gate_case *c,
    const struct csr_name *name)
{
	if (!is_of_natural_person(c) && (strcmp(name->kind, "dns") == 0 ||
	    strcmp(name->kind, "ip") == 0))
		snprintf(to, 300, "the name %.200s", name->text);
	else
		snprintf(to, 300, "a name of kind %s", name->kind);
}

static int
ask_coverage(struct view *v, const struct gate_case *c, struct answer *a,
    bool current)
{
	struct coverage		 cov = { .c = c };
	const struct csr_name	*name;
	bool			*flags;
	size_t			 count;
	char			 more[48] = "", words[300];

	flags = calloc(2 * c->name_count + 1, sizeof(*flags));
	if (flags == NULL)
		die("out of memory");
	cov.covered = flags;
	cov.current = flags + c->name_count;
	for (count = 0; count < c->registered->count; count++)
		cover(&cov, &c->registered->attributes[count]);
	for (count = 0; count < c->name_count; count++)
		if (gate_covers_by_ra(c, &c->names[count]))
			cov.covered[count] = cov.current[count] = true;
	/* What is not covered at all is the other rule's business. */
	if (current)
		for (count = 0; count < c->name_count; count++)
			cov.current[count] |= !cov.covered[count];
	name = first_without(c, current ? cov.current : cov.covered, &count);
	if (count > 1)
		snprintf(more, sizeof(more), " (and %zu more)", count - 1);
	if (name == NULL) {
		gate_yes(a, current ? "the validations are current" :
		    "every name is inside what was validated");
		goto out;
	}
	name_words(words, c, name);
	if (current)
		gate_wait(a, "the validation that covers %.210s%s is not "
		    "current and has to be done again (REG-6.3.1-00D)", words,
		    more);
	else
		gate_wait(a, "%.210s%s is not inside what was validated for "
		    "the subscriber", words, more);
out:
	free(flags);
	return 0;
}

int
ask_names_validated(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	return ask_coverage(v, c, a, false);
}

int
ask_validation_current(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	return ask_coverage(v, c, a, true);
}

/* The paths a profile has; a new application is none of them. */
int
ask_change_allowed(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	const struct profile	*p = c->profile;
	const char		*path = succession_name(c->succession);

	if (c->twin != NULL)
		return gate_no(a, EPERM, "profile %s allows no %s, and this is "
		    "one: %s in another place has the same key and is valid",
		    c->profile_name, succession_name(c->twin->path),
		    c->twin->certificate.serial);
	if (c->predecessor == NULL || c->succession == NEW_APPLICATION)
		return gate_yes(a, "it changes no certificate");
	if (p == NULL)
		return gate_no(a, EACCES, "without a profile there is no %s",
		    path);
	if ((c->succession == RENEWAL && p->renewal) ||
	    (c->succession == RE_KEY && p->re_key) ||
	    (c->succession == MODIFICATION && p->modification))
		return gate_yes(a, "profile %s allows a %s", p->name, path);
	return gate_no(a, EPERM, "profile %s allows no %s: %s can be followed "
	    "when it has ended", p->name, path, c->predecessor->serial);
}

/* The old certificate, as it stands at this moment. */
static int
ask_old_certificate(const struct gate_case *c, struct answer *a)
{
	const struct certificate	*old = &c->signed_by->certificate;
	char				 when[CLOCK_TEXT];

	if (old->id == 0 || old->subscriber == 0 || c->subscriber == NULL ||
	    old->subscriber != c->subscriber->id)
		return gate_no(a, EACCES, "the request is signed with "
		    "certificate %.40s, which is none of this subscriber's",
		    c->signed_by->serial);
	if (old->revoked != 0)
		return gate_no(a, EKEYREVOKED, "the request is signed with "
		    "certificate %s, which is %s and authenticates nothing",
		    old->serial, old->reason == REASON_HOLD ?
		    "suspended" : "revoked");
	if (old->not_after <= c->now)
		return gate_no(a, EKEYEXPIRED, "the request is signed with "
		    "certificate %s, which has expired and authenticates "
		    "nothing", old->serial);
	if (c->slot->certificate != old->id)
		return gate_no(a, EKEYREJECTED, "the request is signed with "
		    "certificate %s, which is not the one in this place",
		    old->serial);
	clock_text_seconds(when, c->now);
	return gate_yes(a, "old certificate %s, valid at %s; dropped by uid "
	    "%u", old->serial, when, (unsigned)c->uid);
}

/* By what it is known who asks (REG-6.3.6-02). */
int
ask_authentication(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	if (c->signed_by != NULL)
		return ask_old_certificate(c, a);
	if (c->handed_over != NULL)
		return gate_yes(a, "external RA %s", c->handed_over->authority);
	return gate_yes(a, "authenticated by the login of uid %u",
	    (unsigned)c->uid);
}

/*
 * What a path may inherit.  Proof of possession is repeated and everything
 * else asked anew on every path, so nothing is inherited but the predecessor's
 * place; this rule keeps a predecessor that ended from being one.
 */
int
ask_predecessor(struct view *v, const struct gate_case *c, struct answer *a,
    struct err *e)
{
	if (c->predecessor == NULL)
		return gate_yes(a, "a new application: everything was asked "
		    "for the first time");
	if (c->predecessor->revoked != 0)
		return gate_no(a, EKEYREVOKED, "certificate %s is %s and "
		    "cannot be followed by a %s", c->predecessor->serial,
		    c->predecessor->reason == REASON_HOLD ? "suspended" :
		    "revoked",
		    succession_name(c->succession));
	if (c->predecessor->not_after <= c->now)
		return gate_no(a, EKEYEXPIRED, "certificate %s has expired and "
		    "cannot be followed by a %s", c->predecessor->serial,
		    succession_name(c->succession));
	return gate_yes(a, "%s of %s, which is valid; everything was asked "
	    "again", succession_name(c->succession), c->predecessor->serial);
}
