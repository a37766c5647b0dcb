/*
 * What officers approved of a request, and what that binds (GEN-6.3.2-00A):
 * read from its dossier by the gates.  An approval counts as long as what it
 * binds is what there is today.
 */
#ifndef CA_APPROVAL_H
#define CA_APPROVAL_H

#include "csr.h"
#include "store_dossiers.h"
#include "text.h"

struct approval {
	int64_t	dossier;
	int	officers;		/* different persons */
	int	decisions;		/* of whomever */
	bool	is_signed;		/* by each of them */
	bool	has_evidence;		/* documents were in it */
	usec_t	time;			/* of the last decision */
	struct dossier_basis basis;
};
/* The newest dossier's, when that is approved; 1/0. */
int	approval_of_request(struct view *, int64_t request,
	    struct approval *);
/* "names": those of a request and the digest of its subject, as one digest. */
void	names_digest(const struct csr_name *, size_t count,
	    const char *subject_sha256, char sha256[SHA256_TEXT]);
/* Which digest is another one today ("public key"); NULL: all are equal. */
const char *approval_differs(const struct dossier_basis *approved,
	    const struct dossier_basis *today);

#endif
