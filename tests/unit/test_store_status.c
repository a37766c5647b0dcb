/*
 * Intents, revocations, CRLs, OCSP answers and publications: what was recorded
 * is not undone, what is superseded is pruned and nothing else is.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "ca/store_crls.h"
#include "ca/store_drafts.h"
#include "ca/store_private.h"
#include "ca/store_scheduled.h"
#include "store.h"

static struct certificate
put_certificate(struct tx *tx, int n)
{
	struct certificate c = certificate_made(n);

	assert_done(certificate_put(tx, &c, slice_text("der"), NULL, 0,
	    &test_err));
	return c;
}

/* --- intents ------------------------------------------------------------- */

static struct intent intent_seen;
static int intents_seen;

static int
see_intent(void *arg, const struct intent *i)
{
	intent_seen = *i;
	intents_seen++;
	return 0;
}

static struct intent
intent_made(int n)
{
	struct intent i = { .kind = SIGN_CERTIFICATE, .key = "issuing",
	    .request = 5, .profile = "tls-server", .time = 77 };

	serial_of(i.serial, n);
	strcpy(i.tbs_sha256, digest_of("tbs"));
	return i;
}

static void
a_serial_is_intended_once(void **state)
{
	struct intent i = intent_made(1), again = intent_made(1);
	struct bytes tbs = { 0 };
	struct tx *tx = begin();

	assert_done(intent_put(tx, &i, slice_text("tbs"), &test_err));
	assert_refused(intent_put(tx, &again, slice_text("tbs"), &test_err),
	    EEXIST);
	intents_seen = 0;
	intents_open(tx_view(tx), 0, see_intent, NULL);
	assert_int_equal(intents_seen, 1);
	assert_string_equal(intent_seen.serial, i.serial);
	assert_string_equal(intent_seen.tbs_sha256, i.tbs_sha256);
	assert_int_equal(intent_seen.kind, SIGN_CERTIFICATE);
	assert_int_equal(intent_seen.request, 5);
	assert_int_equal(intent_seen.time, 77);
	assert_int_equal(intent_tbs(tx_view(tx), i.id, &tbs), 1);
	assert_string_equal(bytes_text(&tbs), "tbs");
	assert_done(intent_close(tx, i.id, "done", &test_err));
	assert_refused(intent_close(tx, i.id, "burned", &test_err), ENOENT);
	assert_int_equal(intent_tbs(tx_view(tx), i.id, &tbs), 0);
	assert_refused(intent_put(tx, &again, slice_text("tbs"), &test_err),
	    EEXIST);
	intents_seen = 0;
	intents_open(tx_view(tx), 0, see_intent, NULL);
	assert_int_equal(intents_seen, 0);
	assert_done(tx_commit(tx, &test_err));
	bytes_free(&tbs);
}

static void
a_large_intent_is_its_digest(void **state)
{
	struct intent i = { .kind = SIGN_CRL, .key = "issuing", .number = 9 };
	struct bytes tbs = { 0 }, back = { 0 };
	struct tx *tx = begin();

	bytes_resize(&tbs, 200000);
	sha256_text(i.tbs_sha256, SLICE(&tbs));
	assert_done(intent_put(tx, &i, SLICE(&tbs), &test_err));
	intents_seen = 0;
	intents_open(tx_view(tx), 0, see_intent, NULL);
	assert_int_equal(intents_seen, 1);
	assert_string_equal(intent_seen.tbs_sha256, i.tbs_sha256);
	assert_int_equal(intent_tbs(tx_view(tx), i.id, &back), 0);
	assert_done(intent_close(tx, i.id, "done", &test_err));
	assert_done(tx_commit(tx, &test_err));
	bytes_free(&tbs);
	bytes_free(&back);
}

/* --- revocations --------------------------------------------------------- */

static void
a_definitive_revocation_stays(void **state)
{
	struct certificate c;
	struct revocation r, there;
	struct tx *tx = begin();

	c = put_certificate(tx, 1);
	assert_int_equal(c.revoked, 0);
	r = revocation_made(&c, 4);
	assert_done(revocation_put(tx, &r, &test_err));
	there = r;
	assert_refused(revocation_put(tx, &there, &test_err), EKEYREVOKED);
	there = r;
	there.reason = 0;
	assert_refused(revocation_update(tx, &there, &test_err), EKEYREVOKED);
	there.reason = 1;	/* keyCompromise */
	there.decided = 5;
	there.version = 12;
	assert_done(revocation_update(tx, &there, &test_err));
	assert_int_equal(revocation_find(tx_view(tx), c.serial, &there), 1);
	assert_int_equal(there.reason, 1);
	assert_int_equal(there.decided, r.decided);
	assert_int_equal(there.version, 12);
	there.reason = 4;
	assert_refused(revocation_update(tx, &there, &test_err), EKEYREVOKED);
	assert_int_equal(certificate_get(tx_view(tx), c.id, &c), 1);
	assert_int_equal(c.revoked, r.decided);
	assert_int_equal(c.reason, 1);
	assert_int_equal(c.status, 3);
	assert_int_equal(revocation_get(tx_view(tx), r.id, &there), 1);
	assert_int_equal(revocation_get(tx_view(tx), r.id + 1, &there), 0);
	assert_done(tx_commit(tx, &test_err));
}

