/*
 * Whether somebody may do what he writes into revoke/<serial> (DESIGN 2.2;
 * REV-6.2.4-09); its words are in ca/revocation_words.h.
 */
#ifndef STATUS_REVOCATION_ACT_H
#define STATUS_REVOCATION_ACT_H

#include "../ca/authority.h"
#include "../ca/revocation_words.h"
#include "../ca/store_scheduled.h"

/*
 * The role in which this uid may revoke: "subscriber" or "revocation
 * officer"; NULL and EACCES.
 */
const char *act_role(struct view *, unsigned roles, uid_t,
	    const struct certificate *, struct err *);

/* EPERM once the CA's last CRL is out: nothing would be published. */
int	act_still_open(struct view *, struct err *);

/* What stands about a serial already; `act` known: it was done before. */
struct act_standing {
	bool	revoked, planned;	/* which of the two there are */
	struct revocation row;
	struct scheduled plan;
};
void	act_standing(struct view *, const char *serial,
	    struct act_standing *);
bool	act_is_known(const struct act_standing *, const char *act);

/*
 * May this be done to this certificate now: of its kind, with these dates,
 * after what stands?  EPERM, EINVAL, EKEYREVOKED.
 */
struct act_question {
	const struct act_words	*words;
	const struct certificate *certificate;
	const struct act_standing *standing;
	const struct profile	*profile;	/* NULL: not known any more */
	bool	officer;	/* who asks is one */
	usec_t	now;
};
int	act_allowed(const struct act_question *, struct err *);

#endif
