/*
 * One line of the signer's journal, written and taken apart; the writer and
 * the reader stand side by side in journal_line.c.
 */
#ifndef HSM_JOURNAL_LINE_H
#define HSM_JOURNAL_LINE_H

#include "journal.h"

/* Appends the line and its newline; `hash` is that before, then this one's. */
void	journal_line_put(struct bytes *, const struct journal_record *,
	    unsigned char hash[SHA256_OCTETS]);

#endif
