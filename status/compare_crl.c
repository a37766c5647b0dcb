/*
 * CRLs compared with the store.  See compare_crl.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../ca/text.h"
#include "compare_crl.h"
#include "crl.h"
#include "crl_reader.h"

#define ISSUER	"issuing"

/* A CRL that is walked through. */
struct walk {
	struct view	*view;
	struct differences *differences;
	struct crl	 crl;
	int64_t		 after;		/* of a delta: changes of its base */
	struct crl_reader reader;
	struct crl_entry entry;		/* the one in front */
	int		 got;		/* 1: there is one; -1: malformed */
};

/* What both kinds of rows say. */
struct said {
	struct slice	serial;
	int		reason;
	usec_t		effective, invalidity;
	usec_t		expires;
	int64_t		change;
};

static bool
same_second(usec_t a, usec_t b)
{
	return a / USEC == b / USEC;
}

void
differences_add(struct differences *d, const char *serial, const char *what)
{
	if (d->count++ == 0)
		err_set(&d->first, EBADMSG, "%s: %s", serial, what);
}

bool
compare_is_over(const struct differences *d)
{
	return d->bell != NULL && bell_closed(d->bell);
}

static void
serial_differs(struct walk *w, struct slice serial, const char *what)
{
	char hex[SERIAL_TEXT];

	hex_upper(hex, serial.data, serial.size);
	differences_add(w->differences, hex, what);
}

/* --- the CRL ------------------------------------------------------------- */

static void
take_entry(struct walk *w)
{
	struct slice in = w->reader.entry;

	w->got = w->reader.has_entry ? crl_next_entry(&in, &w->entry) : 0;
	if (w->got == -1)
		differences_add(w->differences, "CRL", "it is malformed");
}

static void
next_entry(struct walk *w)
{
	struct err err;

	if (crl_reader_next(&w->reader, &err) == 0) {
		take_entry(w);
		return;
	}
	w->got = -1;
	differences_add(w->differences, "CRL", err.text);
}

/* False: there is none, or it cannot be read. */
static bool
walk_begin(struct walk *w)
{
	struct crl base;
	struct err err;

	if (crl_newest(w->view, ISSUER, w->crl.scope, &w->crl) != 1)
		return false;
	if (w->crl.scope == CRL_DELTA && crl_get(w->view, ISSUER,
	    CRL_COMPLETE, w->crl.base, &base) == 1)
		w->after = base.change;
	if (crl_reader_begin(&w->reader, w->view, &w->crl, &err) != 0) {
		differences_add(w->differences, "CRL", err.text);
		crl_reader_end(&w->reader);
		return false;
	}
	take_entry(w);
	return true;
}

/* Its last octets, too: are all of them what was signed? */
static void
walk_end(struct walk *w)
{
	struct err err;

	if (w->got == 0 && !compare_is_over(w->differences) &&
	    crl_reader_check(&w->reader, &err) != 0)
		differences_add(w->differences, "CRL", err.text);
	crl_reader_end(&w->reader);
}

/* --- one revocation ------------------------------------------------------ */

/* What this CRL need not know, unless it is said to have it. */
static bool
is_newer(const struct walk *w, const struct said *said)
{
	struct revocation r;
	char hex[SERIAL_TEXT];

	if (said->change <= w->crl.change)
		return false;
	hex_upper(hex, said->serial.data, said->serial.size);
	return revocation_find(w->view, hex, &r) != 1 || r.on_crl == 0 ||
	    r.shard != w->crl.scope || r.crl_number > w->crl.number;
}

static void
compare_entry(struct walk *w, const struct said *said)
{
	w->differences->compared++;
	if (!same_second(w->entry.revoked, said->effective) ||
	    w->entry.reason != said->reason ||
	    !same_second(w->entry.invalidity, said->invalidity))
		serial_differs(w, said->serial,
		    "the CRL gives another time or reason");
}

