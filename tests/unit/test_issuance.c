/*
 * A drop on its way to the certificate, with a real store and a signing that
 * answers at once, late, with a refusal or with a loss; and faults injected
 * where the disk can fail.
 */
#include "ca/application.h"
#include "tests/unit/authority_bed.h"

static void
a_drop_is_answered_with_its_certificate(void **state)
{
	EVP_PKEY *key = test_key("P-256");
	struct bytes req = { 0 };
	struct slot slot;

	bed_request(&req, key, "DNS:www.example.org");
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)), 0);
	assert_int_equal(bed_slot("www", &slot), 1);
	assert_int_equal(strlen(bed_serial("www")), 34);
	assert_begins(bed_status("www"), "state: issued\n");
	assert_says(bed_status("www"), "renew-after: ");
	assert_says(bed_status("www"), "names-validated");
	assert_says(bed_status("www"), bed_serial("www"));
	assert_int_equal(bed_events("request-decided"), 1);
	assert_int_equal(bed_events("certificate-issued"), 1);
	assert_int_equal(bed_open_intents(), 0);
	assert_true(bed_was_told("requests/www.crt"));
	assert_true(bed_was_told("-certificate-issued.json"));
	bytes_free(&req);
	EVP_PKEY_free(key);
}

static void
the_same_bytes_are_the_same_certificate(void **state)
{
	EVP_PKEY *key = test_key("P-256");
	struct bytes req = { 0 };
	char first[SERIAL_TEXT];
	struct slot slot;

	bed_request(&req, key, "DNS:www.example.org");
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)), 0);
	strcpy(first, bed_serial("www"));
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)), 0);
	assert_string_equal(bed_serial("www"), first);

	/* Also after rm, as install and unzip do it. */
	assert_int_equal(bed_slot("www", &slot), 1);
	assert_done(requests_withdraw(bed, slot.id, BED_UID, &test_err));
	assert_string_equal(bed_serial("www"), "");
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)), 0);
	assert_string_equal(bed_serial("www"), first);
	assert_begins(bed_status("www"), "state: issued\n");
	assert_int_equal(bed_signing.signatures, 1);
	assert_int_equal(bed_events("request-decided"), 1);
	bytes_free(&req);
	EVP_PKEY_free(key);
}

/* How a second drop stands to the first is told by comparing them. */
struct change {
	const char	*first, *second;
	bool		 same_key;
	const char	*path;
};
static const struct change changes[] = {
	{ "DNS:www.example.org,DNS:b.example.org",
	    "DNS:www.example.org,DNS:b.example.org", true, "renewal" },
	{ "DNS:www.example.org,DNS:b.example.org",
	    "DNS:www.example.org,DNS:B.example.org", false, "re-key" },
	{ "DNS:www.example.org", "DNS:www.example.org,DNS:c.example.org",
	    true, "modification" },
	{ "DNS:www.example.org,DNS:c.example.org", "DNS:www.example.org",
	    true, "modification" },
	{ "DNS:www.example.org", "DNS:mail.example.org", true, "new" },
	{ "DNS:www.example.org", "DNS:www.example.org,DNS:c.example.org",
	    false, "new" },
};

static void
a_change_is_told_by_comparison(void **state)
{
	EVP_PKEY *key, *other;
	struct bytes req = { 0 };
	char wanted[64], file[32], slot[32], first[SERIAL_TEXT];
	size_t i;

	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		key = test_key("P-256");
		other = test_key("P-256");
		snprintf(slot, sizeof(slot), "slot%zu", i);
		snprintf(file, sizeof(file), "slot%zu.csr", i);
		bed_request(&req, key, changes[i].first);
		assert_int_equal(bed_put(file, BED_UID, SLICE(&req)), 0);
		strcpy(first, bed_serial(slot));
		bed_request(&req, changes[i].same_key ? key : other,
		    changes[i].second);
		assert_int_equal(bed_put(file, BED_UID, SLICE(&req)), 0);
		assert_string_not_equal(bed_serial(slot), first);
		snprintf(wanted, sizeof(wanted), "\npath: %s\n",
		    changes[i].path);
		assert_says(bed_status(slot), wanted);
		if (strcmp(changes[i].path, "new") != 0)
			assert_says(bed_status(slot), first);
		EVP_PKEY_free(key);
		EVP_PKEY_free(other);
	}
	bytes_free(&req);
}

