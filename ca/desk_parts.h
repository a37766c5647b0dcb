/*
 * What the parts of the desk share: an accepted write on its way through its
 * transaction, and what each kind of file means.  desk_names.c has the
 * table of names; a meaning is a function of whoever owns the kind (drafts,
 * agreements, external RAs).
 */
#ifndef CA_DESK_PARTS_H
#define CA_DESK_PARTS_H

#include "desk.h"
#include "paths.h"

#define DESK_TELL	6

struct desk_act {
	struct authority	*authority;
	const struct desk_write	*write;
	const struct desk_file	*file;	/* as it is kept; its document too */
	/* What it comes to, filled in by its meaning. */
	struct err	 fault;		/* kept, but wrong; code 0: good */
	int64_t		 take_up;	/* subscriber: judge anew; 0: none */
	int64_t		 package;	/* an RA's request was accepted */
	char		 tell[DESK_TELL][PATH_TEXT];	/* "" from there on */
};

/*
 * In the transaction that keeps the file, after its row, document and event.
 * May be applied again: what it fills in is cleared before.  -1: nothing of
 * the write is kept.
 */
typedef int desk_meaning(struct desk_act *, struct tx *, struct err *);
/* May this uid write it?  0, or -1 EACCES, EPERM with the sentence. */
typedef int desk_may(struct authority *, struct view *, int64_t object,
	    const char *name, uid_t, struct err *);

/* A path below the mount that changed ("ra/subscribers/acme/state"). */
void	desk_tell(struct desk_act *, const char *path);

#endif
