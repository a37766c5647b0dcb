/*
 * What the request being handled looks like to the kernel: its number, and
 * whether it was sent before to a core that is gone (FUSE_NOTIFY_RESEND sets
 * the highest bit of `unique`).  libfuse hides both, so the session's read
 * function notes each request before libfuse sees it; a worker reads and
 * handles one request at a time, so both are the thread's own.
 */
#ifndef FS_RESEND_H
#define FS_RESEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * From the session's read function: `request` begins with a
 * struct fuse_in_header.
 */
void		request_note(const void *request, size_t size);
bool		request_is_resent(void);
uint64_t	request_unique(void);	/* without the highest bit */

/*
 * Has the kernel send again whatever was read and not answered; -1 and errno
 * where it cannot (before Linux 6.9) or the connection is over.
 */
int		requests_send_again(int fuse);

#endif