/* What a profile allows in a re-key besides the key (REG-6.3.7-02A). */
static const struct {
	const char	*allowed[3];
	const char	*second, *path;
	bool		 same_end;
} re_keys[] = {
	{ { "expiry" }, "DNS:www.example.org", "re-key", false },
	{ { "expiry" }, "DNS:www.example.org,DNS:c.example.org", "new", false },
	{ { "expiry", "attributes" }, "DNS:www.example.org,DNS:c.example.org",
	    "new", false },
	{ { "expiry", "names" }, "DNS:www.example.org,DNS:c.example.org",
	    "re-key", false },
	{ { "names", "expiry", "attributes" }, "DNS:mail.example.org",
	    "new", false },		/* another subject */
	{ { NULL }, "DNS:www.example.org", "re-key", true },
	{ { "names" }, "DNS:www.example.org,DNS:c.example.org", "re-key",
	    true },
};

static usec_t
end_of(const char *serial)
{
	struct certificate c;
	struct view *v = view_take(test_store);

	assert_int_equal(certificate_find(v, serial, &c), 1);
	view_put(v);
	return c.not_after;
}

static void
a_re_key_changes_what_the_profile_allows(void **state)
{
	struct profile *profile = &bed_config.profiles[0];
	struct bytes req = { 0 };
	char wanted[64], first[SERIAL_TEXT], file[32], slot[32];
	size_t i, k;

	for (i = 0; i < sizeof(re_keys) / sizeof(re_keys[0]); i++) {
		EVP_PKEY *key = test_key("P-256"), *other = test_key("P-256");

		snprintf(slot, sizeof(slot), "key%zu", i);
		snprintf(file, sizeof(file), "key%zu.csr", i);
		profile->days = 60;
		strcpy(profile->re_key_changes[0], "expiry");
		bed_request(&req, key, "DNS:www.example.org");
		assert_int_equal(bed_put(file, BED_UID, SLICE(&req)), 0);
		strcpy(first, bed_serial(slot));
		profile->days = 90;
		for (k = 0; k < 3; k++)
			strcpy(profile->re_key_changes[k],
			    re_keys[i].allowed[k] == NULL ? "" :
			    re_keys[i].allowed[k]);
		bed_request(&req, other, re_keys[i].second);
		assert_int_equal(bed_put(file, BED_UID, SLICE(&req)), 0);
		snprintf(wanted, sizeof(wanted), "\npath: %s\n",
		    re_keys[i].path);
		assert_says(bed_status(slot), wanted);
		if ((end_of(bed_serial(slot)) == end_of(first)) !=
		    re_keys[i].same_end)
			fail_msg("re-key %zu: its end", i);
		EVP_PKEY_free(key);
		EVP_PKEY_free(other);
	}
	bytes_free(&req);
}

static void
a_path_that_is_not_allowed_keeps_what_there_is(void **state)
{
	EVP_PKEY *key = test_key("P-256"), *other = test_key("P-256");
	struct profile *profile = &bed_config.profiles[0];
	struct bytes req = { 0 };
	char first[SERIAL_TEXT];

	bed_request(&req, key, "DNS:www.example.org");
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)), 0);
	strcpy(first, bed_serial("www"));
	profile->re_key = false;
	bed_request(&req, other, "DNS:www.example.org");
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)), EPERM);
	assert_string_equal(bed_serial("www"), first);
	bytes_free(&req);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
}

/*
 * Where a profile forbids a path, what a judgement rests on tells of the key's
 * newest certificate, too; while that stays, nothing is judged a second time.
 */
static void
a_judgement_about_a_known_key_stands(void **state)
{
	EVP_PKEY *key = test_key("P-256");
	struct drop drop = { .box = BOX_ROOT, .file = 99, .uid = BED_UID,
	    .file_name = "b.csr" };
	struct bytes req = { 0 };
	struct application *app;
	struct view *v;

	bed_config.profiles[0].renewal = false;
	bed_request(&req, key, "DNS:www.example.org");
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)), 0);
	bed_request(&req, key, "DNS:b.example.org");
	drop.bytes = SLICE(&req);
	app = application_new(bed);
	application_drop(app, &drop);
	v = view_take(test_store);
	assert_done(application_judge(app, v, &test_err));
	assert_true(application_is_as_judged(app, v));
	view_put(v);
	/* Another certificate of the key asks anew. */
	bed_request(&req, key, "DNS:c.example.org");
	assert_int_equal(bed_put("c.csr", BED_UID, SLICE(&req)), 0);
	v = view_take(test_store);
	assert_false(application_is_as_judged(app, v));
	view_put(v);
	application_free(app);
	bytes_free(&req);
	EVP_PKEY_free(key);
}

