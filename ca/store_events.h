/*
 * The evidence in the store: events in a chain by number, and documents by
 * digest.  DESIGN section 5.
 */
#ifndef CA_STORE_EVENTS_H
#define CA_STORE_EVENTS_H

#include "event.h"
#include "store.h"

/* What a directory entry of an event needs. */
struct event_row {
	int64_t	seq;
	usec_t	time;
	size_t	size;
	char	name[64];	/* "certificate-issued" */
};

/* Gives the event its number, time and predecessor, stores its bytes. */
int	events_append(struct tx *, struct event *, int64_t *seq, struct err *);
int64_t	events_last(struct view *);			/* 0: none */
int	events_get(struct view *, int64_t seq, struct event_row *); /* 1/0 */
/* 1; 0: there is none; -1: what is in the store is not what was chained. */
int	events_bytes(struct view *, int64_t seq, struct bytes *to);

/* Those of one hour (index since 1970), in order, behind `after`. */
typedef int event_each(void *arg, const struct event_row *);
void	events_of_hour(struct view *, int64_t hour, int64_t after,
	    event_each *, void *arg);
void	events_of_certificate(struct view *, int64_t certificate,
	    int64_t after, event_each *, void *arg);
void	events_of_request(struct view *, int64_t request, int64_t after,
	    event_each *, void *arg);
/*
 * The next hour at or behind `hour` that has an event, or -1: years, months
 * and days are listed by skipping.
 */
int64_t	events_next_hour(struct view *, int64_t hour);

/* Whether the certificate has an event of this name ("delivered"). */
bool	events_has(struct view *, int64_t certificate, const char *name);

/*
 * Documents: the input evidence itself, content-addressed; up to 64 KiB in the
 * database, larger ones as files beside it, synced before the commit.
 * Putting the same bytes again is nothing.
 */
struct document_row {
	int64_t	id;		/* for the inode */
	usec_t	time;
	size_t	size;
	char	sha256[SHA256_TEXT];
};
int	documents_put(struct tx *, struct slice, char sha256[SHA256_TEXT],
	    struct err *);
/*
 * The same in two steps, so that a large content is hashed, written and synced
 * before the transaction.  `unprepare` always, behind it.
 */
struct document_prepared {
	char	sha256[SHA256_TEXT];
	char	unfinished[96];		/* its file; "": none */
};
int	documents_prepare(struct store *, struct slice,
	    struct document_prepared *, struct err *);
int	documents_put_prepared(struct tx *, struct slice,
	    struct document_prepared *, struct err *);
void	documents_unprepare(struct store *, struct document_prepared *);
int	documents_find(struct view *, const char *sha256,
	    struct document_row *);			/* 1/0 */
int	documents_get(struct view *, int64_t id, struct document_row *);
int	documents_read(struct view *, const char *sha256, struct bytes *);
/* At most `size` octets from `offset` on; replaces `to`. */
int	documents_read_part(struct view *, const char *sha256,
	    uint64_t offset, size_t size, struct bytes *to);
typedef int document_each(void *arg, const struct document_row *);
void	documents_list(struct view *, int64_t after, document_each *, void *);

#endif
