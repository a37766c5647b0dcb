/*
 * The first transaction of a CA: its sandbox flag, its first subscriber with
 * names and agreement, boxes, watched facts, and the events of birth.
 */
#ifndef FS_BIRTH_H
#define FS_BIRTH_H

#include <sys/types.h>

#include "../ca/config.h"

#define BIRTH_NAMES	64

struct birth {
	const struct config *config;
	char	login[64];		/* the person behind it */
	uid_t	uid;
	gid_t	gid;
	char	names[BIRTH_NAMES][256];	/* asserted */
	char	kinds[BIRTH_NAMES][8];		/* "dns", "ip" */
	size_t	name_count;
	bool	publish;		/* what is issued to the person */
};

/* Makes the store in HOME/store and writes all of it, or nothing. */
int	birth_record(const struct birth *, struct err *);

#endif
