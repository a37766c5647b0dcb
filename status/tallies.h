/*
 * Tallies: events by name, certificates by profile, and what was issued and
 * revoked on each of the last days.  Rows of evidence and certificates are
 * only ever added, so counting goes on from where it stopped; what was counted
 * is kept in the store now and then, and a start goes on from there.
 */
#ifndef STATUS_TALLIES_H
#define STATUS_TALLIES_H

#include "desk.h"

#define TALLY_NAMES	128	/* more are counted together, as "other" */
#define TALLY_PROFILES	64
#define TALLY_DAYS	30	/* today is one of them */

struct tally {
	char	name[64];
	int64_t	count;
};
struct tally_day {
	int64_t	day;		/* since 1970, UTC; 0: none */
	int64_t	issued, revoked;	/* revoked: definitively */
};
struct tally_sums {
	int64_t	events, certificates;	/* numbers counted up to */
	bool	behind;			/* there is more to be counted */
	struct tally names[TALLY_NAMES], profiles[TALLY_PROFILES];
	size_t	name_count, profile_count;
	struct tally_day days[TALLY_DAYS];	/* by day modulo these */
};

struct tallies;

struct tallies	*tallies_new(const struct desk *);
void		 tallies_free(struct tallies *);	/* keeps them */
/*
 * Counts what came since, for a hundredth of a second at most; what is more is
 * counted behind, and who asks meanwhile is told how far that has come.  With a
 * lock that nobody holds over a view_take.
 */
void		 tallies_get(struct tallies *, struct view *,
		    struct tally_sums *to);
/* Of events with this name; 0: none. */
int64_t		 tally_events(const struct tally_sums *, const char *name);

#endif
