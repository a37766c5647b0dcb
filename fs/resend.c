/*
 * Which request this thread is handling, and which were not answered; see
 * resend.h.
 */
#include <errno.h>
#include <linux/fuse.h>
#include <string.h>
#include <unistd.h>

#include "../ca/stop.h"
#include "resend.h"

#define RESENT		(UINT64_C(1) << 63)
#define NOTIFY_RESEND	7	/* FUSE_NOTIFY_RESEND, not in every header */

static _Thread_local uint64_t noted;

/* struct fuse_in_header of the kernel's ABI: length, opcode, unique, ... */
void
request_note(const void *request, size_t size)
{
	noted = 0;
	if (size >= 16)
		memcpy(&noted, (const char *)request + 8, sizeof(noted));
}

bool
request_is_resent(void)
{
	return (noted & RESENT) != 0;
}

uint64_t
request_unique(void)
{
	return noted & ~RESENT;
}

int
requests_send_again(int fuse)
{
	struct fuse_out_header again = { .len = sizeof(again),
	    .error = NOTIFY_RESEND };

	if (fault_here("no-resend")) {
		errno = EINVAL;
		return -1;
	}
	return write(fuse, &again, sizeof(again)) == -1 ? -1 : 0;
}
