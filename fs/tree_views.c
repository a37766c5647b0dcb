/*
 * The other views of issued/: by date, by name, by key and by expiry.  They
 * hold links to the one folder of each certificate in by-serial.
 */
#include <string.h>

#include "../ca/names.h"
#include "../ca/store_certificates.h"
#include "../ca/text.h"
#include "calendar.h"
#include "tree_parts.h"
#include "tree_state.h"

/* How deep a link lies in issued/, and what leads from there to by-serial. */
static const char *const	to_by_serial[] = {
	[FROM_DAY]	= "../../../../by-serial/",	/* by-date/Y/M/D/ */
	[FROM_INDEX]	= "../../by-serial/",		/* by-name/N/ */
	[FROM_FOLDER] = "../",			/* by-serial/HEX/ */
};

struct view_walk {
	struct ask	*ask;
	struct listing	*to;
	enum cert_link	 from;
};

static void
link_row_stat(enum cert_link from, const struct certificate *row,
    struct stat *st)
{
	stat_size(st, strlen(to_by_serial[from]) + strlen(row->serial));
	stat_time(st, row->issued);
}

int
cert_link_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct certificate	row;

	if (node.a > FROM_FOLDER ||
	    certificate_get(ask->view, (int64_t)node.b, &row) != 1)
		return (0);
	link_row_stat((enum cert_link)node.a, &row, st);
	return (1);
}

int
cert_link_content(struct ask *ask, struct node node, struct bytes *to)
{
	struct certificate	row;

	if (node.a > FROM_FOLDER ||
	    certificate_get(ask->view, (int64_t)node.b, &row) != 1)
		return (0);
	bytes_printf(to, "%s%s", to_by_serial[node.a], row.serial);
	return (1);
}

static int
list_link(void *arg, const struct certificate *row)
{
	struct view_walk	*walk = arg;
	struct node		 node = node_of_two(NODE_CERT_LINK,
				    walk->from, (uint64_t)row->id);
	struct stat		 st;

	stat_begin(walk->ask, node, &st);
	link_row_stat(walk->from, row, &st);
	return (walk->to->put(walk->to, row->serial, node,
	    (uint64_t)row->id, &st));
}

typedef void certificates_of(struct view *, int64_t, int64_t,
    certificate_each *, void *);

static int
note_certificate(void *arg, const struct certificate *row)
{
	*(int64_t *)arg = row->id;
	return (1);
}

/* A link is in the folder when its list has that very certificate. */
static int
find_link(struct ask *ask, certificates_of *list, int64_t of,
    enum cert_link from, const char *name, struct node *to)
{
	struct certificate	row;
	int64_t			found = 0;

	if (certificate_find(ask->view, name, &row) != 1)
		return (0);
	list(ask->view, of, row.id - 1, note_certificate, &found);
	if (found != row.id)
		return (0);
	*to = node_of_two(NODE_CERT_LINK, from, (uint64_t)row.id);
	return (1);
}

/* --- by-date/YYYY/MM/DD -------------------------------------------------- */

static struct period
date_of(struct node folder)
{
	return ((struct period){ (enum period_level)folder.a,
	    (int64_t)folder.b });
}

static struct node
node_of_date(struct period period)
{
	return (node_of_two(NODE_BY_DATE, period.level,
	    (uint64_t)period.hour));
}

static int64_t
next_hour_issued(struct ask *ask, int64_t hour)
{
	int64_t	day = certificates_next_day(ask->view, (hour + 23) / 24);

	return (day == -1 ? -1 : day * 24);
}

static bool
period_has_certificates(struct ask *ask, struct period period)
{
	int64_t	hour = next_hour_issued(ask, period.hour);

	return (period.level == PERIOD_ALL ||
	    (hour != -1 && hour < period_end(period)));
}