static void
a_suspended_one_may_change(void **state)
{
	struct certificate c;
	struct revocation r;
	struct tx *tx = begin();
	usec_t before = clock_now(), stated;

	c = put_certificate(tx, 1);
	r = revocation_made(&c, 6);
	assert_done(revocation_put(tx, &r, &test_err));
	assert_int_equal(certificate_get(tx_view(tx), c.id, &c), 1);
	assert_int_equal(c.revoked, r.effective);
	/* Not the day it was decided: a plan's is long over. */
	stated = r.stated;
	assert_true(stated >= before && stated <= clock_now());
	while (clock_now() == stated)
		;
	r.on_ocsp = 1;
	assert_done(revocation_update(tx, &r, &test_err));
	assert_int_equal(revocation_get(tx_view(tx), r.id, &r), 1);
	assert_int_equal(r.stated, stated);
	r.reason = 8;		/* reinstated */
	r.decided += 5;
	assert_done(revocation_update(tx, &r, &test_err));
	assert_int_equal(certificate_get(tx_view(tx), c.id, &c), 1);
	assert_int_equal(c.revoked, 0);
	assert_int_equal(c.reason, -1);
	assert_int_equal(revocation_get(tx_view(tx), r.id, &r), 1);
	assert_true(r.stated > stated);
	r.reason = 6;
	r.effective = r.decided += 5;
	assert_done(revocation_update(tx, &r, &test_err));
	r.reason = 3;		/* since it was suspended: X.509 8.5.2.1 */
	r.decided += 5;
	r.effective += 5;
	assert_done(revocation_update(tx, &r, &test_err));
	assert_int_equal(revocation_get(tx_view(tx), r.id, &r), 1);
	assert_int_equal(r.effective, r.decided - 5);
	assert_int_equal(certificate_get(tx_view(tx), c.id, &c), 1);
	assert_int_equal(c.revoked, r.effective);
	r.reason = 6;
	assert_refused(revocation_update(tx, &r, &test_err), EKEYREVOKED);
	tx_abort(tx);
}

#define REPLACE_REVOCATION(id) \
	"REPLACE INTO revocations (id, certificate, expires, reason, uid," \
	" received, decided, effective, how, confirmation, on_crl, on_ocsp," \
	" crl_number, version, issuer, role, person, act, serial, change," \
	" stated) SELECT " \
	id ", certificate, expires, 6, uid, received, decided, effective," \
	" how, confirmation, on_crl, on_ocsp, crl_number, version, issuer," \
	" role, person, act, serial, change + 1, stated FROM revocations"

static struct scheduled
scheduled_made(const struct certificate *c)
{
	struct scheduled s = { .certificate = c->id, .reason = 5,
	    .how = BY_LOGIN, .uid = 1000 };

	strcpy(s.serial, c->serial);
	strcpy(s.role, "subscriber");
	s.received = s.decided = 20001 * USEC_DAY;
	s.effective = 20005 * USEC_DAY;
	return s;
}

static int due_seen;

static int
see_scheduled(void *arg, const struct scheduled *s)
{
	due_seen++;
	return 0;
}

static int
see_suspension(void *arg, const struct revocation *r)
{
	assert_int_equal(r->reason, REASON_HOLD);
	due_seen++;
	return 0;
}

static void
what_is_scheduled_comes_sooner_or_takes_place(void **state)
{
	struct scheduled s, there;
	struct certificate c;
	struct revocation r;
	struct tx *tx = begin();

	assert_int_equal(scheduled_next(tx_view(tx), 0), 0);
	c = put_certificate(tx, 1);
	s = scheduled_made(&c);
	assert_done(scheduled_put(tx, &s, &test_err));
	there = s;
	assert_refused(scheduled_put(tx, &there, &test_err), EKEYREVOKED);
	there = s;
	there.effective++;
	assert_refused(scheduled_update(tx, &there, &test_err), EKEYREVOKED);
	s.effective -= USEC_DAY;
	s.reason = 1;
	assert_done(scheduled_update(tx, &s, &test_err));
	assert_int_equal(scheduled_find(tx_view(tx), c.serial, &there), 1);
	assert_int_equal(there.effective, s.effective);
	assert_int_equal(there.reason, 1);
	assert_string_equal(there.role, "subscriber");
	assert_int_equal(scheduled_next(tx_view(tx), 0), s.effective);
	due_seen = 0;
	scheduled_due(tx_view(tx), s.effective - 1, see_scheduled, NULL);
	assert_int_equal(due_seen, 0);
	scheduled_due(tx_view(tx), s.effective, see_scheduled, NULL);
	assert_int_equal(due_seen, 1);
	/* Not before it is in force. */
	assert_refused(scheduled_close(tx, s.id, s.effective, &test_err),
	    EPERM);
	r = revocation_made(&c, 1);
	assert_done(revocation_put(tx, &r, &test_err));
	assert_done(scheduled_close(tx, s.id, s.effective, &test_err));
	assert_int_equal(scheduled_find(tx_view(tx), c.serial, &there), 0);
	assert_int_equal(scheduled_next(tx_view(tx), 0), 0);
	/* A suspension that ends by itself is due, too. */
	c = put_certificate(tx, 2);
	r = revocation_made(&c, REASON_HOLD);
	r.until = 20007 * USEC_DAY;
	assert_done(revocation_put(tx, &r, &test_err));
	assert_int_equal(scheduled_next(tx_view(tx), 0), r.until);
	suspensions_due(tx_view(tx), r.until, see_suspension, NULL);
	assert_int_equal(due_seen, 2);
	tx_abort(tx);
}

