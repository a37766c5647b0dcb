/*
 * Named stop points: the steps of DESIGN section 4.  In test builds
 * (-DPKIFS_STOPS) a process that reaches an armed point says so in a page
 * shared with the test and waits there until it is killed or released; in any
 * other build they are nothing.
 */
#ifndef CA_STOP_H
#define CA_STOP_H

#ifdef PKIFS_STOPS
void	stop_open(void);		/* map $PKIFS_STOP_FILE, before chroot */
void	stop_at(const char *point);	/* e.g. "core.intent-committed" */
/*
 * True when a fault of this name is armed: a failure injected by the test.
 * A fault is armed for a number of times.
 */
int	fault_here(const char *fault);
#else
#define stop_open()	((void)0)
#define stop_at(point)	((void)0)
#define fault_here(f)	(0)
#endif

#endif