int
by_date_stat(struct ask *ask, struct node folder, struct stat *st)
{
	struct period		period = date_of(folder);
	struct certificate	last;
	usec_t			end;

	if (period.level > PERIOD_DAY ||
	    !period_has_certificates(ask, period))
		return (0);
	if (certificates_last(ask->view, &last) != 1)
		return (1);
	stat_time(st, last.issued);
	if (period.level != PERIOD_ALL) {
		end = (period_end(period) * 3600 - 1) * USEC;
		if (end < last.issued)
			stat_time(st, end);
	}
	return (1);
}

int
by_date_parent(struct ask *ask, struct node folder, struct node *to)
{
	*to = node_of_date(period_outer(date_of(folder)));
	return (1);
}

int
by_date_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	struct period	period = date_of(folder), inner;

	if (period.level == PERIOD_DAY)
		return (find_link(ask, certificates_of_day, period.hour / 24,
		    FROM_DAY, name, to));
	if (period_named(period, name, &inner) == -1 ||
	    !period_has_certificates(ask, inner))
		return (0);
	*to = node_of_date(inner);
	return (1);
}

void
by_date_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	struct period		outer = date_of(folder), inner;
	struct view_walk	walk = { ask, to, FROM_DAY };
	int64_t			hour = outer.hour;
	char			name[24];

	if (outer.level == PERIOD_DAY) {
		certificates_of_day(ask->view, outer.hour / 24,
		    (int64_t)after, list_link, &walk);
		return;
	}
	if (after > 0)
		hour = period_end(period_holding(outer.level + 1,
		    (int64_t)after - 1));
	for (;;) {
		hour = next_hour_issued(ask, hour);
		if (hour == -1 || hour >= period_end(outer))
			return;
		inner = period_holding(outer.level + 1, hour);
		period_name(inner, name);
		if (to->put(to, name, node_of_date(inner),
		    (uint64_t)inner.hour + 1, NULL) != 0)
			return;
		hour = period_end(inner);
	}
}

/* --- by-name/NAME -------------------------------------------------------- */

int
name_stat(struct ask *ask, struct node folder, struct stat *st)
{
	struct indexed_name	row;

	if (names_get(ask->view, (int64_t)folder.a, &row) != 1)
		return (0);
	stat_time(st, row.newest);
	return (1);
}

/* What name_escape made, turned back; a name of the tree is never longer. */
static void
unescape(char to[256], const char *name)
{
	unsigned char	octet;
	size_t		n = 0;
	char		digits[3] = "";

	while (*name != '\0' && n < 255) {
		if (*name == '%' && name[1] != '\0' && name[2] != '\0') {
			memcpy(digits, name + 1, 2);
			if (hex_decode(&octet, 1, digits) == 0 &&
			    octet != '\0') {
				to[n++] = (char)octet;
				name += 3;
				continue;
			}
		}
		to[n++] = *name++;
	}
	to[n] = '\0';
}

struct cut_name {
	const char		*wanted;
	struct indexed_name	*row;
	bool			 found;
};

static int
compare_cut(void *arg, const struct indexed_name *row)
{
	struct cut_name	*search = arg;
	char		 escaped[256];

	name_escape(escaped, row->name);
	if (strcmp(escaped, search->wanted) != 0)
		return (0);
	*search->row = *row;
	search->found = true;
	return (1);
}

/*
 * By the name as it stands in the tree.  A `~` means that it was cut and ends
 * in a digest, which nothing but looking at all names can turn back; no
 * dNSName of ordinary length is ever cut.
 */
int
by_name_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	struct indexed_name	row;
	struct cut_name		search = { name, &row, false };
	char			plain[256], again[256];

	if (strchr(name, '~') != NULL) {
		if (strlen(name) > 200)
			names_list(ask->view, 0, compare_cut, &search);
		if (!search.found)
			return (0);
	} else {
		unescape(plain, name);
		name_escape(again, plain);
		if (strcmp(again, name) != 0 ||
		    names_find(ask->view, plain, &row) != 1)
			return (0);
	}
	*to = node_of(NODE_NAME, (uint64_t)row.id);
	return (1);
}

