/*
 * Until when each open case has to be done, in the store (REV-6.2.4-03A): a
 * revocation until CRL and OCSP both say so (-03C: each), a dossier until an
 * officer decided it.  A row leaves when its case is done.
 */
#ifndef CA_STORE_DEADLINES_H
#define CA_STORE_DEADLINES_H

#include "store_status.h"

/* In the store: add, never change. */
enum deadline_kind { DEADLINE_REVOCATION = 0, DEADLINE_DOSSIER = 1 };
enum deadline_method { BY_CRL, BY_OCSP, BY_DECISION, DEADLINE_METHODS };

/* Bits of `told`, each once: near, then missed. */
#define TOLD_NEAR(method)	(1u << (2 * (method)))
#define TOLD_MISSED(method)	(2u << (2 * (method)))

struct deadline {
	enum deadline_kind kind;
	int64_t	 object;		/* revocation or dossier */
	usec_t	 start, due;
	unsigned told;
	int64_t	 certificate;
	char	 serial[SERIAL_TEXT];
	int	 reason;
	usec_t	 done[DEADLINE_METHODS];	/* 0: not yet */
};

/*
 * A change of an open case keeps the earlier one.  Of a dossier only what was
 * told is kept here: deadlines_open() finds it by itself.
 */
int	deadline_put(struct tx *, const struct deadline *, struct err *);
int	deadline_set_told(struct tx *, const struct deadline *, struct err *);
/* Those that were done in time, 20,000 at most. */
int	deadlines_clear(struct tx *, struct err *);
int	deadline_remove(struct tx *, const struct deadline *, struct err *);
/* Is there something for deadlines_clear()? */
bool	deadlines_to_clear(struct view *);

/* Which methods of it count: a revocation's are CRL and OCSP. */
bool	deadline_has(const struct deadline *, enum deadline_method);

typedef int deadline_each(void *arg, const struct deadline *);
/*
 * All that are not done, or were done too late and are not removed.  A dossier
 * has `decision_max` from its opening, one about a report from its receipt.
 */
void	deadlines_open(struct view *, usec_t decision_max, deadline_each *,
	    void *arg);

#endif
