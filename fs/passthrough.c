/*
 * The numbers of FUSE passthrough; see passthrough.h.  A backing file lies on
 * a filesystem that stands on no other (a depth of 1): ext4, XFS, tmpfs, but
 * not overlayfs.
 */
#include <sys/ioctl.h>

#include <linux/fuse.h>
#include <string.h>

#include "passthrough.h"

#define INIT_EXT	(UINT32_C(1) << 30)	/* FUSE_INIT_EXT: has flags2 */
#define PASSTHROUGH	(UINT32_C(1) << 5)	/* FUSE_PASSTHROUGH, there */
#define STACK_DEPTH	1

/* Where in struct fuse_init_in, behind its header, and fuse_init_out. */
#define IN_FLAGS	(sizeof(struct fuse_in_header) + 12)
#define IN_FLAGS2	(sizeof(struct fuse_in_header) + 16)
#define OUT_FLAGS	12
#define OUT_FLAGS2	32
#define OUT_STACK_DEPTH	36

#define OPEN_NOFLUSH	(UINT32_C(1) << 5)	/* FOPEN_NOFLUSH */
#define OPEN_PASSTHROUGH (UINT32_C(1) << 7)	/* FOPEN_PASSTHROUGH */

struct backing_map {		/* struct fuse_backing_map */
	int32_t		fd;
	uint32_t	flags;
	uint64_t	padding;
};
#define BACKING_OPEN	_IOW(229, 1, struct backing_map)
#define BACKING_CLOSE	_IOW(229, 2, uint32_t)

static uint32_t
number_at(const void *octets, size_t at)
{
	uint32_t n;

	memcpy(&n, (const char *)octets + at, sizeof(n));
	return n;
}

static void
add_bits(void *octets, size_t at, uint32_t bits)
{
	bits |= number_at(octets, at);
	memcpy((char *)octets + at, &bits, sizeof(bits));
}

bool
passthrough_offered(struct slice init)
{
	return init.size >= IN_FLAGS2 + sizeof(uint32_t) &&
	    (number_at(init.data, IN_FLAGS) & INIT_EXT) != 0 &&
	    (number_at(init.data, IN_FLAGS2) & PASSTHROUGH) != 0;
}

void
passthrough_accept(void *answer, size_t size)
{
	const uint32_t depth = STACK_DEPTH;

	if (size < OUT_STACK_DEPTH + sizeof(depth))
		return;
	add_bits(answer, OUT_FLAGS, INIT_EXT);
	add_bits(answer, OUT_FLAGS2, PASSTHROUGH);
	memcpy((char *)answer + OUT_STACK_DEPTH, &depth, sizeof(depth));
}

void
passthrough_open_out(unsigned char to[PASSTHROUGH_OPEN_OUT], uint64_t fh,
    uint32_t backing)
{
	const uint32_t flags = OPEN_PASSTHROUGH | OPEN_NOFLUSH;

	memcpy(to, &fh, sizeof(fh));
	memcpy(to + 8, &flags, sizeof(flags));
	memcpy(to + 12, &backing, sizeof(backing));
}

int
passthrough_backing_open(int fuse, int file, uint32_t *backing)
{
	const struct backing_map map = { .fd = file };
	int id = ioctl(fuse, BACKING_OPEN, &map);

	if (id <= 0)
		return -1;
	*backing = (uint32_t)id;
	return 0;
}

int
passthrough_backing_close(int fuse, uint32_t backing)
{
	return ioctl(fuse, BACKING_CLOSE, &backing);
}
