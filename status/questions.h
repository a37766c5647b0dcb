/*
 * Who waits for an OCSP answer to be signed: one question for all who ask the
 * same, in the order they came, each with a deadline of its own.
 */
#ifndef STATUS_QUESTIONS_H
#define STATUS_QUESTIONS_H

#include "answers.h"
#include "desk.h"
#include "ocsp_request.h"
#include "publisher.h"

struct questions;
struct question;

struct questions *questions_new(const struct desk *);
void	questions_free(struct questions *);	/* all get tryLater */

/*
 * 0, or -1 when too many wait.  At the deadline `done` gets what is kept and
 * still valid, else tryLater.
 */
int	questions_add(struct questions *, const struct ocsp_ids *,
	    ocsp_done *, void *arg);
bool	questions_wait(struct questions *);	/* is there any? */

/*
 * Takes up to `most` questions that the rate allows; their CertIDs go to
 * `orders`.  Afterwards each is handed back by questions_answer.
 */
size_t	questions_take(struct questions *, size_t most,
	    struct answer_order *orders);
void	questions_answer(struct questions *, struct answer_order *orders,
	    size_t count);

#endif
