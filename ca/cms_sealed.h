/*
 * CMS that was encrypted to the CA: EnvelopedData (RFC 5652 6) or
 * AuthEnvelopedData (RFC 5083), with AES-256 and a key that one of at most
 * eight recipients agreed on by ECDH (RFC 5753).  Core takes it apart; only
 * the signer can unwrap its key.  docs/FORMAT.package
 */
#ifndef CA_CMS_SEALED_H
#define CA_CMS_SEALED_H

#include "bytes.h"
#include "err.h"
#include "handover_key.h"

#define SEALED_MAX	((size_t)1024 * 1024)

/*
 * What was dropped, as octets: BER as it is, PEM, or S/MIME with base64.  1:
 * whole, in `ber`; 0: not yet complete; -1: EBADMSG.
 */
int	sealed_whole(struct slice dropped, struct bytes *ber, struct err *);

/* Does it begin as CMS does, and no request? */
bool	sealed_begins(struct slice dropped);

/* Whom it is for, as the certificate of the key handover says. */
struct sealed_recipient {
	struct slice	issuer;		/* Name, whole */
	struct slice	key_id;		/* subjectKeyIdentifier */
	/* Has a certificate of the key handover this serial? */
	bool		(*has_serial)(void *arg, const char *serial);
	void		*arg;
};

/*
 * Issuer and key identifier of a certificate, borrowed from it; the others are
 * not set.  -1: it has none.
 */
int	sealed_recipient_of(struct slice certificate,
	    struct sealed_recipient *);

struct sealed {
	struct bytes	 der;
	struct handover_key key;	/* slices into `der`, as all below */
	bool		 authenticated;	/* AES-256-GCM; else CBC */
	struct slice	 iv, content, mac;
};
/*
 * EBADMSG: no CMS, or not encrypted; EKEYREJECTED: encrypted to others, or in
 * a way that is not taken, with the option that openssl wants.
 */
int	sealed_read(struct slice ber, const struct sealed_recipient *,
	    struct sealed *, struct err *);
void	sealed_free(struct sealed *);
/*
 * With its key.  -1 EKEYREJECTED with one constant sentence: whoever changes
 * octets learns nothing from what is said.
 */
int	sealed_open(const struct sealed *, struct slice key,
	    struct bytes *content, struct err *);
/* That sentence, for what else must not be told apart from it. */
int	sealed_refuse(struct err *);

#endif
