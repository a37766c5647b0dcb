/*
 * Drafts of external RAs, and their recognition: see authority_draft.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "authority_draft.h"
#include "authority_own.h"
#include "event.h"
#include "store_events.h"
#include "store_registry.h"
#include "text.h"

int
authority_read(struct view *v, const struct authority_version *version,
    struct external_ra *ra, struct err *err)
{
	struct bytes text = { 0 };
	int ret = -1;

	if (documents_read(v, version->conf_sha256, &text) != 1)
		err_set(err, EIO, "the file of external RA %lld is gone",
		    (long long)version->authority);
	else if (external_ra_parse(AUTHORITY_FILE, SLICE(&text), ra,
	    err) == -1)
		err->code = EIO;
	else
		ret = 0;
	bytes_free(&text);
	return ret;
}

int
authority_holds(const struct external_ra *ra, usec_t now, struct err *err)
{
	char when[CLOCK_TEXT];

	if (now >= ra->until) {
		clock_text_seconds(when, ra->until - USEC);
		return err_set(err, EKEYEXPIRED, "the RA was recognised until "
		    "%.10s", when);
	}
	if (now < ra->certificate_end)
		return 0;
	clock_text_seconds(when, ra->certificate_end);
	return err_set(err, EKEYEXPIRED, "the certificate of the RA expired on "
	    "%.10s", when);
}

/* --- who drops for one ---------------------------------------------------- */

struct user_question {
	struct authority *authority;
	struct view	*v;
	uid_t		 uid;
	bool		 found;
};

bool
authority_is_user(struct authority *authority, const struct external_ra *ra,
    uid_t uid)
{
	const struct authority_parts *parts = authority->parts;
	uid_t one;
	size_t i;

	for (i = 0; i < RA_LIST && ra->users[i][0] != '\0'; i++)
		if (parts->uid_of != NULL &&
		    parts->uid_of(ra->users[i], &one) == 1 && one == uid)
			return true;
	return false;
}

static int
look_for_user(void *arg, const struct authority_version *version)
{
	struct user_question *q = arg;
	struct external_ra ra;
	struct err err;

	if (authority_read(q->v, version, &ra, &err) == -1)
		return 0;
	q->found = authority_holds(&ra, clock_now(), &err) == 0 &&
	    authority_is_user(q->authority, &ra, q->uid);
	external_ra_free(&ra);
	return q->found;
}

bool
authority_has_user(struct authority *authority, struct view *v, uid_t uid)
{
	struct user_question q = { authority, v, uid, false };

	authorities_list(v, look_for_user, &q);
	return q.found;
}

/* --- evaluation ----------------------------------------------------------- */

struct evaluating {
	struct view	*v;
	struct authority *authority;
	const struct draft *draft;
	const struct external_ra *ra;
	struct draft_evaluation *to;
	struct bytes	 missing;
};

static void __attribute__((format(printf, 2, 3)))
add_missing(struct evaluating *e, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	bytes_printf(&e->missing, "- %s\n", text);
	bytes_printf(&e->to->checks, "missing: %s\n", text);
	e->to->missing++;
}

static void
check_lists(struct evaluating *e)
{
	const struct authority_parts *parts = e->authority->parts;
	const struct external_ra *ra = e->ra;
	const struct profile *profile;
	struct subscriber s;
	uid_t uid;
	size_t i;

	for (i = 0; i < RA_LIST && ra->subscribers[i][0] != '\0'; i++)
		if (subscriber_find(e->v, ra->subscribers[i], &s) != 1)
			add_missing(e, "no subscriber %s is registered",
			    ra->subscribers[i]);
	for (i = 0; i < 8 && ra->profiles[i][0] != '\0'; i++) {
		profile = config_profile(e->authority->config,
		    ra->profiles[i]);
		if (profile == NULL || profile->internal)
			add_missing(e, "there is no profile %s for "
			    "subscribers", ra->profiles[i]);
	}
	for (i = 0; i < RA_LIST && ra->users[i][0] != '\0'; i++)
		if (parts->uid_of == NULL ||
		    parts->uid_of(ra->users[i], &uid) != 1)
			add_missing(e, "no user %s is known here",
			    ra->users[i]);
}

/* A certificate is one RA's: what it signs must have one meaning. */
static void
check_certificate(struct evaluating *e)
{
	struct authority_version other;

	if (clock_now() >= e->ra->certificate_end)
		add_missing(e, "the certificate of the RA has expired");
	if (authority_of_certificate(e->v, e->ra->certificate_sha256,
	    &other) == 1 && strcmp(other.name, e->draft->name) != 0)
		add_missing(e, "this certificate is that of the RA %s",
		    other.name);
}

static void
write_list(struct bytes *to, const char *what, const char *items,
    size_t room, size_t most)
{
	size_t i;

	bytes_printf(to, "%s:", what);
	for (i = 0; i < most && items[i * room] != '\0'; i++)
		bytes_printf(to, "%s %s", i > 0 ? "," : "", items + i * room);
	bytes_put_text(to, "\n");
}