static const char *const attacks[] = {
	"UPDATE revocations SET reason = 6",
	"UPDATE revocations SET reason = 8",
	"UPDATE revocations SET reason = 0",
	"UPDATE revocations SET reason = 7",
	"UPDATE revocations SET reason = -1",
	"UPDATE revocations SET serial = x'0102'",
	"UPDATE revocations SET issuer = 'other'",
	"UPDATE revocations SET expires = 0",
	"UPDATE revocations SET decided = decided + 1",
	"UPDATE revocations SET certificate = NULL",
	"UPDATE OR REPLACE revocations SET id = 5",
	"DELETE FROM revocations",
	REPLACE_REVOCATION("id"),
	REPLACE_REVOCATION("99"),
	"UPDATE revocations SET effective = effective + 1",
	"UPDATE revocations SET received = received + 1",
	"UPDATE revocations SET invalidity = 5",
	"UPDATE revocations SET until = 5",
	"UPDATE revocations SET how = 2",
	"UPDATE revocations SET how = 9",
	"UPDATE OR REPLACE revocations SET reason = 6",
	"UPDATE scheduled SET effective = effective + 1",
	"UPDATE scheduled SET done = 5",
	"UPDATE scheduled SET certificate = 2",
	"UPDATE scheduled SET reason = 6",
	"UPDATE OR REPLACE scheduled SET id = 5",
	"DELETE FROM scheduled",
	"REPLACE INTO scheduled SELECT * FROM scheduled",
	"INSERT INTO scheduled SELECT id + 1, certificate, reason, how, uid,"
	" received, decided, effective + 9, invalidity, done, version, role,"
	" person, act, serial FROM scheduled",
	"UPDATE certificates SET revoked = NULL, reason = NULL",
	"UPDATE certificates SET revoked = NULL",
	"UPDATE certificates SET reason = 6",
	"UPDATE certificates SET serial = x'0102'",
	"UPDATE certificates SET not_after = 5",
	"DELETE FROM certificates",
	"REPLACE INTO certificates SELECT * FROM certificates",
	"UPDATE certificate_der SET der = x'00'",
	"DELETE FROM certificate_der",
	"REPLACE INTO certificate_der VALUES (1, x'00')",
	"UPDATE keys SET blocked = 0",
	"DELETE FROM keys",
	"REPLACE INTO keys SELECT id, newest, 0, spki_sha256 FROM keys",
	"REPLACE INTO keys SELECT 99, newest, 0, spki_sha256 FROM keys",
	"DELETE FROM intents",
	"UPDATE intents SET closed = NULL",
	"UPDATE intents SET closed = 'burned'",
	"UPDATE intents SET serial = NULL",
	"REPLACE INTO intents SELECT * FROM intents",
	"UPDATE crls SET number = 1",
	"DELETE FROM crls",
	"INSERT INTO crls VALUES ('issuing', 0, 4, NULL, 1, 1, 1, 1, 1, x'00')",
	"REPLACE INTO crls VALUES ('issuing', 0, 5, NULL, 1, 1, 1, 1, 1, x'00')",
	"UPDATE requests SET slot = 9",
	"UPDATE requests SET state = 0",
	"DELETE FROM requests",
	"DELETE FROM agreements",
	"UPDATE agreements SET terms = '9'",
};

