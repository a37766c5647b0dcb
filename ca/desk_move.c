/*
 * Moving a dossier is a decision.  One job: what is known of officer and case
 * is judged, the decision recorded, the dossier lies where it was moved, and
 * what follows from it is done or, where that takes longer, taken up behind
 * it.  A refusal rolls all of it back and is then a job of its own: the
 * sentence in `state`, and an event.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk_effects.h"
#include "desk_people.h"
#include "desk_private.h"
#include "desk_rules.h"
#include "desk_signature.h"
#include "dossier_text.h"
#include "recording.h"
#include "stop.h"
#include "store_events.h"

struct moving {
	struct job		 job;
	struct authority	*authority;
	int64_t			 id;
	enum dossier_place	 from, to;
	uid_t			 uid;
	move_done		*done;
	void			*arg;
	/* Of the transaction. */
	struct dossier		 dossier;	/* id 0: there is none */
	struct decision		 decision;
	bool			 is_repeated, is_private;
	struct err		 fault;
	char			 tell[DESK_TELL][PATH_TEXT];
};

/* --- what is known -------------------------------------------------------- */

static int
note_last(void *arg, const struct decision *decision)
{
	*(struct decision *)arg = *decision;
	return 0;
}

/* A rename that comes again: its core was killed before it could answer. */
static bool
is_repeated(const struct moving *m, struct view *v)
{
	struct decision	last = { 0 };

	decisions_of(v, m->id, note_last, &last);
	return m->dossier.place == m->to && last.uid == m->uid &&
	    last.id != 0 && last.from == m->from && last.to == m->to;
}

static bool
has_reason(struct view *v, int64_t id)
{
	struct desk_file	file;
	struct bytes		text = { 0 };
	bool			found = false;
	size_t			i;

	if (desk_file_find(v, DESK_FOLDER(DESK_DOSSIER, id), "reason.txt",
	    &file) == 1)
		documents_read(v, file.sha256, &text);
	for (i = 0; i < text.size; i++)
		found |= text.data[i] > ' ';
	bytes_free(&text);
	return found;
}

static int
ask_rules(struct moving *m, struct view *v, struct err *e)
{
	const struct config	*config = m->authority->config;
	const struct dossier	*d = &m->dossier;
	struct move		 move = {
		.kind = d->kind, .lies = d->place, .from = m->from,
		.to = m->to, .withdrawn = d->withdrawn, .uid = m->uid,
		.separation = config->separation || !config->sandbox,
		.roles = m->authority->parts->roles_of(m->uid),
		.is_author = people_wrote(v, d, m->uid),
		.is_subject = people_are_in_it(m->authority, v, d, m->uid),
		.has_decided = people_decided(v, d, m->uid),
		.has_reason = has_reason(v, d->id)
	};
	bool			 is_signed;

	dossier_wanted(config, v, d, &move.officers, &is_signed);
	return move_judge(&move, e);
}

/* --- what an approval needs ----------------------------------------------- */

static bool
waits_for_names(const struct application *app)
{
	size_t	i;

	for (i = 0; i < app->verdict.finding_count; i++)
		if (strcmp(app->verdict.findings[i].rule,
		    "names-validated") == 0)
			return true;
	return false;
}

static int
check_request(const struct application *app, const struct dossier *d,
    size_t documents, struct err *e)
{
	struct dossier_facts	 facts = { .app = app, .dossier = d };
	const char		*other;

	other = approval_differs(&d->basis, &app->today);
	if (other != NULL)
		return err_set(e, EAGAIN, "the %s changed while it lay here: "
		    "read summary.html and decision.txt again", other);
	if (app->outcome == OUTCOME_REFUSED)
		return err_set(e, EPERM, "it is refused by a gate: %.300s",
		    app->fault.text);
	if (!dossier_is_decidable(&facts))
		return err_set(e, EPERM, "there is nothing in it for an "
		    "officer to approve: %.300s",
		    app->verdict.finding_count > 0 ?
		    app->verdict.findings[0].text : "nothing waits");
	if (waits_for_names(app) && documents == 0)
		return err_set(e, ENODATA, "names that were not validated need "
		    "evidence: drop it into documents/, then move the "
		    "dossier");
	return 0;
}

static int
count_file(void *arg, const struct desk_file *file)
{
	(*(size_t *)arg)++;
	return 0;
}

static int
ask_request(struct moving *m, struct tx *tx, struct err *e)
{
	struct application	*app = application_new(m->authority);
	struct request		 request;
	size_t			 documents = 0;
	int			 rc = -1;

	desk_files_of(tx_view(tx), DESK_FOLDER(DESK_DOSSIER_DOCUMENTS, m->id),
	    0, count_file, &documents);
	if (request_get(tx_view(tx), m->dossier.object, &request) != 1)
		err_set(e, EIO, "the request of a dossier is gone");
	else if (request.state != PENDING)
		err_set(e, ESTALE, "the request does not wait any more: it is "
		    "%s", request_state_name(request.state));
	else if (application_load(app, tx_view(tx), &request, e) == 0 &&
	    application_judge(app, tx_view(tx), e) == 0)
		rc = check_request(app, &m->dossier, documents, e);
	application_free(app);
	return rc;
}

