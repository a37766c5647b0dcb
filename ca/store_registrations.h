/*
 * Registrations in the store: every version that was decided, for ever, and
 * the validated attributes of the one in force.  store_registry.h has what
 * follows from it (users, names, agreements, boxes).
 */
#ifndef CA_STORE_REGISTRATIONS_H
#define CA_STORE_REGISTRATIONS_H

#include <sys/types.h>

#include "registration.h"
#include "store.h"

struct registration_version {
	int64_t	id, subscriber;
	int	version;		/* 1, 2 ... */
	char	sha256[SHA256_TEXT];		/* of the file; a document */
	int64_t	dossier;		/* that decided it; 0: init's */
	enum subject_kind kind;
	bool	subject_is_subscriber, publish;
	bool	authorised;		/* issuance to another (00F) */
	uid_t	subject_uid;		/* (uid_t)-1: none */
	usec_t	decided;
	usec_t	until;			/* the first of its validations ends */
	int64_t	used;			/* certificates issued on it */
};
int	registration_put(struct tx *, struct registration_version *,
	    struct err *);
/*
 * One certificate more; `limited`: somebody counts (REG-6.3.1-00E), and what
 * was judged meanwhile is judged again.
 */
int	registration_count_use(struct tx *, int64_t id, bool limited,
	    struct err *);
/* The newest; 1/0 (0: asserted by init, no registration file). */
int	registration_in_force(struct view *, int64_t subscriber,
	    struct registration_version *);

/* Nobody acts for a subscriber any more; subscriber_put_user() follows. */
int	subscriber_drop_users(struct tx *, int64_t subscriber, struct err *);
/* The attributes in force take the place of those before, names among them. */
int	attributes_replace(struct tx *, int64_t subscriber,
	    const struct attribute *, size_t count, struct err *);
typedef int attribute_each(void *arg, const struct attribute *);
void	attributes_of(struct view *, int64_t subscriber, attribute_each *,
	    void *arg);

/*
 * A subject DN once used belongs to one subject for ever (GEN-6.3.3-10): by
 * the digest of its normalised form.  Who has it; 0: nobody.
 */
int64_t	subject_owner(struct view *, const char *dn_sha256);
/* EEXIST: another's. */
int	subject_put(struct tx *, const char *dn_sha256, int64_t subscriber,
	    struct err *);

#endif
