/*
 * Which of the CA's own keys an internal profile is for, told by what it puts
 * into a certificate: the signer's rules tell it by the same.
 */
#ifndef CA_OWN_PROFILES_H
#define CA_OWN_PROFILES_H

#include "config.h"

/* "ocsp", "evidence", "handover"; NULL: for none of ours. */
const char	*own_key_of(const struct profile *);
/* The first internal profile for this key; NULL: there is none. */
const struct profile *own_profile_for(const struct config *, const char *key);

#endif
