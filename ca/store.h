/*
 * The store: one SQLite database in WAL mode with synchronous=FULL, and
 * documents beside it.  Nothing outside the store's own files speaks SQL; a
 * second engine will implement these headers.  Readers take a `view` (a
 * snapshot on a connection of their own); one committer writes, in a `tx`.
 * The questions themselves stand in store_*.h, one noun each.
 */
#ifndef CA_STORE_H
#define CA_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "clock.h"
#include "err.h"

struct store;
struct view;
struct tx;

/*
 * Open or create the store in the directory `dir` ("" after chroot means "/").
 * ENOSPC when the reserve of a new one cannot be made (see store_reserve_*);
 * an old one opens without.  Starts no thread.
 *
 * Faults: whatever asks ends the process when it cannot read, so that nobody
 * takes "could not tell" for "no".  Whatever writes gives ENOSPC, EROFS, EIO;
 * EEXIST (a unique constraint), EPERM (a trigger forbids it), EINVAL.
 * The `each` of a list returns 0 to go on, anything else to stop; it may ask
 * other things of the same view, but not write what is being listed.
 */
struct store	*store_open(const char *dir, struct err *);
void		 store_close(struct store *);

/*
 * A snapshot for reading; waits for a free connection, never fails to get one
 * (die).  Short use only: everything read in one view is from one moment.
 */
struct view	*view_take(struct store *);
void		 view_put(struct view *);

/*
 * A write transaction, BEGIN IMMEDIATE.  Only the committer and `init` use
 * these; everybody else submits a job (commit.h).  tx_view reads inside it.
 */
struct tx	*tx_begin(struct store *, struct err *);
int		 tx_commit(struct tx *, struct err *);	/* frees it always */
void		 tx_abort(struct tx *);			/* frees it */
int		 tx_savepoint(struct tx *, struct err *);
int		 tx_release(struct tx *, struct err *);
int		 tx_rollback_to(struct tx *, struct err *);
/* The same as before: nothing was written meanwhile. */
int64_t		 tx_written(struct tx *);
/* Octets of memory that the pages it read and wrote take. */
size_t		 tx_memory(struct tx *);
struct view	*tx_view(struct tx *);			/* borrowed */
struct store	*tx_store(struct tx *);

/* Small named numbers and texts: "next-file-id", "policy-seq", "sandbox" ... */
int64_t	meta_number(struct view *, const char *name, int64_t absent);
int	meta_set_number(struct tx *, const char *name, int64_t, struct err *);
/* Adds and gives back the value before; an absent one counts as 1. */
int	meta_take_numbers(struct tx *, const char *name, int64_t count,
	    int64_t *first, struct err *);
int	meta_text(struct view *, const char *name, struct bytes *to); /* 1/0 */
/* "policy-seq": rises with whatever a gate's answer rests on. */
int64_t	store_policy(struct view *);
int	meta_set_text(struct tx *, const char *name, const char *,
	    struct err *);

/*
 * The reserve: preallocated octets that keep revocation, its evidence and
 * CRLs going when the disk is full.  store_reserve_open gives them to the file
 * system; whole says whether issuance may go on (not either when the disk is
 * full but for 4 MiB); restore tries to take them back.  DESIGN 2.3 (ENOSPC).
 */
bool	store_reserve_whole(struct store *);
void	store_reserve_open(struct store *);
void	store_reserve_restore(struct store *);
/*
 * So little room that an essential job should not try without the reserve; that
 * there is more may be an answer of five milliseconds ago.
 */
bool	store_is_nearly_full(struct store *);

/*
 * Removes what was superseded before that time: old status texts, old OCSP
 * answers, old versions of publications.  A thousand of each at most: to be
 * called again and again by a timer, with a time at least an hour ago.
 */
int	store_prune(struct tx *, usec_t before, struct err *);

#endif