static void
no_sql_undoes_a_revocation(void **state)
{
	struct crl crl = { .number = 5, .issuer = "issuing" };
	struct subscriber s = { .name = "first" };
	struct agreement a = { .part = OF_SUBSCRIBER,
	    .terms = "1.0" };
	struct request request = { .state = ISSUED };
	struct intent i = intent_made(2);
	struct certificate c;
	struct revocation r;
	struct scheduled planned;
	struct tx *tx = begin();
	size_t k;

	c = put_certificate(tx, 2);
	planned = scheduled_made(&c);
	assert_done(scheduled_put(tx, &planned, &test_err));
	c = put_certificate(tx, 1);
	assert_done(key_block(tx, c.spki_sha256, &test_err));
	r = revocation_made(&c, 1);
	assert_done(revocation_put(tx, &r, &test_err));
	assert_done(intent_put(tx, &i, slice_text("tbs"), &test_err));
	assert_done(intent_close(tx, i.id, "done", &test_err));
	assert_done(request_put(tx, &request, &test_err));
	assert_done(subscriber_put(tx, &s, &test_err));
	strcpy(a.terms_sha256, digest_of("terms"));
	assert_done(agreement_put(tx, s.id, &a, &test_err));
	strcpy(crl.sha256, digest_of("crl"));
	assert_done(crl_put(tx, &crl, &test_err));
	assert_done(tx_commit(tx, &test_err));
	for (k = 0; k < sizeof(attacks) / sizeof(attacks[0]); k++)
		if (attack(attacks[k]) == SQLITE_OK)
			fail_msg("done: %s", attacks[k]);
}

static char crl_serials[16][SERIAL_TEXT];
static int crl_reasons[16];
static int crl_count;

static int
see_crl_entry(void *arg, const struct crl_row *row)
{
	crl_reasons[crl_count] = row->reason;
	hex_upper(crl_serials[crl_count++], row->serial.data,
	    row->serial.size);
	return 0;
}

static int
entries_on_crl(struct view *v, usec_t since)
{
	struct crl_wanted wanted = { "issuing", 0, since, -1 };

	crl_count = 0;
	crl_rows(v, &wanted, see_crl_entry, NULL);
	return crl_count;
}

static void
a_crl_lists_by_serial_until_the_end_was_on_one(void **state)
{
	struct revocation r, abandoned = { .reason = 0, .issuer = "issuing" };
	struct certificate c;
	struct tx *tx = begin();
	usec_t end;
	int n;

	for (n = 5; n > 0; n--) {
		c = put_certificate(tx, n);
		r = revocation_made(&c, n == 3 ? 6 : n == 4 ? 8 : 4);
		if (r.reason == 8) {	/* reinstated: on no CRL */
			r.reason = 6;
			assert_done(revocation_put(tx, &r, &test_err));
			r.reason = 8;
			assert_done(revocation_update(tx, &r, &test_err));
			continue;
		}
		assert_done(revocation_put(tx, &r, &test_err));
	}
	serial_of(abandoned.serial, 9);
	assert_done(revocation_put(tx, &abandoned, &test_err));
	end = c.not_after;
	assert_int_equal(entries_on_crl(tx_view(tx), 0), 5);
	for (n = 1; n < crl_count; n++)
		assert_true(strcmp(crl_serials[n - 1], crl_serials[n]) < 0);
	assert_int_equal(entries_on_crl(tx_view(tx), end), 5);
	assert_int_equal(entries_on_crl(tx_view(tx), end + 1), 1);
	assert_string_equal(crl_serials[0], abandoned.serial);
	tx_abort(tx);
}

/* Each scope has its own rows, and all of one CA's numbers only rise. */
static void
crls_are_found_by_scope(void **state)
{
	static const struct crl rows[] = {
		{ .scope = 0, .number = 1, .next_update = 100,
		  .scheduled = true },
		{ .scope = -1, .number = 1, .base = 1, .next_update = 100 },
		{ .scope = 7, .number = 2, .next_update = 110 },
		{ .scope = 0, .number = 3, .next_update = 150, .change = 9 },
		{ .scope = 0, .number = 4, .next_update = 140 },
	};
	struct tx *tx = begin();
	struct view *v = tx_view(tx);
	struct crl crl;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		crl = rows[i];
		strcpy(crl.issuer, "issuing");
		strcpy(crl.sha256, digest_of("crl"));
		assert_done(crl_put(tx, &crl, &test_err));
		assert_refused(crl_put(tx, &crl, &test_err), EPERM);
	}
	assert_int_equal(crl_newest(v, "issuing", CRL_COMPLETE, &crl), 1);
	assert_int_equal(crl.number, 4);
	assert_int_equal(crl_newest(v, "issuing", CRL_DELTA, &crl), 1);
	assert_int_equal(crl.base, 1);
	assert_int_equal(crl_newest(v, "issuing", 7, &crl), 1);
	assert_int_equal(crl_newest(v, "issuing", 8, &crl), 0);
	assert_int_equal(crl_newest(v, "root", CRL_COMPLETE, &crl), 0);
	assert_int_equal(crl_newest_scheduled(v, "issuing", CRL_COMPLETE,
	    &crl), 1);
	assert_int_equal(crl.number, 1);
	assert_int_equal(crl_newest_scheduled(v, "issuing", 7, &crl), 0);
	assert_int_equal(crl_get(v, "issuing", 0, 3, &crl), 1);
	assert_int_equal(crl.change, 9);
	/* The oldest that is valid: by its number, not by its end. */
	assert_int_equal(crl_base(v, "issuing", 99, &crl), 1);
	assert_int_equal(crl.number, 1);
	assert_int_equal(crl_base(v, "issuing", 100, &crl), 1);
	assert_int_equal(crl.number, 3);
	assert_int_equal(crl_base(v, "issuing", 150, &crl), 0);
	tx_abort(tx);
}

