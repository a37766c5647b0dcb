/*
 * People at the desk of a test's authority: who has which role, and calls that
 * wait for their answers.
 */
#ifndef TESTS_DESK_BED_H
#define TESTS_DESK_BED_H

#include "tests/unit/authority_bed.h"

#include "ca/desk.h"
#include "ca/dossier.h"

#define ANNA		2001	/* officers of registration */
#define BERT		2002
#define BERTS_OTHER	2003	/* Bert's second account */
#define RITA		2004	/* revocation */
#define NOBODY		3000

static unsigned desk_root_roles;
static char desk_certificates[2][65];	/* of Anna and Bert */

UNUSED static unsigned
desk_roles(uid_t uid)
{
	if (uid == 0)
		return desk_root_roles;
	/* The subscriber's own person is an officer too: a case of its own. */
	if (uid == ANNA || uid == BERT || uid == BERTS_OTHER ||
	    uid == BED_BOTH)
		return ROLE_RA;
	return uid == RITA ? ROLE_REVOCATION : 0;
}

UNUSED static void
desk_person(uid_t uid, char to[40])
{
	snprintf(to, 40, "p-%u", uid == BERTS_OTHER ? BERT : (unsigned)uid);
}

UNUSED static int
desk_appointment(uid_t uid, struct appointment *a)
{
	memset(a, 0, sizeof(*a));
	if (uid != ANNA && uid != BERT)
		return 0;
	a->uid = uid;
	a->roles = ROLE_RA;
	strcpy(a->certificate_sha256, desk_certificates[uid == BERT]);
	return 1;
}

UNUSED static int
desk_uid(const char *user, uid_t *uid)
{
	static const struct {
		const char *name;
		uid_t uid;
	} users[] = { { "anna", ANNA }, { "bert", BERT }, { "acme", BED_UID } };
	size_t i;

	for (i = 0; i < 3; i++)
		if (strcmp(users[i].name, user) == 0) {
			*uid = users[i].uid;
			return 1;
		}
	return 0;
}

UNUSED static int
desk_gid(const char *group, gid_t *gid)
{
	*gid = 100;
	return strcmp(group, "acme") == 0;
}

UNUSED static int
desk_setup(void **state)
{
	store_make();
	bed_configure(3000);
	bed_config.separation = true;
	bed_register();
	desk_root_roles = 0;
	event_persons(desk_person);
	bed_open();
	bed_parts.roles_of = desk_roles;
	bed_parts.appointment_of = desk_appointment;
	bed_parts.uid_of = desk_uid;
	bed_parts.gid_of = desk_gid;
	bed_start();
	return 0;
}

/* A core that was killed and the next one. */
UNUSED static void
desk_restart(void)
{
	struct authority_parts parts = bed_parts;

	bed_stop();
	bed_open();
	parts.committer = bed_parts.committer;
	bed_parts = parts;
	bed_start();
}

/* --- calls that wait ------------------------------------------------------ */

struct desk_answer {
	struct bed_drop	drop;	/* first */
	bool		kept;
};

UNUSED static void
desk_answered(void *arg, bool kept, const struct err *fault)
{
	((struct desk_answer *)arg)->kept = kept;
	bed_drop_done(arg, fault);
}

UNUSED static void
desk_answer_init(struct bed_drop *d)
{
	memset(d, 0, sizeof(*d));
	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->wake, NULL);
}

/* 0 or the errno; `file` 0: a new one. */
UNUSED static int
desk_write_file(int64_t folder, int64_t file, const char *name, uid_t uid,
    const char *text)
{
	struct desk_answer a = { .kept = false };
	struct desk_write write = { .folder = folder,
	    .file = file != 0 ? file : bed_file++, .uid = uid,
	    .mtime = clock_now(), .bytes = slice_text(text) };

	snprintf(write.name, sizeof(write.name), "%s", name);
	desk_answer_init(&a.drop);
	desk_submit(bed, &write, desk_answered, &a);
	return bed_wait(&a.drop);
}

UNUSED static int
desk_drop_evidence(int64_t dossier, const char *name, uid_t uid)
{
	return desk_write_file(DESK_FOLDER(DESK_DOSSIER_DOCUMENTS, dossier), 0,
	    name, uid, name);
}

UNUSED static void
desk_moved(void *arg, const struct err *fault)
{
	bed_drop_done(arg, fault);
}

UNUSED static int
desk_try(int64_t dossier, enum dossier_place from, enum dossier_place to,
    uid_t uid)
{
	struct bed_drop d;

	desk_answer_init(&d);
	desk_move(bed, dossier, from, to, uid, desk_moved, &d);
	return bed_wait(&d);
}

/* --- looking -------------------------------------------------------------- */

/* The newest dossier of a slot's request. */
UNUSED static struct dossier
desk_dossier(const char *slot_name)
{
	struct view *v = view_take(test_store);
	struct dossier d = { 0 };
	struct slot slot;

	if (slot_find(v, BOX_ROOT, slot_name, &slot) == 1)
		dossier_of(v, DOSSIER_REQUEST, slot.request, &d);
	view_put(v);
	return d;
}

UNUSED static struct dossier
desk_get(int64_t id)
{
	struct view *v = view_take(test_store);
	struct dossier d = { 0 };

	dossier_get(v, id, &d);
	view_put(v);
	return d;
}

/* A file's text; "" when there is none. */
UNUSED static const char *
desk_text(int64_t folder, const char *name)
{
	static struct bytes text[4];
	static unsigned turn;
	struct bytes *to = &text[turn++ % 4];
	struct view *v = view_take(test_store);
	struct desk_file file;

	bytes_clear(to);
	if (desk_file_find(v, folder, name, &file) == 1)
		documents_read(v, file.sha256, to);
	view_put(v);
	return bytes_text(to);
}

UNUSED static const char *
desk_state(int64_t dossier)
{
	return desk_text(DESK_FOLDER(DESK_DOSSIER, dossier), "state");
}

/* The newest event of a name, as its file. */
UNUSED static const char *
desk_event_text(const char *name)
{
	static struct bytes text;
	struct view *v = view_take(test_store);
	struct event_row row;
	int64_t seq;

	bytes_clear(&text);
	for (seq = events_last(v); seq > 0; seq--)
		if (events_get(v, seq, &row) == 1 &&
		    strcmp(row.name, name) == 0) {
			events_bytes(v, seq, &text);
			break;
		}
	view_put(v);
	return bytes_text(&text);
}

/* --- asking --------------------------------------------------------------- */

#define DOSSIER(id)	DESK_FOLDER(DESK_DOSSIER, id)
#define DOCUMENTS(id)	DESK_FOLDER(DESK_DOSSIER_DOCUMENTS, id)

static EVP_PKEY *key;
static struct bytes request;

/* A name outside example.org waits for a person. */
UNUSED static struct dossier
ask(const char *slot, const char *names)
{
	char file[64];
	struct dossier d;

	EVP_PKEY_free(key);
	key = fake_key("P-256");
	bytes_clear(&request);
	bed_request(&request, key, names);
	snprintf(file, sizeof(file), "%s.csr", slot);
	assert_int_equal(bed_put(file, BED_UID, SLICE(&request)), 0);
	assert_begins(bed_status(slot), "state: pending\n");
	d = desk_dossier(slot);
	assert_int_not_equal(d.id, 0);
	return d;
}

#endif
