/*
 * A document before it is one: written piece by piece, in memory while it is
 * small, else into a file aside that is renamed when it is put.  Who writes it
 * may leave room in front for what is known only at its end.
 */
#ifndef CA_STORE_DRAFTS_H
#define CA_STORE_DRAFTS_H

#include "store.h"

struct draft;

/* `front` octets are left out in front. */
struct draft	*draft_new(struct store *, size_t front);
/* Takes away what was not put. */
void		 draft_free(struct draft *);
/* Behind what was written before: 0, or -1 ENOSPC, EIO ... */
int		 draft_write(struct draft *, struct slice, struct err *);
/* What was left out in front: exactly so many octets. */
int		 draft_set_front(struct draft *, struct slice, struct err *);
/* What is written may go to the disk: no wait for it. */
void		 draft_hurry(struct draft *);
/*
 * Reads it back: EIO unless it is these octets, one after the other.  From
 * then on it has its digest, and is on disk.
 */
int		 draft_finish(struct draft *, const struct slice *parts,
		    size_t count, struct err *);
size_t		 draft_size(const struct draft *);
const char	*draft_sha256(const struct draft *);

/*
 * Makes it a document.  What was rolled back may be put again, also as the
 * same document by two.
 */
int		 documents_put_draft(struct tx *, struct draft *,
		    struct err *);

#endif