static int64_t
change_reason(struct tx *tx, const char *serial, int reason)
{
	struct revocation r;

	assert_int_equal(revocation_find(tx_view(tx), serial, &r), 1);
	r.reason = reason;
	r.on_crl = 77;
	assert_done(revocation_update(tx, &r, &test_err));
	return revocations_newest_change(tx_view(tx));
}

static int
changed_since(struct view *v, int64_t after)
{
	struct crl_wanted wanted = { "issuing", 0, 0, after };

	crl_count = 0;
	crl_rows(v, &wanted, see_crl_entry, NULL);
	return crl_count;
}

/* What changed is found by number, each once, with what it is now. */
static void
a_delta_has_what_changed(void **state)
{
	char serials[4][SERIAL_TEXT];
	struct revocation r;
	struct certificate c;
	struct tx *tx = begin();
	struct view *v = tx_view(tx);
	int64_t base;

	assert_int_equal(revocations_newest_change(v), 0);
	assert_int_equal(changed_since(v, 0), 0);
	for (int n = 3; n >= 0; n--) {
		c = put_certificate(tx, n + 1);
		r = revocation_made(&c, n < 2 ? 6 : 4);
		assert_done(revocation_put(tx, &r, &test_err));
		strcpy(serials[n], r.serial);
	}
	base = revocations_newest_change(v);
	assert_int_equal(changed_since(v, 0), 4);
	assert_int_equal(changed_since(v, base), 0);
	/* Published, not changed. */
	assert_int_equal(change_reason(tx, serials[2], 4), base);
	assert_int_equal(changed_since(v, base), 0);
	assert_true(change_reason(tx, serials[1], 8) > base);
	assert_true(change_reason(tx, serials[0], 1) > base + 1);
	assert_int_equal(changed_since(v, base), 2);
	assert_string_equal(crl_serials[0], serials[0]);
	assert_int_equal(crl_reasons[0], 1);
	assert_int_equal(crl_reasons[1], 8);
	assert_int_equal(entries_on_crl(v, 0), 3);
	tx_abort(tx);
}

static int unpublished_seen;

static int
publish_it(void *arg, const struct revocation *r)
{
	struct revocation changed = *r;

	unpublished_seen++;
	changed.on_crl = changed.on_ocsp = 5;
	assert_done(revocation_update(arg, &changed, &test_err));
	return 0;
}

/* In the very transaction that lists them. */
static void
the_unpublished_are_marked_while_listed(void **state)
{
	struct certificate c;
	struct revocation r;
	struct tx *tx = begin();
	int n;

	for (n = 0; n < 100; n++) {
		c = put_certificate(tx, n);
		r = revocation_made(&c, 4);
		assert_done(revocation_put(tx, &r, &test_err));
	}
	unpublished_seen = 0;
	revocations_unpublished(tx_view(tx), publish_it, tx);
	assert_int_equal(unpublished_seen, 100);
	revocations_unpublished(tx_view(tx), publish_it, tx);
	assert_int_equal(unpublished_seen, 100);
	tx_abort(tx);
}

/* --- OCSP ---------------------------------------------------------------- */

static int asked_seen;

static int
see_cert_id(void *arg, struct slice cert_id)
{
	assert_true(slice_equal(cert_id, slice_text(arg)));
	asked_seen++;
	return 0;
}

static int
count_cert_id(void *arg, struct slice cert_id)
{
	return cert_id.size > 0 && ++asked_seen == *(int *)arg ? -1 : 0;
}

static void
answers_are_walked_through_in_portions(void **state)
{
	struct ocsp_answer a = { .this_update = 10, .next_update = 20 };
	struct tx *tx = begin();
	int64_t last = 0;
	int never = 0, third = 3;
	char id[16];

	for (int i = 1; i <= 5; i++) {
		serial_of(a.serial, i);
		snprintf(id, sizeof id, "cert-id-%d", 9 - i);
		assert_done(ocsp_put(tx, slice_text(id), &a,
		    slice_text("one"), &test_err));
	}
	/* One that has no answer is not among them. */
	assert_done(ocsp_withdraw(tx, a.serial, &test_err));
	asked_seen = 0;
	for (int i = 0; i < 2; i++) {
		last = ocsp_portion(tx_view(tx), last, 2, count_cert_id,
		    &never);
		assert_int_equal(asked_seen, 2 * i + 2);
		assert_true(last > 0);
	}
	assert_int_equal(ocsp_portion(tx_view(tx), last, 2, count_cert_id,
	    &never), 0);
	assert_int_equal(asked_seen, 4);
	asked_seen = 0;
	assert_true(ocsp_portion(tx_view(tx), 0, 9, count_cert_id, &third) <
	    last);
	assert_int_equal(asked_seen, 3);
	tx_abort(tx);
}

