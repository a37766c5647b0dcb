/*
 * The thread that compares everything CRL and OCSP say with the store: once a
 * night, and what differed again and again until it is mended.  Of a million
 * revocations that takes its time; lists are made meanwhile.
 */
#ifndef STATUS_COMPARER_H
#define STATUS_COMPARER_H

#include "desk.h"

struct comparer;

struct comparer *comparer_new(const struct desk *);
/* Ends what is under way; it says nothing then. */
void	comparer_free(struct comparer *);
/* A difference was found. */
void	comparer_ring(struct comparer *);

#endif
