/*
 * What a written agreement comes to: rows, events, consent to publication and
 * the certificates it is about; and acceptance.
 */
#include "tests/unit/authority_bed.h"

#include "ca/acceptance.h"
#include "ca/agreement_act.h"
#include "ca/authority_own.h"
#include "ca/consent.h"
#include "ca/store_consents.h"
#include "ca/store_registrations.h"
#include "ca/terms_delivery.h"

#define HEAD	"TERMS\nFORM\n"
#define ONE(a, p) "subscriber:" a "\naccepted by:" a "\n" \
    "obligations accepted (yes/no):" p "\n" \
    "use of a secure device where asked for (yes/no):" p "\n" \
    "records may be kept and handed over (yes/no):" p "\n"
#define REST(p) \
    "what I said is correct (yes/no):" p "\n" \
    "obligations of the subject accepted (yes/no):" p "\n"
#define PART_ONE(a, p, q) ONE(a, p) \
    "certificates may be published (yes/no):" q "\n" REST(p)
#define PART_TWO(a, p, q) "subject:" a "\naccepted by:" a "\n" \
    "obligations of the subject accepted (yes/no):" p "\n" \
    "use of a secure device where asked for (yes/no):" p "\n" \
    "records may be kept and handed over (yes/no):" p "\n" \
    "certificates that name me may be published (yes/no):" q "\n"
#define TERMS		HEAD PART_ONE("", "", "") PART_TWO("", "", "")
#define AGREED(q)	HEAD PART_ONE(" Acme", " yes", q) PART_TWO("", "", "")
#define SUBJECT(q)	HEAD PART_ONE("", "", "") PART_TWO(" Per", " yes", q)

#define BED_SUBJECT	1003

static struct authority	authority;

static int
setup(void **state)
{
	store_make();
	bed_configure(3000);
	bed_paper(2, "terms", "1", TERMS);
	bed_register();
	bed_open();
	authority = (struct authority){ .parts = &bed_parts,
	    .config = &bed_config };
	pthread_mutex_init(&authority.access_log.lock, NULL);
	return 0;
}

static int
teardown(void **state)
{
	committer_free(bed_parts.committer);
	store_unmake();
	bed_configure_undo();
	return 0;
}

static struct desk_act	act;

/* As the desk does it: 0, or -1 with everything rolled back. */
static int
drop(const char *name, uid_t uid, const char *text)
{
	struct desk_file file = { .id = 1 };
	struct desk_write write = { .uid = uid, .bytes = slice_text(text) };
	struct tx *tx = begin();
	int result;

	write.folder = file.folder = DESK_FOLDER(DESK_BOX, bed_acme_box);
	snprintf(write.name, sizeof(write.name), "%s", name);
	assert_done(documents_put(tx, write.bytes, file.sha256, &test_err));
	memset(&act, 0, sizeof(act));
	act.authority = &authority;
	act.write = &write;
	act.file = &file;
	test_err.code = 0;
	result = agreement_means(&act, tx, &test_err);
	if (result == 0)
		assert_done(tx_commit(tx, &test_err));
	else
		tx_abort(tx);
	return result;
}

static int64_t
events_named(const char *name)
{
	char sql[128];

	snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM events WHERE name = '%s'", name);
	return number_in_db(sql);
}

/* What agreement.status says now. */
static void
status_says(const char *text)
{
	struct view *v = view_take(test_store);
	struct bytes bytes = { 0 };
	struct desk_file file;

	assert_int_equal(desk_file_find(v, DESK_FOLDER(DESK_BOX,
	    bed_acme_box), AGREEMENT_STATUS, &file), 1);
	assert_int_equal(documents_read(v, file.sha256, &bytes), 1);
	if (strstr(bytes_text(&bytes), text) == NULL)
		fail_msg("\"%s\" is not in: %s", text, bytes_text(&bytes));
	bytes_free(&bytes);
	view_put(v);
}

