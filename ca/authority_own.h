/*
 * What the files of the authority share; nobody else includes this.
 */
#ifndef CA_AUTHORITY_OWN_H
#define CA_AUTHORITY_OWN_H

#include <stdatomic.h>

#include "access_log.h"
#include "authority.h"
#include "delivery.h"

struct csr_cache;
struct duties;
struct own_certificates;
struct receipts;
struct retries;
struct shards;
struct take_up;
struct waiting;

struct authority {
	/* Borrowed: the publisher sets `revoked` in it after the opening. */
	const struct authority_parts *parts;
	const struct config	*config;
	struct shards *_Atomic	 shards;	/* set once, when recorded */
	struct csr_cache	*cache;
	struct waiting		*waiting;
	struct retries		*retries;
	struct duties		*duties;
	struct take_up		*take_up;
	struct own_certificates	*own;
	struct receipts		*receipts;
	struct access_log	 access_log, desk_log;
	struct deliveries	 deliveries;
	atomic_bool		 recorded;	/* start and configuration */
	atomic_long		 internal;	/* number of the CA's own */
	atomic_long		 at_desk;	/* jobs of the desk under way */
	atomic_bool		 closing;
	atomic_bool		 closed;	/* left to the process's end */
	struct authority	*next_left;
};

#endif