static bool
net_is_there(void)
{
	return bed_serial("net")[0] != '\0';
}

static void
what_is_not_validated_waits(void **state)
{
	EVP_PKEY *key = test_key("P-256");
	struct bytes req = { 0 };
	struct slot slot;
	struct tx *tx;
	struct validated_name n = { .kind = "dns", .name = "example.net",
	    .method = "asserted (sandbox)", .verifier = "test" };

	bed_request(&req, key, "DNS:www.example.net");
	assert_int_equal(bed_put("net.csr", BED_UID, SLICE(&req)), 0);
	assert_begins(bed_status("net"), "state: pending\n");
	assert_says(bed_status("net"), "www.example.net");
	assert_says(bed_status("net"), "A person of the registration");
	assert_string_equal(bed_serial("net"), "");
	assert_int_equal(bed_events("request-decided"), 1);

	/* The same again changes nothing. */
	assert_int_equal(bed_put("net.csr", BED_UID, SLICE(&req)), 0);
	assert_int_equal(bed_events("request-decided"), 1);

	/* A validation comes: judged again by itself, and issued. */
	n.validated = clock_now() - USEC;
	n.until = clock_now() + USEC_DAY;
	tx = begin();
	assert_done(subscriber_put_name(tx, bed_acme, &n, &test_err));
	assert_done(tx_commit(tx, &test_err));
	assert_int_equal(bed_slot("net", &slot), 1);
	assert_true(bed_within(BED_PATIENCE, net_is_there));
	assert_begins(bed_status("net"), "state: issued\n");
	bytes_free(&req);
	EVP_PKEY_free(key);
}

static void
rm_withdraws_what_waits(void **state)
{
	EVP_PKEY *key = test_key("P-256");
	struct bytes req = { 0 };
	struct slot slot;

	bed_request(&req, key, "DNS:www.example.net");
	assert_int_equal(bed_put("net.csr", BED_UID, SLICE(&req)), 0);
	assert_int_equal(bed_slot("net", &slot), 1);
	assert_refused(requests_withdraw(bed, slot.id, BED_OTHER, &test_err),
	    EACCES);
	assert_done(requests_withdraw(bed, slot.id, BED_UID, &test_err));
	assert_int_equal(bed_events("request-withdrawn"), 1);
	assert_int_equal(bed_slot("net", &slot), 1);
	assert_string_equal(slot.sha256, "");
	/* Dropped again it is a new request. */
	assert_int_equal(bed_put("net.csr", BED_UID, SLICE(&req)), 0);
	assert_begins(bed_status("net"), "state: pending\n");
	assert_int_equal(bed_events("request-decided"), 2);
	bytes_free(&req);
	EVP_PKEY_free(key);
}

static void
a_refused_overwrite_destroys_nothing(void **state)
{
	EVP_PKEY *key = test_key("P-256"), *weak = test_key("rsa:1024");
	struct bytes good = { 0 }, bad = { 0 };
	struct slot before, after;
	char first[SERIAL_TEXT];

	bed_request(&good, key, "DNS:www.example.org");
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&good)), 0);
	strcpy(first, bed_serial("www"));
	bed_slot("www", &before);

	bed_request(&bad, weak, "DNS:www.example.org");
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&bad)),
	    EKEYREJECTED);
	assert_begins(bed_status("www"), "state: rejected\n");
	assert_says(bed_status("www"), first);
	assert_int_equal(bed_put("www.csr", BED_UID,
	    slice_text("no request\n")), EBADMSG);
	assert_begins(bed_status("www"), "state: rejected\n");
	bed_slot("www", &after);
	assert_string_equal(bed_serial("www"), first);
	assert_string_equal(after.sha256, before.sha256);
	assert_int_equal(after.file, before.file);
	assert_int_equal(after.request, before.request);
	assert_int_equal(bed_events("request-refused"), 2);

	/* The good bytes again: the same certificate, and it says so. */
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&good)), 0);
	assert_string_equal(bed_serial("www"), first);
	assert_begins(bed_status("www"), "state: issued\n");
	bytes_free(&good);
	bytes_free(&bad);
	EVP_PKEY_free(key);
	EVP_PKEY_free(weak);
}

