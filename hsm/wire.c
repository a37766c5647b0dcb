/*
 * Messages over a stream socket: see wire.h.
 */
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wire.h"

#define FILES 8			/* that came along and wait to be taken */
#define READ_SIZE (128 * 1024)
#define SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

struct wire {
	int		fd;
	struct bytes	in;
	size_t		taken;		/* octets of `in` already given out */
	int		files[FILES];
	size_t		count;
};

struct wire *
wire_new(int fd)
{
	struct wire *w;
	int flags;

	if ((w = calloc(1, sizeof(*w))) == NULL)
		die("out of memory");
	w->fd = fd;
	if ((flags = fcntl(fd, F_GETFL)) != -1)
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	return w;
}

void
wire_free(struct wire *w)
{
	if (w == NULL)
		return;
	while (w->count > 0)
		close(w->files[--w->count]);
	close(w->fd);
	bytes_free(&w->in);
	free(w);
}

int
wire_fd(const struct wire *w)
{
	return w->fd;
}

/* Keeps the descriptors of a control message; the rest is not for us. */
static int
keep_files(struct wire *w, struct msghdr *m)
{
	struct cmsghdr *c;
	size_t n, i;
	int fd, ret = 0;

	for (c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < n; i++) {
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int),
			    sizeof(fd));
			if (w->count < FILES)
				w->files[w->count++] = fd;
			else {
				close(fd);
				ret = -1;
			}
		}
	}
	return ret;
}

int
wire_read(struct wire *w, struct err *err)
{
	union {
		char		room[CMSG_SPACE(FILES * sizeof(int))];
		struct cmsghdr	align;
	} control;
	struct iovec v;
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	size_t old;
	ssize_t n;

	if (w->taken > 0) {
		memmove(w->in.data, w->in.data + w->taken,
		    w->in.size - w->taken);
		w->in.size -= w->taken;
		w->taken = 0;
	}
	old = w->in.size;
	if (old >= MESSAGE_MAX + READ_SIZE)
		return err_set(err, EPROTO, "more octets than a message has");
	v = (struct iovec){ bytes_room(&w->in, READ_SIZE), READ_SIZE };
	m.msg_control = control.room;
	m.msg_controllen = sizeof(control.room);
	do
		n = recvmsg(w->fd, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	while (n == -1 && errno == EINTR);
	w->in.size = old + (n > 0 ? (size_t)n : 0);
	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (n <= 0)
		return err_set(err, n == 0 ? EPIPE : errno,
		    "the other end is gone");
	if (keep_files(w, &m) == -1 || (m.msg_flags & MSG_CTRUNC) != 0)
		return err_set(err, EPROTO, "too many files came along");
	return 1;
}

int
wire_next(struct wire *w, enum message_type *type, uint32_t *count,
    struct slice *items, struct err *err)
{
	struct slice s = { w->in.data + w->taken, w->in.size - w->taken };
	int got;

	if (s.size == 0)
		return 0;
	if ((got = message_get(&s, type, count, items, err)) == 1)
		w->taken = w->in.size - s.size;
	return got;
}

int
wire_take_file(struct wire *w)
{
	int fd;

	if (w->count == 0)
		return -1;
	fd = w->files[0];
	w->count--;
	memmove(w->files, w->files + 1, w->count * sizeof(int));
	return fd;
}

int
wire_send_some(struct wire *w, struct slice s, size_t *done, int file)
{
	union {
		char		room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr	align;
	} control;
	struct iovec v;
	struct msghdr m;
	ssize_t n;

	while (*done < s.size) {
		v = (struct iovec){ (void *)(s.data + *done),
		    s.size - *done };
		m = (struct msghdr){ .msg_iov = &v, .msg_iovlen = 1 };
		if (file != -1 && *done == 0) {
			memset(&control, 0, sizeof(control));
			m.msg_control = control.room;
			m.msg_controllen = sizeof(control.room);
			control.align.cmsg_level = SOL_SOCKET;
			control.align.cmsg_type = SCM_RIGHTS;
			control.align.cmsg_len = CMSG_LEN(sizeof(int));
			memcpy(CMSG_DATA(&control.align), &file, sizeof(int));
		}
		n = sendmsg(w->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return errno == EAGAIN || errno == EWOULDBLOCK ?
			    0 : -1;
		*done += (size_t)n;
	}
	return 1;
}

int
wire_send(struct wire *w, struct slice s, int ms)
{
	struct pollfd p = { w->fd, POLLOUT, 0 };
	size_t done = 0;
	int sent;

	while ((sent = wire_send_some(w, s, &done, -1)) == 0)
		if (poll(&p, 1, ms) == 0)
			return -1;
	return sent == 1 ? 0 : -1;
}

int
wire_file_map(int fd, uint64_t offset, uint64_t size, struct slice *s,
    struct err *err)
{
	struct stat st;
	unsigned char *p;
	int seals;

	if ((seals = fcntl(fd, F_GET_SEALS)) == -1 ||
	    (seals & SEALS) != SEALS)
		return err_set(err, EPROTO, "a file came that is not sealed");
	if (fstat(fd, &st) == -1 || st.st_size <= 0 ||
	    offset > OFFSET_MAX || (uint64_t)st.st_size != offset + size)
		return err_set(err, EPROTO, "a file came of another size");
	p = mmap(NULL, (size_t)st.st_size, PROT_READ,
	    MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (p == MAP_FAILED)
		return err_set(err, errno, "the file cannot be mapped: %m");
	*s = (struct slice){ p + offset, (size_t)size };
	return 0;
}

/* The offset is less than a page. */
void
wire_file_unmap(struct slice s)
{
	size_t offset = (uintptr_t)s.data & OFFSET_MAX;

	munmap((void *)(s.data - offset), s.size + offset);
}
