/*
 * What differs between a certificate and its successor, field by field: for
 * changes.txt, and as a list of fields, which holds nothing personal, for
 * events (REG-6.3.7-01B, REG-6.3.8-02).
 */
#ifndef CA_CHANGES_H
#define CA_CHANGES_H

#include "clock.h"
#include "csr.h"
#include "dn.h"
#include "text.h"

struct certified {
	struct dn	 subject;
	struct csr_name	*names;
	size_t		 name_count;
	char		 spki_sha256[SHA256_TEXT];
	usec_t		 not_before, not_after;	/* 0: not known yet */
};

/* A certificate (DER); names are allocated.  EIO. */
int	certified_read(struct certified *, struct slice der, struct err *);
void	certified_free(struct certified *);

/* "~ field: now", "    was: before", "+ field: ", "- field: ". */
void	changes_text(const struct certified *was, const struct certified *now,
	    struct bytes *to);
/* "key, names, not-after"; "nothing". */
void	changes_fields(const struct certified *was,
	    const struct certified *now, struct bytes *to);

#endif
