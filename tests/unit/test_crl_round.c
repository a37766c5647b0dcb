/*
 * Rounds of CRLs on a real store, signed at once in the same thread: what each
 * list says, and that a base with its delta says what the complete one does.
 */
#include "store.h"

#include <time.h>

#include "ca/commit.h"
#include "ca/store_crls.h"
#include "ca/store_events.h"
#include "ca/store_private.h"
#include "ca/store_shards.h"
#include "ca/text.h"
#include "fake_ca.h"
#include "quiet_sink.h"
#include "set_clock.h"
#include "status/compare_crl.h"
#include "status/crl.h"
#include "status/crl_number.h"
#include "status/crl_past.h"
#include "status/crl_round.h"

#define URL	"http://localhost/pki"

static struct fake_ca ca;
static struct config config;
static struct authority_parts parts;
static struct desk desk;
static struct specimen *specimen;
static struct crl_scopes *scopes;
static struct bell bell;

/* --- a signer ------------------------------------------------------------ */

static struct {
	struct signing	signing;
	int		count;
	int		lose;		/* this one; 0: none */
	enum sign_outcome how;
	int64_t		known;		/* number, to who recovers */
	bool		away;		/* what is asked is kept */
	struct sign_order *kept;
} signer;

static void
signer_submit(struct signing *signing, struct sign_order *order)
{
	struct sign_answer answer = { .outcome = SIGNED };
	struct bytes signature = { 0 };

	if (signer.away) {
		signer.kept = order;
		return;
	}
	if (order->recover) {
		answer.outcome = NEVER_BEGUN;
		answer.crl_number = signer.known;
	} else if (++signer.count == signer.lose)
		answer.outcome = signer.how;
	else
		fake_sign(ca.key, sign_order_tbs(order), &signature);
	answer.signature = SLICE(&signature);
	answer.journal = (uint64_t)signer.count;
	order->done(order, &answer);
	bytes_free(&signature);
}

static bool
signer_ready(struct signing *signing, const char *key)
{
	return true;
}


static int
setup(void **state)
{
	memset(&signer, 0, sizeof signer);
	signer.signing = (struct signing){ signer_submit, signer_ready, NULL };
	fake_ca_make(&ca, "P-256", "Issuing SANDBOX");
	strcpy(config.url, URL);
	config.crl_next_update = USEC_DAY;
	store_make();
	parts = (struct authority_parts){ .config = &config, .sink = &quiet_sink,
	    .store = test_store, .signing = &signer.signing,
	    .committer = committer_new(test_store) };
	memset(&desk, 0, sizeof desk);
	desk.parts = &parts;
	desk.issuing = signatory_new(SLICE(&ca.der), &test_err);
	assert_non_null(desk.issuing);
	desk.timers = timers_new();
	desk.health = health_new(&parts, desk.timers);
	specimen = specimen_new(desk.issuing);
	scopes = crl_scopes_new(&desk);
	bell_init(&bell);
	return 0;
}

static int
teardown(void **state)
{
	crl_scopes_free(scopes);
	specimen_free(specimen);
	health_free(desk.health);
	timers_free(desk.timers);
	signatory_free(desk.issuing);
	bell_destroy(&bell);
	committer_free(parts.committer);
	store_unmake();
	fake_ca_free(&ca);
	return 0;
}

/* --- rows ---------------------------------------------------------------- */

struct put {
	struct job	job;
	int		n, reason;
	int64_t		shard;
	usec_t		ends;		/* 0: never */
	int		shards;
};

static int
apply_put(struct job *job, struct tx *tx, struct err *err)
{
	struct put *p = (struct put *)job;
	struct shard shard = { .issuer = "issuing" };
	struct certificate c;
	struct revocation r = { 0 };

	for (int i = 0; i < p->shards; i++)
		assert_done(shard_add(tx, &shard, URL, err));
	if (p->n == 0)
		return 0;
	serial_of(r.serial, p->n);
	if (revocation_find(tx_view(tx), r.serial, &r) == 1) {
		r.reason = p->reason;
		r.on_crl = 0;
		r.received = r.decided = clock_now();
		return revocation_update(tx, &r, err);
	}
	if (p->ends != 0) {
		c = certificate_made(p->n);
		c.not_after = p->ends;
		assert_done(certificate_put(tx, &c, slice_text("der"), NULL,
		    0, err));
		r.certificate = c.id;
	}
	strcpy(r.issuer, "issuing");
	r.reason = p->reason;
	r.shard = p->shard;
	r.received = r.decided = clock_now();
	return revocation_put(tx, &r, err);
}

