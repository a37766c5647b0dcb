/*
 * What the files of the rules share: the table's row of an order, what is
 * known of the CA, and one judge for each kind of thing.
 */
#ifndef HSM_RULES_PARTS_H
#define HSM_RULES_PARTS_H

#include "../ca/der.h"
#include "../ca/oids.h"
#include "issuer.h"
#include "rules.h"

#define CLOCK_LEEWAY	(5 * 60 * USEC)	/* how far ahead core's may be */

enum { KEY_ROOT, KEY_ISSUING, KEY_OCSP, KEY_EVIDENCE, KEY_HANDOVER };

struct rules {
	struct bytes	issuing_der;
	struct bytes	spki[RULES_KEYS];
	const struct algorithm *algorithm[RULES_KEYS];
	struct issuer_facts issuing;	/* slices into issuing_der */
	int		listed;		/* on the root's CRL; -1: who knows */
	/* What OCSP names it by, SHA-1 and SHA-256 (RFC 6960 4.1.1). */
	unsigned char	name_sha1[20], key_sha1[20];
	unsigned char	name_sha256[32], key_sha256[32];
	unsigned char	ocsp_key_sha1[20];	/* the responder's id */
};

struct judging;

struct rules_row {
	const char	*key;
	int		 index;		/* of rules_keys */
	enum sign_kind	 kind;
	int		(*judge)(struct judging *, struct slice content);
	unsigned	 tag;		/* of the TBS */
	size_t		 size_max;
	usec_t		 lifetime_max;
	usec_t		 own_lifetime_max;	/* of the OCSP delegate */
};

/* One order while it is looked at. */
struct judging {
	const struct rules	*rules;
	const struct rules_row	*row;
	const struct rules_order *order;
	const struct rules_past	*past;
	char			*what;
	struct err		*err;
};

/* Always -1: the refusal's sentence. */
int	refuse(struct judging *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

int	judge_certificate(struct judging *, struct slice);
int	judge_crl(struct judging *, struct slice);
int	judge_ocsp(struct judging *, struct slice);
int	judge_evidence(struct judging *, struct slice);
int	judge_handover(struct judging *, struct slice);

/* The next value is this AlgorithmIdentifier of the table. */
int	judge_algorithm(struct judging *, struct slice *);
/* The next value is the issuing certificate's subject. */
int	judge_issuer(struct judging *, struct slice *);

/* The next of a list of extensions: 1, 0 at the end, -1 malformed. */
int	next_extension(struct slice *list, struct der_extension *);
/* AuthorityKeyIdentifier: the issuing key's, by keyIdentifier alone. */
int	judge_authority_key(struct judging *, struct slice value);

#endif
