/*
 * What terms and conditions have to state: a section for each row of a table,
 * by its heading, and the form (OVR-6.9.4-01, REQ-6.2-02, OVR-6.3.4-01).
 * docs/FORMAT.papers lists the headings.
 */
#ifndef CA_TERMS_H
#define CA_TERMS_H

#include "bytes.h"
#include "err.h"

/* 0, or -1 EINVAL: the first heading that is missing or has nothing below. */
int	terms_check(const char *where, struct slice rendered, struct err *);

#endif
