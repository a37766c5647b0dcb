/*
 * Contents of the slab's rows: small ones in the row, larger ones in a file of
 * the spool folder, moved there when they grow.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "slab.h"
#include "slab_spool.h"

static int
spool_fault(struct err *err)
{
	return (err_set(err, errno, "spool: %s", strerror(errno)));
}

static int
spool_open(struct slab *slab, uint64_t spool, int flags, struct err *err)
{
	char	name[24];
	int	fd;

	snprintf(name, sizeof(name), "%" PRIu64, spool);
	fd = openat(slab_spool_folder(slab), name, flags | O_CLOEXEC, 0600);
	return (fd == -1 ? spool_fault(err) : fd);
}

static int
spool_write(int fd, struct slice data, uint64_t offset, struct err *err)
{
	ssize_t	n;

	while (data.size > 0) {
		n = pwrite(fd, data.data, data.size, (off_t)offset);
		if (n == -1)
			return (spool_fault(err));
		data.data += n;
		data.size -= (size_t)n;
		offset += (uint64_t)n;
	}
	return (0);
}

/* From now on in a file; the row's octets are copied first. */
static int
move_to_spool(struct slab *slab, struct slab_bytes *bytes, struct err *err)
{
	struct slice	small = { bytes->small, bytes->size };
	uint64_t	spool = slab_spool_next(slab);
	int		fd, answer;

	fd = spool_open(slab, spool, O_RDWR | O_CREAT | O_EXCL, err);
	if (fd == -1)
		return (-1);
	answer = spool_write(fd, small, 0, err);
	close(fd);
	if (answer == 0)
		bytes->spool = spool;
	return (answer);
}

int
slab_write(struct slab *slab, struct slab_bytes *bytes, struct slice data,
    uint64_t offset, struct err *err)
{
	uint64_t	end = offset + data.size;
	int		fd, answer;

	if (data.size == 0)
		return (0);
	if (bytes->spool == 0 && end <= SLAB_SMALL) {
		if (offset > bytes->size)
			memset(bytes->small + bytes->size, 0,
			    offset - bytes->size);
		memcpy(bytes->small + offset, data.data, data.size);
	} else {
		if (bytes->spool == 0 &&
		    move_to_spool(slab, bytes, err) == -1)
			return (-1);
		if ((fd = spool_open(slab, bytes->spool, O_RDWR, err)) == -1)
			return (-1);
		answer = spool_write(fd, data, offset, err);
		close(fd);
		if (answer == -1)
			return (-1);
	}
	if (end > bytes->size)
		bytes->size = end;
	return (0);
}

int
slab_resize(struct slab *slab, struct slab_bytes *bytes, uint64_t size,
    struct err *err)
{
	int	fd, answer;

	if (bytes->spool == 0 && size > SLAB_SMALL &&
	    move_to_spool(slab, bytes, err) == -1)
		return (-1);
	if (bytes->spool == 0) {
		if (size > bytes->size)
			memset(bytes->small + bytes->size, 0,
			    size - bytes->size);
	} else {
		if ((fd = spool_open(slab, bytes->spool, O_RDWR, err)) == -1)
			return (-1);
		answer = ftruncate(fd, (off_t)size);
		if (answer == -1)
			spool_fault(err);
		close(fd);
		if (answer == -1)
			return (-1);
	}
	bytes->size = size;
	return (0);
}

int
slab_replace(struct slab *slab, struct slab_bytes *bytes, struct slice data,
    struct err *err)
{
	if (slab_resize(slab, bytes, 0, err) == -1)
		return (-1);
	return (slab_write(slab, bytes, data, 0, err));
}

int
slab_read(struct slab *slab, const struct slab_bytes *bytes, uint64_t offset,
    size_t size, struct bytes *to, struct err *err)
{
	size_t	got = 0;
	ssize_t	n;
	int	fd, answer = 0;

	bytes_clear(to);
	if (offset >= bytes->size)
		return (0);
	if (size > bytes->size - offset)
		size = bytes->size - offset;
	if (bytes->spool == 0) {
		bytes_put(to, bytes->small + offset, size);
		return (0);
	}
	if ((fd = spool_open(slab, bytes->spool, O_RDONLY, err)) == -1)
		return (-1);
	bytes_resize(to, size);
	while (got < size) {
		n = pread(fd, to->data + got, size - got,
		    (off_t)(offset + got));
		if (n == -1)
			answer = spool_fault(err);
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	bytes_resize(to, got);
	close(fd);
	return (answer);
}
