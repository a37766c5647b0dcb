/*
 * Reading appointments.conf (OVR-6.4.4-01): one section a person.  A section is read by the
 * table of keys as a text of its own, with the lines of all others left empty,
 * so that a fault names the line in the file.
 */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "appointments.h"
#include "conf.h"
#include "roles.h"

#define PEOPLE_MAX	256
#define ROLES		5
/* REQ-7.2-05: at least every twelve months. */
#define TRAINING_HOLDS	(367 * USEC_DAY)

struct appointments {
	struct appointment *rows;
	size_t		 count;
};

/* A section as it is written. */
struct entry {
	char	user[64], person[64], roles[ROLES][16];
	char	since[16], accepted[16], training_until[16];
	char	appointed_by[128], certificate[SHA256_TEXT];
};

/* --- forms --------------------------------------------------------------- */

static int
check_user(const char *text, struct err *err)
{

	if (text[0] != '-' && strpbrk(text, " /,") == NULL &&
	    (strchr(text, ':') == NULL || strncmp(text, "uid:", 4) == 0))
		return 0;
	return err_set(err, EINVAL, "wanted a user's name or uid:NUMBER, "
	    "found \"%s\"", text);
}

static int
check_role(const char *text, struct err *err)
{

	if (role_by_name(text) != 0)
		return 0;
	return err_set(err, EINVAL, "wanted ra, revocation, operator, "
	    "security or auditor, found \"%s\"", text);
}

/* Midnight UTC of "2026-11-21", exactly so written. */
static int
date_read(const char *text, usec_t *to)
{
	struct tm tm = { 0 }, again;
	char written[16];
	time_t seconds;

	if (strlen(text) != 10 || sscanf(text, "%4d-%2d-%2d", &tm.tm_year,
	    &tm.tm_mon, &tm.tm_mday) != 3)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	seconds = timegm(&tm);
	if (gmtime_r(&seconds, &again) == NULL ||
	    strftime(written, sizeof(written), "%Y-%m-%d", &again) != 10 ||
	    strcmp(written, text) != 0)
		return -1;
	*to = (usec_t)seconds * USEC;
	return 0;
}

static int
check_date(const char *text, struct err *err)
{
	usec_t time;

	if (date_read(text, &time) == 0)
		return 0;
	return err_set(err, EINVAL, "wanted a date as 2026-11-21, found "
	    "\"%s\"", text);
}

static int
check_digest(const char *text, struct err *err)
{

	if (strlen(text) == 64 &&
	    strspn(text, "0123456789abcdef") == 64)
		return 0;
	return err_set(err, EINVAL, "wanted the SHA-256 of the certificate, "
	    "64 digits 0-9 and a-f, found \"%s\"", text);
}

#define AT(field)	offsetof(struct entry, field)
#define ROOM(field)	sizeof(((struct entry *)0)->field)

/* The section is filled in for each person; "-" is: not given. */
static const struct conf_key keys[] = {
	{ "", "user", CONF_TEXT, AT(user), ROOM(user), .check = check_user },
	{ "", "person", CONF_TEXT, AT(person), ROOM(person), .absent = "-" },
	{ "", "roles", CONF_LIST, AT(roles), ROOM(roles[0]), 1, ROLES,
	    .check = check_role },
	{ "", "since", CONF_TEXT, AT(since), ROOM(since),
	    .check = check_date },
	{ "", "accepted", CONF_TEXT, AT(accepted), ROOM(accepted),
	    .check = check_date },
	{ "", "training_until", CONF_TEXT, AT(training_until),
	    ROOM(training_until), .check = check_date },
	{ "", "appointed_by", CONF_TEXT, AT(appointed_by),
	    ROOM(appointed_by) },
	{ "", "certificate", CONF_TEXT, AT(certificate), ROOM(certificate),
	    .absent = "-" },
};
#define KEYS	(sizeof(keys) / sizeof(keys[0]))

/* --- one person ---------------------------------------------------------- */

static int
fault_at(struct err *err, const char *where, const struct appointment *a,
    const char *key, int line, const char *text)
{

	return err_set(err, EINVAL, "%s line %d: [%s] %s: %s", where, line,
	    a->section, key, text);
}

static int
judge(const char *where, const struct appointment *a, struct slice text,
    struct err *err)
{
	const int line = conf_line_of(text, a->section, "training_until");

