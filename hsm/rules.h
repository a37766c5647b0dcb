/*
 * What the signer signs: its own rules, which trust nobody.  It takes apart
 * what it is asked to sign and compares it with the issuing certificate, the
 * keys in its tokens and what it signed before.  DESIGN section 3.
 */
#ifndef HSM_RULES_H
#define HSM_RULES_H

#include "../ca/clock.h"
#include "../ca/signing.h"
#include "algorithm.h"

struct rules;

#define RULES_KEYS 5		/* root, issuing, ocsp, evidence, handover */
extern const char *const rules_keys[RULES_KEYS];

/* From HOME/ca: issuing.der and <key>.spki.  NULL and a sentence. */
struct rules	*rules_open(const char *dir, struct err *);
/* The same from memory; `spki` in the order of rules_keys. */
struct rules	*rules_new(struct slice issuing_der,
		    const struct slice spki[RULES_KEYS], struct err *);
void		 rules_free(struct rules *);
/* The pinned SubjectPublicKeyInfo of a key; size 0: no such key. */
struct slice	 rules_spki(const struct rules *, const char *key);

/* The algorithm of that key; NULL: no such key. */
const struct algorithm *rules_algorithm(const struct rules *,
		    const char *key);

/*
 * What was signed before, as the rules ask for it.  A list is a KEY (its
 * complete CRL), KEY/delta or KEY/ID (of a shard), and KEY/all any of these.
 */
#define RULES_LIST	48
enum rules_last { RULES_NEVER, RULES_BEGUN, RULES_ENDED };
struct rules_past {
	bool	(*has_serial)(void *arg, const char *serial);
	int64_t	(*crl_number)(void *arg, const char *list);	/* -1: none */
	/* Its last CRL, or the newest of them that was begun. */
	enum rules_last (*crl_last)(void *arg, const char *list);
	void	*arg;
};
struct rules_order {
	enum sign_kind	 kind;
	const char	*key;
	struct slice	 tbs;
	usec_t		 now;
};
/*
 * 0: may be signed, and `what` says for the journal what it is ("serial=..",
 * "number=..", "point=..", "-", see rules_crl.c).  -1: refused, with one sentence; `what` may
 * be set.
 */
int		 rules_judge(const struct rules *, const struct rules_order *,
		    const struct rules_past *, char what[48], struct err *);

#endif
