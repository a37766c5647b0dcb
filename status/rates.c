/*
 * How often each client may ask; see rates.h.  A bucket is one number: the
 * time at which it will be full again.
 */
#include <netinet/in.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/err.h"
#include "rates.h"

#define SETS	2048
#define WAYS	4

struct row {
	unsigned char	address[8];
	usec_t		full;		/* steady */
};
struct rates {
	pthread_mutex_t	mutex;
	usec_t		price, burst;	/* microseconds */
	uint64_t	seed;		/* nobody can choose a set to fill */
	struct row	rows[SETS][WAYS];
};

struct rates *
rates_new(unsigned per_second, unsigned burst)
{
	struct rates *r = calloc(1, sizeof *r);

	if (r == NULL || pthread_mutex_init(&r->mutex, NULL) != 0)
		die("out of memory");
	if (per_second > 0) {
		r->price = USEC / per_second;
		r->burst = burst * r->price;
	}
	chance_octets(&r->seed, sizeof r->seed);
	return r;
}

void
rates_free(struct rates *r)
{
	if (r == NULL)
		return;
	pthread_mutex_destroy(&r->mutex);
	free(r);
}

/* What of an address counts; v4, also mapped, with a mark in front. */
static void
shorten(const struct sockaddr *from, unsigned char to[8])
{
	static const unsigned char mark[4] = { 0, 0, 0, 4 };
	const struct sockaddr_in6 *six = (const void *)from;
	const struct sockaddr_in *four = (const void *)from;

	memset(to, 0, 8);
	if (from->sa_family == AF_INET6 &&
	    !IN6_IS_ADDR_V4MAPPED(&six->sin6_addr)) {
		memcpy(to, &six->sin6_addr, 8);
		return;
	}
	memcpy(to, mark, 4);
	if (from->sa_family == AF_INET6)
		memcpy(to + 4, (const char *)&six->sin6_addr + 12, 4);
	else if (from->sa_family == AF_INET)
		memcpy(to + 4, &four->sin_addr, 4);
}

static size_t
set_of(const struct rates *r, const unsigned char address[8])
{
	uint64_t x;

	memcpy(&x, address, sizeof x);
	x = (x ^ r->seed) * UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 29) * UINT64_C(0xbf58476d1ce4e5b9) ^ r->seed;
	return (x ^ x >> 32) % SETS;
}

/* Its row, else that of whoever asked least of late. */
static struct row *
find(struct rates *r, const unsigned char address[8])
{
	struct row *set = r->rows[set_of(r, address)], *idle = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (memcmp(set[i].address, address, 8) == 0)
			return &set[i];
		if (set[i].full < idle->full)
			idle = &set[i];
	}
	memcpy(idle->address, address, 8);
	idle->full = 0;
	return idle;
}

bool
rates_take(struct rates *r, const struct sockaddr *from, usec_t steady)
{
	unsigned char address[8];
	struct row *row;
	bool taken;

	if (r->price == 0)
		return false;
	shorten(from, address);
	pthread_mutex_lock(&r->mutex);
	row = find(r, address);
	if (row->full < steady)
		row->full = steady;
	taken = row->full + r->price - steady <= r->burst;
	if (taken)
		row->full += r->price;
	pthread_mutex_unlock(&r->mutex);
	return taken;
}
