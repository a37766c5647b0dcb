/*
 * Publication in ca/certificates/, by the consent of the subscriber and of a
 * subject who is another person (DIS-6.1-01B); for a device by that of the
 * subscriber, who operates it (DIS-6.1-01C).  Consent is read from agreements
 * alone; a registration may only narrow it.
 */
#ifndef CA_CONSENT_H
#define CA_CONSENT_H

#include "commit.h"
#include "store_certificates.h"
#include "store_registrations.h"

/*
 * Must the subject agree as well (REG-6.3.4-09)?  Not when subscriber and
 * subject are one, or it is a device.  With the registration in force: 1/0.
 */
bool	consent_wants_subject(const struct registration_version *);
int	consent_of_subject(struct view *, int64_t subscriber,
	    struct registration_version *);
/* Is what is issued now for this subscriber published?  One question. */
bool	consent_given(struct view *, int64_t subscriber);
/* The event of a certificate with `published` set, in its transaction. */
int	consent_record(struct tx *, const struct certificate *, struct err *);
/*
 * In the transaction of a new agreement, or of a registration (it may narrow:
 * what was published stays): what follows for certificates to come and, as far
 * as a transaction should reach, for those there are.
 */
int	consent_refresh(struct tx *, int64_t subscriber, struct err *);
/*
 * The rest, a batch a commit, until all is done or *stop: called by a timer.
 */
void	consent_finish(struct store *, struct committer *,
	    const _Atomic bool *stop);

#endif
