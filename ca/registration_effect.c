/*
 * What an approved registration does.  See registration_effect.h.  All of it
 * stands in the transaction of the decision: the version that was approved,
 * and the subscriber, its people, boxes and validated attributes as that says.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "authority_own.h"
#include "consent.h"
#include "event.h"
#include "methods.h"
#include "registered.h"
#include "registration_draft.h"
#include "registration_effect.h"
#include "store_events.h"
#include "store_registry.h"
#include "withdrawn.h"

#define NOBODY		((uid_t)-1)
#define TABLE(a)	(sizeof(a) / sizeof((a)[0]))

struct effect {
	struct authority	*authority;
	struct tx		*tx;
	const struct dossier	*dossier;
	const struct decision	*decision;
	usec_t			 now;
	struct draft		 draft;
	struct bytes		 text;
	struct registration	*registration;
	struct registered	 before;
	struct subscriber	 subscriber;
	struct registration_version version;
	size_t			 cases;
};

/* --- what was approved --------------------------------------------------- */

/* The file as it was when the dossier opened, and whether it is still good. */
static int
effect_read(struct effect *e, struct err *err)
{
	struct draft_evaluation evaluation;
	struct view *v = tx_view(e->tx);
	int result = -1;

	if (draft_get(v, e->dossier->object, &e->draft) != 1)
		return err_set(err, EIO, "the draft of dossier %lld is gone",
		    (long long)e->dossier->id);
	if (documents_read(v, e->dossier->basis.content_sha256,
	    &e->text) != 1)
		return err_set(err, EIO, "the registration file of dossier "
		    "%lld is gone", (long long)e->dossier->id);
	if (draft_evaluate_text(v, e->authority, &e->draft, e->dossier->id,
	    SLICE(&e->text), &evaluation, err) == -1)
		return -1;
	if (evaluation.fault.code != 0)
		err_set(err, EINVAL, "the registration can no longer be "
		    "approved: %.400s", evaluation.fault.text);
	else if (evaluation.missing > 0)
		err_set(err, EINVAL, "the registration can no longer be "
		    "approved: documents that it names are not there");
	else {
		e->registration = evaluation.registration;
		evaluation.registration = NULL;
		result = 0;
	}
	draft_evaluation_free(&evaluation);
	return result;
}

/* --- subscriber, people, boxes ------------------------------------------- */

static uid_t
uid_of(const struct effect *e, const char *user)
{
	const struct authority_parts *parts = e->authority->parts;
	uid_t uid;

	if (user[0] == '\0' || parts->uid_of == NULL ||
	    parts->uid_of(user, &uid) != 1)
		return NOBODY;
	return uid;
}

static int
put_subscriber(struct effect *e, struct err *err)
{
	const struct authority_parts *parts = e->authority->parts;
	struct subscriber *s = &e->subscriber;

	memset(s, 0, sizeof(*s));
	if (draft_subscriber(tx_view(e->tx), &e->draft, s) != 1) {
		s->since = e->now;
		snprintf(s->name, sizeof(s->name), "%s", e->draft.name);
	}
	s->sandbox = false;
	memcpy(s->profiles, e->registration->profiles, sizeof(s->profiles));
	if (parts->gid_of == NULL ||
	    parts->gid_of(e->registration->group, &s->gid) != 1)
		return err_set(err, EINVAL, "no group %s is known here",
		    e->registration->group);
	return subscriber_put(e->tx, s, err);
}

static int
put_users(struct effect *e, struct err *err)
{
	const struct registration *r = e->registration;
	size_t i;
	uid_t uid;

	if (subscriber_drop_users(e->tx, e->subscriber.id, err) == -1)
		return -1;
	for (i = 0; i < TABLE(r->users) && r->users[i][0] != '\0'; i++) {
		if ((uid = uid_of(e, r->users[i])) == NOBODY)
			return err_set(err, EINVAL, "no user %s is known here",
			    r->users[i]);
		if (subscriber_put_user(e->tx, e->subscriber.id, uid,
		    err) == -1)
			return -1;
	}
	return 0;
}

/* Its own, and one for each profile; those there are stay for ever. */
static int
put_boxes(struct effect *e, struct err *err)
{
	struct box box = { .subscriber = e->subscriber.id, .since = e->now };
	size_t i;

	if (box_put(e->tx, &box, err) == -1)
		return -1;
	for (i = 0; i < TABLE(e->subscriber.profiles) &&
	    e->subscriber.profiles[i][0] != '\0'; i++) {
		box = (struct box){ .subscriber = e->subscriber.id,
		    .since = e->now };
		snprintf(box.profile, sizeof(box.profile), "%s",
		    e->subscriber.profiles[i]);
		if (box_put(e->tx, &box, err) == -1)
			return -1;
	}
	return 0;
}

/* --- version and attributes ---------------------------------------------- */

static int
put_version(struct effect *e, struct err *err)
{
	const struct registration *r = e->registration;
	struct registration_version *version = &e->version;

	*version = (struct registration_version){
		.subscriber = e->subscriber.id,
		.version = e->before.is_known ?
		    e->before.version.version + 1 : 1,
		.dossier = e->dossier->id, .kind = r->kind,
		.subject_is_subscriber = r->subject_is_subscriber,
		.authorised = r->issuance_authorisation[0] != '\0',
		.publish = r->publish,
		.subject_uid = uid_of(e, r->subject_user),
		.decided = e->now, .until = registration_until(r)
	};
	memcpy(version->sha256, e->dossier->basis.content_sha256,
	    sizeof(version->sha256));
	return registration_put(e->tx, version, err);
}

