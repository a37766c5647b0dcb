/*
 * The signer's book: journal and ledger as one.  What was begun, what ended,
 * what may not be signed again.  Any thread.
 */
#ifndef HSM_BOOK_H
#define HSM_BOOK_H

#include "journal.h"

struct book;

/* Journal and ledger in this directory; what a crash left is put right. */
struct book	*book_open(const char *dir, struct err *);
void		 book_close(struct book *);

enum book_state { BOOK_UNKNOWN, BOOK_BEGUN, BOOK_ENDED };
struct book_page {
	enum book_state	state;
	uint64_t	begin;		/* its record; 0: lost */
	struct bytes	signature;	/* when ended; the caller frees it */
};
/* Of a TBS digest. */
void		 book_find(struct book *, const unsigned char *tbs,
		    struct book_page *);
/* Was a certificate with this serial (upper-case digits) ever begun? */
bool		 book_has_serial(struct book *, const char *serial);
/*
 * The highest cRLNumber begun of a list (rules.h: "issuing", "issuing/delta",
 * "issuing/7", or "issuing/all"); -1: none.
 */
int64_t		 book_crl_number(struct book *, const char *list);
/* What became of its last CRL. */
enum book_state	 book_crl_last(struct book *, const char *list);

/*
 * Begins all of these: on disk when it returns 0.  ENOSPC: nothing was begun,
 * later perhaps.  Any other fault: leave the book to another process.
 * `records` get their numbers.
 */
int		 book_begin(struct book *, struct journal_record *, size_t,
		    struct err *);
/* Writes the ends; they are synced with what comes next. */
int		 book_end(struct book *, struct journal_record *, size_t,
		    struct err *);
int		 book_refuse(struct book *, struct journal_record *,
		    struct err *);
/* Once a second, from one thread: syncs ends, marks the ledger. */
void		 book_tick(struct book *);
/*
 * What is on disk is not known since a sync failed: nothing is begun any more,
 * an end is written while the journal takes it, and another opening, by another
 * process, finds out.
 */
bool		 book_is_in_doubt(struct book *);

#endif
