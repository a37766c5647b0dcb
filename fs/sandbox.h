/*
 * Confinement: each process becomes who it should be, loses the way back, and
 * keeps only the places and system calls its work needs.  Called before the
 * first thread, in the order become, places, calls.
 */
#ifndef FS_SANDBOX_H
#define FS_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../ca/err.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANDBOX_SANITIZED	1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANDBOX_SANITIZED	1
#endif
#endif
#ifndef SANDBOX_SANITIZED
#define SANDBOX_SANITIZED	0
#endif

struct sandbox_person {
	const char	*user;		/* by name; looked up before chroot */
	bool		 groups;	/* with the user's further groups */
	uint64_t	 keep;		/* capabilities, as bits */
	const char	*root;		/* chroot there first; NULL: no */
};

/* Are there rights to drop?  Else everything keeps the caller's own uid. */
bool	sandbox_is_root(void);
/*
 * As root: chroot, groups, uid and capabilities of this person, with no way
 * back.  Whoever runs it: no_new_privs.
 */
int	sandbox_become(const struct sandbox_person *, struct err *);

/* The capabilities that were kept, too. */
int	sandbox_give_up(struct err *);
/* Root keeps these at most; so does what it executes. */
int	sandbox_bound(uint64_t keep, struct err *);

enum sandbox_access {
	SANDBOX_READ,		/* read files, list folders */
	SANDBOX_RUN,		/* and map or execute programs */
	SANDBOX_DEVICE,		/* and write to what exists */
	SANDBOX_WRITE		/* and make, remove and rename */
};
struct sandbox_place {
	const char	*path;		/* what does not exist is left out */
	enum sandbox_access access;
	int		 fd;		/* instead, when path is NULL */
};
enum { SANDBOX_NO_NETWORK = 1, SANDBOX_NO_SIGNALS = 2 };
/*
 * Landlock: nothing but these places can be opened from now on; `more` are
 * the flags above, as far as the kernel knows them.  1: in force; 0: this
 * kernel has no Landlock; -1.
 */
int	sandbox_places(const struct sandbox_place *, size_t count,
	    unsigned more, struct err *);

enum sandbox_process {
	SANDBOX_CORE, SANDBOX_SIGNER, SANDBOX_HERALD, SANDBOX_DETACHER,
	SANDBOX_RESPONDER
};
/*
 * The process's table of system calls, by seccomp.  What a sanitizer calls is
 * anybody's guess: with one, each has the signer's.
 */
int	sandbox_calls(enum sandbox_process, struct err *);

/* No core dump, no ptrace, nothing of its memory in /proc. */
void	sandbox_keep_secrets(void);
/* Die with main, for whoever could hang. */
void	sandbox_die_with_parent(void);

#endif
