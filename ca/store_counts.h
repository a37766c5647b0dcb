/*
 * Counts, for those who look after the CA: of what is open now, by short
 * indexes, and of what only ever grows, continued from where it was counted
 * before.  None of them costs a write where certificates are issued.
 */
#ifndef CA_STORE_COUNTS_H
#define CA_STORE_COUNTS_H

#include "crl_reason.h"
#include "store_dossiers.h"

struct store_counts {
	int64_t	events, certificates;	/* the last number of each */
	int64_t	requests_pending, requests_approved;
	/* Dossiers by place and enum dossier_kind. */
	int64_t	pending[DOSSIER_KINDS], countersign[DOSSIER_KINDS];
	int64_t	unpublished;		/* revocations */
	int64_t	scheduled, batches;
	int64_t	revoked[REASONS];	/* now, by reason */
};
void	store_count(struct view *, struct store_counts *to);
/* A list as long as the answers kept: not to be asked each second. */
int64_t	store_count_ocsp(struct view *);

struct store_sizes {
	int64_t	database, log, reserve;	/* octets */
	int64_t	disk, disk_free;	/* of the file system */
};
void	store_measure(struct store *, struct store_sizes *to);

/* Behind `after`, in order of number; stops as lists do. */
typedef int event_name_each(void *arg, int64_t seq, usec_t time,
	    const char *name);
void	event_names(struct view *, int64_t after, event_name_each *,
	    void *arg);
typedef int profile_name_each(void *arg, int64_t id, const char *profile);
void	profile_names(struct view *, int64_t after, profile_name_each *,
	    void *arg);

/* What was counted so far, kept.  Numbers are in the store: add only. */
enum tally_kind {
	TALLY_UPTO	= 0,	/* "events", "certificates": the last counted */
	TALLY_EVENT	= 1,	/* by name */
	TALLY_PROFILE	= 2,
	TALLY_ISSUED	= 3,	/* by day since 1970 */
	TALLY_REVOKED	= 4
};
int	tally_put(struct tx *, enum tally_kind, const char *label,
	    int64_t count, struct err *);
typedef int tally_each(void *arg, enum tally_kind, const char *label,
	    int64_t count);
void	tallies_list(struct view *, tally_each *, void *arg);

#endif
