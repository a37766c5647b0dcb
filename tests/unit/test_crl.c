/*
 * The CRL writer and reader: what is written is what OpenSSL reads and
 * verifies, and the check before signing refuses what must not be signed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "ca/der.h"
#include "ca/text.h"
#include "fake_ca.h"
#include "status/crl_specimen.h"

#define NOW	((usec_t)1795000000 * USEC)

static const struct {
	const char	*what;
	struct {
		const char	*serial;
		usec_t		 revoked;
		int		 reason;
		usec_t		 invalidity;
	} entry;
} entries[] = {
	{ "the reason unspecified is left out",
	  { "01000000000000000000000000000000AA", NOW - 5 * USEC, 0, 0 } },
	{ "a reason is an extension",
	  { "01000000000000000000000000000000AB", NOW - 4 * USEC, 1, 0 } },
	{ "so is since when it was invalid, also without a reason",
	  { "01000000000000000000000000000000AC", NOW - 4 * USEC, 0,
	  NOW - 86400 * USEC } },
	{ "both together",
	  { "01000000000000000000000000000000AD", NOW - 4 * USEC, 1,
	  NOW - 3600 * USEC } },
	{ "the last reason there is",
	  { "010000000000000000000000000000FFFF", NOW - 3 * USEC, 10, 0 } },
	{ "a year from 2050 on is a GeneralizedTime",
	  { "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
	  (usec_t)2600000000 * USEC, 4, 0 } },
};
#define ENTRIES	(sizeof entries / sizeof *entries)

/* The entry of a row; its serial is good until the next one. */
static struct crl_entry
entry_of(size_t i)
{
	static unsigned char serial[2][20];
	static int turn;
	struct crl_entry entry = { .revoked = entries[i].entry.revoked,
	    .reason = entries[i].entry.reason,
	    .invalidity = entries[i].entry.invalidity };
	unsigned char *to = serial[turn++ % 2];

	entry.serial = (struct slice){ to,
	    strlen(entries[i].entry.serial) / 2 };
	assert_int_equal(hex_decode(to, entry.serial.size,
	    entries[i].entry.serial), 0);
	return entry;
}

static void
put_entry(struct bytes *b, size_t i)
{
	struct crl_entry entry = entry_of(i);

	crl_put_entry(b, &entry);
}

/* Makes the entries the whole TBSCertList. */
static void
finish_tbs(struct bytes *b, const struct crl_frame *frame)
{
	struct bytes front = { 0 }, behind = { 0 };

	crl_put_frame(frame, b->size, &front, &behind);
	bytes_put(&front, b->data, b->size);
	bytes_put(&front, behind.data, behind.size);
	bytes_take(b, &front);
	bytes_free(&behind);
}

struct made {
	struct fake_ca	  ca;
	struct signatory *issuer;
	struct crl_frame  frame;
	struct bytes	  tbs, signature, front, behind, der;
};

static void
make(struct made *m, const char *kind)
{
	struct err err;

	memset(m, 0, sizeof *m);
	fake_ca_make(&m->ca, kind, "CRL test");
	m->issuer = signatory_new(SLICE(&m->ca.der), &err);
	assert_non_null(m->issuer);
	m->frame = (struct crl_frame){ m->issuer, 4711, NOW,
	    NOW + USEC_DAY };
}

static void
finish(struct made *m)
{
	fake_sign(m->ca.key, SLICE(&m->tbs), &m->signature);
	crl_put_signature(m->tbs.size, m->issuer, SLICE(&m->signature),
	    &m->front, &m->behind);
	bytes_copy(&m->der, SLICE(&m->front));
	bytes_put(&m->der, m->tbs.data, m->tbs.size);
	bytes_put(&m->der, m->behind.data, m->behind.size);
}

static int
reread(const struct made *m)
{
	struct err err;

	return crl_reread(SLICE(&m->front), SLICE(&m->tbs),
	    SLICE(&m->behind), m->issuer, &err);
}

static void
unmake(struct made *m)
{
	fake_ca_free(&m->ca);
	signatory_free(m->issuer);
	bytes_free(&m->tbs);
	bytes_free(&m->signature);
	bytes_free(&m->front);
	bytes_free(&m->behind);
	bytes_free(&m->der);
}

static X509_CRL *
parse(const struct made *m)
{
	const unsigned char *p = m->der.data;
	X509_CRL *crl = d2i_X509_CRL(NULL, &p, (long)m->der.size);

	assert_non_null(crl);
	assert_ptr_equal(p, m->der.data + m->der.size);
	return crl;
}

