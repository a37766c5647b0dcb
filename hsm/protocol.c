/*
 * Messages between core and signer: see protocol.h.
 */
#include <errno.h>
#include <string.h>

#include "protocol.h"

#define HEAD 6			/* version, type, count */

void
message_open(struct bytes *to, enum message_type type)
{
	put_u32(to, 0);
	put_u8(to, PROTOCOL_VERSION);
	put_u8(to, (uint8_t)type);
	put_u32(to, 0);
}

static void
set_u32(unsigned char *p, uint32_t n)
{
	p[0] = (unsigned char)(n >> 24);
	p[1] = (unsigned char)(n >> 16);
	p[2] = (unsigned char)(n >> 8);
	p[3] = (unsigned char)n;
}

void
message_close(struct bytes *to, size_t begin, uint32_t count)
{
	set_u32(to->data + begin, (uint32_t)(to->size - begin - 4));
	set_u32(to->data + begin + 6, count);
}

int
message_get(struct slice *stream, enum message_type *type, uint32_t *count,
    struct slice *items, struct err *err)
{
	struct slice s = *stream, body;
	uint8_t version, t;
	uint32_t length;

	if (get_u32(&s, &length) == -1)
		return 0;
	if (length < HEAD || length > MESSAGE_MAX - 4)
		return err_set(err, EPROTO, "a message of %u octets, at most "
		    "%d are taken", length, MESSAGE_MAX);
	if (s.size < length)
		return 0;
	body = (struct slice){ s.data, length };
	if (get_u8(&body, &version) == -1 || version != PROTOCOL_VERSION)
		return err_set(err, EPROTO, "protocol version %u, wanted %d",
		    version, PROTOCOL_VERSION);
	if (get_u8(&body, &t) == -1 || t < MESSAGE_ORDERS ||
	    t > MESSAGE_KEYS)
		return err_set(err, EPROTO, "no message has the type %u", t);
	if (get_u32(&body, count) == -1 || *count > MESSAGE_ITEMS)
		return err_set(err, EPROTO, "%u items in a message, at most "
		    "%d are taken", *count, MESSAGE_ITEMS);
	*type = (enum message_type)t;
	*items = body;
	*stream = (struct slice){ s.data + length, s.size - length };
	return 1;
}

void
wire_order_put(struct bytes *b, const struct wire_order *o)
{
	put_u64(b, o->id);
	put_u8(b, (uint8_t)o->kind);
	put_text(b, o->key);
	put_u64(b, (uint64_t)o->intent);
	put_u8(b, o->recover);
	put_u8(b, o->in_file);
	if (o->in_file) {
		put_u64(b, o->offset);
		put_u64(b, o->size);
	} else
		put_blob(b, o->tbs);
}

static int
get_bool(struct slice *s, bool *to)
{
	uint8_t octet;

	if (get_u8(s, &octet) == -1 || octet > 1)
		return -1;
	*to = octet;
	return 0;
}

int
wire_order_get(struct slice *s, struct wire_order *o)
{
	uint64_t intent;
	uint8_t kind;

	memset(o, 0, sizeof(*o));
	if (get_u64(s, &o->id) == -1 || get_u8(s, &kind) == -1 ||
	    kind > SIGN_HANDOVER ||
	    get_text(s, o->key, sizeof(o->key)) == -1 ||
	    get_u64(s, &intent) == -1 || get_bool(s, &o->recover) == -1 ||
	    get_bool(s, &o->in_file) == -1)
		return -1;
	o->kind = (enum sign_kind)kind;
	o->intent = (int64_t)intent;
	if (o->in_file)
		return o->recover || get_u64(s, &o->offset) == -1 ||
		    o->offset > OFFSET_MAX || get_u64(s, &o->size) == -1 ||
		    o->size == 0 || o->size > TBS_MAX ? -1 : 0;
	if (get_blob(s, &o->tbs) == -1 || o->tbs.size == 0 ||
	    o->tbs.size > TBS_INLINE)
		return -1;
	return o->recover && o->tbs.size != SHA256_OCTETS ? -1 : 0;
}

void
wire_answer_put(struct bytes *b, const struct wire_answer *a)
{
	put_u64(b, a->id);
	put_u8(b, (uint8_t)a->outcome);
	put_u64(b, a->journal);
	put_u64(b, a->crl_number);
	put_blob(b, a->signature);
	put_text(b, a->reason);
}

int
wire_answer_get(struct slice *s, struct wire_answer *a)
{
	uint8_t outcome;

	memset(a, 0, sizeof(*a));
	if (get_u64(s, &a->id) == -1 || get_u8(s, &outcome) == -1 ||
	    outcome > WIRE_UNAVAILABLE || get_u64(s, &a->journal) == -1 ||
	    get_u64(s, &a->crl_number) == -1 ||
	    a->crl_number > INT64_MAX ||
	    get_blob(s, &a->signature) == -1 ||
	    a->signature.size > SIGNATURE_MAX ||
	    (a->signature.size != 0) != (outcome == WIRE_SIGNED) ||
	    get_text(s, a->reason, sizeof(a->reason)) == -1)
		return -1;
	a->outcome = (enum wire_outcome)outcome;
	return 0;
}

void
wire_key_put(struct bytes *b, const struct wire_key *k)
{
	put_text(b, k->name);
	put_u8(b, k->ready);
	put_blob(b, k->spki);
	put_text(b, k->reason);
}

int
wire_key_get(struct slice *s, struct wire_key *k)
{
	memset(k, 0, sizeof(*k));
	if (get_text(s, k->name, sizeof(k->name)) == -1 ||
	    get_bool(s, &k->ready) == -1 || get_blob(s, &k->spki) == -1 ||
	    k->spki.size > SPKI_MAX ||
	    get_text(s, k->reason, sizeof(k->reason)) == -1)
		return -1;
	return 0;
}
