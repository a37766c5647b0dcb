/*
 * Contents lately read; see renders.h.  Few rows, the oldest gives way.
 */
#include <pthread.h>
#include <stdlib.h>

#include "../ca/err.h"
#include "renders.h"

#define ROWS	64

struct renders {
	pthread_mutex_t	lock;
	struct {
		uint64_t	ino;		/* 0: free */
		uint64_t	used;
		struct bytes	content;
	} rows[ROWS];
	uint64_t	ticks;
	size_t		octets, most;
};

struct renders *
renders_new(size_t octets)
{
	struct renders	*renders = calloc(1, sizeof(*renders));

	if (renders == NULL)
		die("out of memory");
	pthread_mutex_init(&renders->lock, NULL);
	renders->most = octets;
	return (renders);
}

static void
forget(struct renders *renders, size_t row)
{
	renders->octets -= renders->rows[row].content.size;
	bytes_free(&renders->rows[row].content);
	renders->rows[row].ino = 0;
	renders->rows[row].used = 0;
}

void
renders_free(struct renders *renders)
{
	size_t	i;

	if (renders == NULL)
		return;
	for (i = 0; i < ROWS; i++)
		bytes_free(&renders->rows[i].content);
	pthread_mutex_destroy(&renders->lock);
	free(renders);
}

bool
renders_read(struct renders *renders, uint64_t ino, uint64_t offset,
    size_t size, struct bytes *to)
{
	struct bytes	*content;
	bool		 there = false;
	size_t		 i;

	pthread_mutex_lock(&renders->lock);
	for (i = 0; i < ROWS && !there; i++) {
		if (renders->rows[i].ino != ino)
			continue;
		there = true;
		renders->rows[i].used = ++renders->ticks;
		content = &renders->rows[i].content;
		if (offset >= content->size)
			break;
		if (size > content->size - offset)
			size = content->size - offset;
		bytes_put(to, content->data + offset, size);
	}
	pthread_mutex_unlock(&renders->lock);
	return (there);
}

static size_t
oldest(const struct renders *renders)
{
	size_t	i, row = 0;

	for (i = 1; i < ROWS; i++)
		if (renders->rows[i].used < renders->rows[row].used)
			row = i;
	return (row);
}

static size_t
oldest_used(const struct renders *renders)
{
	size_t	i, row = ROWS;

	for (i = 0; i < ROWS; i++)
		if (renders->rows[i].ino != 0 && (row == ROWS ||
		    renders->rows[i].used < renders->rows[row].used))
			row = i;
	return (row);
}

/* One that is larger than all we keep is kept alone. */
void
renders_keep(struct renders *renders, uint64_t ino, struct bytes *content)
{
	size_t	row;

	pthread_mutex_lock(&renders->lock);
	while (renders->octets > 0 &&
	    renders->octets + content->size > renders->most)
		forget(renders, oldest_used(renders));
	row = oldest(renders);
	forget(renders, row);
	renders->rows[row].ino = ino;
	renders->rows[row].used = ++renders->ticks;
	renders->octets += content->size;
	bytes_take(&renders->rows[row].content, content);
	pthread_mutex_unlock(&renders->lock);
}