static int64_t
issue(int from, int count, usec_t not_after)
{
	struct tx *tx = begin();
	struct certificate c;
	int i;

	for (i = from; i < from + count; i++) {
		c = certificate_made(i);
		c.subscriber = bed_acme;
		c.not_after = not_after;
		assert_done(certificate_put(tx, &c, slice_text("der"), NULL,
		    0, &test_err));
	}
	assert_done(tx_commit(tx, &test_err));
	return c.id;
}

static int64_t
published(void)
{
	return number_in_db("SELECT count(*) FROM certificates"
	    " WHERE published IS NOT NULL");
}

/* Registered are Acme and, where it is another, Per: whatever the template. */
static void
registered_names(char sha256[65], struct tx *tx)
{
	struct bytes text = { 0 }, to = { 0 };
	const char *names[] = { "name = Acme", "name = Per" };
	char *line, *rest = NULL;
	size_t n = 0;

	assert_done(file_read("examples/registration/"
	    "natural-person-in-legal-person.conf", 65536, &text, &test_err));
	bytes_text(&text);
	for (line = strtok_r((char *)text.data, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest))
		bytes_printf(&to, "%s\n", n < 2 && strncmp(line, "name =",
		    6) == 0 ? names[n++] : line);
	assert_int_equal(n, 2);
	assert_done(documents_put(tx, SLICE(&to), sha256, &test_err));
	bytes_free(&text);
	bytes_free(&to);
}

static void
register_subject(bool same, enum subject_kind kind, bool publish, int version)
{
	struct registration_version r = { .subscriber = bed_acme,
	    .version = version, .kind = kind, .subject_is_subscriber = same,
	    .publish = publish, .subject_uid = BED_SUBJECT,
	    .decided = clock_now(), .until = clock_now() + USEC_DAY };
	struct tx *tx = begin();

	registered_names(r.sha256, tx);
	assert_done(registration_put(tx, &r, &test_err));
	assert_done(consent_refresh(tx, bed_acme, &test_err));
	assert_done(tx_commit(tx, &test_err));
}

static bool
given(void)
{
	struct view *v = view_take(test_store);
	bool yes = consent_given(v, bed_acme);

	view_put(v);
	return yes;
}

/* --- agreements ---------------------------------------------------------- */

static void
an_untouched_copy_is_kept_and_means_nothing(void **state)
{
	assert_done(drop("agreement.txt", BED_UID, TERMS));
	assert_int_equal(act.fault.code, 0);
	assert_int_equal(act.take_up, 0);
	assert_int_equal(number_in_db("SELECT count(*) FROM agreements"), 2);
	assert_int_equal(events_named("agreement-recorded"), 0);
	status_says("an untouched copy of the terms");
	assert_string_equal(act.tell[0], "requests/acme/agreement.status");
}

static void
a_faulty_one_is_kept_and_refused(void **state)
{
	assert_done(drop("agreement.txt", BED_UID, AGREED("")));
	assert_int_equal(act.fault.code, EINVAL);
	assert_int_equal(act.take_up, 0);
	assert_int_equal(number_in_db("SELECT count(*) FROM agreements"), 2);
	assert_int_equal(events_named("agreement-refused"), 1);
	status_says("agreement.txt: no agreement: line 8, \"certificates may "
	    "be published (yes/no)\": nothing is filled in");
}

static void
a_filled_one_is_an_agreement(void **state)
{
	struct view *v;
	struct agreement a;

	assert_done(drop("agreement.txt", BED_UID, AGREED(" no")));
	assert_int_equal(act.fault.code, 0);
	assert_int_equal(act.take_up, bed_acme);
	v = view_take(test_store);
	assert_int_equal(agreement_newest(v, bed_acme, OF_SUBSCRIBER, &a),
	    1);
	view_put(v);
	assert_string_equal(a.party, "Acme");
	assert_string_equal(a.terms_sha256, bed_config.papers[2].sha256);
	assert_int_equal(a.uid, BED_UID);
	assert_false(a.publish);
	assert_false(a.sandbox);
	status_says("state: agreed\n");
	status_says("publication: no");
	/* REG-6.3.4-02: who agrees was told, and that stands before it. */
	assert_int_equal(events_named("terms-delivered"), 1);
	assert_int_equal(events_named("agreement-recorded"), 1);
	assert_true(number_in_db("SELECT seq FROM events WHERE name = "
	    "'terms-delivered'") < number_in_db("SELECT seq FROM events "
	    "WHERE name = 'agreement-recorded'"));
	/* A resent write is nothing new. */
	assert_done(drop("agreement.txt", BED_UID, AGREED(" no")));
	assert_int_equal(events_named("agreement-recorded"), 1);
	/* By another of its users it is. */
	assert_done(drop("agreement.txt", BED_BOTH, AGREED(" no")));
	assert_int_equal(events_named("agreement-recorded"), 2);
	assert_int_equal(events_named("terms-delivered"), 2);
}

