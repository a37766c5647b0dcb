/*
 * What core and a responder say to each other; see responder_wire.h.
 */
#include <string.h>

#include "ocsp_request.h"
#include "publisher.h"
#include "responder_wire.h"

#define LENGTH	4		/* octets of a frame's length */

/* --- frames -------------------------------------------------------------- */

/* The length is known when the body is. */
static size_t
frame_open(struct bytes *to, enum responder_type type)
{
	size_t at = to->size;

	put_u32(to, 0);
	put_u8(to, (uint8_t)type);
	return at;
}

static void
frame_close(struct bytes *to, size_t at)
{
	uint32_t size = (uint32_t)(to->size - at - LENGTH);

	for (int i = 0; i < LENGTH; i++)
		to->data[at + (size_t)i] =
		    (unsigned char)(size >> (8 * (LENGTH - 1 - i)));
}

int
responder_frame_get(struct slice *from, enum responder_type *type,
    struct slice *body)
{
	static const char types[] = { RESPONDER_HELLO, RESPONDER_QUESTION,
	    RESPONDER_ANSWER, RESPONDER_CHANGED };
	struct slice in = *from;
	uint32_t size;

	if (get_u32(&in, &size) != 0)
		return 0;
	if (size == 0 || size > RESPONDER_FRAME_MOST ||
	    (in.size > 0 && memchr(types, in.data[0], sizeof types) == NULL))
		return -1;
	if (in.size < size)
		return 0;
	*type = (enum responder_type)in.data[0];
	*body = (struct slice){ in.data + 1, size - 1 };
	*from = (struct slice){ in.data + size, in.size - size };
	return 1;
}

/* --- hello --------------------------------------------------------------- */

void
responder_hello_put(struct bytes *to, const struct responder_hello *hello)
{
	size_t at = frame_open(to, RESPONDER_HELLO);

	put_u32(to, RESPONDER_VERSION);
	put_blob(to, hello->name_sha1);
	put_blob(to, hello->key_sha1);
	put_blob(to, hello->name_sha256);
	put_blob(to, hello->key_sha256);
	frame_close(to, at);
}

int
responder_hello_get(struct slice in, struct responder_hello *hello)
{
	uint32_t version;

	if (get_u32(&in, &version) != 0 || version != RESPONDER_VERSION ||
	    get_blob(&in, &hello->name_sha1) != 0 ||
	    get_blob(&in, &hello->key_sha1) != 0 ||
	    get_blob(&in, &hello->name_sha256) != 0 ||
	    get_blob(&in, &hello->key_sha256) != 0 || in.size != 0)
		return -1;
	return hello->name_sha1.size == 20 && hello->key_sha1.size == 20 &&
	    hello->name_sha256.size == 32 && hello->key_sha256.size == 32 ?
	    0 : -1;
}

/* --- question ------------------------------------------------------------ */

void
responder_question_put(struct bytes *to, const struct responder_question *q)
{
	size_t at = frame_open(to, RESPONDER_QUESTION);

	put_u64(to, q->number);
	put_u8(to, q->fresh);
	put_blob(to, q->request);
	frame_close(to, at);
}

int
responder_question_get(struct slice in, struct responder_question *q)
{
	uint8_t fresh;

	if (get_u64(&in, &q->number) != 0 || get_u8(&in, &fresh) != 0 ||
	    fresh > 1 || get_blob(&in, &q->request) != 0 || in.size != 0)
		return -1;
	q->fresh = fresh == 1;
	return q->request.size > 0 && q->request.size <= OCSP_REQUEST_MOST ?
	    0 : -1;
}

/* --- answer -------------------------------------------------------------- */

void
responder_answer_put(struct bytes *to, const struct responder_answer *answer)
{
	size_t at = frame_open(to, RESPONDER_ANSWER);

	put_u64(to, answer->number);
	put_u8(to, answer->file);
	put_u32(to, answer->lifetime);
	put_blob(to, answer->der);
	frame_close(to, at);
}

/* Octets there are exactly when it is an answer. */
int
responder_answer_get(struct slice in, struct responder_answer *answer)
{
	if (get_u64(&in, &answer->number) != 0 ||
	    get_u8(&in, &answer->file) != 0 ||
	    get_u32(&in, &answer->lifetime) != 0 ||
	    get_blob(&in, &answer->der) != 0 || in.size != 0 ||
	    answer->file > OCSP_MALFORMED)
		return -1;
	return (answer->file == OCSP_ANSWER) == (answer->der.size > 0) ?
	    0 : -1;
}

/* --- changed ------------------------------------------------------------- */

void
responder_changed_put(struct bytes *to,
    const struct responder_changed *changed)
{
	size_t at = frame_open(to, RESPONDER_CHANGED);

	put_text(to, changed->serial);
	frame_close(to, at);
}

int
responder_changed_get(struct slice in, struct responder_changed *changed)
{
	if (get_text(&in, changed->serial, sizeof changed->serial) != 0 ||
	    in.size != 0)
		return -1;
	return strspn(changed->serial, "0123456789ABCDEF") ==
	    strlen(changed->serial) ? 0 : -1;
}
