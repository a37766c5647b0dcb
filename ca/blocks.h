/*
 * Texts of two parts: keys, in the format of all our configuration, and from
 * the first BEGIN line on blocks as of PEM, each to its END line.
 */
#ifndef CA_BLOCKS_H
#define CA_BLOCKS_H

#include "bytes.h"
#include "err.h"

#define BLOCK_LABEL	48

struct block {
	char		label[BLOCK_LABEL];
	struct slice	whole, inside;	/* with its lines of dashes, between */
};

/*
 * The text with line ends as ours: `openssl cms -sign` makes CRLF of them
 * unless told -binary.  EBADMSG: it holds a NUL.
 */
int		blocks_text(struct slice, struct bytes *to, struct err *);
/* Takes the keys in front of the first block. */
struct slice	blocks_keys(struct slice *);
/* The next block: 1; 0 behind the last; -1 EINVAL, beginning with `where`. */
int		block_take(const char *where, struct slice *, struct block *,
		    struct err *);
/* What its base64 says. */
int		block_decode(const char *where, const struct block *,
		    struct bytes *to, struct err *);

#endif
