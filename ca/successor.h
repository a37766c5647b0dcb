/*
 * issued/by-serial/HEX/successor.csr: a request for what is to follow this
 * certificate.  It is one more name of the file in the certificate's slot:
 * what is written there is a change as if it were dropped over the slot.
 */
#ifndef CA_SUCCESSOR_H
#define CA_SUCCESSOR_H

#include "authority.h"
#include "store_certificates.h"

struct successor_place {
	int64_t	box;
	char	file_name[SLOT_NAME + 8];
};

/*
 * Where a request for its successor goes.  0, or -1: EACCES (the uid does not
 * act for the subscriber), EEXIST (it has one), EKEYREVOKED, EKEYEXPIRED, EPERM
 * (it has no slot, or came from an external RA); each with an event, and but
 * for EACCES a sentence in HEX/status.  May wait for a commit then.
 */
int	successor_place(struct authority *, int64_t certificate, uid_t,
	    struct successor_place *, struct err *);
/* A change of it that is not decided or signed yet: its slot; 1/0. */
int	successor_waiting(struct view *, const struct certificate *,
	    struct slot *);

#endif
