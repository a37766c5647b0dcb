/*
 * Subscribers, boxes, slots, requests, and certificates with their indexes:
 * what is put in comes back, and each list has what belongs to it, in order.
 */
#include "ca/store_registrations.h"
#include "store.h"

/* --- the registry -------------------------------------------------------- */

static int names_seen;

static int
see_name(void *arg, const struct attribute *a)
{
	assert_string_equal(a->type, "dns");
	assert_string_equal(a->method, "asserted (sandbox)");
	names_seen++;
	return 0;
}

static int
see_subscriber(void *arg, const struct subscriber *s)
{
	*(int64_t *)arg = s->id;
	return 0;
}

static void
a_subscriber_comes_back(void **state)
{
	struct subscriber s = { .name = "first", .gid = 33, .since = 5,
	    .sandbox = true, .profiles = { "tls-server", "tls-client" } };
	struct subscriber t = { .name = "other", .since = 6 }, back;
	struct validated_name n = { "example.org", "dns",
	    "asserted (sandbox)", "init", 5, 6 };
	struct tx *tx = begin();
	int64_t last = 0;

	assert_done(subscriber_put(tx, &s, &test_err));
	assert_done(subscriber_put(tx, &t, &test_err));
	assert_int_equal(subscriber_find(tx_view(tx), "first", &back), 1);
	assert_memory_equal(&back.profiles, &s.profiles, sizeof(s.profiles));
	assert_int_equal(back.gid, 33);
	assert_true(back.sandbox);
	strcpy(back.profiles[2], "third");
	back.gid = 34;
	assert_done(subscriber_put(tx, &back, &test_err));
	assert_int_equal(subscriber_get(tx_view(tx), s.id, &back), 1);
	assert_string_equal(back.profiles[2], "third");
	assert_int_equal(back.gid, 34);
	assert_int_equal(subscriber_find(tx_view(tx), "none", &back), 0);
	t.id = 0;
	assert_refused(subscriber_put(tx, &t, &test_err), EEXIST);
	subscribers_list(tx_view(tx), 0, see_subscriber, &last);
	assert_int_equal(last, 2);

	assert_done(subscriber_put_user(tx, 1, 1000, &test_err));
	assert_done(subscriber_put_user(tx, 1, 1000, &test_err));
	assert_int_equal(subscriber_of_user(tx_view(tx), 1000, &back), 1);
	assert_int_equal(back.id, 1);
	assert_done(subscriber_put_user(tx, 2, 1000, &test_err));
	assert_int_equal(subscriber_of_user(tx_view(tx), 1000, &back), 2);
	assert_int_equal(subscriber_of_user(tx_view(tx), 0, &back), 0);
	assert_true(subscriber_has_user(tx_view(tx), 2, 1000));
	assert_false(subscriber_has_user(tx_view(tx), 2, 1001));
	assert_refused(subscriber_put_user(tx, 77, 1, &test_err), EINVAL);

	assert_done(subscriber_put_name(tx, 1, &n, &test_err));
	attributes_of(tx_view(tx), 1, see_name, NULL);
	attributes_of(tx_view(tx), 2, see_name, NULL);
	assert_int_equal(names_seen, 1);
	assert_done(tx_commit(tx, &test_err));
}

static void
an_agreement_is_to_these_very_terms(void **state)
{
	struct subscriber s = { .name = "first" };
	struct agreement a = { .part = OF_SUBSCRIBER,
	    .terms = "1.0", .time = 7, .uid = 1000,
	    .sandbox = true }, back;
	struct tx *tx = begin();

	strcpy(a.terms_sha256, digest_of("terms"));
	strcpy(a.document_sha256, digest_of("form"));
	assert_done(subscriber_put(tx, &s, &test_err));
	assert_done(agreement_put(tx, s.id, &a, &test_err));
	assert_int_equal(agreement_find(tx_view(tx), s.id,
	    OF_SUBSCRIBER, a.terms_sha256, &back), 1);
	assert_int_equal(back.id, a.id);
	assert_int_equal(back.uid, 1000);
	assert_string_equal(back.document_sha256, a.document_sha256);
	assert_int_equal(agreement_find(tx_view(tx), s.id,
	    OF_SUBSCRIBER, digest_of("other"), &back), 0);
	assert_int_equal(agreement_find(tx_view(tx), 2,
	    OF_SUBSCRIBER, a.terms_sha256, &back), 0);
	assert_done(tx_commit(tx, &test_err));
}

