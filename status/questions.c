/*
 * Who waits for an OCSP answer to be signed.
 *
 * A question stands in the list from the first who asks until it is answered;
 * those being signed are the first ones, new ones go to the end.  Signatures
 * are limited by a bucket of tokens, so that asking cannot starve issuing.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "bucket.h"
#include "ocsp_status.h"
#include "questions.h"

#define DEADLINE	(200000)	/* DETAILS: a lookup waits so long */
#define QUESTIONS_MOST	512
#define PRICE		(USEC / 300)	/* of a signature */
#define BURST		300
/*
 * Certificates can be put together in any number of ways, and each way asked
 * for is an answer that has to be kept, with its event: those about several
 * are few, or whoever can read status/ fills the disk.
 */
#define SEVERAL_PRICE	(10 * USEC)
#define SEVERAL_BURST	20

struct lookup {
	struct timer	 timer;		/* first: the timer is the lookup */
	struct lookup	*next;
	struct questions *all;
	struct question	*question;
	ocsp_done	*done;		/* NULL: answered */
	void		*arg;
};

struct question {
	struct question	*next;
	struct lookup	*lookups;
	struct bytes	 ids;		/* joined */
};

struct questions {
	const struct desk *desk;
	pthread_mutex_t	 mutex;
	struct question	*first;
	size_t		 count;
	struct bucket	 all, several;
};

struct questions *
questions_new(const struct desk *desk)
{
	struct questions *q = calloc(1, sizeof *q);

	if (q == NULL)
		die("out of memory");
	if (pthread_mutex_init(&q->mutex, NULL) != 0)
		die("cannot make a mutex");
	q->desk = desk;
	bucket_set(&q->all, PRICE, BURST);
	bucket_set(&q->several, SEVERAL_PRICE, SEVERAL_BURST);
	return q;
}

static ocsp_done *
take_done(struct lookup *l)
{
	ocsp_done *done;

	pthread_mutex_lock(&l->all->mutex);
	done = l->done;
	l->done = NULL;
	pthread_mutex_unlock(&l->all->mutex);
	return done;
}

/* What is kept may be past half of its life and is still true. */
static void
answer_kept(struct lookup *l)
{
	struct slice joined = SLICE(&l->question->ids);
	ocsp_done *done = take_done(l);
	struct ocsp_ids ids;
	struct view *view;
	int64_t answer;
	bool fresh;
	int kept;

	if (done == NULL)
		return;
	view = view_take(l->all->desk->parts->store);
	kept = ocsp_ids_decode(joined, &ids) == 0 &&
	    ocsp_kept(view, &ids, joined, clock_now(), &answer, &fresh) == 1;
	view_put(view);
	if (kept)
		done(l->arg, OCSP_ANSWER, answer);
	else
		done(l->arg, OCSP_TRY_LATER, 0);
}

static void
give_up(struct timer *timer)
{
	answer_kept((struct lookup *)timer);
}

/* Answers all of a question that left the list, and frees it. */
static void
end_question(struct questions *q, struct question *question, int64_t answer)
{
	struct lookup *l;
	ocsp_done *done;

	while ((l = question->lookups) != NULL) {
		question->lookups = l->next;
		timers_cancel(q->desk->timers, &l->timer);
		if (answer == 0)
			answer_kept(l);
		else if ((done = take_done(l)) != NULL)
			done(l->arg, OCSP_ANSWER, answer);
		free(l);
	}
	bytes_free(&question->ids);
	free(question);
}

void
questions_free(struct questions *q)
{
	struct question *question;

	if (q == NULL)
		return;
	while ((question = q->first) != NULL) {
		q->first = question->next;
		end_question(q, question, 0);
	}
	pthread_mutex_destroy(&q->mutex);
	free(q);
}

/* The question about these; one more at the end when nobody asked it yet. */
static struct question *
find_question(struct questions *q, struct bytes *ids, bool several)
{
	struct question *question, **at;

	for (at = &q->first; (question = *at) != NULL; at = &question->next)
		if (slice_equal(SLICE(&question->ids), SLICE(ids)))
			return question;
	if (q->count >= QUESTIONS_MOST ||
	    (several && bucket_take(&q->several, 1) == 0))
		return NULL;
	if ((question = calloc(1, sizeof *question)) == NULL)
		die("out of memory");
	bytes_take(&question->ids, ids);
	*at = question;
	q->count++;
	return question;
}

int
questions_add(struct questions *q, const struct ocsp_ids *ids,
    ocsp_done *done, void *arg)
{
	struct question *question;
	struct bytes joined = { 0 };
	struct lookup *l = NULL;

	ocsp_ids_join(ids, &joined);
	pthread_mutex_lock(&q->mutex);
	question = find_question(q, &joined, ids->count > 1);
	if (question != NULL) {
		if ((l = calloc(1, sizeof *l)) == NULL)
			die("out of memory");
		l->all = q;
		l->question = question;
		l->done = done;
		l->arg = arg;
		l->timer.fire = give_up;
		l->next = question->lookups;
		question->lookups = l;
		timers_set(q->desk->timers, &l->timer, DEADLINE);
	}
	pthread_mutex_unlock(&q->mutex);
	bytes_free(&joined);
	return l != NULL ? 0 : -1;
}

bool
questions_wait(struct questions *q)
{
	bool wait;

	pthread_mutex_lock(&q->mutex);
	wait = q->first != NULL;
	pthread_mutex_unlock(&q->mutex);
	return wait;
}

size_t
questions_take(struct questions *q, size_t most, struct answer_order *orders)
{
	struct question *question;
	size_t count;

	pthread_mutex_lock(&q->mutex);
	if (most > q->count)
		most = q->count;
	count = bucket_take(&q->all, most);
	question = q->first;
	for (size_t i = 0; i < count; i++, question = question->next)
		bytes_copy(&orders[i].ids, SLICE(&question->ids));
	pthread_mutex_unlock(&q->mutex);
	return count;
}

/* What is outdated stays and is taken again. */
void
questions_answer(struct questions *q, struct answer_order *orders,
    size_t count)
{
	struct question *ended[ANSWERS_MOST], *question, **at;
	int64_t answers[ANSWERS_MOST];
	size_t n = 0;

	pthread_mutex_lock(&q->mutex);
	at = &q->first;
	for (size_t i = 0; i < count; i++) {
		question = *at;
		if (orders[i].outdated) {
			at = &question->next;
			continue;
		}
		*at = question->next;
		q->count--;
		ended[n] = question;
		answers[n++] = orders[i].answer;
	}
	pthread_mutex_unlock(&q->mutex);
	for (size_t i = 0; i < n; i++)
		end_question(q, ended[i], answers[i]);
	for (size_t i = 0; i < count; i++)
		bytes_free(&orders[i].ids);
}
