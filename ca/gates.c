/*
 * The gates, as a table: one row a rule, with the requirements of EN 319 411-1
 * it answers (identifiers as in docs/CLAUSES).  A rule reads the case and the
 * view and changes nothing.  What it says stands in events too, so it names
 * the subscriber by that word and no person at all.  A row marked `basis` ends the asking when it says
 * no: what follows would have no ground to be asked on.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "gates.h"
#include "names.h"
#include "text.h"

enum answer_kind { PASSED, NO, WAIT };

struct answer {
	enum answer_kind kind;
	int		 code;
	char		 text[300];
};

enum { FOR_REQUESTS = 1, FOR_OURSELVES = 2, FOR_BOTH = 3 };

struct gate {
	const char	*name, *requirements;
	int		 gate;
	int		 asked_for;
	bool		 basis;
	int		 (*ask)(struct view *, const struct gate_case *,
			    struct answer *, struct err *);
};

static int	passed(struct answer *, const char *, ...)
		    __attribute__((format(printf, 2, 3)));
static int	no(struct answer *, int, const char *, ...)
		    __attribute__((format(printf, 3, 4)));
static int	needs_person(struct answer *, const char *, ...)
		    __attribute__((format(printf, 2, 3)));

static int
passed(struct answer *a, const char *fmt, ...)
{
	va_list	ap;

	a->kind = PASSED;
	va_start(ap, fmt);
	vsnprintf(a->text, sizeof(a->text), fmt, ap);
	va_end(ap);
	return 0;
}

static int
no(struct answer *a, int code, const char *fmt, ...)
{
	va_list	ap;

	a->kind = NO;
	a->code = code;
	va_start(ap, fmt);
	vsnprintf(a->text, sizeof(a->text), fmt, ap);
	va_end(ap);
	return 0;
}

static int
needs_person(struct answer *a, const char *fmt, ...)
{
	va_list	ap;

	a->kind = WAIT;
	va_start(ap, fmt);
	vsnprintf(a->text, sizeof(a->text), fmt, ap);
	va_end(ap);
	return 0;
}

/* --- gate 1: registration ------------------------------------------------- */

static int
ask_subscriber_known(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	if (c->subscriber != NULL)
		return passed(a, "the subscriber is registered");
	if (c->subscribers > 1)
		return no(a, EACCES, "uid %u acts for several subscribers: use "
		    "the box of the one that is meant", (unsigned)c->uid);
	return no(a, EACCES, "uid %u acts for no registered subscriber",
	    (unsigned)c->uid);
}

static int
ask_caller_may_act(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	if (subscriber_has_user(v, c->subscriber->id, c->uid))
		return passed(a, "uid %u may act for the subscriber",
		    (unsigned)c->uid);
	return no(a, EACCES, "uid %u is not among those who may act for the "
	    "subscriber", (unsigned)c->uid);
}

static int
ask_slot_of_subscriber(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	if (c->slot->id == 0 || c->slot->subscriber == 0 ||
	    c->slot->subscriber == c->subscriber->id)
		return passed(a, "the slot belongs to no other subscriber");
	return no(a, EACCES, "the slot %s belongs to another subscriber",
	    c->slot->name);
}

static int
ask_registration_verified(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	if (c->subscriber->since > c->now)
		return needs_person(a, "the subscriber's registration begins "
		    "later");
	if (!c->subscriber->sandbox)
		return passed(a, "the subscriber's registration was verified");
	if (c->config->sandbox)
		return passed(a, "the subscriber's registration is asserted "
		    "(sandbox)");
	return needs_person(a, "the subscriber's registration was only "
	    "asserted in a sandbox and is not verified");
}

static int
ask_agreement_in_force(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	struct agreement	 agreement;
	const struct paper	*terms;

	terms = config_paper(c->config, "terms");
	if (terms == NULL)
		return err_set(e, EIO, "no terms and conditions are in force");
	if (agreement_find(v, c->subscriber->id, terms->sha256,
	    &agreement) != 1)
		return needs_person(a, "the subscriber has not agreed to the "
		    "terms in force, version %s (REG-6.3.4-07)",
		    terms->version);
	if (agreement.sandbox && !c->config->sandbox)
		return needs_person(a, "the subscriber's agreement to terms "
		    "%s is a sandbox one", terms->version);
	return passed(a, "the subscriber agreed to terms %s%s",
	    terms->version, agreement.sandbox ? " (sandbox agreement)" : "");
}

