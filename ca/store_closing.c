/*
 * The end of a CA in the store.  See store_closing.h.
 */
#include <errno.h>

#include "signing.h"
#include "store_closing.h"
#include "store_private.h"

/* In meta. */
#define STATE	"closing"
#define REVOKED	"issuing-revoked"

enum closing
closing_state(struct view *v)
{
	return (enum closing)meta_number(v, STATE, CLOSING_NOT);
}

int
closing_set(struct tx *tx, enum closing state, struct err *err)
{
	if (closing_state(&tx->view) >= state)
		return err_set(err, EEXIST, "the end of this CA was decided "
		    "already");
	if (meta_set_number(tx, STATE, state, err) != 0)
		return -1;
	return store_policy_moved(tx, err);
}

usec_t
closing_revoked(struct view *v)
{
	return meta_number(v, REVOKED, 0);
}

int
closing_set_revoked(struct tx *tx, usec_t when, struct err *err)
{
	if (closing_revoked(&tx->view) != 0)
		return err_set(err, EEXIST, "the issuing CA was revoked "
		    "already");
	if (meta_set_number(tx, REVOKED, when, err) != 0)
		return -1;
	return store_policy_moved(tx, err);
}

void
closing_unrevoked(struct view *v, usec_t now, certificate_each *each,
    void *arg)
{
	struct certificate c;
	struct query *q;
	int64_t id;
	int stop = 0;

	q = query_new(v->sql, "SELECT id FROM certificates"
	    " WHERE expiry_day >= ?1 AND not_after > ?2"
	    " AND issuer = 'issuing' AND (reason IS NULL OR reason IN (6, 8))");
	bind_number(q, now / USEC_DAY);
	bind_number(q, now);
	while (stop == 0 && query_next(q)) {
		id = take_number(q);
		if (certificate_get(v, id, &c) == 1)
			stop = each(arg, &c);
	}
	query_done(q);
}

bool
closing_is_signing(struct view *v)
{
	struct query *q;
	bool found;

	q = query_new(v->sql, "SELECT 1 FROM intents"
	    " WHERE closed IS NULL AND kind = ? LIMIT 1");
	bind_number(q, SIGN_CERTIFICATE);
	found = query_next(q);
	query_done(q);
	return found;
}
