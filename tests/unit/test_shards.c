/*
 * Shards of the CRL: which are in use follows from the configuration, those
 * before live on, and certificates are spread over those in use.
 */
#include "ca/shards.h"
#include "store.h"

#define HERE	"http://pki.example.org/pki"
#define THERE	"http://elsewhere.example.org"

static struct profile profile = { .days = 90 };
static struct config config = { .profiles = &profile, .profile_count = 1 };

struct seen {
	int64_t	ids[64];
	size_t	count;
	usec_t	until;		/* the last one's */
	char	url[SHARD_URL];
};

static int
see(void *arg, const struct shard *s)
{
	struct seen *seen = arg;

	assert_string_equal(s->issuer, "issuing");
	seen->ids[seen->count++] = s->id;
	seen->until = s->until;
	strcpy(seen->url, s->url);
	return 0;
}

static void
configure(const char *url, int count)
{
	struct tx *tx = begin();

	strcpy(config.url, url);
	config.shards = count;
	config.issuing_not_after = clock_now() + 3650 * USEC_DAY;
	assert_done(shards_record(tx, &config, &test_err));
	assert_done(tx_commit(tx, &test_err));
}

static const struct {
	const char	*sentence, *url;
	int		 count;
	int64_t		 in_use[8];
	int		 events;	/* up to here */
} rows[] = {
	{ "none is wanted", HERE, 0, { 0 }, 0 },
	{ "three are made", HERE, 3, { 1, 2, 3 }, 1 },
	{ "nothing changed", HERE, 3, { 1, 2, 3 }, 1 },
	{ "two more", HERE, 5, { 1, 2, 3, 4, 5 }, 2 },
	{ "fewer: the first", HERE, 2, { 1, 2 }, 3 },
	{ "another URL, others", THERE, 2, { 6, 7 }, 4 },
	{ "back: the same as before", HERE, 3, { 1, 2, 3 }, 5 },
	{ "none any more", HERE, 0, { 0 }, 6 },
	{ "a URL that begins like it", HERE "x", 1, { 8 }, 7 },
};

static void
those_in_use_follow_from_the_configuration(void **state)
{
	struct seen seen;
	struct view *v;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		configure(rows[i].url, rows[i].count);
		seen.count = 0;
		v = view_take(test_store);
		shards_list(v, "issuing", INT64_MAX, see, &seen);
		view_put(v);
		if (seen.count != (size_t)rows[i].count || memcmp(seen.ids,
		    rows[i].in_use, seen.count * sizeof(int64_t)) != 0)
			fail_msg("%s: %zu are in use, from %lld",
			    rows[i].sentence, seen.count,
			    (long long)seen.ids[0]);
		assert_int_equal(number_in_db("SELECT count(*) FROM events"),
		    rows[i].events);
	}
	assert_string_equal(seen.url, HERE "x/status/crl/8.crl");
}

static void
one_out_of_use_lives_until_its_certificates_have_ended(void **state)
{
	usec_t day = 90 * USEC_DAY + USEC_DAY;
	struct seen seen = { 0 };
	struct view *v;

	configure(HERE, 1);
	configure(HERE, 0);
	v = view_take(test_store);
	shards_list(v, "issuing", clock_now() + day - 60 * USEC, see, &seen);
	assert_int_equal(seen.count, 1);
	assert_true(seen.until <= clock_now() + day);
	shards_list(v, "issuing", clock_now() + day, see, &seen);
	assert_int_equal(seen.count, 1);
	view_put(v);
}

static void
certificates_are_spread_over_them(void **state)
{
	size_t hits[4] = { 0 };
	struct shards *shards;
	struct view *v;

	configure(HERE, 4);
	v = view_take(test_store);
	shards = shards_new(v, &config);
	view_put(v);
	for (int i = 0; i < 4000; i++)
		hits[shards_choose(shards)->id - 1]++;
	for (int i = 0; i < 4; i++)
		assert_true(hits[i] > 700);
	shards_free(shards);
	shards_free(NULL);
	assert_null(shards_choose(NULL));
}

static void
what_names_a_shard_names_it_for_ever(void **state)
{
	struct certificate c = certificate_made(1), back;
	struct revocation r;
	struct tx *tx;

	configure(HERE, 2);
	c.shard = 2;
	tx = begin();
	assert_done(certificate_put(tx, &c, slice_text("der"), NULL, 0,
	    &test_err));
	assert_int_equal(certificate_get(tx_view(tx), c.id, &back), 1);
	assert_int_equal(back.shard, 2);
	r = revocation_made(&c, 1);
	assert_done(revocation_put(tx, &r, &test_err));
	assert_int_equal(revocation_find(tx_view(tx), c.serial, &r), 1);
	assert_int_equal(r.shard, 2);
	assert_done(tx_commit(tx, &test_err));
	assert_int_not_equal(attack("UPDATE certificates SET shard = 1"), 0);
	assert_int_not_equal(attack("UPDATE revocations SET shard = 1"), 0);
	assert_int_not_equal(attack("UPDATE shards SET url = 'x'"), 0);
	assert_int_not_equal(attack("DELETE FROM shards"), 0);
	assert_int_not_equal(attack("REPLACE INTO shards (id, since, issuer,"
	    " url) VALUES (1, 2, 'issuing', 'x')"), 0);
}

#define test(name) \
	cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(those_in_use_follow_from_the_configuration),
		test(one_out_of_use_lives_until_its_certificates_have_ended),
		test(certificates_are_spread_over_them),
		test(what_names_a_shard_names_it_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
