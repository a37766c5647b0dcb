/*
 * Requests in the store: slots (one file name in one box), the requests that
 * passed through them, and the text of each state they were in.
 */
#ifndef CA_STORE_REQUESTS_H
#define CA_STORE_REQUESTS_H

#include <sys/types.h>

#include "store.h"
#include "text.h"

#define SLOT_NAME	200	/* the file's name without its suffix */

struct slot {
	int64_t	id;
	int64_t	box, subscriber;
	int64_t	file;		/* inode id of the dropped file */
	char	name[SLOT_NAME + 1];
	char	file_name[SLOT_NAME + 8];	/* as dropped, with suffix */
	uid_t	uid;		/* who dropped it */
	usec_t	mtime;		/* utimens may set it */
	/* the bytes as dropped; "": names cleared */
	char	sha256[SHA256_TEXT];
	size_t	size;
	int64_t	request;	/* the newest */
	int64_t	certificate;	/* the newest; 0: none */
	int64_t	status;		/* id of the newest status text */
	int64_t	kept_file;	/* the store's own: as it has them now */
	bool	kept_shown;
};

enum request_state { PENDING, APPROVED, ISSUED, REJECTED, WITHDRAWN };
const char *request_state_name(enum request_state);

struct request {
	int64_t	id, slot, subscriber;
	char	profile[32];
	char	sha256[SHA256_TEXT];	/* of the request as dropped */
	char	spki_sha256[SHA256_TEXT];
	char	path[16];	/* new, renewal, re-key, modification */
	enum request_state state;
	uid_t	uid;
	usec_t	received, decided;
	int64_t	certificate, predecessor;
};

/* Insert (id 0) or update; sets id. */
int	slot_put(struct tx *, struct slot *, struct err *);
int	slot_get(struct view *, int64_t id, struct slot *);	/* 1/0 */
int	slot_find(struct view *, int64_t box, const char *name, struct slot *);
int	slot_find_file(struct view *, int64_t box, const char *file_name,
	    struct slot *);
int	slot_of_file(struct view *, int64_t file, struct slot *);
/* Those of a box with names not cleared, behind slot id `after`. */
typedef int slot_each(void *arg, const struct slot *);
void	slots_of_box(struct view *, int64_t box, int64_t after, slot_each *,
	    void *arg);

int	request_put(struct tx *, struct request *, struct err *);
int	request_get(struct view *, int64_t id, struct request *);
/* Requests that are PENDING or APPROVED in a box, for its limit. */
int64_t	requests_open_in_box(struct view *, int64_t box);
/* APPROVED without an open intent: to be taken up at start. */
typedef int request_each(void *arg, const struct request *);
void	requests_in_state(struct view *, enum request_state, int64_t after,
	    request_each *, void *arg);
/* All, in order of id behind `after`: evidence/by-request. */
void	requests_list(struct view *, int64_t after, request_each *, void *arg);
/*
 * Time of the newest status text; 0: none.  Of whatever box: a folder's mtime
 * may be later than its newest entry, never earlier.
 */
usec_t	statuses_changed(struct view *);

/*
 * One text per state; its id is the version in the inode.  A new one is the
 * slot's, as it stands in the transaction; the caller puts the slot.  `gates`
 * is the part with their answers, or empty; it may be kept for good, as what
 * the next texts are packed with.
 */
struct status_row {
	int64_t	id, slot;
	usec_t	time;
	size_t	size;
};
int	status_put(struct tx *, struct slot *, usec_t, struct slice text,
	    struct slice gates, struct err *);
int	status_get(struct view *, int64_t id, struct status_row *);
/* 1; 0: there is none; -1: it is damaged. */
int	status_text(struct view *, int64_t id, struct bytes *to);

#endif
