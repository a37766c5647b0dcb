/*
 * The road from a judged application to its certificate: decision committed,
 * signed, read again, result committed, published (DESIGN section 4).  No
 * thread waits on it: each step is started by the end of the one before, in
 * the committer's or the signer client's thread.
 */
#ifndef CA_ISSUANCE_H
#define CA_ISSUANCE_H

#include "application.h"

/* Commits the decision of a judged one, and goes on.  Owns it from here. */
void	issuance_decide(struct application *);
/* The same for a drop whose request was withdrawn: it is a new one. */
void	issuance_decide_anew(struct application *);
/*
 * Judges in this thread, then as above: for what is tried again.  Also when
 * nothing could be told, it is tried again later.
 */
void	issuance_judge_again(struct application *);
/* An intent that a crash left open: asks the signer what became of it. */
void	issuance_recover(struct application *);
/*
 * The end, with a certificate or without: the names are told, who waits is
 * answered (app->fault), the application freed.
 */
void	issuance_end(struct application *, bool issued);
/* Tells of status and event alone; nobody waits, nothing is freed. */
void	issuance_tell(struct application *);

#endif
