/*
 * Counting.  See counters.h.  Each stands on a cache line of its own, so that
 * threads that count different things do not wait for each other.
 */
#include <stdatomic.h>

#include "counters.h"

static struct {
	_Alignas(64) atomic_int_fast64_t value;
} counters[COUNTERS];

void
counter_add(enum counter which, int64_t by)
{
	atomic_fetch_add_explicit(&counters[which].value, by,
	    memory_order_relaxed);
}

int64_t
counter_get(enum counter which)
{
	return atomic_load_explicit(&counters[which].value,
	    memory_order_relaxed);
}
