/*
 * What follows from the configuration and stands in the store: digests of
 * papers, profiles and configuration, the standing approvals of the CA's own
 * profiles, and the files of ca/.  Each change is an event.
 */
#ifndef CA_FACTS_H
#define CA_FACTS_H

#include "config.h"
#include "store.h"

struct facts_change {
	char	(*paths)[512];		/* published anew; the caller's */
	size_t	 count;
	size_t	 changed;		/* facts with another digest */
};

/*
 * In one transaction: compares digests with the running configuration (an
 * event with old and new for each change; policy-seq rises), records standing
 * approvals that are missing, publishes ca/ and README.txt.
 */
int	facts_record(struct tx *, const struct config *,
	    struct facts_change *, struct err *);
/* The number of the approval of one of the CA's own profiles; 0: none. */
int64_t	facts_approval(struct view *, const struct profile *);

/* ca_folder.c: publishes one by one; `each` gets the path of a new one. */
int	ca_folder_publish(struct tx *, const struct config *,
	    void (*each)(void *, const char *path), void *arg, struct err *);

#endif
