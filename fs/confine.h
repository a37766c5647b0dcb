/*
 * Who each process becomes and what it can reach: the rows behind
 * DESIGN section 3's table, in terms of fs/sandbox.
 */
#ifndef FS_CONFINE_H
#define FS_CONFINE_H

#include <limits.h>

#include "../ca/authority.h"

/*
 * `store` gets the path of HOME/store as core sees it from then on; the
 * folders that the parts have are left to it.
 */
int	confine_core(const struct config *, const struct authority_parts *,
	    char store[PATH_MAX], struct err *);
int	confine_signer(const char *home, const char *user,
	    const char *module, struct err *);
/* In two steps: at start, and when there is a mount to be confined to. */
int	confine_herald(const char *user, struct err *);
int	confine_herald_to(const char *mountpoint, struct err *);
int	confine_detacher(struct err *);
/*
 * Reads these folders and nothing else; `user` NULL: whoever runs it, which
 * may not be root.
 */
int	confine_responder(const char *user, const char *const *folders,
	    size_t count, struct err *);
/* What main needs for itself and to make its children what they are. */
int	confine_main(struct err *);

#ifdef PKIFS_STOPS
/* probe-confinement core|signer|herald HOME PATH, for the tests. */
int	verb_probe(int argc, char **argv);
#endif

#endif