static void
only_who_it_binds_can_agree(void **state)
{
	assert_refused(drop("agreement.txt", BED_OTHER, AGREED(" no")),
	    EACCES);
	assert_refused(drop("subject-agreement.txt", BED_UID,
	    SUBJECT(" yes")), EPERM);
	register_subject(true, NATURAL_PERSON, true, 1);
	assert_refused(drop("subject-agreement.txt", BED_SUBJECT,
	    SUBJECT(" yes")), EPERM);
	register_subject(false, DEVICE_OF_LEGAL_PERSON, true, 2);
	assert_refused(drop("subject-agreement.txt", BED_SUBJECT,
	    SUBJECT(" yes")), EPERM);
	register_subject(false, NATURAL_PERSON, true, 3);
	assert_refused(drop("subject-agreement.txt", BED_UID,
	    SUBJECT(" yes")), EACCES);
	assert_refused(drop("agreement.txt", BED_SUBJECT, AGREED(" yes")),
	    EACCES);
	assert_done(drop("subject-agreement.txt", BED_SUBJECT,
	    SUBJECT(" yes")));
	assert_int_equal(act.fault.code, 0);
	/* What init asserted for the subscriber says no word of consent. */
	status_says("(sandbox agreement)");
	status_says("certificates are published: no");
	assert_done(drop("agreement.txt", BED_UID, AGREED(" yes")));
	status_says("state: agreed\n");
	status_says("certificates are published: yes");
	assert_done(drop("agreement.txt", BED_UID, SUBJECT(" yes")));
	assert_int_equal(act.fault.code, EINVAL);
}

static void
the_form_names_who_is_registered(void **state)
{
	register_subject(false, NATURAL_PERSON, true, 1);
	assert_done(drop("agreement.txt", BED_UID, HEAD PART_ONE(" Akme",
	    " yes", " no") PART_TWO("", "", "")));
	assert_int_equal(act.fault.code, EINVAL);
	assert_int_equal(act.take_up, 0);
	assert_int_equal(events_named("agreement-refused"), 1);
	status_says("agreement.txt: no agreement: \"subscriber\": wanted the "
	    "full name that is registered");
	assert_done(drop("agreement.txt", BED_UID, HEAD PART_ONE(" ACME ",
	    " yes", " no") PART_TWO("", "", "")));
	assert_int_equal(act.fault.code, 0);
	assert_done(drop("subject-agreement.txt", BED_SUBJECT,
	    HEAD PART_ONE("", "", "") PART_TWO(" Acme", " yes", " no")));
	assert_int_equal(act.fault.code, EINVAL);
	status_says("state: not agreed");
	assert_done(drop("subject-agreement.txt", BED_SUBJECT,
	    SUBJECT(" no")));
	assert_int_equal(act.fault.code, 0);
	status_says("state: agreed");
}

static void
new_terms_show_in_the_status(void **state)
{
	assert_done(drop("agreement.txt", BED_UID, AGREED(" no")));
	status_says("state: agreed\nterms: version 1");
	agreement_statuses_renew(&authority);
	status_says("state: agreed\nterms: version 1");
	bed_paper(2, "terms", "2", TERMS "\n");
	agreement_statuses_renew(&authority);
	status_says("state: not agreed\nterms: version 2");
	assert_true(bed_was_told("requests/acme/agreement.status"));
}

