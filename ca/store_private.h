/*
 * What the store's own files know of each other: the connections, the folder
 * of large contents, the reserve, the checkpointer.  Beside store_*.c only
 * commit.c includes this, and tests of the store's inside.
 */
#ifndef CA_STORE_PRIVATE_H
#define CA_STORE_PRIVATE_H

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>

#include "store.h"
#include "store_sql.h"
#include "text.h"

#define STORE_INLINE	((size_t)65536)	/* larger contents are files */

struct view {
	struct store	*store;
	struct sql	*sql;
	struct view	*next;		/* in the pool */
	bool		 begun;		/* its transaction is open */
	struct query	*held;		/* which keeps it open */
	uint64_t	 moment;	/* that it is of */
	unsigned	 round;		/* of marking, in which it was taken */
	bool		 policy_is_read;
	int64_t		 policy;	/* see store_policy */
};

struct last_event {
	int64_t	seq, hour;		/* 0, -1: there is none */
	char	sha256[SHA256_TEXT];
};

struct tx {
	struct view	 view;
	usec_t		 status_time;	/* of the last it wrote; 0: none */
	/* What it wrote last; nothing of it is known when some was undone. */
	bool		 event_is_known, day_is_known;
	struct last_event event;
	int64_t		 day;		/* of the last certificate; -1: none */
};

struct store {
	char		 dir[512];	/* "" is the root */
	pthread_mutex_t	 write_lock;	/* held from tx_begin to its end */
	struct tx	 tx;

	pthread_mutex_t	 pool_lock;
	pthread_cond_t	 pool_free;
	struct view	*idle;
	int		 idle_count, view_count;
	unsigned	 round;		/* of marking */
	int		 marked;
	atomic_uint_fast64_t moment;	/* odd: a commit is being published */
	int		 beginning;	/* views that begin */
	pthread_cond_t	 begun;
	bool		 held;		/* what is newest is not on the disk */

	atomic_int	 wal;		/* to sync it; -1: a commit does */
	usec_t		 unsynced_status;

	pthread_mutex_t	 reserve_lock;
	bool		 reserve_whole;
	atomic_int_fast64_t roomy_until;	/* store_is_nearly_full: no */

	/*
	 * Of the last status committed since the store was opened, 0: none.
	 * When a job that wrote one was undone alone it may be that one's.
	 */
	atomic_int_fast64_t newest_status;

	struct checkpointer *checkpointer;	/* NULL: SQLite's own way */
	struct kept_boxes *boxes;
	struct asked *asked;
	struct packers *packers;
};

/* The path of something in the store's folder. */
void	store_path(const struct store *, char to[PATH_MAX], const char *name);

/*
 * Raises "policy-seq": something a gate's answer rests on has changed, and
 * what was judged before is judged again.
 */
int	store_policy_moved(struct tx *, struct err *);

/*
 * Idle readers let go of the WAL, and those in use as soon as they are put
 * back: before it is brought home, for it goes no further than the oldest
 * reader, and behind that, for it begins again only when nobody reads it.
 */
void	views_end_idle(struct store *);

/*
 * Marks all that are in use now, and says how many they are; and how many of
 * those that were marked last are still in use.
 */
int	views_mark(struct store *);
int	views_marked(struct store *);

/*
 * Before a commit that readers may see before it is on the disk: from here to
 * views_settle a view is of the moment before, or waits.
 */
void	views_hold(struct store *);
void	views_settle(struct store *, bool committed);

/* --- store_reserve.c ----------------------------------------------------- */

#define RESERVE_TRIES	17	/* its slices, and once more */
/* Microseconds: a file system may take a moment to give blocks back. */
#define RESERVE_PAUSE	20000

/* At store_open; a new store without a reserve is refused. */
int	store_reserve_make(struct store *, bool is_new, struct err *);
/* Not given to the file system: what is not essential is committed. */
bool	store_reserve_is_kept(struct store *);
/* Less than a slice is free: then one is to be given first. */
bool	store_reserve_is_needed(struct store *);

/* --- store_checkpoint.c -------------------------------------------------- */

/*
 * A thread that brings the WAL home while commits go on.  It is started by
 * the committer, not by store_open: core confines itself between the two, and
 * a thread started earlier would not be confined.
 */
int	store_checkpointer_start(struct store *, struct err *);
void	store_checkpointer_stop(struct store *);
/* After a commit, by the writer holding write_lock. */
void	store_checkpointer_kick(struct store *);
/* Whether that has anything to do: it may wait for the disk and for readers. */
bool	store_checkpointer_is_due(struct store *);

/* --- store_asked.c: answers that stand until "policy-seq" rises ------------ */

#define ASKED_ROW	512
enum question_kind {
	ASKED_SUBSCRIBER = 1,	/* a: its id */
	ASKED_OF_USER,		/* a: uid */
	ASKED_HAS_USER,		/* a: uid, b: subscriber */
	ASKED_AGREEMENT		/* a: subscriber, b: part */
};
struct question {
	enum question_kind	kind;
	int64_t		a, b;
	size_t		size;		/* octets of the row */
};
struct asked *asked_new(void);
void	asked_free(struct asked *);
/* As it was answered at the view's moment; false: it has to be read. */
bool	asked_find(struct view *, const struct question *, int *answer,
	    void *row);
void	asked_put(struct view *, const struct question *, int answer,
	    const void *row);

/* --- store_registry.c: boxes that were read ------------------------------ */

struct kept_boxes *kept_boxes_new(void);
void	kept_boxes_free(struct kept_boxes *);

/* --- store_packed.c: dictionaries that the writer packs with ------------- */

struct packers *packers_new(void);
void	packers_free(struct packers *);
/* A transaction begins; something of the open one was undone. */
void	packers_begin(struct packers *);
void	packers_undo(struct packers *);

/* --- store_large.c: contents too large for the database ------------------ */

/* Where a row's content is: the column `place`. */
enum place {
	PLACE_INLINE = 0, PLACE_DOCUMENT = 1, PLACE_LARGE = 2,
	PLACE_PEM = 3		/* the PEM of a document, made when it is read */
};

/* Written and synced, folder too, before it returns; the name is the digest. */
int	large_put(struct store *, const char *folder, const char *sha256,
	    struct slice, struct err *);
/* 1; 0 and a line in the log. */
int	large_read_part(struct store *, const char *folder,
	    const char *sha256, uint64_t offset, size_t size, struct bytes *);
/* In two steps: written and synced under a name of its own, then put. */
int	large_begin(struct store *, const char *sha256, struct slice,
	    char name[96], struct err *);
/* A descriptor of an empty file in unfinished/; -1 and errno. */
int	large_open(struct store *, const char *name);
int	large_finish(struct store *, const char *folder, const char *sha256,
	    const char *name, struct err *);
void	large_abandon(struct store *, const char *name);
void	large_remove(struct store *, const char *folder, const char *sha256);
/* Makes the folders; removes what a crash left unfinished. */
int	large_prepare(struct store *, struct err *);

/* --- store_documents.c --------------------------------------------------- */

/* The row of a document whose file has its name already. */
int	documents_put_row(struct tx *, const char *sha256, size_t size,
	    struct err *);

/* --- store_prune, by what is pruned -------------------------------------- */

int	statuses_prune(struct tx *, usec_t before, int64_t limit,
	    struct err *);
int	ocsp_prune(struct tx *, usec_t before, int64_t limit, struct err *);
int	publications_prune(struct tx *, usec_t before, int64_t limit,
	    struct err *);

#endif
