/*
 * The order of work of a batch.  See batch_order.h.
 */
#include <stdlib.h>
#include <string.h>

#include "../ca/store_certificates.h"
#include "batch_order.h"

#define AT_ONCE		1000		/* lines in a view */

static int
by_rank(const void *a, const void *b)
{
	const struct batch_place *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static int
by_place(const void *a, const void *b)
{
	const struct batch_place *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

/* Of a serial that the store had when the batch came. */
static int64_t
find_rank(struct view *view, const struct batch *batch, const char *serial)
{
	int64_t id = serial[0] == '\0' ? 0 : certificate_id(view, serial);

	return id == 0 || id > batch->newest ? INT64_MAX : id;
}

void
batch_order_make(struct batch_order *order, struct store *store,
    const struct batch *batch, struct slice text)
{
	size_t at = 0, number = 0, room = (size_t)batch->lines;
	struct batch_line line;
	struct batch_place place = { 0 };
	struct view *view = NULL;

	batch_order_free(order);
	order->text = text;
	order->places = calloc(room, sizeof *order->places);
	if (order->places == NULL && room > 0)
		die("out of memory");
	while (order->count < room) {
		place.at = (uint32_t)at;
		place.number = (uint32_t)number;
		if (batch_line_next(text, &at, &number, &line) != 1)
			break;
		if (order->count % AT_ONCE == 0) {
			view_put(view);
			view = view_take(store);
		}
		place.rank = find_rank(view, batch, line.serial);
		order->places[order->count++] = place;
	}
	view_put(view);
	qsort(order->places, order->count, sizeof *order->places, by_rank);
}

void
batch_order_free(struct batch_order *order)
{
	free(order->places);
	*order = (struct batch_order){ 0 };
}

void
batch_order_line(const struct batch_order *order, size_t i,
    struct batch_line *line)
{
	size_t at = order->places[i].at, number = order->places[i].number;

	if (batch_line_next(order->text, &at, &number, line) != 1)
		die("the lines of a batch are not those that were counted");
}

static size_t
line_size(struct slice text, size_t at)
{
	const unsigned char *end = memchr(text.data + at, '\n',
	    text.size - at);

	return end == NULL ? text.size - at :
	    (size_t)(end - (text.data + at)) + 1;
}

/* No sentence has a newline: it quotes nothing but words of the line. */
void
batch_order_put_back(const struct batch_order *order, struct slice verdicts,
    struct bytes *to)
{
	struct batch_place *places;
	size_t count, at = 0;

	places = calloc(order->count, sizeof *places);
	if (places == NULL && order->count > 0)
		die("out of memory");
	for (count = 0; count < order->count && at < verdicts.size; count++) {
		places[count].at = order->places[count].at;
		places[count].rank = (int64_t)at;
		at += line_size(verdicts, at);
	}
	qsort(places, count, sizeof *places, by_place);
	for (size_t i = 0; i < count; i++) {
		at = (size_t)places[i].rank;
		bytes_put(to, verdicts.data + at, line_size(verdicts, at));
	}
	free(places);
}
