/*
 * A store of its own for each test, faults that a test orders, and rows made
 * up for it.
 */
#ifndef TESTS_STORE_H
#define TESTS_STORE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "ca/store_certificates.h"
#include "ca/store_events.h"
#include "ca/store_registry.h"
#include "ca/store_requests.h"
#include "ca/store_status.h"
#include "ca/text.h"
#include "stops.h"

#define assert_done(call) \
	do { \
		if ((call) != 0) \
			fail_msg("%s: %s", #call, test_err.text); \
	} while (0)
#define assert_refused(call, errno_wanted) \
	do { \
		test_err.code = 0; \
		assert_int_equal((call), -1); \
		if (test_err.code != (errno_wanted)) \
			fail_msg("%s: errno %d: %s", #call, test_err.code, \
			    test_err.text); \
		assert_true(test_err.text[0] != '\0'); \
	} while (0)

static struct err test_err;
static char test_dir[64];
static struct store *test_store;

static inline int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static inline void
store_make(void)
{
	strcpy(test_dir, "/tmp/pkifs-store-XXXXXX");
	assert_non_null(mkdtemp(test_dir));
	test_store = store_open(test_dir, &test_err);
	if (test_store == NULL)
		fail_msg("%s", test_err.text);
}

/* No file may become longer, as if there were no room; 0: any length. */
static inline void
limit_files(rlim_t octets)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = octets == 0 ? limit.rlim_max : octets;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static inline void
store_unmake(void)
{
	limit_files(0);
	store_close(test_store);
	test_store = NULL;
	nftw(test_dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline int
store_setup(void **state)
{
	(void)state;
	store_make();
	return 0;
}

static inline int
store_teardown(void **state)
{
	(void)state;
	store_unmake();
	return 0;
}

static inline void
store_reopen(void)
{
	store_close(test_store);
	test_store = store_open(test_dir, &test_err);
	if (test_store == NULL)
		fail_msg("%s", test_err.text);
}

static inline struct tx *
begin(void)
{
	struct tx *tx = tx_begin(test_store, &test_err);

	if (tx == NULL)
		fail_msg("%s", test_err.text);
	return tx;
}

static inline int
attack_with(const char *sql, int triggers)
{
	char path[128];
	sqlite3 *db;
	int result;

	snprintf(path, sizeof(path), "%s/db", test_dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER,
	    triggers, NULL), SQLITE_OK);
	result = sqlite3_exec(db, sql, NULL, NULL, NULL);
	sqlite3_close(db);
	return result;
}

/* SQL from outside, as somebody with the file would write it. */
static inline int
attack(const char *sql)
{
	return attack_with(sql, 1);
}

/* Beneath SQL: what is on the disk is other, and no trigger was asked. */
static inline int
attack_beneath(const char *sql)
{
	return attack_with(sql, 0);
}

static inline int64_t
number_in_db(const char *sql)
{
	sqlite3_stmt *statement;
	char path[128];
	sqlite3 *db;
	int64_t number;

	snprintf(path, sizeof(path), "%s/db", test_dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}

static inline int64_t
reserve_size(void)
{
	struct stat st;
	char path[128];

	snprintf(path, sizeof(path), "%s/reserve", test_dir);
	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

/* A digest that is different for each text. */
static inline const char *
digest_of(const char *text)
{
	static char digests[8][65];
	static unsigned next;
	char *to = digests[next++ % 8];

	sha256_text(to, slice_text(text));
	return to;
}

/* Our serials: 0x01 and sixteen octets. */
static inline void
serial_of(char to[SERIAL_TEXT], int n)
{
	snprintf(to, SERIAL_TEXT, "01%032X", (unsigned)n);
}

static inline struct certificate
certificate_made(int n)
{
	struct certificate c = { 0 };

	serial_of(c.serial, n);
	strcpy(c.issuer, "issuing");
	strcpy(c.profile, "tls-server");
	snprintf(c.common_name, sizeof(c.common_name), "www%d.example.org",
	    n);
	strcpy(c.sha256, digest_of(c.serial));
	strcpy(c.spki_sha256, digest_of(c.common_name));
	c.request = 7;
	c.subscriber = 3;
	c.issued = c.not_before = 20000 * USEC_DAY + n;
	c.not_after = 20090 * USEC_DAY - USEC;
	return c;
}

static inline struct revocation
revocation_made(const struct certificate *c, int reason)
{
	struct revocation r = { 0 };

	r.certificate = c->id;
	strcpy(r.serial, c->serial);
	strcpy(r.issuer, c->issuer);
	strcpy(r.act, "act");
	r.reason = reason;
	r.uid = 1000;
	r.received = 20001 * USEC_DAY;
	r.decided = 20001 * USEC_DAY + 1;
	return r;
}

#endif
