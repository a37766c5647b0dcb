/*
 * How long a connection may take over one request, however slowly its octets
 * come: what is late is shut down, so that whoever opens connections and says
 * nothing, or one octet at a time, keeps no place from others.
 */
#ifndef STATUS_PATIENCE_H
#define STATUS_PATIENCE_H

#include "../ca/clock.h"

struct patience;
struct connection_patience;

struct patience	*patience_new(usec_t each);
void		 patience_free(struct patience *);

/* A connection that began to wait for a request; and its end. */
struct connection_patience *patience_begin(struct patience *, int fd);
void		 patience_end(struct patience *,
		    struct connection_patience *);
/* From now on it may take so long; 0: as long as for a request. */
void		 patience_extend(struct patience *,
		    struct connection_patience *, usec_t);

#endif
