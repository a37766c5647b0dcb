/*
 * What people write at the desk: which name has a place where and for whom,
 * writes that come again, names that move, and drafts.
 */
#include "tests/unit/desk_bed.h"

static const struct name_row {
	enum desk_kind	kind;
	const char	*name;
	uid_t		uid;
	int		code;
} names[] = {
	{ DESK_DOSSIER, "reason.txt", ANNA, 0 },
	{ DESK_DOSSIER, "decision.p7s", ANNA, 0 },
	{ DESK_DOSSIER, "decision-anna.p7s", ANNA, 0 },
	{ DESK_DOSSIER, "reason.txt", RITA, EACCES },
	{ DESK_DOSSIER, "reason.txt", NOBODY, EACCES },
	{ DESK_DOSSIER, "reason.txt", 0, EACCES },
	{ DESK_DOSSIER, "decision.txt", ANNA, EPERM },
	{ DESK_DOSSIER, "state", ANNA, EPERM },
	{ DESK_DOSSIER, "request.csr", ANNA, EPERM },
	{ DESK_DOSSIER, "scan.pdf", ANNA, EPERM },
	{ DESK_DOSSIER_DOCUMENTS, "scan.pdf", ANNA, 0 },
	{ DESK_DOSSIER_DOCUMENTS, "Pass på svenska.pdf", ANNA, 0 },
	{ DESK_DOSSIER_DOCUMENTS, "..", ANNA, EINVAL },
	{ DESK_DOSSIER_DOCUMENTS, ".", ANNA, EINVAL },
	{ DESK_DOSSIER_DOCUMENTS, "", ANNA, EINVAL },
	{ DESK_DOSSIER_DOCUMENTS, ".hidden", ANNA, EINVAL },
	{ DESK_DOSSIER_DOCUMENTS, "a/b", ANNA, EINVAL },
	{ DESK_DOSSIER_DOCUMENTS, "two\nlines", ANNA, EINVAL },
	{ DESK_DOSSIER_DOCUMENTS, "tab\t", ANNA, EINVAL },
	{ DESK_DOSSIER_DOCUMENTS, "del\177", ANNA, EINVAL },
	{ DESK_DOSSIER_DOCUMENTS, "\303\050", ANNA, EINVAL },
	{ DESK_DOSSIER_DOCUMENTS, "\300\257", ANNA, EINVAL },
	{ DESK_DOSSIER_DOCUMENTS, "\355\240\200", ANNA, EINVAL },
	{ DESK_DOSSIER_DOCUMENTS, "\302\205", ANNA, EINVAL },
	{ DESK_DOSSIER_DOCUMENTS, "cut\342\202", ANNA, EINVAL },
	{ DESK_DRAFT, "registration.conf", ANNA, 0 },
	{ DESK_DRAFT, "passport.pdf", ANNA, 0 },
	{ DESK_DRAFT, "state", ANNA, EPERM },
	{ DESK_DRAFT, "registration.conf", BED_UID, EACCES },
	{ DESK_BOX, "agreement.txt", BED_UID, 0 },
	{ DESK_BOX, "agreement.txt", BED_OTHER, EACCES },
	{ DESK_BOX, "agreement.txt", ANNA, EACCES },
	{ DESK_BOX, "agreement.status", BED_UID, EPERM },
	{ DESK_BOX, "other.txt", BED_UID, EPERM },
	{ DESK_BATCH, "many", BED_UID, 0 },
	{ DESK_BATCH, "many", BED_BOTH, 0 },	/* of two subscribers */
	{ DESK_BATCH, "many", ANNA, EACCES },
	{ DESK_BATCH, "many.result", BED_UID, EPERM },
};

static bool
somebody_was_refused(void)
{
	return bed_events("desk-refused") > 0;
}

static void
each_name_has_its_place(void **state)
{
	struct dossier d = ask("www", "DNS:www.example.net");
	int64_t draft, object;
	size_t i, max;
	int rc;

	(void)state;
	snprintf(bed_config.revocation.how[0],
	    sizeof(bed_config.revocation.how[0]), "batch");
	assert_done(desk_make_draft(bed, DRAFT_SUBSCRIBER, "example-ab", ANNA,
	    &draft, &test_err));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct name_row *r = &names[i];

		object = r->kind == DESK_BOX ? bed_acme_box :
		    r->kind >= DESK_DRAFT ? draft : d.id;
		test_err.code = 0;
		rc = desk_may_write(bed, DESK_FOLDER(r->kind, object),
		    r->name, r->uid, &max, &test_err);
		if ((rc == 0) != (r->code == 0) || test_err.code != r->code)
			fail_msg("%zu %s by %u: %d %s", i, r->name,
			    (unsigned)r->uid, test_err.code, test_err.text);
	}
	assert_true(bed_within(BED_PATIENCE, somebody_was_refused));
}

