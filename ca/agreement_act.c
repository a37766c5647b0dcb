/*
 * What a written agreement comes to; see agreement_act.h.  Who wrote it is the
 * opener of the file: a Unix user is the act's author (REG-6.3.4-08), and the
 * document is kept as it was written (REG-6.3.4-07).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agreement.h"
#include "agreement_act.h"
#include "authority_own.h"
#include "consent.h"
#include "dn.h"
#include "event.h"
#include "registration.h"
#include "store_consents.h"
#include "store_events.h"
#include "store_registry.h"
#include "terms_delivery.h"

#define FORM_ROOM	((size_t)16384)	/* what filling in may add */

static const struct part_file {
	const char		*name, *role, *word;
	enum agreement_part	 part;
	const char		*form;		/* requirements */
} part_files[] = {
	{ "agreement.txt", "subscriber", "subscriber", OF_SUBSCRIBER,
	    "REG-6.3.4-10A" },
	{ "subject-agreement.txt", "subject", "subject", OF_SUBJECT,
	    "REG-6.3.4-11A" },
};
#define PARTS	(sizeof(part_files) / sizeof(part_files[0]))

struct receipt {
	struct tx		*tx;
	const struct desk_write	*write;
	const struct part_file	*file;
	const struct paper	*terms;
	const struct config	*config;
	const char		*document;	/* its digest */
	struct box		 box;
	usec_t			 told;		/* the terms, to its author */
	enum agreement_answer	 answer;
	struct agreement_form	 form;
};

static const struct part_file *
part_file(const char *name)
{
	size_t i;

	for (i = 0; i < PARTS; i++)
		if (strcmp(part_files[i].name, name) == 0)
			return &part_files[i];
	return NULL;
}

size_t
agreement_max(struct authority *authority)
{
	const struct paper *terms = config_paper(authority->config, "terms");

	return FORM_ROOM + (terms == NULL ? 0 : terms->text.size);
}

/* --- who may ------------------------------------------------------------- */

static int
subject_may(struct view *v, int64_t subscriber, uid_t uid, struct err *err)
{
	struct registration_version r;

	if (consent_of_subject(v, subscriber, &r) != 1)
		return err_set(err, EPERM, "subscriber and subject are not "
		    "two persons here: only the subscriber agrees");
	if (r.subject_uid != uid || uid == (uid_t)-1)
		return err_set(err, EACCES, "uid %u is not the subject's: "
		    "part two of the agreement is its own act",
		    (unsigned)uid);
	return 0;
}

static int
may(struct view *v, const struct box *box, const struct part_file *file,
    uid_t uid, struct err *err)
{
	if (box->subscriber == 0 || box->profile[0] != '\0' || file == NULL)
		return err_set(err, EPERM, "agreements are written in the "
		    "subscriber's own box, as agreement.txt or "
		    "subject-agreement.txt");
	if (file->part == OF_SUBJECT)
		return subject_may(v, box->subscriber, uid, err);
	if (!subscriber_has_user(v, box->subscriber, uid))
		return err_set(err, EACCES, "uid %u is not among those who "
		    "may act for this subscriber", (unsigned)uid);
	return 0;
}

int
agreement_may(struct authority *authority, struct view *v, int64_t id,
    const char *name, uid_t uid, struct err *err)
{
	struct box box = { 0 };

	if (box_get(v, id, &box) != 1)
		return err_set(err, ENOENT, "there is no such box");
	return may(v, &box, part_file(name), uid, err);
}

/* --- evidence ------------------------------------------------------------ */

static const char *
yes_no(bool answer)
{
	return answer ? "yes" : "no";
}

static void
event_answers(struct event *event, const struct receipt *r)
{
	const struct agreement_form *f = &r->form;
	bool own = r->file->part == OF_SUBSCRIBER;

	if (own)
		event_detail(event, "obligations", yes_no(f->obligations));
	event_detail(event, "secure-device", yes_no(f->device));
	event_detail(event, "records", yes_no(f->records));
	event_detail(event, "publish", yes_no(f->publish));
	if (own)
		event_detail(event, "correct", yes_no(f->correct));
	event_detail(event, "subject-obligations",
	    yes_no(f->subject_obligations));
}

