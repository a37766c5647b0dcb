/*
 * A list out of the one before it is, octet by octet, the one out of all rows:
 * on a real store, whatever was revoked, held, released and ended meanwhile.
 */
#include "store.h"

#include "ca/store_crls.h"
#include "ca/store_shards.h"
#include "fake_ca.h"
#include "status/crl.h"
#include "status/crl_before.h"

#define URL	"http://localhost/pki"
#define SHARDS	3
#define NOW	(20100 * USEC_DAY)

static struct fake_ca ca;
static struct signatory *issuing;
static int64_t number;
static int made;		/* certificates so far */
static unsigned seed;
static struct { int shards, fewer; } seen;	/* of those that followed */

static int
setup(void **state)
{
	struct shard shard = { .issuer = "issuing" };
	struct tx *tx;

	fake_ca_make(&ca, "P-256", "Issuing SANDBOX");
	issuing = signatory_new(SLICE(&ca.der), &test_err);
	assert_non_null(issuing);
	number = made = 0;
	seed = 1;
	store_make();
	tx = begin();
	for (int i = 0; i < SHARDS; i++)
		assert_done(shard_add(tx, &shard, URL, &test_err));
	assert_done(tx_commit(tx, &test_err));
	return 0;
}

static int
teardown(void **state)
{
	store_unmake();
	signatory_free(issuing);
	fake_ca_free(&ca);
	return 0;
}

/* --- what happens -------------------------------------------------------- */

static unsigned
any(unsigned below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % below;
}

/* Serials in no order, as real ones. */
static void
revoke_another(struct tx *tx, usec_t ends)
{
	static const int reasons[] = { 0, 1, 3, 4, 5, 6, 6 };
	struct certificate c = certificate_made(
	    (int)((unsigned)++made * 2654435761u >> 4));
	struct revocation r;

	c.not_after = ends;
	c.shard = any(SHARDS + 1);
	assert_done(certificate_put(tx, &c, slice_text("der"), NULL, 0,
	    &test_err));
	r = revocation_made(&c, reasons[any(7)]);
	if (any(4) == 0)
		r.invalidity = 20000 * USEC_DAY;
	assert_done(revocation_put(tx, &r, &test_err));
}

/* A hold is released, put again, or becomes definitive. */
static void
change_another(struct tx *tx)
{
	struct revocation r;

	if (made == 0 || revocation_get(tx_view(tx), 1 + any((unsigned)made),
	    &r) != 1 || (r.reason != 6 && r.reason != REASON_REINSTATED))
		return;
	if (r.reason == REASON_REINSTATED)
		r.reason = any(2) == 0 ? 6 : 1;
	else
		r.reason = any(2) == 0 ? REASON_REINSTATED : 4;
	assert_done(revocation_update(tx, &r, &test_err));
}

static void
go_on(usec_t since)
{
	struct tx *tx = begin();

	for (unsigned n = any(6); n > 0; n--)
		revoke_another(tx, since + (int64_t)any(400) * USEC_DAY / 8 -
		    USEC_DAY);
	for (unsigned n = any(6); n > 0; n--)
		change_another(tx);
	assert_done(tx_commit(tx, &test_err));
}

/* --- lists --------------------------------------------------------------- */

static int
add_row(void *arg, const struct crl_row *row)
{
	struct crl_entry entry = { row->serial, row->effective, row->reason,
	    row->invalidity };

	crl_put_entry(arg, &entry);
	return 0;
}

static int64_t
count_entries(struct slice in)
{
	struct crl_entry entry;
	int64_t count = 0;

	while (crl_next_entry(&in, &entry) == 1)
		count++;
	return count;
}

static void
entries_of_rows(struct view *v, const struct crl_wanted *wanted,
    struct bytes *to)
{
	bytes_clear(to);
	crl_rows(v, wanted, add_row, to);
}

