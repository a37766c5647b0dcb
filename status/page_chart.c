/*
 * Drawings of the page.  See page_chart.h.
 *
 * They are stretched to the width there is, so no text is in them: labels are
 * HTML around them.  Up and down, not colour, tell issued from revoked.
 */
#include <inttypes.h>

#include "page_chart.h"
#include "page_text.h"

#define STEP	10		/* a day's width, of the drawing's units */
#define HEIGHT	100		/* of all upwards, and of all downwards */
#define GAP	2

struct days {
	int64_t	first, last;		/* since 1970 */
	int64_t	issued, revoked;	/* in all */
	int64_t	most_issued, most_revoked, most;
	const struct tally_sums *sums;
};

static struct tally_day
day_of(const struct days *d, int64_t day)
{
	const struct tally_day *row = &d->sums->days[day % TALLY_DAYS];

	return row->day == day ? *row : (struct tally_day){ .day = day };
}

static void
look(struct days *d)
{
	struct tally_day row;

	for (int64_t day = d->first; day <= d->last; day++) {
		row = day_of(d, day);
		d->issued += row.issued;
		d->revoked += row.revoked;
		if (row.issued > d->most_issued)
			d->most_issued = row.issued;
		if (row.revoked > d->most_revoked)
			d->most_revoked = row.revoked;
	}
	d->most = d->most_issued > d->most_revoked ? d->most_issued :
	    d->most_revoked;
}

/* What there is is seen: one of a million is as high as a line. */
static int64_t
height(const struct days *d, int64_t count)
{
	int64_t h = d->most == 0 ? 0 : count * HEIGHT / d->most;

	return count > 0 && h < 2 ? 2 : h;
}

static void
put_bar(struct bytes *to, const struct days *d, int64_t day, bool up)
{
	struct tally_day row = day_of(d, day);
	int64_t count = up ? row.issued : row.revoked, h = height(d, count);

	if (count == 0)
		return;
	bytes_printf(to, "<rect class=\"%s\" x=\"%" PRId64 "\" y=\"%" PRId64
	    "\" width=\"%d\" height=\"%" PRId64 "\"><title>",
	    up ? "up" : "down", (day - d->first) * STEP + GAP / 2,
	    up ? HEIGHT - h : HEIGHT, STEP - GAP, h);
	page_day(to, day);
	bytes_printf(to, ": %s ", up ? "issued" : "revoked");
	page_number(to, count);
	bytes_put_text(to, "</title></rect>\n");
}

static void
put_drawing(struct bytes *to, const struct days *d)
{
	int64_t down = height(d, d->most_revoked);
	int64_t width = TALLY_DAYS * STEP;

	bytes_printf(to, "<svg class=\"days\" role=\"img\" aria-label=\"Issued"
	    " %" PRId64 ", revoked %" PRId64 " in the last %d days\""
	    " viewBox=\"0 0 %" PRId64 " %" PRId64 "\""
	    " preserveAspectRatio=\"none\""
	    " xmlns=\"http://www.w3.org/2000/svg\">\n", d->issued,
	    d->revoked, TALLY_DAYS, width, HEIGHT + down + 4);
	for (int64_t day = d->first; day <= d->last; day++) {
		put_bar(to, d, day, true);
		put_bar(to, d, day, false);
	}
	bytes_printf(to, "<path class=\"axis\" d=\"M0 %d H%" PRId64 "\"/>\n"
	    "</svg>\n", HEIGHT, width);
}

static void
put_legend(struct bytes *to, const struct days *d)
{
	bytes_put_text(to, "<figcaption><span class=\"key up\"></span>"
	    "issued, upwards: ");
	page_number(to, d->issued);
	bytes_put_text(to, ", ");
	page_number(to, d->most_issued);
	bytes_put_text(to, " a day at most<br/><span class=\"key down\">"
	    "</span>revoked, downwards: ");
	page_number(to, d->revoked);
	bytes_put_text(to, ", ");
	page_number(to, d->most_revoked);
	bytes_put_text(to, " a day at most</figcaption>\n");
}

void
chart_days(struct bytes *to, const struct tally_sums *sums, usec_t now)
{
	struct days d = { .sums = sums, .last = now / USEC_DAY };

	d.first = d.last - TALLY_DAYS + 1;
	look(&d);
	bytes_put_text(to, "<figure>\n");
	put_drawing(to, &d);
	bytes_put_text(to, "<div class=\"scale\"><span>");
	page_day(to, d.first);
	bytes_put_text(to, "</span><span>");
	page_day(to, d.last - TALLY_DAYS / 2 + 1);
	bytes_put_text(to, "</span><span>today</span></div>\n");
	put_legend(to, &d);
	bytes_put_text(to, "</figure>\n");
}

void
chart_part(struct bytes *to, int64_t used, int64_t whole)
{
	int64_t part = whole <= 0 ? 0 : used / ((whole + 999) / 1000);

	bytes_printf(to, "<svg class=\"part\" aria-hidden=\"true\""
	    " viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\""
	    " xmlns=\"http://www.w3.org/2000/svg\">"
	    "<rect class=\"all\" width=\"1000\" height=\"10\"/>"
	    "<rect class=\"used\" width=\"%" PRId64 "\" height=\"10\"/>"
	    "</svg>\n", part);
}