static void
put(struct put p)
{
	p.job.apply = apply_put;
	assert_done(commit_wait(parts.committer, &p.job, &test_err));
}

static void
say(int n, int reason)
{
	put((struct put){ .n = n, .reason = reason });
}

/* --- rounds -------------------------------------------------------------- */

static int
ask_row(void *arg, const struct revocation *r)
{
	if (r->on_crl == 0)
		crl_scopes_ask(scopes, r->shard);
	return 0;
}

/* What would be made now: "0 -1 7 ". */
static const char *
due(struct crl_order *order)
{
	static char text[200];
	struct view *v;
	size_t n = 0;

	crl_scopes_look(scopes);
	v = view_take(test_store);
	revocations_unpublished(v, ask_row, NULL);
	view_put(v);
	order->count = crl_scopes_due(scopes, clock_now(), order->scopes);
	text[0] = '\0';
	for (size_t i = 0; i < order->count; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%lld ",
		    (long long)order->scopes[i]->id);
	return text;
}

static int
make(const char *wanted)
{
	struct crl_order order = { .count = 0 };
	int ret;

	assert_string_equal(due(&order), wanted);
	ret = crl_round(&desk, specimen, &bell, &order, &test_err);
	if (ret == 0)
		crl_scopes_made(scopes, 0, order.number, order.scopes,
		    order.count);
	return ret;
}

static struct crl
newest(int64_t scope)
{
	struct view *v = view_take(test_store);
	struct crl crl;

	assert_int_equal(crl_newest(v, "issuing", scope, &crl), 1);
	view_put(v);
	return crl;
}

/* Reasons by the number in a serial; -1: it is not listed. */
struct list {
	int	reasons[64];
	int64_t	number, base;
};

static void
read_list(const char *sha256, struct list *to)
{
	struct view *v = view_take(test_store);
	struct bytes der = { 0 };
	struct crl_facts facts;
	struct crl_entry entry;

	for (int i = 0; i < 64; i++)
		to->reasons[i] = -1;
	assert_int_equal(documents_read(v, sha256, &der), 1);
	assert_done(crl_read(SLICE(&der), &facts, &test_err));
	assert_done(signatory_verify(desk.issuing, facts.tbs, facts.signature,
	    &test_err));
	to->number = facts.number;
	to->base = facts.base;
	while (crl_next_entry(&facts.entries, &entry) == 1)
		to->reasons[entry.serial.data[entry.serial.size - 1] % 64] =
		    entry.reason;
	bytes_free(&der);
	view_put(v);
}

static struct list
list_of(int64_t scope)
{
	struct crl crl = newest(scope);
	struct list list;

	read_list(crl.sha256, &list);
	assert_int_equal(list.number, crl.number);
	assert_int_equal(list.base, crl.base);
	return list;
}

static void
compare(int64_t scope)
{
	struct differences d = { .count = 0 };
	struct view *v = view_take(test_store);

	compare_crl_whole(v, scope, &d);
	view_put(v);
	if (d.count > 0)
		fail_msg("%s", d.first.text);
}

/* As if the newest complete one had been made for certificates since then. */
static void
expect_difference(usec_t since, const char *wanted)
{
	struct differences d = { .count = 0 };
	struct crl crl = newest(CRL_COMPLETE);
	struct view *v;
	char sql[200];

	snprintf(sql, sizeof sql, "DROP TRIGGER IF EXISTS crls_update; UPDATE"
	    " crls SET since = %lld WHERE scope = 0 AND number = %lld",
	    (long long)since, (long long)crl.number);
	assert_int_equal(attack(sql), SQLITE_OK);
	put((struct put){ .n = 0 });	/* readers look again */
	v = view_take(test_store);
	compare_crl_whole(v, CRL_COMPLETE, &d);
	view_put(v);
	assert_int_equal(d.count, 1);
	assert_non_null(strstr(d.first.text, wanted));
	snprintf(sql, sizeof sql, "UPDATE crls SET since = %lld WHERE scope ="
	    " 0 AND number = %lld", (long long)crl.since,
	    (long long)crl.number);
	assert_int_equal(attack(sql), SQLITE_OK);
	put((struct put){ .n = 0 });
	compare(CRL_COMPLETE);
}