static void
terms_are_told_once(void **state)
{
	int i;

	for (i = 0; i < 3; i++)
		terms_were_read(&authority, bed_acme_box, BED_UID);
	terms_were_read(&authority, bed_acme_box, BED_OTHER);
	terms_were_read(&authority, BOX_ROOT, BED_UID);
	committer_free(bed_parts.committer);
	bed_parts.committer = committer_new(test_store);
	assert_int_equal(events_named("terms-delivered"), 1);
	bed_paper(2, "terms", "2", TERMS "\n");
	terms_were_read(&authority, bed_acme_box, BED_UID);
	committer_free(bed_parts.committer);
	bed_parts.committer = committer_new(test_store);
	assert_int_equal(events_named("terms-delivered"), 2);
}

/* --- consent ------------------------------------------------------------- */

static void
consent_publishes_and_its_end_hides(void **state)
{
	usec_t now = clock_now();
	struct view *v;
	struct consent c;

	issue(1, 3, now + USEC_DAY);
	issue(10, 1, now - USEC);		/* expired */
	assert_done(drop("agreement.txt", BED_UID, AGREED(" no")));
	assert_false(given());
	assert_int_equal(number_in_db("SELECT count(*) FROM consents"), 0);
	assert_done(drop("agreement.txt", BED_UID, AGREED(" yes")));
	assert_true(given());
	assert_int_equal(published(), 3);
	assert_int_equal(events_named("certificate-published"), 3);
	/* New terms end nothing, nor does a registration that narrows. */
	register_subject(true, LEGAL_PERSON, false, 1);
	assert_false(given());
	assert_int_equal(published(), 3);
	register_subject(true, LEGAL_PERSON, true, 2);
	assert_true(given());
	assert_done(drop("agreement.txt", BED_UID, AGREED(" no")));
	assert_false(given());
	assert_int_equal(published(), 0);
	assert_int_equal(events_named("certificate-unpublished"), 3);
	v = view_take(test_store);
	assert_int_equal(consent_get(v, bed_acme, &c), 1);
	assert_true(c.withdrawn);
	assert_int_equal(consent_unfinished(v, &c), 0);
	view_put(v);
}

static void
both_must_consent_where_both_must_agree(void **state)
{
	issue(1, 1, clock_now() + USEC_DAY);
	register_subject(false, NATURAL_PERSON, true, 1);
	assert_done(drop("agreement.txt", BED_UID, AGREED(" yes")));
	assert_false(given());
	assert_int_equal(published(), 0);
	assert_done(drop("subject-agreement.txt", BED_SUBJECT,
	    SUBJECT(" no")));
	assert_false(given());
	assert_done(drop("subject-agreement.txt", BED_SUBJECT,
	    SUBJECT(" yes")));
	assert_true(given());
	assert_int_equal(published(), 1);
	assert_done(drop("subject-agreement.txt", BED_SUBJECT,
	    SUBJECT(" no")));
	assert_false(given());
	assert_int_equal(published(), 0);
	/* Of a device the subscriber is the operator: its word is enough. */
	register_subject(false, DEVICE_OF_LEGAL_PERSON, true, 2);
	assert_true(given());
	assert_int_equal(published(), 1);
}

static void
many_follow_in_batches(void **state)
{
	_Atomic bool stop = false;

	issue(1, 300, clock_now() + USEC_DAY);
	issue(400, 300, clock_now() + 2 * USEC_DAY);
	assert_done(drop("agreement.txt", BED_UID, AGREED(" yes")));
	assert_int_equal(published(), 256);
	committer_free(bed_parts.committer);
	store_reopen();
	bed_parts.store = test_store;
	bed_parts.committer = committer_new(test_store);
	consent_finish(test_store, bed_parts.committer, &stop);
	assert_int_equal(published(), 600);
	assert_int_equal(events_named("certificate-published"), 600);
	assert_done(drop("agreement.txt", BED_UID, AGREED(" no")));
	consent_finish(test_store, bed_parts.committer, &stop);
	assert_int_equal(published(), 0);
	assert_int_equal(events_named("certificate-unpublished"), 600);
}

/* --- acceptance ---------------------------------------------------------- */

struct verdict_of {
	pthread_mutex_t	lock;
	pthread_cond_t	wake;
	bool		answered;
	int		code;
};