static void
what_is_no_request_has_a_status(void **state)
{
	struct drop drop = { .box = BOX_ROOT, .file = 7, .uid = BED_UID,
	    .file_name = "half.csr" };
	struct err why = { EBADMSG, "the PEM block has no end" };
	struct slot slot;

	drop.bytes = slice_text("-----BEGIN CERTIFICATE REQUEST-----\nabc");
	assert_done(requests_record_junk(bed, &drop, &why, &test_err));
	assert_begins(bed_status("half"), "state: rejected\n");
	assert_says(bed_status("half"), "the PEM block has no end");
	assert_int_equal(bed_events("request-refused"), 1);
	assert_int_equal(bed_slot("half", &slot), 1);
	assert_int_equal(slot.request, 0);
	assert_int_equal(slot.file, 7);
}

/* A slot stays its subscriber's, also when its names were cleared. */
static void
junk_of_another_takes_no_slot(void **state)
{
	EVP_PKEY *key = test_key("P-256");
	struct drop drop = { .box = BOX_ROOT, .file = 99,
	    .file_name = "www.csr", .uid = BED_OTHER };
	struct err why = { EBADMSG, "it is no request" };
	struct bytes req = { 0 };
	struct slot slot;

	bed_request(&req, key, "DNS:www.example.org");
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)), 0);
	drop.bytes = slice_text("junk");
	assert_done(requests_record_junk(bed, &drop, &why, &test_err));
	assert_begins(bed_status("www"), "state: issued\n");
	assert_int_equal(bed_slot("www", &slot), 1);
	assert_done(requests_withdraw(bed, slot.id, BED_UID, &test_err));
	assert_done(requests_record_junk(bed, &drop, &why, &test_err));
	assert_int_equal(bed_slot("www", &slot), 1);
	assert_int_equal(slot.subscriber, bed_acme);
	assert_int_equal(slot.file, 0);
	assert_int_equal(bed_events("request-refused"), 2);
	bytes_free(&req);
	EVP_PKEY_free(key);
}

/* A job that keeps the committer until it is let go. */
static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;

static int
wait_to_be_let_go(struct job *job, struct tx *tx, struct err *e)
{
	pthread_mutex_lock(&held);
	pthread_mutex_unlock(&held);
	return 0;
}

static int withdrawing;		/* the thread's id */

static void *
withdraw_www(void *arg)
{
	struct err e = { 0 };

	__atomic_store_n(&withdrawing, gettid(), __ATOMIC_SEQ_CST);
	return (void *)(intptr_t)requests_withdraw(bed, *(int64_t *)arg,
	    BED_UID, &e);
}

/* Its job was submitted: it sleeps until the committer has done it. */
static bool
the_withdrawal_waits(void)
{
	char path[64], state = 'R';
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat",
	    __atomic_load_n(&withdrawing, __ATOMIC_SEQ_CST));
	if ((stat = fopen(path, "r")) == NULL)
		return false;
	if (fscanf(stat, "%*d (%*[^)]) %c", &state) != 1)
		state = 'R';
	fclose(stat);
	return state == 'S';
}

/* rm between the look at a pending request and its being shown again. */
static void
what_is_withdrawn_meanwhile_is_new(void **state)
{
	EVP_PKEY *key = test_key("P-256");
	struct job hold = { .apply = wait_to_be_let_go };
	struct bytes req = { 0 };
	struct request request;
	struct bed_drop d;
	struct slot slot;
	struct view *v;
	pthread_t thread;
	int64_t first;

	bed_request(&req, key, "DNS:www.example.net");
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)), 0);
	assert_int_equal(bed_slot("www", &slot), 1);
	first = slot.request;
	pthread_mutex_lock(&held);
	commit_submit(bed_parts.committer, &hold);
	pthread_create(&thread, NULL, withdraw_www, &slot.id);
	assert_true(bed_within(BED_PATIENCE, the_withdrawal_waits));
	bed_submit_drop(&d, BOX_ROOT, "www.csr", BED_UID, SLICE(&req), false);
	pthread_mutex_unlock(&held);
	assert_int_equal(bed_wait(&d), 0);
	pthread_join(thread, NULL);
	assert_begins(bed_status("www"), "state: pending\n");
	assert_int_equal(bed_slot("www", &slot), 1);
	assert_int_not_equal(slot.request, first);
	v = view_take(test_store);
	assert_int_equal(request_get(v, slot.request, &request), 1);
	assert_int_equal(request.state, PENDING);
	view_put(v);
	bytes_free(&req);
	EVP_PKEY_free(key);
}