/* As it is looked at when it was published: one revocation alone. */
static void
compare_one(int n, int64_t scope)
{
	struct differences d = { .count = 0 };
	struct view *v = view_take(test_store);
	char serial[SERIAL_TEXT];
	struct revocation r;
	struct revoked row;

	serial_of(serial, n);
	assert_int_equal(revocation_find(v, serial, &r), 1);
	compare_take(&row, &r);
	compare_crl_rows(v, scope, &row, 1, &d);
	view_put(v);
	if (d.count > 0)
		fail_msg("%s", d.first.text);
}

/* --- the tests ----------------------------------------------------------- */

static void
a_delta_follows_the_first_complete_one(void **state)
{
	struct crl_order order = { .count = 0 };

	assert_done(make("0 "));
	assert_done(make("-1 "));
	assert_string_equal(due(&order), "");
	assert_int_equal(newest(CRL_DELTA).base, 1);
	assert_int_equal(newest(CRL_DELTA).number, 2);
	say(1, 4);
	assert_done(make("0 -1 "));
	assert_int_equal(newest(CRL_COMPLETE).number, 3);
	assert_int_equal(newest(CRL_DELTA).number, 3);
	assert_int_equal(list_of(CRL_DELTA).reasons[1], 4);
	assert_string_equal(due(&order), "");
	/* Another start finds what there is. */
	crl_scopes_free(scopes);
	scopes = crl_scopes_new(&desk);
	assert_string_equal(due(&order), "");
}

/* RFC 5280 5.2.4: base and delta together are the complete one. */
static void
expect_combined(const struct list *base, const struct list *delta,
    const struct list *complete)
{
	for (int i = 0; i < 64; i++) {
		int reason = base->reasons[i];

		if (delta->reasons[i] == REASON_REINSTATED)
			reason = -1;
		else if (delta->reasons[i] != -1)
			reason = delta->reasons[i];
		if (reason != complete->reasons[i])
			fail_msg("%d on number %lld and its delta: %d, "
			    "not %d", i, (long long)base->number, reason,
			    complete->reasons[i]);
	}
}

static void
any_base_and_the_delta_are_the_complete_one(void **state)
{
	struct list bases[40], delta, complete = { .number = 0 };
	unsigned char chance;
	size_t count = 0;

	assert_done(make("0 "));
	bases[count++] = list_of(CRL_COMPLETE);
	assert_done(make("-1 "));
	for (int round = 0; round < 39; round++) {
		int n = 1 + round * 7 % 20;
		int now = round == 0 ? -1 : complete.reasons[n];

		/* Suspended, back, revoked, for a worse reason: by chance. */
		chance_octets(&chance, 1);
		if (now == 4 || now == 1)
			say(n, 1);
		else if (chance % 3 == 0)
			say(n, 4);
		else
			say(n, now == REASON_HOLD && chance % 2 == 0 ?
			    REASON_REINSTATED : REASON_HOLD);
		assert_done(make("0 -1 "));
		complete = list_of(CRL_COMPLETE);
		delta = list_of(CRL_DELTA);
		assert_int_equal(delta.number, complete.number);
		assert_int_equal(delta.base, 1);
		bases[count++] = complete;
		for (size_t i = 0; i < count; i++)
			expect_combined(&bases[i], &delta, &complete);
		compare(CRL_COMPLETE);
		compare(CRL_DELTA);
	}
}

static void
a_shard_is_made_at_once_and_all_behind(void **state)
{
	struct crl_order order = { .count = 0 };

	put((struct put){ .shards = 3 });
	assert_done(make("0 1 2 3 "));
	assert_done(make("-1 "));
	put((struct put){ .n = 5, .reason = 1, .shard = 2 });
	/* Nobody looks there, and it has not rested: 0 is left out. */
	crl_scopes_made(scopes, 60 * USEC, 2, (struct crl_scope *[]){
	    &(struct crl_scope){ .id = CRL_COMPLETE } }, 1);
	assert_done(make("-1 2 "));
	assert_int_equal(list_of(2).reasons[5], 1);
	assert_int_equal(list_of(CRL_DELTA).reasons[5], 1);
	assert_int_equal(list_of(CRL_COMPLETE).reasons[5], -1);
	assert_int_equal(newest(1).number, 1);
	assert_int_equal(newest(2).number, 3);
	compare(CRL_COMPLETE);	/* it need not know it yet */
	compare(2);
	assert_string_equal(due(&order), "");
	/* A start knows that the complete one is behind. */
	crl_scopes_free(scopes);
	scopes = crl_scopes_new(&desk);
	assert_done(make("0 -1 "));
	assert_int_equal(list_of(CRL_COMPLETE).reasons[5], 1);
	compare(CRL_COMPLETE);
	assert_string_equal(due(&order), "");
}

