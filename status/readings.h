/*
 * All that the page and the metrics tell of, read at one moment.
 */
#ifndef STATUS_READINGS_H
#define STATUS_READINGS_H

#include "../ca/store_counts.h"
#include "../ca/store_crls.h"
#include "../ca/store_events.h"
#include "../ca/store_status.h"
#include "deadlines.h"
#include "pending.h"
#include "probes.h"
#include "tallies.h"

/* One list that is published: which CA's, and which of its lists. */
struct crl_reading {
	char	list[24];	/* "full", "delta" */
	struct crl crl;
};
#define KEY_READINGS	4

struct readings {
	usec_t	now, started;		/* of this core */
	bool	sandbox;
	char	name[128], root_name[128];
	usec_t	issuing_not_after, root_not_after;
	struct key_reading {
		const char *name;	/* "issuing" */
		bool	    ready;
	} keys[KEY_READINGS];
	struct health_line health[HEALTH_CHECKS];
	struct crl_reading *crls;	/* array, of each CA the full one first */
	size_t	crl_count;
	usec_t	crl_planned;		/* the next full one; 0: not known */
	struct store_counts counts;
	int64_t	ocsp_kept;		/* as it was when last counted */
	struct store_sizes sizes;
	struct tally_sums tallies;
	struct deadline_sight deadlines;
	struct probe_sight probes;
	usec_t	pending_since;		/* a publication; 0: none */
	int64_t	signer_queue;		/* orders without an answer */
	int64_t	notices_failing;	/* tried, and not delivered yet */
	struct clock_state clock;
	struct event_row event;		/* the last one; seq 0: none */
	usec_t	checkpoint;		/* the last one; 0: none */
};

struct reader;

/* Borrows them all. */
struct reader	*reader_new(const struct desk *, struct pending *,
		    struct deadlines *, struct tallies *, struct probes *);
void		 reader_free(struct reader *);
/* Takes no view of its own, nor a lock that is held while one is taken. */
void		 readings_take(struct reader *, struct view *,
		    struct readings *to);
void		 readings_clear(struct readings *);

#endif