/* `fault` NULL: nothing is wrong with it. */
static int
append_event(const struct receipt *r, const char *name, const char *outcome,
    int64_t agreement, const struct err *fault, struct err *err)
{
	struct event *event = event_new(name, REGISTRATION);
	char told[CLOCK_TEXT];
	int result;

	event_actor(event, r->write->uid, r->file->role);
	event_requirement(event, "REG-6.3.4-07");
	event_requirement(event, "REG-6.3.4-08");
	event_requirement(event, r->file->form);
	if (r->file->part == OF_SUBJECT)
		event_requirement(event, "REG-6.3.4-09");
	event_input(event, r->file->name, r->write->bytes.size, r->document);
	event_input(event, "terms.txt", r->terms->text.size,
	    r->terms->sha256);
	event_outcome(event, outcome);
	if (fault != NULL)
		event_rule(event, "agreement-form", "no", fault->text);
	event_detail_number(event, "subscriber", r->box.subscriber);
	event_detail(event, "part", r->file->word);
	event_detail(event, "terms_sha256", r->terms->sha256);
	if (agreement != 0) {
		clock_text(told, r->told);
		event_detail(event, "terms-delivered", told);
		event_detail_number(event, "agreement", agreement);
		event_answers(event, r);
	}
	result = events_append(r->tx, event, NULL, err);
	event_free(event);
	return result;
}

/* --- the status text ----------------------------------------------------- */

static void
put_part(const struct receipt *r, const struct part_file *file,
    struct bytes *to)
{
	struct agreement a;
	char when[CLOCK_TEXT];

	if (agreement_find(tx_view(r->tx), r->box.subscriber, file->part,
	    r->terms->sha256, &a) != 1) {
		bytes_printf(to, "%s: has not agreed: copy terms.txt to %s, "
		    "fill in part %s of its form and leave all else as it is\n",
		    file->word, file->name, file->part == OF_SUBSCRIBER ?
		    "one" : "two");
		return;
	}
	clock_text_seconds(when, a.time);
	bytes_printf(to, "%s: agreed at %s by uid %u, publication: %s%s\n",
	    file->word, when, (unsigned)a.uid, yes_no(a.publish),
	    a.sandbox ? " (sandbox agreement)" : "");
}

static void
status_render(const struct receipt *r, const struct err *fault,
    struct bytes *to)
{
	struct registration_version registered;
	struct view *v = tx_view(r->tx);
	struct agreement a;
	bool two, whole;

	two = consent_of_subject(v, r->box.subscriber, &registered) == 1;
	whole = agreement_find(v, r->box.subscriber, OF_SUBSCRIBER,
	    r->terms->sha256, &a) == 1 && (!two || (agreement_find(v,
	    r->box.subscriber, OF_SUBJECT, r->terms->sha256, &a) == 1 &&
	    a.uid == registered.subject_uid));
	bytes_printf(to, "state: %s\nterms: version %s, sha256 %s\n",
	    whole ? "agreed" : "not agreed", r->terms->version,
	    r->terms->sha256);
	put_part(r, &part_files[0], to);
	if (two)
		put_part(r, &part_files[1], to);
	if (fault->code != 0)
		bytes_printf(to, "%s: no agreement: %s\n", r->file->name,
		    fault->text);
	else if (r->answer == FORM_UNTOUCHED)
		bytes_printf(to, "%s: an untouched copy of the terms; nothing "
		    "was agreed to\n", r->file->name);
	bytes_printf(to, "certificates are published: %s\n",
	    yes_no(consent_given(v, r->box.subscriber)));
}

/* --- what it comes to ---------------------------------------------------- */

static int
put_agreement(struct receipt *r, struct err *err)
{
	struct agreement a = { .part = r->file->part,
	    .publish = r->form.publish, .time = clock_now(),
	    .uid = r->write->uid };
	char sha256[SHA256_TEXT];

	snprintf(a.party, sizeof(a.party), "%s", r->form.party);
	snprintf(a.terms, sizeof(a.terms), "%s", r->terms->version);
	snprintf(a.terms_sha256, sizeof(a.terms_sha256), "%s",
	    r->terms->sha256);
	snprintf(a.document_sha256, sizeof(a.document_sha256), "%s",
	    r->document);
	if (documents_put(r->tx, SLICE(&r->terms->text), sha256, err) == -1 ||
	    terms_delivery_record(r->tx, r->config, r->box.subscriber,
	    r->write->uid, r->file->role, "agreement", &r->told, err) == -1 ||
	    agreement_put(r->tx, r->box.subscriber, &a, err) == -1 ||
	    append_event(r, "agreement-recorded", "recorded", a.id, NULL,
	    err) == -1)
		return -1;
	return consent_refresh(r->tx, r->box.subscriber, err);
}