static int64_t
on_crl_rows(void)
{
	return number_in_db("SELECT count(*) FROM revocations WHERE on_crl"
	    " <> 0");
}

/* Of a round that lost one signature nothing is published. */
static void
a_round_is_published_whole_or_not(void **state)
{
	static const struct {
		enum sign_outcome how;
		int		lose;
		const char	*closed;
	} rows[] = {
		{ REFUSED, 1, "refused" }, { REFUSED, 2, "refused" },
		{ ABANDONED, 1, "abandoned" }, { ABANDONED, 2, "abandoned" },
	};
	char sql[200];
	int64_t events;

	assert_done(make("0 "));
	assert_done(make("-1 "));
	say(1, 4);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		signer.count = 0;
		signer.lose = rows[i].lose;
		signer.how = rows[i].how;
		assert_int_equal(make("0 -1 "), -1);
		assert_int_equal(newest(CRL_COMPLETE).number, 1);
		assert_int_equal(newest(CRL_DELTA).number, 2);
		assert_int_equal(on_crl_rows(), 0);
		snprintf(sql, sizeof sql, "SELECT count(*) FROM intents WHERE"
		    " closed = '%s'", rows[i].closed);
		assert_int_equal(number_in_db(sql), 1 + i % 2);
		assert_int_equal(number_in_db("SELECT count(*) FROM intents"
		    " WHERE closed IS NULL"), 0);
	}
	events = number_in_db("SELECT count(*) FROM events WHERE name ="
	    " 'crl-failed'");
	assert_int_equal(events, 8);
	signer.lose = 0;
	assert_done(make("0 -1 "));
	/* Numbers never go back: four were lost. */
	assert_int_equal(newest(CRL_COMPLETE).number, 7);
	assert_int_equal(on_crl_rows(), 1);
}

/*
 * A list follows the one before as long as that is what was signed and says
 * what the store says; else it is made of all rows.
 */
static void
what_cannot_be_followed_is_made_of_rows(void **state)
{
	assert_done(make("0 "));
	assert_done(make("-1 "));
	say(1, 6);
	say(2, 4);
	assert_done(make("0 -1 "));
	/* Behind the store's back: nothing says that it changed. */
	assert_int_equal(attack("DROP TRIGGER revocations_update;"
	    "UPDATE revocations SET reason = 1 WHERE id = 2"), SQLITE_OK);
	say(3, 4);
	assert_done(make("0 -1 "));
	assert_int_equal(list_of(CRL_COMPLETE).reasons[2], 4);
	health_set(desk.health, HEALTH_CONSISTENCY, HEALTH_FAIL, "it differs");
	say(5, 4);
	assert_done(make("0 -1 "));
	assert_int_equal(list_of(CRL_COMPLETE).reasons[2], 1);
	compare(CRL_COMPLETE);
	health_set(desk.health, HEALTH_CONSISTENCY, HEALTH_OK, "mended");
	assert_int_equal(attack("DROP TRIGGER document_bytes_update;"
	    "UPDATE document_bytes SET bytes = substr(bytes, 1, 200) WHERE"
	    " id = (SELECT max(id) FROM documents WHERE sha256 IN"
	    " (SELECT sha256 FROM crls WHERE scope = 0))"), SQLITE_OK);
	say(6, 4);
	assert_int_equal(number_in_db("SELECT count(*) FROM events WHERE"
	    " name = 'crl-not-followed'"), 0);
	assert_done(make("0 -1 "));
	assert_int_equal(number_in_db("SELECT count(*) FROM events WHERE"
	    " name = 'crl-not-followed'"), 1);
	assert_int_equal(list_of(CRL_COMPLETE).reasons[2], 1);
	assert_int_equal(list_of(CRL_COMPLETE).reasons[6], 4);
	compare(CRL_COMPLETE);
}

/*
 * RFC 5280 3.3: what ended is on one more that was due, not only on one that a
 * revocation asked for (CSS-6.3.10-04, BR 4.10.1).
 */
