/*
 * Gate 1, what is registered: is the version in force, is it for such a
 * subject, do its validations still hold, may they be used once more.  Asked
 * at the moment of signing, as everything is (REG-6.3.1-00B).  A rule names
 * attributes by their type and never by their value.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gates_rules.h"
#include "methods.h"
#include "names.h"
#include "registration_types.h"

int
ask_registration_verified(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	const struct registration_version *r = &c->registered->version;

	if (c->subscriber->since > c->now)
		return gate_wait(a, "the subscriber's registration begins "
		    "later");
	if (c->registered->is_known)
		return gate_yes(a, "registration version %d was decided in "
		    "dossier %lld", r->version, (long long)r->dossier);
	if (!c->subscriber->sandbox)
		return gate_wait(a, "the subscriber has no registration that "
		    "was decided");
	if (c->config->sandbox)
		return gate_yes(a, "the subscriber's registration is asserted "
		    "(sandbox)");
	return gate_wait(a, "the subscriber's registration was only "
	    "asserted in a sandbox and is not verified");
}

int
ask_registration_current(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	if (!c->registered->is_known)
		return gate_yes(a, "no identity was validated that could have "
		    "ended");
	if (c->registered->version.until <= c->now)
		return gate_wait(a, "a validation of the identity has ended: "
		    "it has to be registered anew");
	return gate_yes(a, "the identity's validations have not ended");
}

int
ask_subject_kind(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	enum subject_kind	kind = c->registered->version.kind;

	if (c->profile == NULL)
		return gate_no(a, EACCES, "without a profile no kind of "
		    "subject fits");
	if (!c->registered->is_known)
		return gate_yes(a, "the kind of subject was not registered "
		    "(asserted)");
	if (profile_allows_kind(c->profile, kind))
		return gate_yes(a, "profile %s is for a subject of kind %s",
		    c->profile->name, subject_kind_name(kind));
	return gate_no(a, EACCES, "profile %s is not for a subject of kind %s",
	    c->profile->name, subject_kind_name(kind));
}

/*
 * The one who asks is among those who act for the subscriber, as another rule
 * makes sure; what it needs besides is the subscriber's word for the subject.
 */
int
ask_issuance_authorised(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	const struct registration_version *r = &c->registered->version;

	if (!c->registered->is_known || r->subject_is_subscriber)
		return gate_yes(a, "subscriber and subject are the same");
	if (r->authorised)
		return gate_yes(a, "uid %u asks for the subscriber, who "
		    "authorised issuance to the subject in registration "
		    "version %d", (unsigned)c->uid, r->version);
	return gate_wait(a, "the subscriber has not authorised issuance to "
	    "the subject");
}

/* --- what this certificate rests on -------------------------------------- */

static bool
covers_a_name(const struct gate_case *c, const struct attribute *at)
{
	size_t	i;

	for (i = 0; i < c->name_count; i++)
		if (strcmp(c->names[i].kind, at->type) == 0 &&
		    name_is_inside(at->type, c->names[i].text, at->value))
			return true;
	return false;
}

/* All of the identity, and of the names those that are asked for. */
static bool
rests_on(const struct gate_case *c, const struct attribute *at)
{
	const struct attribute_type	*type = attribute_type_find(at->type);

	return type == NULL || type->place != IN_ALTERNATIVE_NAME ||
	    covers_a_name(c, at);
}

static bool
is_acceptable(const struct gate_case *c, const struct attribute *at)
{
	const struct method	*method = method_find(at->method);

	if (method == NULL || !method_holds(method, c->now))
		return false;
	return strcmp(method->name, METHOD_ASSERTED) != 0 ||
	    c->config->sandbox;
}

int
ask_method_acceptable(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	const struct attribute	*at;
	const struct method	*method;
	size_t			 i;

	for (i = 0; i < c->registered->count; i++) {
		at = &c->registered->attributes[i];
		if (!rests_on(c, at) || is_acceptable(c, at))
			continue;
		method = method_find(at->method);
		return gate_wait(a, "the method %s, by which %s was "
		    "validated, is %s", at->method, at->type, method != NULL &&
		    method->state == METHOD_INSECURE ? "insecure" :
		    "not accepted any more");
	}
	return gate_yes(a, "the methods of validation are accepted");
}

/* REG-6.3.6-01A, REG-6.3.7-01A: on what it rests, and how old that is. */
static int
say_reused(struct answer *a, const struct gate_case *c, const char *why)
{
	const struct attribute	*oldest = NULL, *at;
	size_t			 i;

	for (i = 0; i < c->registered->count; i++) {
		at = &c->registered->attributes[i];
		if (rests_on(c, at) && (oldest == NULL ||
		    at->validated < oldest->validated))
			oldest = at;
	}
	if (oldest == NULL)
		return gate_yes(a, "%s", why);
	return gate_yes(a, "%s; the oldest, of %s by %s, is %lld d old", why,
	    oldest->type, oldest->method,
	    (long long)((c->now - oldest->validated) / USEC_DAY));
}

int
ask_reuse_window(struct view *v, const struct gate_case *c, struct answer *a,
    struct err *e)
{
	int			 days;
	const struct attribute	*at;
	char			 text[80];
	size_t			 i;

	days = c->profile == NULL ? 0 : c->profile->reuse_days;
	if (days == 0)
		return say_reused(a, c, "validations may be used until they "
		    "end");
	for (i = 0; i < c->registered->count; i++) {
		at = &c->registered->attributes[i];
		if (rests_on(c, at) &&
		    at->validated + days * USEC_DAY <= c->now)
			return gate_wait(a, "%s was validated more than %d "
			    "days ago, and profile %s wants it done again",
			    at->type, days, c->profile->name);
	}
	snprintf(text, sizeof(text), "everything was validated in the last %d "
	    "days", days);
	return say_reused(a, c, text);
}

int
ask_reuse_count(struct view *v, const struct gate_case *c, struct answer *a,
    struct err *e)
{
	int	most = c->profile == NULL ? 0 : c->profile->reuse_count;

	if (most == 0 || !c->registered->is_known)
		return gate_yes(a, "uses of a registration are not counted");
	if (c->registered->version.used >= most)
		return gate_wait(a, "registration version %d was used for %d "
		    "certificates, as many as profile %s allows",
		    c->registered->version.version, most, c->profile->name);
	return gate_yes(a, "registration version %d was used for %lld of %d "
	    "certificates", c->registered->version.version,
	    (long long)c->registered->version.used, most);
}
