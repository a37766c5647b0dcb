/*
 * The thread that reads what probes saw.  See probes.h.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ca/store_events.h"
#include "bell.h"
#include "mirror_files.h"
#include "probes.h"

#define EVERY		(10 * USEC)
#define LATE		(24 * 60 * 60 * USEC)	/* nobody looked so long */
#define LOGS		16
#define NAME		64
#define PIECE		((size_t)64 * 1024)
#define TOLD		"outage-told."		/* and the service: month */
#define REPORTED	"availability-reported"	/* the last month */

struct log {
	char	name[NAME];
	off_t	read;
};

struct probes {
	const struct desk *desk;
	int		 dir;
	struct bell	 bell;
	pthread_t	 thread;
	struct log	 logs[LOGS];
	size_t		 count;
	bool		 more;		/* than LOGS of them */
	pthread_mutex_t	 mutex;		/* what is below */
	struct outages	*outages;
};

/* --- reading ------------------------------------------------------------- */

static struct log *
log_get(struct probes *p, const char *name)
{
	struct log *log;

	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->logs[i].name, name) == 0)
			return &p->logs[i];
	if (p->count == LOGS) {
		p->more = true;
		return NULL;
	}
	log = &p->logs[p->count++];
	*log = (struct log){ 0 };
	snprintf(log->name, sizeof log->name, "%s", name);
	return log;
}

/* One of tomorrow would hide all that come before it. */
static void
take_line(struct probes *p, const struct log *log, struct slice text)
{
	struct probe_line line;
	struct err err;

	if (probe_line_get(text, &line, &err) != 0)
		log_line("probes/%s: %s", log->name, err.text);
	else if (line.time <= clock_now() + STEP_BACK) {
		pthread_mutex_lock(&p->mutex);
		outages_add(p->outages, log->name, &line);
		pthread_mutex_unlock(&p->mutex);
	}
}