static void
what_ended_stays_until_a_scheduled_one(void **state)
{
	config.crl_next_update = 6 * USEC;
	put((struct put){ .n = 9, .reason = 4, .ends = clock_now() + USEC });
	assert_done(make("0 "));
	assert_true(newest(CRL_COMPLETE).scheduled);
	assert_done(make("-1 "));
	set_clock(clock_now() + 2 * USEC);
	say(1, 4);
	assert_done(make("0 -1 "));
	assert_false(newest(CRL_COMPLETE).scheduled);
	assert_int_equal(list_of(CRL_COMPLETE).reasons[9], 4);
	say(2, 4);
	assert_done(make("0 -1 "));
	assert_int_equal(list_of(CRL_COMPLETE).reasons[9], 4);
	/* Half of the life is over since the last that was due. */
	set_clock(clock_now() + 2 * USEC);
	assert_done(make("0 -1 "));
	assert_true(newest(CRL_COMPLETE).scheduled);
	assert_int_equal(list_of(CRL_COMPLETE).reasons[9], 4);
	expect_difference(clock_now(), "had ended");
	say(3, 4);
	assert_done(make("0 -1 "));
	assert_int_equal(list_of(CRL_COMPLETE).reasons[9], -1);
	expect_difference(0, "does not list it");
	/* What is said of it later is on no list any more. */
	say(9, 1);
	assert_done(make("0 -1 "));
	assert_int_equal(list_of(CRL_COMPLETE).reasons[9], -1);
	compare_one(9, CRL_COMPLETE);
	compare_one(9, CRL_DELTA);
	compare_one(3, CRL_COMPLETE);
}

static int many;

static int
apply_many(struct job *job, struct tx *tx, struct err *err)
{
	for (int i = 0; i < many; i++) {
		struct revocation r = { .reason = 1 };
		unsigned char serial[17] = { 1, 2 };

		serial[15] = (unsigned char)(i >> 8);
		serial[16] = (unsigned char)i;
		hex_upper(r.serial, serial, sizeof serial);
		strcpy(r.issuer, "issuing");
		r.received = r.decided = clock_now();
		assert_done(revocation_put(tx, &r, err));
	}
	return 0;
}

/* A large one takes of the reserve what its file needs. */
static void
a_full_disk_does_not_keep_it(void **state)
{
	struct job job = { .apply = apply_many };

	many = 3000;
	assert_done(commit_wait(parts.committer, &job, &test_err));
	fault_arm("draft-enospc", 2);
	assert_done(make("0 "));
	assert_int_equal(newest(CRL_COMPLETE).entries, 3000);
	assert_int_equal(number_in_db("SELECT count(*) FROM publications WHERE"
	    " place IN (1, 3) AND name LIKE 'issuing.crl%'"), 2);
	fault_arm("draft-enospc", 99);
	assert_done(make("-1 "));
	say(1, 4);
	assert_int_equal(make("0 -1 "), -1);
	assert_int_equal(test_err.code, ENOSPC);
	fault_arm("none", 0);
	assert_done(make("0 -1 "));
	assert_int_equal(newest(CRL_COMPLETE).entries, 3001);
	compare(CRL_COMPLETE);
}

/* The complete one takes its time; the delta does not wait for it. */
static void
with_many_the_delta_goes_before(void **state)
{
	struct job job = { .apply = apply_many };
	struct crl_order order = { .count = 0 };

	many = 20001;
	assert_done(commit_wait(parts.committer, &job, &test_err));
	assert_done(make("0 "));
	assert_done(make("-1 "));
	assert_string_equal(due(&order), "");
	say(1, 4);
	assert_done(make("-1 "));
	assert_int_equal(list_of(CRL_DELTA).reasons[1], 4);
	assert_int_equal(newest(CRL_DELTA).entries, 1);
	assert_int_equal(on_crl_rows(), 20001);
	assert_done(make("0 -1 "));
	assert_int_equal(newest(CRL_COMPLETE).entries, 20002);
	assert_int_equal(on_crl_rows(), 20002);
	assert_string_equal(due(&order), "");
	say(2, 4);
	assert_done(make("-1 "));
	assert_done(make("0 -1 "));
	compare(CRL_COMPLETE);

	/* Once: those who wait for it wait for no change that came later. */
	for (int n = 3; n < 9; n += 2) {
		say(n, 4);
		assert_done(make("-1 "));
		say(n + 1, 4);
		assert_done(make("0 -1 "));
		assert_int_equal(on_crl_rows(), 20001 + n + 1);
	}
	compare(CRL_COMPLETE);
}