	if (a->training_until <= a->since)
		return fault_at(err, where, a, "training_until", line,
		    "wanted a day after since and accepted");
	if (a->training_until > clock_now() + TRAINING_HOLDS)
		return fault_at(err, where, a, "training_until", line,
		    "wanted a day within twelve months, training is repeated "
		    "at least so often (REQ-7.2-05)");
	return 0;
}

static void
fill(struct appointment *a, const struct entry *e)
{
	usec_t accepted = 0;
	size_t i;

	snprintf(a->user, sizeof(a->user), "%s", e->user);
	a->uid = (uid_t)-1;
	/* Who the person is, whatever the account is called. */
	snprintf(a->identity, sizeof(a->identity), "%s",
	    strcmp(e->person, "-") == 0 ? a->section : e->person);
	for (i = 0; i < ROLES && e->roles[i][0] != '\0'; i++)
		a->roles |= role_by_name(e->roles[i]);
	date_read(e->since, &a->since);
	date_read(e->accepted, &accepted);
	date_read(e->training_until, &a->training_until);
	a->training_until += USEC_DAY;	/* that day too */
	if (accepted > a->since)	/* REQ-7.2-16: from then on */
		a->since = accepted;
	snprintf(a->appointed_by, sizeof(a->appointed_by), "%s",
	    e->appointed_by);
	if (strcmp(e->certificate, "-") != 0)
		snprintf(a->certificate_sha256, sizeof(a->certificate_sha256),
		    "%s", e->certificate);
}

static int
person_read(const char *where, struct slice text, struct appointment *a,
    struct err *err)
{
	struct conf_key table[KEYS];
	struct entry entry = { 0 };
	size_t i;

	for (i = 0; i < KEYS; i++) {
		table[i] = keys[i];
		table[i].section = a->section;
	}
	if (conf_read(where, text, table, KEYS, &entry, err) == -1)
		return -1;
	if (strcmp(entry.certificate, "-") != 0 &&
	    check_digest(entry.certificate, err) == -1)
		return err_in(err, "%s line %d: [%s] certificate", where,
		    conf_line_of(text, a->section, "certificate"), a->section);
	fill(a, &entry);
	return judge(where, a, text, err);
}

/* --- one person is one account ------------------------------------------- */

/* Two sections that are, or could be, one person (REQ-7.4.4-02). */
static const char *
shared(const struct appointment *a, const struct appointment *b)
{

	if (strcmp(a->section, b->section) == 0)
		return "is there";
	if (strcmp(a->user, b->user) == 0)
		return "has the same user";
	if (strcmp(a->identity, b->identity) == 0)
		return "is the same person";
	if (a->certificate_sha256[0] != '\0' &&
	    strcmp(a->certificate_sha256, b->certificate_sha256) == 0)
		return "has the same certificate";
	return NULL;
}

static int
alone(const char *where, const struct appointments *all,
    const struct appointment *a, struct err *err)
{
	const char *how;
	size_t i;

	for (i = 0; i < all->count; i++) {
		how = shared(a, &all->rows[i]);
		if (how != NULL)
			return err_set(err, EINVAL, "%s line %d: [%s] %s "
			    "already in line %d as [%s]; one person, one "
			    "account (REQ-7.4.4-02)", where, a->line,
			    a->section, how, all->rows[i].line,
			    all->rows[i].section);
	}
	return 0;
}

/* --- the file ------------------------------------------------------------ */

/* What stands on one line; the line is without its end. */
static bool
is_section(struct slice line, char name[64])
{
	const unsigned char *stop;
	size_t i = 0, n;

	while (i < line.size && (line.data[i] == ' ' || line.data[i] == '\t'))
		i++;
	if (i == line.size || line.data[i] != '[')
		return false;
	stop = memchr(line.data + i, ']', line.size - i);
	if (stop == NULL)
		return false;
	for (i++; line.data[i] == ' ' || line.data[i] == '\t'; i++)
		;
	n = (size_t)(stop - line.data) - i;
	while (n > 0 && (line.data[i + n - 1] == ' ' ||
	    line.data[i + n - 1] == '\t'))
		n--;
	if (n >= 64)
		n = 63;		/* too long: refused by its form */
	memcpy(name, line.data + i, n);
	name[n] = '\0';
	return true;
}

