/*
 * Time and chance.  See clock.h.  In test builds both can be fixed through the
 * environment, which is read once.
 */
#include <sys/timex.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/rand.h>

#include "clock.h"
#include "err.h"

#ifdef PKIFS_STOPS
#include <pthread.h>

#include <openssl/sha.h>

static pthread_once_t test_once = PTHREAD_ONCE_INIT;
static pthread_mutex_t test_lock = PTHREAD_MUTEX_INITIALIZER;
static const char *test_clock, *test_seed;
static long long test_step_at, test_step_by;
static uint64_t test_count;

static void
test_read(void)
{
	const char *step = getenv("PKIFS_TEST_STEP");

	test_clock = getenv("PKIFS_TEST_CLOCK");
	test_seed = getenv("PKIFS_TEST_SEED");
	if (step != NULL && sscanf(step, "%lld:%lld", &test_step_at,
	    &test_step_by) != 2)
		test_step_by = 0;
}

static usec_t
test_step(void)
{
	pthread_once(&test_once, test_read);
	return test_step_by != 0 && clock_steady() >= test_step_at * USEC ?
	    test_step_by * USEC : 0;
}

static bool
test_now(usec_t *now)
{
	pthread_once(&test_once, test_read);
	if (test_clock == NULL)
		return false;
	*now = (usec_t)strtoll(test_clock, NULL, 10) * USEC;
	return true;
}

/* Blocks of SHA-256(seed, number of the block). */
static bool
test_octets(unsigned char *to, size_t size)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	char text[256];
	size_t n;

	pthread_once(&test_once, test_read);
	if (test_seed == NULL)
		return false;
	pthread_mutex_lock(&test_lock);
	for (; size > 0; to += n, size -= n) {
		snprintf(text, sizeof text, "%s/%llu", test_seed,
		    (unsigned long long)test_count++);
		SHA256((unsigned char *)text, strlen(text), digest);
		n = size < sizeof digest ? size : sizeof digest;
		memcpy(to, digest, n);
	}
	pthread_mutex_unlock(&test_lock);
	return true;
}
/* "yes" or "no"; looked at each time. */
static bool
test_synchronised(bool *synchronised)
{
	const char *said = getenv("PKIFS_TEST_SYNCHRONISED");

	if (said != NULL)
		*synchronised = strcmp(said, "yes") == 0;
	return said != NULL;
}
#else
#define test_now(now)		false
#define test_synchronised(is)	false
#define test_step()		0
#define test_octets(to, size)	false
#endif

static usec_t
read_clock(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) == -1)
		die("the system has no clock");
	return (usec_t)ts.tv_sec * USEC + ts.tv_nsec / 1000;
}

usec_t
clock_now(void)
{
	usec_t now;

	if (test_now(&now))
		return now;
	return read_clock(CLOCK_REALTIME) + test_step();
}

usec_t
clock_steady(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

/* Whole seconds downwards (also before 1970); the rest to *fraction. */
static void
split(usec_t t, struct tm *tm, int *fraction)
{
	time_t seconds;

	seconds = t / USEC;
	*fraction = (int)(t % USEC);
	if (*fraction < 0) {
		*fraction += (int)USEC;
		seconds--;
	}
	if (gmtime_r(&seconds, tm) == NULL)
		die("%lld microseconds is no date", (long long)t);
}

static char *
put_digits(char *to, int value, int count)
{
	for (int i = count - 1; i >= 0; i--, value /= 10)
		to[i] = (char)('0' + value % 10);
	return to + count;
}

/* "2026-12-01T08:00:00", and where it ends; a dozen of them an issuance. */
static char *
put_second(char to[CLOCK_TEXT], const struct tm *tm)
{
	static const char between[] = "--T::";
	const int parts[] = { tm->tm_mon + 1, tm->tm_mday, tm->tm_hour,
	    tm->tm_min, tm->tm_sec };

	if (tm->tm_year + 1900 < 1000 || tm->tm_year + 1900 > 9999)
		return to + strftime(to, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%S", tm);
	to = put_digits(to, tm->tm_year + 1900, 4);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		*to++ = between[i];
		to = put_digits(to, parts[i], 2);
	}
	return to;
}

void
clock_text(char to[CLOCK_TEXT], usec_t t)
{
	struct tm tm;
	int fraction;

	split(t, &tm, &fraction);
	to = put_second(to, &tm);
	*to++ = '.';
	to = put_digits(to, fraction, 6);
	memcpy(to, "Z", 2);
}

void
clock_text_seconds(char to[CLOCK_TEXT], usec_t t)
{
	struct tm tm;
	int fraction;

	split(t, &tm, &fraction);
	to = put_second(to, &tm);
	memcpy(to, "Z", 2);
}

/* By comparison with what it comes back as. */
int
clock_parse(const char *text, usec_t *to)
{
	char back[CLOCK_TEXT];
	struct tm tm = { 0 };
	size_t size = strlen(text);
	const char *end;
	time_t seconds;

	if ((size != 10 && size != 20) || text[0] < '1' || text[0] > '2')
		return -1;
	end = strptime(text, size == 10 ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%SZ",
	    &tm);
	if (end == NULL || *end != '\0' || (seconds = timegm(&tm)) <= 0)
		return -1;
	*to = (usec_t)seconds * USEC;
	clock_text_seconds(back, *to);
	return strncmp(back, text, size) == 0 ? 0 : -1;
}

void
clock_text_hour(char to[CLOCK_TEXT], usec_t t)
{
	struct tm tm;
	int fraction;

	split(t, &tm, &fraction);
	strftime(to, CLOCK_TEXT, "%Y/%m/%d/%H", &tm);
}

/* A CRL has a million of them. */
void
clock_text_asn1(char to[CLOCK_TEXT], usec_t t)
{
	struct tm tm;
	int fraction;

	split(t, &tm, &fraction);
	to = put_digits(to, tm.tm_year + 1900, 4);
	to = put_digits(to, tm.tm_mon + 1, 2);
	to = put_digits(to, tm.tm_mday, 2);
	to = put_digits(to, tm.tm_hour, 2);
	to = put_digits(to, tm.tm_min, 2);
	to = put_digits(to, tm.tm_sec, 2);
	memcpy(to, "Z", 2);
}

void
clock_state(struct clock_state *state)
{
	struct timex tx;
	int answer;

	memset(&tx, 0, sizeof tx);
	answer = adjtimex(&tx);
	state->synchronised = answer != -1 && answer != TIME_ERROR &&
	    (tx.status & STA_UNSYNC) == 0;
	state->error_usec = answer == -1 ? -1 : tx.esterror;
	(void)test_synchronised(&state->synchronised);
}

void
chance_octets(void *to, size_t size)
{
	if (test_octets(to, size))
		return;
	if (RAND_bytes(to, (int)size) != 1)
		die("the generator of random octets fails");
}
