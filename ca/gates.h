/*
 * The gates: a table of rules that every request passes before anything is
 * signed.  Gate 1 is registration (who asks, what was agreed, which names were
 * validated), gate 2 issuance (profile, key, validity, limits).  A rule says
 * passed, no (with its errno) or wait (needs a person); when it could not tell
 * nothing is decided at all.
 */
#ifndef CA_GATES_H
#define CA_GATES_H

#include "approval.h"
#include "config.h"
#include "csr.h"
#include "dn.h"
#include "registered.h"
#include "store_certificates.h"
#include "store_registry.h"
#include "store_requests.h"
#include "verdict.h"

/* How a request stands to the slot's current certificate. */
enum succession { NEW_APPLICATION, RENEWAL, RE_KEY, MODIFICATION };
const char	*succession_name(enum succession);

/* By what external RA a request was handed over (ca/handover.h). */
struct external_ra;
struct handed_over {
	const char		*authority;	/* name here */
	const struct external_ra *ra;
	bool			 by_user;	/* of the RA: the uid's */
	struct err		 fault;	/* code 0: recognised, in its scope */
};

/* Whose certificate signed the request (ca/signed_request.h). */
struct signed_by {
	const char		*serial;	/* as it says */
	struct certificate	 certificate;	/* id 0: none of ours */
};

/* A certificate in another place that this is a change of (ca/twin.h). */
struct twin {
	struct certificate	 certificate;
	enum succession		 path;		/* which the profile forbids */
};

/* What is judged; everything borrowed. */
struct gate_case {
	const struct config	*config;
	usec_t			 now;
	uid_t			 uid;		/* who dropped it */
	const struct box	*box;		/* NULL: of the CA itself */
	const struct slot	*slot;		/* as it stands; id 0: new */
	int			 subscribers;	/* of the uid: 0, 1, 2 = many */
	const struct subscriber	*subscriber;	/* NULL: unknown */
	const char		*profile_name;
	const struct profile	*profile;	/* NULL: not configured */
	const EVP_PKEY		*key;
	const struct err	*key_fault;	/* of key_check; code 0: good */
	const char		*key_type, *spki_sha256;
	const struct registered	*registered;	/* of the subscriber */
	const struct dn		*subject;	/* as it would be certified */
	const struct err	*subject_fault;	/* of subject_make */
	int64_t			 subject_owner;	/* whose it was; 0: nobody's */
	const struct csr_name	*names;
	size_t			 name_count;
	enum succession		 succession;
	const struct certificate *predecessor;	/* NULL: none */
	const struct twin	*twin;		/* NULL: none */
	usec_t			 issuer_end;	/* notAfter of the issuer */
	int64_t			 approval;	/* standing one; 0: none */
	const struct handed_over *handed_over;	/* NULL: not */
	const struct signed_by	*signed_by;	/* NULL: nobody */
	/* What officers approved of it, and what that has to be of today. */
	const struct approval	*approved;	/* NULL: nothing */
	const struct dossier_basis *basis;	/* NULL: of the CA itself */
};

/*
 * An approval that counts: of what there is today, by as many officers as the
 * profile wants (one at least) and signed where that is asked.  NULL: none.
 */
const struct approval *gate_approval(const struct gate_case *);

/*
 * Asks every rule of the table for requests, or for the CA's own certificates
 * when there is no box.  0 with the verdict, or -1: could not tell.
 */
int	gates_judge(struct view *, const struct gate_case *,
	    struct verdict *, struct err *);

/* Is this key certified for a subscriber other than this one? */
bool	gate_key_is_of_another(struct view *, int64_t key, int64_t subscriber);

/* The rules by number, for papers and tests; false behind the last. */
struct gate_rule {
	const char	*name, *requirements;
	int		 gate;		/* 1 or 2 */
	bool		 internal;	/* asked of the CA's own */
	bool		 decidable;	/* officers may say yes instead */
};
bool	gates_rule(size_t, struct gate_rule *);

#endif