static int
put_attributes(struct effect *e, struct err *err)
{
	struct withdrawn withdrawn = {
		.subscriber = e->subscriber.id, .author = e->dossier->author,
		.now = e->now, .before = &e->before, .after = e->registration
	};

	if (attributes_replace(e->tx, e->subscriber.id,
	    e->registration->attributes, e->registration->attribute_count,
	    err) == -1)
		return -1;
	return withdrawn_open_cases(e->tx, &withdrawn, &e->cases, err);
}

/* --- evidence ------------------------------------------------------------ */

/* REG-6.4.5-04: which methods, each once. */
static void
event_methods(struct event *event, const struct registration *r)
{
	const struct method *method;
	struct bytes text = { 0 };
	size_t i, k;

	for (i = 0; (method = method_row(i)) != NULL; i++) {
		for (k = 0; k < r->attribute_count; k++)
			if (strcmp(r->attributes[k].method, method->name) == 0)
				break;
		if (k < r->attribute_count)
			bytes_printf(&text, "%s%s%s%s", text.size > 0 ? ", " :
			    "", method->name, method->use_case[0] != '\0' ?
			    " = " : "", method->use_case);
	}
	event_detail(event, "methods", bytes_text(&text));
	if (r->assurance_route[0] != '\0')
		event_detail(event, "assurance_route", r->assurance_route);
	bytes_free(&text);
}

/* Names of documents may hold personal data: they are numbered. */
struct documents {
	const struct effect	*effect;
	struct event		*event;
	int			 number;
};

static int
event_document(void *arg, const char *name)
{
	struct documents *d = arg;
	const int64_t folders[] = {
		DESK_FOLDER(DESK_DOSSIER_DOCUMENTS, d->effect->dossier->id),
		DESK_FOLDER(DESK_DRAFT_DOCUMENTS, d->effect->draft.id),
		DESK_FOLDER(DESK_DRAFT, d->effect->draft.id)
	};
	struct desk_file file;
	char label[32];
	size_t i;

	for (i = 0; i < TABLE(folders); i++)
		if (desk_file_find(tx_view(d->effect->tx), folders[i], name,
		    &file) == 1 && !file.generated)
			break;
	if (i == TABLE(folders))
		return 0;
	snprintf(label, sizeof(label), "document %d", ++d->number);
	event_input(d->event, label, file.size, file.sha256);
	return 0;
}

static int
put_event(struct effect *e, struct err *err)
{
	static const char *const requirements[] = { "REG-6.2.2-01",
	    "REG-6.2.2-02A", "REG-6.2.2-18", "REG-6.4.5-03",
	    "REG-6.4.5-04" };
	const struct registration *r = e->registration;
	struct documents documents = { .effect = e };
	struct event *event;
	int64_t seq;
	size_t i;
	int result;

	event = event_new(e->version.version == 1 ? "subscriber-registered" :
	    "subscriber-registration-changed", REGISTRATION);
	event_actor(event, e->decision->uid, e->decision->role);
	for (i = 0; i < TABLE(requirements); i++)
		event_requirement(event, requirements[i]);
	event_input(event, REGISTRATION_FILE, e->text.size,
	    e->version.sha256);
	documents.event = event;
	registration_evidence(r, event_document, &documents);
	event_detail_number(event, "subscriber", e->subscriber.id);
	event_detail_number(event, "version", e->version.version);
	event_detail_number(event, "dossier", e->dossier->id);
	event_detail(event, "subject_kind", subject_kind_name(r->kind));
	event_detail(event, "subject_is_subscriber",
	    r->subject_is_subscriber ? "yes" : "no");
	event_methods(event, r);
	event_detail_number(event, "attributes",
	    (int64_t)r->attribute_count);
	event_detail_number(event, "revocation_cases", (int64_t)e->cases);
	event_outcome(event, "registered");
	result = events_append(e->tx, event, &seq, err);
	event_free(event);
	return result;
}

/* The draft is of this subscriber from now on, and its `state` says so. */
static int
put_draft(struct effect *e, struct err *err)
{
	struct draft_evaluation evaluation;
	int result;

	e->draft.object = e->subscriber.id;
	if (draft_put(e->tx, &e->draft, err) == -1 ||
	    draft_evaluate(tx_view(e->tx), e->authority, &e->draft,
	    &evaluation, err) == -1)
		return -1;
	result = desk_file_write(e->tx, DESK_FOLDER(DESK_DRAFT, e->draft.id),
	    "state", SLICE(&evaluation.state), err);
	draft_evaluation_free(&evaluation);
	return result;
}

/* --- all of it ----------------------------------------------------------- */

static int
put_in_force(struct effect *e, struct err *err)
{

	if (effect_read(e, err) == -1 || put_subscriber(e, err) == -1)
		return -1;
	registered_load(&e->before, tx_view(e->tx), e->subscriber.id);
	if (put_users(e, err) == -1 || put_boxes(e, err) == -1 ||
	    put_version(e, err) == -1 || put_attributes(e, err) == -1 ||
	    put_event(e, err) == -1 ||
	    consent_refresh(e->tx, e->subscriber.id, err) == -1)
		return -1;
	return put_draft(e, err);
}

int
registration_decided(struct authority *authority, struct tx *tx,
    const struct dossier *dossier, const struct decision *decision,
    struct err *err)
{
	struct effect e = { .authority = authority, .tx = tx,
	    .dossier = dossier, .decision = decision, .now = clock_now() };
	int result;

	if (decision->to != PLACE_APPROVED)
		return 0;
	result = put_in_force(&e, err);
	registration_free(e.registration);
	registered_free(&e.before);
	bytes_free(&e.text);
	return result;
}