static void
boxes_and_facts(void **state)
{
	struct box b = { .subscriber = 1, .profile = "tls-server" }, c = b;
	struct tx *tx = begin();
	char digest[65];

	assert_int_equal(box_get(tx_view(tx), BOX_ROOT, &c), 1);
	assert_int_equal(c.subscriber, 0);
	assert_int_equal(box_find(tx_view(tx), 0, "", &c), 1);
	assert_int_equal(c.id, BOX_ROOT);
	assert_done(box_put(tx, &b, &test_err));
	assert_int_equal(b.id, 2);
	c = (struct box){ .subscriber = 1, .profile = "tls-server" };
	assert_done(box_put(tx, &c, &test_err));
	assert_int_equal(c.id, 2);
	assert_int_equal(box_find(tx_view(tx), 1, "", &c), 0);
	assert_int_equal(fact_digest(tx_view(tx), "cp", digest), 0);
	assert_done(fact_put(tx, "cp", digest_of("1"), &test_err));
	assert_done(fact_put(tx, "cp", digest_of("2"), &test_err));
	assert_int_equal(fact_digest(tx_view(tx), "cp", digest), 1);
	assert_string_equal(digest, digest_of("2"));
	assert_done(tx_commit(tx, &test_err));
}

/* --- slots and requests -------------------------------------------------- */

static struct slot
slot_made(const char *name, int64_t file)
{
	struct slot s = { .box = BOX_ROOT, .subscriber = 1, .file = file,
	    .uid = 1000, .mtime = 5, .size = 9 };

	snprintf(s.name, sizeof(s.name), "%s", name);
	snprintf(s.file_name, sizeof(s.file_name), "%s.csr", name);
	strcpy(s.sha256, digest_of(name));
	return s;
}

static int
count_slot(void *arg, const struct slot *s)
{
	(*(int *)arg)++;
	return 0;
}

static void
a_slot_is_found_by_name_and_file(void **state)
{
	struct slot a = slot_made("www.a", 11), b = slot_made("b", 12), back;
	struct tx *tx = begin();
	int count = 0;

	assert_done(slot_put(tx, &a, &test_err));
	assert_done(slot_put(tx, &b, &test_err));
	assert_int_equal(slot_find(tx_view(tx), 1, "www.a", &back), 1);
	assert_string_equal(back.sha256, a.sha256);
	assert_string_equal(back.file_name, "www.a.csr");
	assert_int_equal(back.mtime, 5);
	assert_int_equal(slot_find_file(tx_view(tx), 1, "www.a.csr", &back),
	    1);
	assert_int_equal(slot_find_file(tx_view(tx), 1, "www.a.req", &back),
	    0);
	assert_int_equal(slot_find_file(tx_view(tx), 1, "www", &back), 0);
	assert_int_equal(slot_of_file(tx_view(tx), 12, &back), 1);
	assert_int_equal(back.id, b.id);
	slots_of_box(tx_view(tx), 1, 0, count_slot, &count);
	slots_of_box(tx_view(tx), 1, a.id, count_slot, &count);
	assert_int_equal(count, 3);
	back = b;
	back.id = 0;
	assert_refused(slot_put(tx, &back, &test_err), EEXIST);
	/* Names cleared, later used again by another file. */
	a.sha256[0] = '\0';
	assert_done(slot_put(tx, &a, &test_err));
	assert_int_equal(slot_find_file(tx_view(tx), 1, "www.a.csr", &back),
	    0);
	assert_int_equal(slot_find(tx_view(tx), 1, "www.a", &back), 1);
	assert_int_equal(slot_of_file(tx_view(tx), 11, &back), 1);
	count = 0;
	slots_of_box(tx_view(tx), 1, 0, count_slot, &count);
	assert_int_equal(count, 1);
	a.file = 13;
	strcpy(a.sha256, b.sha256);
	strcpy(a.file_name, "www.a.pem");
	a.certificate = 4;
	assert_done(slot_put(tx, &a, &test_err));
	assert_int_equal(slot_find_file(tx_view(tx), 1, "www.a.pem", &back),
	    1);
	assert_int_equal(back.certificate, 4);
	assert_int_equal(slot_of_file(tx_view(tx), 13, &back), 1);
	assert_int_equal(slot_of_file(tx_view(tx), 11, &back), 0);
	a.id = 99;
	assert_refused(slot_put(tx, &a, &test_err), ENOENT);
	assert_done(tx_commit(tx, &test_err));
}

static int
count_request(void *arg, const struct request *r)
{
	(*(int *)arg)++;
	return 0;
}

static int
in_state(struct view *v, enum request_state state)
{
	int count = 0;

	requests_in_state(v, state, 0, count_request, &count);
	return count;
}