/* RFC 5280 5.3.2: since when it was not to be relied on. */
static void
check_invalidity(X509_REVOKED *one, usec_t wanted)
{
	ASN1_GENERALIZEDTIME *date;
	struct tm tm = { 0 };

	date = X509_REVOKED_get_ext_d2i(one, NID_invalidity_date, NULL, NULL);
	if (wanted == 0) {
		assert_null(date);
		return;
	}
	assert_int_equal(ASN1_TIME_to_tm(date, &tm), 1);
	assert_int_equal((usec_t)timegm(&tm) * USEC, wanted);
	ASN1_GENERALIZEDTIME_free(date);
}

static void
openssl_reads_what_is_written(void **state)
{
	static const char *const kinds[] = { "P-256", "P-384", "rsa" };
	struct made m;
	struct err err;

	for (size_t k = 0; k < 3; k++) {
		X509_CRL *crl;
		ASN1_INTEGER *number;
		AUTHORITY_KEYID *key_id;

		make(&m, kinds[k]);
		for (size_t i = 0; i < ENTRIES; i++)
			put_entry(&m.tbs, i);
		finish_tbs(&m.tbs, &m.frame);
		assert_int_equal(crl_check(SLICE(&m.tbs), &m.frame, ENTRIES,
		    &err), 0);
		finish(&m);
		assert_int_equal(reread(&m), 0);
		crl = parse(&m);
		assert_int_equal(X509_CRL_verify(crl, m.ca.key), 1);
		assert_int_equal(X509_CRL_get_version(crl), 1);
		number = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL);
		assert_int_equal(ASN1_INTEGER_get(number), 4711);
		ASN1_INTEGER_free(number);
		key_id = X509_CRL_get_ext_d2i(crl,
		    NID_authority_key_identifier, NULL, NULL);
		assert_int_equal(ASN1_OCTET_STRING_cmp(key_id->keyid,
		    X509_get0_subject_key_id(m.ca.certificate)), 0);
		AUTHORITY_KEYID_free(key_id);
		assert_int_equal(sk_X509_REVOKED_num(
		    X509_CRL_get_REVOKED(crl)), ENTRIES);
		for (size_t i = 0; i < ENTRIES; i++) {
			X509_REVOKED *one = sk_X509_REVOKED_value(
			    X509_CRL_get_REVOKED(crl), (int)i);
			ASN1_ENUMERATED *reason = X509_REVOKED_get_ext_d2i(
			    one, NID_crl_reason, NULL, NULL);
			BIGNUM *serial = ASN1_INTEGER_to_BN(
			    X509_REVOKED_get0_serialNumber(one), NULL);
			char *hex = BN_bn2hex(serial);

			assert_string_equal(hex, entries[i].entry.serial);
			if (entries[i].entry.reason == 0)
				assert_null(reason);
			else
				assert_int_equal(ASN1_ENUMERATED_get(reason),
				    entries[i].entry.reason);
			check_invalidity(one, entries[i].entry.invalidity);
			ASN1_ENUMERATED_free(reason);
			BN_free(serial);
			OPENSSL_free(hex);
		}
		X509_CRL_free(crl);
		unmake(&m);
	}
}

static void
an_empty_one_has_no_list(void **state)
{
	struct crl_facts facts;
	struct crl_entry entry;
	X509_CRL *crl;
	struct made m;
	struct err err;

	make(&m, "P-256");
	finish_tbs(&m.tbs, &m.frame);
	assert_int_equal(crl_check(SLICE(&m.tbs), &m.frame, 0, &err), 0);
	finish(&m);
	crl = parse(&m);
	assert_int_equal(X509_CRL_verify(crl, m.ca.key), 1);
	assert_null(X509_CRL_get_REVOKED(crl));
	X509_CRL_free(crl);
	assert_int_equal(crl_read(SLICE(&m.der), &facts, &err), 0);
	assert_int_equal(crl_next_entry(&facts.entries, &entry), 0);
	assert_int_equal(facts.number, 4711);
	assert_int_equal(facts.this_update, NOW);
	assert_int_equal(facts.next_update, NOW + USEC_DAY);
	unmake(&m);
}

