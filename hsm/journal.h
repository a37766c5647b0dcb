/*
 * The signer's journal: one line of text per record, each ending in the
 * SHA-256 of the hash before and the line.  Only ever appended to, but that a
 * crash may tear what was not yet synced: that is cut at the next opening,
 * and noted.  docs/FORMAT.journal
 */
#ifndef HSM_JOURNAL_H
#define HSM_JOURNAL_H

#include "../ca/clock.h"
#include "../ca/err.h"
#include "../ca/signing.h"
#include "../ca/text.h"

struct journal;

enum journal_kind { JOURNAL_BEGIN, JOURNAL_END, JOURNAL_REFUSE, JOURNAL_NOTE };

struct journal_record {
	enum journal_kind type;
	uint64_t	seq, offset;	/* set by append and read */
	usec_t		time;		/* set by append and read */
	/* begin and refuse: what was ordered */
	enum sign_kind	kind;
	char		key[16];
	int64_t		intent;
	unsigned char	tbs[SHA256_OCTETS];	/* of an end too */
	char		what[48];	/* "serial=..", "point=..", "-" */
	/* end: of which begin, and the signature */
	uint64_t	begin;
	struct bytes	signature;
	/* refuse, note: a sentence */
	char		text[300];
};

/* A place between two records, where reading may start again. */
struct journal_mark {
	uint64_t	offset, seq;		/* of the next record */
	unsigned char	hash[SHA256_OCTETS];	/* of the last */
};

#define JOURNAL_RECORD_MAX 2048
#define JOURNAL_RESERVE	(1024 * 1024)	/* kept for CRL and OCSP */

typedef int journal_each(void *arg, const struct journal_record *,
	    struct err *);
/*
 * Reads from `from` (NULL: the first record) to the end, calling `each`, and
 * writes what it read again, so that it is on disk when it returns.
 * What is no whole chain behind `synced` is a torn tail and cut; before it, it
 * is damage, and nothing is opened (EBADMSG).  ESTALE: the mark is of another
 * journal.
 */
struct journal	*journal_open(const char *path, const struct journal_mark *,
		    uint64_t synced, journal_each *, void *, struct err *);
void		 journal_close(struct journal *);
/*
 * Will `count` more records fit, with ends?  ENOSPC; `urgent` (CRL, OCSP) may
 * use the reserve.
 */
int		 journal_room(struct journal *, size_t count, bool urgent,
		    struct err *);
/*
 * Appends all or nothing with one write; any thread.  After a fault that
 * leaves the file in doubt every later call fails.
 */
int		 journal_append(struct journal *, struct journal_record *,
		    size_t count, struct err *);
/*
 * All that was appended before is on disk.  One that fails (EIO) leaves the
 * journal in doubt, for all who call now and later.
 */
int		 journal_sync(struct journal *, struct err *);
/* A fault left in doubt what the file is: only another opening can tell. */
bool		 journal_is_in_doubt(struct journal *);
void		 journal_mark(struct journal *, struct journal_mark *);
/* Is there something that journal_sync has not seen? */
bool		 journal_is_dirty(struct journal *);
/* One record by its offset; free its signature. */
int		 journal_read(struct journal *, uint64_t offset,
		    struct journal_record *, struct err *);

/* One line without its newline, as in the file; for tests and fuzzing. */
int		 journal_line_parse(struct slice, const unsigned char *before,
		    struct journal_record *, unsigned char *hash);

#endif
