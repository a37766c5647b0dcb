/*
 * Texts that are much like others of their kind: of the six kilobytes of a
 * decided request, three hundred octets are not in the event before it.  A row
 * keeps such a text as one LZ4 block, with an earlier one as the block's
 * dictionary.
 *
 * A dictionary is of one kind, one day and some thousand texts: damage to a
 * page of the database costs no more.  It is never changed and never removed,
 * as little as an event; so of a text that is removed some day only that part
 * may go into one that names nobody.
 */
#ifndef CA_STORE_PACKED_H
#define CA_STORE_PACKED_H

#include "store.h"

struct query;

struct packed {
	int64_t		dictionary;	/* 0: the octets are the text */
	struct slice	octets;
};

/*
 * As a row of the transaction keeps it; the octets are good until the next
 * call, or are the text's own.  `model` is what of the text may go into a
 * dictionary; empty: nothing.  A kind has less than 64 octets.  -1 when a
 * dictionary could not be written.
 */
int	text_pack(struct tx *, const char *kind, struct slice text,
	    struct slice model, struct packed *, struct err *);
/*
 * The text of so many octets again; false: what is in the row, or in that of
 * its dictionary, is damaged.
 */
bool	text_unpack(const struct packed *, struct slice dictionary,
	    size_t size, struct bytes *to);

/*
 * The next four columns: the row's dictionary and octets, the size of the text,
 * and the dictionary's octets.
 */
bool	take_unpacked(struct query *, struct bytes *to);

#endif
