/*
 * The order in which the lines of a batch are done: that of the certificates in
 * the store.  Serials are random, so in the order of the file each line touches
 * pages of its own: the certificate's, its request's, its slot's, its texts'.
 * In the order of the certificates ten and more lines share each, and a batch
 * of 100,000 writes a third of the octets.
 *
 * It is the same whenever it is made anew, also in another process, for what
 * is done is known by its number in it: certificates that came later than the
 * batch are none, and lines without one come last.  Lines with the same
 * certificate, and those without one, keep the order of the file, in which the
 * verdicts are given back.
 */
#ifndef STATUS_BATCH_ORDER_H
#define STATUS_BATCH_ORDER_H

#include "../ca/batch_line.h"
#include "../ca/store_batches.h"

struct batch_place {
	int64_t		 rank;
	uint32_t	 at, number;	/* octet and line before it */
};

/* All 0 to begin with. */
struct batch_order {
	struct slice	 text;		/* of the batch: the caller's */
	struct batch_place *places;	/* 16 octets a line */
	size_t		 count;
};

void	batch_order_make(struct batch_order *, struct store *,
	    const struct batch *, struct slice text);
void	batch_order_free(struct batch_order *);
/* The line that is done as the i-th, from 0. */
void	batch_order_line(const struct batch_order *, size_t i,
	    struct batch_line *);
/*
 * Appends the verdicts, a line for each in the order of the work, in that of
 * the file.
 */
void	batch_order_put_back(const struct batch_order *,
	    struct slice verdicts, struct bytes *to);

#endif