static bool
both_are_decided(void)
{
	return bed_events("request-decided") == 2;
}

/* Both were judged before either was issued: the second one waits. */
static void
one_key_is_never_of_two_subscribers(void **state)
{
	EVP_PKEY *key = test_key("P-256");
	struct bytes ours = { 0 }, theirs = { 0 };
	struct bed_drop a, b;

	bed_mode(BED_KEEP, 0);
	bed_request(&ours, key, "DNS:www.example.org");
	bed_request(&theirs, key, "DNS:www.example.com");
	bed_submit_drop(&a, BOX_ROOT, "ours.csr", BED_UID, SLICE(&ours),
	    false);
	bed_submit_drop(&b, BOX_ROOT, "theirs.csr", BED_OTHER,
	    SLICE(&theirs), false);
	assert_true(bed_within(BED_PATIENCE, both_are_decided));
	bed_mode(BED_SIGN, 0);
	assert_int_equal(bed_wait(&a), 0);
	assert_int_equal(bed_wait(&b), 0);
	assert_int_equal(bed_events("certificate-issued"), 1);
	assert_int_equal(bed_events("signing-abandoned"), 1);
	assert_int_equal(bed_open_intents(), 0);
	if (bed_serial("ours")[0] != '\0')
		assert_begins(bed_status("theirs"), "state: pending\n");
	else
		assert_begins(bed_status("ours"), "state: pending\n");
	bytes_free(&theirs);
	bytes_free(&ours);
	EVP_PKEY_free(key);
}

/* An order stands before the signer. */
static bool
is_kept(void)
{
	bool kept;

	pthread_mutex_lock(&bed_signing.lock);
	kept = bed_signing.queue != NULL;
	pthread_mutex_unlock(&bed_signing.lock);
	return kept;
}

static void
many_drops_of_the_same_wait_for_one(void **state)
{
	EVP_PKEY *key = test_key("P-256");
	struct bytes req = { 0 };
	struct bed_drop d[20];
	int i;

	bed_mode(BED_KEEP, 0);
	bed_request(&req, key, "DNS:www.example.org");
	for (i = 0; i < 20; i++)
		bed_submit_drop(&d[i], BOX_ROOT, "www.csr", BED_UID,
		    SLICE(&req), false);
	assert_true(bed_within(BED_PATIENCE, is_kept));
	bed_mode(BED_SIGN, 0);
	for (i = 0; i < 20; i++)
		assert_int_equal(bed_wait(&d[i]), 0);
	assert_int_equal(bed_signing.signatures, 1);
	assert_int_equal(bed_events("certificate-issued"), 1);
	bytes_free(&req);
	EVP_PKEY_free(key);
}

static bool
www_is_there(void)
{
	return bed_serial("www")[0] != '\0';
}

static void
a_slow_token_lets_go_and_the_certificate_follows(void **state)
{
	EVP_PKEY *key = test_key("P-256");
	struct bytes req = { 0 };
	struct bed_drop d;
	usec_t began = clock_steady();

	bed_mode(BED_KEEP, 0);
	bed_config.wait = BED_WAIT;
	bed_request(&req, key, "DNS:www.example.org");
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)), 0);
	assert_in_range(clock_steady() - began, BED_WAIT - 50000,
	    3 * BED_WAIT);
	assert_begins(bed_status("www"), "state: approved\n");
	assert_string_equal(bed_serial("www"), "");

	/* A rename does not wait at all, or it would for an hour. */
	bed_request(&req, key, "DNS:b.example.org");
	bed_config.wait = 3600 * USEC;
	bed_submit_drop(&d, BOX_ROOT, "b.csr", BED_UID, SLICE(&req), true);
	assert_int_equal(bed_wait(&d), 0);
	bed_config.wait = BED_PATIENCE;
	assert_begins(bed_status("b"), "state: approved\n");

	bed_mode(BED_SIGN, 0);
	assert_true(bed_within(BED_PATIENCE, www_is_there));
	bytes_free(&req);
	EVP_PKEY_free(key);
}

