/*
 * What a slot says of its certificate: see slot_status.h.  The text of the
 * issued request stays as it is, with one line more.
 */
#include "slot_status.h"
#include "status_text.h"
#include "store_requests.h"

/* The slot that still shows this certificate, and its text. */
static bool
slot_showing(struct view *v, const struct certificate *certificate,
    struct slot *slot, struct bytes *text)
{
	struct request	request;

	return request_get(v, certificate->request, &request) == 1 &&
	    slot_get(v, request.slot, slot) == 1 &&
	    slot->certificate == certificate->id && slot->sha256[0] != '\0' &&
	    slot->status != 0 && status_text(v, slot->status, text) == 1;
}

static int
slot_say(struct tx *tx, struct slot *slot, struct slice text, struct err *err)
{
	if (status_put(tx, slot, clock_now(), text, err) == -1)
		return -1;
	return slot_put(tx, slot, err);
}

int
slot_status_revoked(struct tx *tx, const struct certificate *certificate,
    const char *reason, usec_t when, struct err *err)
{
	struct bytes	 old = { 0 }, new = { 0 };
	struct slot	 slot;
	int		 rc = 0;

	if (slot_showing(tx_view(tx), certificate, &slot, &old) &&
	    status_text_revoke(SLICE(&old), reason, when, &new))
		rc = slot_say(tx, &slot, SLICE(&new), err);
	bytes_free(&old);
	bytes_free(&new);
	return rc;
}

int
slot_status_suspended(struct tx *tx, const struct certificate *certificate,
    usec_t since, struct err *err)
{
	struct bytes	 old = { 0 }, new = { 0 };
	struct slot	 slot;
	int		 rc = 0;

	if (slot_showing(tx_view(tx), certificate, &slot, &old) &&
	    status_text_suspend(SLICE(&old), since, &new))
		rc = slot_say(tx, &slot, SLICE(&new), err);
	bytes_free(&old);
	bytes_free(&new);
	return rc;
}

int
slot_status_accepted(struct tx *tx, const struct certificate *certificate,
    usec_t when, uid_t uid, char path[PATH_TEXT], struct err *err)
{
	struct bytes	 old = { 0 }, new = { 0 };
	struct slot	 slot;
	char		 box[PATH_TEXT];
	int		 rc = 0;

	path[0] = '\0';
	if (slot_showing(tx_view(tx), certificate, &slot, &old) &&
	    status_text_accept(SLICE(&old), when, uid, &new)) {
		rc = slot_say(tx, &slot, SLICE(&new), err);
		path_box(box, tx_view(tx), slot.box);
		path_slot(path, box, slot.name, ".status");
	}
	bytes_free(&old);
	bytes_free(&new);
	return rc;
}
