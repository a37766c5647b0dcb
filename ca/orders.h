/*
 * Revocations that were ordered (ca/store_reports.h), handed to the publisher
 * and recorded as done.  What could not be done is tried again with the next
 * one, and at start.
 */
#ifndef CA_ORDERS_H
#define CA_ORDERS_H

#include "authority.h"

/* All that are not done; does not wait for them to be published. */
void	orders_do(struct authority *);

#endif
