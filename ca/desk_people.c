/*
 * Who stands how to a dossier.  See desk_people.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authority_draft.h"
#include "authority_own.h"
#include "desk_people.h"
#include "dossier.h"
#include "event.h"
#include "registration.h"
#include "registration_draft.h"
#include "report_case.h"
#include "store_desk.h"
#include "store_events.h"
#include "store_registrations.h"
#include "store_registry.h"

/* Somebody among others. */
struct search {
	uid_t	uid;
	bool	found;
};

static int
look_at_uid(void *arg, uid_t uid)
{
	struct search	*s = arg;

	s->found = event_person_is_same(s->uid, uid);
	return s->found;
}

static int
look_at_decision(void *arg, const struct decision *decision)
{
	return look_at_uid(arg, decision->uid);
}

bool
people_decided(struct view *v, const struct dossier *d, uid_t uid)
{
	struct search	s = { .uid = uid };

	decisions_of(v, d->id, look_at_decision, &s);
	return s.found;
}

/* --- who wrote it --------------------------------------------------------- */

/* What was decided before is not theirs any more. */
static usec_t
decided_before(struct view *v, const struct draft *draft)
{
	struct registration_version	in_force;

	return draft->kind == DRAFT_SUBSCRIBER && draft->object != 0 &&
	    registration_in_force(v, draft->object, &in_force) == 1 ?
	    in_force.decided : 0;
}

/* What is written down in a draft, and has authors. */
static const char *const	authored[] = {
	REGISTRATION_FILE, AUTHORITY_FILE
};
#define AUTHORED	(sizeof(authored) / sizeof(authored[0]))

bool
people_wrote(struct view *v, const struct dossier *d, uid_t uid)
{
	struct search	s = { .uid = uid };
	struct draft	draft;
	size_t		i;

	look_at_uid(&s, d->author);
	if (d->kind == DOSSIER_REQUEST || dossier_is_of_revocation(d->kind) ||
	    draft_get(v, d->object, &draft) != 1)
		return s.found;
	for (i = 0; i < AUTHORED && !s.found; i++)
		desk_writers(v, DESK_FOLDER(DESK_DRAFT, draft.id),
		    authored[i], decided_before(v, &draft), look_at_uid, &s);
	return s.found;
}

int
people_carry(struct tx *tx, const struct desk_file *file, int64_t folder,
    const char *name, struct err *e)
{
	struct draft	draft;
	usec_t		since = 0;
	size_t		i;

	for (i = 0; i < AUTHORED; i++)
		if (DESK_KIND(folder) == DESK_DRAFT &&
		    strcmp(name, authored[i]) == 0 &&
		    draft_get(tx_view(tx), DESK_OBJECT(folder), &draft) == 1)
			since = decided_before(tx_view(tx), &draft);
	return desk_writers_carry(tx, file, folder, name, since, e);
}

/* --- who is in it --------------------------------------------------------- */

static void
look_at_subscriber(struct view *v, int64_t subscriber, struct search *s)
{
	struct registration_version	r;

	subscriber_users(v, subscriber, look_at_uid, s);
	if (!s->found && registration_in_force(v, subscriber, &r) == 1 &&
	    r.subject_uid != (uid_t)-1)
		look_at_uid(s, r.subject_uid);
}

static void
look_at_name(const struct authority_parts *parts, const char *user,
    struct search *s)
{
	uid_t	uid;

	if (!s->found && user[0] != '\0' && parts->uid_of != NULL &&
	    parts->uid_of(user, &uid) == 1)
		look_at_uid(s, uid);
}

/* The people that a registration would give rights or a certificate to. */
static void
look_at_draft(const struct authority_parts *parts, struct view *v,
    const struct dossier *d, struct search *s)
{
	struct registration	*r;
	struct bytes		 text = { 0 };
	struct err		 e = { 0 };
	size_t			 i;

	if (documents_read(v, d->basis.content_sha256, &text) != 1)
		return;
	r = registration_parse("registration.conf", SLICE(&text), &e);
	for (i = 0; r != NULL && i < sizeof(r->users) / sizeof(r->users[0]);
	    i++)
		look_at_name(parts, r->users[i], s);
	if (r != NULL)
		look_at_name(parts, r->subject_user, s);
	registration_free(r);
	bytes_free(&text);
}

static void
look_at_ra(const struct authority_parts *parts, struct external_ra *ra,
    struct search *s)
{
	size_t	i;

	for (i = 0; i < RA_LIST; i++)
		look_at_name(parts, ra->users[i], s);
	external_ra_free(ra);
}

/* Who drops for an external RA, in force or to be, is not who recognises it. */
static void
look_at_authority(const struct authority_parts *parts, struct view *v,
    const struct dossier *d, struct search *s)
{
	struct authority_version	in_force;
	struct external_ra		ra;
	struct draft			draft;
	struct bytes			text = { 0 };
	struct err			e = { 0 };

	if (documents_read(v, d->basis.content_sha256, &text) == 1 &&
	    external_ra_parse(AUTHORITY_FILE, SLICE(&text), &ra, &e) == 0)
		look_at_ra(parts, &ra, s);
	bytes_free(&text);
	if (draft_get(v, d->object, &draft) == 1 &&
	    authority_in_force(v, draft.name, &in_force) == 1 &&
	    authority_read(v, &in_force, &ra, &e) == 0)
		look_at_ra(parts, &ra, s);
}

struct holders {
	struct view	*v;
	struct search	*s;
};

static int
look_at_holder(void *arg, const struct certificate *c)
{
	struct holders			*h = arg;

	if (c->subscriber != 0)
		look_at_subscriber(h->v, c->subscriber, h->s);
	return h->s->found;
}

/* Whose certificates are reported, and whose the officer names instead. */
static void
look_at_report(struct view *v, const struct dossier *d, struct search *s)
{
	struct report_case	*c = calloc(1, sizeof(*c));
	struct holders		 h = { v, s };
	struct err		 e = { 0 };

	if (c == NULL)
		die("out of memory");
	if (report_case_read(v, d, c, &e) == 0) {
		report_certificates(v, &c->said.named, look_at_holder, &h);
		if (!s->found)
			report_certificates(v, &c->named, look_at_holder, &h);
		report_case_free(c);
	}
	free(c);
}

/* Whose certificates the batch names, as its dry run found them. */
static void
look_at_batch(struct view *v, const struct dossier *d, struct search *s)
{
	struct desk_file	 file;
	struct bytes		 text = { 0 };
	const char		*at;
	long long		 id;
	int			 used;

	if (desk_file_find(v, DESK_FOLDER(DESK_DOSSIER_OWN, d->id),
	    BATCH_SUBSCRIBERS, &file) == 1 &&
	    documents_read(v, file.sha256, &text) == 1)
		for (at = bytes_text(&text); !s->found &&
		    sscanf(at, "%lld%n", &id, &used) == 1; at += used)
			look_at_subscriber(v, id, s);
	bytes_free(&text);
}

bool
people_are_in_it(struct authority *authority, struct view *v,
    const struct dossier *d, uid_t uid)
{
	struct search	s = { .uid = uid };

	if (d->subscriber != 0)
		look_at_subscriber(v, d->subscriber, &s);
	if (!s.found && d->kind == DOSSIER_REGISTRATION)
		look_at_draft(authority->parts, v, d, &s);
	if (d->kind == DOSSIER_AUTHORITY)
		look_at_authority(authority->parts, v, d, &s);
	if (d->kind == DOSSIER_REPORT)
		look_at_report(v, d, &s);
	if (d->kind == DOSSIER_BATCH)
		look_at_batch(v, d, &s);
	return s.found;
}