/* More shards than one round takes; the delta is made once for all. */
static void
many_shards_take_turns(void **state)
{
	struct crl_order order = { .count = 0 };

	put((struct put){ .shards = 20 });
	assert_done(make("0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 "));
	assert_done(make("-1 16 17 18 19 20 "));
	for (int n = 1; n <= 20; n++)
		put((struct put){ .n = n, .reason = 1, .shard = n });
	crl_scopes_made(scopes, 60 * USEC, 2, (struct crl_scope *[]){
	    &(struct crl_scope){ .id = CRL_COMPLETE } }, 1);
	assert_done(make("-1 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 "));
	assert_done(make("16 17 18 19 20 "));
	assert_string_equal(due(&order), "");
	assert_int_equal(on_crl_rows(), 20);
	for (int n = 1; n <= 20; n++) {
		assert_int_equal(list_of(n).reasons[n], 1);
		compare(n);
	}
	compare(CRL_DELTA);
}

static int
apply_raise(struct job *job, struct tx *tx, struct err *err)
{
	return crl_number_raise(tx, 50, err);
}

/* Whatever is on them, and also when core ends on the way. */
static void
after_a_restore_all_are_made_anew(void **state)
{
	struct job job = { .apply = apply_raise, .essential = true };
	struct crl_order order = { .count = 0 };

	put((struct put){ .shards = 20 });
	assert_done(make("0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 "));
	assert_done(make("-1 16 17 18 19 20 "));
	assert_string_equal(due(&order), "");
	assert_true(crl_scopes_are_anew(scopes));
	assert_done(commit_wait(parts.committer, &job, &test_err));
	assert_done(make("0 -1 1 2 3 4 5 6 7 8 9 10 11 12 13 14 "));
	assert_int_equal(newest(CRL_COMPLETE).number, 51);
	crl_scopes_free(scopes);
	scopes = crl_scopes_new(&desk);
	crl_scopes_look(scopes);
	assert_false(crl_scopes_are_anew(scopes));
	assert_done(make("15 16 17 18 19 20 "));
	assert_int_equal(newest(20).number, 52);
	assert_true(crl_scopes_are_anew(scopes));
	assert_string_equal(due(&order), "");
	assert_int_equal(number_in_db("SELECT count(*) FROM events WHERE name"
	    " = 'crl-number-raised'"), 1);
}

/* An older store is known by what the signer says, before a list is due. */
static void
the_signer_is_asked_for_its_number(void **state)
{
	struct crl_past *past;
	struct view *v;

	assert_done(make("0 "));
	signer.known = 1;
	past = crl_past_new(&desk);
	assert_done(crl_past_look(past, &test_err));
	crl_past_free(past);
	v = view_take(test_store);
	assert_int_equal(crl_number_seen(v), 0);
	view_put(v);

	signer.known = 7;
	past = crl_past_new(&desk);
	assert_done(crl_past_look(past, &test_err));
	assert_false(crl_past_settled(past));
	v = view_take(test_store);
	assert_int_equal(crl_number_seen(v), 7);
	view_put(v);
	assert_done(make("0 -1 "));
	assert_int_equal(newest(CRL_COMPLETE).number, 8);
	crl_past_settle(past);
	crl_past_wait(past, 60 * USEC);
	assert_true(crl_past_settled(past));
	crl_past_free(past);
}

/* While it is away nothing is known; core may end before it is there. */
static void
an_away_signer_says_nothing(void **state)
{
	struct sign_answer answer = { .outcome = NEVER_BEGUN };
	struct crl_past *past;

	signer.away = true;
	past = crl_past_new(&desk);
	assert_int_equal(crl_past_look(past, &test_err), -1);
	assert_int_equal(test_err.code, EAGAIN);
	crl_past_wait(past, USEC / 50);
	assert_false(crl_past_settled(past));
	crl_past_free(past);
	signer.kept->done(signer.kept, &answer);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_delta_follows_the_first_complete_one),
		TEST(any_base_and_the_delta_are_the_complete_one),
		TEST(a_shard_is_made_at_once_and_all_behind),
		TEST(a_round_is_published_whole_or_not),
		TEST(what_cannot_be_followed_is_made_of_rows),
		TEST(what_ended_stays_until_a_scheduled_one),
		TEST(a_full_disk_does_not_keep_it),
		TEST(with_many_the_delta_goes_before),
		TEST(many_shards_take_turns),
		TEST(after_a_restore_all_are_made_anew),
		TEST(the_signer_is_asked_for_its_number),
		TEST(an_away_signer_says_nothing),
	};

	set_clock_first(time(NULL) * USEC);
	return cmocka_run_group_tests_name("crl_round", tests, NULL, NULL);
}
