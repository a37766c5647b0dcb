/*
 * A batch of revocations as somebody writes it into revoke/batch/NAME: a
 * serial number and an act in each line, as in revoke/<serial>:
 *
 *	SERIAL REASON [at=TIME] [invalidity=TIME] [text...]
 *
 * Empty lines, and lines that begin with #, are passed over.
 */
#ifndef CA_BATCH_LINE_H
#define CA_BATCH_LINE_H

#include "bytes.h"
#include "err.h"

#define BATCH_MOST	((size_t)16 << 20)	/* octets */
#define BATCH_LINES	((size_t)250000)
#define BATCH_LINE	1024			/* octets of one, and a NUL */
#define BATCH_SERIAL	41

struct batch_line {
	size_t	number;			/* of the line, from 1 */
	char	serial[BATCH_SERIAL];	/* upper case; "": no serial number */
	char	text[BATCH_LINE];	/* the line */
	const char *act;		/* in it: what follows the serial */
};

/*
 * The next line that says something, from octet *at and behind line *number;
 * 1 and both moved behind it, 0: there is none.  Of text that passed the check.
 */
int	batch_line_next(struct slice, size_t *at, size_t *number,
	    struct batch_line *);
/*
 * Is it text of lines that are none too long or too many?  Sets how many say
 * something; EINVAL with the line at fault.
 */
int	batch_check(struct slice, size_t *lines, struct err *);

#endif