/* The recognition in lines, for changes.txt and state. */
static void
write_ra(const struct external_ra *ra, struct bytes *to)
{
	char when[CLOCK_TEXT];

	bytes_printf(to, "name: %s\ncontract: %s\ncontact: %s\n", ra->name,
	    ra->contract, ra->contact);
	clock_text_seconds(when, ra->until - USEC);
	bytes_printf(to, "recognised until: %.10s\n", when);
	write_list(to, "for subscribers", ra->subscribers[0],
	    sizeof(ra->subscribers[0]), RA_LIST);
	write_list(to, "for names", ra->names[0], sizeof(ra->names[0]),
	    RA_LIST);
	write_list(to, "for profiles", ra->profiles[0],
	    sizeof(ra->profiles[0]), 8);
	write_list(to, "users who drop for it", ra->users[0],
	    sizeof(ra->users[0]), RA_LIST);
	bytes_printf(to, "its word validates these names: %s\n",
	    ra->validates ? "yes" : "no");
	clock_text_seconds(when, ra->certificate_end);
	bytes_printf(to, "certificate: SHA-256 %s, until %s\n",
	    ra->certificate_sha256, when);
}

static void
write_changes(struct evaluating *e, const struct authority_version *before)
{
	struct external_ra ra;
	struct err err;

	if (before == NULL || authority_read(e->v, before, &ra, &err) == -1) {
		bytes_put_text(&e->to->changes, "A new external RA.\n\n");
	} else {
		bytes_printf(&e->to->changes, "In force, version %d:\n\n",
		    before->version);
		write_ra(&ra, &e->to->changes);
		bytes_put_text(&e->to->changes, "\nTo come in its place:\n\n");
		external_ra_free(&ra);
	}
	write_ra(e->ra, &e->to->changes);
}

static void
write_state(struct evaluating *e, const struct authority_version *before)
{
	struct draft_evaluation *to = e->to;

	if (!to->there)
		bytes_put_text(&to->state, "state: empty\nmissing:\n- "
		    AUTHORITY_FILE "\n");
	else if (to->fault.code != 0)
		bytes_printf(&to->state, "state: faulty\n%s\n",
		    to->fault.text);
	else if (to->missing > 0)
		bytes_printf(&to->state, "state: incomplete\nmissing:\n%s",
		    bytes_text(&e->missing));
	else
		bytes_printf(&to->state, "state: %s\n", to->in_force ?
		    "in force" : "waits for a decision");
	if (before != NULL)
		bytes_printf(&to->state, "in force: version %d\n",
		    before->version);
	if (e->ra != NULL)
		write_ra(e->ra, &to->state);
}

static void
evaluate(struct evaluating *e, struct slice text,
    const struct authority_version *before)
{
	struct draft_evaluation *to = e->to;
	struct external_ra ra;

	sha256_text(to->sha256, text);
	if (external_ra_parse(AUTHORITY_FILE, text, &ra, &to->fault) == -1) {
		write_state(e, before);
		return;
	}
	e->ra = &ra;
	to->in_force = before != NULL &&
	    strcmp(before->conf_sha256, to->sha256) == 0;
	bytes_put_text(&to->checks, "passed: the file and the certificate in "
	    "it read\n");
	check_lists(e);
	/* Whose recognition is to end need not be in order any more. */
	if (ra.until > clock_now())
		check_certificate(e);
	to->complete = to->missing == 0 && !to->in_force;
	write_changes(e, before);
	write_state(e, before);
	external_ra_free(&ra);
	e->ra = NULL;
}

int
authority_evaluate(struct view *v, struct authority *authority,
    const struct draft *draft, struct draft_evaluation *to, struct err *err)
{
	struct evaluating e = { v, authority, draft, NULL, to, { 0 } };
	struct authority_version version, *before = NULL;
	struct desk_file file;
	struct bytes text = { 0 };

	memset(to, 0, sizeof(*to));
	if (authority_in_force(v, draft->name, &version) == 1)
		before = &version;
	to->there = desk_file_find(v, DESK_FOLDER(DESK_DRAFT, draft->id),
	    AUTHORITY_FILE, &file) == 1;
	if (!to->there)
		write_state(&e, before);
	else if (documents_read(v, file.sha256, &text) != 1)
		return err_set(err, EIO, "the bytes of %s are gone",
		    AUTHORITY_FILE);
	else
		evaluate(&e, SLICE(&text), before);
	bytes_free(&text);
	bytes_free(&e.missing);
	return 0;
}

/* --- the decision --------------------------------------------------------- */