static int
no_answer(void *arg, const struct ocsp_answer *a)
{
	fail_msg("answer %lld", (long long)a->id);
	return 0;
}

static void
an_answer_is_renewed_withdrawn_and_pruned(void **state)
{
	struct ocsp_answer a = { .this_update = 10, .next_update = 20 }, b;
	struct slice id = slice_text("sha1-cert-id");
	struct bytes der = { 0 };
	struct tx *tx = begin();
	usec_t this, next;
	int64_t first;

	serial_of(a.serial, 1);
	assert_int_equal(ocsp_find(tx_view(tx), id, &b), 0);
	assert_int_equal(ocsp_latest(tx_view(tx), &this, &next), 0);
	assert_done(ocsp_put(tx, id, &a, slice_text("one"), &test_err));
	first = a.id;
	a.next_update = 30;
	assert_done(ocsp_put(tx, id, &a, slice_text("second"), &test_err));
	assert_int_equal(ocsp_find(tx_view(tx), id, &b), 1);
	assert_int_equal(b.id, a.id);
	assert_int_equal(b.size, 6);
	assert_string_equal(b.serial, a.serial);
	/* The old one lives while a handle may name it. */
	assert_int_equal(ocsp_bytes(tx_view(tx), first, &der), 1);
	assert_string_equal(bytes_text(&der), "one");
	assert_int_equal(ocsp_get(tx_view(tx), first, &b), 1);
	assert_int_equal(b.next_update, 20);

	asked_seen = 0;
	ocsp_due(tx_view(tx), 30, see_cert_id, "sha1-cert-id");
	assert_int_equal(asked_seen, 0);
	ocsp_due(tx_view(tx), 31, see_cert_id, "sha1-cert-id");
	assert_int_equal(asked_seen, 1);
	assert_int_equal(ocsp_latest(tx_view(tx), &this, &next), 1);
	assert_int_equal(this, 10);
	assert_int_equal(next, 30);
	/* Given to nobody, and due; who has a handle still reads it. */
	assert_done(ocsp_recall(tx, id, 25, &test_err));
	ocsp_current(tx_view(tx), 0, no_answer, NULL);
	ocsp_due(tx_view(tx), 24, see_cert_id, "sha1-cert-id");
	assert_int_equal(asked_seen, 1);
	ocsp_due(tx_view(tx), 25, see_cert_id, "sha1-cert-id");
	assert_int_equal(asked_seen, 2);
	asked_seen = 1;
	assert_int_equal(ocsp_get(tx_view(tx), a.id, &b), 1);
	assert_done(ocsp_withdraw(tx, a.serial, &test_err));
	assert_int_equal(ocsp_find(tx_view(tx), id, &b), 0);
	assert_done(ocsp_recall(tx, id, 25, &test_err));
	ocsp_due(tx_view(tx), 31, see_cert_id, "sha1-cert-id");
	assert_int_equal(asked_seen, 1);
	ocsp_asked(tx_view(tx), a.serial, see_cert_id, "sha1-cert-id");
	assert_int_equal(asked_seen, 2);

	assert_done(store_prune(tx, clock_now() + USEC, &test_err));
	assert_int_equal(ocsp_get(tx_view(tx), first, &b), 0);
	assert_int_equal(ocsp_get(tx_view(tx), a.id, &b), 0);
	first = a.id;
	assert_done(ocsp_put(tx, id, &a, slice_text("third"), &test_err));
	assert_true(a.id > first);	/* a version is never given again */
	tx_abort(tx);
	bytes_free(&der);
}

/* --- publications -------------------------------------------------------- */

static int publications_seen;

static int
see_publication(void *arg, const struct publication *p)
{
	assert_string_equal(p->dir, "status");
	publications_seen++;
	return 0;
}

