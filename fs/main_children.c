/*
 * Main's children: who is started with what, who is connected with whom, and
 * what happens when one ends.  Each generation of core or signer gets a fresh
 * connection to the other; so does the herald.
 */
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "main_state.h"

#define GIVE_UP		10	/* cores in a row that do not come up */
#define MESSAGES	1024	/* of core at a time: all a socket keeps */
#define LEAVE_CORE	(6 * USEC)
#define LEAVE_OTHER	(1 * USEC)

static const struct {
	const char	*verb;
	bool		 locks;		/* keeps the home locked */
} plans[CHILDREN] = {
	[DETACHER] = { "detacher", true },
	[HERALD] = { "herald", false },
	[SIGNER] = { "signer", true },
	[CORE] = { "core", true }
};

static bool
runs(const struct keeper *k, int which)
{
	return k->children[which].pid != 0 &&
	    k->children[which].control != -1;
}

/* A message that cannot be sent means a child that is ending: reaped soon. */
static void
tell(struct keeper *k, int which, enum control_type type, struct slice body,
    const int *fds, size_t count)
{
	struct err err;

	if (control_send(k->children[which].control, type, body, fds, count,
	    &err) == -1 && err.code != EPIPE && err.code != ECONNRESET)
		log_line("%s: %s", plans[which].verb, err.text);
}

/* One end for each of the two; ours are closed. */
static void
connect_children(struct keeper *k, int other, int kind,
    enum control_type for_core, struct slice body)
{
	struct slice none = { NULL, 0 };
	int pair[2];

	if (!runs(k, CORE) || !runs(k, other))
		return;
	if (socketpair(AF_UNIX, kind | SOCK_CLOEXEC, 0, pair) == -1) {
		log_line("socketpair: %s", strerror(errno));
		return;
	}
	tell(k, other, CONTROL_CONNECTION, none, &pair[0], 1);
	tell(k, CORE, for_core, body, &pair[1], 1);
	close(pair[0]);
	close(pair[1]);
}

static void
connect_signer(struct keeper *k)
{
	connect_children(k, SIGNER, SOCK_STREAM, CONTROL_SIGNER,
	    (struct slice){ NULL, 0 });
}

static void
connect_herald(struct keeper *k)
{
	struct bytes body = { 0 };

	control_herald_put(&body, k->children[HERALD].pid);
	connect_children(k, HERALD, SOCK_SEQPACKET, CONTROL_HERALD,
	    SLICE(&body));
	bytes_free(&body);
}

/* A memory file: the people of a directory do not fit into a message. */
static int
people_file(const struct keeper *k)
{
	struct bytes octets = { 0 };
	size_t at = 0;
	ssize_t n = 0;
	int fd;

	people_put(k->people, &octets);
	fd = memfd_create("pkifs-people", MFD_CLOEXEC);
	while (fd != -1 && at < octets.size && (n = pwrite(fd,
	    octets.data + at, octets.size - at, (off_t)at)) > 0)
		at += (size_t)n;
	if (fd == -1 || n == -1)
		log_line("a memory file for people: %s", strerror(errno));
	bytes_free(&octets);
	return fd;
}

static void
tell_start(struct keeper *k)
{
	struct bytes body = { 0 };
	struct control_start start = { .first = k->first };
	int fds[3] = { k->fuse, k->slab, people_file(k) };

	start.init = SLICE(&k->init);
	control_start_put(&body, &start);
	tell(k, CORE, CONTROL_START, SLICE(&body), fds, 3);
	/* From here on it may have read requests that nobody else knows. */
	k->first = false;
	k->ready = false;
	if (fds[2] != -1)
		close(fds[2]);
	bytes_free(&body);
}

int
keeper_start(struct keeper *k, int which, struct err *err)
{
	char *argv[] = { (char *)"pkifs", (char *)(uintptr_t)plans[which].verb,
	    k->home, NULL, NULL, NULL };

	if (which == HERALD)
		argv[3] = k->config->user;
	if (which == SIGNER) {
		argv[3] = k->config->signer_user;
		argv[4] = k->config->module;
	}
	if (child_start(&k->children[which], k->program, argv,
	    plans[which].locks ? k->lock : -1, err) == -1)
		return err_in(err, "%s", plans[which].verb);
	if (which <= HERALD && k->fuse != -1)
		tell(k, which, CONTROL_MOUNTED, slice_text(k->mountpoint),
		    NULL, 0);
	if (which == CORE)
		tell_start(k);
	if (which == CORE || which == SIGNER)
		connect_signer(k);
	if (which == CORE || which == HERALD)
		connect_herald(k);
	return 0;
}