static void
a_rename_is_told_the_refusal(void **state)
{
	EVP_PKEY *weak = test_key("rsa:1024");
	struct bytes req = { 0 };
	struct bed_drop d;

	bed_request(&req, weak, "DNS:www.example.org");
	bed_submit_drop(&d, BOX_ROOT, "www.csr", BED_UID, SLICE(&req), true);
	assert_int_equal(bed_wait(&d), EKEYREJECTED);
	bytes_free(&req);
	EVP_PKEY_free(weak);
}

static void
what_the_signer_refuses_is_refused(void **state)
{
	EVP_PKEY *key = test_key("P-256");
	struct bytes req = { 0 };

	bed_mode(BED_REFUSE, 1);
	bed_request(&req, key, "DNS:www.example.org");
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)), EPERM);
	assert_begins(bed_status("www"), "state: rejected\n");
	assert_says(bed_status("www"), "as the test ordered");
	assert_int_equal(bed_events("signing-refused"), 1);
	assert_int_equal(bed_open_intents(), 0);
	/* Judged anew. */
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)), 0);
	assert_begins(bed_status("www"), "state: issued\n");
	bytes_free(&req);
	EVP_PKEY_free(key);
}

static void
a_lost_signature_is_revoked_and_another_made(void **state)
{
	static const enum bed_mode losses[] = { BED_ABANDON, BED_GARBLE };
	EVP_PKEY *key;
	struct bytes req = { 0 };
	char file[32];
	size_t i;

	for (i = 0; i < 2; i++) {
		key = test_key("P-256");
		snprintf(file, sizeof(file), "w%zu.csr", i);
		bed_mode(losses[i], 1);
		bed_request(&req, key, "DNS:www.example.org");
		assert_int_equal(bed_put(file, BED_UID, SLICE(&req)), 0);
		EVP_PKEY_free(key);
	}
	assert_begins(bed_status("w0"), "state: issued\n");
	assert_begins(bed_status("w1"), "state: issued\n");
	assert_int_equal(bed_events("signing-abandoned"), 2);
	assert_int_equal(bed_events("certificate-revoked"), 2);
	assert_int_equal(bed_revoked_count, 2);
	assert_int_equal(number_in_db("SELECT count(*) FROM revocations "
	    "WHERE certificate IS NULL"), 2);
	assert_int_equal(bed_open_intents(), 0);
	bytes_free(&req);
}

static void
a_key_blocked_while_it_is_signed_gets_nothing(void **state)
{
	EVP_PKEY *key = test_key("P-256");
	struct bytes req = { 0 }, spki = { 0 };
	struct bed_drop d;
	unsigned char *der = NULL;
	char sha256_of_it[65];
	struct tx *tx;
	int size;

	size = i2d_PUBKEY(key, &der);
	sha256_text(sha256_of_it, (struct slice){ der, (size_t)size });
	OPENSSL_free(der);
	bed_mode(BED_KEEP, 0);
	bed_request(&req, key, "DNS:www.example.org");
	bed_submit_drop(&d, BOX_ROOT, "www.csr", BED_UID, SLICE(&req), false);
	assert_true(bed_within(BED_PATIENCE, bed_intent_is_open));
	tx = begin();
	assert_done(key_block(tx, sha256_of_it, &test_err));
	assert_done(tx_commit(tx, &test_err));
	bed_mode(BED_SIGN, 0);
	assert_int_equal(bed_wait(&d), EKEYREJECTED);
	assert_string_equal(bed_serial("www"), "");
	assert_int_equal(bed_events("certificate-issued"), 0);
	assert_int_equal(bed_events("certificate-revoked"), 1);
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)),
	    EKEYREJECTED);
	assert_refused(requests_check(bed, SLICE(&req), &test_err),
	    EKEYREJECTED);
	bytes_free(&req);
	bytes_free(&spki);
	EVP_PKEY_free(key);
}

/* --- who may -------------------------------------------------------------- */

