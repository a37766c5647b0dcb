/*
 * What core and a responder say to each other on HOME/run/responder.sock
 * (docs/PROTOCOL.responder): frames of a length, a type and a body, a writer
 * and a reader of each side by side.  Neither trusts the other: what is longer
 * or shorter than its type allows ends the connection.
 */
#ifndef STATUS_RESPONDER_WIRE_H
#define STATUS_RESPONDER_WIRE_H

#include "../ca/bytes.h"
#include "../ca/clock.h"
#include "../ca/text.h"

#define RESPONDER_VERSION	1
#define RESPONDER_FRAME_MOST	(64 * 1024)	/* octets behind the length */

enum responder_type {
	RESPONDER_HELLO = 'H',		/* from core: whose status this is */
	RESPONDER_QUESTION = 'Q',	/* to core: please answer */
	RESPONDER_ANSWER = 'A',		/* from core: the answer */
	RESPONDER_CHANGED = 'C'		/* from core: say no more what you kept */
};

struct responder_hello {		/* the hashes of RFC 6960 4.1.1 */
	struct slice	name_sha1, key_sha1;		/* 20 octets */
	struct slice	name_sha256, key_sha256;	/* 32 octets */
};
struct responder_question {
	uint64_t	number;		/* comes back with the answer */
	bool		fresh;		/* a nonce is wanted in it */
	struct slice	request;	/* OCSPRequest, DER */
};
struct responder_answer {
	uint64_t	number;
	uint8_t		file;		/* enum ocsp_file */
	uint32_t	lifetime;	/* seconds to keep it; 0: not at all */
	struct slice	der;		/* OCSPResponse; empty: see file */
};
struct responder_changed {
	char		serial[SERIAL_TEXT];	/* "": anything */
};

/*
 * Takes a frame from the front of what arrived: 1, 0 not whole yet, -1 never
 * one (its length, its type).
 */
int	responder_frame_get(struct slice *, enum responder_type *,
	    struct slice *body);

/* Each appends a whole frame; each reader takes a whole body: 0 or -1. */
void	responder_hello_put(struct bytes *, const struct responder_hello *);
int	responder_hello_get(struct slice, struct responder_hello *);
void	responder_question_put(struct bytes *,
	    const struct responder_question *);
int	responder_question_get(struct slice, struct responder_question *);
void	responder_answer_put(struct bytes *, const struct responder_answer *);
int	responder_answer_get(struct slice, struct responder_answer *);
void	responder_changed_put(struct bytes *,
	    const struct responder_changed *);
int	responder_changed_get(struct slice, struct responder_changed *);

#endif
