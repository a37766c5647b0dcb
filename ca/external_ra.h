/*
 * A recognised external RA: authority.conf, as officers wrote it down in
 * ra/authorities/NAME/ (docs/FORMAT.package), and how far its word goes.
 */
#ifndef CA_EXTERNAL_RA_H
#define CA_EXTERNAL_RA_H

#include "bytes.h"
#include "clock.h"
#include "err.h"
#include "text.h"

#define RA_LIST		32
struct external_ra {
	char	name[128];		/* full name */
	char	contract[128];		/* reference of the agreement with it */
	char	contact[256];
	usec_t	until;			/* recognised until the end of a day */
	char	subscribers[RA_LIST][64];	/* whom it may act for */
	char	names[RA_LIST][256];	/* "example.org", "192.0.2.0/24" */
	char	profiles[8][32];
	char	users[RA_LIST][64];	/* Unix users that drop for it */
	bool	validates;		/* names are validated by its word */
	struct bytes certificate;	/* DER */
	char	certificate_sha256[SHA256_TEXT];
	usec_t	certificate_end;
};
/* `where` is named in faults: EINVAL. */
int	external_ra_parse(const char *where, struct slice text,
	    struct external_ra *, struct err *);
void	external_ra_free(struct external_ra *);
bool	external_ra_has_subscriber(const struct external_ra *, const char *);
bool	external_ra_has_profile(const struct external_ra *, const char *);
/* A name of a request ("dns", "ip", "email") inside its scope. */
bool	external_ra_has_name(const struct external_ra *, const char *kind,
	    const char *name);

#endif
