/*
 * The part of the configuration that is about people: appointments.conf, the
 * officers' certificates beside it, and the rules of [ra] that depend on
 * whether this CA is a sandbox.
 */
#ifndef CA_CONFIG_PEOPLE_H
#define CA_CONFIG_PEOPLE_H

#include "config.h"

/*
 * `conf` is pkifs.conf; what is read is added to `digests`, a line a file.
 * After certificates and profiles of the configuration have been read.
 */
int	config_read_people(struct config *, struct slice conf,
	    struct bytes *digests, struct err *);

#endif
