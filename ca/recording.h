/*
 * What the transactions of an application write: state and evidence together,
 * in one job each (DESIGN section 4).  All run in the committer's transaction.
 */
#ifndef CA_RECORDING_H
#define CA_RECORDING_H

#include "application.h"
#include "event.h"

/*
 * Makes of a judged one, while nobody waits for it, what its transactions
 * would else make one after another: event and gates' text.
 */
void	record_prepare(struct application *);
/*
 * The decision: document, request, slot, status text, event with every gate,
 * and for an approved one the intent.  EEXIST: the slot is in use under
 * another suffix.
 */
int	record_decision(struct application *, struct tx *, struct err *);
/*
 * The slot shows a request again that it knows: a new file with the same
 * bytes, or after other bytes were refused or waited in between.
 */
int	record_retaken(struct application *, struct tx *, struct err *);
/* Does the slot's status text begin with this state? */
bool	record_status_is(const struct application *, struct view *,
	    enum request_state);
/* Do the gates of a pending one answer otherwise than its status text says? */
bool	record_pending_moved(const struct application *, struct view *);
/* The result: certificate, intent closed, events, request, slot, status. */
int	record_issued(struct application *, struct tx *, struct err *);
/*
 * No certificate came of it.  Abandoned (begun and lost, or what came out does
 * not verify): event, serial revoked.  Never begun: event, serial burned.
 * Refused by the signer: event, request rejected.
 */
int	record_unsigned(struct application *, struct tx *, struct err *);

/* Shared by them: an event about this application; appended and freed. */
struct event *record_event(const struct application *, const char *name,
	    enum component);
int	record_append(struct application *, struct tx *, struct event *,
	    bool announce, struct err *);
/* A new status text for the application's slot; the slot is not yet put. */
int	record_status(struct application *, struct tx *, enum request_state,
	    struct err *);
/*
 * The slot as events name it, it and its subscriber by number: names of people
 * and of what they drop may be personal data.
 */
void	record_slot(struct event *, int64_t request, const struct box *,
	    int64_t slot);
/* "REG-6.3.1-01 REG-..." one by one. */
void	record_requirements(struct event *, const char *);

#endif
