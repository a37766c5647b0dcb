/*
 * pkifs respond: opens its socket and its folders with the rights it was
 * started with, gives these up, and answers until it is told to end.
 */
#include <sys/resource.h>
#include <sys/socket.h>

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../status/http.h"
#include "confine.h"
#include "respond.h"
#include "sandbox.h"

#define PLACES_MOST	REPLIES_PLACES
#define KEPT_MOST	65536	/* answers in memory, about a KiB each */
#define BURST_SECONDS	10
#define BACKLOG		4096
#define SPARE_FILES	64
#define USER		"pkifs-responder"

const char respond_usage[] =
    "usage: pkifs respond --listen HOST:PORT [options] DIR...\n"
    "Answer OCSP requests by HTTP, give out CRLs and certificates.  DIR is the\n"
    "HOME of a CA, a copy of what it published, or a copy of status/.\n"
    "  --listen HOST:PORT    also *:PORT and [ADDRESS]:PORT; port 0: any free\n"
    "  --user NAME           becomes NAME when started by root\n"
    "                        (default pkifs-responder)\n"
    "  --threads N           threads that answer (default: one a processor)\n"
    "  --connections N       at once (default 12000)\n"
    "  --per-client N        of them from one address, 0: no bound\n"
    "                        (default 256; behind a proxy: 0)\n"
    "  --patience SECONDS    for a request to arrive (default 15)\n"
    "  --nonces N            answers with a nonce, a second and client, when\n"
    "                        DIR is a home (default 5; ten seconds' at once)\n"
    "  --questions N         other questions to core, the same (default 50)\n";

struct respond {
	const char	*listen, *user;
	unsigned	 threads, connections, per_client, patience;
	unsigned	 nonces, questions;
	struct served	*places[PLACES_MOST];
	struct link	*links[PLACES_MOST];	/* NULL: no home */
	size_t		 place_count;
	int		 listener;
	char		 address[NI_MAXHOST + NI_MAXSERV + 4];
};

/* --- what was asked for -------------------------------------------------- */

static int
take_number(const char *text, unsigned least, unsigned most, unsigned *to)
{
	unsigned long n;
	char *end;

	if (*text < '0' || *text > '9')
		return -1;
	n = strtoul(text, &end, 10);
	if (*end != '\0' || n < least || n > most)
		return -1;
	*to = (unsigned)n;
	return 0;
}

static int
take_option(struct respond *r, const char *name, const char *value)
{
	const struct {
		const char	*name;
		const char	**text;
		unsigned	*number;
		unsigned	least, most;
	} options[] = {
		{ "--listen", &r->listen, NULL, 0, 0 },
		{ "--user", &r->user, NULL, 0, 0 },
		{ "--threads", NULL, &r->threads, 1, 256 },
		{ "--connections", NULL, &r->connections, 1, 1000000 },
		{ "--per-client", NULL, &r->per_client, 0, 1000000 },
		{ "--patience", NULL, &r->patience, 1, 3600 },
		{ "--nonces", NULL, &r->nonces, 0, 10000 },
		{ "--questions", NULL, &r->questions, 0, 10000 },
	};
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (strcmp(name, options[i].name) == 0)
			break;
	if (i == sizeof(options) / sizeof(options[0]) || value == NULL) {
		fprintf(stderr, "pkifs: %s: %s\n", name, value == NULL ?
		    "wanted a value" : "there is no such option");
		return -1;
	}
	if (options[i].text != NULL)
		*options[i].text = value;
	else if (take_number(value, options[i].least, options[i].most,
	    options[i].number) == -1) {
		fprintf(stderr, "pkifs: %s: wanted %u to %u, found \"%s\"\n",
		    name, options[i].least, options[i].most, value);
		return -1;
	}
	return 0;
}

/* A folder, and the way to core when it is a home's. */
static int
add_place(struct respond *r, const char *path)
{
	size_t n = r->place_count;
	const char *run;
	struct err err;

	if ((r->places[n] = served_open(path, &err)) == NULL) {
		fprintf(stderr, "pkifs: %s\n", err.text);
		return 1;
	}
	r->place_count++;
	run = served_run(r->places[n]);
	if (run != NULL && (r->links[n] = link_new(run, &err)) == NULL) {
		fprintf(stderr, "pkifs: %s\n", err.text);
		return 1;
	}
	return 0;
}

static int
take_words(struct respond *r, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i += 2)
		if (take_option(r, argv[i], argv[i + 1]) == -1)
			return 2;
	if (r->listen == NULL || i >= argc || argc - i > PLACES_MOST) {
		fprintf(stderr, "%s", respond_usage);
		return 2;
	}
	for (; i < argc; i++)
		if (add_place(r, argv[i]) != 0)
			return 1;
	return 0;
}

/* --- the socket ---------------------------------------------------------- */

/* The resolver takes 65536 and more, and something else is listened to. */
static bool
is_port(const char *text)
{
	size_t n = strlen(text);

	return n > 0 && n <= 5 && strspn(text, "0123456789") == n &&
	    strtol(text, NULL, 10) <= 65535;
}

/* "host:port", "*:port", "[v6]:port". */
static int
split(const char *text, char host[NI_MAXHOST], const char **port)
{
	const char *colon = strrchr(text, ':');
	size_t n;

	if (colon == NULL || !is_port(colon + 1) || colon == text)
		return -1;
	n = (size_t)(colon - text);
	if (text[0] == '[' && colon[-1] == ']') {
		text++;
		n -= 2;
	} else if (memchr(text, ':', n) != NULL)
		return -1;
	if (n == 0 || n >= NI_MAXHOST)
		return -1;
	memcpy(host, text, n);
	host[n] = '\0';
	*port = colon + 1;
	return 0;
}

