/*
 * Verifying a folder of evidence.  See verify.h.
 *
 * Two passes, so that memory does not grow with the log.  The first lists
 * each hour's folder and keeps only its runs: numbers without a gap between
 * them (one run an hour, unless the clock was set back or something is
 * missing).  The second goes through the runs in the order of their numbers
 * and reads the files.  Then each document is compared with its name.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "verify_private.h"

#define EVENT_MAX	((off_t)1 << 20)	/* octets of one event's file */
#define SEQ_DIGITS	12

static const char no_previous[SHA256_TEXT] =
    "0000000000000000000000000000000000000000000000000000000000000000";

/* The files of one hour: a million of them are 16 MB. */
struct entry {
	int64_t		 seq;
	const char	*words;		/* "certificate-issued", see words_of */
};
struct folder {
	struct entry	*entries;
	size_t		 count, room;
};

void
tell(struct verifier *v, enum verify_kind kind, const char *fmt, ...)
{
	char sentence[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	v->sum->faults += kind == VERIFY_FAULT;
	v->sum->unknowns += kind == VERIFY_UNKNOWN;
	v->say(v->arg, kind, sentence);
}

static void *
grow(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room == 0 ? 64 : *room * 2;
	array = reallocarray(array, *room, size);
	if (array == NULL)
		die("verify: out of memory");
	return array;
}

/* --- one hour's folder --------------------------------------------------- */

/* "<seq>-<event>.json", the number in twelve digits or more; 0: it is not. */
static int64_t
seq_of_name(const char *name)
{
	size_t digits = strspn(name, "0123456789"), size = strlen(name);
	int64_t seq;

	if (digits < SEQ_DIGITS || digits > 18 || name[digits] != '-' ||
	    (digits > SEQ_DIGITS && name[0] == '0') ||
	    size < digits + 7 || strcmp(name + size - 5, ".json") != 0)
		return 0;
	seq = strtoll(name, NULL, 10);
	return seq;
}

/* What stands between the number and ".json", kept once for all. */
static const char *
words_of(struct verifier *v, const char *name)
{
	const char *words = strchr(name, '-') + 1;
	size_t i, size = strlen(words) - 5;

	for (i = 0; i < v->words_count; i++)
		if (strncmp(v->words[i], words, size) == 0 &&
		    v->words[i][size] == '\0')
			return v->words[i];
	v->words = grow(v->words, v->words_count, &v->words_room,
	    sizeof(v->words[0]));
	v->words[v->words_count] = strndup(words, size);
	if (v->words[v->words_count] == NULL)
		die("verify: out of memory");
	return v->words[v->words_count++];
}

static void
folder_free(struct folder *f)
{
	free(f->entries);
	memset(f, 0, sizeof(*f));
}

static int
by_seq(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return strcmp(x->words, y->words);
}

static void
folder_add(struct folder *f, int64_t seq, const char *words)
{
	struct entry *e;

	f->entries = grow(f->entries, f->count, &f->room, sizeof(*e));
	e = &f->entries[f->count++];
	e->seq = seq;
	e->words = words;
}

DIR *
verify_open_folder(struct verifier *v, const char *path)
{
	DIR *dir;
	int fd;

	fd = openat(v->root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC |
	    O_NOFOLLOW);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		tell(v, VERIFY_UNKNOWN, "%s cannot be listed: %s", path,
		    strerror(errno));
	}
	return dir;
}

