/*
 * The page that a test shares with the processes it stops (test builds only):
 * written by tests/tools/stop, read by ca/stop.c, which tells its states.
 */
#ifndef CA_STOP_PAGE_H
#define CA_STOP_PAGE_H

#include <stdatomic.h>
#include <stdint.h>

#define STOP_PAGE_SIZE	4096
#define STOP_MAGIC	0x53544f50u	/* "STOP" */
#define STOP_NAME	64
#define STOP_FAULTS	32

enum stop_state { STOP_IDLE, STOP_ARMED, STOP_REACHED, STOP_RELEASED };

struct stop_fault {
	char		name[STOP_NAME];
	_Atomic int32_t	left;		/* how many times it still happens */
};
struct stop_page {
	uint32_t	 magic;
	_Atomic uint32_t word;		/* generation << 2 | state */
	_Atomic int32_t	 pid;		/* of who reached the point */
	char		 point[STOP_NAME];
	struct stop_fault faults[STOP_FAULTS];
};
_Static_assert(sizeof(struct stop_page) <= STOP_PAGE_SIZE, "one page");

#endif