static void
requests_go_through_their_states(void **state)
{
	struct slot s = slot_made("www", 11);
	struct request r = { .subscriber = 1, .profile = "tls-server",
	    .path = "new", .state = PENDING, .uid = 1000, .received = 5 },
	    back;
	struct intent i = { .request = 1 };
	struct tx *tx = begin();
	struct view *v = tx_view(tx);

	assert_done(slot_put(tx, &s, &test_err));
	r.slot = s.id;
	strcpy(r.sha256, s.sha256);
	strcpy(r.spki_sha256, digest_of("key"));
	assert_done(request_put(tx, &r, &test_err));
	assert_int_equal(requests_open_in_box(v, BOX_ROOT), 1);
	assert_int_equal(requests_open_in_box(v, 2), 0);
	assert_int_equal(in_state(v, PENDING), 1);
	assert_int_equal(in_state(v, APPROVED), 0);
	r.state = APPROVED;
	r.decided = 6;
	assert_done(request_put(tx, &r, &test_err));
	assert_int_equal(in_state(v, APPROVED), 1);
	/* Under way at the signer: nothing to take up. */
	i.request = r.id;
	serial_of(i.serial, 1);
	strcpy(i.tbs_sha256, digest_of("tbs"));
	assert_done(intent_put(tx, &i, slice_text("tbs"), &test_err));
	assert_int_equal(in_state(v, APPROVED), 0);
	assert_done(intent_close(tx, i.id, "burned", &test_err));
	assert_int_equal(in_state(v, APPROVED), 1);
	r.state = ISSUED;
	r.certificate = 4;
	assert_done(request_put(tx, &r, &test_err));
	assert_int_equal(requests_open_in_box(v, BOX_ROOT), 0);
	assert_int_equal(in_state(v, ISSUED), 1);
	r.state = PENDING;
	assert_refused(request_put(tx, &r, &test_err), EPERM);
	assert_int_equal(request_get(v, r.id, &back), 1);
	assert_int_equal(back.state, ISSUED);
	assert_int_equal(back.certificate, 4);
	assert_int_equal(back.decided, 6);
	assert_string_equal(back.spki_sha256, r.spki_sha256);
	assert_string_equal(request_state_name(back.state), "issued");
	assert_int_equal(request_get(v, 99, &back), 0);
	r.id = 99;
	assert_refused(request_put(tx, &r, &test_err), ENOENT);
	assert_done(tx_commit(tx, &test_err));
}

/* --- certificates -------------------------------------------------------- */

static int64_t seen[64];
static int seen_count;

static int
see(void *arg, const struct certificate *c)
{
	seen[seen_count++] = c->id;
	return 0;
}

static int
count_name(void *arg, const struct indexed_name *n)
{
	(*(int *)arg)++;
	return 0;
}

static int
count_key(void *arg, const struct key *k)
{
	assert_true(k->newest > 0);
	(*(int *)arg)++;
	return 0;
}

static void
a_certificate_is_found_by_all_its_names(void **state)
{
	static const char *const names[] = {
		"www1.example.org", "alt.example.org", "192.0.2.1"
	};
	struct certificate c = certificate_made(1), d = certificate_made(2),
	    back;
	struct bytes der = { 0 };
	struct indexed_name n;
	struct key k;
	struct tx *tx = begin();
	struct view *v = tx_view(tx);
	int count = 0;

	assert_done(certificate_put(tx, &c, slice_text("der one"), names, 3,
	    &test_err));
	strcpy(d.spki_sha256, c.spki_sha256);
	assert_done(certificate_put(tx, &d, slice_text("der"), &names[1], 1,
	    &test_err));
	assert_int_equal(certificates_count(v), 2);
	assert_int_equal(certificate_find(v, c.serial, &back), 1);
	assert_int_equal(back.id, c.id);
	assert_int_equal(back.reason, -1);
	assert_int_equal(back.der_size, 7);
	assert_string_equal(back.spki_sha256, c.spki_sha256);
	assert_string_equal(back.sha256, c.sha256);
	assert_int_equal(back.request, 7);
	assert_int_equal(certificate_der(v, c.id, &der), 1);
	assert_string_equal(bytes_text(&der), "der one");
	assert_int_equal(certificate_find(v, "01ab", &back), 0);
	assert_int_equal(certificate_find(v, "", &back), 0);
	assert_int_equal(certificate_find(v, "x", &back), 0);

	assert_int_equal(names_find(v, "alt.example.org", &n), 1);
	assert_int_equal(n.newest, d.issued);
	seen_count = 0;
	certificates_of_name(v, n.id, 0, see, NULL);
	assert_int_equal(seen_count, 2);
	certificates_of_name(v, n.id, c.id, see, NULL);
	assert_int_equal(seen_count, 3);
	assert_int_equal(names_get(v, n.id, &n), 1);
	assert_int_equal(names_find(v, "www2.example.org", &n), 1);
	assert_int_equal(names_find(v, "none", &n), 0);
	names_list(v, 0, count_name, &count);
	assert_int_equal(count, 4);

	assert_int_equal(keys_find(v, c.spki_sha256, &k), 1);
	assert_false(k.blocked);
	assert_int_equal(keys_get(v, k.id, &k), 1);
	seen_count = 0;
	certificates_of_key(v, k.id, 0, see, NULL);
	assert_int_equal(seen_count, 2);
	assert_done(tx_commit(tx, &test_err));
	bytes_free(&der);
}