static void
the_same_bytes_are_the_same_version(void **state)
{
	struct publication p = { .dir = "status", .name = "issuing.crl",
	    .time = 5 }, q, other;
	struct bytes bytes = { 0 };
	struct tx *tx = begin();
	int64_t first;

	assert_done(publication_put(tx, &p, slice_text("one"), &test_err));
	first = p.seq;
	q = p;
	q.time = 9;
	assert_done(publication_put(tx, &q, slice_text("one"), &test_err));
	assert_int_equal(q.seq, first);
	assert_int_equal(q.time, 5);
	assert_done(publication_put(tx, &p, slice_text("second"), &test_err));
	assert_true(p.seq > first);
	assert_int_equal(p.size, 6);
	other = p;
	strcpy(other.name, "health.txt");
	other.link = true;
	assert_done(publication_put(tx, &other, slice_text("x"), &test_err));
	assert_int_equal(publication_find(tx_view(tx), "status",
	    "issuing.crl", &q), 1);
	assert_int_equal(q.seq, p.seq);
	assert_int_equal(publication_get(tx_view(tx), other.seq, &q), 1);
	assert_true(q.link);
	assert_int_equal(publication_bytes(tx_view(tx), first, &bytes), 1);
	assert_string_equal(bytes_text(&bytes), "one");
	publications_seen = 0;
	publications_of(tx_view(tx), "status", 0, see_publication, NULL);
	assert_int_equal(publications_seen, 2);
	/* Back to the old bytes is a new version all the same. */
	assert_done(publication_put(tx, &p, slice_text("one"), &test_err));
	assert_true(p.seq > other.seq);
	assert_done(store_prune(tx, clock_now() + USEC, &test_err));
	assert_int_equal(publication_get(tx_view(tx), first, &q), 0);
	assert_int_equal(publication_get(tx_view(tx), p.seq, &q), 1);
	assert_int_equal(publication_find(tx_view(tx), "status", "none", &q),
	    0);
	tx_abort(tx);
	bytes_free(&bytes);
}

/* A case has no name to be found by: its row knows the number. */
static void
a_case_follows_the_version_before(void **state)
{
	struct publication p = { .dir = PUBLISHED_CASES, .name = "0A",
	    .time = 5 }, q;
	struct bytes bytes = { 0 };
	struct tx *tx = begin();
	int64_t first;

	assert_done(publication_follow(tx, &p, slice_text("one"), &test_err));
	first = p.seq;
	assert_true(first > 0);
	assert_done(publication_follow(tx, &p, slice_text("two"), &test_err));
	assert_true(p.seq > first);
	assert_int_equal(publication_find(tx_view(tx), PUBLISHED_CASES, "0A",
	    &q), 0);
	assert_int_equal(publication_bytes(tx_view(tx), first, &bytes), 1);
	assert_string_equal(bytes_text(&bytes), "one");
	assert_int_equal(publication_bytes(tx_view(tx), p.seq, &bytes), 1);
	assert_string_equal(bytes_text(&bytes), "two");
	/* Another of that name does not concern it. */
	q = (struct publication){ .dir = PUBLISHED_CASES, .name = "0A" };
	assert_done(publication_follow(tx, &q, slice_text("x"), &test_err));
	assert_done(store_prune(tx, clock_now() + USEC, &test_err));
	assert_int_equal(publication_get(tx_view(tx), first, &q), 0);
	assert_int_equal(publication_get(tx_view(tx), p.seq, &q), 1);
	assert_int_equal(q.time, 5);
	tx_abort(tx);
	bytes_free(&bytes);
}

static void
put_large(struct tx *tx, struct publication *p, char fill, char path[256])
{
	struct bytes content = { 0 };
	char digest[65];

	bytes_resize(&content, 100000);
	memset(content.data, fill, content.size);
	sha256_text(digest, SLICE(&content));
	snprintf(path, 256, "%s/large/%s", test_dir, digest);
	assert_done(publication_put(tx, p, SLICE(&content), &test_err));
	bytes_free(&content);
}

static void
a_large_publication_goes_with_its_last_version(void **state)
{
	struct publication p = { .dir = "status", .name = "a" };
	char a[256], b[256];
	struct bytes bytes = { 0 };
	struct stat st;
	struct tx *tx = begin();

	put_large(tx, &p, 'a', a);
	put_large(tx, &p, 'b', b);
	put_large(tx, &p, 'a', a);
	assert_int_equal(publication_bytes(tx_view(tx), p.seq, &bytes), 1);
	assert_int_equal(bytes.size, 100000);
	assert_int_equal(bytes.data[77], 'a');
	assert_done(store_prune(tx, clock_now() + USEC, &test_err));
	assert_int_equal(stat(a, &st), 0);
	assert_int_equal(stat(b, &st), -1);
	put_large(tx, &p, 'b', b);
	assert_done(store_prune(tx, clock_now() + USEC, &test_err));
	assert_int_equal(stat(a, &st), -1);
	assert_int_equal(stat(b, &st), 0);
	tx_abort(tx);
	bytes_free(&bytes);
}

static void
a_publication_that_is_a_document_is_kept_once(void **state)
{
	struct publication p = { .dir = "status", .name = "a" };
	struct bytes content = { 0 }, back = { 0 };
	char digest[65], path[256];
	struct stat st;
	struct tx *tx = begin();

	bytes_resize(&content, 100000);
	assert_done(documents_put(tx, SLICE(&content), digest, &test_err));
	assert_done(publication_put(tx, &p, SLICE(&content), &test_err));
	snprintf(path, sizeof(path), "%s/large/%s", test_dir, digest);
	assert_int_equal(stat(path, &st), -1);
	assert_int_equal(publication_bytes(tx_view(tx), p.seq, &back), 1);
	assert_true(slice_equal(SLICE(&content), SLICE(&back)));
	tx_abort(tx);
	bytes_free(&content);
	bytes_free(&back);
}