/* As the CA publishes it; what it is about is in `crl`. */
static void
keep_list(struct crl *crl, const struct crl_wanted *wanted)
{
	struct crl_frame frame = { issuing, ++number, NOW, NOW + USEC_DAY };
	struct bytes entries = { 0 }, front = { 0 }, behind = { 0 };
	struct bytes signature = { 0 }, whole = { 0 };
	struct view *v = view_take(test_store);
	struct tx *tx;

	*crl = (struct crl){ .issuer = "issuing", .scope = wanted->shard,
	    .number = number, .since = wanted->since, .this_update = NOW,
	    .next_update = NOW + USEC_DAY,
	    .change = revocations_newest_change(v) };
	entries_of_rows(v, wanted, &entries);
	crl->entries = count_entries(SLICE(&entries));
	view_put(v);
	crl_put_frame(&frame, entries.size, &front, &behind);
	bytes_put(&front, entries.data, entries.size);
	bytes_put(&front, behind.data, behind.size);
	fake_sign(ca.key, SLICE(&front), &signature);
	bytes_clear(&behind);
	crl_put_signature(front.size, issuing, SLICE(&signature), &whole,
	    &behind);
	bytes_put(&whole, front.data, front.size);
	bytes_put(&whole, behind.data, behind.size);
	tx = begin();
	assert_done(documents_put(tx, SLICE(&whole), crl->sha256, &test_err));
	assert_done(crl_put(tx, crl, &test_err));
	assert_done(tx_commit(tx, &test_err));
	bytes_free(&entries);
	bytes_free(&front);
	bytes_free(&behind);
	bytes_free(&signature);
	bytes_free(&whole);
}

/* What stands in the list before is not read again from the rows. */
static int
follow(const struct crl *before, const struct crl_wanted *wanted)
{
	struct crl_entries to = { memory_file_new(&test_err), 0 };
	struct view *v = view_take(test_store);
	struct bytes entries = { 0 };
	int got;

	got = crl_from_before(v, wanted, before, &to, &test_err);
	if (got == 1) {
		entries_of_rows(v, wanted, &entries);
		assert_done(memory_file_seal(to.file, slice_text(""),
		    &test_err));
		assert_true(slice_equal(SLICE(&entries),
		    memory_file_octets(to.file)));
		assert_int_equal(to.count, count_entries(SLICE(&entries)));
		seen.shards += wanted->shard != 0 && to.count > 10;
		seen.fewer += wanted->shard != 0 &&
		    to.count < before->entries;
	}
	view_put(v);
	bytes_free(&entries);
	memory_file_free(to.file);
	return got;
}

/* --- the tests ----------------------------------------------------------- */

static void
whatever_happens_both_are_the_same(void **state)
{
	struct crl_wanted wanted = { "issuing", 0, NOW, -1 };
	struct crl before[SHARDS + 1];

	for (int64_t s = 0; s <= SHARDS; s++) {
		wanted.shard = s;
		keep_list(&before[s], &wanted);
	}
	for (int i = 0; i < 150; i++) {
		go_on(wanted.since);
		/* Now and then a scheduled one was made. */
		if (any(3) == 0)
			wanted.since += (int64_t)any(30) * USEC_DAY / 10;
		for (int64_t s = 0; s <= SHARDS; s++) {
			wanted.shard = s;
			assert_int_equal(follow(&before[s], &wanted), 1);
			if (any(3) == 0)
				keep_list(&before[s], &wanted);
		}
	}
	assert_true(seen.shards > 100 && seen.fewer > 20);
}

/* Ended certificates stay when the configuration says so. */
static void
what_ended_may_stay_for_ever(void **state)
{
	struct crl_wanted wanted = { "issuing", 0, 0, -1 };
	struct crl before;

	keep_list(&before, &wanted);
	for (int i = 0; i < 30; i++) {
		go_on(NOW);
		assert_int_equal(follow(&before, &wanted), 1);
	}
	keep_list(&before, &wanted);
	/* They do not any more: some leave; then they do, and come back. */
	wanted.since = NOW;
	assert_int_equal(follow(&before, &wanted), 1);
	keep_list(&before, &wanted);
	wanted.since = 0;
	assert_int_equal(follow(&before, &wanted), 0);
}

