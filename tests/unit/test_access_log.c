/*
 * Refused attempts: each uid's first in a minute is an event, however many
 * uids come there are only so many, and a minute later all is new.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ca/access_log.h"

static int
count(struct access_log *log, uid_t first, uid_t uids, usec_t now)
{
	int due = 0;
	uid_t i;

	for (i = 0; i < uids; i++)
		due += access_log_due(log, first + i, now);
	return due;
}

static void
one_event_for_each_in_a_minute(void **state)
{
	struct access_log log = { .lock = PTHREAD_MUTEX_INITIALIZER };

	assert_int_equal(count(&log, 1000, 3, USEC), 3);
	assert_int_equal(count(&log, 1000, 3, 60 * USEC), 0);
	assert_int_equal(count(&log, 1000, 3, 61 * USEC), 3);
}

static void
many_uids_are_no_flood(void **state)
{
	struct access_log log = { .lock = PTHREAD_MUTEX_INITIALIZER };

	assert_int_equal(count(&log, 100000, 65536, USEC), ACCESS_LOG_UIDS);
	assert_int_equal(count(&log, 100000, 65536, 2 * USEC), 0);
	assert_int_equal(count(&log, 100000, 65536, 61 * USEC),
	    ACCESS_LOG_UIDS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_event_for_each_in_a_minute),
		cmocka_unit_test(many_uids_are_no_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
