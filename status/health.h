/*
 * status/health.txt: one line for each check, `ok`, `warn` or `fail` and why.
 * Whoever knows the answer to a check sets it; keys, store, clock and age are
 * looked at twice a second.  A new version is published when a line
 * changed, so no line holds what changes by itself.
 */
#ifndef STATUS_HEALTH_H
#define STATUS_HEALTH_H

#include "../ca/authority.h"
#include "timers.h"

struct health;

enum health_state { HEALTH_OK, HEALTH_WARN, HEALTH_FAIL };
enum health_check {
	HEALTH_SANDBOX, HEALTH_ISSUING_CA, HEALTH_PUBLICATION, HEALTH_CRL,
	HEALTH_ROOT_CRL, HEALTH_OCSP, HEALTH_RESPONDER, HEALTH_CONSISTENCY,
	HEALTH_ISSUING_KEY, HEALTH_OCSP_KEY, HEALTH_EVIDENCE_KEY, HEALTH_STORE,
	HEALTH_CLOCK, HEALTH_SCHEDULE, HEALTH_DEADLINES, HEALTH_NOTICES,
	HEALTH_DISK, HEALTH_CHECKPOINT, HEALTH_MIRROR, HEALTH_PROBES,
	HEALTH_CHECKS
};

/* Publishes the first version before it returns. */
struct health	*health_new(const struct authority_parts *, struct timers *);
void		 health_free(struct health *);
/* Looks at once; what changed is published behind the call. */
void		 health_look(struct health *);
/* `oldest` tells since when a revocation waits to be published, 0: none. */
void		 health_watch(struct health *, usec_t (*oldest)(void *),
		    void *arg);
void		 health_set(struct health *, enum health_check,
		    enum health_state, const char *fmt, ...)
		    __attribute__((format(printf, 4, 5)));
/* Each check as it stands, in the file's order; never waits. */
struct health_line {
	const char	 *name;
	enum health_state state;
	char		  text[300];
	unsigned	  said;		/* counts what was said of it */
};
void		 health_lines(struct health *,
		    struct health_line to[HEALTH_CHECKS]);
void		 health_line(struct health *, enum health_check,
		    struct health_line *to);
/*
 * It was well when `was` stood there: says so, unless something else is said
 * of it meanwhile.
 */
void		 health_mend(struct health *, enum health_check,
		    const struct health_line *was, const char *fmt, ...)
		    __attribute__((format(printf, 4, 5)));
const char	*health_state_name(enum health_state);
/* When the newest CRL ends (the root's too); its check follows from it. */
void		 health_crl(struct health *, enum health_check, int64_t number,
		    usec_t next_update);

#endif