static int
ask_names_form(struct view *v, const struct gate_case *c, struct answer *a,
    struct err *e)
{
	struct err	why = { 0 };
	size_t		i;

	if (c->name_count == 0)
		return no(a, EBADMSG, "the request names nothing: a "
		    "subjectAltName with at least one dNSName is wanted (RFC "
		    "5280 4.2.1.6)");
	for (i = 0; i < c->name_count; i++)
		if (strcmp(c->names[i].kind, "dns") == 0 &&
		    dns_name_check(c->names[i].text, &why) == -1)
			return no(a, EBADMSG, "%s", why.text);
	return passed(a, "%zu name%s, well formed", c->name_count,
	    c->name_count == 1 ? "" : "s");
}

/* Which names are inside what was validated, and is that current? */
struct coverage {
	const struct gate_case	*c;
	bool			*covered, *current;
};

static bool
name_is_covered(const struct csr_name *name, const struct validated_name *by)
{
	if (strcmp(name->kind, by->kind) != 0)
		return false;
	if (strcmp(name->kind, "dns") == 0)
		return dns_name_is_inside(name->text, by->name);
	if (strcmp(name->kind, "ip") == 0)
		return address_is_inside(name->text, by->name);
	return false;
}

static int
cover(void *arg, const struct validated_name *by)
{
	struct coverage	*cov = arg;
	usec_t		 now = cov->c->now;
	size_t		 i;

	for (i = 0; i < cov->c->name_count; i++) {
		if (cov->current[i] ||
		    !name_is_covered(&cov->c->names[i], by))
			continue;
		cov->covered[i] = true;
		cov->current[i] = by->validated <= now && now < by->until;
	}
	return 0;
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

/* A name that may be a person's is not spelt out: events repeat this. */
static void
not_validated(struct answer *a, const struct csr_name *name, const char *more)
{
	bool	device;

	device = strcmp(name->kind, "dns") == 0 ||
	    strcmp(name->kind, "ip") == 0;
	if (device)
		needs_person(a, "the name %.200s%s is not inside what was "
		    "validated for the subscriber", name->text, more);
	else
		needs_person(a, "a name of kind %s%s is not inside what was "
		    "validated for the subscriber", name->kind, more);
}

static int
ask_coverage(struct view *v, const struct gate_case *c, struct answer *a,
    bool current)
{
	struct coverage		 cov = { .c = c };
	const struct csr_name	*name;
	bool			*flags;
	size_t			 count;
	char			 more[48] = "";

	flags = calloc(2 * c->name_count + 1, sizeof(*flags));
	if (flags == NULL)
		die("out of memory");
	cov.covered = flags;
	cov.current = flags + c->name_count;
	subscriber_names(v, c->subscriber->id, cover, &cov);
	/* What is not covered at all is the other rule's business. */
	if (current)
		for (count = 0; count < c->name_count; count++)
			cov.current[count] |= !cov.covered[count];
	name = first_without(c, current ? cov.current : cov.covered, &count);
	if (count > 1)
		snprintf(more, sizeof(more), " (and %zu more)", count - 1);
	if (name == NULL)
		passed(a, current ? "the validations are current" :
		    "every name is inside what was validated");
	else if (current)
		needs_person(a, "the validation that covers %.200s%s is not "
		    "current and has to be done again (REG-6.3.1-00D)",
		    name->text, more);
	else
		not_validated(a, name, more);
	free(flags);
	return 0;
}

static int
ask_names_validated(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	return ask_coverage(v, c, a, false);
}

static int
ask_validation_current(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	return ask_coverage(v, c, a, true);
}

/*
 * What a path may inherit.  Proof of possession is repeated and everything
 * else asked anew on every path, so nothing is inherited but the predecessor's
 * place; this rule keeps a predecessor that ended from being one.
 */
static int
ask_predecessor(struct view *v, const struct gate_case *c, struct answer *a,
    struct err *e)
{
	if (c->predecessor == NULL)
		return passed(a, "a new application: everything was asked "
		    "for the first time");
	if (c->predecessor->revoked != 0)
		return no(a, EKEYREVOKED, "certificate %s is revoked and "
		    "cannot be followed by a %s", c->predecessor->serial,
		    succession_name(c->succession));
	if (c->predecessor->not_after <= c->now)
		return no(a, EKEYEXPIRED, "certificate %s has expired and "
		    "cannot be followed by a %s", c->predecessor->serial,
		    succession_name(c->succession));
	return passed(a, "%s of %s, which is valid; everything was asked "
	    "again", succession_name(c->succession), c->predecessor->serial);
}

/* --- gate 2: issuance ----------------------------------------------------- */

static int
ask_profile_allowed(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	size_t	i;

	if (c->profile == NULL || c->profile->internal)
		return no(a, EACCES, "there is no profile %s for subscribers",
		    c->profile_name);
	for (i = 0; i < sizeof(c->subscriber->profiles) /
	    sizeof(c->subscriber->profiles[0]); i++)
		if (strcmp(c->subscriber->profiles[i],
		    c->profile->name) == 0)
			return passed(a, "profile %s is allowed",
			    c->profile->name);
	return no(a, EACCES, "profile %s is not allowed for the subscriber",
	    c->profile->name);
}

static int
ask_profile_internal(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	if (c->profile != NULL && c->profile->internal)
		return passed(a, "profile %s is one of the CA's own",
		    c->profile->name);
	return no(a, EPERM, "%s is no profile for the CA's own certificates",
	    c->profile_name);
}

static int
ask_standing_approval(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	if (c->approval != 0)
		return passed(a, "standing approval %lld",
		    (long long)c->approval);
	return no(a, EPERM, "profile %s has no standing approval",
	    c->profile_name);
}

static int
ask_key_pinned(struct view *v, const struct gate_case *c, struct answer *a,
    struct err *e)
{
	const struct ca_key	*key;
	char			 pinned[65];

	key = config_key(c->config, "ocsp");
	if (key == NULL)
		return err_set(e, EIO, "the OCSP responder's key is not known");
	sha256_text(pinned, SLICE(&key->spki));
	if (strcmp(pinned, c->spki_sha256) == 0)
		return passed(a, "the key is the pinned one of the OCSP "
		    "responder");
	return no(a, EKEYREJECTED, "the key is not the pinned one of the OCSP "
	    "responder");
}

/* The case exists only because csr_parse verified the request's signature. */
static int
ask_possession(struct view *v, const struct gate_case *c, struct answer *a,
    struct err *e)
{
	return passed(a, "the request's signature verifies under its key");
}

static int
ask_key_strength(struct view *v, const struct gate_case *c, struct answer *a,
    struct err *e)
{
	if (c->key_fault->code == 0)
		return passed(a, "the key was examined and found good");
	return no(a, EKEYREJECTED, "%.290s", c->key_fault->text);
}

/* "rsa:2048" in a profile is a minimum, every other type itself. */
static bool
key_type_fits(const char *type, const char *wanted)
{
	if (strncmp(wanted, "rsa:", 4) == 0 && strncmp(type, "rsa:", 4) == 0)
		return atoi(type + 4) >= atoi(wanted + 4);
	return strcmp(type, wanted) == 0;
}

static int
ask_key_for_profile(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	char	wanted[160] = "";
	size_t	i, n = 0;

	if (c->profile == NULL)
		return no(a, EACCES, "without a profile no key fits");
	for (i = 0; i < 8 && c->profile->key_types[i][0] != '\0'; i++) {
		if (key_type_fits(c->key_type, c->profile->key_types[i]))
			return passed(a, "key type %s is allowed by profile "
			    "%s", c->key_type, c->profile->name);
		n += snprintf(wanted + n, sizeof(wanted) - n, "%s%s",
		    n == 0 ? "" : ", ", c->profile->key_types[i]);
	}
	return no(a, EKEYREJECTED, "key type %s is not allowed by profile %s: "
	    "wanted one of %s", c->key_type, c->profile->name, wanted);
}

static int
ask_key_not_blocked(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	struct key	key;

	if (keys_find(v, c->spki_sha256, &key) == 1 && key.blocked)
		return no(a, EKEYREJECTED, "this key was reported compromised "
		    "and is never certified again");
	return passed(a, "the key was not reported compromised");
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
static int
ask_key_of_subscriber(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	struct owner	owner = { 0 };
	struct key	key;

	if (keys_find(v, c->spki_sha256, &key) == 1)
		certificates_of_key(v, key.id, 0, first_owner, &owner);
	if (!owner.known || owner.subscriber == c->subscriber->id)
		return passed(a, "no other subscriber has this key");
	return needs_person(a, "this key is certified for another subscriber");
}

static int
ask_subject_of_subscriber(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	struct indexed_name	name;
	struct owner		owner = { 0 };

	if (c->common_name[0] != '\0' &&
	    names_find(v, c->common_name, &name) == 1)
		certificates_of_name(v, name.id, 0, first_owner, &owner);
	if (!owner.known || owner.subscriber == c->subscriber->id)
		return passed(a, "no other subscriber had this subject");
	return needs_person(a, "the subject %.200s was given to another "
	    "subscriber before", c->common_name);
}

static int
ask_names_count(struct view *v, const struct gate_case *c, struct answer *a,
    struct err *e)
{
	int	max = c->profile == NULL ? 0 : c->profile->names_max;

	if (c->profile != NULL && c->name_count > (size_t)max)
		return no(a, EINVAL, "%zu names, profile %s allows %d",
		    c->name_count, c->profile->name, max);
	return passed(a, "no more names than the profile allows");
}

static int
ask_validity(struct view *v, const struct gate_case *c, struct answer *a,
    struct err *e)
{
	if (c->issuer_end <= c->now + USEC)
		return no(a, ENOKEY, "the issuing CA's certificate has ended");
	if (c->profile != NULL &&
	    c->now + c->profile->days * USEC_DAY > c->issuer_end)
		return passed(a, "validity is cut to the end of the issuing "
		    "CA's certificate");
	return passed(a, "validity ends before the issuing CA's certificate");
}

static int
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
		return no(a, EDQUOT, "%lld requests are open in this box, %d "
		    "are allowed", (long long)open,
		    c->config->open_requests_max);
	return passed(a, "fewer open requests than the box allows");
}

static const struct gate gates[] = {
	{ "subscriber-known", "REG-6.3.1-00A REG-6.2.2-01", 1, FOR_REQUESTS,
	    true, ask_subscriber_known },
	{ "caller-may-act", "REG-6.2.2-20 REG-6.3.2-01", 1, FOR_REQUESTS,
	    true, ask_caller_may_act },
	{ "slot-of-subscriber", "REG-6.3.2-01", 1, FOR_REQUESTS, true,
	    ask_slot_of_subscriber },
	{ "registration-verified", "REG-6.2.2-02A REG-6.3.1-00A", 1,
	    FOR_REQUESTS, false, ask_registration_verified },
	{ "agreement-in-force", "REG-6.3.4-07 REG-6.3.4-08 REG-6.3.6-08", 1,
	    FOR_REQUESTS, false, ask_agreement_in_force },
	{ "names-form", "REG-6.2.2-02AC GEN-6.6.1-01", 1, FOR_REQUESTS, false,
	    ask_names_form },
	{ "names-validated", "REG-6.2.2-02A REG-6.3.1-00B", 1, FOR_REQUESTS,
	    false, ask_names_validated },
	{ "validation-current", "REG-6.3.1-00C REG-6.3.1-00D REG-6.3.1-00E",
	    1, FOR_REQUESTS, false, ask_validation_current },
	{ "predecessor", "REG-6.3.6-02 REG-6.3.7-03 REG-6.3.8-01A", 1,
	    FOR_REQUESTS, false, ask_predecessor },
	{ "standing-approval", "REG-6.2.2-25", 1, FOR_OURSELVES, false,
	    ask_standing_approval },
	{ "profile-allowed", "GEN-6.6.1-02 REG-6.3.2-00B", 2, FOR_REQUESTS,
	    false, ask_profile_allowed },
	{ "profile-internal", "REG-6.2.2-25", 2, FOR_OURSELVES, false,
	    ask_profile_internal },
	{ "key-pinned", "GEN-6.3.2-00A", 2, FOR_OURSELVES, false,
	    ask_key_pinned },
	{ "proof-of-possession", "REG-6.3.1-01", 2, FOR_REQUESTS, false,
	    ask_possession },
	{ "key-strength", "GEN-6.3.6-10 OVR-6.3.5-01", 2, FOR_BOTH, false,
	    ask_key_strength },
	{ "key-for-profile", "OVR-6.3.5-01", 2, FOR_BOTH, false,
	    ask_key_for_profile },
	{ "key-not-blocked", "GEN-6.3.6-10 REV-6.3.9-02", 2, FOR_BOTH, false,
	    ask_key_not_blocked },
	{ "key-of-subscriber", "GEN-6.3.2-00A", 2, FOR_REQUESTS, false,
	    ask_key_of_subscriber },
	{ "subject-of-subscriber", "GEN-6.3.3-10", 2, FOR_REQUESTS, false,
	    ask_subject_of_subscriber },
	{ "names-count", "OVR-5.1-03", 2, FOR_REQUESTS, false,
	    ask_names_count },
	{ "validity-inside-issuer", "GEN-6.3.3-05", 2, FOR_BOTH, false,
	    ask_validity },
	{ "open-requests", "", 2, FOR_REQUESTS, false, ask_open_requests },
};
#define GATE_COUNT (sizeof(gates) / sizeof(gates[0]))
_Static_assert(GATE_COUNT <= VERDICT_MAX, "a verdict holds every rule");

static void
verdict_add(struct verdict *verdict, const struct gate *gate,
    const struct answer *a)
{
	struct passed_rule	*pass;
	struct finding		*finding;

	if (a->kind == PASSED) {
		pass = &verdict->passed[verdict->passed_count++];
		pass->rule = gate->name;
		pass->requirements = gate->requirements;
		snprintf(pass->text, sizeof(pass->text), "%.199s", a->text);
		return;
	}
	finding = &verdict->findings[verdict->finding_count++];
	finding->rule = gate->name;
	finding->requirements = gate->requirements;
	finding->kind = a->kind == NO ? FINDING_NO : FINDING_WAIT;
	finding->code = a->kind == NO ? a->code : 0;
	snprintf(finding->text, sizeof(finding->text), "%s", a->text);
}

int
gates_judge(struct view *v, const struct gate_case *c,
    struct verdict *verdict, struct err *e)
{
	struct answer	a;
	int		whom = c->box == NULL ? FOR_OURSELVES : FOR_REQUESTS;
	size_t		i;

	verdict->finding_count = 0;
	verdict->passed_count = 0;
	verdict->complete = false;
	for (i = 0; i < GATE_COUNT; i++) {
		if ((gates[i].asked_for & whom) == 0)
			continue;
		a.kind = NO;
		a.code = EIO;
		a.text[0] = '\0';
		if (gates[i].ask(v, c, &a, e) == -1)
			return err_in(e, "gate %s", gates[i].name);
		verdict_add(verdict, &gates[i], &a);
		if (gates[i].basis && a.kind == NO)
			return 0;
	}
	verdict->complete = true;
	return 0;
}

bool
gates_rule(size_t i, struct gate_rule *rule)
{
	if (i >= GATE_COUNT)
		return false;
	rule->name = gates[i].name;
	rule->requirements = gates[i].requirements;
	rule->gate = gates[i].gate;
	rule->internal = (gates[i].asked_for & FOR_OURSELVES) != 0;
	return true;
}

const char *
succession_name(enum succession succession)
{
	static const char *const names[] = {
		[NEW_APPLICATION] = "new", [RENEWAL] = "renewal",
		[RE_KEY] = "re-key", [MODIFICATION] = "modification"
	};

	return names[succession];
}
