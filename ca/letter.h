/*
 * What the command of [notices] is told, as core hands it to main, and what
 * became of that: two bodies of messages (docs/PROTOCOL.control).
 */
#ifndef CA_LETTER_H
#define CA_LETTER_H

#include "bytes.h"
#include "err.h"

struct letter {
	uint64_t id;			/* of the notice */
	char	what[16];		/* "revoked" */
	char	serial[48], profile[32];
	char	subscriber[64];		/* name of its box */
	char	subject[256], contact[256];	/* "": none is registered */
	struct slice text;		/* standard input; borrowed */
};
void	letter_put(struct bytes *, const struct letter *);
/* 0 or -1 EBADMSG; `text` borrows from the octets. */
int	letter_get(struct slice, struct letter *, struct err *);

/* In messages of a main and a core of one program: not kept anywhere. */
enum letter_end {
	LETTER_EXITED,			/* number: exit status */
	LETTER_KILLED,			/* number: signal */
	LETTER_LATE,			/* ended by main at its timeout */
	LETTER_BUSY,			/* not begun: try again */
	LETTER_ENDS
};
struct letter_outcome {
	uint64_t id;
	enum letter_end end;
	uint32_t number;
};
void	letter_outcome_put(struct bytes *, const struct letter_outcome *);
int	letter_outcome_get(struct slice, struct letter_outcome *,
	    struct err *);

#endif