struct earlier {
	const char	*decision_sha256;
	bool		 differs;
};

static int
note_differs(void *arg, const struct decision *decision)
{
	struct earlier	*earlier = arg;

	earlier->differs |= strcmp(decision->decision_sha256,
	    earlier->decision_sha256) != 0;
	return 0;
}

static int
ask_approval(struct moving *m, struct tx *tx, struct err *e)
{
	struct earlier	earlier = { m->dossier.decision_sha256, false };
	int		officers;
	bool		is_signed;

	if (m->dossier.kind == DOSSIER_REQUEST && ask_request(m, tx, e) == -1)
		return -1;
	decisions_of(tx_view(tx), m->id, note_differs, &earlier);
	if (earlier.differs)
		return err_set(e, EPERM, "what the first officer approved is "
		    "not what decision.txt says now: reject it");
	dossier_wanted(m->authority->config, tx_view(tx), &m->dossier,
	    &officers, &is_signed);
	return !is_signed ? 0 : desk_signature_find(m->authority, tx_view(tx),
	    &m->dossier, m->uid, m->decision.signature_sha256, e);
}

/* --- the decision --------------------------------------------------------- */

static void
fill_decision(struct moving *m)
{
	struct decision	*decision = &m->decision;

	decision->dossier = m->id;
	decision->from = m->from;
	decision->to = m->to;
	decision->uid = m->uid;
	decision->time = clock_now();
	event_person(m->uid, decision->person);
	snprintf(decision->role, sizeof(decision->role), "%s",
	    role_name(move_role(m->dossier.kind)));
	memcpy(decision->decision_sha256, m->dossier.decision_sha256,
	    sizeof(decision->decision_sha256));
}

static void
event_file(struct event *event, struct view *v, int64_t id, const char *name)
{
	struct desk_file	file;

	if (desk_file_find(v, DESK_FOLDER(DESK_DOSSIER, id), name,
	    &file) == 1)
		event_input(event, name, file.size, file.sha256);
}

static void
event_signature(struct event *event, struct view *v, const char *sha256)
{
	struct document_row	row;

	if (sha256[0] == '\0' || documents_find(v, sha256, &row) != 1)
		return;
	event_input(event, "decision.p7s", row.size, sha256);
	record_requirements(event, "GEN-6.5.5-04");
}

static int
put_event(struct moving *m, struct tx *tx, struct err *e)
{
	static const char *const	words[] = {
		[PLACE_COUNTERSIGN] = "countersign",
		[PLACE_APPROVED] = "approved", [PLACE_REJECTED] = "rejected"
	};
	const struct dossier_basis	*b = &m->dossier.basis;
	struct view			*v = tx_view(tx);
	struct event			*event;

	event = dossier_event(v, "decision-made", &m->dossier);
	event_actor(event, m->uid, m->decision.role);
	record_requirements(event, "REG-6.3.2-00B GEN-6.3.2-00A "
	    "REG-6.2.2-26 REQ-7.4.1-11");
	event_outcome(event, words[m->to]);
	event_file(event, v, m->id, "decision.txt");
	event_file(event, v, m->id, "reason.txt");
	event_signature(event, v, m->decision.signature_sha256);
	event_detail(event, "from", dossier_place_name(m->from));
	event_detail(event, "registration-sha256", b->registration_sha256);
	event_detail(event, "spki-sha256", b->spki_sha256);
	event_detail(event, "profile-sha256", b->profile_sha256);
	event_detail(event, "content-sha256", b->content_sha256);
	event_detail(event, "documents-sha256", b->documents_sha256);
	return desk_event_append(tx, event, e);
}

/* What an effect refuses may name people, so no event repeats it. */
static int
take_effect(struct moving *m, struct tx *tx, struct err *e)
{
	const struct dossier_effect	*effect;

	if (m->to == PLACE_COUNTERSIGN)
		return 0;
	effect = dossier_effect(m->dossier.kind);
	if (effect == NULL)
		return err_set(e, EPERM, "dossiers of this kind are not "
		    "decided here");
	m->is_private = true;
	if (effect->decided(m->authority, tx, &m->dossier, &m->decision,
	    e) == -1) {
		/* mv says something else than it means of EINVAL. */
		if (e->code == EINVAL)
			e->code = ENODATA;
		return -1;
	}
	m->is_private = false;
	return 0;
}

static void
tell_moved(struct moving *m, struct view *v)
{
	char		path[PATH_TEXT];
	struct request	request;
	struct slot	slot;

	desk_path(path, v, DESK_FOLDER(DESK_DOSSIER, m->id));
	snprintf(m->tell[0], PATH_TEXT, "%.500s/", path);
	if (m->to != PLACE_REJECTED || m->dossier.kind != DOSSIER_REQUEST ||
	    request_get(v, m->dossier.object, &request) != 1 ||
	    slot_get(v, request.slot, &slot) != 1)
		return;
	path_box(path, v, slot.box);
	path_slot(m->tell[1], path, slot.name, ".status");
}