/* A resent write, or a second close of the same bytes. */
static bool
is_known(const struct receipt *r)
{
	struct agreement newest;

	return agreement_newest(tx_view(r->tx), r->box.subscriber,
	    r->file->part, &newest) == 1 && newest.uid == r->write->uid &&
	    strcmp(newest.document_sha256, r->document) == 0 &&
	    strcmp(newest.terms_sha256, r->terms->sha256) == 0;
}

/*
 * Whom the form names is who is registered, by its full name; of a subscriber
 * that was only asserted nothing is known.  1, 0 with the fault, -1.
 */
static int
names_party(const struct receipt *r, struct err *fault, struct err *err)
{
	struct registration_version version;
	struct view *v = tx_view(r->tx);
	struct registration *known;
	struct bytes text = { 0 };
	bool same;

	if (registration_in_force(v, r->box.subscriber, &version) != 1)
		return 1;
	if (documents_read(v, version.sha256, &text) != 1)
		return err_set(err, EIO, "the registration of subscriber %lld "
		    "is gone", (long long)r->box.subscriber);
	known = registration_parse("registration.conf", SLICE(&text), err);
	bytes_free(&text);
	if (known == NULL) {
		err->code = EIO;
		return -1;
	}
	same = dn_value_is_like(r->form.party, r->file->part ==
	    OF_SUBSCRIBER ? known->subscriber : known->subject);
	registration_free(known);
	if (!same)
		err_set(fault, EINVAL, "\"%s\": wanted the full name that is "
		    "registered", r->file->word);
	return same;
}

static int
refuse(const struct receipt *r, const struct err *fault, struct err *err)
{
	return append_event(r, "agreement-refused", "refused", 0, fault, err);
}

/* 1 an agreement, 0 none (with a fault, or untouched), -1. */
static int
receive(struct receipt *r, struct err *fault, struct err *err)
{
	int named;

	if (agreement_read(r->write->bytes, SLICE(&r->terms->text),
	    r->file->part, &r->answer, &r->form, fault) == -1)
		return refuse(r, fault, err);
	if (r->answer == FORM_UNTOUCHED)
		return 0;
	if ((named = names_party(r, fault, err)) != 1)
		return named == 0 ? refuse(r, fault, err) : -1;
	return is_known(r) || put_agreement(r, err) == 0 ? 1 : -1;
}

/* The officers see it beside the registration. */
static int
write_for_officers(const struct receipt *r, struct slice text,
    struct err *err)
{
	struct draft draft;

	if (draft_of_object(tx_view(r->tx), DRAFT_SUBSCRIBER,
	    r->box.subscriber, &draft) != 1)
		return 0;
	return desk_file_write(r->tx, DESK_FOLDER(DESK_DRAFT, draft.id),
	    AGREEMENT_OFFICERS, text, err);
}

static int
write_status(const struct receipt *r, const struct err *fault,
    char path[PATH_TEXT], struct err *err)
{
	struct bytes text = { 0 };
	char box[PATH_TEXT];
	int result;

	status_render(r, fault, &text);
	result = desk_file_write(r->tx, DESK_FOLDER(DESK_BOX, r->box.id),
	    AGREEMENT_STATUS, SLICE(&text), err);
	if (result == 0)
		result = write_for_officers(r, SLICE(&text), err);
	bytes_free(&text);
	path_box(box, tx_view(r->tx), r->box.id);
	path_slot(path, box, AGREEMENT_STATUS, "");
	return result;
}

