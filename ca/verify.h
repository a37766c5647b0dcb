/*
 * Verifying evidence as files, without the store: `pkifs verify DIR`.  It
 * follows the chain over the bytes of the events, compares names with what is
 * in them, and the documents with their digests.  docs/FORMAT.evidence.
 */
#ifndef CA_VERIFY_H
#define CA_VERIFY_H

#include "bytes.h"
#include "err.h"
#include "text.h"

enum verify_kind {
	VERIFY_NOTE,		/* worth knowing, no fault */
	VERIFY_FAULT,		/* the evidence is not what it was */
	VERIFY_UNKNOWN		/* could not be looked at */
};
/* One sentence, without a newline. */
typedef void verify_say(void *arg, enum verify_kind, const char *sentence);

struct verify_summary {
	int64_t	first, last;		/* numbers of events; 0: none */
	int64_t	events, documents, withheld;
	int64_t	faults, unknowns;
	char	last_sha256[SHA256_TEXT];	/* of the last event's file */
};

/*
 * `dir` is a copy of evidence/ or a folder that holds one.  Streams: memory
 * does not grow with the number of events (but of one hour).  0 intact, 1 a
 * fault was found, 2 none was found but something could not be looked at.
 */
int	verify_directory(const char *dir, verify_say *, void *arg,
	    struct verify_summary *);

/* What the chain needs to know of one event. */
struct verify_input {
	char	sha256[SHA256_TEXT];
	int64_t	size;
};
struct verify_event {
	int64_t	seq;
	char	name[64];
	char	hour[14];	/* "2026/11/21/22", of its time */
	char	previous[SHA256_TEXT];
	struct verify_input *inputs;
	size_t	input_count;
};
/* 0, or -1 (EBADMSG) with what is wrong; free it in either case. */
int	verify_event_read(struct verify_event *, struct slice file,
	    struct err *);
void	verify_event_free(struct verify_event *);

#endif
