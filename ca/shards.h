/*
 * The shards that certificates are distributed over: as many as pkifs.conf
 * says, at the URL it says.  With another number or URL others are in use from
 * then on, and those before live until what names them has ended.
 */
#ifndef CA_SHARDS_H
#define CA_SHARDS_H

#include "config.h"
#include "store_shards.h"

struct shards;

/*
 * Makes those that are wanted and not there, puts out of use those that are
 * not wanted; an event when anything changed.
 */
int		 shards_record(struct tx *, const struct config *,
		    struct err *);
/* Those in use; constant from then on. */
struct shards	*shards_new(struct view *, const struct config *);
void		 shards_free(struct shards *);
/* One of them by chance; NULL: there are none, the CRL of all is named. */
const struct shard *shards_choose(const struct shards *);

#endif
