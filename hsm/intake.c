/*
 * What comes in: see intake.h.  DESIGN section 4 is kept here: a begin is on
 * disk before the token sees anything, one sync for all that came together;
 * what was begun before is never signed again.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../ca/stop.h"
#include "intake.h"

#define UNDER_WAY_MAX (2 * MESSAGE_ITEMS)
#define HANDOVER_MOST	20		/* at once ... */
#define HANDOVER_EVERY	(USEC / 5)	/* ... and then one in this time */

struct list {
	struct job	*first, **last;
	size_t		 count;
};

static void
list_init(struct list *l)
{
	l->first = NULL;
	l->last = &l->first;
	l->count = 0;
}

static void
list_add(struct list *l, struct job *j)
{
	j->next = NULL;
	*l->last = j;
	l->last = &j->next;
	l->count++;
}

/* --- what was begun before ----------------------------------------------- */

/* True when the book has the answer, and it is set. */
static bool
look_up(struct intake *in, struct job *j)
{
	struct book_page page;

	book_find(in->book, j->record.tbs, &page);
	if (page.state == BOOK_BEGUN) {
		stop_at("signer.begun-before");
		/*
		 * It may be with a pen, or have been with one when it was
		 * looked up: see what became of it.
		 */
		pens_wait(in->pens, 0);
		book_find(in->book, j->record.tbs, &page);
	}
	if (page.state == BOOK_UNKNOWN)
		return false;
	bytes_take(&j->signature, &page.signature);
	if (page.state == BOOK_ENDED)
		job_answer(j, WIRE_SIGNED, page.begin, "");
	else
		job_answer(j, WIRE_ABANDONED, page.begin,
		    "begun in the journal, and the signature was lost");
	return true;
}

/* --- what may be begun --------------------------------------------------- */

static bool
has_serial(void *arg, const char *serial)
{
	return book_has_serial(arg, serial);
}

static int64_t
crl_number(void *arg, const char *list)
{
	return book_crl_number(arg, list);
}

static enum rules_last
crl_last(void *arg, const char *list)
{
	static const enum rules_last words[] = {
		[BOOK_UNKNOWN] = RULES_NEVER, [BOOK_BEGUN] = RULES_BEGUN,
		[BOOK_ENDED] = RULES_ENDED
	};

	return words[book_crl_last(arg, list)];
}

/* A store that was restored knows less than the book. */
static void
tell_crl_number(struct intake *in, struct job *j)
{
	char all[RULES_LIST];
	int64_t number;

	if (j->order.kind != SIGN_CRL)
		return;
	snprintf(all, sizeof(all), "%s/all", j->order.key);
	if ((number = book_crl_number(in->book, all)) > 0)
		j->answer.crl_number = (uint64_t)number;
}

static void
refuse_job(struct intake *in, struct job *j, const struct err *why)
{
	struct err err;

	snprintf(j->record.text, sizeof(j->record.text), "%.299s", why->text);
	if (book_refuse(in->book, &j->record, &err) == -1)
		log_line("%s", err.text);
	log_line("refused: %s", why->text);
	job_answer(j, WIRE_REFUSED, j->record.seq, why->text);
	tell_crl_number(in, j);
}

/*
 * Packages come seldom; who sends many asks for something else.  What is over
 * waits in core and is sent again.
 */
static bool
is_too_often(struct intake *in, struct job *j)
{
	usec_t now = clock_steady(), earned;

	if (j->order.kind != SIGN_HANDOVER)
		return false;
	earned = (now - in->handover_time) / HANDOVER_EVERY;
	if (in->handover_time == 0 || earned >= HANDOVER_MOST) {
		in->handover_left = HANDOVER_MOST;
		in->handover_time = now;
	} else if (earned > 0) {
		in->handover_left += (int)earned;
		in->handover_time += earned * HANDOVER_EVERY;
	}
	if (in->handover_left > HANDOVER_MOST)
		in->handover_left = HANDOVER_MOST;
	if (in->handover_left == 0) {
		job_answer(j, WIRE_UNAVAILABLE, 0, "too many packages are "
		    "being opened");
		return true;
	}
	in->handover_left--;
	return false;
}

/* True when the job may be begun; else it is answered. */
static bool
may_begin(struct intake *in, struct job *j)
{
	struct rules_past past = { has_serial, crl_number, crl_last,
	    in->book };
	struct rules_order order = { j->order.kind, j->order.key, j->tbs,
	    clock_now() };
	char reason[REASON_MAX];
	struct err why;

	/* What was unwrapped is not in the book, and may be asked again. */
	if (j->order.kind != SIGN_HANDOVER && look_up(in, j))
		return false;
	if (j->order.recover) {
		job_answer(j, WIRE_NEVER_BEGUN, 0, "");
		tell_crl_number(in, j);
		return false;
	}
	if (keys_ready(in->keys, j->order.key, reason) == 0) {
		job_answer(j, WIRE_UNAVAILABLE, 0, reason);
		return false;
	}
	if (is_too_often(in, j))
		return false;
	if (rules_judge(in->rules, &order, &past, j->record.what, &why) ==
	    -1) {
		refuse_job(in, j, &why);
		return false;
	}
	j->algorithm = rules_algorithm(in->rules, j->order.key);
	return true;
}

