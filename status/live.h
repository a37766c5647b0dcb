/*
 * Live files: status/metrics.prom and status/index.html.  They are rendered in
 * memory, at most once a second and only when somebody asks; what is rendered
 * is a version that never changes, so an open file is a snapshot.  Nothing of
 * them is in the store.
 *
 * Versions are numbered by milliseconds, upwards, above those of the core
 * before.  The newest LIVE_KEPT of each file stay, and every one that a handle
 * names, all together LIVE_OCTETS at most: beyond that the oldest goes, and
 * who still names it is told ESTALE.
 */
#ifndef STATUS_LIVE_H
#define STATUS_LIVE_H

#include <stdbool.h>

#include "../ca/store.h"

#define LIVE_KEPT	64
#define LIVE_OCTETS	((size_t)16 << 20)

/* In inode numbers: add, never change. */
enum live_file { LIVE_METRICS = 0, LIVE_PAGE = 1, LIVE_FILES };

struct live;

/*
 * Asked for with a view of the store, which `render` reads from: it takes no
 * other, nor a lock that is held while one is taken.
 */
typedef void live_render(void *arg, enum live_file, struct view *,
	    struct bytes *to);

/* Versions begin above `after`; `render` is called one at a time for a file. */
struct live	*live_new(live_render *, void *arg, usec_t after);
void		 live_free(struct live *);

/* "metrics.prom", "index.html"; NULL behind the last. */
const char	*live_name(enum live_file);
/* The version of now: one that was rendered within the last second. */
uint64_t	 live_newest(struct live *, enum live_file, struct view *);
/* Size and time of a version; false: it is gone. */
bool		 live_stat(struct live *, enum live_file, uint64_t version,
		    size_t *size, usec_t *time);
bool		 live_read(struct live *, enum live_file, uint64_t version,
		    struct bytes *to);
/* A handle names it until it is let go; false: it is gone. */
bool		 live_hold(struct live *, enum live_file, uint64_t version);
void		 live_let_go(struct live *, enum live_file,
		    uint64_t version);

#endif