/* They end within a fortnight. */
static void
put_many(int count)
{
	struct tx *tx = begin();

	while (count-- > 0)
		revoke_another(tx, NOW + (1 + any(14)) * USEC_DAY);
	assert_done(tx_commit(tx, &test_err));
}

/* Entries lie across the pieces that are read at once. */
static void
a_long_one_is_read_in_pieces(void **state)
{
	struct crl_wanted wanted = { "issuing", 0, NOW, -1 };
	struct crl before;

	put_many(20000);
	keep_list(&before, &wanted);
	assert_int_equal(follow(&before, &wanted), 1);
	for (int i = 0; i < 5; i++) {
		go_on(NOW);
		assert_int_equal(follow(&before, &wanted), 1);
	}
	wanted.since += 3 * USEC_DAY;
	assert_int_equal(follow(&before, &wanted), 1);
}

static void
after_a_mass_revocation_all_rows_are_read(void **state)
{
	struct crl_wanted wanted = { "issuing", 0, NOW, -1 };
	struct crl before;

	keep_list(&before, &wanted);
	put_many(1024);
	assert_int_equal(follow(&before, &wanted), 1);
	put_many(1);
	assert_int_equal(follow(&before, &wanted), 0);
	put_many(8000);
	keep_list(&before, &wanted);
	/* Of a longer list a quarter. */
	assert_true(before.entries / 4 > 1024 && before.entries / 4 < 2300);
	put_many((int)before.entries / 4);
	assert_int_equal(follow(&before, &wanted), 1);
	put_many(1);
	assert_int_equal(follow(&before, &wanted), 0);
	/* So many ended at once. */
	keep_list(&before, &wanted);
	wanted.since += 8 * USEC_DAY;
	assert_int_equal(follow(&before, &wanted), 0);
	/* It knows of a change that there was not. */
	wanted.since -= 8 * USEC_DAY;
	assert_int_equal(follow(&before, &wanted), 1);
	before.change++;
	assert_int_equal(follow(&before, &wanted), 0);
}

/* Which octet of what was kept is another, and in which direction. */
static const struct {
	size_t	at;
	int	by;
} flaws[] = {
	{ 0, 1 },		/* no SEQUENCE */
	{ 8, 1 },		/* no version */
	{ 700, 1 }, { 7000, -1 }, { 70000, 1 }, { 300000, 1 },
	{ 5, 1 },		/* as if it were longer */
};

static void
flaw_file(const char *sha256, size_t at, int by)
{
	unsigned char octet;
	char path[200];
	int fd;

	snprintf(path, sizeof path, "%s/documents/%s", test_dir, sha256);
	fd = open(path, O_RDWR);
	if (fd == -1)
		fail_msg("%s: %s", path, strerror(errno));
	assert_int_equal(pread(fd, &octet, 1, (off_t)at), 1);
	octet = (unsigned char)(octet + by);
	assert_int_equal(pwrite(fd, &octet, 1, (off_t)at), 1);
	close(fd);
}

static void
one_that_is_not_what_was_signed_is_not_followed(void **state)
{
	struct crl_wanted wanted = { "issuing", 0, NOW, -1 };
	struct crl before;

	put_many(9000);
	keep_list(&before, &wanted);
	assert_int_equal(follow(&before, &wanted), 1);
	for (size_t i = 0; i < sizeof flaws / sizeof *flaws; i++) {
		flaw_file(before.sha256, flaws[i].at, flaws[i].by);
		assert_refused(follow(&before, &wanted), EBADMSG);
		flaw_file(before.sha256, flaws[i].at, -flaws[i].by);
	}
	assert_int_equal(follow(&before, &wanted), 1);
	strcpy(before.sha256, digest_of("another"));
	assert_refused(follow(&before, &wanted), EBADMSG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(whatever_happens_both_are_the_same),
		TEST(what_ended_may_stay_for_ever),
		TEST(a_long_one_is_read_in_pieces),
		TEST(after_a_mass_revocation_all_rows_are_read),
		TEST(one_that_is_not_what_was_signed_is_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