static int
decide(struct moving *m, struct tx *tx, struct err *e)
{
	struct dossier	*d = &m->dossier;

	fill_decision(m);
	if (m->to != PLACE_REJECTED && ask_approval(m, tx, e) == -1)
		return -1;
	d->place = m->to;
	if (decision_put(tx, &m->decision, e) == -1 ||
	    dossier_put(tx, d, e) == -1 || take_effect(m, tx, e) == -1)
		return -1;
	/* An effect may have given it a subscriber. */
	if (dossier_get(tx_view(tx), m->id, d) != 1)
		return err_set(e, EIO, "a dossier is gone");
	if (dossier_refresh(m->authority, tx, d, NULL, e) == -1)
		return -1;
	tell_moved(m, tx_view(tx));
	return put_event(m, tx, e);
}

static int
move_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct moving	*m = (struct moving *)job;

	memset(&m->decision, 0, sizeof(m->decision));
	memset(m->tell, 0, sizeof(m->tell));
	m->is_private = false;
	m->dossier.id = 0;
	if (dossier_get(tx_view(tx), m->id, &m->dossier) != 1)
		return err_set(e, ENOENT, "there is no dossier %lld",
		    (long long)m->id);
	m->is_repeated = is_repeated(m, tx_view(tx));
	if (m->is_repeated)
		return 0;
	return ask_rules(m, tx_view(tx), e) == -1 ? -1 : decide(m, tx, e);
}

/* --- refused -------------------------------------------------------------- */

static int
refuse_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct moving	*m = (struct moving *)job;
	struct event	*event;
	char		 path[PATH_TEXT];

	memset(m->tell, 0, sizeof(m->tell));
	if (dossier_get(tx_view(tx), m->id, &m->dossier) == 1) {
		if (dossier_refresh(m->authority, tx, &m->dossier,
		    m->fault.text, e) == -1)
			return -1;
		desk_path(path, tx_view(tx),
		    DESK_FOLDER(DESK_DOSSIER, m->id));
		snprintf(m->tell[0], PATH_TEXT, "%.500s/state", path);
	}
	event = desk_event(tx_view(tx), "decision-refused",
	    DESK_FOLDER(DESK_DOSSIER, m->id), m->uid,
	    desk_role(m->authority, m->uid));
	record_requirements(event, "OVR-6.4.5-02 REQ-7.4.1-02");
	event_outcome(event, "refused");
	event_detail(event, "from", dossier_place_name(m->from));
	event_detail(event, "to", dossier_place_name(m->to));
	event_rule(event, "may-decide", "no", m->is_private ?
	    "what is to be decided is not complete: see `state` in the "
	    "dossier" : m->fault.text);
	return desk_event_append(tx, event, e);
}

static void
move_free(struct moving *m)
{
	desk_job_end(m->authority);
	free(m);
}

static void
refuse_done(struct job *job, const struct err *fault)
{
	struct moving	*m = (struct moving *)job;

	if (fault != NULL)
		log_line("a refused decision is not recorded: %s",
		    fault->text);
	else
		desk_publish(m->authority, m->tell, DESK_TELL);
	m->done(m->arg, &m->fault);
	move_free(m);
}

/* Whoever has no role here and tries again and again is one event a minute. */
static bool
is_worth_an_event(const struct moving *m)
{
	return desk_is_refusal(&m->fault) && (m->fault.code != EACCES ||
	    access_log_due(&m->authority->access_log, m->uid,
	    clock_steady()));
}

static void
move_end(struct job *job, const struct err *fault)
{
	const struct dossier_effect	*effect;
	struct moving			*m = (struct moving *)job;

	if (fault != NULL) {
		m->fault = *fault;
		if (is_worth_an_event(m)) {
			m->job.apply = refuse_apply;
			m->job.done = refuse_done;
			commit_submit(m->authority->parts->committer,
			    &m->job);
			return;
		}
		m->done(m->arg, fault);
		move_free(m);
		return;
	}
	stop_at("core.decision-committed");
	m->done(m->arg, NULL);
	if (!m->is_repeated) {
		desk_publish(m->authority, m->tell, DESK_TELL);
		effect = dossier_effect(m->dossier.kind);
		if (effect != NULL && effect->after != NULL)
			effect->after(m->authority, &m->dossier);
	}
	move_free(m);
}

void
desk_move(struct authority *authority, int64_t dossier,
    enum dossier_place from, enum dossier_place to, uid_t uid,
    move_done *done, void *arg)
{
	struct moving	*m;

	if ((m = calloc(1, sizeof(*m))) == NULL)
		die("out of memory");
	m->authority = authority;
	m->id = dossier;
	m->from = from;
	m->to = to;
	m->uid = uid;
	m->done = done;
	m->arg = arg;
	m->job.apply = move_apply;
	m->job.done = move_end;
	desk_job_submit(authority, &m->job);
}
