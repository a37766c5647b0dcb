/*
 * What comes in: each order is looked up in the book, judged, begun together
 * with those that came with it, and handed to the pens.
 */
#ifndef HSM_INTAKE_H
#define HSM_INTAKE_H

#include "pens.h"
#include "rules.h"

struct intake {
	struct book	*book;
	struct keys	*keys;
	struct pens	*pens;
	const struct rules *rules;
	pens_answer	*answer;
	void		*arg;
	bool		 in_doubt;	/* the journal: begin nothing more */
	int		 handover_left;	/* packages that may be opened now */
	usec_t		 handover_time;	/* steady; counted up to then */
};

/* Takes the list; each job is answered, now or by a pen. */
void	intake_work(struct intake *, struct job *list);

#endif
