/*
 * The way to the signer, as the rules see it: an order to sign one thing with
 * one key, and its answer.  hsm/client implements it; tests have their own.
 */
#ifndef CA_SIGNING_H
#define CA_SIGNING_H

#include <stdbool.h>

#include "bytes.h"
#include "err.h"
#include "memory_file.h"
#include "text.h"

#define SIGN_REASON	300	/* octets of a sentence, with its end */

enum sign_kind { SIGN_CERTIFICATE, SIGN_CRL, SIGN_OCSP, SIGN_EVIDENCE,
	/*
	 * No signature: the key of one package that an external RA encrypted
	 * to us (docs/PROTOCOL.signer).  `tbs` is the HandoverKey, the answer
	 * its 32 octets, to be wiped.  It can be asked again and again.
	 */
	SIGN_HANDOVER
};

enum sign_outcome {
	SIGNED,		/* the signature is here */
	REFUSED,	/* the signer's rules say no; never begun */
	ABANDONED,	/* begun in the journal, the signature was lost */
	NEVER_BEGUN	/* only to an order with recover set */
};

struct sign_answer {
	enum sign_outcome outcome;
	struct slice	signature;	/* as in the BIT STRING */
	uint64_t	journal;	/* number of its entry */
	/*
	 * Of a CRL refused or never begun: the highest cRLNumber that the
	 * signer began with this key, which may be more than the store knows
	 * of; 0: none.
	 */
	int64_t		crl_number;
	char		reason[SIGN_REASON];	/* of a refusal, one sentence */
};

struct sign_order {
	enum sign_kind	kind;
	char		key[16];	/* "issuing", "ocsp", "handover" */
	int64_t		intent;		/* recorded before */
	struct bytes	tbs;		/* DER of what is to be signed, or ... */
	struct memory_file *file;	/* ... a file of it, sealed; NULL */
	bool		recover;	/* close an old intent, sign nothing */
	/* What is to be recovered, hexadecimal, where there is no TBS. */
	char		tbs_sha256[SHA256_TEXT];
	/*
	 * Called once, from a thread of the signer's client; owns the order
	 * again.  While the signer or its key is away the order waits, so
	 * whoever cannot wait keeps a deadline of its own.
	 */
	void		(*done)(struct sign_order *,
			    const struct sign_answer *);
	struct sign_order *next;	/* the client's */
};

static inline struct slice
sign_order_tbs(const struct sign_order *o)
{
	return o->file != NULL ? memory_file_octets(o->file) :
	    SLICE(&o->tbs);
}

struct signing {
	void	(*submit)(struct signing *, struct sign_order *);
	/* Is the signer there and this key activated? */
	bool	(*ready)(struct signing *, const char *key);
	/*
	 * SubjectPublicKeyInfo of a key in the signer's tokens; EAGAIN while
	 * the signer is away.
	 */
	int	(*public_key)(struct signing *, const char *key,
		    struct bytes *spki, struct err *);
	/* Why it is not, one sentence; empty when it is by now. */
	void	(*why_not)(struct signing *, const char *key,
		    char reason[SIGN_REASON]);
};

#endif