static void
verdict(void *arg, const struct err *fault)
{
	struct verdict_of *v = arg;

	pthread_mutex_lock(&v->lock);
	v->answered = true;
	v->code = fault == NULL ? 0 : fault->code;
	pthread_cond_signal(&v->wake);
	pthread_mutex_unlock(&v->lock);
}

static int
accept_it(int64_t certificate, uid_t uid, const char *line)
{
	struct verdict_of v = { PTHREAD_MUTEX_INITIALIZER,
	    PTHREAD_COND_INITIALIZER, false, 0 };

	acceptance_act(&authority, certificate, uid, slice_text(line),
	    verdict, &v);
	pthread_mutex_lock(&v.lock);
	while (!v.answered)
		pthread_cond_wait(&v.wake, &v.lock);
	pthread_mutex_unlock(&v.lock);
	return v.code;
}

static void
a_certificate_is_accepted_once(void **state)
{
	int64_t good = issue(1, 1, clock_now() + USEC_DAY);
	int64_t old = issue(2, 1, clock_now() - USEC);

	assert_int_equal(accept_it(good, BED_UID, "accept"), EPERM);
	bed_config.profiles[0].acceptance = true;
	assert_int_equal(accept_it(good, BED_OTHER, "accept"), EACCES);
	assert_int_equal(accept_it(good, BED_UID, "accepted"), EINVAL);
	assert_int_equal(accept_it(good, BED_UID, ""), EINVAL);
	assert_int_equal(accept_it(old, BED_UID, "accept"), EKEYEXPIRED);
	assert_int_equal(accept_it(99, BED_UID, "accept"), ENOENT);
	assert_int_equal(events_named("certificate-not-accepted"), 6);
	/* Why is to be read by who acts for it: all but EACCES and ENOENT. */
	assert_int_equal(number_in_db("SELECT count(*) FROM publications "
	    "WHERE dir = 'revoke/refused-of'"), 4);
	assert_int_equal(accept_it(good, BED_UID, "accept"), 0);
	assert_int_equal(events_named("certificate-accepted"), 1);
	assert_true(bed_was_told("issued/by-serial/"));
	/* Again is the same answer and nothing new. */
	assert_int_equal(accept_it(good, BED_BOTH, "accept"), 0);
	assert_int_equal(events_named("certificate-accepted"), 1);
	assert_int_equal(number_in_db("SELECT uid FROM acceptances"),
	    BED_UID);
	assert_int_equal(attack("UPDATE acceptances SET uid = 1") !=
	    SQLITE_OK, 1);
	assert_int_equal(attack("DELETE FROM acceptances") != SQLITE_OK, 1);
}

static void
who_may_not_is_told_at_the_door(void **state)
{
	int64_t c = issue(1, 1, clock_now() + USEC_DAY);

	assert_refused(acceptance_may(&authority, c, BED_UID, &test_err),
	    EPERM);
	bed_config.profiles[0].acceptance = true;
	assert_done(acceptance_may(&authority, c, BED_UID, &test_err));
	assert_refused(acceptance_may(&authority, c, BED_OTHER, &test_err),
	    EACCES);
	assert_refused(acceptance_may(&authority, c, 0, &test_err), EACCES);
	assert_refused(acceptance_may(&authority, 99, 0, &test_err), ENOENT);
	assert_true(events_named("certificate-not-accepted") >= 1);
}

int
main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		STORY(an_untouched_copy_is_kept_and_means_nothing),
		STORY(a_faulty_one_is_kept_and_refused),
		STORY(a_filled_one_is_an_agreement),
		STORY(only_who_it_binds_can_agree),
		STORY(the_form_names_who_is_registered),
		STORY(new_terms_show_in_the_status),
		STORY(terms_are_told_once),
		STORY(consent_publishes_and_its_end_hides),
		STORY(both_must_consent_where_both_must_agree),
		STORY(many_follow_in_batches),
		STORY(a_certificate_is_accepted_once),
		STORY(who_may_not_is_told_at_the_door),
	};

	return cmocka_run_group_tests_name("agreement_act", tests, NULL,
	    NULL);
}
