/*
 * A look at a CA as a relying party has it: what is published is fetched and
 * verified from the trust anchor down.  With OpenSSL's own readers, not with
 * those that made it.  DIS-6.1-06A, DIS-6.1-07A, CSS-6.3.10-02, OVR-5.2-05.
 */
#ifndef STATUS_PROBE_H
#define STATUS_PROBE_H

#include "probe_line.h"

struct probe_plan {
	const char	*base;		/* as [ca] url: http://host/pki */
	struct slice	 anchor;	/* the root's certificate, DER or PEM;
					 * empty: the one that is published */
	struct slice	 certificate;	/* to ask OCSP about, DER or PEM; empty:
					 * the first one that the CRL has */
	usec_t		 patience;	/* for each fetch */
	int64_t		 number[PROBE_SERVICES]; /* CRLs seen before; -1 */
};

/*
 * Fills in a line for each service, in their order; returns how many failed.
 * OCSP stays unasked while the CRL is empty and no certificate was given.
 */
int	probe_all(const struct probe_plan *,
	    struct probe_line lines[PROBE_SERVICES]);

#endif
