/*
 * What a file name means in requests/ (DESIGN 2.1): an allow-list of suffixes
 * is a request; `.crt`, `.status` and `.notice` are ours, every other name is scratch.
 */
#ifndef FS_DROP_NAMES_H
#define FS_DROP_NAMES_H

#include "../ca/store_requests.h"

enum drop_name {
	NAME_SCRATCH,		/* never triggers */
	NAME_REQUEST,		/* `slot` is the name without its suffix */
	NAME_STATUS,		/* ours: NAME.status, NAME.crt */
	NAME_CHAIN,
	NAME_NOTICE,		/* ours: NAME.notice */
	NAME_RECEIPT,		/* ours: NAME.receipt.p7s */
	NAME_TOO_LONG		/* ENAMETOOLONG */
};

/* `slot` is set for the names of a slot and empty for the others. */
enum drop_name	drop_name_kind(const char *name, char slot[SLOT_NAME + 1]);
/* Agreements of a subscriber's own box, and what we say of them. */
bool		drop_name_is_agreement(const char *name);
/* What programs give to files of their own: temporary, backups, locks. */
bool		drop_name_is_programs(const char *name);
/* The suffixes of a request, one by one; NULL behind the last. */
const char	*drop_suffix(size_t i);

#endif
