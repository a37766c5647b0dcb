/*
 * The registry in the store: subscribers, who may act for them, the names
 * validated, the agreements; boxes; papers and configuration by version.
 */
#ifndef CA_STORE_REGISTRY_H
#define CA_STORE_REGISTRY_H

#include <sys/types.h>

#include "agreement.h"
#include "store.h"
#include "text.h"

struct subscriber {
	int64_t	id;
	char	name[64];
	gid_t	gid;		/* the one Unix group it names */
	usec_t	since;
	bool	sandbox;	/* registration asserted, not verified */
	char	profiles[8][32];	/* allowed, the first is the default */
};
struct validated_name {
	char	name[256];	/* "example.org": it and all under it */
	char	kind[8];	/* "dns", "ip" (address/prefix) */
	char	method[64];	/* "asserted (sandbox)" */
	char	verifier[64];
	usec_t	validated, until;
};
struct agreement {
	int64_t	id;
	enum agreement_part part;
	bool	publish;	/* certificates may be published */
	char	party[128];	/* as the form names it */
	char	terms[16], terms_sha256[SHA256_TEXT];
	char	document_sha256[SHA256_TEXT];
	usec_t	time;
	uid_t	uid;
	bool	sandbox;
};

int	subscriber_put(struct tx *, struct subscriber *, struct err *);
int	subscriber_put_user(struct tx *, int64_t subscriber, uid_t,
	    struct err *);
int	subscriber_put_name(struct tx *, int64_t subscriber,
	    const struct validated_name *, struct err *);
int	agreement_put(struct tx *, int64_t subscriber, struct agreement *,
	    struct err *);

int	subscriber_get(struct view *, int64_t id, struct subscriber *);
int	subscriber_find(struct view *, const char *name, struct subscriber *);
typedef int subscriber_each(void *arg, const struct subscriber *);
void	subscribers_list(struct view *, int64_t after, subscriber_each *,
	    void *arg);
typedef int user_each(void *arg, uid_t);
void	subscriber_users(struct view *, int64_t subscriber, user_each *,
	    void *arg);
bool	subscriber_has_user(struct view *, int64_t subscriber, uid_t);
/* The one subscriber of a uid: 1; none: 0; several: 2. */
int	subscriber_of_user(struct view *, uid_t, struct subscriber *);
/* The newest agreement of a part to these very terms, or to any; 1/0. */
int	agreement_find(struct view *, int64_t subscriber,
	    enum agreement_part, const char *terms_sha256,
	    struct agreement *);
int	agreement_newest(struct view *, int64_t subscriber,
	    enum agreement_part, struct agreement *);

/*
 * Boxes: 1 is the root box; each subscriber has one, and one for each allowed
 * profile.  Numbers are for ever.
 */
struct box {
	int64_t	id, subscriber;	/* subscriber 0: the root box */
	char	profile[32];	/* "": the subscriber's first */
	usec_t	since;
};
#define BOX_ROOT	1
int	box_put(struct tx *, struct box *, struct err *);	/* finds too */
int	box_get(struct view *, int64_t id, struct box *);
int	box_find(struct view *, int64_t subscriber, const char *profile,
	    struct box *);

/* A fact with a digest whose change is an event: papers, profile, config. */
/* 1/0 */
int	fact_digest(struct view *, const char *name, char sha256[SHA256_TEXT]);
int	fact_put(struct tx *, const char *name, const char *sha256,
	    struct err *);

#endif
