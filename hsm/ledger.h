/*
 * The ledger: from a TBS digest, a serial or the name of a number to where the
 * journal says so.  A hash table in a mapped file, looked up and never read
 * whole; it can always be made anew from the journal.  It also keeps the mark
 * from which the journal need be read at the next start.  Not for several
 * threads at once, but that ledger_checkpoint and ledger_wants_checkpoint may
 * run beside the others.
 */
#ifndef HSM_LEDGER_H
#define HSM_LEDGER_H

#include "journal.h"

#define LEDGER_KEY 16

struct ledger;

struct ledger_value {
	uint64_t begin, end;	/* of what, only the caller knows */
};

/* Of a thing of a sort ("tbs", "serial", ...): its digest, cut. */
void	ledger_key(unsigned char key[LEDGER_KEY], const char *sort,
	    struct slice thing);

/* NULL: ENOENT there is none, EBADMSG it is of no use; then create one. */
struct ledger	*ledger_open(const char *path, struct err *);
struct ledger	*ledger_create(const char *path, struct err *);
void		 ledger_close(struct ledger *);

bool		 ledger_find(struct ledger *, const unsigned char *key,
		    struct ledger_value *);
/*
 * Makes room for so many more; ENOSPC.  When the disk is full it fills closer
 * than it likes to first.
 */
int		 ledger_room(struct ledger *, size_t, struct err *);
void		 ledger_put(struct ledger *, const unsigned char *key,
		    const struct ledger_value *);

/*
 * All that the journal says before the mark is in the ledger, on disk.  After a
 * fault it is of no use to ledger_open: what it lost, nobody knows.
 */
int		 ledger_checkpoint(struct ledger *,
		    const struct journal_mark *, struct err *);
/* It grew, and would have to be made anew after a crash. */
bool		 ledger_wants_checkpoint(struct ledger *);
bool		 ledger_mark(struct ledger *, struct journal_mark *);
/* Up to where the journal was synced, as far as is known. */
uint64_t	 ledger_synced(struct ledger *);
void		 ledger_set_synced(struct ledger *, uint64_t);

#endif
