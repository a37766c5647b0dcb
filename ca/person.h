/*
 * Pseudonyms of people: an HMAC with a key of this CA's store, the same for a
 * person in every event and decision of this CA and in no other's, and nothing
 * a list of names could be tried on once the key is erased.
 */
#ifndef CA_PERSON_H
#define CA_PERSON_H

#include <stdint.h>

#include "err.h"
#include "store.h"
#include "text.h"

struct person_key {
	unsigned char octets[32];
};

int	person_key_get(struct view *, struct person_key *);	/* 1/0 */
/* Makes it when there is none. */
int	person_key_take(struct tx *, struct person_key *, struct err *);
/* "p-1f3a5c7e9b0d2f46"; `kind` is "person" or "uid". */
void	person_pseudonym(const struct person_key *, const char *kind,
	    const char *who, char to[PERSON_TEXT]);

#endif
