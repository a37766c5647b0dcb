/*
 * The HTTP side of the responder; see http.h.
 */
#include <netinet/in.h>
#include <sys/socket.h>

#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "bucket.h"
#include "http.h"
#include "patience.h"
#include "url.h"

#define CONNECTION_MEMORY	(16 * 1024)	/* a header of a GET */
#define HTTP_DATE		40
#define SLOWEST			(16 * 1024)	/* octets a second */
/* Seconds a cache may keep what a revocation changes; see add_age(). */
#define AGE_MOST		60
#define AGE_ROOM		80
#define LINE_PRICE		(10 * USEC)	/* of a line in the log, */
#define LINES			30		/* and at once */
#define IDLE			15	/* seconds without an octet */

struct http {
	struct http_plan plan;
	struct MHD_Daemon *daemon;
	struct patience	*patience;
	pthread_mutex_t	logging;
	struct bucket	lines;		/* of the log */
};

/* One request, from its first line to its answer. */
struct exchange {
	struct http	*http;
	struct MHD_Connection *connection;
	struct bytes	body;
	bool		too_large;
	bool		answered;	/* core has completed the reply */
	struct reply	reply;
};

/* --- answers ------------------------------------------------------------- */

static void
http_date(char to[HTTP_DATE], usec_t when)
{
	time_t seconds = when / USEC;
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(to, HTTP_DATE, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

static void
add(struct MHD_Response *r, const char *name, const char *value)
{
	if (MHD_add_response_header(r, name, value) != MHD_YES)
		die("out of memory");
}

static enum MHD_Result
queue(struct MHD_Connection *c, unsigned status, struct MHD_Response *r)
{
	enum MHD_Result queued;

	if (r == NULL)
		return MHD_NO;
	queued = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return queued;
}

static struct MHD_Response *
response(struct slice body)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(body.size,
	    (void *)(uintptr_t)body.data, MHD_RESPMEM_MUST_COPY);

	if (r == NULL)
		die("out of memory");
	return r;
}

/* What is wrong at the level of HTTP, said in a line. */
static enum MHD_Result
refuse(struct MHD_Connection *c, unsigned status)
{
	static const struct {
		unsigned	status;
		const char	*text;
	} texts[] = {
		{ MHD_HTTP_BAD_REQUEST, "the path is malformed" },
		{ MHD_HTTP_NOT_FOUND, "there is no such file" },
		{ MHD_HTTP_METHOD_NOT_ALLOWED, "GET, HEAD or POST" },
		{ 413, "an OCSP request has at most 4096 octets" },
		{ MHD_HTTP_UNSUPPORTED_MEDIA_TYPE,
		    "wanted application/ocsp-request" },
	};
	char line[128] = "\n";
	struct MHD_Response *r;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].status == status)
			snprintf(line, sizeof line, "%u: %s\n", status,
			    texts[i].text);
	r = response(slice_text(line));
	add(r, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain; charset=utf-8");
	add(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		add(r, MHD_HTTP_HEADER_ALLOW, "GET, HEAD, POST");
	return queue(c, status, r);
}

/* Has the client this very version (RFC 9110 13.1)? */
static bool
has_it(struct MHD_Connection *c, const char *etag, const char *modified)
{
	const char *said = MHD_lookup_connection_value(c, MHD_HEADER_KIND,
	    MHD_HTTP_HEADER_IF_NONE_MATCH);

	if (said != NULL)
		return strcmp(said, "*") == 0 || strstr(said, etag) != NULL;
	said = MHD_lookup_connection_value(c, MHD_HEADER_KIND,
	    MHD_HTTP_HEADER_IF_MODIFIED_SINCE);
	return said != NULL && strcmp(said, modified) == 0;
}

/*
 * RFC 9919 7.2, RFC 5019 6.2: a cache keeps it for less than until nextUpdate.
 * And no more than a minute, as in examples/nginx and examples/apache: until it
 * asks again it hides a revocation.  This counts before Expires (RFC 9111 5.3).
 */
static void
add_age(struct MHD_Response *r, usec_t left)
{
	char text[AGE_ROOM];
	usec_t age = left > 0 ? (left - 1) / USEC : 0;

	snprintf(text, sizeof text,
	    "max-age=%d, public, no-transform, must-revalidate",
	    age < AGE_MOST ? (int)age : AGE_MOST);
	add(r, MHD_HTTP_HEADER_CACHE_CONTROL, text);
}

/* RFC 9919 7.2: Expires is nextUpdate, Last-Modified thisUpdate. */
static void
add_life(struct MHD_Response *r, const struct kept *k, usec_t now)
{
	char text[HTTP_DATE];

	add_age(r, k->next_update - now);
	http_date(text, k->next_update);
	add(r, MHD_HTTP_HEADER_EXPIRES, text);
	http_date(text, k->this_update);
	add(r, MHD_HTTP_HEADER_LAST_MODIFIED, text);
	add(r, MHD_HTTP_HEADER_ETAG, k->etag);
}

static enum MHD_Result
give_kept(struct MHD_Connection *c, const struct kept *k, bool get)
{
	char modified[HTTP_DATE];
	struct MHD_Response *r;
	bool unchanged;

	http_date(modified, k->this_update);
	unchanged = get && has_it(c, k->etag, modified);
	r = response(unchanged ? (struct slice){ NULL, 0 } : SLICE(&k->der));
	add(r, MHD_HTTP_HEADER_CONTENT_TYPE, "application/ocsp-response");
	add_life(r, k, clock_now());
	return queue(c, unchanged ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK, r);
}

/* One with a nonce is for who asked; one that is not signed, for nobody. */
static enum MHD_Result
give_reply(struct MHD_Connection *c, const struct reply *reply, bool get)
{
	struct MHD_Response *r;

	if (reply->file == OCSP_ANSWER && !reply->own)
		return give_kept(c, reply->kept, get);
	r = response(reply->file == OCSP_ANSWER ? SLICE(&reply->kept->der) :
	    publisher_ocsp_fixed(reply->file));
	add(r, MHD_HTTP_HEADER_CONTENT_TYPE, "application/ocsp-response");
	add(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	return queue(c, MHD_HTTP_OK, r);
}

static enum MHD_Result
give_file(struct http *h, struct MHD_Connection *c, const char *path)
{
	char text[HTTP_DATE + 40], etag[96];
	struct connection_patience *own;
	struct MHD_Response *r;
	struct stat st;
	int fd = -1;

	for (size_t i = 0; i < h->plan.place_count && fd == -1; i++)
		fd = served_file(h->plan.places[i], path, &st);
	if (fd == -1)
		return refuse(c, MHD_HTTP_NOT_FOUND);
	snprintf(etag, sizeof etag, "\"%llx-%llx-%lx.%lx\"",
	    (unsigned long long)st.st_ino, (unsigned long long)st.st_size,
	    (long)st.st_mtim.tv_sec, (long)st.st_mtim.tv_nsec);
	http_date(text, st.st_mtim.tv_sec * USEC);
	if (has_it(c, etag, text)) {
		close(fd);
		r = response((struct slice){ NULL, 0 });
	} else if ((r = MHD_create_response_from_fd64((uint64_t)st.st_size,
	    fd)) == NULL) {
		close(fd);
		return MHD_NO;
	} else
		fd = -1;
	add(r, MHD_HTTP_HEADER_CONTENT_TYPE, url_content_type(path));
	add(r, MHD_HTTP_HEADER_LAST_MODIFIED, text);
	add(r, MHD_HTTP_HEADER_ETAG, etag);
	add_age(r, USEC_DAY);
	own = MHD_get_connection_info(c,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	patience_extend(h->patience, own, h->plan.patience +
	    st.st_size / SLOWEST * USEC);
	return queue(c, fd != -1 ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK, r);
}

/* --- requests ------------------------------------------------------------ */

/* From the link's thread: the server's comes back to `answer`. */
static void
resume(void *arg)
{
	struct exchange *x = arg;

	x->answered = true;
	MHD_resume_connection(x->connection);
}

static enum MHD_Result
ask(struct exchange *x, struct slice request, bool get)
{
	const struct sockaddr *client = MHD_get_connection_info(x->connection,
	    MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;

	if (replies_find(x->http->plan.replies, request, client, &x->reply))
		return give_reply(x->connection, &x->reply, get);
	/* First: it may be answered before the next line. */
	MHD_suspend_connection(x->connection);
	replies_ask(x->http->plan.replies, request, &x->reply, resume, x);
	return MHD_YES;
}

static enum MHD_Result
answer_get(struct exchange *x, const char *url)
{
	struct MHD_Connection *c = x->connection;
	struct http *h = x->http;
	enum MHD_Result result;
	struct bytes asked = { 0 };

	switch (url_read(url, &asked)) {
	case URL_OCSP:
		result = ask(x, SLICE(&asked), true);
		break;
	case URL_FILE:
		result = give_file(h, c, bytes_text(&asked));
		break;
	case URL_NONE:
		result = refuse(c, MHD_HTTP_NOT_FOUND);
		break;
	default:
		result = refuse(c, MHD_HTTP_BAD_REQUEST);
	}
	bytes_free(&asked);
	return result;
}

static bool
has_type(struct MHD_Connection *c)
{
	static const char type[] = "application/ocsp-request";
	const char *said = MHD_lookup_connection_value(c, MHD_HEADER_KIND,
	    MHD_HTTP_HEADER_CONTENT_TYPE);

	return said != NULL && strncasecmp(said, type, sizeof type - 1) == 0 &&
	    strchr("; \t", said[sizeof type - 1]) != NULL;
}

static bool
says_too_much(struct MHD_Connection *c)
{
	const char *said = MHD_lookup_connection_value(c, MHD_HEADER_KIND,
	    MHD_HTTP_HEADER_CONTENT_LENGTH);

	return said != NULL && strtoull(said, NULL, 10) > OCSP_REQUEST_MOST;
}

/* Of a POST before its body; 0: go on. */
static unsigned
judge_post(struct MHD_Connection *c, const char *url)
{
	struct bytes asked = { 0 };
	enum url_kind kind = url_read(url, &asked);

	bytes_free(&asked);
	if (kind == URL_BAD)
		return MHD_HTTP_BAD_REQUEST;
	if (kind == URL_FILE)
		return MHD_HTTP_METHOD_NOT_ALLOWED;
	if (!has_type(c))
		return MHD_HTTP_UNSUPPORTED_MEDIA_TYPE;
	return says_too_much(c) ? 413 : 0;
}

static void
take_body(struct exchange *x, const char *data, size_t *size)
{
	if (x->body.size + *size > OCSP_REQUEST_MOST)
		x->too_large = true;
	else
		bytes_put(&x->body, data, *size);
	*size = 0;
}

static enum MHD_Result
answer(void *arg, struct MHD_Connection *c, const char *url,
    const char *method, const char *version, const char *data, size_t *size,
    void **own)
{
	bool post = strcmp(method, MHD_HTTP_METHOD_POST) == 0;
	bool get = strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
	    strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
	struct exchange *x = *own;
	struct http *h = arg;
	unsigned wrong = 0;

	if (x == NULL) {
		if ((*own = x = calloc(1, sizeof *x)) == NULL)
			die("out of memory");
		x->http = h;
		x->connection = c;
		if (!post && !get)
			wrong = MHD_HTTP_METHOD_NOT_ALLOWED;
		else if (post)
			wrong = judge_post(c, url);
		return wrong != 0 ? refuse(c, wrong) : MHD_YES;
	}
	if (*size > 0) {
		take_body(x, data, size);
		return MHD_YES;
	}
	if (x->answered)
		return give_reply(c, &x->reply, get);
	if (get)
		return answer_get(x, url);
	return x->too_large ? refuse(c, 413) :
	    ask(x, SLICE(&x->body), false);
}

/* --- the server ---------------------------------------------------------- */

/* The next request of this connection has its own time. */
static void
completed(void *arg, struct MHD_Connection *c, void **own,
    enum MHD_RequestTerminationCode why)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct exchange *x = *own;
	struct http *h = arg;

	if (x != NULL) {
		bytes_free(&x->body);
		reply_clear(&x->reply);
	}
	free(x);
	*own = NULL;
	if (info != NULL && info->socket_context != NULL)
		patience_extend(h->patience, info->socket_context, 0);
}

static void
on_connection(void *arg, struct MHD_Connection *c, void **own,
    enum MHD_ConnectionNotificationCode what)
{
	struct http *h = arg;

	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		*own = patience_begin(h->patience, MHD_get_connection_info(c,
		    MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
	else if (*own != NULL)
		patience_end(h->patience, *own);
}

/* Escapes are read by url_read, strictly. */
static size_t
leave_escapes(void *arg, struct MHD_Connection *c, char *text)
{
	return strlen(text);
}

/* What clients do wrong may not fill a disk. */
static void __attribute__((format(printf, 2, 0)))
say(void *arg, const char *fmt, va_list ap)
{
	struct http *h = arg;
	struct err err;
	bool may;

	pthread_mutex_lock(&h->logging);
	may = bucket_take(&h->lines, 1) == 1;
	pthread_mutex_unlock(&h->logging);
	if (!may)
		return;
	err_vset(&err, 0, fmt, ap);
	err.text[strcspn(err.text, "\n")] = '\0';
	log_line("%s", err.text);
}

struct http *
http_start(const struct http_plan *plan, struct err *err)
{
	struct http *h = calloc(1, sizeof *h);
	int pool = plan->threads > 1 ? (int)plan->threads : 0;

	if (h == NULL)
		die("out of memory");
	h->plan = *plan;
	h->patience = patience_new(plan->patience);
	pthread_mutex_init(&h->logging, NULL);
	bucket_set(&h->lines, LINE_PRICE, LINES);
	h->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD |
	    MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0,
	    NULL, NULL, answer, h,
	    MHD_OPTION_EXTERNAL_LOGGER, say, h,
	    MHD_OPTION_LISTEN_SOCKET, plan->listener,
	    MHD_OPTION_NOTIFY_COMPLETED, completed, h,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,
	    MHD_OPTION_UNESCAPE_CALLBACK, leave_escapes, NULL,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
	    MHD_OPTION_CONNECTION_LIMIT, plan->connections,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, plan->per_client,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE,
	    pool == 0 ? MHD_OPTION_END : MHD_OPTION_THREAD_POOL_SIZE,
	    (unsigned)pool, MHD_OPTION_END);
	if (h->daemon == NULL) {
		err_set(err, EINVAL, "the HTTP server does not start");
		http_stop(h);
		return NULL;
	}
	return h;
}

void
http_stop(struct http *h)
{
	if (h == NULL)
		return;
	if (h->daemon != NULL)
		MHD_stop_daemon(h->daemon);
	patience_free(h->patience);
	pthread_mutex_destroy(&h->logging);
	free(h);
}
