/*
 * The stop page of ca/stop.h, of this process and those it forks: a test arms
 * faults and holds whoever comes to a named point.
 */
#ifndef TESTS_STOPS_H
#define TESTS_STOPS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ca/err.h"
#include "ca/stop.h"
#include "ca/stop_page.h"

/* Made when it is first asked for: before there are threads. */
static inline struct stop_page *
stops_page(void)
{
	char path[] = "/tmp/pkifs-stops-XXXXXX";
	static struct stop_page *page;
	int fd;

	if (page != NULL)
		return page;
	if ((fd = mkstemp(path)) == -1 || ftruncate(fd, STOP_PAGE_SIZE) == -1)
		die("%s: %m", path);
	page = mmap(NULL, STOP_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	if (page == MAP_FAILED)
		die("%s: %m", path);
	page->magic = STOP_MAGIC;
	setenv("PKIFS_STOP_FILE", path, 1);
	stop_open();
	unlink(path);
	close(fd);
	return page;
}

/* The only fault there is then happens so many times; 0: none does. */
static inline void
fault_arm(const char *name, int times)
{
	struct stop_fault *f = &stops_page()->faults[0];

	snprintf(f->name, sizeof(f->name), "%s", name);
	atomic_store(&f->left, times);
}

static inline int
fault_left(void)
{
	return atomic_load(&stops_page()->faults[0].left);
}

/* The next one there waits, until it is killed or stop_disarm(). */
static inline void
stop_arm(const char *point)
{
	struct stop_page *page = stops_page();
	uint32_t word = atomic_load(&page->word);

	snprintf(page->point, sizeof(page->point), "%s", point);
	atomic_store(&page->word, ((word | 3) + 1) | STOP_ARMED);
}

static inline bool
stop_reached(int seconds)
{
	int i;

	for (i = 0; i < seconds * 1000; i++, usleep(1000))
		if ((atomic_load(&stops_page()->word) & 3) == STOP_REACHED)
			return true;
	return false;
}

static inline void
stop_disarm(void)
{
	atomic_fetch_and(&stops_page()->word, ~3u);
}

#endif
