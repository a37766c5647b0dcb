/*
 * Accepting a certificate; see acceptance.h.  What is checked before is
 * checked again in the transaction; a refusal is an event too.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acceptance.h"
#include "authority_own.h"
#include "event.h"
#include "paths.h"
#include "slot_status.h"
#include "stop.h"
#include "store_events.h"
#include "store_registry.h"
#include "store_status.h"

struct accepting {
	struct job		 job;		/* first */
	struct authority	*authority;
	int64_t			 id;
	uid_t			 uid;
	bool			 is_word;	/* the line was "accept" */
	struct certificate	 certificate;
	struct err		 fault;		/* of a refusal */
	char			 slot_path[PATH_TEXT];	/* NAME.status */
	drop_done		*done;
	void			*arg;
};

enum acceptance_state
acceptance_of(struct view *v, const struct config *config,
    const struct certificate *c, struct acceptance *a)
{
	const struct profile *profile;

	if (c->subscriber == 0)
		return ACCEPTANCE_NOT_ASKED;
	profile = config_profile(config, c->profile);
	if (acceptance_get(v, c->id, a) == 1)
		return ACCEPTED;
	return profile != NULL && profile->acceptance ? ACCEPTANCE_AWAITED :
	    ACCEPTANCE_NOT_ASKED;
}

/* --- may it be done ------------------------------------------------------ */

static int
check_caller(const struct accepting *a, struct view *v,
    enum acceptance_state *state, struct err *e)
{
	struct acceptance before;

	*state = acceptance_of(v, a->authority->config, &a->certificate,
	    &before);
	if (!subscriber_has_user(v, a->certificate.subscriber, a->uid))
		return err_set(e, EACCES, "uid %u does not act for the "
		    "subscriber of certificate %s", (unsigned)a->uid,
		    a->certificate.serial);
	if (*state == ACCEPTANCE_NOT_ASKED)
		return err_set(e, EPERM, "profile %s does not ask for an "
		    "acceptance in writing", a->certificate.profile);
	return 0;
}

static int
check(struct accepting *a, struct view *v, enum acceptance_state *state,
    struct err *e)
{
	const struct certificate *c = &a->certificate;

	if (certificate_get(v, a->id, &a->certificate) != 1)
		return err_set(e, ENOENT, "there is no such certificate");
	if (check_caller(a, v, state, e) == -1)
		return -1;
	if (!a->is_word)
		return err_set(e, EINVAL, "wanted the word \"accept\"");
	if (*state == ACCEPTED)
		return 0;
	if (c->revoked != 0)
		return err_set(e, EKEYREVOKED, "certificate %s is revoked",
		    c->serial);
	if (c->not_after <= clock_now())
		return err_set(e, EKEYEXPIRED, "certificate %s has expired",
		    c->serial);
	return 0;
}

/* --- the act ------------------------------------------------------------- */

static int
append(struct accepting *a, struct tx *tx, const char *name,
    const char *outcome, struct err *e)
{
	const struct certificate *c = &a->certificate;
	const struct profile *profile;
	struct event *event = event_new(name, DISSEMINATION);
	int result;

	event_actor(event, a->uid, a->fault.code == EACCES ? "none" :
	    "subscriber");
	if (c->id != 0)
		event_certificate(event, c->id, c->serial, c->sha256,
		    c->spki_sha256, "");
	profile = config_profile(a->authority->config, c->profile);
	if (profile != NULL)
		event_policy(event, profile->name, profile->policy_oid,
		    profile->base_policy);
	event_requirement(event, "OVR-6.3.4-01");
	event_outcome(event, outcome);
	if (a->fault.code != 0)
		event_rule(event, "acceptance", "no", a->fault.text);
	result = events_append(tx, event, NULL, e);
	event_free(event);
	return result;
}

static int
accept_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct accepting	*a = (struct accepting *)job;
	struct acceptance	 row = { .certificate = a->id,
				    .time = clock_now(), .uid = a->uid };
	enum acceptance_state	 state;

	a->slot_path[0] = '\0';
	if (check(a, tx_view(tx), &state, e) == -1)
		return -1;
	if (state == ACCEPTED)
		return 0;
	if (acceptance_put(tx, &row, e) == -1 ||
	    slot_status_accepted(tx, &a->certificate, row.time, a->uid,
	    a->slot_path, e) == -1)
		return -1;
	return append(a, tx, "certificate-accepted", "accepted", e);
}