static void
a_box_is_for_its_subscriber(void **state)
{
	EVP_PKEY *key = test_key("P-256");
	struct bytes req = { 0 };
	struct bed_drop d;

	assert_done(requests_admit(bed, BOX_ROOT, BED_UID, &test_err));
	assert_refused(requests_admit(bed, BOX_ROOT, 4711, &test_err),
	    EACCES);
	assert_refused(requests_admit(bed, BOX_ROOT, 0, &test_err), EACCES);
	assert_refused(requests_admit(bed, BOX_ROOT, BED_BOTH, &test_err),
	    EACCES);
	assert_done(requests_admit(bed, bed_acme_box, BED_BOTH, &test_err));
	assert_refused(requests_admit(bed, bed_acme_box, BED_OTHER,
	    &test_err), EACCES);
	assert_refused(requests_admit(bed, 99, BED_UID, &test_err), EACCES);

	bed_request(&req, key, "DNS:www.example.org");
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)), 0);
	/* Another's slot in the root box. */
	assert_int_equal(bed_put("www.csr", BED_OTHER, SLICE(&req)), EACCES);
	assert_int_equal(bed_put("x.csr", 4711, SLICE(&req)), EACCES);
	assert_begins(bed_status("www"), "state: issued\n");
	assert_string_equal(bed_status("x"), "");
	/* Its own box by name. */
	bed_submit_drop(&d, bed_acme_box, "www.csr", BED_BOTH, SLICE(&req),
	    false);
	assert_int_equal(bed_wait(&d), 0);
	assert_true(bed_was_told("requests/acme/www.crt"));
	/* A second suffix for a slot in use. */
	assert_int_equal(bed_put("www.pem", BED_UID, SLICE(&req)), EEXIST);
	/* One attempt a minute and uid is an event. */
	assert_int_equal(bed_events("access-refused"), 4);
	bytes_free(&req);
	EVP_PKEY_free(key);
}

static void
a_box_has_a_limit(void **state)
{
	EVP_PKEY *key = test_key("P-256");
	struct bytes req = { 0 };
	char file[32], names[64];
	int i;

	for (i = 0; i < 5; i++) {
		snprintf(file, sizeof(file), "n%d.csr", i);
		snprintf(names, sizeof(names), "DNS:n%d.example.net", i);
		bed_request(&req, key, names);
		assert_int_equal(bed_put(file, BED_UID, SLICE(&req)), 0);
	}
	assert_refused(requests_admit(bed, BOX_ROOT, BED_UID, &test_err),
	    EDQUOT);
	bed_request(&req, key, "DNS:n5.example.net");
	assert_int_equal(bed_put("n5.csr", BED_UID, SLICE(&req)), EDQUOT);
	/* One of the five may be replaced. */
	bed_request(&req, key, "DNS:n9.example.net");
	assert_int_equal(bed_put("n4.csr", BED_UID, SLICE(&req)), 0);
	assert_begins(bed_status("n4"), "state: pending\n");
	assert_int_equal(bed_events("request-withdrawn"), 1);
	bytes_free(&req);
	EVP_PKEY_free(key);
}

/* --- when the disk fails -------------------------------------------------- */

static void
without_evidence_nothing_is_decided(void **state)
{
	EVP_PKEY *key = test_key("P-256");
	struct bytes req = { 0 };
	struct slot slot;
	int64_t events;

	events = number_in_db("SELECT count(*) FROM events");
	bed_request(&req, key, "DNS:www.example.org");
	fault_arm("evidence-fail", 1);
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)), EROFS);
	assert_int_equal(bed_slot("www", &slot), 0);
	assert_int_equal(number_in_db("SELECT count(*) FROM requests"), 0);
	assert_int_equal(number_in_db("SELECT count(*) FROM intents"), 0);
	assert_int_equal(number_in_db("SELECT count(*) FROM events"), events);
	assert_int_equal(bed_signing.orders, 0);
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)), 0);
	bytes_free(&req);
	EVP_PKEY_free(key);
}

/* A result that cannot be committed is kept and committed later. */
static void
a_signature_is_never_lost_to_a_failing_commit(void **state)
{
	EVP_PKEY *key = test_key("P-256");
	struct bytes req = { 0 };
	struct bed_drop d;

	bed_mode(BED_KEEP, 0);
	bed_request(&req, key, "DNS:www.example.org");
	bed_submit_drop(&d, BOX_ROOT, "www.csr", BED_UID, SLICE(&req), false);
	assert_true(bed_within(BED_PATIENCE, bed_intent_is_open));
	fault_arm("evidence-fail", 1);
	bed_mode(BED_SIGN, 0);
	assert_int_equal(bed_wait(&d), 0);
	assert_true(bed_within(BED_PATIENCE, www_is_there));
	assert_int_equal(bed_signing.signatures, 1);
	assert_int_equal(bed_events("certificate-issued"), 1);
	assert_int_equal(bed_open_intents(), 0);
	bytes_free(&req);
	EVP_PKEY_free(key);
}

