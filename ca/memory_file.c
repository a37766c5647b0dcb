/*
 * Memory files.  See memory_file.h.
 */
#include <sys/mman.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory_file.h"

#define PIECE	((size_t)64 * 1024)	/* written at once */
#define SEALS	(F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

struct memory_file {
	int		 fd;
	struct bytes	 tail;		/* not written yet */
	size_t		 written;	/* behind the front */
	size_t		 offset;	/* where the octets begin */
	unsigned char	*map;		/* NULL until it is sealed */
	size_t		 size;		/* of the whole file, mapped */
};

struct memory_file *
memory_file_new(struct err *err)
{
	struct memory_file *f = calloc(1, sizeof *f);

	if (f == NULL)
		die("out of memory");
	f->fd = memfd_create("pkifs-tbs", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (f->fd != -1)
		return f;
	err_set(err, errno, "no memory file: %s", strerror(errno));
	free(f);
	return NULL;
}

void
memory_file_free(struct memory_file *f)
{
	if (f == NULL)
		return;
	if (f->map != NULL)
		munmap(f->map, f->size);
	close(f->fd);
	bytes_free(&f->tail);
	free(f);
}

struct bytes *
memory_file_tail(struct memory_file *f)
{
	return &f->tail;
}

static int
write_at(struct memory_file *f, struct slice s, size_t offset,
    struct err *err)
{
	ssize_t n;

	while (s.size > 0) {
		n = pwrite(f->fd, s.data, s.size, (off_t)offset);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set(err, ENOMEM, "no memory for a file of "
			    "%zu octets", offset + s.size);
		s.data += n;
		s.size -= (size_t)n;
		offset += (size_t)n;
	}
	return 0;
}

static int
write_tail(struct memory_file *f, struct err *err)
{
	if (write_at(f, SLICE(&f->tail), MEMORY_FILE_FRONT + f->written,
	    err) != 0)
		return -1;
	f->written += f->tail.size;
	bytes_clear(&f->tail);
	return 0;
}

int
memory_file_flush(struct memory_file *f, struct err *err)
{
	return f->tail.size < PIECE ? 0 : write_tail(f, err);
}

size_t
memory_file_size(const struct memory_file *f)
{
	return f->written + f->tail.size;
}

int
memory_file_seal(struct memory_file *f, struct slice front, struct err *err)
{
	if (front.size > MEMORY_FILE_FRONT)
		return err_set(err, E2BIG, "%zu octets in front of a memory "
		    "file", front.size);
	f->offset = MEMORY_FILE_FRONT - front.size;
	if (write_at(f, front, f->offset, err) != 0 ||
	    write_tail(f, err) != 0)
		return -1;
	bytes_free(&f->tail);
	f->size = MEMORY_FILE_FRONT + f->written;
	if (fcntl(f->fd, F_ADD_SEALS, SEALS) != 0)
		return err_set(err, errno, "a memory file cannot be sealed: "
		    "%s", strerror(errno));
	f->map = mmap(NULL, f->size, PROT_READ, MAP_SHARED | MAP_POPULATE,
	    f->fd, 0);
	if (f->map != MAP_FAILED)
		return 0;
	f->map = NULL;
	return err_set(err, errno, "a memory file cannot be mapped: %s",
	    strerror(errno));
}

struct slice
memory_file_octets(const struct memory_file *f)
{
	return (struct slice){ f->map + f->offset, f->size - f->offset };
}

int
memory_file_fd(const struct memory_file *f)
{
	return f->fd;
}

size_t
memory_file_offset(const struct memory_file *f)
{
	return f->offset;
}
