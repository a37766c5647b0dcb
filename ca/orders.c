/*
 * Revocations that were ordered.  See orders.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "desk_private.h"
#include "dossier_report.h"
#include "orders.h"
#include "ra_revocation.h"

#define AT_ONCE	64

struct doing {
	struct job		 job;		/* first */
	struct authority	*authority;
	struct revocation_order	 order;
	char			 outcome[sizeof(((struct revocation_order *)
				    0)->outcome)];
	char			 tell[1][PATH_TEXT];
};

/* --- done ----------------------------------------------------------------- */

static int
done_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct doing		*d = (struct doing *)job;
	struct revocation_order	 now;
	struct package_row	 package;

	d->tell[0][0] = '\0';
	/* Handed over twice, it was done once. */
	if (order_get(tx_view(tx), d->order.id, &now) != 1 || now.done != 0)
		return 0;
	if (report_order_done(tx, &now, d->outcome, d->tell[0], e) == -1)
		return -1;
	return now.package == 0 || package_get(tx_view(tx), now.package,
	    &package) != 1 ? 0 : ra_request_status(tx, &package, d->tell[0],
	    e);
}

static void
done_end(struct job *job, const struct err *fault)
{
	struct doing	*d = (struct doing *)job;

	if (fault != NULL)
		log_line("a revocation that was done is not recorded so: %s",
		    fault->text);
	else
		desk_publish(d->authority, d->tell, 1);
	desk_job_end(d->authority);
	free(d);
}

/* From the publisher: it is out, or will be; or there was a reason not to. */
static void
was_done(void *arg, const struct err *fault)
{
	struct doing	*d = arg;

	if (fault != NULL && (fault->code == ENOSPC || fault->code == EROFS ||
	    fault->code == EIO)) {
		log_line("an ordered revocation has to wait: %s",
		    fault->text);
		free(d);
		return;
	}
	if (fault == NULL)
		snprintf(d->outcome, sizeof(d->outcome), "revoked");
	else
		snprintf(d->outcome, sizeof(d->outcome), "not revoked: %.380s",
		    fault->text);
	d->job.apply = done_apply;
	d->job.done = done_end;
	d->job.essential = true;
	desk_job_submit(d->authority, &d->job);
}

/* --- to do ---------------------------------------------------------------- */

struct orders {
	struct authority	*authority;
	struct doing		*list[AT_ONCE];
	size_t			 count;
	int64_t			 last;
};

static int
note_order(void *arg, const struct revocation_order *order)
{
	struct orders	*all = arg;
	struct doing	*d = calloc(1, sizeof(*d));

	if (d == NULL)
		die("out of memory");
	d->authority = all->authority;
	d->order = *order;
	all->last = order->id;
	all->list[all->count++] = d;
	return all->count == AT_ONCE;
}

void
orders_do(struct authority *authority)
{
	const struct authority_parts	*parts = authority->parts;
	struct orders			 all = { .authority = authority };
	struct view			*v;
	size_t				 i;

	do {
		all.count = 0;
		v = view_take(parts->store);
		orders_undone(v, all.last, note_order, &all);
		view_put(v);
		for (i = 0; i < all.count; i++)
			parts->revoke(parts->revoked_arg, &all.list[i]->order,
			    was_done, all.list[i]);
	} while (all.count == AT_ONCE);
}
