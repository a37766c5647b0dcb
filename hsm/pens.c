/*
 * The threads that sign: see pens.h.  A pen that has signed keeps the job with
 * the others that are done; they are ended and answered together when nothing
 * waits to be signed or enough have come, so that a busy signer writes and
 * sends once for several.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/stop.h"
#include "handover.h"
#include "pens.h"
#include "wire.h"

#define PENS_MAX	8
#define TOGETHER	8	/* jobs that are answered at once */

struct pens {
	struct keys	*keys;
	struct book	*book;
	pens_answer	*answer;
	void		*arg;
	pthread_t	 thread[PENS_MAX];
	int		 threads;
	pthread_mutex_t	 lock;		/* all below */
	pthread_cond_t	 work, idle;
	struct job	*first, **last;
	struct job	*done;
	size_t		 done_count, busy;
	bool		 ending;
};

void
job_free(struct job *j)
{
	if (j == NULL)
		return;
	if (j->mapped.data != NULL)
		wire_file_unmap(j->mapped);
	bytes_free(&j->copy);
	bytes_wipe(&j->signature);	/* it may be a package's key */
	bytes_free(&j->record.signature);
	free(j);
}

void
jobs_free(struct job *list)
{
	struct job *next;

	for (; list != NULL; list = next) {
		next = list->next;
		job_free(list);
	}
}

void
job_answer(struct job *j, enum wire_outcome outcome, uint64_t journal,
    const char *reason)
{
	j->answer.id = j->order.id;
	j->answer.outcome = outcome;
	j->answer.journal = journal;
	snprintf(j->answer.reason, sizeof(j->answer.reason), "%.299s",
	    reason);
	j->answer.signature = (struct slice){ NULL, 0 };
	if (outcome == WIRE_SIGNED)
		j->answer.signature = SLICE(&j->signature);
}

/*
 * The key of a package.  What is wrong with it is not told, so that nobody
 * learns from the answers to packages made for that.
 */
static void
unwrap(struct pens *p, struct job *j)
{
	static const char no[] = "the key handover does not open it";
	struct err err;

	if (handover_unwrap(p->keys, j->algorithm, j->tbs, &j->signature,
	    &err) == 0) {
		job_answer(j, WIRE_SIGNED, j->record.seq, "");
		stop_at("signer.unwrapped");
		return;
	}
	log_line("journal record %llu opens nothing: %s",
	    (unsigned long long)j->record.seq, err.text);
	job_answer(j, err.code == EKEYREJECTED ? WIRE_REFUSED :
	    WIRE_ABANDONED, j->record.seq, no);
}

/* The signature, or the word that it was lost. */
static void
sign(struct pens *p, struct job *j)
{
	struct err err;

	if (j->order.kind == SIGN_HANDOVER) {
		unwrap(p, j);
		return;
	}

	if (keys_sign(p->keys, j->order.key, j->tbs, &j->signature,
	    &err) == -1) {
		log_line("journal record %llu is lost: %s",
		    (unsigned long long)j->record.seq, err.text);
		job_answer(j, WIRE_ABANDONED, j->record.seq, err.text);
		return;
	}
	job_answer(j, WIRE_SIGNED, j->record.seq, "");
	stop_at("signer.signed");
}

/*
 * The ends of a list in one write, then the answers.  A signature whose end
 * cannot be written does not leave.
 */
static void
finish(struct pens *p, struct job *list)
{
	struct journal_record ends[MESSAGE_ITEMS];
	struct job *j;
	size_t n = 0;
	struct err err;

	for (j = list; j != NULL; j = j->next) {
		if (j->answer.outcome != WIRE_SIGNED)
			continue;
		ends[n] = (struct journal_record){ .type = JOURNAL_END,
		    .begin = j->record.seq };
		if (j->order.kind != SIGN_HANDOVER)
			ends[n].signature = j->signature;
		memcpy(ends[n++].tbs, j->record.tbs, SHA256_OCTETS);
	}
	if (n > 0 && book_end(p->book, ends, n, &err) == -1) {
		log_line("%s", err.text);
		for (j = list; j != NULL; j = j->next)
			if (j->answer.outcome == WIRE_SIGNED)
				job_answer(j, WIRE_ABANDONED, j->record.seq,
				    err.text);
	}
	if (n > 0)
		stop_at("signer.end-written");
	p->answer(p->arg, list);
}

/* With the lock, which is let go meanwhile. */
static void
finish_done(struct pens *p)
{
	struct job *list = p->done;
	size_t count = p->done_count;

	p->done = NULL;
	p->done_count = 0;
	pthread_mutex_unlock(&p->lock);
	finish(p, list);
	pthread_mutex_lock(&p->lock);
	p->busy -= count;
	pthread_cond_broadcast(&p->idle);
}

static void *
pen(void *arg)
{
	struct pens *p = arg;
	struct job *j;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		while (p->first == NULL && !p->ending)
			pthread_cond_wait(&p->work, &p->lock);
		if ((j = p->first) == NULL)
			break;
		if ((p->first = j->next) == NULL)
			p->last = &p->first;
		pthread_mutex_unlock(&p->lock);
		sign(p, j);
		pthread_mutex_lock(&p->lock);
		j->next = p->done;
		p->done = j;
		if (++p->done_count >= TOGETHER || p->first == NULL)
			finish_done(p);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct pens *
pens_new(int threads, struct keys *keys, struct book *book,
    pens_answer *answer, void *arg)
{
	struct pens *p;

	if ((p = calloc(1, sizeof(*p))) == NULL)
		die("out of memory");
	*p = (struct pens){ .keys = keys, .book = book, .answer = answer,
	    .arg = arg };
	p->last = &p->first;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_cond_init(&p->idle, NULL);
	while (p->threads < threads && p->threads < PENS_MAX)
		if (pthread_create(&p->thread[p->threads++], NULL, pen,
		    p) != 0)
			die("no thread");
	return p;
}

void
pens_free(struct pens *p)
{
	int i;

	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->ending = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (i = 0; i < p->threads; i++)
		pthread_join(p->thread[i], NULL);
	pthread_cond_destroy(&p->idle);
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

void
pens_put(struct pens *p, struct job *list)
{
	pthread_mutex_lock(&p->lock);
	*p->last = list;
	for (; list != NULL; list = list->next) {
		p->busy++;
		p->last = &list->next;
		pthread_cond_signal(&p->work);
	}
	pthread_mutex_unlock(&p->lock);
}

void
pens_do(struct pens *p, struct job *j)
{
	sign(p, j);
	j->next = NULL;
	finish(p, j);
}

size_t
pens_busy(struct pens *p)
{
	size_t busy;

	pthread_mutex_lock(&p->lock);
	busy = p->busy;
	pthread_mutex_unlock(&p->lock);
	return busy;
}

void
pens_wait(struct pens *p, size_t most)
{
	pthread_mutex_lock(&p->lock);
	while (p->busy > most)
		pthread_cond_wait(&p->idle, &p->lock);
	pthread_mutex_unlock(&p->lock);
}