static void
tell(const struct accepting *a)
{
	struct publication_sink	*sink = a->authority->parts->sink;
	char			 path[PATH_TEXT];
	const char		*paths[2] = { path, a->slot_path };

	path_serial(path, a->certificate.serial);
	strncat(path, "status", sizeof(path) - strlen(path) - 1);
	if (sink != NULL)
		sink->changed(sink, paths, a->slot_path[0] != '\0' ? 2 : 1,
		    NULL, NULL);
}

/* --- a refusal ----------------------------------------------------------- */

/* Who acts for the subscriber reads why in the certificate's `status`. */
static int
put_sentence(const struct accepting *a, struct tx *tx, struct err *e)
{
	struct publication	 file = { .dir = "revoke/refused-of",
				    .time = clock_now() };
	struct bytes		 text = { 0 };
	char			 when[CLOCK_TEXT];
	int			 result;

	clock_text(when, file.time);
	bytes_printf(&text, "%s to uid %u (subscriber), accept: %s", when,
	    (unsigned)a->uid, a->fault.text);
	snprintf(file.name, sizeof(file.name), "%s", a->certificate.serial);
	file.size = text.size;
	result = publication_put(tx, &file, SLICE(&text), e);
	bytes_free(&text);
	return result;
}

static int
refuse_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct accepting	*a = (struct accepting *)job;

	a->slot_path[0] = '\0';
	if (a->certificate.id != 0 && a->fault.code != EACCES &&
	    put_sentence(a, tx, e) == -1)
		return -1;
	return append(a, tx, "certificate-not-accepted", "refused", e);
}

static void
refuse_done(struct job *job, const struct err *fault)
{
	struct accepting *a = (struct accepting *)job;

	if (fault != NULL)
		log_line("a refused acceptance is not recorded: %s",
		    fault->text);
	else if (a->certificate.id != 0)
		tell(a);
	a->done(a->arg, &a->fault);
	free(a);
}

/* Faults of the disk are no refusals. */
static void
accept_done(struct job *job, const struct err *fault)
{
	struct accepting *a = (struct accepting *)job;

	if (fault == NULL) {
		stop_at("core.acceptance-committed");
		tell(a);
		a->done(a->arg, NULL);
		free(a);
		return;
	}
	a->fault = *fault;
	if (fault->code == ENOSPC || fault->code == EROFS ||
	    fault->code == EIO) {
		a->done(a->arg, fault);
		free(a);
		return;
	}
	a->job.apply = refuse_apply;
	a->job.done = refuse_done;
	commit_submit(a->authority->parts->committer, &a->job);
}

/* --- from outside -------------------------------------------------------- */

int
acceptance_may(struct authority *authority, int64_t certificate, uid_t uid,
    struct err *e)
{
	struct accepting	 a = { .authority = authority, .uid = uid,
				    .id = certificate, .is_word = true,
				    .job.apply = refuse_apply };
	enum acceptance_state	 state;
	struct view		*v = view_take(authority->parts->store);
	struct err		 recording = { 0 };
	int			 result = -1;

	if (certificate_get(v, certificate, &a.certificate) == 1)
		result = check_caller(&a, v, &state, e);
	else
		err_set(e, ENOENT, "there is no such certificate");
	view_put(v);
	if (result == 0 || e->code != EACCES || !access_log_due(
	    &authority->access_log, uid, clock_steady()))
		return result;
	a.fault = *e;
	if (commit_wait(authority->parts->committer, &a.job, &recording) ==
	    -1)
		log_line("uid %u was refused: not recorded: %s",
		    (unsigned)uid, recording.text);
	return result;
}

void
acceptance_act(struct authority *authority, int64_t certificate, uid_t uid,
    struct slice line, drop_done *done, void *arg)
{
	struct accepting *a = calloc(1, sizeof(*a));

	if (a == NULL)
		die("out of memory");
	a->authority = authority;
	a->id = certificate;
	a->uid = uid;
	a->is_word = slice_equal(line, slice_text("accept"));
	a->done = done;
	a->arg = arg;
	a->job.apply = accept_apply;
	a->job.done = accept_done;
	commit_submit(authority->parts->committer, &a->job);
}
