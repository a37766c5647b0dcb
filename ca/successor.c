/*
 * Where a request for a certificate's successor goes.  See successor.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "authority_own.h"
#include "crl_reason.h"
#include "event.h"
#include "handover.h"
#include "paths.h"
#include "store_events.h"
#include "store_status.h"
#include "store_registry.h"
#include "successor.h"

struct refusal {
	struct job		 job;		/* first */
	struct certificate	 certificate;
	uid_t			 uid;
	const struct err	*fault;
};

static int
slot_of_certificate(struct view *v, const struct certificate *c,
    struct slot *slot)
{
	struct request	request;

	return c->request != 0 && request_get(v, c->request, &request) == 1 &&
	    slot_get(v, request.slot, slot) == 1;
}

/* What is suspended goes on to the gates, which refuse it in words. */
static int
check(struct view *v, const struct certificate *c, uid_t uid,
    struct successor_place *to, struct err *e)
{
	struct slot	slot;

	if (c->subscriber == 0 || !slot_of_certificate(v, c, &slot))
		return err_set(e, EPERM, "certificate %s is of the CA itself",
		    c->serial);
	if (!subscriber_has_user(v, c->subscriber, uid))
		return err_set(e, EACCES, "uid %u does not act for the "
		    "subscriber of certificate %s", (unsigned)uid, c->serial);
	if (c->revoked != 0 && c->reason != REASON_HOLD)
		return err_set(e, EKEYREVOKED, "certificate %s is revoked and "
		    "has no successor: drop the request into requests/",
		    c->serial);
	if (c->not_after <= clock_now())
		return err_set(e, EKEYEXPIRED, "certificate %s has expired "
		    "and has no successor: drop the request into requests/",
		    c->serial);
	if (slot.certificate != c->id)
		return err_set(e, EEXIST, "certificate %s has a successor",
		    c->serial);
	if (handover_is_package(slot.file_name))
		return err_set(e, EPERM, "certificate %s was asked for by an "
		    "external RA, and so is its successor", c->serial);
	to->box = slot.box;
	memcpy(to->file_name, slot.file_name, sizeof(to->file_name));
	return 0;
}

/* --- a refusal ------------------------------------------------------------ */

static int
put_sentence(const struct refusal *r, struct tx *tx, struct err *e)
{
	struct publication	 file = { .dir = "revoke/refused-of",
				    .time = clock_now() };
	struct bytes		 text = { 0 };
	char			 when[CLOCK_TEXT];
	int			 rc;

	clock_text(when, file.time);
	bytes_printf(&text, "%s to uid %u (subscriber), successor.csr: %s",
	    when, (unsigned)r->uid, r->fault->text);
	snprintf(file.name, sizeof(file.name), "%s", r->certificate.serial);
	file.size = text.size;
	rc = publication_put(tx, &file, SLICE(&text), e);
	bytes_free(&text);
	return rc;
}

static int
refuse_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct refusal			*r = (struct refusal *)job;
	const struct certificate	*c = &r->certificate;
	struct event			*event;
	int				 rc;

	if (r->fault->code != EACCES && put_sentence(r, tx, e) == -1)
		return -1;
	event = event_new("request-refused", REGISTRATION);
	event_actor(event, r->uid, r->fault->code == EACCES ? "none" :
	    "subscriber");
	event_certificate(event, c->id, c->serial, c->sha256, c->spki_sha256,
	    "");
	event_requirement(event, "REG-6.3.6-02");
	event_requirement(event, "REG-6.4.5-03");
	event_outcome(event, "refused");
	event_rule(event, "successor", "no", r->fault->text);
	rc = events_append(tx, event, NULL, e);
	event_free(event);
	return rc;
}

static void
refuse(struct authority *authority, struct refusal *r)
{
	struct publication_sink	*sink = authority->parts->sink;
	struct err		 e = { 0 };
	char			 path[PATH_TEXT];
	const char		*paths[1] = { path };

	r->job.apply = refuse_apply;
	if (commit_wait(authority->parts->committer, &r->job, &e) == -1) {
		log_line("a refused change is not recorded: %s", e.text);
		return;
	}
	path_serial(path, r->certificate.serial);
	strncat(path, "status", sizeof(path) - strlen(path) - 1);
	if (sink != NULL)
		sink->changed(sink, paths, 1, NULL, NULL);
}

/* --- from outside --------------------------------------------------------- */

int
successor_place(struct authority *authority, int64_t certificate, uid_t uid,
    struct successor_place *to, struct err *e)
{
	struct view	*v = view_take(authority->parts->store);
	struct refusal	 r = { .uid = uid, .fault = e };
	int		 rc;

	if (certificate_get(v, certificate, &r.certificate) == 1)
		rc = check(v, &r.certificate, uid, to, e);
	else
		rc = err_set(e, ENOENT, "there is no such certificate");
	view_put(v);
	if (rc == -1 && r.certificate.id != 0)
		refuse(authority, &r);
	return rc;
}

int
successor_waiting(struct view *v, const struct certificate *c,
    struct slot *slot)
{
	struct request	request;

	return slot_of_certificate(v, c, slot) &&
	    slot->certificate == c->id && slot->sha256[0] != '\0' &&
	    slot->request != c->request &&
	    request_get(v, slot->request, &request) == 1 &&
	    (request.state == PENDING || request.state == APPROVED) &&
	    request.predecessor == c->id;
}
