/*
 * What a slot says of its certificate: see slot_status.h.  The text of the
 * issued request stays as it is, with a line more for each that has happened.
 */
#include "crl_reason.h"
#include "slot_status.h"
#include "status_text.h"
#include "store_status.h"

int
slot_status_reason(struct view *v, const struct slot *slot)
{
	int	reason = slot->certificate == 0 ? -1 :
	    certificate_reason(v, slot->certificate);

	return reason == REASON_HOLD ? -1 : reason;
}

/* The revocation of the certificate that a text is about; 1/0. */
static int
find_revocation(struct view *v, struct slice text, struct revocation *r)
{
	char	serial[SERIAL_TEXT];

	return status_text_serial(text, serial) &&
	    revocation_find(v, serial, r) == 1;
}

int
slot_status_text(struct view *v, int64_t status, int reason,
    struct bytes *to, usec_t *since)
{
	struct status_row	row;
	struct revocation	r;
	struct bytes		old = { 0 };
	int			there;

	there = status_get(v, status, &row) == 1 ?
	    status_text(v, status, to) : 0;
	*since = there == 1 ? row.time : 0;
	if (there == 1 && reason_name(reason) != NULL &&
	    find_revocation(v, SLICE(to), &r)) {
		bytes_copy(&old, SLICE(to));
		bytes_clear(to);
		if (!status_text_revoke(SLICE(&old), reason_name(reason),
		    r.decided, to))
			bytes_copy(to, SLICE(&old));
		else if (r.stated > *since)
			*since = r.stated;
		bytes_free(&old);
	}
	return there;
}

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
	if (status_put(tx, slot, clock_now(), text,
	    status_text_answers(text), err) == -1)
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
