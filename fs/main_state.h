/*
 * What main knows, shared by the files it is made of; nobody else includes
 * this.  Main is one thread: it waits, restarts the others and unmounts, and
 * does for core what needs its rights: notices, and backing files.
 */
#ifndef FS_MAIN_STATE_H
#define FS_MAIN_STATE_H

#include <limits.h>
#include <stdbool.h>

#include "../ca/people.h"
#include "child.h"
#include "control.h"
#include "teller.h"

#define TELLERS	4		/* notices that are told at once */

enum { DETACHER, HERALD, SIGNER, CORE, CHILDREN };

struct keeper {
	char	home[PATH_MAX], mountpoint[PATH_MAX];
	char	program[PATH_MAX];	/* what reload will exec */
	struct config *config;
	struct people *people;

	int	lock;			/* HOME/run/lock, held */
	int	fuse;			/* /dev/fuse */
	int	slab;			/* memory of open handles */
	int	socket;			/* HOME/run/socket, for reload */
	int	door;			/* HOME/run/responder.sock */
	int	databases;		/* inotify: passwd and group */
	int	mounts;			/* /proc/self/mountinfo */
	int	documents;		/* the store's, read-only; -1 */
	uint32_t backings[CONTROL_IDS];	/* ids the kernel has from us */
	size_t	backing_count;
	int	no_backing;		/* why there was none last; 0: there was */
	int	signals;
	struct bytes init;		/* FUSE_INIT of this mount */
	bool	first;			/* it has seen no core yet */

	struct child children[CHILDREN];
	struct teller tellers[TELLERS];
	int	waiter;			/* `mount` without -f; -1 */
	int	client;			/* who asked for a reload; -1 */
	bool	ready;			/* the core that runs serves */
	bool	was_ready;		/* some core has served */
	bool	leave;			/* end in good order */
	int	status;			/* with this exit status */
	char	reason[512];		/* of the last failure */
};

/* --- main_children.c ----------------------------------------------------- */

/* Start one; its first messages and its connections follow. */
int	keeper_start(struct keeper *, int which, struct err *);
/* Those that have ended: why, and when they are wanted again. */
void	keeper_reap(struct keeper *);
/* Those that are due; milliseconds until the next, -1: nothing to wait for. */
int	keeper_start_due(struct keeper *);
void	keeper_on_core(struct keeper *);	/* its socket has something */
/* Who is who is looked up again, and sent when core runs. */
int	keeper_people(struct keeper *, struct err *);
/* Core, signer and herald end in good order. */
void	keeper_stop_children(struct keeper *);
/* Tell who waits for this start: the tree can be read, or a sentence. */
void	keeper_tell(struct keeper *, const char *failure);

/* --- main_notices.c ------------------------------------------------------ */

/* Begins to tell what core asked for (CONTROL_TELL). */
void	keeper_tell_notice(struct keeper *, struct slice body);
/* Those that have ended: core is told how. */
void	keeper_reap_notices(struct keeper *);
void	keeper_stop_notices(struct keeper *);	/* what runs is killed */

/* --- main_backings.c ----------------------------------------------------- */

/* Gives the kernel a backing file, and core its id (CONTROL_BACKING). */
void	keeper_back(struct keeper *, struct slice body);
void	keeper_unback(struct keeper *, struct slice body);
/* A new core has said which ids it knows of: the kernel forgets the others. */
void	keeper_keep(struct keeper *, struct slice body);

/* --- main_door.c --------------------------------------------------------- */

struct keeper_socket {
	const char	*name;		/* in HOME/run */
	int		 type;
	mode_t		 mode;
	int		 queue;
};
int	keeper_bind(const struct keeper *, const struct keeper_socket *,
	    int *to, struct err *);
int	keeper_open_door(struct keeper *, struct err *);
void	keeper_on_door(struct keeper *);	/* a responder is there */

/* --- main_mount.c -------------------------------------------------------- */

int	keeper_lock(struct keeper *, struct err *);
/* Our pid into the lock; from then on no dead mount is in our place. */
int	keeper_sign_lock(struct keeper *, struct err *);
/* A fresh mount with a fresh slab. */
int	keeper_mount(struct keeper *, struct err *);
/* What is there is ended for all its users, and mounted anew. */
int	keeper_mount_anew(struct keeper *, struct err *);
bool	keeper_is_mounted(const struct keeper *);
/* Detach, serve what is open up to 5 s, end everything. */
void	keeper_end(struct keeper *);

/* --- main_reload.c ------------------------------------------------------- */

int	keeper_listen(struct keeper *, struct err *);
void	keeper_on_socket(struct keeper *);
/* Returns only when it could not: what runs goes on. */
void	keeper_reload(struct keeper *);
/* In the new program: everything as it was left. */
int	keeper_resume(struct keeper *, int fd, struct err *);

#endif