/* Behind the number of a CRL: which list it is. */
static const char *
list_of(const struct job *j)
{
	const char *slash = strchr(j->record.what, '/');

	return slash != NULL ? slash : "";
}

/* One could decide what becomes of the other. */
static bool
are_alike(const struct job *a, const struct job *b)
{
	const struct journal_record *r = &a->record, *s = &b->record;

	if (memcmp(r->tbs, s->tbs, SHA256_OCTETS) == 0 ||
	    (strcmp(r->what, "-") != 0 && strcmp(r->what, s->what) == 0))
		return true;
	if (r->kind != SIGN_CRL && s->kind != SIGN_CRL)
		return false;
	/* After the last there is no certificate and no other list. */
	return strstr(list_of(a), "/last") != NULL ||
	    strstr(list_of(b), "/last") != NULL ||
	    (r->kind == s->kind && strcmp(list_of(a), list_of(b)) == 0);
}

/* Is it, or does it use up, what another of the list does? */
static bool
is_like_one_of(const struct list *l, const struct job *j)
{
	const struct job *other;

	for (other = l->first; other != NULL; other = other->next)
		if (are_alike(other, j))
			return true;
	return false;
}

/* --- beginning ----------------------------------------------------------- */

static int
begin(struct intake *in, struct list *l, struct err *err)
{
	struct journal_record records[MESSAGE_ITEMS];
	struct job *j;
	size_t n = 0;

	for (j = l->first; j != NULL; j = j->next)
		records[n++] = j->record;
	if (book_begin(in->book, records, n, err) == -1)
		return -1;
	for (n = 0, j = l->first; j != NULL; j = j->next)
		j->record = records[n++];
	return 0;
}

static void
put_off(struct intake *in, struct list *l, const char *reason)
{
	struct job *j;

	if (l->first == NULL)
		return;
	log_line("%zu orders wait: %s", l->count, reason);
	for (j = l->first; j != NULL; j = j->next)
		job_answer(j, WIRE_UNAVAILABLE, 0, reason);
	in->answer(in->arg, l->first);
	list_init(l);
}

/* On a full disk what is urgent may use the journal's reserve. */
static void
keep_urgent(struct intake *in, struct list *l, const char *reason)
{
	struct list urgent, rest;
	struct job *j, *next;

	list_init(&urgent);
	list_init(&rest);
	for (j = l->first; j != NULL; j = next) {
		next = j->next;
		list_add(j->record.kind == SIGN_CERTIFICATE ||
		    j->record.kind == SIGN_HANDOVER ? &rest : &urgent, j);
	}
	put_off(in, &rest, reason);
	*l = urgent;
	if (l->first == NULL)
		list_init(l);
}

static void
begin_all(struct intake *in, struct list *l)
{
	size_t all = l->count;
	struct err err;

	if (l->first == NULL)
		return;
	if (begin(in, l, &err) == -1) {
		if (err.code == ENOSPC)
			keep_urgent(in, l, err.text);
		if (err.code != ENOSPC || l->first == NULL ||
		    l->count == all || begin(in, l, &err) == -1) {
			in->in_doubt = err.code != ENOSPC;
			put_off(in, l, err.text);
			return;
		}
	}
	stop_at("signer.begin-synced");
	if (l->count == 1 && pens_busy(in->pens) == 0)
		pens_do(in->pens, l->first);
	else
		pens_put(in->pens, l->first);
	list_init(l);
}

void
intake_work(struct intake *in, struct job *jobs)
{
	struct list batch, answered;
	struct job *j, *next;

	list_init(&batch);
	list_init(&answered);
	pens_wait(in->pens, UNDER_WAY_MAX - MESSAGE_ITEMS);
	for (j = jobs; j != NULL; j = next) {
		next = j->next;
		if (!may_begin(in, j)) {
			list_add(&answered, j);
			continue;
		}
		if (batch.count == MESSAGE_ITEMS ||
		    is_like_one_of(&batch, j)) {
			begin_all(in, &batch);
			/* What was just begun may have used it up. */
			if (!may_begin(in, j)) {
				list_add(&answered, j);
				continue;
			}
		}
		list_add(&batch, j);
	}
	if (answered.first != NULL)
		in->answer(in->arg, answered.first);
	begin_all(in, &batch);
}
