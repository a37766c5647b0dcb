/*
 * How long a connection may take; see patience.h.
 */
#include <sys/socket.h>

#include <stdatomic.h>
#include <stdlib.h>

#include "../ca/err.h"
#include "bell.h"
#include "patience.h"

#define LOOK_EVERY	(USEC / 2)

struct connection_patience {
	struct connection_patience *next, *previous;
	int		fd;
	_Atomic usec_t	until;		/* steady */
};
struct patience {
	pthread_mutex_t	mutex;
	struct connection_patience all;	/* head of a ring */
	usec_t		each;
	struct bell	bell;
	pthread_t	thread;
};

static void
shut_late(struct patience *p)
{
	usec_t now = clock_steady();
	struct connection_patience *c;

	pthread_mutex_lock(&p->mutex);
	for (c = p->all.next; c != &p->all; c = c->next)
		if (atomic_load(&c->until) < now)
			(void)shutdown(c->fd, SHUT_RDWR);
	pthread_mutex_unlock(&p->mutex);
}

static void *
watch(void *arg)
{
	struct patience *p = arg;

	while (!bell_closed(&p->bell)) {
		shut_late(p);
		bell_wait(&p->bell, LOOK_EVERY);
	}
	return NULL;
}

struct patience *
patience_new(usec_t each)
{
	struct patience *p = calloc(1, sizeof *p);

	if (p == NULL || pthread_mutex_init(&p->mutex, NULL) != 0)
		die("out of memory");
	p->each = each;
	p->all.next = p->all.previous = &p->all;
	bell_init(&p->bell);
	if (pthread_create(&p->thread, NULL, watch, p) != 0)
		die("no thread to watch connections");
	return p;
}

void
patience_free(struct patience *p)
{
	if (p == NULL)
		return;
	bell_close(&p->bell);
	pthread_join(p->thread, NULL);
	bell_destroy(&p->bell);
	pthread_mutex_destroy(&p->mutex);
	free(p);
}

struct connection_patience *
patience_begin(struct patience *p, int fd)
{
	struct connection_patience *c = calloc(1, sizeof *c);

	if (c == NULL)
		die("out of memory");
	c->fd = fd;
	patience_extend(p, c, 0);
	pthread_mutex_lock(&p->mutex);
	c->next = &p->all;
	c->previous = p->all.previous;
	c->previous->next = c->next->previous = c;
	pthread_mutex_unlock(&p->mutex);
	return c;
}

/* Called before the descriptor is closed: none of another's is shut down. */
void
patience_end(struct patience *p, struct connection_patience *c)
{
	pthread_mutex_lock(&p->mutex);
	c->previous->next = c->next;
	c->next->previous = c->previous;
	pthread_mutex_unlock(&p->mutex);
	free(c);
}

void
patience_extend(struct patience *p, struct connection_patience *c, usec_t more)
{
	atomic_store(&c->until, clock_steady() + (more != 0 ? more : p->each));
}
