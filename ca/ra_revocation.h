/*
 * A recognised RA's request to revoke certificates of its subscribers:
 * revoke/reports/NAME.p7m, text that it signed (docs/FORMAT.package).  It is
 * authenticated and confirmed by that signature; who drops it is nothing.
 */
#ifndef CA_RA_REVOCATION_H
#define CA_RA_REVOCATION_H

#include "desk_parts.h"
#include "store_handover.h"

#define RA_REQUEST_MOST	((size_t)64 << 10)	/* octets, signed */
#define RA_LINES	100			/* certificates */

/*
 * The meaning of such a file: all of it becomes orders, or none.  EACCES,
 * EKEYREJECTED, EEXIST (a package with its id was accepted), ENOENT,
 * EKEYREVOKED, EINVAL, ETIME.
 */
int	ra_request_means(struct desk_act *, struct tx *, struct err *);
/* NAME.status of one that was accepted, as its orders stand. */
int	ra_request_status(struct tx *, const struct package_row *,
	    char path[PATH_TEXT], struct err *);

#endif
