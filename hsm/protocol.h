/*
 * What core and signer say to each other: docs/PROTOCOL.signer.  A message is
 * a length, a version, a type, a count and so many items; each item has its
 * writer and its reader side by side.  Readers take what they are given apart
 * strictly and never allocate.
 */
#ifndef HSM_PROTOCOL_H
#define HSM_PROTOCOL_H

#include "../ca/bytes.h"
#include "../ca/err.h"
#include "../ca/signing.h"
#include "../ca/text.h"

#define PROTOCOL_VERSION	1
#define MESSAGE_MAX		(1024 * 1024)	/* octets with all around */
#define MESSAGE_ITEMS		64
#define TBS_INLINE		(256 * 1024)	/* above: a memory file */
#define TBS_MAX			(512u * 1024 * 1024)
#define OFFSET_MAX		4095	/* of a TBS in its file */
#define KEY_NAME		16
#define SPKI_MAX		1024
#define SIGNATURE_MAX		1024
#define REASON_MAX		SIGN_REASON

enum message_type {
	MESSAGE_ORDERS = 1,	/* core: sign these */
	MESSAGE_ANSWERS,	/* signer: in any order */
	MESSAGE_ASK,		/* core: how are the keys? no items */
	MESSAGE_KEYS		/* signer: asked, or because it changed */
};

/* A frame begins at to->size as it was then; close it with its count. */
void	message_open(struct bytes *to, enum message_type);
void	message_close(struct bytes *to, size_t begin, uint32_t count);
/* 1 and a whole message taken from the front, 0 not yet, -1 not ours. */
int	message_get(struct slice *stream, enum message_type *,
	    uint32_t *count, struct slice *items, struct err *);

struct wire_order {
	uint64_t	id;		/* core's, echoed in the answer */
	enum sign_kind	kind;
	char		key[KEY_NAME];
	int64_t		intent;
	bool		recover;
	bool		in_file;	/* alone in its message, TBS in a file */
	uint64_t	offset, size;	/* of the TBS, which ends the file */
	/* Borrowed; to recover its SHA-256, nothing where it is in a file. */
	struct slice	tbs;
};
void	wire_order_put(struct bytes *, const struct wire_order *);
int	wire_order_get(struct slice *, struct wire_order *);

enum wire_outcome {	/* the first four as enum sign_outcome */
	WIRE_SIGNED, WIRE_REFUSED, WIRE_ABANDONED, WIRE_NEVER_BEGUN,
	WIRE_UNAVAILABLE	/* nothing begun; ask again later */
};
struct wire_answer {
	uint64_t	id;
	enum wire_outcome outcome;
	uint64_t	journal;
	uint64_t	crl_number;	/* the highest begun; 0 */
	struct slice	signature;
	char		reason[REASON_MAX];
};
void	wire_answer_put(struct bytes *, const struct wire_answer *);
int	wire_answer_get(struct slice *, struct wire_answer *);

struct wire_key {
	char		name[KEY_NAME];
	bool		ready;
	struct slice	spki;		/* empty until it was seen */
	char		reason[REASON_MAX];	/* why not ready */
};
void	wire_key_put(struct bytes *, const struct wire_key *);
int	wire_key_get(struct slice *, struct wire_key *);

#endif
