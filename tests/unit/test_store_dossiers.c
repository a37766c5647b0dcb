/*
 * Dossiers, decisions, drafts and the files of the desk in the store: what is
 * kept, what changes a folder's time, and what no statement can undo.
 */
#include "tests/unit/store.h"

#include "ca/store_desk.h"
#include "ca/store_dossiers.h"

static struct dossier
open_one(struct tx *tx, enum dossier_kind kind, int64_t object)
{
	struct dossier d = { .kind = kind, .place = PLACE_PENDING,
	    .object = object, .subscriber = 3, .author = 1000 };

	strcpy(d.basis.spki_sha256, digest_of("key"));
	assert_done(dossier_put(tx, &d, &test_err));
	return d;
}

static int
count_one(void *arg, const struct dossier *d)
{
	(*(int *)arg)++;
	return 0;
}

static void
a_dossier_goes_forward(void **state)
{
	struct dossier d, back;
	struct tx *tx = begin();
	int count = 0;

	(void)state;
	d = open_one(tx, DOSSIER_REQUEST, 7);
	assert_true(d.id != 0 && d.opened != 0);
	assert_true(dossiers_changed(tx_view(tx), PLACE_PENDING) != 0);
	assert_int_equal(dossiers_changed(tx_view(tx), PLACE_APPROVED), 0);
	d.place = PLACE_COUNTERSIGN;
	assert_done(dossier_put(tx, &d, &test_err));
	d.place = PLACE_APPROVED;
	strcpy(d.decision_sha256, digest_of("decision"));
	assert_done(dossier_put(tx, &d, &test_err));
	assert_true(dossiers_changed(tx_view(tx), PLACE_APPROVED) != 0);
	assert_int_equal(dossier_of(tx_view(tx), DOSSIER_REQUEST, 7, &back),
	    1);
	assert_string_equal(back.basis.spki_sha256, digest_of("key"));
	assert_string_equal(back.basis.profile_sha256, "");
	assert_string_equal(back.decision_sha256, digest_of("decision"));
	assert_int_equal(back.author, 1000);
	dossiers_in(tx_view(tx), PLACE_APPROVED, 0, count_one, &count);
	dossiers_in(tx_view(tx), PLACE_PENDING, 0, count_one, &count);
	assert_int_equal(count, 1);
	back.place = PLACE_REJECTED;
	assert_refused(dossier_put(tx, &back, &test_err), EPERM);
	tx_abort(tx);
}

