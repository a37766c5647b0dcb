/*
 * The watch over calls into the PKCS#11 module: see watch.h.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "../ca/err.h"
#include "watch.h"

#define PLACES 16		/* threads that call the module */
#define EXIT_HANGS 70

static struct place {
	_Atomic usec_t	since;		/* 0: outside */
	const char *_Atomic what;
} places[PLACES];
static atomic_int taken;
static _Thread_local struct place *mine;

static void *
watch(void *arg)
{
	usec_t patience = *(usec_t *)arg, since;
	int i;

	for (;;) {
		usleep(200000);
		for (i = 0; i < PLACES; i++) {
			since = atomic_load(&places[i].since);
			if (since == 0 || clock_steady() - since < patience)
				continue;
			log_line("the PKCS#11 module hangs in %s; ending so "
			    "that another signer can begin",
			    atomic_load(&places[i].what));
			_exit(EXIT_HANGS);
		}
	}
	return NULL;
}

void
watch_start(usec_t patience)
{
	static usec_t kept;
	pthread_t thread;

	kept = patience;
	if (pthread_create(&thread, NULL, watch, &kept) != 0)
		die("no thread");
	pthread_detach(thread);
}

void
watch_in(const char *what)
{
	if (mine == NULL)
		mine = &places[atomic_fetch_add(&taken, 1) % PLACES];
	atomic_store(&mine->what, what);
	atomic_store(&mine->since, clock_steady());
}

void
watch_out(void)
{
	atomic_store(&mine->since, 0);
}
