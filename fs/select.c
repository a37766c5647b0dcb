/*
 * pkifs select.  It reads the tree as any program does, in the narrowest folder
 * of issued/ that has all that is asked for.  What cannot be read is never left
 * out silently: then there is no whole answer, and the exit status is 1.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ca/batch_line.h"
#include "../ca/file.h"
#include "../ca/revocation_words.h"
#include "../ca/selection.h"
#include "select.h"

#define READ_MOST	((size_t)1 << 20)

const char select_usage[] =
    "usage: pkifs select MOUNTPOINT --reason REASON [options]\n"
    "Write a batch of revocations for revoke/batch/ to standard output: a\n"
    "line for each certificate that is asked for, valid or suspended.\n"
    "  --profile NAME            issued by this profile\n"
    "  --ca NAME                 its issuer's commonName\n"
    "  --algorithm NAME          of its key (rsa, rsa:2048, ec, ec:P-256) or\n"
    "                            its signature (ecdsa-with-SHA256)\n"
    "  --key SHA256              of its SubjectPublicKeyInfo\n"
    "  --attribute TYPE=VALUE    of its subject (organizationName=Acme), or\n"
    "                            dns=, ip=, email=; may be given again\n"
    "  --issued-after TIME, --issued-before TIME\n"
    "  --expires-after TIME, --expires-before TIME\n"
    "                            a day or a second, 2026-12-01T08:00:00Z\n"
    "  --reason REASON           as in revoke/, such as keyCompromise\n"
    "  --at TIME                 revoke it then\n"
    "  --text WORDS              behind the reason\n";

struct select {
	struct selection wanted;
	const char	*reason, *at, *text;
	char		 act[BATCH_LINE];
	char		 root[PATH_MAX];	/* MOUNTPOINT/issued */
	struct bytes	 der, status;
	size_t		 looked_at, found;
	bool		 failed;
};

/* --- one certificate ----------------------------------------------------- */

static void
fault(struct select *s, const char *path, const char *why)
{
	fprintf(stderr, "pkifs: %s: %s\n", path, why);
	s->failed = true;
}

/* The value of "name: value" in the status, cut out of it; "" there is none. */
static void
status_value(struct select *s, const char *name, char *to, size_t room)
{
	const char *text = bytes_text(&s->status), *at = text;
	size_t size = strlen(name);

	to[0] = '\0';
	while (strncmp(at, name, size) != 0 || at[size] != ':') {
		if ((at = strchr(at, '\n')) == NULL)
			return;
		at++;
	}
	at += size + 1 + strspn(at + size + 1, " ");
	snprintf(to, room, "%.*s", (int)strcspn(at, "\n"), at);
}

static int
read_part(struct select *s, const char *serial, const char *name,
    struct bytes *to)
{
	char path[2 * PATH_MAX];
	struct err err;

	snprintf(path, sizeof(path), "%s/by-serial/%s/%s", s->root, serial,
	    name);
	bytes_clear(to);
	if (file_read(path, READ_MOST, to, &err) == 0)
		return 0;
	fault(s, path, err.text);
	return -1;
}

static void
look_at(struct select *s, const char *serial)
{
	char state[64], profile[SELECTION_TEXT];
	struct err err;
	int has;

	if (read_part(s, serial, "status", &s->status) == -1)
		return;
	s->looked_at++;
	status_value(s, "state", state, sizeof(state));
	if (strcmp(state, "valid") != 0 && strncmp(state, "valid,", 6) != 0 &&
	    strcmp(state, "suspended") != 0)
		return;
	if (read_part(s, serial, "cert.der", &s->der) == -1)
		return;
	status_value(s, "profile", profile, sizeof(profile));
	has = selection_has(&s->wanted, SLICE(&s->der), profile, &err);
	if (has == -1)
		fault(s, serial, err.text);
	if (has != 1)
		return;
	s->found++;
	printf("%s %s\n", serial, s->act);
}

/* --- where they are ------------------------------------------------------ */

/*
 * Each name in a folder below issued/, down to `depth`; a name of the last is a
 * serial number.  ENOENT is an empty answer.
 */
static void
walk(struct select *s, const char *path, int depth, bool (*may)(
    const struct select *, const char *path))
{
	char below[PATH_MAX];
	struct dirent *entry;
	DIR *folder = opendir(path);

	if (folder == NULL) {
		if (errno != ENOENT)
			fault(s, path, strerror(errno));
		return;
	}
	for (errno = 0; (entry = readdir(folder)) != NULL; errno = 0) {
		if (entry->d_name[0] == '.')
			continue;
		if (depth == 1) {
			look_at(s, entry->d_name);
			continue;
		}
		if (snprintf(below, sizeof(below), "%s/%s", path,
		    entry->d_name) >= (int)sizeof(below))
			fault(s, path, "its names are too long");
		else if (may == NULL || may(s, below))
			walk(s, below, depth - 1, may);
	}
	if (errno != 0)
		fault(s, path, strerror(errno));
	closedir(folder);
}

/*
 * Has the folder YYYY, YYYY/MM or YYYY/MM/DD a day of the range?  The
 * certificate is valid from its issuance on or a little before it: a day's
 * tolerance.
 */
static bool
may_be_issued(const struct select *s, const char *path)
{
	const char *day = path + strlen(s->root) + strlen("/by-date/");
	char first[16] = "0000-01-01", last[16] = "9999-12-31";
	char from[CLOCK_TEXT], until[CLOCK_TEXT];
	size_t size = strlen(day);

	if (size > 10)
		return false;
	for (size_t i = 0; i < size; i++)
		first[i] = last[i] = day[i] == '/' ? '-' : day[i];
	clock_text(from, s->wanted.issued_after == 0 ? 0 :
	    s->wanted.issued_after - USEC_DAY);
	clock_text(until, s->wanted.issued_before + USEC_DAY);
	return strncmp(last, from, 10) >= 0 &&
	    (s->wanted.issued_before == 0 || strncmp(first, until, 10) <= 0);
}

