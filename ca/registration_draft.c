/*
 * Drafts of registrations, evaluated.  See registration_draft.h.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "authority_own.h"
#include "event.h"
#include "registration_draft.h"
#include "store_events.h"
#include "store_registrations.h"
#include "subject.h"
#include "text.h"

/* What the questions of a registration are answered from. */
struct desk {
	struct view			*v;
	const struct authority_parts	*parts;
	int64_t				 draft, dossier;
};

static bool
is_in(struct desk *desk, int64_t folder, const char *name)
{
	struct desk_file file;

	return desk_file_find(desk->v, folder, name, &file) == 1 &&
	    !file.generated;
}

/* Scans that were dropped beside the file count, too. */
static bool
has_document(void *arg, const char *name)
{
	struct desk *desk = arg;

	if (strcmp(name, REGISTRATION_FILE) == 0)
		return false;
	return is_in(desk, DESK_FOLDER(DESK_DRAFT_DOCUMENTS, desk->draft),
	    name) || is_in(desk, DESK_FOLDER(DESK_DRAFT, desk->draft),
	    name) || (desk->dossier != 0 && is_in(desk,
	    DESK_FOLDER(DESK_DOSSIER_DOCUMENTS, desk->dossier), name));
}

static bool
has_user(void *arg, const char *name, uid_t *uid)
{
	struct desk *desk = arg;

	return desk->parts->uid_of != NULL &&
	    desk->parts->uid_of(name, uid) == 1;
}

static bool
has_group(void *arg, const char *name, gid_t *gid)
{
	struct desk *desk = arg;

	return desk->parts->gid_of != NULL &&
	    desk->parts->gid_of(name, gid) == 1;
}

static bool
is_same_person(void *arg, uid_t a, uid_t b)
{

	return event_person_is_same(a, b);
}

static const struct profile *
find_profile(void *arg, const char *name)
{
	struct desk *desk = arg;

	return config_profile(desk->parts->config, name);
}

/* --- texts --------------------------------------------------------------- */

static void
checks_write(struct bytes *to, const struct draft_evaluation *e,
    struct slice missing)
{
	const struct registration *r = e->registration;
	const struct attribute *a;
	const unsigned char *line, *end;
	char from[CLOCK_TEXT], until[CLOCK_TEXT];
	size_t i;

	bytes_printf(to, "passed: the file reads; subject kind %s\n",
	    subject_kind_name(r->kind));
	for (i = 0; i < r->attribute_count; i++) {
		a = &r->attributes[i];
		clock_text_seconds(from, a->validated);
		clock_text_seconds(until, a->until - USEC_DAY);
		bytes_printf(to, "passed: %s \"%s\" by %s, evidence %s, "
		    "verified by %s on %.10s, until %.10s\n", a->type,
		    a->value, a->method, a->evidence, a->verifier, from,
		    until);
	}
	for (line = missing.data; missing.size > 0; line = end + 1) {
		end = memchr(line, '\n', missing.size);
		bytes_printf(to, "missing: %.*s\n", (int)(end - line) - 2,
		    (const char *)line + 2);	/* without "- " */
		missing.size -= (size_t)(end - line) + 1;
	}
	if (e->missing == 0)
		bytes_printf(to, "passed: everything that a subject of kind %s"
		    " requires is there (REG-6.2.2-01)\n",
		    subject_kind_name(r->kind));
}

static const char *
state_word(const struct draft_evaluation *e)
{

	if (!e->there)
		return "empty";
	if (e->fault.code != 0)
		return "faulty";
	if (e->in_force)
		return "in force";
	return e->complete ? "complete" : "incomplete";
}

static const char *
state_advice(const struct draft_evaluation *e)
{

	if (!e->there)
		return "Put registration.conf here. There is a template for "
		    "each kind of subject in examples/registration/\n"
		    "of the program. Evidence goes into documents/.\n";
	if (e->fault.code != 0)
		return "The file is kept as it is and nothing follows from it."
		    " Mend it and save it again.\n";
	if (e->in_force)
		return "This is what was approved. A change to the file is a "
		    "new draft.\n";
	if (e->complete)
		return "It is decided in ra/pending/: another officer moves "
		    "its folder to approved/ or rejected/.\n";
	return "Put the documents into documents/.\n";
}

static void
state_write(struct draft_evaluation *e,
    const struct registration_version *in_force, struct slice missing)
{
	char decided[CLOCK_TEXT];
	struct bytes *to = &e->state;

	bytes_printf(to, "state: %s\n", state_word(e));
	if (e->sha256[0] != '\0')
		bytes_printf(to, "registration.conf: %s\n", e->sha256);
	if (in_force != NULL) {
		clock_text_seconds(decided, in_force->decided);
		bytes_printf(to, "in force: version %d, decided %s, dossier "
		    "%lld\n", in_force->version, decided,
		    (long long)in_force->dossier);
	} else
		bytes_put_text(to, "in force: nothing yet\n");
	if (e->there && e->registration == NULL)
		bytes_printf(to, "\nWrong:\n- %s\n", e->fault.text);
	else if (missing.size > 0) {
		bytes_put_text(to, "\nWhat is missing or wrong:\n");
		bytes_put(to, missing.data, missing.size);
	}
	bytes_printf(to, "\n%s", state_advice(e));
}

/* --- evaluation ---------------------------------------------------------- */

/* The registration file of the version in force; NULL: none, or asserted. */
static struct registration *
registration_before(struct view *v, const struct registration_version *in_force)
{
	struct registration *r = NULL;
	struct bytes text = { 0 };
	struct err ignored;

	if (documents_read(v, in_force->sha256, &text) == 1)
		r = registration_parse("the version in force", SLICE(&text),
		    &ignored);
	bytes_free(&text);
	return r;
}

