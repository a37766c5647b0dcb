/*
 * The event `certificate-delivered`: a certificate's first read by who may
 * read it, once for each certificate.
 */
#ifndef CA_DELIVERY_H
#define CA_DELIVERY_H

#include <stdatomic.h>
#include <stdint.h>

#define DELIVERIES	1024

/* Those asked about or recorded, so that a read costs one comparison. */
struct deliveries {
	atomic_int_fast64_t	 known[DELIVERIES];
};

#endif