static int
list_name(void *arg, const struct indexed_name *row)
{
	struct view_walk	*walk = arg;
	struct node		 node = node_of(NODE_NAME, (uint64_t)row->id);
	struct stat		 st;
	char			 name[256];

	name_escape(name, row->name);
	stat_begin(walk->ask, node, &st);
	stat_time(&st, row->newest);
	return (walk->to->put(walk->to, name, node, (uint64_t)row->id, &st));
}

void
by_name_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	struct view_walk	walk = { .ask = ask, .to = to };

	names_list(ask->view, (int64_t)after, list_name, &walk);
}

int
name_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	return (find_link(ask, certificates_of_name, (int64_t)folder.a,
	    FROM_INDEX, name, to));
}

void
name_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	struct view_walk	walk = { ask, to, FROM_INDEX };

	certificates_of_name(ask->view, (int64_t)folder.a, (int64_t)after,
	    list_link, &walk);
}

/* --- by-key/SHA256 ------------------------------------------------------- */

int
key_stat(struct ask *ask, struct node folder, struct stat *st)
{
	struct key	row;

	if (keys_get(ask->view, (int64_t)folder.a, &row) != 1)
		return (0);
	stat_time(st, row.newest);
	return (1);
}

int
by_key_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	struct key	row;

	if (keys_find(ask->view, name, &row) != 1 || row.newest == 0)
		return (0);
	*to = node_of(NODE_KEY, (uint64_t)row.id);
	return (1);
}

/* A blocked key that never had a certificate has no folder. */
static int
list_key(void *arg, const struct key *row)
{
	struct view_walk	*walk = arg;
	struct node		 node = node_of(NODE_KEY, (uint64_t)row->id);
	struct stat		 st;

	if (row->newest == 0)
		return (0);
	stat_begin(walk->ask, node, &st);
	stat_time(&st, row->newest);
	return (walk->to->put(walk->to, row->spki_sha256, node,
	    (uint64_t)row->id, &st));
}

void
by_key_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	struct view_walk	walk = { .ask = ask, .to = to };

	keys_list(ask->view, (int64_t)after, list_key, &walk);
}

int
key_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	return (find_link(ask, certificates_of_key, (int64_t)folder.a,
	    FROM_INDEX, name, to));
}

void
key_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	struct view_walk	walk = { ask, to, FROM_INDEX };

	certificates_of_key(ask->view, (int64_t)folder.a, (int64_t)after,
	    list_link, &walk);
}

/* --- expiring/YYYY-MM-DD ------------------------------------------------- */

int
expiry_stat(struct ask *ask, struct node folder, struct stat *st)
{
	if (certificates_next_expiry(ask->view, (int64_t)folder.a) !=
	    (int64_t)folder.a)
		return (0);
	return (issued_stat(ask, folder, st));
}

int
expiring_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	int64_t	day;

	if (day_named(name, &day) == -1 ||
	    certificates_next_expiry(ask->view, day) != day)
		return (0);
	*to = node_of(NODE_EXPIRY, (uint64_t)day);
	return (1);
}

void
expiring_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	int64_t	day = (int64_t)after;		/* a key is its day and one */
	char	name[24];

	while ((day = certificates_next_expiry(ask->view, day)) != -1) {
		day_name(day, name);
		if (to->put(to, name, node_of(NODE_EXPIRY, (uint64_t)day),
		    (uint64_t)day + 1, NULL) != 0)
			return;
		day++;
	}
}

int
expiry_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	return (find_link(ask, certificates_expiring, (int64_t)folder.a,
	    FROM_INDEX, name, to));
}

void
expiry_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	struct view_walk	walk = { ask, to, FROM_INDEX };

	certificates_expiring(ask->view, (int64_t)folder.a, (int64_t)after,
	    list_link, &walk);
}
