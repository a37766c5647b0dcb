/*
 * Named stop points and injected faults; test builds only.
 *
 * The page (stop_page.h) is a file of 4096 octets named by PKIFS_STOP_FILE and
 * mapped by every process.  It holds one stop point and a table of faults.  The
 * word is generation << 2 | state; arming counts the generation up, so that a
 * waiting thread never mistakes a later arming for its own:
 *
 *	idle -> armed (the test) -> reached (the first thread there) -> released
 *	(the test) -> idle (the thread, going on)
 *
 * The name of the point is written before the word says armed.  The waiting
 * thread only sleeps, so that a seccomp filter needs to know no more than
 * clock_nanosleep.
 *
 * A point is named after the process and what it has done ("core.signed"), a
 * fault after what is to fail ("commit-enospc"); each stands where its name is
 * given to stop_at or fault_here, and nowhere else.
 */
#ifdef PKIFS_STOPS
#include <sys/mman.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "stop.h"
#include "stop_page.h"

static struct stop_page *page;

void
stop_open(void)
{
	const char *path;
	void *map;
	int fd;

	if (page != NULL || (path = getenv("PKIFS_STOP_FILE")) == NULL)
		return;
	if ((fd = open(path, O_RDWR | O_CLOEXEC)) == -1)
		die("the stop file %s cannot be opened: %m", path);
	map = mmap(NULL, STOP_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		die("the stop file %s cannot be mapped: %m", path);
	page = map;
	if (page->magic != STOP_MAGIC)
		die("%s is no stop file; `stop %s init` makes one", path, path);
}

void
stop_at(const char *point)
{
	static const struct timespec pause = { 0, 1000000 };
	uint32_t armed, reached, word;

	if (page == NULL)
		return;
	armed = atomic_load(&page->word);
	if ((armed & 3) != STOP_ARMED ||
	    strncmp(page->point, point, STOP_NAME) != 0)
		return;
	reached = (armed & ~3u) | STOP_REACHED;
	if (!atomic_compare_exchange_strong(&page->word, &armed, reached))
		return;
	atomic_store(&page->pid, (int32_t)getpid());
	log_line("stopped at %s", point);
	while (atomic_load(&page->word) == reached)
		nanosleep(&pause, NULL);
	word = (reached & ~3u) | STOP_RELEASED;
	atomic_compare_exchange_strong(&page->word, &word,
	    (reached & ~3u) | STOP_IDLE);
}

int
fault_here(const char *fault)
{
	struct stop_fault *f;
	int32_t left;

	if (page == NULL)
		return 0;
	for (f = page->faults; f < page->faults + STOP_FAULTS; f++) {
		left = atomic_load(&f->left);
		if (left <= 0 || strncmp(f->name, fault, STOP_NAME) != 0)
			continue;
		while (left > 0)
			if (atomic_compare_exchange_weak(&f->left, &left,
			    left - 1))
				return 1;
	}
	return 0;
}
#else
/* ISO C forbids an empty file. */
typedef int stop_is_not_in_this_build;
#endif