/* --- of the CA itself, and once each -------------------------------------- */

struct own_issue {
	struct bed_drop	d;
	int64_t		certificate;
};

static void
own_done(void *arg, int64_t certificate, const struct err *fault)
{
	struct own_issue *own = arg;

	own->certificate = certificate;
	bed_drop_done(&own->d, fault);
}

static int
issue_own(struct own_issue *own, const char *profile, struct slice spki)
{
	memset(own, 0, sizeof(*own));
	pthread_mutex_init(&own->d.lock, NULL);
	pthread_cond_init(&own->d.wake, NULL);
	authority_issue_internal(bed, profile, "Test OCSP responder", spki,
	    own_done, own);
	return bed_wait(&own->d);
}

static void
the_ca_issues_for_its_pinned_key_only(void **state)
{
	struct own_issue own;
	struct view *v;
	struct certificate c;

	assert_int_equal(issue_own(&own, "ocsp-responder",
	    SLICE(&bed_config.keys[2].spki)), 0);
	v = view_take(test_store);
	assert_int_equal(certificate_get(v, own.certificate, &c), 1);
	view_put(v);
	assert_string_equal(c.profile, "ocsp-responder");
	assert_int_equal(c.request, 0);
	assert_int_equal(bed_events("standing-approval"), 1);
	assert_int_equal(issue_own(&own, "ocsp-responder",
	    SLICE(&bed_config.keys[3].spki)), EKEYREJECTED);
	assert_int_equal(issue_own(&own, "tls-server",
	    SLICE(&bed_config.keys[2].spki)), EPERM);
	bed_mode(BED_ABANDON, 1);
	assert_int_equal(issue_own(&own, "ocsp-responder",
	    SLICE(&bed_config.keys[2].spki)), EIO);
	assert_int_equal(bed_events("signing-abandoned"), 1);
}

static bool
delivered(void)
{
	return bed_events("certificate-delivered") == 1;
}

static void
a_delivery_is_one_event(void **state)
{
	EVP_PKEY *key = test_key("P-256");
	struct bytes req = { 0 };
	struct slot slot;
	int i;

	bed_request(&req, key, "DNS:www.example.org");
	assert_int_equal(bed_put("www.csr", BED_UID, SLICE(&req)), 0);
	bed_slot("www", &slot);
	for (i = 0; i < 10; i++)
		authority_delivered(bed, slot.certificate, BED_UID);
	assert_true(bed_within(BED_PATIENCE, delivered));
	authority_delivered(bed, slot.certificate, BED_UID);
	/* What is committed behind it is there, so it came to nothing. */
	bed_request(&req, key, "DNS:two.example.org");
	assert_int_equal(bed_put("two.csr", BED_UID, SLICE(&req)), 0);
	assert_true(delivered());
	bytes_free(&req);
	EVP_PKEY_free(key);
}

int
main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)
	const struct CMUnitTest tests[] = {
		STORY(a_drop_is_answered_with_its_certificate),
		STORY(the_same_bytes_are_the_same_certificate),
		STORY(a_change_is_told_by_comparison),
		STORY(a_re_key_changes_what_the_profile_allows),
		STORY(a_path_that_is_not_allowed_keeps_what_there_is),
		STORY(a_judgement_about_a_known_key_stands),
		STORY(what_is_not_validated_waits),
		STORY(rm_withdraws_what_waits),
		STORY(a_refused_overwrite_destroys_nothing),
		STORY(what_is_no_request_has_a_status),
		STORY(junk_of_another_takes_no_slot),
		STORY(what_is_withdrawn_meanwhile_is_new),
		STORY(one_key_is_never_of_two_subscribers),
		STORY(many_drops_of_the_same_wait_for_one),
		STORY(a_slow_token_lets_go_and_the_certificate_follows),
		STORY(a_rename_is_told_the_refusal),
		STORY(what_the_signer_refuses_is_refused),
		STORY(a_lost_signature_is_revoked_and_another_made),
		STORY(a_key_blocked_while_it_is_signed_gets_nothing),
		STORY(a_box_is_for_its_subscriber),
		STORY(a_box_has_a_limit),
		STORY(without_evidence_nothing_is_decided),
		STORY(a_signature_is_never_lost_to_a_failing_commit),
		STORY(the_ca_issues_for_its_pinned_key_only),
		STORY(a_delivery_is_one_event),
	};

	stops_page();		/* before any thread */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
