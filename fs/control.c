/*
 * Messages between main and its children; see control.h.  A message is one
 * octet of type and a body, in one packet.  What a type may hold stands in one
 * table and is checked before anybody looks at a body.
 */
#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../ca/text.h"
#include "control.h"

static const struct kind {
	enum control_type type;
	const char	*name;
	size_t		 least, most;	/* octets of body */
	size_t		 fds;
} kinds[] = {
	{ CONTROL_START,	"start",	5,	CONTROL_MOST - 1, 3 },
	{ CONTROL_PEOPLE,	"people",	0,	0,	1 },
	{ CONTROL_SIGNER,	"signer",	0,	0,	1 },
	{ CONTROL_HERALD,	"herald",	8,	8,	1 },
	{ CONTROL_CONNECTION,	"connection",	0,	0,	1 },
	{ CONTROL_MOUNTED,	"mounted",	1,	4096,	0 },
	{ CONTROL_LEAVE,	"leave",	0,	0,	0 },
	{ CONTROL_READY,	"ready",	0,	0,	0 },
	{ CONTROL_FAILED,	"failed",	1,	4096,	0 },
	{ CONTROL_NO_RESEND,	"no-resend",	0,	0,	0 },
	{ CONTROL_RELOAD,	"reload",	0,	0,	0 },
	{ CONTROL_RESPONDER,	"responder",	0,	0,	1 },
	{ CONTROL_TELL,		"tell",		36,	16384,	0 },
	{ CONTROL_TOLD,		"told",		13,	13,	0 },
	{ CONTROL_BACKING,	"backing",	40,	40,	0 },
	{ CONTROL_BACKED,	"backed",	12,	12,	0 },
	{ CONTROL_UNBACK,	"unback",	12,	12,	0 },
	{ CONTROL_KEEP,		"keep",		0,	4 * CONTROL_IDS, 0 }
};

static const struct kind *
kind_of(int type)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if ((int)kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

int
control_pair(int pair[2], struct err *err)
{
	int room = 2 * CONTROL_MOST;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		return err_set(err, errno, "socketpair: %s", strerror(errno));
	(void)setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	(void)setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	return 0;
}

int
control_check(struct slice message, size_t fds, struct err *err)
{
	const struct kind *kind;

	if (message.size == 0)
		return err_set(err, EBADMSG, "control: an empty message");
	if ((kind = kind_of(message.data[0])) == NULL)
		return err_set(err, EBADMSG, "control: unknown type %u",
		    message.data[0]);
	if (message.size - 1 < kind->least || message.size - 1 > kind->most)
		return err_set(err, EBADMSG, "control: %s with %zu octets",
		    kind->name, message.size - 1);
	if (fds != kind->fds)
		return err_set(err, EBADMSG, "control: %s with %zu "
		    "descriptors, not %zu", kind->name, fds, kind->fds);
	return 0;
}

int
control_send(int fd, enum control_type type, struct slice body,
    const int *fds, size_t count, struct err *err)
{
	char room[CMSG_SPACE(CONTROL_FDS * sizeof(int))];
	unsigned char letter = (unsigned char)type;
	struct iovec iov[2] = {
		{ &letter, 1 }, { (void *)(uintptr_t)body.data, body.size }
	};
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	struct cmsghdr *c;
	ssize_t n;

	if (count > CONTROL_FDS)
		die("control: %zu descriptors", count);
	if (count > 0) {
		memset(room, 0, sizeof(room));
		msg.msg_control = room;
		msg.msg_controllen = CMSG_SPACE(count * sizeof(int));
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(c), fds, count * sizeof(int));
	}
	do
		n = sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return err_set(err, errno, "control: sending %s: %s",
		    kind_of(type)->name, strerror(errno));
	return 0;
}

int
control_send_text(int fd, enum control_type type, const char *text,
    struct err *err)
{
	return control_send(fd, type, slice_text(text), NULL, 0, err);
}

/* The descriptors that came along; those with no place are closed. */
static size_t
descriptors(struct msghdr *msg, int to[CONTROL_FDS])
{
	struct cmsghdr *c;
	size_t i, count = 0, n;
	int fd;

	for (c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < n; i++) {
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int),
			    sizeof(int));
			if (count < CONTROL_FDS)
				to[count] = fd;
			else
				close(fd);
			count++;
		}
	}
	return count;
}

