/*
 * TBSCertificate (RFC 5280, 4.1): built from what was judged, and taken apart
 * again for the lint.  Both sides know nothing of each other.
 */
#ifndef CA_TBS_H
#define CA_TBS_H

#include "config.h"
#include "csr.h"
#include "der.h"
#include "dn.h"

#define SERIAL_OCTETS	17	/* 0x01 and 16 of chance */
#define KEY_ID_OCTETS	20

struct tbs_content {
	const struct profile	*profile;
	struct slice		 spki;
	const char		*key_type;
	const struct dn		*subject;
	const struct csr_name	*names;
	size_t			 name_count;
	const char		*crl_point;	/* NULL: the CRL of all */
	unsigned char		 serial[SERIAL_OCTETS];
	usec_t			 not_before, not_after;
};

/* What stands in one; the slices borrow its octets. */
struct tbs {
	unsigned	version;		/* 2 is v3 */
	struct slice	serial;			/* octets of the INTEGER */
	struct slice	algorithm, issuer, subject, spki;	/* whole */
	usec_t		not_before, not_after;
	struct slice	extensions;		/* the list's content */
};

/* The certificate that issues, as far as a certificate depends on it. */
struct issuer {
	struct slice	subject, key_id, algorithm, spki;
	usec_t		not_before, not_after;
};
int	issuer_get(struct issuer *, const struct config *, struct err *);

int	tbs_build(struct bytes *tbs, const struct tbs_content *,
	    const struct config *, struct err *);
int	tbs_parse(struct tbs *, struct slice, struct err *);
/* The first extension of this kind; -1: there is none. */
int	tbs_extension(const struct tbs *, struct slice oid,
	    struct der_extension *);
/* Are these all the names of its subjectAltName, in this order? */
bool	tbs_names_are(const struct tbs *, const struct csr_name *, size_t);
/* A GeneralName as kind and text; false: of no kind that is validated. */
bool	tbs_name_text(unsigned char tag, struct slice value, const char **kind,
	    char to[256]);
/* The one commonName of a whole Name; "" when there is none; or -1. */
int	tbs_common_name(struct slice name, char to[256]);

/* TBS and AlgorithmIdentifier as wholes, and the signature's octets. */
int	certificate_split(struct slice der, struct slice *tbs,
	    struct slice *algorithm, struct slice *signature);
/* RFC 7093, 2 (1): 160 bits of SHA-256 over the key's BIT STRING. */
int	key_identifier(struct slice spki, unsigned char to[KEY_ID_OCTETS]);

#endif