__attribute__((format(printf, 3, 4))) static void
mend(struct draft_evaluation *e, struct bytes *missing, const char *fmt, ...)
{
	char text[480];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	bytes_printf(missing, "- %s\n", text);
	e->missing++;
	if (e->fault.code == 0)
		err_set(&e->fault, EINVAL, "%s", text);
}

/* The subject that a profile would make of it, as a request will have it. */
static void
ask_subject(struct draft_evaluation *e, const struct desk *desk,
    const struct profile *profile, struct bytes *missing)
{
	const struct registration *r = e->registration;
	struct registered registered = { .is_known = true,
	    .attributes = r->attributes, .count = r->attribute_count,
	    .version = { .kind = r->kind } };
	struct subject_case c = { .profile = profile,
	    .registered = &registered, .now = clock_now() };
	struct err fault;
	struct dn dn;
	char sha256[SHA256_TEXT];
	int64_t owner;

	if (profile->subject[0][0] == '\0')
		return;
	subject_make(&c, &dn, &fault);
	if (fault.code != 0) {
		mend(e, missing, "[certificates] profiles: %.400s",
		    fault.text);
		return;
	}
	dn_digest(&dn, sha256);
	owner = subject_owner(desk->v, sha256);
	if (owner != 0 && owner != e->subscriber)
		mend(e, missing, "[certificates] profiles: %s would give it a "
		    "subject that another subscriber has had (GEN-6.3.3-10): "
		    "an attribute that tells them apart would help",
		    profile->name);
}

static void
ask_subjects(struct draft_evaluation *e, const struct desk *desk,
    struct bytes *missing)
{
	const struct registration *r = e->registration;
	const struct profile *profile;
	size_t i;

	for (i = 0; i < sizeof(r->profiles) / sizeof(r->profiles[0]) &&
	    r->profiles[i][0] != '\0'; i++) {
		profile = config_profile(desk->parts->config, r->profiles[i]);
		if (profile != NULL && !profile->internal &&
		    profile_allows_kind(profile, r->kind))
			ask_subject(e, desk, profile, missing);
	}
}

/* It will be a folder in requests/, beside NAME.csr and NAME.crt of others. */
static void
ask_folder_name(struct draft_evaluation *e, const char *name,
    struct bytes *missing)
{
	if (name[0] != '-' && name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] == '\0')
		return;
	mend(e, missing, "the folder's name, which will be that of "
	    "requests/NAME: wanted letters, digits, - and _");
}

static void
ask(struct draft_evaluation *e, struct desk *desk, const struct draft *draft,
    const struct registration *before, struct bytes *missing)
{
	const struct config *config = desk->parts->config;
	struct registration_questions questions = {
		.document = has_document, .user = has_user,
		.group = has_group, .same = is_same_person,
		.profile = find_profile, .arg = desk,
		.now = clock_now(),
		.separation = config->separation || !config->sandbox,
		.before = before
	};

	e->missing = registration_missing(e->registration, &questions,
	    missing, &e->fault);
	ask_subjects(e, desk, missing);
	ask_folder_name(e, draft->name, missing);
	e->complete = e->missing == 0 && !e->in_force;
	registration_changes(before, e->registration, &e->changes);
	checks_write(&e->checks, e, SLICE(missing));
}

/* A folder keeps its subscriber, whatever it is called by now. */
int
draft_subscriber(struct view *v, const struct draft *draft,
    struct subscriber *s)
{

	if (draft->object != 0)
		return subscriber_get(v, draft->object, s);
	return subscriber_find(v, draft->name, s);
}

int
draft_evaluate_text(struct view *v, struct authority *authority,
    const struct draft *draft, int64_t dossier, struct slice text,
    struct draft_evaluation *e, struct err *err)
{
	struct desk desk = { v, authority->parts, draft->id, dossier };
	struct registration_version in_force = { 0 };
	struct registration *before = NULL;
	struct subscriber subscriber;
	struct bytes missing = { 0 };
	bool known = false;

	memset(e, 0, sizeof(*e));
	e->there = text.size > 0;
	if (e->there)
		sha256_text(e->sha256, text);
	if (draft_subscriber(v, draft, &subscriber) == 1) {
		e->subscriber = subscriber.id;
		known = registration_in_force(v, subscriber.id,
		    &in_force) == 1;
	}
	if (known) {
		before = registration_before(v, &in_force);
		e->in_force = strcmp(in_force.sha256, e->sha256) == 0;
	}
	if (e->there)
		e->registration = registration_parse(REGISTRATION_FILE, text,
		    &e->fault);
	if (e->registration != NULL)
		ask(e, &desk, draft, before, &missing);
	state_write(e, known ? &in_force : NULL, SLICE(&missing));
	registration_free(before);
	bytes_free(&missing);
	return 0;
}

int
draft_evaluate(struct view *v, struct authority *authority,
    const struct draft *draft, struct draft_evaluation *e, struct err *err)
{
	struct bytes text = { 0 };
	struct desk_file file;
	int result;

	memset(e, 0, sizeof(*e));
	if (desk_file_find(v, DESK_FOLDER(DESK_DRAFT, draft->id),
	    REGISTRATION_FILE, &file) == 1 &&
	    documents_read(v, file.sha256, &text) != 1)
		return err_set(err, EIO, "the registration file of draft %lld "
		    "is gone", (long long)draft->id);
	result = draft_evaluate_text(v, authority, draft, 0, SLICE(&text), e,
	    err);
	bytes_free(&text);
	return result;
}

void
draft_evaluation_free(struct draft_evaluation *e)
{

	registration_free(e->registration);
	bytes_free(&e->state);
	bytes_free(&e->changes);
	bytes_free(&e->checks);
	memset(e, 0, sizeof(*e));
}