static int
listen_at(const struct addrinfo *at)
{
	int fd, on = 1, off = 0;

	fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (fd == -1)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (at->ai_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off,
		    sizeof(off));
	if (bind(fd, at->ai_addr, at->ai_addrlen) == -1 ||
	    listen(fd, BACKLOG) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

/* As it is now: port 0 has become a number. */
static void
find_address(struct respond *r)
{
	struct sockaddr_storage name;
	socklen_t size = sizeof(name);
	char host[NI_MAXHOST], port[NI_MAXSERV];

	if (getsockname(r->listener, (struct sockaddr *)&name, &size) == -1 ||
	    getnameinfo((struct sockaddr *)&name, size, host, sizeof(host),
	    port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return;
	snprintf(r->address, sizeof(r->address),
	    name.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

static int
open_listener(struct respond *r, struct err *err)
{
	struct addrinfo hints = { .ai_flags = AI_PASSIVE,
	    .ai_socktype = SOCK_STREAM }, *found = NULL, *at;
	char host[NI_MAXHOST];
	const char *port;
	int rc;

	if (split(r->listen, host, &port) == -1)
		return err_set(err, EINVAL, "--listen: wanted HOST:PORT, "
		    "found \"%s\"", r->listen);
	if (strcmp(host, "*") == 0)	/* both families, where there are both */
		hints.ai_family = AF_INET6;
	rc = getaddrinfo(strcmp(host, "*") == 0 ? NULL : host, port, &hints,
	    &found);
	if (rc != 0)
		return err_set(err, EINVAL, "--listen %s: %s", r->listen,
		    gai_strerror(rc));
	for (at = found; at != NULL && r->listener == -1; at = at->ai_next)
		r->listener = listen_at(at);
	rc = r->listener != -1 ? 0 : err_set(err, errno, "--listen %s: %s",
	    r->listen, strerror(errno));
	freeaddrinfo(found);
	find_address(r);
	return rc;
}

/* Each connection is a descriptor, and a CRL being sent another. */
static void
raise_limit(struct respond *r)
{
	struct rlimit files;
	rlim_t wanted = 2 * (rlim_t)r->connections + SPARE_FILES;

	if (getrlimit(RLIMIT_NOFILE, &files) == -1)
		return;
	if (sandbox_is_root() && files.rlim_max < wanted) {
		files.rlim_max = wanted;
		files.rlim_cur = wanted;
		if (setrlimit(RLIMIT_NOFILE, &files) == 0)
			return;
		(void)getrlimit(RLIMIT_NOFILE, &files);
	}
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	if (files.rlim_cur < r->connections + SPARE_FILES) {
		r->connections = files.rlim_cur > 2 * SPARE_FILES ?
		    (unsigned)files.rlim_cur - SPARE_FILES : SPARE_FILES;
		log_line("at most %u connections: the limit of open files "
		    "allows no more", r->connections);
	}
}

/* --- running ------------------------------------------------------------- */

static int
confine(const struct respond *r, struct err *err)
{
	const char *folders[PLACES_MOST];
	size_t i;

	for (i = 0; i < r->place_count; i++)
		folders[i] = served_top(r->places[i]);
	/* What would be read at first use. */
	OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG |
	    OPENSSL_INIT_LOAD_CRYPTO_STRINGS, NULL);
	return confine_responder(r->user, folders, r->place_count, err);
}

static int
serve(struct respond *r, const sigset_t *ends, struct err *err)
{
	struct http_plan plan = { .listener = r->listener,
	    .threads = r->threads, .connections = r->connections,
	    .per_client = r->per_client, .patience = r->patience * USEC,
	    .places = r->places, .place_count = r->place_count };
	struct replies_plan asked = { .places = r->places, .links = r->links,
	    .count = r->place_count, .keep = KEPT_MOST };
	struct http *http;
	int signal_number;
	size_t i;

	asked.nonces = rates_new(r->nonces, BURST_SECONDS * r->nonces);
	asked.questions = rates_new(r->questions,
	    BURST_SECONDS * r->questions);
	plan.replies = replies_new(&asked);
	if ((http = http_start(&plan, err)) != NULL) {
		printf("listening on %s\n", r->address);
		fflush(stdout);
		while (sigwait(ends, &signal_number) != 0)
			;
	}
	/* Who waits for core gets an answer before the server ends. */
	for (i = 0; i < r->place_count; i++)
		link_stop(r->links[i]);
	http_stop(http);
	replies_free(plan.replies);
	rates_free(asked.nonces);
	rates_free(asked.questions);
	return http != NULL ? 0 : -1;
}

int
verb_respond(int argc, char **argv)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct respond r = { .user = USER, .listener = -1,
	    .connections = 12000, .per_client = 256, .patience = 15,
	    .nonces = 5, .questions = 50 };
	sigset_t ends;
	struct err err;
	size_t i;
	int rc;

	r.threads = processors > 1 ? (unsigned)processors : 1;
	log_name("respond");
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	if ((rc = take_words(&r, argc, argv)) == 0) {
		raise_limit(&r);
		/* Threads inherit it: the signal is main's alone. */
		sigprocmask(SIG_BLOCK, &ends, NULL);
		if (open_listener(&r, &err) == -1 || confine(&r, &err) == -1 ||
		    serve(&r, &ends, &err) == -1) {
			fprintf(stderr, "pkifs: %s\n", err.text);
			rc = 1;
		}
	}
	for (i = 0; i < r.place_count; i++) {
		link_free(r.links[i]);
		served_close(r.places[i]);
	}
	return rc;
}
