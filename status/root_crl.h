/*
 * The root's CRL: made offline by the ceremony, at most a year long; here it
 * is checked against the root's certificate and published.
 */
#ifndef STATUS_ROOT_CRL_H
#define STATUS_ROOT_CRL_H

#include "desk.h"

/*
 * Publishes what the configuration holds when it is sound and not older than
 * what is published; else says so in health, and in an event.
 */
void	root_crl_import(const struct desk *);

#endif
