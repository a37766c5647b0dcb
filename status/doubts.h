/*
 * Certificates of which core said that something changed, until their file has
 * changed too: what the file before said good of is not said any more.  A
 * table that does not grow; what falls out of it is believed again.
 */
#ifndef STATUS_DOUBTS_H
#define STATUS_DOUBTS_H

#include <stdbool.h>
#include <stdint.h>

#include "ocsp_request.h"

struct doubts;

struct doubts	*doubts_new(void);
void		 doubts_free(struct doubts *);
/* The file, by its inode, that said so before; 0: there was none. */
void		 doubts_put(struct doubts *, const char *serial,
		    enum ocsp_hash, uint64_t inode);
bool		 doubts_has(struct doubts *, const char *serial,
		    enum ocsp_hash, uint64_t inode);

#endif
