/*
 * pkifs probe, to be run on other hosts, by cron or a timer.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ca/file.h"
#include "../status/probe.h"
#include "probe.h"

#define FILE_MOST	(64 * 1024)	/* a certificate */
#define TAIL		(64 * 1024)	/* of the log: the last looks */
#define PATIENCE	10
#define COULD_NOT_TELL	2

const char probe_usage[] =
    "usage: pkifs probe [options] URL...\n"
    "Fetch and verify what a CA publishes under URL (its [ca] url), as a\n"
    "relying party does: CA certificates, CRLs, an OCSP answer, terms and CPS.\n"
    "A line for each is printed; exit status: 0 all is well, 1 a fault was\n"
    "found, 2 could not tell.\n"
    "  --anchor FILE         the root's certificate, known from elsewhere\n"
    "                        (else the published one is believed)\n"
    "  --certificate FILE    to ask OCSP about (else the first one of the CRL)\n"
    "  --log FILE            the lines are appended to it too; for the page,\n"
    "                        the metrics and the reports of the CA it goes to\n"
    "                        HOME/probes/NAME.log\n"
    "  --patience SECONDS    for each fetch (default 10)\n";

struct asked {
	const char	*anchor, *certificate, *log, *patience;
	struct bytes	 anchor_bytes, certificate_bytes;
};

static int
failed(const struct err *err)
{
	fprintf(stderr, "pkifs: %s\n", err->text);
	return COULD_NOT_TELL;
}

/* --- the log ------------------------------------------------------------- */

/* The numbers of CRLs that were seen last under this URL. */
static void
see_line(struct probe_plan *plan, struct slice text)
{
	struct probe_line line;
	struct err err;
	size_t base = strlen(plan->base);

	if (probe_line_get(text, &line, &err) == 0 && line.ok &&
	    line.number >= 0 && strncmp(line.url, plan->base, base) == 0 &&
	    line.url[base] == '/')
		plan->number[line.service] = line.number;
}

static void
see_tail(struct probe_plan *plan, const char *text, size_t size)
{
	const char *end = text + size, *newline;

	for (; (newline = memchr(text, '\n', (size_t)(end - text))) != NULL;
	    text = newline + 1)
		see_line(plan, (struct slice){ (const unsigned char *)text,
		    (size_t)(newline - text) });
}

static void
look_back(struct probe_plan *plan, int log)
{
	char *tail = malloc(TAIL);
	off_t size = lseek(log, 0, SEEK_END);
	ssize_t n;

	if (tail == NULL)
		die("out of memory");
	for (size_t i = 0; i < PROBE_SERVICES; i++)
		plan->number[i] = -1;
	n = size <= 0 ? 0 : pread(log, tail, TAIL, size > TAIL ?
	    size - TAIL : 0);
	if (n > 0)
		see_tail(plan, tail, (size_t)n);
	free(tail);
}

/* One write: a reader sees whole lines, and so do two probes. */
static int
append(int log, struct slice lines, struct err *err)
{
	ssize_t n = write(log, lines.data, lines.size);

	if (n != (ssize_t)lines.size)
		return err_set(err, errno, "the log: %s", n == -1 ?
		    strerror(errno) : "it is full");
	return 0;
}

/* --- one look ------------------------------------------------------------ */

static int
look(struct probe_plan *plan, int log, struct err *err)
{
	struct probe_line lines[PROBE_SERVICES];
	struct bytes text = { 0 };
	int faults, result;

	look_back(plan, log);
	faults = probe_all(plan, lines);
	for (size_t i = 0; i < PROBE_SERVICES; i++)
		if (!lines[i].unasked)
			probe_line_put(&text, &lines[i]);
		else
			fprintf(stderr, "pkifs: %s was not asked: its CRL is "
			    "empty, and there is no --certificate\n",
			    plan->base);
	fwrite(text.data, 1, text.size, stdout);
	result = log == -1 ? 0 : append(log, SLICE(&text), err);
	bytes_free(&text);
	return result != 0 ? -1 : faults > 0;
}

static int
read_file(const char *path, struct bytes *to, struct err *err)
{
	return path == NULL ? 0 : file_read(path, FILE_MOST, to, err);
}

static int
look_at_all(struct asked *asked, char **urls, int count)
{
	struct probe_plan plan = { .patience = PATIENCE * USEC };
	int log = -1, result = 0, worst = 0;
	struct err err;

	if (asked->patience != NULL)
		plan.patience = atoi(asked->patience) * USEC;
	if (plan.patience <= 0)
		return COULD_NOT_TELL;
	if (read_file(asked->anchor, &asked->anchor_bytes, &err) == -1 ||
	    read_file(asked->certificate, &asked->certificate_bytes,
	    &err) == -1)
		return failed(&err);
	plan.anchor = SLICE(&asked->anchor_bytes);
	plan.certificate = SLICE(&asked->certificate_bytes);
	if (asked->log != NULL && (log = open(asked->log, O_RDWR | O_CREAT |
	    O_APPEND | O_CLOEXEC, 0644)) == -1) {
		err_set(&err, errno, "%s: %s", asked->log, strerror(errno));
		return failed(&err);
	}
	for (int i = 0; i < count && result != -1; i++) {
		plan.base = urls[i];
		result = look(&plan, log, &err);
		if (result == 1)
			worst = 1;
	}
	if (log != -1)
		close(log);
	return result == -1 ? failed(&err) : worst;
}

int
verb_probe_services(int argc, char **argv)
{
	struct asked asked = { 0 };
	const struct {
		const char	*name;
		const char	**value;
	} options[] = {
		{ "--anchor", &asked.anchor },
		{ "--certificate", &asked.certificate },
		{ "--log", &asked.log }, { "--patience", &asked.patience },
	};
	size_t count = sizeof(options) / sizeof(options[0]), o;
	int i, status;

	for (i = 1; i < argc && argv[i][0] == '-'; i += 2) {
		for (o = 0; o < count; o++)
			if (strcmp(argv[i], options[o].name) == 0)
				break;
		if (o == count || i + 1 == argc)
			return COULD_NOT_TELL;
		*options[o].value = argv[i + 1];
	}
	if (i == argc)
		return COULD_NOT_TELL;
	status = look_at_all(&asked, argv + i, argc - i);
	bytes_free(&asked.anchor_bytes);
	bytes_free(&asked.certificate_bytes);
	return status;
}