/*
 * A document is written piece by piece, its front last; it is found under its
 * digest once, and a publication and its PEM are read out of it.
 */
static void
draft_becomes_document(size_t size)
{
	struct publication p = { .dir = "status", .name = "a.crl" };
	struct publication pem = { .dir = "status", .name = "a.crl.pem" };
	struct bytes content = { 0 }, back = { 0 }, text = { 0 };
	struct draft *d = draft_new(test_store, 5);
	struct slice parts[2];
	struct tx *tx;

	bytes_resize(&content, size);
	for (size_t i = 0; i < size; i++)
		content.data[i] = (unsigned char)(i * 31 >> 3);
	assert_done(draft_write(d, (struct slice){ content.data + 5, 100 },
	    &test_err));
	assert_done(draft_write(d, (struct slice){ content.data + 105,
	    size - 105 }, &test_err));
	parts[0] = (struct slice){ content.data, 77 };
	parts[1] = (struct slice){ content.data + 77, size - 77 };
	assert_refused(draft_finish(d, parts, 2, &test_err), EIO);
	assert_done(draft_set_front(d, (struct slice){ content.data, 5 },
	    &test_err));
	assert_refused(draft_finish(d, parts, 1, &test_err), EIO);
	assert_done(draft_finish(d, parts, 2, &test_err));
	assert_int_equal(draft_size(d), size);

	tx = begin();
	assert_refused(publication_put_document(tx, &p, draft_sha256(d),
	    false, &test_err), ENOENT);
	assert_done(documents_put_draft(tx, d, &test_err));
	tx_abort(tx);
	tx = begin();
	assert_done(documents_put_draft(tx, d, &test_err));
	assert_done(documents_put_draft(tx, d, &test_err));
	assert_done(publication_put_document(tx, &p, draft_sha256(d), false,
	    &test_err));
	assert_done(publication_put_document(tx, &pem, draft_sha256(d), true,
	    &test_err));
	draft_free(d);
	assert_int_equal(publication_bytes(tx_view(tx), p.seq, &back), 1);
	assert_true(slice_equal(SLICE(&content), SLICE(&back)));
	assert_int_equal(publication_part(tx_view(tx), p.seq, size - 3, 9,
	    &back), 1);
	assert_int_equal(back.size, 3);
	assert_memory_equal(back.data, content.data + size - 3, 3);
	pem_encode(&text, "X509 CRL", SLICE(&content));
	assert_int_equal(pem.size, text.size);
	assert_int_equal(publication_bytes(tx_view(tx), pem.seq, &back), 1);
	assert_true(slice_equal(SLICE(&text), SLICE(&back)));
	assert_int_equal(publication_part(tx_view(tx), pem.seq, 300, 1000,
	    &back), 1);
	assert_memory_equal(back.data, text.data + 300, 1000);
	tx_abort(tx);
	bytes_free(&content);
	bytes_free(&back);
	bytes_free(&text);
}

static void
a_draft_becomes_a_document(void **state)
{
	draft_becomes_document(5000);
	draft_becomes_document(STORE_INLINE);
	draft_becomes_document(STORE_INLINE + 1);
	draft_becomes_document(500000);
}

/* Nothing is left of what came to nothing. */
static void
a_draft_given_up_leaves_nothing(void **state)
{
	struct draft *d = draft_new(test_store, 0);
	struct bytes content = { 0 };
	char path[300];

	bytes_resize(&content, 100000);
	assert_done(draft_write(d, SLICE(&content), &test_err));
	draft_free(d);
	bytes_free(&content);
	snprintf(path, sizeof(path), "%s/unfinished", test_dir);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, store_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_serial_is_intended_once),
		TEST(a_large_intent_is_its_digest),
		TEST(a_definitive_revocation_stays),
		TEST(a_suspended_one_may_change),
		TEST(what_is_scheduled_comes_sooner_or_takes_place),
		TEST(no_sql_undoes_a_revocation),
		TEST(a_crl_lists_by_serial_until_the_end_was_on_one),
		TEST(crls_are_found_by_scope),
		TEST(a_delta_has_what_changed),
		TEST(the_unpublished_are_marked_while_listed),
		TEST(answers_are_walked_through_in_portions),
		TEST(an_answer_is_renewed_withdrawn_and_pruned),
		TEST(the_same_bytes_are_the_same_version),
		TEST(a_case_follows_the_version_before),
		TEST(a_large_publication_goes_with_its_last_version),
		TEST(a_publication_that_is_a_document_is_kept_once),
		TEST(a_draft_becomes_a_document),
		TEST(a_draft_given_up_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
