/*
 * A package of an external RA on its way (REG-6.3.2-02; docs/FORMAT.package):
 * opened with the signer's help, its signature and everything it claims
 * compared with what is recognised, and what was handed over recorded.  From
 * then on it is an application like any other.
 */
#ifndef CA_HANDOVER_H
#define CA_HANDOVER_H

#include "application.h"
#include "cms_sealed.h"
#include "cms_signed.h"
#include "external_ra.h"
#include "package.h"
#include "store_handover.h"

struct event;

struct handover {
	struct bytes	dropped;	/* as dropped */
	char		sha256[SHA256_TEXT];
	struct sealed	sealed;
	/* of the HandoverKey; "" never asked */
	char		key_sha256[SHA256_TEXT];
	uint64_t	journal;	/* of its opening */
	bool		lost;		/* the opening was: nobody's fault */
	struct signed_content signature;
	struct package	package;
	struct authority_version version;	/* id 0: not known */
	struct external_ra ra;
	struct handed_over gate;	/* what the gates see of it */
	struct package_row row;		/* id 0: not recorded */
};

/* NAME.p7m */
bool	handover_is_package(const char *file_name);
/*
 * Opens what was dropped, and goes on with `next` in this thread or another:
 * with the request that was inside, or unreadable with the fault.
 */
void	handover_begin(struct application *,
	    void (*next)(struct application *));
/* Of a request that is taken up; nothing when it came in no package. */
int	handover_load(struct application *, struct view *,
	    const struct request *, struct err *);
void	handover_free(struct handover *);

/* Is the RA recognised as things stand, and all inside its scope? */
void	handover_judge(struct application *, struct view *);
/*
 * In the transaction of the decision, before it: a replayed id makes the
 * application unreadable.
 */
void	handover_recheck(struct application *, struct view *);
/* Documents, package, receipt's text and event; `accepted`: with a request. */
int	handover_record(struct application *, struct tx *, bool accepted,
	    struct err *);

#endif
