/*
 * Years, months, days and hours as nested folders: YYYY/MM/DD/HH in UTC.  A
 * period is its level and its first hour since 1970.
 */
#ifndef FS_CALENDAR_H
#define FS_CALENDAR_H

#include <stdint.h>

enum period_level {
	PERIOD_ALL, PERIOD_YEAR, PERIOD_MONTH, PERIOD_DAY, PERIOD_HOUR
};
struct period {
	enum period_level level;
	int64_t		  hour;		/* its first */
};

/* The one inside `outer` with this name ("2026", "03"); 0, or -1. */
int		period_named(struct period outer, const char *name,
		    struct period *);
void		period_name(struct period, char to[24]);
int64_t		period_end(struct period);	/* first hour behind it */
/* The period of a level that holds this hour. */
struct period	period_holding(enum period_level, int64_t hour);
struct period	period_outer(struct period);

/* "2026-11-21" to days since 1970 and back; 0, or -1. */
int		day_named(const char *, int64_t *day);
void		day_name(int64_t day, char to[24]);

#endif
