/*
 * What the page writes numbers and times with.  All append HTML; what comes
 * from outside goes through html_put().
 */
#ifndef STATUS_PAGE_TEXT_H
#define STATUS_PAGE_TEXT_H

#include "../ca/bytes.h"
#include "../ca/clock.h"

void	page_number(struct bytes *, int64_t);	/* "12 345" */
void	page_octets(struct bytes *, int64_t);	/* "1.4 GiB" */
void	page_time(struct bytes *, usec_t);	/* a <time>, UTC */
void	page_day(struct bytes *, int64_t day);	/* "22 Nov" */
/* "3 h 12 min", of the size of it. */
void	page_span(struct bytes *, usec_t);
/* "in 3 h 12 min", "3 h 12 min ago". */
void	page_from_now(struct bytes *, usec_t when, usec_t now);

/* A row of two cells; the value is between row_begin and row_end. */
void	page_row_begin(struct bytes *, const char *name);
void	page_row_end(struct bytes *);
void	page_row_text(struct bytes *, const char *name, const char *text);
void	page_row_number(struct bytes *, const char *name, int64_t);

/* A word with its shape: readable without colour. */
enum page_mark { MARK_OK, MARK_WARN, MARK_FAIL, MARK_NONE };
void	page_mark(struct bytes *, enum page_mark, const char *words);

#endif
