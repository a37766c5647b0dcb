/*
 * How far the lists in publish_dir have come: readers may have seen them, also
 * when the whole home was put back from a copy and no part of it knows of them.
 */
#ifndef STATUS_CRL_PUBLISHED_H
#define STATUS_CRL_PUBLISHED_H

#include <stdint.h>

#include "signatory.h"

/*
 * The highest number above `known` of a list there that the CA signed; `known`
 * when there is none.  What cannot be read counts for nothing.
 */
int64_t	crl_published(int dir, const struct signatory *, int64_t known);

#endif
