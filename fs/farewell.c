/* The end of a connection that cannot end by itself: see farewell.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "../ca/err.h"
#include "farewell.h"
#include "resend.h"

#define ROOM	(1024 * 1024 + 4096)	/* the largest WRITE and its head */
#define LOOK_MS	20

static bool
wants_an_answer(const struct fuse_in_header *in)
{
	return in->opcode != FUSE_FORGET && in->opcode != FUSE_BATCH_FORGET &&
	    in->opcode != FUSE_INTERRUPT;
}

/* One request; false: there is none. */
static bool
refuse_one(int fuse, unsigned char *room)
{
	const struct fuse_in_header *in = (const void *)room;
	struct fuse_out_header out = { .len = sizeof(out),
	    .error = -ECONNABORTED };
	ssize_t n;

	do
		n = read(fuse, room, ROOM);
	while (n == -1 && (errno == EINTR || errno == ENOENT));
	if (n < (ssize_t)sizeof(*in))
		return false;
	out.unique = in->unique;
	if (wants_an_answer(in))
		(void)!write(fuse, &out, sizeof(out));
	return true;
}

void
farewell(int fuse, bool (*over)(void), usec_t patience)
{
	usec_t until = clock_steady() + patience;
	struct pollfd waits = { .fd = fuse, .events = POLLIN };
	unsigned char *room;
	int flags;

	if (over() || (flags = fcntl(fuse, F_GETFL)) == -1 ||
	    fcntl(fuse, F_SETFL, flags | O_NONBLOCK) == -1)
		return;
	if ((room = malloc(ROOM)) == NULL)
		die("out of memory");
	while (!over() && clock_steady() < until &&
	    requests_send_again(fuse) == 0)
		do
			while (refuse_one(fuse, room))
				;
		while (poll(&waits, 1, LOOK_MS) == 1 &&
		    (waits.revents & POLLERR) == 0);
	free(room);
}