static void
a_write_that_comes_again_changes_nothing(void **state)
{
	struct dossier d = ask("www", "DNS:www.example.net");
	int64_t file = bed_file++;

	(void)state;
	assert_int_equal(desk_write_file(DOCUMENTS(d.id), file, "a", ANNA,
	    "one"), 0);
	assert_int_equal(desk_write_file(DOCUMENTS(d.id), file, "a", ANNA,
	    "one"), 0);
	assert_int_equal(bed_events("document-received"), 1);
	assert_int_equal(desk_write_file(DOCUMENTS(d.id), file, "a", ANNA,
	    "two"), 0);
	assert_int_equal(bed_events("document-received"), 2);
	assert_string_equal(desk_text(DOCUMENTS(d.id), "a"), "two");
	/* Another file of the name takes its place. */
	assert_int_equal(desk_write_file(DOCUMENTS(d.id), 0, "a", BERT,
	    "three"), 0);
	assert_string_equal(desk_text(DOCUMENTS(d.id), "a"), "three");
	assert_int_equal(number_in_db("SELECT count(*) FROM desk_files WHERE "
	    "name = 'a' AND removed IS NULL"), 1);
}

static void
files_are_renamed_and_removed(void **state)
{
	struct dossier d = ask("www", "DNS:www.example.net");
	int64_t file = bed_file++;
	struct desk_file row;
	struct view *v;

	(void)state;
	desk_write_file(DOCUMENTS(d.id), file, "a", ANNA, "one");
	assert_done(desk_rename(bed, file, DOCUMENTS(d.id), "b", ANNA,
	    &test_err));
	assert_string_equal(desk_text(DOCUMENTS(d.id), "a"), "");
	assert_string_equal(desk_text(DOCUMENTS(d.id), "b"), "one");
	assert_refused(desk_rename(bed, file, DOSSIER(d.id), "state", ANNA,
	    &test_err), EPERM);
	assert_refused(desk_rename(bed, file, DOCUMENTS(d.id), "c", NOBODY,
	    &test_err), EACCES);
	assert_done(desk_rename(bed, file, DOSSIER(d.id), "reason.txt", ANNA,
	    &test_err));
	assert_null(strstr(desk_text(DOSSIER(d.id), "decision.txt"), "  b"));
	assert_done(desk_set_time(bed, file, 1234567, &test_err));
	assert_done(desk_remove(bed, file, ANNA, &test_err));
	assert_refused(desk_remove(bed, file, ANNA, &test_err), ENOENT);
	v = view_take(test_store);
	assert_int_equal(desk_file_get(v, file, &row), 1);
	view_put(v);
	assert_true(row.removed != 0);
	assert_int_equal(row.mtime, 1234567);
	assert_int_equal(bed_events("document-removed"), 1);
	/* What was written stays in evidence. */
	assert_int_equal(number_in_db("SELECT count(*) FROM documents WHERE "
	    "hex(sha256) = '7692C3AD3540BB803C020B3AEE66CD8887123234EA0C6E714"
	    "3C0ADD73FF431ED'"), 1);
}

static bool
one_was_read(void)
{
	return bed_events("personal-document-read") == 4;
}

static void
reading_a_document_is_an_event(void **state)
{
	struct dossier d = ask("www", "DNS:www.example.net");
	int64_t file = bed_file++;
	struct desk_file text, decision;
	struct view *v;

	(void)state;
	desk_write_file(DOCUMENTS(d.id), file, "passport", ANNA, "one");
	v = view_take(test_store);
	assert_int_equal(desk_file_find(v, DOSSIER(d.id), "state", &text), 1);
	assert_int_equal(desk_file_find(v, DOSSIER(d.id), "decision.txt",
	    &decision), 1);
	view_put(v);
	desk_was_read(bed, text.id, ANNA);
	/* It names the subject. */
	desk_was_read(bed, decision.id, ANNA);
	/* As evidence keeps them: whoever takes them all away is one event. */
	desk_evidence_was_read(bed, 1, NOBODY);
	desk_evidence_was_read(bed, 2, NOBODY);
	desk_was_read(bed, file, ANNA);
	desk_was_read(bed, file, ANNA);
	desk_was_read(bed, file, BERT);
	assert_true(bed_within(BED_PATIENCE, one_was_read));
	assert_null(strstr(desk_event_text("personal-document-read"),
	    "passport"));
}

/* --- drafts --------------------------------------------------------------- */

static void
drafts_are_made_renamed_and_removed(void **state)
{
	int64_t id, other;

	(void)state;
	assert_refused(desk_make_draft(bed, DRAFT_SUBSCRIBER, "x", NOBODY,
	    &id, &test_err), EACCES);
	assert_refused(desk_make_draft(bed, DRAFT_SUBSCRIBER, "..", ANNA, &id,
	    &test_err), EINVAL);
	assert_done(desk_make_draft(bed, DRAFT_SUBSCRIBER, "New Folder", ANNA,
	    &id, &test_err));
	assert_says(desk_text(DESK_FOLDER(DESK_DRAFT, id), "state"), "");
	assert_refused(desk_make_draft(bed, DRAFT_SUBSCRIBER, "New Folder",
	    BERT, &other, &test_err), EEXIST);
	assert_done(desk_rename_draft(bed, id, "example-ab", ANNA,
	    &test_err));
	assert_done(desk_remove_draft(bed, id, ANNA, &test_err));
	assert_done(desk_make_draft(bed, DRAFT_SUBSCRIBER, "example-ab", ANNA,
	    &other, &test_err));
	assert_int_not_equal(id, other);
}

