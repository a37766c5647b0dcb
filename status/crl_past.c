/*
 * The signer is asked what became of a list that never was: the answer has the
 * highest number it knows.  See crl_past.h and docs/PROTOCOL.signer.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crl_number.h"
#include "crl_past.h"
#include "crl_published.h"
#include "sign_batch.h"

struct crl_past {
	struct job	   job;		/* first: the job is the past */
	const struct desk *desk;
	struct sign_batch *batch;	/* NULL: it was answered */
	int64_t		   known;	/* by the signer, or readers */
	pthread_mutex_t	   mutex;
	pthread_cond_t	   changed;
	bool		   settled;
};

struct crl_past *
crl_past_new(const struct desk *desk)
{
	struct crl_past *past = calloc(1, sizeof *past);
	char never[65];

	if (past == NULL)
		die("out of memory");
	past->desk = desk;
	pthread_mutex_init(&past->mutex, NULL);
	steady_cond_init(&past->changed);
	memset(never, '0', sizeof never - 1);
	never[sizeof never - 1] = '\0';
	past->batch = sign_batch_new(desk->parts->signing, 1);
	sign_batch_ask(past->batch, SIGN_CRL, "issuing", 0, never);
	sign_batch_submit(past->batch);
	return past;
}

void
crl_past_free(struct crl_past *past)
{
	if (past == NULL)
		return;
	sign_batch_free(past->batch);
	pthread_cond_destroy(&past->changed);
	pthread_mutex_destroy(&past->mutex);
	free(past);
}

static bool
is_behind(const struct crl_past *past)
{
	struct view *view = view_take(past->desk->parts->store);
	bool behind = past->known > crl_number_last(view);

	view_put(view);
	return behind;
}

static int
apply(struct job *job, struct tx *tx, struct err *err)
{
	return crl_number_raise(tx, ((struct crl_past *)job)->known, err);
}

/* Where the signer's book was put back too, publish_dir may not have been. */
static void
hear(struct crl_past *past, int64_t number)
{
	int dir = past->desk->parts->publish_dir;

	past->known = number;
	if (dir > 0)
		past->known = crl_published(dir, past->desk->issuing, number);
}

int
crl_past_look(struct crl_past *past, struct err *err)
{
	if (past->batch != NULL && !sign_batch_answered(past->batch))
		return err_set(err, EAGAIN, "the signer was not heard yet");
	if (past->batch != NULL)
		hear(past, sign_batch_answer(past->batch, 0)->crl_number);
	sign_batch_free(past->batch);
	past->batch = NULL;
	if (!is_behind(past))
		return 0;
	past->job.apply = apply;
	past->job.essential = true;
	return commit_wait(past->desk->parts->committer, &past->job, err);
}

void
crl_past_settle(struct crl_past *past)
{
	pthread_mutex_lock(&past->mutex);
	past->settled = true;
	pthread_cond_broadcast(&past->changed);
	pthread_mutex_unlock(&past->mutex);
}

bool
crl_past_settled(struct crl_past *past)
{
	bool settled;

	pthread_mutex_lock(&past->mutex);
	settled = past->settled;
	pthread_mutex_unlock(&past->mutex);
	return settled;
}

void
crl_past_wait(struct crl_past *past, usec_t at_most)
{
	usec_t until = clock_steady() + at_most;

	pthread_mutex_lock(&past->mutex);
	while (!past->settled &&
	    steady_cond_wait(&past->changed, &past->mutex, until) == 0)
		continue;
	pthread_mutex_unlock(&past->mutex);
}
