/*
 * What a slot says of its certificate: see slot_status.h.  The text of the
 * issued request stays as it is, with one line more.
 */
#include "slot_status.h"
#include "status_text.h"
#include "store_requests.h"

int
slot_status_revoked(struct tx *tx, const struct certificate *certificate,
    const char *reason, usec_t when, struct err *err)
{
	struct view	*v = tx_view(tx);
	struct bytes	 old = { 0 }, new = { 0 };
	struct request	 request;
	struct slot	 slot;
	int		 rc = 0;

	if (request_get(v, certificate->request, &request) == 1 &&
	    slot_get(v, request.slot, &slot) == 1 &&
	    slot.certificate == certificate->id && slot.sha256[0] != '\0' &&
	    slot.status != 0 && status_text(v, slot.status, &old) == 1 &&
	    status_text_revoke(SLICE(&old), reason, when, &new)) {
		rc = status_put(tx, slot.id, clock_now(), SLICE(&new),
		    &slot.status, err);
		if (rc == 0)
			rc = slot_put(tx, &slot, err);
	}
	bytes_free(&old);
	bytes_free(&new);
	return rc;
}
