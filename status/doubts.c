/*
 * Certificates of which something changed; see doubts.h.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/err.h"
#include "doubts.h"

#define ROWS	4096

struct doubts {
	pthread_mutex_t	mutex;
	struct {
		char	serial[SERIAL_TEXT];
		enum ocsp_hash hash;
		uint64_t inode;		/* 0: a free row */
	} rows[ROWS];
};

struct doubts *
doubts_new(void)
{
	struct doubts *d = calloc(1, sizeof *d);

	if (d == NULL || pthread_mutex_init(&d->mutex, NULL) != 0)
		die("out of memory");
	return d;
}

void
doubts_free(struct doubts *d)
{
	if (d == NULL)
		return;
	pthread_mutex_destroy(&d->mutex);
	free(d);
}

/* Serials are random: their digits are as good as any hash of them. */
static size_t
row_of(const char *serial, enum ocsp_hash hash)
{
	size_t n = hash;

	for (; *serial != '\0'; serial++)
		n = n * 31 + (unsigned char)*serial;
	return n % ROWS;
}

void
doubts_put(struct doubts *d, const char *serial, enum ocsp_hash hash,
    uint64_t inode)
{
	size_t i = row_of(serial, hash);

	if (inode == 0)
		return;
	pthread_mutex_lock(&d->mutex);
	strncpy(d->rows[i].serial, serial, sizeof d->rows[i].serial - 1);
	d->rows[i].hash = hash;
	d->rows[i].inode = inode;
	pthread_mutex_unlock(&d->mutex);
}

bool
doubts_has(struct doubts *d, const char *serial, enum ocsp_hash hash,
    uint64_t inode)
{
	size_t i = row_of(serial, hash);
	bool has;

	pthread_mutex_lock(&d->mutex);
	has = d->rows[i].inode == inode && inode != 0 &&
	    d->rows[i].hash == hash && strcmp(d->rows[i].serial, serial) == 0;
	pthread_mutex_unlock(&d->mutex);
	return has;
}