static int
check_section(const char *where, int line, const char *name, struct err *err)
{

	if (name[0] != '\0' && strlen(name) < 63 && strspn(name,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789._-") == strlen(name) && name[0] != '.')
		return 0;
	return err_set(err, EINVAL, "%s line %d: wanted [person] of at most "
	    "62 characters a-z, A-Z, 0-9, . _ and -, found [%s]", where, line,
	    name);
}

struct reading {
	const char	*where;
	struct appointments *all;
	struct bytes	 part;		/* of one section, others blank */
	struct appointment now;
	int		 line;
};

/* What was gathered is a person, or what stands before the first. */
static int
section_end(struct reading *r, struct err *err)
{
	struct appointments *all = r->all;

	if (r->now.line == 0)
		return conf_read(r->where, SLICE(&r->part), NULL, 0, NULL,
		    err);
	if (person_read(r->where, SLICE(&r->part), &r->now, err) == -1 ||
	    alone(r->where, all, &r->now, err) == -1)
		return -1;
	if (all->count == PEOPLE_MAX)
		return err_set(err, EINVAL, "%s line %d: wanted at most %d "
		    "people", r->where, r->now.line, PEOPLE_MAX);
	all->rows[all->count++] = r->now;
	return 0;
}

static int
section_begin(struct reading *r, const char *name, struct err *err)
{
	int i;

	if (section_end(r, err) == -1 ||
	    check_section(r->where, r->line, name, err) == -1)
		return -1;
	memset(&r->now, 0, sizeof(r->now));
	snprintf(r->now.section, sizeof(r->now.section), "%s", name);
	r->now.line = r->line;
	bytes_clear(&r->part);
	for (i = 1; i < r->line; i++)
		put_u8(&r->part, '\n');
	return 0;
}

static int
file_scan(struct reading *r, struct slice text, struct err *err)
{
	const unsigned char *stop;
	struct slice line;
	char name[64];

	while (text.size > 0) {
		stop = memchr(text.data, '\n', text.size);
		line = (struct slice){ text.data, stop == NULL ? text.size :
		    (size_t)(stop - text.data) };
		r->line++;
		if (is_section(line, name) && section_begin(r, name,
		    err) == -1)
			return -1;
		bytes_put(&r->part, line.data, line.size);
		put_u8(&r->part, '\n');
		text.data += line.size + (stop != NULL);
		text.size -= line.size + (stop != NULL);
	}
	return section_end(r, err);
}

struct appointments *
appointments_parse(const char *where, struct slice text, struct err *err)
{
	struct reading r = { .where = where };
	int result;

	if (conf_text_check(where, text, err) == -1)
		return NULL;
	if ((r.all = calloc(1, sizeof(*r.all))) == NULL ||
	    (r.all->rows = calloc(PEOPLE_MAX, sizeof(*r.all->rows))) == NULL)
		die("appointments: out of memory");
	result = file_scan(&r, text, err);
	bytes_free(&r.part);
	if (result == 0)
		return r.all;
	appointments_free(r.all);
	return NULL;
}

void
appointments_free(struct appointments *all)
{

	if (all == NULL)
		return;
	free(all->rows);
	free(all);
}

const struct appointment *
appointments_row(const struct appointments *all, size_t i)
{

	return all != NULL && i < all->count ? &all->rows[i] : NULL;
}

int
appointments_certify(struct appointments *all, const char *where, size_t row,
    const char *sha256_of_it, struct err *err)
{
	struct appointment *a = &all->rows[row];
	size_t i;

	if (a->certificate_sha256[0] != '\0' &&
	    strcmp(a->certificate_sha256, sha256_of_it) != 0)
		return err_set(err, EINVAL, "%s line %d: [%s] certificate: "
		    "officers/%s.pem is another", where, a->line, a->section,
		    a->section);
	for (i = 0; i < all->count; i++)
		if (i != row && strcmp(all->rows[i].certificate_sha256,
		    sha256_of_it) == 0)
			return err_set(err, EINVAL, "%s line %d: [%s] has the "
			    "same certificate as [%s]; one person, one "
			    "account (REQ-7.4.4-02)", where, a->line,
			    a->section, all->rows[i].section);
	snprintf(a->certificate_sha256, sizeof(a->certificate_sha256), "%s",
	    sha256_of_it);
	return 0;
}

unsigned
appointment_roles(const struct appointment *a, usec_t now)
{

	return now >= a->since && now < a->training_until ? a->roles : 0;
}