static void
the_reader_gives_back_what_was_put(void **state)
{
	struct crl_facts facts;
	struct crl_entry entry;
	char serial[41];
	struct made m;
	struct err err;

	make(&m, "P-256");
	for (size_t i = 0; i < ENTRIES; i++)
		put_entry(&m.tbs, i);
	finish_tbs(&m.tbs, &m.frame);
	finish(&m);
	assert_int_equal(crl_read(SLICE(&m.der), &facts, &err), 0);
	for (size_t i = 0; i < ENTRIES; i++) {
		assert_int_equal(crl_next_entry(&facts.entries, &entry), 1);
		hex_upper(serial, entry.serial.data, entry.serial.size);
		assert_string_equal(serial, entries[i].entry.serial);
		assert_int_equal(entry.reason, entries[i].entry.reason);
		assert_int_equal(entry.revoked, entries[i].entry.revoked);
	}
	assert_int_equal(crl_next_entry(&facts.entries, &entry), 0);
	/* Cut anywhere it is no CRL, and nothing is read behind the end. */
	for (size_t size = 0; size < m.der.size; size++) {
		unsigned char *cut = malloc(size + 1);

		memcpy(cut, m.der.data, size);
		assert_int_equal(crl_read((struct slice){ cut, size }, &facts,
		    &err), -1);
		free(cut);
	}
	unmake(&m);
}

/* Days that are and are not, as the C library counts them. */
static void
a_date_is_what_the_calendar_says(void **state)
{
	for (int64_t day = -20000; day < 2000000; day += day % 7 + 8) {
		usec_t time = (day * 86400 + day % 86400) * USEC, back;
		struct bytes b = { 0 };
		struct slice in;

		der_put_generalized_time(&b, time);
		in = SLICE(&b);
		assert_int_equal(der_get_generalized_time(&in, &back), 0);
		assert_int_equal(back, time);
		bytes_free(&b);
	}
	for (int date = 0; date < 100 * 100; date++) {
		char text[32];
		struct tm tm = { .tm_year = 2100 - 1900,
		    .tm_mon = date / 100 - 1, .tm_mday = date % 100 };
		struct tm again = tm;
		struct slice in = { (unsigned char *)text, 17 };
		usec_t time;

		timegm(&again);
		snprintf(text, sizeof text, "\x18\x0f" "2100%04d000000Z",
		    date);
		assert_int_equal(der_get_generalized_time(&in, &time),
		    tm.tm_mon == again.tm_mon && tm.tm_mday == again.tm_mday ?
		    0 : -1);
	}
}

/* OpenSSL is shown each before it is signed, of a large one the beginning. */
static void
a_specimen_is_looked_at(void **state)
{
	static const char *const kinds[] = { "P-256", "P-384", "rsa" };
	unsigned char serial[17] = { 1 };
	struct crl_entry entry = { { serial, sizeof serial },
	    .revoked = NOW - USEC };
	struct specimen *specimen;
	struct made m;
	struct err err;

	for (size_t k = 0; k < 3; k++) {
		make(&m, kinds[k]);
		specimen = specimen_new(m.issuer);
		finish_tbs(&m.tbs, &m.frame);
		assert_int_equal(specimen_check(specimen, SLICE(&m.tbs),
		    &err), 0);
		bytes_clear(&m.tbs);
		for (int i = 0; i < 20000; i++) {
			serial[15] = (unsigned char)(i >> 8);
			serial[16] = (unsigned char)i;
			crl_put_entry(&m.tbs, &entry);
		}
		finish_tbs(&m.tbs, &m.frame);
		assert_int_equal(specimen_check(specimen, SLICE(&m.tbs),
		    &err), 0);
		m.tbs.data[m.tbs.size - 4] ^= 6;	/* cRLNumber */
		assert_int_equal(specimen_check(specimen, SLICE(&m.tbs),
		    &err), -1);
		specimen_free(specimen);
		unmake(&m);
	}
}