/* Listed and sorted; what is no event is a fault, told in the first pass. */
static int
folder_list(struct verifier *v, const char *hour, struct folder *f,
    bool telling)
{
	struct dirent *entry;
	int64_t seq;
	DIR *dir;

	dir = verify_open_folder(v, hour);
	if (dir == NULL)
		return -1;
	while ((errno = 0, entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		seq = seq_of_name(entry->d_name);
		if (seq > 0)
			folder_add(f, seq, words_of(v, entry->d_name));
		else if (telling)
			tell(v, VERIFY_FAULT, "%s/%s is not the name of an "
			    "event", hour, entry->d_name);
	}
	if (errno != 0 && telling)
		tell(v, VERIFY_UNKNOWN, "%s cannot be listed to its end: %s",
		    hour, strerror(errno));
	closedir(dir);
	if (f->count > 0)
		qsort(f->entries, f->count, sizeof(f->entries[0]), by_seq);
	return 0;
}

/* --- first pass: the runs ------------------------------------------------ */

static void
run_add(struct verifier *v, int64_t first, int64_t last, const char *hour)
{
	struct run *r;

	v->runs = grow(v->runs, v->run_count, &v->run_room, sizeof(*r));
	r = &v->runs[v->run_count++];
	r->first = first;
	r->last = last;
	memcpy(r->hour, hour, sizeof(r->hour));
}

static void
find_runs(struct verifier *v, const char hour[14])
{
	struct folder f = { 0 };
	size_t i, start = 0;

	if (folder_list(v, hour, &f, true) != 0)
		return;
	for (i = 1; i <= f.count; i++) {
		if (i < f.count && (f.entries[i].seq == f.entries[i - 1].seq ||
		    f.entries[i].seq == f.entries[i - 1].seq + 1))
			continue;
		run_add(v, f.entries[start].seq, f.entries[i - 1].seq, hour);
		start = i;
	}
	folder_free(&f);
}

/* Years, months, days and hours by their digits and greatest number. */
static const struct {
	size_t	digits;
	int	minimum, maximum;
} levels[] = { { 4, 1970, 9999 }, { 2, 1, 12 }, { 2, 1, 31 }, { 2, 0, 23 } };
#define LEVELS	(sizeof(levels) / sizeof(levels[0]))

static bool
is_level(const char *name, size_t level)
{
	int number;

	if (strlen(name) != levels[level].digits ||
	    strspn(name, "0123456789") != levels[level].digits)
		return false;
	number = atoi(name);
	return number >= levels[level].minimum &&
	    number <= levels[level].maximum;
}

/* What else may lie at the top of evidence/. */
static bool
is_known_at_top(const char *name)
{
	static const char *const known[] = {
		".", "..", "documents", "by-certificate", "by-request",
		"checkpoints"
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(name, known[i]) == 0)
			return true;
	return false;
}

static void
walk(struct verifier *v, const char *path, size_t level)
{
	struct dirent *entry;
	char below[32];
	DIR *dir;

	dir = verify_open_folder(v, path);
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (!is_level(entry->d_name, level)) {
			if (level == 0 ? !is_known_at_top(entry->d_name) :
			    strcmp(entry->d_name, ".") != 0 &&
			    strcmp(entry->d_name, "..") != 0)
				tell(v, level == 0 ? VERIFY_NOTE : VERIFY_FAULT,
				    "%s/%s does not belong to the evidence",
				    path, entry->d_name);
			continue;
		}
		snprintf(below, sizeof(below), "%s%s%.4s",
		    level == 0 ? "" : path, level == 0 ? "" : "/",
		    entry->d_name);
		if (level + 1 < LEVELS)
			walk(v, below, level + 1);
		else
			find_runs(v, below);
	}
	closedir(dir);
}

/* --- second pass: the files ---------------------------------------------- */

