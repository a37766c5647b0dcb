/*
 * The HTTP side of the responder (RFC 6960 A.1, RFC 9919 6): GET and POST of
 * OCSP requests, GET of CRLs and certificates.  The server is libmicrohttpd's,
 * a pool of threads with epoll; nothing here blocks one of them.
 */
#ifndef STATUS_HTTP_H
#define STATUS_HTTP_H

#include "replies.h"

struct http_plan {
	int		listener;	/* listening; becomes the server's */
	unsigned	threads;
	unsigned	connections;	/* at once, */
	unsigned	per_client;	/* and of one address; 0: no bound */
	usec_t		patience;	/* for one request to arrive */
	struct replies	*replies;
	struct served *const *places;
	size_t		place_count;
};

struct http;

struct http	*http_start(const struct http_plan *, struct err *);
/* No connection is answered afterwards. */
void		 http_stop(struct http *);

#endif