static bool
may_expire(const struct select *s, const char *path)
{
	const char *day = strrchr(path, '/') + 1;
	char from[CLOCK_TEXT], until[CLOCK_TEXT];

	clock_text(from, s->wanted.expires_after);
	clock_text(until, s->wanted.expires_before);
	return strncmp(day, from, 10) >= 0 &&
	    (s->wanted.expires_before == 0 || strncmp(day, until, 10) <= 0);
}

/* A name that issued/by-name has; NULL: none is asked for. */
static const char *
find_name(const struct selection *wanted)
{
	for (size_t i = 0; i < wanted->attribute_count; i++)
		if ((strcmp(wanted->attributes[i].type, "dns") == 0 ||
		    strcmp(wanted->attributes[i].type, "commonName") == 0 ||
		    strcmp(wanted->attributes[i].type, "CN") == 0) &&
		    strchr(wanted->attributes[i].value, '/') == NULL)
			return wanted->attributes[i].value;
	return NULL;
}

static void
walk_narrowest(struct select *s)
{
	const struct selection *w = &s->wanted;
	const char *name = find_name(w);
	char path[2 * PATH_MAX];
	bool issued = w->issued_after != 0 || w->issued_before != 0;
	bool expires = w->expires_after != 0 || w->expires_before != 0;

	if (w->key[0] != '\0')
		snprintf(path, sizeof(path), "%s/by-key/%s", s->root, w->key);
	else if (name != NULL)
		snprintf(path, sizeof(path), "%s/by-name/%s", s->root, name);
	else
		snprintf(path, sizeof(path), "%s/%s", s->root, issued ?
		    "by-date" : expires ? "expiring" : "by-serial");
	if (w->key[0] != '\0' || name != NULL || (!issued && !expires))
		walk(s, path, 1, NULL);
	else
		walk(s, path, issued ? 4 : 2, issued ? may_be_issued :
		    may_expire);
}

/* --- the verb ------------------------------------------------------------ */

/* The act of each line; refused now rather than line by line. */
static int
fill_act(struct select *s, struct err *err)
{
	struct act_words words;
	int size;

	if (s->reason == NULL)
		return err_set(err, EINVAL, "--reason is wanted");
	size = snprintf(s->act, sizeof(s->act), "%s%s%s%s%s", s->reason,
	    s->at != NULL ? " at=" : "", s->at != NULL ? s->at : "",
	    s->text != NULL ? " " : "", s->text != NULL ? s->text : "");
	if (size >= (int)sizeof(s->act) - 64 || strpbrk(s->act, "\r\n") != NULL)
		return err_set(err, EINVAL, "the line is too long, or more "
		    "than one");
	if (act_parse(s->act, &words, err) == -1)
		return -1;
	return s->at == NULL || words.at > clock_now() ? 0 : err_set(err,
	    EINVAL, "--at lies in the past");
}

static int
read_options(struct select *s, int argc, char **argv, struct err *err)
{
	const struct {
		const char	*name;
		const char	**to;
	} own[] = {
		{ "reason", &s->reason }, { "at", &s->at },
		{ "text", &s->text },
	};
	const char *name;
	size_t k;

	for (int i = 2; i < argc; i += 2) {
		if (strncmp(argv[i], "--", 2) != 0 || i + 1 == argc)
			return err_set(err, EINVAL, "%s: wanted --OPTION "
			    "VALUE", argv[i]);
		name = argv[i] + 2;
		for (k = 0; k < sizeof(own) / sizeof(own[0]); k++)
			if (strcmp(own[k].name, name) == 0)
				break;
		if (k < sizeof(own) / sizeof(own[0]))
			*own[k].to = argv[i + 1];
		else if (selection_set(&s->wanted, name, argv[i + 1],
		    err) == -1)
			return -1;
	}
	return fill_act(s, err);
}

/* What was asked for, when and by whom; one line whatever is in the words. */
static void
put_header(int argc, char **argv)
{
	char time[CLOCK_TEXT];

	clock_text_seconds(time, clock_now());
	printf("# selected %s by uid %lu:\n# pkifs", time,
	    (unsigned long)getuid());
	for (int i = 0; i < argc; i++) {
		putchar(' ');
		for (const char *p = argv[i]; *p != '\0'; p++)
			putchar((unsigned char)*p < ' ' || *p == 0x7f ? '?' :
			    *p);
	}
	putchar('\n');
}

int
verb_select(int argc, char **argv)
{
	struct select s = { .failed = false };
	struct err err;

	if (argc < 2 || argv[1][0] == '-' ||
	    read_options(&s, argc, argv, &err) == -1) {
		if (argc >= 2 && argv[1][0] != '-')
			fprintf(stderr, "pkifs: %s\n", err.text);
		fprintf(stderr, "%s", select_usage);
		return 2;
	}
	if (snprintf(s.root, sizeof(s.root), "%s/issued", argv[1]) >=
	    (int)sizeof(s.root) || access(s.root, R_OK | X_OK) == -1) {
		fprintf(stderr, "pkifs: %s/issued: %s\n", argv[1],
		    strerror(errno));
		return 1;
	}
	put_header(argc, argv);
	walk_narrowest(&s);
	printf("# %zu of %zu certificates looked at%s\n", s.found,
	    s.looked_at, s.failed ? "; not all could be read" : "");
	bytes_free(&s.der);
	bytes_free(&s.status);
	if (fflush(stdout) == EOF || ferror(stdout))
		fault(&s, "standard output", strerror(errno));
	return s.failed ? 1 : 0;
}
