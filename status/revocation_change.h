/*
 * What an act changes of one certificate, inside one transaction: rows,
 * blocked key, withdrawn OCSP answers, the texts and an event.
 */
#ifndef STATUS_REVOCATION_CHANGE_H
#define STATUS_REVOCATION_CHANGE_H

#include "desk.h"
#include "revocation_act.h"

struct act_order {
	const struct desk *desk;
	struct certificate certificate;
	struct act_words words;
	enum authentication how;
	uid_t	uid;
	char	role[40];	/* "": the CA itself */
	bool	officer;
	char	act[65];
	usec_t	received;
	usec_t	now;		/* when it is asked; 0: as received */
	usec_t	authenticated;	/* 0: as received */
	usec_t	confirmed, decided, effective;	/* 0: now */
	char	exception[400];	/* why it was not confirmed; "" */
	bool	by_itself;	/* what was decided takes place */
	const char *line;	/* as written, for evidence; "" */
	struct slice proof;	/* by which it was authenticated */
};

/*
 * Checks again, where nothing can change any more, and does it.  `row` is what
 * is to be published then, with id 0 when nothing is (scheduled).
 */
int	revocation_change(const struct act_order *, struct tx *,
	    struct revocation *row, struct err *);
/* An event about it, without its outcome. */
struct event *revocation_event(const struct act_order *, const char *name);
/* Who asked, how it was confirmed, and the dates; `decided` 0: not yet. */
void	revocation_event_facts(struct event *, const struct act_order *,
	    usec_t decided);

#endif
