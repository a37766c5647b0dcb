/*
 * CRL and OCSP compared, all of them.  See comparer.h.
 */
#include <pthread.h>
#include <stdlib.h>

#include "bell.h"
#include "compare.h"
#include "comparer.h"

#define LOOK_AGAIN	(1 * USEC)
#define SHARE		9	/* so long nothing, after what took long */
#define LOOK_MOST	(60 * USEC)	/* the clock may be set */

struct comparer {
	const struct desk *desk;
	struct bell	 bell;
	pthread_t	 thread;
	int64_t		 compared;	/* the day everything was, or is */
	usec_t		 again;		/* steady: what differs, not before */
};

/*
 * What differed is looked at again until it is mended, in a tenth of the time;
 * how long to sleep at most.
 */
static usec_t
look_at_difference(struct comparer *c)
{
	usec_t now = clock_steady();

	if (!compare_differs(c->desk))
		return LOOK_MOST;
	if (now >= c->again) {
		compare_again(c->desk, &c->bell);
		c->again = clock_steady() + LOOK_AGAIN +
		    SHARE * (clock_steady() - now);
		now = clock_steady();
	}
	return c->again - now < LOOK_MOST ? c->again - now : LOOK_MOST;
}

/* "The changed serials after each publication; everything, once a night." */
static usec_t
compare_nightly(struct comparer *c)
{
	usec_t left;
	int64_t today = clock_now() / USEC_DAY;

	if (c->compared != today) {
		c->compared = today;
		compare_all(c->desk, &c->bell);
	}
	left = (today + 1) * USEC_DAY - clock_now();
	return left < 0 ? 1 : left;
}

static void *
run(void *arg)
{
	struct comparer *c = arg;
	usec_t sleep, left;

	if (c->compared == 0) {
		c->compared = clock_now() / USEC_DAY;
		compare_set_day(c->desk, c->compared);
	}
	/* What ended early, or a night without a core, is made good. */
	while (!bell_closed(&c->bell)) {
		sleep = look_at_difference(c);
		left = compare_nightly(c);
		bell_wait(&c->bell, left < sleep ? left : sleep);
	}
	return NULL;
}

struct comparer *
comparer_new(const struct desk *desk)
{
	struct comparer *c = calloc(1, sizeof *c);

	if (c == NULL)
		die("out of memory");
	c->desk = desk;
	c->compared = compare_day(desk);
	compare_begin(desk);
	bell_init(&c->bell);
	if (pthread_create(&c->thread, NULL, run, c) != 0)
		die("cannot start the thread that compares CRL and OCSP");
	return c;
}

void
comparer_free(struct comparer *c)
{
	if (c == NULL)
		return;
	bell_close(&c->bell);
	pthread_join(c->thread, NULL);
	bell_destroy(&c->bell);
	free(c);
}

void
comparer_ring(struct comparer *c)
{
	bell_ring(&c->bell);
}