static void
what_was_decided_is_never_undone(void **state)
{
	static const char *const attacks[] = {
		"UPDATE dossiers SET place = 1",
		"UPDATE dossiers SET object = 8",
		"UPDATE dossiers SET place = 4",
		"DELETE FROM dossiers",
		"INSERT OR REPLACE INTO dossiers SELECT * FROM dossiers",
		"UPDATE decisions SET uid = 1",
		"DELETE FROM decisions",
		"INSERT OR REPLACE INTO decisions SELECT * FROM decisions",
		"DELETE FROM drafts",
		"INSERT OR REPLACE INTO drafts SELECT * FROM drafts",
	};
	struct draft draft = { .kind = DRAFT_SUBSCRIBER, .name = "acme" };
	struct decision decision = { .from = PLACE_PENDING,
	    .to = PLACE_APPROVED, .uid = 7, .person = "p", .role = "ra" };
	struct dossier d;
	struct tx *tx = begin();
	size_t i;

	(void)state;
	assert_done(draft_put(tx, &draft, &test_err));
	d = open_one(tx, DOSSIER_REGISTRATION, draft.id);
	d.place = PLACE_APPROVED;
	assert_done(dossier_put(tx, &d, &test_err));
	decision.dossier = d.id;
	decision.time = clock_now();
	assert_done(decision_put(tx, &decision, &test_err));
	assert_refused(draft_remove(tx, draft.id, &test_err), EPERM);
	assert_done(tx_commit(tx, &test_err));
	for (i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
		if (attack(attacks[i]) == SQLITE_OK)
			fail_msg("it was done: %s", attacks[i]);
}

static void
a_draft_keeps_its_number(void **state)
{
	struct draft a = { .kind = DRAFT_SUBSCRIBER, .name = "acme",
	    .uid = 5, .since = 1, .changed = 2 }, b = a, back;
	struct tx *tx = begin();

	(void)state;
	assert_done(draft_put(tx, &a, &test_err));
	assert_refused(draft_put(tx, &b, &test_err), EEXIST);
	b.kind = DRAFT_AUTHORITY;	/* names are of their folder */
	assert_done(draft_put(tx, &b, &test_err));
	strcpy(a.name, "acme-ab");
	a.object = 9;
	assert_done(draft_put(tx, &a, &test_err));
	assert_int_equal(draft_of_object(tx_view(tx), DRAFT_SUBSCRIBER, 9,
	    &back), 1);
	assert_string_equal(back.name, "acme-ab");
	assert_done(draft_remove(tx, b.id, &test_err));
	b.id = 0;
	assert_done(draft_put(tx, &b, &test_err));
	assert_true(b.id > 2);		/* never given again */
	tx_abort(tx);
}

static int
note_writer(void *arg, uid_t uid)
{
	sprintf((char *)arg + strlen(arg), "%u ", (unsigned)uid);
	return 0;
}

static void
note_writers(char *to, struct tx *tx, usec_t since)
{
	to[0] = '\0';
	desk_writers(tx_view(tx), DESK_FOLDER(DESK_DRAFT, 1),
	    "registration.conf", since, note_writer, to);
}

static void
everybody_who_wrote_is_known(void **state)
{
	struct desk_file f = { .folder = DESK_FOLDER(DESK_DRAFT, 1),
	    .name = "registration.conf", .uid = 5, .time = 100, .size = 1 };
	struct tx *tx = begin();
	char text[64];

	(void)state;
	strcpy(f.sha256, digest_of("a"));
	assert_done(desk_file_put(tx, &f, &test_err));
	f.uid = 6;
	f.time = 200;
	assert_done(desk_file_put(tx, &f, &test_err));
	note_writers(text, tx, 0);
	assert_string_equal(text, "5 6 ");
	note_writers(text, tx, 150);	/* decided in between */
	assert_string_equal(text, "6 ");
	assert_done(desk_file_remove(tx, f.id, &test_err));
	note_writers(text, tx, 0);
	assert_string_equal(text, "5 6 ");
	tx_abort(tx);
}

/* What had another name was written by those who wrote under that one. */
static void
writers_go_with_the_bytes(void **state)
{
	static const struct {
		usec_t		 carried_since, since;
		const char	*writers;
	} rows[] = {
		{ 0,	0,	"5 6 7 " },
		{ 150,	0,	"6 7 " },	/* 5's was decided about */
		{ 0,	250,	"5 6 7 " },	/* from the rename on */
		{ 150,	250,	"6 7 " },
		{ 200,	0,	"7 " },
		{ 0,	300,	"" },
	};
	struct desk_file f = { .folder = DESK_FOLDER(DESK_DRAFT_DOCUMENTS, 2),
	    .name = "notes", .size = 1 }, to = { .time = 300, .uid = 7,
	    .folder = DESK_FOLDER(DESK_DRAFT, 1),
	    .name = "registration.conf", .size = 1 };
	char text[64];
	struct tx *tx;
	size_t i;

	(void)state;
	strcpy(f.sha256, digest_of("a"));
	strcpy(to.sha256, digest_of("a"));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		tx = begin();
		f.id = to.id = 0;
		for (f.uid = 5; f.uid <= 6; f.uid++) {
			f.time = f.uid == 5 ? 100 : 200;
			assert_done(desk_file_put(tx, &f, &test_err));
		}
		assert_done(desk_file_put(tx, &to, &test_err));
		assert_done(desk_writers_carry(tx, &to, f.folder, f.name,
		    rows[i].carried_since, &test_err));
		note_writers(text, tx, rows[i].since);
		assert_string_equal(text, rows[i].writers);
		tx_abort(tx);
	}
}

static void
a_text_of_ours_is_a_new_file(void **state)
{
	int64_t folder = DESK_FOLDER(DESK_DOSSIER, 1), first;
	struct desk_file f, old;
	struct tx *tx = begin();

	(void)state;
	assert_done(desk_file_write(tx, folder, "state", slice_text("a"),
	    &test_err));
	assert_int_equal(desk_file_find(tx_view(tx), folder, "state", &f), 1);
	first = f.id;
	assert_done(desk_file_write(tx, folder, "state", slice_text("a"),
	    &test_err));
	assert_int_equal(desk_file_find(tx_view(tx), folder, "state", &f), 1);
	assert_int_equal(f.id, first);
	assert_done(desk_file_write(tx, folder, "state", slice_text("b"),
	    &test_err));
	assert_int_equal(desk_file_find(tx_view(tx), folder, "state", &f), 1);
	assert_int_not_equal(f.id, first);
	/* Whoever has it open reads on. */
	assert_int_equal(desk_file_get(tx_view(tx), first, &old), 1);
	assert_true(old.removed != 0);
	assert_true(desk_changed(tx_view(tx), folder) >= f.time);
	tx_abort(tx);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_dossier_goes_forward),
		TEST(what_was_decided_is_never_undone),
		TEST(a_draft_keeps_its_number),
		TEST(everybody_who_wrote_is_known),
		TEST(writers_go_with_the_bytes),
		TEST(a_text_of_ours_is_a_new_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
