/*
 * Which request this thread is handling; see resend.h.
 */
#include <string.h>

#include "resend.h"

#define RESENT	(UINT64_C(1) << 63)

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