/* What the check before signing must refuse. */
static void
change_number(struct made *m)
{
	m->frame.number++;
}
static void
change_time(struct made *m)
{
	m->frame.next_update += USEC;
}
static void
end_before_begin(struct made *m)
{
	m->frame.next_update = m->frame.this_update;
	bytes_clear(&m->tbs);
	finish_tbs(&m->tbs, &m->frame);
}
static void
put_twice(struct made *m)
{
	bytes_clear(&m->tbs);
	put_entry(&m->tbs, 0);
	put_entry(&m->tbs, 0);
	finish_tbs(&m->tbs, &m->frame);
}
static void
put_out_of_order(struct made *m)
{
	bytes_clear(&m->tbs);
	put_entry(&m->tbs, 1);
	put_entry(&m->tbs, 0);
	finish_tbs(&m->tbs, &m->frame);
}
static void
put_remove_from_crl(struct made *m)
{
	struct crl_entry entry = entry_of(1);

	bytes_clear(&m->tbs);
	put_entry(&m->tbs, 0);
	entry.reason = 8;
	crl_put_entry(&m->tbs, &entry);
	finish_tbs(&m->tbs, &m->frame);
}
static void
put_invalid_later(struct made *m)
{
	struct crl_entry entry = entry_of(1);

	bytes_clear(&m->tbs);
	put_entry(&m->tbs, 0);
	entry.invalidity = entry.revoked + USEC;
	crl_put_entry(&m->tbs, &entry);
	finish_tbs(&m->tbs, &m->frame);
}
static void
lose_one(struct made *m)
{
	bytes_clear(&m->tbs);
	put_entry(&m->tbs, 0);
	finish_tbs(&m->tbs, &m->frame);
}
static void
trail(struct made *m)
{
	put_u8(&m->tbs, 0);
}

static const struct {
	const char *what;
	void (*change)(struct made *);
} wrong[] = {
	{ "another number", change_number },
	{ "another nextUpdate", change_time },
	{ "nextUpdate not behind thisUpdate", end_before_begin },
	{ "a serial twice", put_twice },
	{ "serials out of order", put_out_of_order },
	{ "removeFromCRL in a full CRL", put_remove_from_crl },
	{ "invalid only after it was revoked", put_invalid_later },
	{ "an entry missing", lose_one },
	{ "octets behind the end", trail },
};

static void
the_check_refuses(void **state)
{
	struct made m;
	struct err err;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		make(&m, "P-256");
		put_entry(&m.tbs, 0);
		put_entry(&m.tbs, 1);
		finish_tbs(&m.tbs, &m.frame);
		assert_int_equal(crl_check(SLICE(&m.tbs), &m.frame, 2, &err),
		    0);
		wrong[i].change(&m);
		if (crl_check(SLICE(&m.tbs), &m.frame, 2, &err) != -1)
			fail_msg("%s was not refused", wrong[i].what);
		unmake(&m);
	}
}

static void
a_wrong_signature_is_seen(void **state)
{
	struct made m;

	make(&m, "P-256");
	finish_tbs(&m.tbs, &m.frame);
	finish(&m);
	assert_int_equal(reread(&m), 0);
	m.behind.data[m.behind.size - 1] ^= 1;
	assert_int_equal(reread(&m), -1);
	m.behind.data[m.behind.size - 1] ^= 1;
	m.tbs.data[40] ^= 1;
	assert_int_equal(reread(&m), -1);
	m.tbs.data[40] ^= 1;
	m.front.data[m.front.size - 1] ^= 1;
	assert_int_equal(reread(&m), -1);
	unmake(&m);
}

static void
a_hundred_thousand_entries_stream(void **state)
{
	unsigned char serial[17] = { 1 };
	struct crl_entry entry = { { serial, sizeof serial },
	    .revoked = NOW - USEC, .reason = 4 };
	usec_t began = clock_steady();
	X509_CRL *crl;
	struct made m;
	struct err err;

	make(&m, "P-256");
	for (int i = 0; i < 100000; i++) {
		serial[14] = (unsigned char)(i >> 16);
		serial[15] = (unsigned char)(i >> 8);
		serial[16] = (unsigned char)i;
		crl_put_entry(&m.tbs, &entry);
	}
	finish_tbs(&m.tbs, &m.frame);
	assert_int_equal(crl_check(SLICE(&m.tbs), &m.frame, 100000, &err), 0);
	finish(&m);
	assert_int_equal(reread(&m), 0);
	print_message("100,000 entries: %lld ms, %zu octets\n",
	    (long long)(clock_steady() - began) / 1000, m.der.size);
	crl = parse(&m);
	assert_int_equal(X509_CRL_verify(crl, m.ca.key), 1);
	assert_int_equal(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl)),
	    100000);
	X509_CRL_free(crl);
	unmake(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openssl_reads_what_is_written),
		cmocka_unit_test(an_empty_one_has_no_list),
		cmocka_unit_test(the_reader_gives_back_what_was_put),
		cmocka_unit_test(a_date_is_what_the_calendar_says),
		cmocka_unit_test(a_specimen_is_looked_at),
		cmocka_unit_test(the_check_refuses),
		cmocka_unit_test(a_wrong_signature_is_seen),
		cmocka_unit_test(a_hundred_thousand_entries_stream),
	};

	return cmocka_run_group_tests_name("crl", tests, NULL, NULL);
}