static int
put_event(struct tx *tx, const struct authority_version *version,
    const struct dossier *dossier, const struct decision *decision,
    const struct external_ra *ra, struct err *err)
{
	struct event *event;
	char when[CLOCK_TEXT];
	int64_t seq;
	int ret;

	event = event_new(ra->until <= version->decided ?
	    "authority-ended" : version->version == 1 ?
	    "authority-recognised" : "authority-changed", REGISTRATION);
	event_actor(event, decision->uid, decision->role);
	event_requirement(event, "REG-6.3.2-02");
	event_requirement(event, "REG-6.4.5-03");
	event_detail_number(event, "authority", version->authority);
	event_detail_number(event, "version", version->version);
	event_detail_number(event, "dossier", dossier->id);
	event_detail(event, "file_sha256", version->conf_sha256);
	event_detail(event, "certificate_sha256", ra->certificate_sha256);
	clock_text_seconds(when, ra->until);
	event_detail(event, "until", when);
	event_detail(event, "validates", ra->validates ? "yes" : "no");
	event_outcome(event, ra->until <= version->decided ? "ended" :
	    "recognised");
	ret = events_append(tx, event, &seq, err);
	event_free(event);
	return ret;
}

static int
put_in_force(struct authority *authority, struct tx *tx,
    const struct dossier *dossier, const struct decision *decision,
    struct slice text, struct err *err)
{
	struct draft_evaluation again = { 0 };
	struct authority_version version = { .dossier = dossier->id,
	    .decided = clock_now() };
	struct evaluating e = { tx_view(tx), authority, NULL, NULL, &again,
	    { 0 } };
	struct external_ra ra;
	struct draft draft;
	int64_t before;
	int ret = -1;

	if (draft_get(tx_view(tx), dossier->object, &draft) != 1)
		return err_set(err, EIO, "the draft of dossier %lld is gone",
		    (long long)dossier->id);
	e.draft = &draft;
	if (external_ra_parse(AUTHORITY_FILE, text, &ra, err) == -1)
		return -1;
	e.ra = &ra;
	check_lists(&e);
	if (ra.until > version.decided)
		check_certificate(&e);
	if (again.missing > 0) {
		err_set(err, EINVAL, "the recognition can no longer be "
		    "approved:\n%.400s", bytes_text(&e.missing));
		goto out;
	}
	memcpy(version.name, draft.name, sizeof(version.name));
	memcpy(version.conf_sha256, dossier->basis.content_sha256,
	    sizeof(version.conf_sha256));
	memcpy(version.certificate_sha256, ra.certificate_sha256,
	    sizeof(version.certificate_sha256));
	version.until = ra.until;
	if (authority_put(tx, &version, err) == -1)
		goto out;
	draft.object = version.authority;
	if (draft_put(tx, &draft, err) == -1 ||
	    put_event(tx, &version, dossier, decision, &ra, err) == -1 ||
	    meta_take_numbers(tx, "policy-seq", 1, &before, err) == -1)
		goto out;
	ret = 0;
out:
	external_ra_free(&ra);
	bytes_free(&e.missing);
	draft_evaluation_free(&again);
	return ret;
}

/* The draft's `state` says that it is in force. */
static int
renew_state(struct authority *authority, struct tx *tx, int64_t id,
    struct err *err)
{
	struct draft_evaluation evaluation;
	struct draft draft;
	int ret;

	if (draft_get(tx_view(tx), id, &draft) != 1)
		return 0;
	if (authority_evaluate(tx_view(tx), authority, &draft, &evaluation,
	    err) == -1)
		return -1;
	ret = desk_file_write(tx, DESK_FOLDER(DESK_DRAFT, id), "state",
	    SLICE(&evaluation.state), err);
	draft_evaluation_free(&evaluation);
	return ret;
}

int
authority_decided(struct authority *authority, struct tx *tx,
    const struct dossier *dossier, const struct decision *decision,
    struct err *err)
{
	struct bytes text = { 0 };
	int ret;

	if (decision->to != PLACE_APPROVED)
		return 0;
	if (documents_read(tx_view(tx), dossier->basis.content_sha256,
	    &text) != 1)
		return err_set(err, EIO, "the file of dossier %lld is gone",
		    (long long)dossier->id);
	ret = put_in_force(authority, tx, dossier, decision, SLICE(&text),
	    err);
	bytes_free(&text);
	return ret == -1 ? -1 :
	    renew_state(authority, tx, dossier->object, err);
}

int
authority_recognise(struct view *v, const struct signed_content *s,
    struct authority_version *version, struct external_ra *ra,
    struct err *err)
{
	struct authority_version newest;
	usec_t now = clock_now();

	if (authority_of_certificate(v, s->certificate_sha256,
	    version) != 1) {
		memset(version, 0, sizeof(*version));
		return err_set(err, EACCES, "it is signed by nobody who is a "
		    "recognised external RA (certificate SHA-256 %s)",
		    s->certificate_sha256);
	}
	if (authority_newest(v, version->authority, &newest) != 1 ||
	    strcmp(newest.certificate_sha256, s->certificate_sha256) != 0)
		return err_set(err, EACCES, "it is signed with a certificate "
		    "that the RA %s had once and has no more",
		    version->name);
	*version = newest;
	if (authority_read(v, version, ra, err) == -1 ||
	    authority_holds(ra, now, err) == -1)
		return -1;
	if (now < s->not_before)
		return err_set(err, EKEYEXPIRED, "the certificate of the RA is "
		    "not valid yet");
	return 0;
}