/* 0, or -1 when it cannot be read. */
static int
read_event(struct verifier *v, const char *path, struct bytes *to)
{
	struct stat st;
	size_t size = 0;
	ssize_t n = 0;
	int fd;

	fd = openat(v->root, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW |
	    O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0)
		goto unknown;
	if (!S_ISREG(st.st_mode) || st.st_size > EVENT_MAX) {
		tell(v, VERIFY_FAULT, "%s is no event: it is no file, or has "
		    "more than %lld octets", path, (long long)EVENT_MAX);
		close(fd);
		return -1;
	}
	bytes_clear(to);
	bytes_resize(to, (size_t)st.st_size);
	while (size < to->size &&
	    (n = read(fd, to->data + size, to->size - size)) > 0)
		size += (size_t)n;
	if (n < 0)
		goto unknown;
	bytes_resize(to, size);
	close(fd);
	return 0;
unknown:
	tell(v, VERIFY_UNKNOWN, "%s cannot be read: %s", path,
	    strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool
is_withheld(struct verifier *v, const char *sha256_of_it)
{
	char name[SHA256_TEXT + 16];
	struct stat st;

	snprintf(name, sizeof(name), "%s.withheld", sha256_of_it);
	return fstatat(v->documents, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static void
check_input(struct verifier *v, const char *path,
    const struct verify_input *input)
{
	struct stat st;

	if (fstatat(v->documents, input->sha256, &st,
	    AT_SYMLINK_NOFOLLOW) == 0) {
		if (st.st_size != input->size)
			tell(v, VERIFY_FAULT, "%s: its document %s should have "
			    "%" PRId64 " octets and has %lld", path,
			    input->sha256, input->size,
			    (long long)st.st_size);
	} else if (errno != ENOENT && v->documents != -1)
		tell(v, VERIFY_UNKNOWN, "document %s cannot be looked at: %s",
		    input->sha256, strerror(errno));
	else if (v->documents == -1 || !is_withheld(v, input->sha256))
		tell(v, VERIFY_FAULT, "%s: its document %s is missing", path,
		    input->sha256);
}

static void
check_content(struct verifier *v, const char *path, const struct run *run,
    const struct entry *entry, const struct verify_event *e)
{
	size_t i;

	if (e->seq != entry->seq)
		tell(v, VERIFY_FAULT, "%s: the event in it has number %"
		    PRId64, path, e->seq);
	if (strcmp(entry->words, e->name) != 0)
		tell(v, VERIFY_FAULT, "%s: the event in it is named %s", path,
		    e->name);
	if (strcmp(e->hour, run->hour) != 0)
		tell(v, VERIFY_FAULT, "%s: the event in it is of the hour %s",
		    path, e->hour);
	if (v->linked && strcmp(e->previous, v->previous) != 0)
		tell(v, VERIFY_FAULT, "%s: `previous` is not the digest of the "
		    "event before: %s was wanted, %s found", path,
		    v->previous, e->previous);
	for (i = 0; i < e->input_count; i++)
		check_input(v, path, &e->inputs[i]);
}

static void
check_file(struct verifier *v, const struct run *run,
    const struct entry *entry, struct bytes *file)
{
	struct verify_event e;
	char path[300];
	struct err err;

	snprintf(path, sizeof(path), "%s/%0*" PRId64 "-%s.json", run->hour,
	    SEQ_DIGITS, entry->seq, entry->words);
	if (read_event(v, path, file) != 0) {
		v->linked = false;
		return;
	}
	v->sum->events++;
	if (verify_event_read(&e, SLICE(file), &err) != 0)
		tell(v, VERIFY_FAULT, "%s: %s", path, err.text);
	else
		check_content(v, path, run, entry, &e);
	verify_event_free(&e);
	sha256_text(v->previous, SLICE(file));
	v->linked = true;
}

static void
check_run(struct verifier *v, const struct run *run, struct bytes *file)
{
	struct folder f = { 0 };
	int64_t before = run->first - 1;
	size_t i;

	if (folder_list(v, run->hour, &f, false) != 0)
		return;
	for (i = 0; i < f.count; i++) {
		const struct entry *entry = &f.entries[i];

		if (entry->seq < run->first || entry->seq > run->last)
			continue;
		if (entry->seq == before)
			tell(v, VERIFY_FAULT, "event %" PRId64 " is there "
			    "twice: as %s and as %s", entry->seq,
			    f.entries[i - 1].words, entry->words);
		check_file(v, run, entry, file);
		before = entry->seq;
	}
	folder_free(&f);
}

static int
by_first(const void *a, const void *b)
{
	const struct run *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return strcmp(x->hour, y->hour);
}

/* What lies between the last event seen and this run. */
static void
check_gap(struct verifier *v, const struct run *run)
{
	int64_t last = v->sum->last;

	if (v->sum->first == 0) {
		v->sum->first = run->first;
		v->linked = run->first == 1;
		strcpy(v->previous, no_previous);
		if (run->first != 1)
			tell(v, VERIFY_NOTE, "the evidence begins with event %"
			    PRId64 ": what came before was not looked at",
			    run->first);
		return;
	}
	if (run->first <= last)
		tell(v, VERIFY_FAULT, "event %" PRId64 " is there twice: in "
		    "%s and before", run->first, run->hour);
	else if (run->first > last + 1) {
		v->linked = false;
		tell(v, VERIFY_FAULT, "%" PRId64 " events are missing: %" PRId64
		    " to %" PRId64, run->first - last - 1, last + 1,
		    run->first - 1);
	}
}

static void
check_runs(struct verifier *v)
{
	struct bytes file = { 0 };
	size_t i;

	if (v->run_count > 0)
		qsort(v->runs, v->run_count, sizeof(v->runs[0]), by_first);
	for (i = 0; i < v->run_count; i++) {
		check_gap(v, &v->runs[i]);
		check_run(v, &v->runs[i], &file);
		if (v->runs[i].last > v->sum->last)
			v->sum->last = v->runs[i].last;
	}
	strcpy(v->sum->last_sha256, v->previous);
	bytes_free(&file);
}

/* --- all ----------------------------------------------------------------- */

static int
open_root(struct verifier *v, const char *dir)
{
	int fd, inner;

	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		tell(v, VERIFY_UNKNOWN, "%s cannot be opened: %s", dir,
		    strerror(errno));
		return -1;
	}
	inner = openat(fd, "evidence", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (inner >= 0) {
		close(fd);
		fd = inner;
	}
	v->root = fd;
	v->documents = openat(fd, "documents", O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	return 0;
}

int
verify_directory(const char *dir, verify_say *callback, void *arg,
    struct verify_summary *sum)
{
	struct verifier v = { .say = callback, .arg = arg, .sum = sum };

	memset(sum, 0, sizeof(*sum));
	if (open_root(&v, dir) != 0)
		return 2;
	walk(&v, ".", 0);
	check_runs(&v);
	if (sum->events == 0 && sum->faults == 0)
		tell(&v, VERIFY_UNKNOWN, "%s holds no event", dir);
	verify_documents(&v);
	free(v.runs);
	while (v.words_count > 0)
		free(v.words[--v.words_count]);
	free(v.words);
	close(v.root);
	if (v.documents != -1)
		close(v.documents);
	return sum->faults > 0 ? 1 : sum->unknowns > 0 ? 2 : 0;
}