static void
log_end(int which, int status)
{
	if (WIFSIGNALED(status))
		log_line("%s was ended by signal %d (%s)", plans[which].verb,
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		log_line("%s ended with status %d", plans[which].verb,
		    WEXITSTATUS(status));
}

void
keeper_tell(struct keeper *k, const char *failure)
{
	int *who[2] = { &k->waiter, &k->client };
	struct err err;
	size_t i;

	for (i = 0; i < 2; i++) {
		if (*who[i] == -1)
			continue;
		if (failure == NULL)
			(void)control_send(*who[i], CONTROL_READY,
			    (struct slice){ NULL, 0 }, NULL, 0, &err);
		else
			(void)control_send_text(*who[i], CONTROL_FAILED,
			    failure, &err);
		close(*who[i]);
		*who[i] = -1;
	}
}

static void
give_up(struct keeper *k)
{
	log_line("core does not come up: %s", k->reason);
	keeper_tell(k, k->reason);
	k->status = 1;
	k->leave = true;
}

/* A core that never served says why; one that did is replaced. */
static void
core_ended(struct keeper *k, int status)
{
	struct pollfd dead = { .fd = k->fuse };
	struct child *core = &k->children[CORE];
	struct err err;

	if (k->leave)
		return;
	if (k->reason[0] == '\0' && !k->ready)
		snprintf(k->reason, sizeof(k->reason),
		    "core ended before the tree could be read (%s %d)",
		    WIFSIGNALED(status) ? "signal" : "status",
		    WIFSIGNALED(status) ? WTERMSIG(status) :
		    WEXITSTATUS(status));
	k->ready = false;
	child_again(core);
	if (!k->was_ready || core->failures > GIVE_UP) {
		give_up(k);
		return;
	}
	/* The connection is over: unmounted, or aborted by somebody. */
	if (poll(&dead, 1, 0) != 1)
		return;
	if (!keeper_is_mounted(k))
		k->leave = true;
	else if (keeper_mount_anew(k, &err) == -1) {
		snprintf(k->reason, sizeof(k->reason), "%s", err.text);
		give_up(k);
	}
}

void
keeper_reap(struct keeper *k)
{
	int i, status = SIGKILL;

	keeper_reap_notices(k);
	for (i = 0; i < CHILDREN; i++) {
		/*
		 * What a core said last counts: read once it can say no more,
		 * or it ends between the reading and the reaping.
		 */
		if (child_has_ended(&k->children[i])) {
			if (i == CORE && runs(k, CORE))
				keeper_on_core(k);
			if (child_reap(&k->children[i], &status))
				log_end(i, status);
		} else if (i == CORE && child_give_up(&k->children[i]))
			log_line("a thread of core still waits in the kernel; "
			    "another core begins");
		else
			continue;
		if (i == CORE)
			core_ended(k, status);
		else
			child_again(&k->children[i]);
	}
}

int
keeper_start_due(struct keeper *k)
{
	usec_t now = clock_steady(), next = 0;
	struct child *c;
	struct err err;
	int i;

	for (i = 0; i < CHILDREN && !k->leave; i++) {
		c = &k->children[i];
		if (c->pid != 0 || c->again == 0)
			continue;
		if (c->again <= now) {
			if (keeper_start(k, i, &err) == 0)
				continue;
			log_line("%s", err.text);
			c->started = now;
			child_again(c);
		}
		if (next == 0 || c->again < next)
			next = c->again;
	}
	if (next == 0)
		return -1;
	return next <= now ? 0 : (int)((next - now) / 1000) + 1;
}

static void
core_is_ready(struct keeper *k, struct slice body)
{
	k->ready = k->was_ready = true;
	k->reason[0] = '\0';
	child_is_well(&k->children[CORE]);
	keeper_tell(k, NULL);
}

/* Without RESEND what the last core had read can never be answered. */
static void
core_cannot_resend(struct keeper *k, struct slice body)
{
	struct err err;

	if (k->leave)
		return;
	log_line("this kernel cannot send requests again (before Linux 6.9); "
	    "mounting anew");
	child_kill(&k->children[CORE]);
	if (keeper_mount_anew(k, &err) == -1) {
		snprintf(k->reason, sizeof(k->reason), "%s", err.text);
		give_up(k);
		return;
	}
	k->children[CORE].again = clock_steady();
}

static void
core_failed(struct keeper *k, struct slice body)
{
	struct err err;

	if (control_text_get(body, k->reason, sizeof(k->reason), &err) == -1)
		snprintf(k->reason, sizeof(k->reason), "%s", err.text);
}

static const char heard[] = "rfnTbuk";
static const struct {
	enum control_type type;
	void	(*act)(struct keeper *, struct slice body);
} acts[] = {
	{ CONTROL_READY, core_is_ready }, { CONTROL_FAILED, core_failed },
	{ CONTROL_NO_RESEND, core_cannot_resend },
	{ CONTROL_TELL, keeper_tell_notice },
	{ CONTROL_BACKING, keeper_back }, { CONTROL_UNBACK, keeper_unback },
	{ CONTROL_KEEP, keeper_keep }
};

static void
core_said(struct keeper *k, const struct control_message *m)
{
	size_t i;

	for (i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (acts[i].type == m->type)
			acts[i].act(k, SLICE(&m->body));
}

void
keeper_on_core(struct keeper *k)
{
	struct pollfd fd = { .fd = k->children[CORE].control,
	    .events = POLLIN };
	struct control_message m;
	struct err err;
	int most = MESSAGES;

	while (most-- > 0 && fd.fd != -1 && poll(&fd, 1, 0) == 1 &&
	    (fd.revents & POLLIN) != 0) {
		if (control_receive(fd.fd, heard, &m, &err) != 1) {
			child_lost(&k->children[CORE]);
			return;
		}
		core_said(k, &m);
		control_clear(&m);
		fd.fd = k->children[CORE].control;
	}
}

int
keeper_people(struct keeper *k, struct err *err)
{
	struct people *new;
	int fd;

	if ((new = people_build(k->config, err)) == NULL)
		return -1;
	people_free(k->people);
	k->people = new;
	if (runs(k, CORE) && (fd = people_file(k)) != -1) {
		tell(k, CORE, CONTROL_PEOPLE, (struct slice){ NULL, 0 }, &fd,
		    1);
		close(fd);
	}
	return 0;
}

void
keeper_stop_children(struct keeper *k)
{
	if (runs(k, CORE))
		tell(k, CORE, CONTROL_LEAVE, (struct slice){ NULL, 0 }, NULL,
		    0);
	keeper_stop_notices(k);
	child_stop(&k->children[CORE], LEAVE_CORE);
	child_stop(&k->children[SIGNER], LEAVE_OTHER);
	child_stop(&k->children[HERALD], LEAVE_OTHER);
	k->ready = false;
}
