/*
 * Time and chance come from here and nowhere else, so that golden files are
 * possible: in test builds PKIFS_TEST_CLOCK (seconds since 1970) fixes the
 * time, PKIFS_TEST_STEP ("WHEN:BY", seconds of the steady clock and of the
 * step) sets it in every process at once, PKIFS_TEST_SYNCHRONISED ("yes" or
 * "no") speaks for the kernel, and PKIFS_TEST_SEED makes chance_octets
 * repeatable.
 */
#ifndef CA_CLOCK_H
#define CA_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int64_t usec_t;		/* microseconds since 1970-01-01T00:00:00Z */

#define USEC		((usec_t)1000000)
#define USEC_DAY	(86400 * USEC)
#define CLOCK_TEXT	32

usec_t	clock_now(void);
/* A steady clock for intervals and deadlines; unrelated to the date. */
usec_t	clock_steady(void);

/* "2026-11-21T22:10:03.123456Z"; without the fraction; "2026/11/21/22". */
void	clock_text(char to[CLOCK_TEXT], usec_t);
void	clock_text_seconds(char to[CLOCK_TEXT], usec_t);
void	clock_text_hour(char to[CLOCK_TEXT], usec_t);
/*
 * A day (its midnight) or a second, "2026-12-01", "2026-12-01T08:00:00Z" (RFC
 * 3339, UTC); 0 or -1.
 */
int	clock_parse(const char *, usec_t *);
/* "YYYYMMDDHHMMSSZ", as in GeneralizedTime. */
void	clock_text_asn1(char to[CLOCK_TEXT], usec_t);

/* What the kernel says of its synchronisation (adjtimex, REV-6.2.4-07). */
struct clock_state {
	bool	synchronised;
	int64_t	error_usec;	/* estimated error */
};
void	clock_state(struct clock_state *);

/* Octets from the CSPRNG; ends the process when there is none. */
void	chance_octets(void *to, size_t);

#endif
