/*
 * The subject of a certificate: its distinguished name, made of the attributes
 * of the registration in force as the profile orders them, or of the first
 * dNSName of the request.  Never of what a request says of itself.
 */
#ifndef CA_SUBJECT_H
#define CA_SUBJECT_H

#include "csr.h"
#include "dn.h"
#include "profile.h"
#include "registered.h"

#define SUBJECT_OF_CA	(-1)	/* as the owner of one: the CA itself */

struct subject_case {
	const struct profile	*profile;	/* NULL: not configured */
	const struct registered	*registered;
	const struct csr_name	*names;
	size_t			 name_count;
	usec_t			 now;
};
/*
 * `fault` has code 0, or EAGAIN and says what the registration lacks: types of
 * attributes, never their values.
 */
void	subject_make(const struct subject_case *, struct dn *,
	    struct err *fault);
/* Of the CA itself. */
void	subject_make_own(struct dn *, const char *common_name);
/* "" when there is none. */
const char *subject_common_name(const struct dn *);

#endif
