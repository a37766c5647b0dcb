/*
 * FUSE passthrough (Linux 6.9): the kernel reads an open file from a backing
 * file of another filesystem itself, through that one's page cache.  Neither
 * libfuse 3.14 nor every <linux/fuse.h> has it, so it is here by its numbers.
 */
#ifndef FS_PASSTHROUGH_H
#define FS_PASSTHROUGH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../ca/bytes.h"

/* Has the kernel that sent this FUSE_INIT it? */
bool	passthrough_offered(struct slice init);
/* Takes it, in the answer to FUSE_INIT (struct fuse_init_out). */
void	passthrough_accept(void *answer, size_t size);

#define PASSTHROUGH_OPEN_OUT	16	/* octets of struct fuse_open_out */

/* The answer to OPEN: read from the backing file of this id. */
void	passthrough_open_out(unsigned char to[PASSTHROUGH_OPEN_OUT],
	    uint64_t fh, uint32_t backing);

/*
 * A backing id of the mount for an open file, which may be closed then; with
 * CAP_SYS_ADMIN only.  -1 and errno.
 */
int	passthrough_backing_open(int fuse, int file, uint32_t *backing);
int	passthrough_backing_close(int fuse, uint32_t backing);

#endif