/* Its entry is in front, or it has none. */
static void
compare_said(struct walk *w, const struct said *said, bool listed)
{
	bool is_delta = w->crl.scope == CRL_DELTA;
	bool wanted = is_delta ? said->change > w->after :
	    said->reason != REASON_REINSTATED;

	if (is_newer(w, said))
		return;
	/* It leaves with its certificate's end (RFC 5280 3.3). */
	if (said->expires < w->crl.since) {
		if (listed)
			serial_differs(w, said->serial, "the CRL lists it, "
			    "its certificate had ended");
		return;
	}
	if (listed && !wanted)
		serial_differs(w, said->serial, is_delta ?
		    "the delta lists it, its base does too" :
		    "the CRL lists it, it is reinstated");
	else if (!listed && wanted)
		serial_differs(w, said->serial, "the CRL does not list it");
	else if (listed)
		compare_entry(w, said);
}

void
compare_take(struct revoked *row, const struct revocation *r)
{
	*row = (struct revoked){ .shard = r->shard, .change = r->change,
	    .effective = r->effective, .invalidity = r->invalidity,
	    .expires = r->expires, .reason = r->reason };
	memcpy(row->serial, r->serial, sizeof row->serial);
}

static void
said_of_row(const struct revoked *r, unsigned char serial[20],
    struct said *said)
{
	*said = (struct said){ { serial, strlen(r->serial) / 2 }, r->reason,
	    r->effective, r->invalidity, r->expires, r->change };
	if (said->serial.size > 20 || hex_decode(serial, said->serial.size,
	    r->serial) != 0)
		said->serial.size = 0;
}

/* --- some ---------------------------------------------------------------- */

void
compare_crl_rows(struct view *view, int64_t scope,
    const struct revoked *rows, size_t count, struct differences *d)
{
	struct walk w = { .view = view, .differences = d,
	    .crl.scope = scope };
	unsigned char serial[20];
	struct said said;
	bool listed;

	if (!walk_begin(&w))
		return;
	for (size_t i = 0; i < count; i++) {
		said_of_row(&rows[i], serial, &said);
		while (w.got == 1 &&
		    crl_order(w.entry.serial, said.serial) < 0)
			next_entry(&w);
		if (w.got == -1)
			break;
		listed = w.got == 1 &&
		    crl_order(w.entry.serial, said.serial) == 0;
		compare_said(&w, &said, listed);
	}
	crl_reader_end(&w.reader);
}

/* --- all ----------------------------------------------------------------- */

/*
 * An entry that is not among the rows: it changed, its certificate had ended,
 * or it should not be there.
 */
static void
compare_extra(struct walk *w)
{
	unsigned char serial[20];
	char hex[SERIAL_TEXT];
	struct revocation r;
	struct revoked row;
	struct said said;

	hex_upper(hex, w->entry.serial.data, w->entry.serial.size);
	if (revocation_find(w->view, hex, &r) != 1) {
		differences_add(w->differences, hex,
		    "the CRL lists it, the store does not");
		return;
	}
	compare_take(&row, &r);
	said_of_row(&row, serial, &said);
	compare_said(w, &said, true);
}

static int
compare_row(void *arg, const struct crl_row *row)
{
	struct said said = { row->serial, row->reason, row->effective,
	    row->invalidity, INT64_MAX, row->change };
	struct walk *w = arg;
	int order = 1;

	while (w->got == 1 &&
	    (order = crl_order(w->entry.serial, row->serial)) < 0) {
		compare_extra(w);
		next_entry(w);
	}
	if (w->got == -1)
		return -1;
	compare_said(w, &said, w->got == 1 && order == 0);
	if (w->got == 1 && order == 0)
		next_entry(w);
	return compare_is_over(w->differences) ? -1 : 0;
}

void
compare_crl_whole(struct view *view, int64_t scope, struct differences *d)
{
	struct walk w = { .view = view, .differences = d,
	    .crl.scope = scope };
	struct crl_wanted wanted = { ISSUER, scope > 0 ? scope : 0, 0, -1 };

	if (!walk_begin(&w))
		return;
	wanted.since = w.crl.since;
	if (scope == CRL_DELTA)
		wanted.after = w.after;
	crl_rows(view, &wanted, compare_row, &w);
	for (; w.got == 1 && !compare_is_over(d); next_entry(&w))
		compare_extra(&w);
	walk_end(&w);
}