static void
a_faulty_draft_is_kept_and_says_why(void **state)
{
	int64_t id;

	(void)state;
	assert_done(desk_make_draft(bed, DRAFT_SUBSCRIBER, "example-ab", ANNA,
	    &id, &test_err));
	assert_int_equal(desk_write_file(DESK_FOLDER(DESK_DRAFT, id), 0,
	    "registration.conf", ANNA, "[subscriber]\nnonsense = 1\n"),
	    EINVAL);
	assert_says(desk_text(DESK_FOLDER(DESK_DRAFT, id),
	    "registration.conf"), "nonsense");
	assert_says(desk_text(DESK_FOLDER(DESK_DRAFT, id), "state"),
	    "nonsense");
	assert_int_equal(bed_events("draft-written"), 1);
	assert_null(strstr(desk_event_text("draft-written"), "nonsense"));
	assert_int_equal(number_in_db("SELECT count(*) FROM dossiers"), 0);
	/* A scan beside it is as good as ever. */
	assert_int_equal(desk_write_file(DESK_FOLDER(DESK_DRAFT_DOCUMENTS,
	    id), 0, "scan.pdf", ANNA, "%PDF"), 0);
}

static bool
was_told(int64_t folder, const char *sentence)
{
	return strstr(desk_text(folder, "state"), sentence) != NULL;
}

static int64_t	told_in;

static bool
large_is_told(void)
{
	return was_told(told_in, "too large and is not kept: at most 77");
}

static bool
name_is_told(void)
{
	return was_told(told_in, "a name here is UTF-8");
}

static void
refuse_too_large(int64_t folder, uid_t uid, int most)
{
	struct err why = { 0 };

	err_set(&why, EFBIG, "what uid %u dropped was too large and is not "
	    "kept: at most %d octets are taken here", (unsigned)uid, most);
	desk_was_refused(bed, folder, uid, &why);
}

static void
a_refusal_is_a_sentence_in_its_folder(void **state)
{
	struct dossier d = ask("www", "DNS:www.example.net");
	int64_t id;

	(void)state;
	assert_done(desk_make_draft(bed, DRAFT_SUBSCRIBER, "example-ab", ANNA,
	    &id, &test_err));
	told_in = DESK_FOLDER(DESK_DRAFT, id);
	refuse_too_large(DESK_FOLDER(DESK_DRAFT_DOCUMENTS, id), ANNA, 77);
	assert_true(bed_within(5 * USEC, large_is_told));
	assert_true(was_told(told_in, "registration.conf"));
	told_in = DOSSIER(d.id);
	refuse_too_large(DOCUMENTS(d.id), ANNA, 77);
	assert_true(bed_within(5 * USEC, large_is_told));
	assert_int_equal(bed_events("desk-refused"), 2);
	/* Who has no role writes nothing there. */
	refuse_too_large(DOCUMENTS(d.id), NOBODY, 78);
	assert_int_equal(desk_write_file(DOCUMENTS(d.id), 0, "a\nb", ANNA,
	    "x"), EINVAL);
	assert_true(bed_within(5 * USEC, name_is_told));
	assert_false(was_told(told_in, "at most 78"));
}

static void
a_rename_carries_the_verdict(void **state)
{
	int64_t id, file = bed_file++;

	(void)state;
	assert_done(desk_make_draft(bed, DRAFT_SUBSCRIBER, "example-ab", ANNA,
	    &id, &test_err));
	assert_int_equal(desk_write_file(DESK_FOLDER(DESK_DRAFT, id), file,
	    "new.conf", ANNA, "[subscriber]\nnonsense = 1\n"), 0);
	assert_done(desk_rename(bed, file, DESK_FOLDER(DESK_DRAFT, id),
	    "registration.conf", ANNA, &test_err));
	assert_int_equal(test_err.code, EBADMSG);
	assert_says(desk_text(DESK_FOLDER(DESK_DRAFT, id), "state"),
	    "nonsense");
	assert_says(desk_event_text("document-renamed"), "kept, and faulty");
	assert_done(desk_rename(bed, file, DESK_FOLDER(DESK_DRAFT, id),
	    "old.conf", ANNA, &test_err));
	assert_int_equal(test_err.code, 0);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, desk_setup, bed_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_name_has_its_place),
		TEST(a_write_that_comes_again_changes_nothing),
		TEST(files_are_renamed_and_removed),
		TEST(reading_a_document_is_an_event),
		TEST(drafts_are_made_renamed_and_removed),
		TEST(a_faulty_draft_is_kept_and_says_why),
		TEST(a_refusal_is_a_sentence_in_its_folder),
		TEST(a_rename_carries_the_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