int
agreement_means(struct desk_act *act, struct tx *tx, struct err *err)
{
	struct receipt r = { .tx = tx, .write = act->write,
	    .config = act->authority->config,
	    .document = act->file->sha256,
	    .file = part_file(act->write->name),
	    .terms = config_paper(act->authority->config, "terms") };
	char path[PATH_TEXT];
	int result;

	if (r.terms == NULL)
		return err_set(err, EIO, "no terms and conditions are in "
		    "force");
	if (box_get(tx_view(tx), DESK_OBJECT(act->write->folder),
	    &r.box) != 1)
		return err_set(err, ENOENT, "there is no such box");
	if (may(tx_view(tx), &r.box, r.file, act->write->uid, err) == -1 ||
	    (result = receive(&r, &act->fault, err)) == -1)
		return -1;
	if (result == 1)
		act->take_up = r.box.subscriber;
	if (write_status(&r, &act->fault, path, err) == -1)
		return -1;
	desk_tell(act, path);
	return 0;
}

/* --- when something else changed ------------------------------------------ */

int
agreement_status_renew(struct tx *tx, const struct config *config,
    int64_t subscriber, char path[PATH_TEXT], struct err *err)
{
	struct receipt r = { .tx = tx, .config = config,
	    .answer = FORM_FILLED, .terms = config_paper(config, "terms") };
	struct err none = { 0 };
	struct desk_file file;

	path[0] = '\0';
	if (r.terms == NULL || box_find(tx_view(tx), subscriber, "",
	    &r.box) != 1 || desk_file_find(tx_view(tx), DESK_FOLDER(DESK_BOX,
	    r.box.id), AGREEMENT_STATUS, &file) != 1)
		return 0;
	return write_status(&r, &none, path, err);
}

#define AT_ONCE	32		/* texts in one transaction */

struct outdated {
	struct job		 job;
	struct authority	*authority;
	struct view		*view;
	const struct paper	*terms;
	int64_t			 subscribers[AT_ONCE], last;
	char			 paths[AT_ONCE][PATH_TEXT];
	size_t			 count;
};

/* A status that tells of other terms than those in force? */
static int
look_at_status(void *arg, const struct subscriber *s)
{
	struct outdated *o = arg;
	struct desk_file file;
	struct bytes text = { 0 };
	struct box box;

	o->last = s->id;
	if (box_find(o->view, s->id, "", &box) != 1 ||
	    desk_file_find(o->view, DESK_FOLDER(DESK_BOX, box.id),
	    AGREEMENT_STATUS, &file) != 1)
		return 0;
	if (documents_read(o->view, file.sha256, &text) == 1 &&
	    strstr(bytes_text(&text), o->terms->sha256) == NULL)
		o->subscribers[o->count++] = s->id;
	bytes_free(&text);
	return o->count == AT_ONCE;
}

static int
renew_apply(struct job *job, struct tx *tx, struct err *err)
{
	struct outdated *o = (struct outdated *)job;
	size_t i;

	for (i = 0; i < o->count; i++)
		if (agreement_status_renew(tx, o->authority->config,
		    o->subscribers[i], o->paths[i], err) == -1)
			return -1;
	return 0;
}

/* False: all were looked at, or the disk does not take more just now. */
static bool
renew_some(struct outdated *o)
{
	struct publication_sink *sink = o->authority->parts->sink;
	const char *paths[AT_ONCE];
	struct err err = { 0 };
	size_t i;

	o->count = 0;
	o->view = view_take(o->authority->parts->store);
	subscribers_list(o->view, o->last, look_at_status, o);
	view_put(o->view);
	if (o->count == 0)
		return false;
	if (commit_wait(o->authority->parts->committer, &o->job, &err) == -1) {
		log_line(AGREEMENT_STATUS ": %s", err.text);
		return false;
	}
	for (i = 0; i < o->count; i++)
		paths[i] = o->paths[i];
	if (sink != NULL)
		sink->changed(sink, paths, o->count, NULL, NULL);
	return true;
}

void
agreement_statuses_renew(struct authority *authority)
{
	struct outdated *o = calloc(1, sizeof(*o));

	if (o == NULL)
		die("out of memory");
	o->job.apply = renew_apply;
	o->authority = authority;
	o->terms = config_paper(authority->config, "terms");
	while (o->terms != NULL && !authority->closing && renew_some(o))
		;
	free(o);
}
