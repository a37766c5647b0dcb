/*
 * A client of the OCSP responder that asks as fast as it is answered, for
 * `make bench`: some connections kept open, or a new one for each request,
 * from one thread with epoll.
 *
 *	bench_ocsp HOST PORT CONNECTIONS SECONDS get|post|new FILE...
 *
 * FILEs are OCSP requests; they are asked for in turn.  Prints answers a
 * second, and the median and the 99th percentile of how long one took, in us.
 */
#include <sys/epoll.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ca/clock.h"
#include "ca/file.h"
#include "ca/text.h"

#define CONNECTIONS_MOST 1024
#define SLOTS		1000000	/* of a histogram, us */
#define ROOM		16384

struct client {
	int		fd;
	size_t		asked;		/* which request */
	usec_t		since;
	size_t		size;		/* octets read so far */
	char		in[ROOM];
};

static struct {
	const char	*mode;
	struct sockaddr_storage address;
	socklen_t	address_size;
	struct bytes	*requests;
	size_t		request_count, next;
	int		epoll;
	unsigned	took[SLOTS];
	uint64_t	answers;
} b;

static _Noreturn void
give_up(const char *what)
{
	fprintf(stderr, "bench_ocsp: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* --- requests ------------------------------------------------------------ */

static void
make_request(struct bytes *to, struct slice der)
{
	struct bytes text = { 0 };

	if (strcmp(b.mode, "get") == 0) {
		base64_encode(&text, der);
		bytes_printf(to, "GET /status/ocsp/%s HTTP/1.1\r\nHost: x\r\n"
		    "\r\n", bytes_text(&text));
		bytes_free(&text);
		return;
	}
	bytes_printf(to, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: "
	    "application/ocsp-request\r\nContent-Length: %zu\r\n%s\r\n",
	    der.size, strcmp(b.mode, "new") == 0 ? "Connection: close\r\n" :
	    "");
	bytes_put(to, der.data, der.size);
}

static void
read_requests(char **files, size_t count)
{
	struct bytes der = { 0 };
	struct err err;

	b.requests = calloc(count, sizeof(*b.requests));
	for (b.request_count = 0; b.request_count < count; b.request_count++) {
		if (file_read(files[b.request_count], 4096, &der, &err) == -1) {
			fprintf(stderr, "bench_ocsp: %s\n", err.text);
			exit(1);
		}
		make_request(&b.requests[b.request_count], SLICE(&der));
	}
	bytes_free(&der);
}

/* --- connections --------------------------------------------------------- */

static void
ask(struct client *c)
{
	struct bytes *request = &b.requests[b.next++ % b.request_count];

	c->since = clock_steady();
	c->size = 0;
	if (send(c->fd, request->data, request->size, MSG_NOSIGNAL) !=
	    (ssize_t)request->size)
		give_up("send");
}

static void
open_one(struct client *c)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = c };
	int on = 1;

	c->fd = socket(b.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd == -1 || connect(c->fd, (struct sockaddr *)&b.address,
	    b.address_size) == -1)
		give_up("connect");
	(void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (epoll_ctl(b.epoll, EPOLL_CTL_ADD, c->fd, &e) == -1)
		give_up("epoll_ctl");
}

/* Octets of the whole answer; 0: its header is not whole yet. */
static size_t
whole_size(const struct client *c)
{
	const char *end, *length;

	if ((end = memmem(c->in, c->size, "\r\n\r\n", 4)) == NULL)
		return 0;
	length = memmem(c->in, c->size, "Content-Length: ", 16);
	if (length == NULL || memcmp(c->in, "HTTP/1.1 200", 12) != 0) {
		fprintf(stderr, "bench_ocsp: no answer: %.60s\n", c->in);
		exit(1);
	}
	if (atoi(length + 16) < 100) {
		fprintf(stderr, "bench_ocsp: an answer that is not signed\n");
		exit(1);
	}
	return (size_t)(end + 4 - c->in) + (size_t)atoi(length + 16);
}

static void
hear(struct client *c)
{
	ssize_t n = recv(c->fd, c->in + c->size, ROOM - c->size, 0);
	usec_t took;
	size_t whole;

	if (n <= 0)
		give_up("recv");
	c->size += (size_t)n;
	if ((whole = whole_size(c)) == 0 || c->size < whole)
		return;
	took = clock_steady() - c->since;
	b.took[took < SLOTS ? took : SLOTS - 1]++;
	b.answers++;
	if (strcmp(b.mode, "new") == 0) {
		close(c->fd);
		open_one(c);
	}
	ask(c);
}

static unsigned
percentile(unsigned percent)
{
	uint64_t seen = 0;
	unsigned us = 0;

	while (us < SLOTS - 1 && (seen += b.took[us]) * 100 <
	    b.answers * percent)
		us++;
	return us;
}

int
main(int argc, char **argv)
{
	static struct client clients[CONNECTIONS_MOST];
	struct epoll_event events[64];
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	usec_t start, until;
	size_t i, count;
	int n;

	if (argc < 7 || (count = strtoul(argv[3], NULL, 10)) == 0 ||
	    count > CONNECTIONS_MOST)
		return 2;
	b.mode = argv[5];
	if (getaddrinfo(argv[1], argv[2], &hints, &found) != 0)
		give_up(argv[1]);
	memcpy(&b.address, found->ai_addr, found->ai_addrlen);
	b.address_size = found->ai_addrlen;
	freeaddrinfo(found);
	read_requests(argv + 6, (size_t)argc - 6);
	b.epoll = epoll_create1(EPOLL_CLOEXEC);
	start = clock_steady();
	until = start + strtol(argv[4], NULL, 10) * USEC;
	for (i = 0; i < count; i++) {
		open_one(&clients[i]);
		ask(&clients[i]);
	}
	while (clock_steady() < until) {
		n = epoll_wait(b.epoll, events, 64, 1000);
		for (int k = 0; k < n; k++)
			hear(events[k].data.ptr);
	}
	printf("%.0f %u %u\n", (double)b.answers /
	    ((double)(clock_steady() - start) / (double)USEC),
	    percentile(50), percentile(99));
	return 0;
}
