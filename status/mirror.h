/*
 * publish_dir: what stands in status/ and ca/, as real files in a real
 * directory, for web servers and responders that must outlive core.  The same
 * octets, names and times; each version is written aside and renamed.  Beside
 * what can be listed in the mount it has the answers that are kept, by serial
 * and under the request most clients make, so a static server answers those.
 *
 * It follows the store: whatever was missed (no core, a full disk) is made
 * good at the next look, and at start everything is compared.
 */
#ifndef STATUS_MIRROR_H
#define STATUS_MIRROR_H

#include "crl_past.h"
#include "desk.h"
#include "live.h"

struct mirror;

/*
 * `dir` is its own from here on.  Until the past is settled no CRL is written:
 * one that is newer may be there.
 */
struct mirror	*mirror_new(const struct desk *, struct live *,
		    struct crl_past *, int dir);
void		 mirror_free(struct mirror *);	/* NULL: nothing */
/* Something was published or withdrawn. */
void		 mirror_ring(struct mirror *);	/* NULL: nothing */

#endif
