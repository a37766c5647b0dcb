/*
 * The number of CRLs.  See crl_number.h.
 */
#include "../ca/store_crls.h"
#include "crl_number.h"

#define ISSUER	"issuing"
#define NUMBER	"crl-number." ISSUER	/* the last intended */
#define SEEN	"crl-seen." ISSUER	/* after a restore */

int64_t
crl_number_last(struct view *view)
{
	struct crl newest;
	int64_t number = meta_number(view, NUMBER, 0);

	if (crl_newest(view, ISSUER, CRL_COMPLETE, &newest) == 1 &&
	    newest.number > number)
		number = newest.number;
	return number;
}

int
crl_number_set(struct tx *tx, int64_t number, struct err *err)
{
	return meta_set_number(tx, NUMBER, number, err);
}

int
crl_number_raise(struct tx *tx, int64_t known, struct err *err)
{
	struct event *event;

	event = event_new("crl-number-raised", REVOCATION_STATUS);
	event_actor_self(event);
	event_requirements(event, "OVR-6.6.2-01");
	event_outcome(event, "done");
	event_detail_number(event, "from", crl_number_last(tx_view(tx)));
	event_detail_number(event, "above", known);
	event_detail(event, "why", "higher numbers were signed than the "
	    "store knows of: an older store was restored");
	if (crl_number_set(tx, known, err) != 0 ||
	    meta_set_number(tx, SEEN, known, err) != 0) {
		event_free(event);
		return -1;
	}
	return desk_append(tx, event, err);
}

int64_t
crl_number_seen(struct view *view)
{
	return meta_number(view, SEEN, 0);
}