/* Whole lines; returns the octets taken. */
static size_t
take_lines(struct probes *p, const struct log *log, const char *text,
    size_t size)
{
	const char *at = text, *end = text + size, *newline;

	while ((newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		take_line(p, log, (struct slice){ (const unsigned char *)at,
		    (size_t)(newline - at) });
		at = newline + 1;
	}
	/* What is no line for so long never will be one. */
	return at == text && size == PIECE ? size : (size_t)(at - text);
}

static void
read_log(struct probes *p, struct log *log, int fd)
{
	char *piece = malloc(PIECE);
	struct stat st;
	size_t taken = 1;
	ssize_t n;

	if (piece == NULL)
		die("out of memory");
	if (fstat(fd, &st) == 0 && st.st_size < log->read)
		log->read = 0;		/* begun anew */
	while (taken > 0 && (n = pread(fd, piece, PIECE, log->read)) > 0) {
		taken = take_lines(p, log, piece, (size_t)n);
		log->read += (off_t)taken;
	}
	free(piece);
}

static void
see_log(void *arg, const char *name)
{
	struct probes *p = arg;
	size_t length = strlen(name);
	struct log *log;
	int fd;

	if (length < 5 || length >= NAME ||
	    strcmp(name + length - 4, ".log") != 0 ||
	    (log = log_get(p, name)) == NULL)
		return;
	fd = openat(p->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW |
	    O_NONBLOCK);
	if (fd == -1) {
		log_line("probes/%s cannot be read", name);
		return;
	}
	read_log(p, log, fd);
	close(fd);
}

/* --- what follows from it ------------------------------------------------ */

void
probes_sight(struct probes *p, struct probe_sight *to)
{
	usec_t now = clock_now();

	memset(to, 0, sizeof *to);
	if (p == NULL)
		return;
	to->outage_max = p->desk->parts->config->outage_max;
	pthread_mutex_lock(&p->mutex);
	for (int i = 0; i < PROBE_SERVICES; i++)
		outages_sum(p->outages, (enum probe_service)i,
		    outages_month_of(now), now, &to->services[i]);
	pthread_mutex_unlock(&p->mutex);
}

static void
say_health(struct probes *p, const struct probe_sight *sight)
{
	const struct outage_sum *sum;
	const char *name;
	char since[CLOCK_TEXT];
	usec_t last = 0;

	for (int i = 0; i < PROBE_SERVICES; i++) {
		sum = &sight->services[i];
		name = probe_service_name((enum probe_service)i);
		if (sum->out_since != 0) {
			clock_text_seconds(since, sum->out_since);
			health_set(p->desk->health, HEALTH_PROBES,
			    HEALTH_FAIL, "%s is out since %s: %.160s", name,
			    since, sum->why);
			return;
		}
		if (sum->last > last)
			last = sum->last;
	}
	clock_text_seconds(since, last);
	if (p->more)
		health_set(p->desk->health, HEALTH_PROBES, HEALTH_WARN,
		    "only %d logs of probes are read", LOGS);
	else if (last == 0)
		health_set(p->desk->health, HEALTH_PROBES, HEALTH_OK,
		    "nobody looks from outside (pkifs probe)");
	else if (clock_now() - last > LATE)
		health_set(p->desk->health, HEALTH_PROBES, HEALTH_WARN,
		    "nobody has looked from outside since %s", since);
	else
		health_set(p->desk->health, HEALTH_PROBES, HEALTH_OK,
		    "all that was looked at from outside was there");
}

struct telling {
	struct job	job;		/* first: the job is the telling */
	const char	*event, *meta;	/* meta is set to the month */
	int		month;
	struct outage_sum sum;		/* of an outage */
	usec_t		outage_max;
	const char	*service;
	struct bytes	report;		/* of a month */
};

static int
fill(struct telling *t, struct event *event, struct tx *tx, struct err *err)
{
	char month[8], sha256[SHA256_TEXT];

	event_actor_self(event);
	outages_month_text(t->month, month);
	event_detail(event, "month", month);
	event_detail_number(event, "outage-max-seconds",
	    t->outage_max / USEC);
	if (t->service == NULL) {
		event_requirements(event, "DIS-6.1-06A");
		event_outcome(event, "reported");
		if (documents_put(tx, SLICE(&t->report), sha256, err) != 0)
			return -1;
		event_input(event, "availability.txt", t->report.size, sha256);
		return 0;
	}
	event_requirements(event, "DIS-6.1-07A CSS-6.3.10-02");
	event_outcome(event, "passed");
	event_detail(event, "service", t->service);
	event_detail_number(event, "outage-seconds", t->sum.out / USEC);
	return 0;
}

static int
apply(struct job *job, struct tx *tx, struct err *err)
{
	struct telling *t = (struct telling *)job;
	struct event *event;

	if (meta_number(tx_view(tx), t->meta, 0) >= t->month)
		return 0;
	if (meta_set_number(tx, t->meta, t->month, err) != 0)
		return -1;
	event = event_new(t->event, DISSEMINATION);
	if (fill(t, event, tx, err) != 0) {
		event_free(event);
		return -1;
	}
	return desk_append(tx, event, err);
}

/* Once for each month. */
static void
tell(struct probes *p, struct telling *t)
{
	struct view *view = view_take(p->desk->parts->store);
	bool told = meta_number(view, t->meta, 0) >= t->month;
	struct err err;

	view_put(view);
	t->job.apply = apply;
	if (!told && commit_wait(p->desk->parts->committer, &t->job,
	    &err) != 0)
		log_line("%s is not recorded: %s", t->event, err.text);
}

static void
tell_outages(struct probes *p, const struct probe_sight *sight)
{
	struct telling t = { .event = "outage-limit-passed",
	    .month = outages_month_of(clock_now()),
	    .outage_max = sight->outage_max };
	char meta[64];

	for (int i = 0; i < PROBE_SERVICES; i++) {
		t.sum = sight->services[i];
		if (t.sum.out <= sight->outage_max)
			continue;
		t.service = probe_service_name((enum probe_service)i);
		snprintf(meta, sizeof meta, TOLD "%s", t.service);
		t.meta = meta;
		tell(p, &t);
	}
}

void
probes_report(const struct outages *outages, int month, usec_t outage_max,
    struct bytes *to)
{
	struct outage_sum sum;
	char text[8];

	outages_month_text(month, text);
	bytes_printf(to, "Availability in %s, as probes saw it\n"
	    "At most %lld s of outage are promised for each service.\n\n"
	    "%-14s %9s %9s %12s %12s  %s\n", text,
	    (long long)(outage_max / USEC), "service", "probes", "failed",
	    "outage [s]", "unknown [s]", "promise");
	for (int i = 0; i < PROBE_SERVICES; i++) {
		outages_sum(outages, (enum probe_service)i, month,
		    INT64_MAX, &sum);
		bytes_printf(to, "%-14s %9lld %9lld %12lld %12lld  %s\n",
		    probe_service_name((enum probe_service)i),
		    (long long)sum.probes, (long long)sum.failed,
		    (long long)(sum.out / USEC),
		    (long long)(sum.unknown / USEC), sum.probes == 0 ?
		    "nobody looked" : sum.out > outage_max ? "broken" :
		    "kept");
	}
}

/* The month before this one, if anybody looked in it. */
static void
report_month(struct probes *p)
{
	struct telling t = { .event = "availability-reported",
	    .meta = REPORTED, .month = outages_month_of(clock_now()) - 1,
	    .outage_max = p->desk->parts->config->outage_max };
	struct outage_sum sum;
	int64_t lines = 0;

	pthread_mutex_lock(&p->mutex);
	for (int i = 0; i < PROBE_SERVICES; i++) {
		outages_sum(p->outages, (enum probe_service)i, t.month,
		    INT64_MAX, &sum);
		lines += sum.probes;
	}
	if (lines > 0)
		probes_report(p->outages, t.month, t.outage_max, &t.report);
	pthread_mutex_unlock(&p->mutex);
	if (lines > 0)
		tell(p, &t);
	bytes_free(&t.report);
}

/* --- the thread ---------------------------------------------------------- */

static void *
run(void *arg)
{
	struct probes *p = arg;
	struct probe_sight sight;

	while (!bell_closed(&p->bell)) {
		mirror_list(p->dir, ".", see_log, p);
		probes_sight(p, &sight);
		say_health(p, &sight);
		tell_outages(p, &sight);
		report_month(p);
		bell_wait(&p->bell, EVERY);
	}
	return NULL;
}

struct probes *
probes_new(const struct desk *desk, int dir)
{
	struct probes *p = calloc(1, sizeof *p);

	if (p == NULL)
		die("out of memory");
	p->desk = desk;
	p->dir = dir;
	p->outages = outages_new();
	if (pthread_mutex_init(&p->mutex, NULL) != 0)
		die("cannot make a mutex");
	bell_init(&p->bell);
	if (pthread_create(&p->thread, NULL, run, p) != 0)
		die("cannot start the thread of the probes");
	return p;
}

void
probes_free(struct probes *p)
{
	if (p == NULL)
		return;
	bell_close(&p->bell);
	pthread_join(p->thread, NULL);
	bell_destroy(&p->bell);
	pthread_mutex_destroy(&p->mutex);
	outages_free(p->outages);
	close(p->dir);
	free(p);
}