static void
a_serial_is_issued_once_and_a_blocked_key_never(void **state)
{
	struct certificate c = certificate_made(1), d = certificate_made(2);
	struct tx *tx = begin();
	struct key k;
	int count = 0;

	assert_done(certificate_put(tx, &c, slice_text("der"), NULL, 0,
	    &test_err));
	strcpy(d.serial, c.serial);
	assert_refused(certificate_put(tx, &d, slice_text("der"), NULL, 0,
	    &test_err), EEXIST);
	d = certificate_made(3);
	assert_done(key_block(tx, d.spki_sha256, &test_err));
	assert_done(key_block(tx, d.spki_sha256, &test_err));
	assert_int_equal(keys_find(tx_view(tx), d.spki_sha256, &k), 1);
	assert_true(k.blocked);
	assert_refused(certificate_put(tx, &d, slice_text("der"), NULL, 0,
	    &test_err), EPERM);
	assert_non_null(strstr(test_err.text, "blocked"));
	keys_list(tx_view(tx), 0, count_key, &count);
	assert_int_equal(count, 2);	/* the refused one was put with it */
	tx_abort(tx);
}

static void
certificates_by_day(void **state)
{
	struct certificate c;
	struct tx *tx = begin();
	struct view *v = tx_view(tx);
	int n;

	for (n = 0; n < 6; n++) {
		c = certificate_made(n);
		c.issued += (n / 2) * 3 * USEC_DAY;
		c.not_after += (n / 3) * USEC_DAY;
		assert_done(certificate_put(tx, &c, slice_text("der"), NULL,
		    0, &test_err));
	}
	assert_int_equal(certificates_next_day(v, 0), 20000);
	assert_int_equal(certificates_next_day(v, 20001), 20003);
	assert_int_equal(certificates_next_day(v, 20004), 20006);
	assert_int_equal(certificates_next_day(v, 20007), -1);
	assert_int_equal(certificates_next_expiry(v, 0), 20089);
	assert_int_equal(certificates_next_expiry(v, 20090), 20090);
	assert_int_equal(certificates_next_expiry(v, 20091), -1);
	seen_count = 0;
	certificates_of_day(v, 20003, 0, see, NULL);
	assert_int_equal(seen_count, 2);
	assert_true(seen[0] == 3 && seen[1] == 4);
	certificates_expiring(v, 20090, 4, see, NULL);
	assert_int_equal(seen_count, 4);

	/* The clock is set back: a day that was over goes on. */
	for (n = 6; n < 8; n++) {
		c = certificate_made(n);
		assert_done(certificate_put(tx, &c, slice_text("der"), NULL,
		    0, &test_err));
	}
	seen_count = 0;
	certificates_of_day(v, 20000, 1, see, NULL);
	assert_int_equal(seen_count, 3);
	assert_true(seen[0] == 2 && seen[1] == 7 && seen[2] == 8);
	seen_count = 0;
	certificates_of_day(v, 20003, 3, see, NULL);
	assert_int_equal(seen_count, 1);
	assert_int_equal(seen[0], 4);
	assert_int_equal(certificates_next_day(v, 1), 20000);
	seen_count = 0;
	certificates_list(v, 2, see, NULL);
	assert_int_equal(seen_count, 6);
	assert_int_equal(seen[0], 3);
	tx_abort(tx);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, store_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_subscriber_comes_back),
		TEST(an_agreement_is_to_these_very_terms),
		TEST(boxes_and_facts),
		TEST(a_slot_is_found_by_name_and_file),
		TEST(requests_go_through_their_states),
		TEST(a_certificate_is_found_by_all_its_names),
		TEST(a_serial_is_issued_once_and_a_blocked_key_never),
		TEST(certificates_by_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
