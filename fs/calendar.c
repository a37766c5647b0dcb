/*
 * Periods of the calendar as folders; see calendar.h.  The arithmetic of days
 * is Howard Hinnant's (days_from_civil, civil_from_days), for dates from 1970.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "calendar.h"

struct civil {
	int64_t	year;
	int	month, day;
};

static int64_t
days_of(struct civil date)
{
	int64_t	year = date.year - (date.month <= 2);
	int64_t	era = year / 400;
	int64_t	of_era = year - era * 400;
	int64_t	of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) +
		    2) / 5 + date.day - 1;

	return (era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year - 719468);
}

static struct civil
civil_of(int64_t days)
{
	struct civil	date;
	int64_t		z = days + 719468, era = z / 146097;
	int64_t		of_era = z - era * 146097;
	int64_t		years = (of_era - of_era / 1460 + of_era / 36524 -
			    of_era / 146096) / 365;
	int64_t		of_year = of_era - (365 * years + years / 4 -
			    years / 100);
	int64_t		shifted = (5 * of_year + 2) / 153;

	date.day = (int)(of_year - (153 * shifted + 2) / 5 + 1);
	date.month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
	date.year = years + era * 400 + (date.month <= 2);
	return (date);
}

struct period
period_holding(enum period_level level, int64_t hour)
{
	struct period	period = { level, hour };
	struct civil	date = civil_of(hour / 24);

	switch (level) {
	case PERIOD_ALL:
		period.hour = 0;
		break;
	case PERIOD_YEAR:
		date.month = 1;
		/* FALLTHROUGH */
	case PERIOD_MONTH:
		date.day = 1;
		/* FALLTHROUGH */
	case PERIOD_DAY:
		period.hour = days_of(date) * 24;
		break;
	case PERIOD_HOUR:
		break;
	}
	return (period);
}

int64_t
period_end(struct period period)
{
	struct civil	date = civil_of(period.hour / 24);

	switch (period.level) {
	case PERIOD_ALL:
		return (INT64_MAX);
	case PERIOD_YEAR:
		date.year++;
		return (days_of(date) * 24);
	case PERIOD_MONTH:
		if (date.month++ == 12) {
			date.month = 1;
			date.year++;
		}
		return (days_of(date) * 24);
	case PERIOD_DAY:
		return (period.hour + 24);
	case PERIOD_HOUR:
		break;
	}
	return (period.hour + 1);
}

struct period
period_outer(struct period period)
{
	if (period.level == PERIOD_ALL)
		return (period);
	return (period_holding(period.level - 1, period.hour));
}

void
period_name(struct period period, char to[24])
{
	struct civil	date = civil_of(period.hour / 24);

	switch (period.level) {
	case PERIOD_ALL:
		to[0] = '\0';
		break;
	case PERIOD_YEAR:
		snprintf(to, 24, "%04" PRId64, date.year);
		break;
	case PERIOD_MONTH:
		snprintf(to, 24, "%02d", date.month);
		break;
	case PERIOD_DAY:
		snprintf(to, 24, "%02d", date.day);
		break;
	case PERIOD_HOUR:
		snprintf(to, 24, "%02d", (int)(period.hour % 24));
		break;
	}
}

/* Exactly `digits` digits; -1 when it is anything else. */
static int
number_of(const char *name, size_t digits)
{
	int	number = 0;
	size_t	i;

	for (i = 0; i < digits; i++) {
		if (name[i] < '0' || name[i] > '9')
			return (-1);
		number = number * 10 + (name[i] - '0');
	}
	return (number);
}

int
period_named(struct period outer, const char *name, struct period *to)
{
	struct civil	 date = civil_of(outer.hour / 24);
	enum period_level level = outer.level + 1;
	char		 again[24];
	int		 number;

	if (outer.level >= PERIOD_HOUR ||
	    strlen(name) != (level == PERIOD_YEAR ? 4 : 2))
		return (-1);
	if ((number = number_of(name, strlen(name))) == -1)
		return (-1);
	to->level = level;
	switch (level) {
	case PERIOD_YEAR:
		if (number < 1970)
			return (-1);
		date = (struct civil){ number, 1, 1 };
		break;
	case PERIOD_MONTH:
		date.month = number;
		break;
	case PERIOD_DAY:
		date.day = number;
		break;
	default:
		to->hour = outer.hour + number;
		return (number < 24 ? 0 : -1);
	}
	if (date.month < 1 || date.month > 12 || date.day < 1)
		return (-1);
	to->hour = days_of(date) * 24;
	/* 30 February is the first or second of March: not that name. */
	period_name(*to, again);
	return (strcmp(again, name) == 0 ? 0 : -1);
}

int
day_named(const char *name, int64_t *day)
{
	struct civil	date;
	char		again[24];

	if (strlen(name) != 10 || name[4] != '-' || name[7] != '-')
		return (-1);
	date.year = number_of(name, 4);
	date.month = number_of(name + 5, 2);
	date.day = number_of(name + 8, 2);
	if (date.year < 1970 || date.month < 1 || date.month > 12 ||
	    date.day < 1)
		return (-1);
	*day = days_of(date);
	day_name(*day, again);
	return (strcmp(again, name) == 0 ? 0 : -1);
}

void
day_name(int64_t day, char to[24])
{
	struct civil	date = civil_of(day);

	snprintf(to, 24, "%04" PRId64 "-%02d-%02d", date.year, date.month,
	    date.day);
}