int
control_receive(int fd, const char *accepted, struct control_message *m,
    struct err *err)
{
	union {
		struct cmsghdr	align;
		char		room[CMSG_SPACE(CONTROL_FDS * sizeof(int))];
	} u;
	struct iovec iov;
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = &u, .msg_controllen = sizeof(u) };
	size_t i, count;
	ssize_t n;

	memset(m, 0, sizeof(*m));
	for (i = 0; i < CONTROL_FDS; i++)
		m->fd[i] = -1;
	bytes_resize(&m->body, CONTROL_MOST);
	iov.iov_base = m->body.data;
	iov.iov_len = m->body.size;
	/*
	 * A peer that ended with something unread resets the socket: that is
	 * told once, in front of what it said last.
	 */
	do
		n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
	while (n == -1 && (errno == EINTR || errno == ECONNRESET));
	if (n <= 0) {
		bytes_free(&m->body);
		if (n == 0)
			return 0;
		return err_set(err, errno, "control: %s", strerror(errno));
	}
	count = descriptors(&msg, m->fd);
	if (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
		err_set(err, EBADMSG, "control: a message too large");
		goto bad;
	}
	bytes_resize(&m->body, (size_t)n);
	if (control_check(SLICE(&m->body), count, err) == -1)
		goto bad;
	m->type = m->body.data[0];
	if (strchr(accepted, (int)m->type) == NULL) {
		err_set(err, EBADMSG, "control: %s is not for us",
		    kind_of(m->type)->name);
		goto bad;
	}
	memmove(m->body.data, m->body.data + 1, m->body.size - 1);
	bytes_resize(&m->body, m->body.size - 1);
	return 1;
bad:
	control_clear(m);
	return -1;
}

void
control_clear(struct control_message *m)
{
	size_t i;

	for (i = 0; i < CONTROL_FDS; i++) {
		if (m->fd[i] != -1)
			close(m->fd[i]);
		m->fd[i] = -1;
	}
	bytes_free(&m->body);
}

int
control_take(struct control_message *m, size_t place)
{
	int fd = m->fd[place];

	m->fd[place] = -1;
	return fd;
}

void
control_start_put(struct bytes *to, const struct control_start *start)
{
	put_u8(to, start->first);
	put_blob(to, start->init);
}

int
control_start_get(struct slice from, struct control_start *start,
    struct err *err)
{
	uint8_t first;

	if (get_u8(&from, &first) == -1 || first > 1 ||
	    get_blob(&from, &start->init) == -1 || from.size != 0)
		return err_set(err, EBADMSG, "control: start does not parse");
	start->first = first;
	return 0;
}

void
control_herald_put(struct bytes *to, pid_t pid)
{
	put_u64(to, (uint64_t)pid);
}

int
control_herald_get(struct slice from, pid_t *pid, struct err *err)
{
	uint64_t n;

	if (get_u64(&from, &n) == -1 || from.size != 0 || n == 0 ||
	    n > INT32_MAX)
		return err_set(err, EBADMSG, "control: herald does not parse");
	*pid = (pid_t)n;
	return 0;
}

void
control_backing_put(struct bytes *to, uint64_t ino,
    const char sha256[SHA256_TEXT])
{
	unsigned char digest[32];

	if (hex_decode(digest, sizeof(digest), sha256) == -1)
		die("control: not a digest");
	put_u64(to, ino);
	bytes_put(to, digest, sizeof(digest));
}

int
control_backing_get(struct slice from, uint64_t *ino, char sha256[SHA256_TEXT],
    struct err *err)
{
	if (get_u64(&from, ino) == -1 || from.size != 32)
		return err_set(err, EBADMSG, "control: backing does not "
		    "parse");
	hex_lower(sha256, from.data, from.size);
	return 0;
}

void
control_backed_put(struct bytes *to, uint64_t ino, uint32_t id)
{
	put_u64(to, ino);
	put_u32(to, id);
}

int
control_backed_get(struct slice from, uint64_t *ino, uint32_t *id,
    struct err *err)
{
	if (get_u64(&from, ino) == -1 || get_u32(&from, id) == -1 ||
	    from.size != 0)
		return err_set(err, EBADMSG, "control: backed does not parse");
	return 0;
}

void
control_keep_put(struct bytes *to, const uint32_t *ids, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		put_u32(to, ids[i]);
}

int
control_keep_get(struct slice from, uint32_t *to, size_t *count,
    struct err *err)
{
	for (*count = 0; from.size > 0; (*count)++)
		if (*count == CONTROL_IDS ||
		    get_u32(&from, &to[*count]) == -1)
			return err_set(err, EBADMSG, "control: keep does not "
			    "parse");
	return 0;
}

int
control_text_get(struct slice from, char *to, size_t room, struct err *err)
{
	if (from.size >= room || memchr(from.data, 0, from.size) != NULL)
		return err_set(err, EBADMSG, "control: not a text");
	memcpy(to, from.data, from.size);
	to[from.size] = '\0';
	return 0;
}
