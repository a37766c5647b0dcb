/*
 * Outages, added up.  See outages.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "outages.h"

#define NAME	64

struct month {			/* of one service, as one probe saw it */
	int	month;
	int64_t	probes, failed;
	usec_t	out, unknown;
};

struct seen {			/* one service, by one probe */
	char	probe[NAME];
	enum probe_service service;
	usec_t	last, out_since;
	bool	ok;
	char	why[500];
	struct month *months;	/* the newest last */
	size_t	count;
};

struct outages {
	struct seen	*seen;
	size_t		 count;
};

struct outages *
outages_new(void)
{
	struct outages *o = calloc(1, sizeof *o);

	if (o == NULL)
		die("out of memory");
	return o;
}

void
outages_free(struct outages *o)
{
	if (o == NULL)
		return;
	for (size_t i = 0; i < o->count; i++)
		free(o->seen[i].months);
	free(o->seen);
	free(o);
}

/* --- months -------------------------------------------------------------- */

int
outages_month_of(usec_t time)
{
	time_t seconds = (time_t)(time / USEC);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	return (tm.tm_year + 1900) * 12 + tm.tm_mon;
}

static usec_t
month_begin(int month)
{
	struct tm tm = { .tm_year = month / 12 - 1900, .tm_mon = month % 12,
	    .tm_mday = 1 };

	return (usec_t)timegm(&tm) * USEC;
}

void
outages_month_text(int month, char to[8])
{
	usec_t begin = month_begin(month);
	char text[CLOCK_TEXT];

	clock_text_seconds(text, begin);
	snprintf(to, 8, "%.7s", text);
}

static struct month *
month_get(struct seen *s, int month)
{
	if (s->count > 0 && s->months[s->count - 1].month == month)
		return &s->months[s->count - 1];
	s->months = realloc(s->months, (s->count + 1) * sizeof *s->months);
	if (s->months == NULL)
		die("out of memory");
	s->months[s->count] = (struct month){ .month = month };
	return &s->months[s->count++];
}

/* --- adding -------------------------------------------------------------- */

static struct seen *
seen_get(struct outages *o, const char *probe, enum probe_service service)
{
	struct seen *s;

	for (size_t i = 0; i < o->count; i++)
		if (o->seen[i].service == service &&
		    strcmp(o->seen[i].probe, probe) == 0)
			return &o->seen[i];
	o->seen = realloc(o->seen, (o->count + 1) * sizeof *o->seen);
	if (o->seen == NULL)
		die("out of memory");
	s = &o->seen[o->count++];
	*s = (struct seen){ .service = service, .ok = true };
	snprintf(s->probe, sizeof s->probe, "%s", probe);
	return s;
}

/* What was between two probes belongs to the months it was in. */
static void
add_between(struct seen *s, usec_t until)
{
	usec_t begin = s->last, end;
	struct month *month;

	if (s->last == 0 || (s->ok && until - s->last <= OUTAGE_GAP))
		return;
	for (; begin < until; begin = end) {
		end = month_begin(outages_month_of(begin) + 1);
		if (end > until)
			end = until;
		month = month_get(s, outages_month_of(begin));
		*(s->ok ? &month->unknown : &month->out) += end - begin;
	}
}

void
outages_add(struct outages *o, const char *probe,
    const struct probe_line *line)
{
	struct seen *s = seen_get(o, probe, line->service);
	struct month *month;

	if (line->time <= s->last)
		return;
	add_between(s, line->time);
	month = month_get(s, outages_month_of(line->time));
	month->probes++;
	month->failed += !line->ok;
	if (line->ok)
		s->out_since = 0;
	else if (s->out_since == 0)
		s->out_since = line->time;
	s->ok = line->ok;
	s->last = line->time;
	snprintf(s->why, sizeof s->why, "%s", line->why);
}

/* --- what came of it ----------------------------------------------------- */

/* An outage that goes on, as far as it is in this month. */
static usec_t
still_out(const struct seen *s, int month, usec_t now)
{
	usec_t begin = month_begin(month), end = month_begin(month + 1);

	if (s->ok)
		return 0;
	if (begin < s->last)
		begin = s->last;
	if (end > now)
		end = now;
	return end > begin ? end - begin : 0;
}

static struct month
month_find(const struct seen *s, int month)
{
	for (size_t i = s->count; i-- > 0;)
		if (s->months[i].month == month)
			return s->months[i];
	return (struct month){ .month = month };
}

void
outages_sum(const struct outages *o, enum probe_service service, int month,
    usec_t now, struct outage_sum *to)
{
	const struct seen *s;
	struct month m;

	memset(to, 0, sizeof *to);
	for (size_t i = 0; i < o->count; i++) {
		s = &o->seen[i];
		if (s->service != service)
			continue;
		m = month_find(s, month);
		m.out += still_out(s, month, now);
		to->probes += m.probes;
		to->failed += m.failed;
		if (m.out > to->out)
			to->out = m.out;
		if (m.unknown > to->unknown)
			to->unknown = m.unknown;
		if (s->last > to->last)
			to->last = s->last;
		if (s->out_since != 0 && (to->out_since == 0 ||
		    s->out_since < to->out_since)) {
			to->out_since = s->out_since;
			snprintf(to->why, sizeof to->why, "%s", s->why);
		}
	}
}
