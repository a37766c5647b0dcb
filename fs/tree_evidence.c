/*
 * evidence/: one file per event under the hour it happened, the documents by
 * digest, and links to the events of one case.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/desk.h"
#include "../ca/store_certificates.h"
#include "../ca/store_events.h"
#include "../ca/store_requests.h"
#include "calendar.h"
#include "tree_parts.h"
#include "tree_state.h"

#define EVENT_NAME	96

/* How deep a link to an event lies, and what leads from there to evidence/. */
enum event_link { FROM_CERTIFICATE, FROM_EVIDENCE };
static const char *const	to_evidence[] = {
	[FROM_CERTIFICATE]	= "../../../../evidence/",
	[FROM_EVIDENCE]		= "../../",
};

struct event_walk {
	struct ask	*ask;
	struct listing	*to;
	enum event_link	 from;
};

/* Twelve digits, so that a shell's sorting follows the chain. */
static void
event_file_name(const struct event_row *row, char to[EVENT_NAME])
{
	snprintf(to, EVENT_NAME, "%012" PRId64 "-%s.json", row->seq,
	    row->name);
}

static int64_t
hour_of(usec_t when)
{
	return (when / (3600 * USEC));
}

static usec_t
time_of_hour(int64_t hour)
{
	return (hour * 3600 * USEC);
}

/* The event a file name means, if it is exactly its name. */
static int
event_named(struct ask *ask, const char *name, struct event_row *row)
{
	char	exact[EVENT_NAME];
	int64_t	seq = strtoll(name, NULL, 10);

	if (seq <= 0 || events_get(ask->view, seq, row) != 1)
		return (0);
	event_file_name(row, exact);
	return (strcmp(exact, name) == 0);
}

static usec_t
newest_event(struct ask *ask)
{
	struct event_row	row;
	int64_t			last = events_last(ask->view);

	if (last == 0 || events_get(ask->view, last, &row) != 1)
		return (ask->tree->born);
	return (row.time);
}

int
evidence_stat(struct ask *ask, struct node folder, struct stat *st)
{
	stat_time(st, newest_event(ask));
	return (1);
}

/* --- evidence/YYYY/MM/DD/HH ---------------------------------------------- */

static struct period
period_of(struct node folder)
{
	struct period	all = { PERIOD_ALL, 0 };

	if (folder.class == NODE_EVIDENCE)
		return (all);
	return ((struct period){ (enum period_level)folder.a,
	    (int64_t)folder.b });
}

static struct node
node_of_period(struct period period)
{
	if (period.level == PERIOD_ALL)
		return (node_of(NODE_EVIDENCE, 0));
	return (node_of_two(NODE_PERIOD, period.level,
	    (uint64_t)period.hour));
}

static bool
period_has_events(struct ask *ask, struct period period)
{
	int64_t	hour = events_next_hour(ask->view, period.hour);

	return (hour != -1 && hour < period_end(period));
}

/* The newest event in it is not asked for: its end is as good when past. */
int
period_stat(struct ask *ask, struct node folder, struct stat *st)
{
	struct period	period = period_of(folder);
	usec_t		end = time_of_hour(period_end(period)) - USEC;
	usec_t		newest = newest_event(ask);

	if (period.level > PERIOD_HOUR || !period_has_events(ask, period))
		return (0);
	stat_time(st, newest < end ? newest : end);
	return (1);
}

static int
take_event(void *arg, const struct event_row *row)
{
	*(struct event_row *)arg = *row;
	return (1);
}

/* Has it no event but of this hour, and of that none before? */
static bool
period_is_new(struct ask *ask, struct period period, int64_t hour,
    int64_t last)
{
	struct event_row	first = { 0 };
	int64_t			behind = events_next_hour(ask->view, hour + 1);

	if (events_next_hour(ask->view, period.hour) != hour ||
	    (behind != -1 && behind < period_end(period)))
		return (false);
	events_of_hour(ask->view, hour, 0, take_event, &first);
	return (first.seq > last);
}

int64_t
tree_last_event(struct tree *tree)
{
	struct ask	ask;
	int64_t		last;

	tree_ask(tree, &ask);
	last = events_last(ask.view);
	tree_answered(&ask);
	return (last);
}

size_t
tree_new_periods(struct tree *tree, const char *event, int64_t *last)
{
	const char		*name = strrchr(event, '/');
	enum period_level	 level;
	struct event_row	 row;
	struct ask		 ask;
	int64_t			 hour;
	size_t			 count = 0;

	tree_ask(tree, &ask);
	if (name != NULL && event_named(&ask, name + 1, &row)) {
		hour = hour_of(row.time);
		for (level = PERIOD_HOUR; level >= PERIOD_YEAR &&
		    period_is_new(&ask, period_holding(level, hour), hour,
		    *last); level--)
			count++;
		*last = row.seq;
	}
	tree_answered(&ask);
	return (count);
}

int
period_parent(struct ask *ask, struct node folder, struct node *to)
{
	*to = node_of_period(period_outer(period_of(folder)));
	return (1);
}

int
period_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	struct period		period = period_of(folder), inner;
	struct event_row	row;

	if (period.level == PERIOD_HOUR) {
		if (!event_named(ask, name, &row) ||
		    hour_of(row.time) != period.hour)
			return (0);
		*to = node_of(NODE_EVENT, (uint64_t)row.seq);
		return (1);
	}
	if (period_named(period, name, &inner) == -1 ||
	    !period_has_events(ask, inner))
		return (0);
	*to = node_of_period(inner);
	return (1);
}

int
evidence_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	return (period_lookup(ask, folder, name, to));
}

static void
event_row_stat(const struct event_row *row, struct stat *st)
{
	stat_size(st, row->size);
	stat_time(st, row->time);
}

static int
list_event(void *arg, const struct event_row *row)
{
	struct event_walk	*walk = arg;
	struct node		 node = node_of(NODE_EVENT,
				    (uint64_t)row->seq);
	struct stat		 st;
	char			 name[EVENT_NAME];

	event_file_name(row, name);
	stat_begin(walk->ask, node, &st);
	event_row_stat(row, &st);
	return (walk->to->put(walk->to, name, node, (uint64_t)row->seq, &st));
}

void
period_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	struct period		outer = period_of(folder), inner;
	struct event_walk	walk = { .ask = ask, .to = to };
	int64_t			hour = outer.hour;
	char			name[24];

	if (outer.level == PERIOD_HOUR) {
		events_of_hour(ask->view, outer.hour, (int64_t)after,
		    list_event, &walk);
		return;
	}
	/* Keys are first hours and one: the next begins where that ends. */
	if (after > 0)
		hour = period_end(period_holding(outer.level + 1,
		    (int64_t)after - 1));
	for (;;) {
		hour = events_next_hour(ask->view, hour);
		if (hour == -1 || hour >= period_end(outer))
			return;
		inner = period_holding(outer.level + 1, hour);
		period_name(inner, name);
		if (to->put(to, name, node_of_period(inner),
		    (uint64_t)inner.hour + 1, NULL) != 0)
			return;
		hour = period_end(inner);
	}
}

void
evidence_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	period_list(ask, folder, after, to);
}

int
event_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct event_row	row;

	if (events_get(ask->view, (int64_t)node.a, &row) != 1)
		return (0);
	event_row_stat(&row, st);
	return (1);
}

int
event_content(struct ask *ask, struct node node, struct bytes *to)
{
	return (events_bytes(ask->view, (int64_t)node.a, to));
}

/* --- links to events ----------------------------------------------------- */

static void
event_link_target(enum event_link from, const struct event_row *row,
    char to[200])
{
	char	hour[CLOCK_TEXT], name[EVENT_NAME];

	clock_text_hour(hour, row->time);
	event_file_name(row, name);
	snprintf(to, 200, "%s%s/%s", to_evidence[from], hour, name);
}

static void
event_link_row_stat(enum event_link from, const struct event_row *row,
    struct stat *st)
{
	char	target[200];

	event_link_target(from, row, target);
	stat_size(st, strlen(target));
	stat_time(st, row->time);
}

int
event_link_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct event_row	row;

	if (node.a > FROM_EVIDENCE ||
	    events_get(ask->view, (int64_t)node.b, &row) != 1)
		return (0);
	event_link_row_stat((enum event_link)node.a, &row, st);
	return (1);
}

int
event_link_content(struct ask *ask, struct node node, struct bytes *to)
{
	struct event_row	row;
	char			target[200];

	if (node.a > FROM_EVIDENCE ||
	    events_get(ask->view, (int64_t)node.b, &row) != 1)
		return (0);
	event_link_target((enum event_link)node.a, &row, target);
	bytes_put_text(to, target);
	return (1);
}

static int
list_event_link(void *arg, const struct event_row *row)
{
	struct event_walk	*walk = arg;
	struct node		 node = node_of_two(NODE_EVENT_LINK,
				    walk->from, (uint64_t)row->seq);
	struct stat		 st;
	char			 name[EVENT_NAME];

	event_file_name(row, name);
	stat_begin(walk->ask, node, &st);
	event_link_row_stat(walk->from, row, &st);
	return (walk->to->put(walk->to, name, node, (uint64_t)row->seq, &st));
}

typedef void events_of(struct view *, int64_t, int64_t, event_each *, void *);

static int
note_event(void *arg, const struct event_row *row)
{
	*(struct event_row *)arg = *row;
	return (1);
}

/* A name is in the folder when the case's list has that very event. */
static int
link_lookup(struct ask *ask, events_of *list, struct node folder,
    const char *name, struct node *to)
{
	struct event_row	wanted, found = { 0 };
	enum event_link		from = folder.class == NODE_CERT_EVIDENCE ?
				    FROM_CERTIFICATE : FROM_EVIDENCE;

	if (!event_named(ask, name, &wanted))
		return (0);
	list(ask->view, (int64_t)folder.a, wanted.seq - 1, note_event,
	    &found);
	if (found.seq != wanted.seq)
		return (0);
	*to = node_of_two(NODE_EVENT_LINK, from, (uint64_t)wanted.seq);
	return (1);
}

int
cert_events_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	return (link_lookup(ask, events_of_certificate, folder, name, to));
}

int
request_events_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	return (link_lookup(ask, events_of_request, folder, name, to));
}

void
cert_events_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	struct event_walk	walk = { ask, to,
				    folder.class == NODE_CERT_EVIDENCE ?
				    FROM_CERTIFICATE : FROM_EVIDENCE };

	events_of_certificate(ask->view, (int64_t)folder.a, (int64_t)after,
	    list_event_link, &walk);
}

void
request_events_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	struct event_walk	walk = { ask, to, FROM_EVIDENCE };

	events_of_request(ask->view, (int64_t)folder.a, (int64_t)after,
	    list_event_link, &walk);
}

/* --- evidence/by-certificate, evidence/by-request ------------------------ */

int
cert_events_stat(struct ask *ask, struct node folder, struct stat *st)
{
	struct certificate	row;

	if (certificate_get(ask->view, (int64_t)folder.a, &row) != 1)
		return (0);
	stat_time(st, row.revoked > row.issued ? row.revoked : row.issued);
	if (folder.class == NODE_CERT_EVIDENCE)
		certificate_group(ask, &row, st);
	return (1);
}

int
by_certificate_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	struct certificate	row;

	if (certificate_find(ask->view, name, &row) != 1)
		return (0);
	*to = node_of(NODE_CERT_EVENTS, (uint64_t)row.id);
	return (1);
}

static int
list_certificate(void *arg, const struct certificate *row)
{
	struct event_walk	*walk = arg;
	struct node		 node = node_of(NODE_CERT_EVENTS,
				    (uint64_t)row->id);

	return (walk->to->put(walk->to, row->serial, node,
	    (uint64_t)row->id, NULL));
}

void
by_certificate_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	struct event_walk	walk = { .ask = ask, .to = to };

	certificates_list(ask->view, (int64_t)after, list_certificate, &walk);
}

int
request_events_stat(struct ask *ask, struct node folder, struct stat *st)
{
	struct request	row;

	if (request_get(ask->view, (int64_t)folder.a, &row) != 1)
		return (0);
	stat_time(st, row.decided > row.received ? row.decided :
	    row.received);
	return (1);
}

int
by_request_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	struct request	row;
	char		exact[24];
	int64_t		id = strtoll(name, NULL, 10);

	snprintf(exact, sizeof(exact), "%" PRId64, id);
	if (id <= 0 || strcmp(exact, name) != 0 ||
	    request_get(ask->view, id, &row) != 1)
		return (0);
	*to = node_of(NODE_REQUEST_EVENTS, (uint64_t)id);
	return (1);
}

static int
list_request(void *arg, const struct request *row)
{
	struct event_walk	*walk = arg;
	char			 name[24];

	snprintf(name, sizeof(name), "%" PRId64, row->id);
	return (walk->to->put(walk->to, name,
	    node_of(NODE_REQUEST_EVENTS, (uint64_t)row->id),
	    (uint64_t)row->id, NULL));
}

void
by_request_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	struct event_walk	walk = { .ask = ask, .to = to };

	requests_list(ask->view, (int64_t)after, list_request, &walk);
}

/* --- evidence/documents -------------------------------------------------- */

static void
document_row_stat(const struct document_row *row, struct stat *st)
{
	stat_size(st, row->size);
	stat_time(st, row->time);
}

int
document_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct document_row	row;

	if (documents_get(ask->view, (int64_t)node.a, &row) != 1)
		return (0);
	document_row_stat(&row, st);
	return (1);
}

int
documents_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	struct document_row	row;

	if (documents_find(ask->view, name, &row) != 1)
		return (0);
	*to = node_of(NODE_DOCUMENT, (uint64_t)row.id);
	return (1);
}

static int
list_document(void *arg, const struct document_row *row)
{
	struct event_walk	*walk = arg;
	struct node		 node = node_of(NODE_DOCUMENT,
				    (uint64_t)row->id);
	struct stat		 st;

	stat_begin(walk->ask, node, &st);
	document_row_stat(row, &st);
	return (walk->to->put(walk->to, row->sha256, node,
	    (uint64_t)row->id, &st));
}

void
documents_list_all(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	struct event_walk	walk = { .ask = ask, .to = to };

	documents_list(ask->view, (int64_t)after, list_document, &walk);
}

int
document_content(struct ask *ask, struct node node, struct bytes *to)
{
	struct document_row	row;

	if (documents_get(ask->view, (int64_t)node.a, &row) != 1)
		return (0);
	return (documents_read(ask->view, row.sha256, to));
}

void
document_was_read(struct tree *tree, struct node node, uid_t uid)
{
	desk_evidence_was_read(tree->parts.authority, (int64_t)node.a,
	    uid);
}

int
document_part(struct ask *ask, struct node node, uint64_t offset, size_t size,
    struct bytes *to)
{
	struct document_row	row;

	return (documents_get(ask->view, (int64_t)node.a, &row) == 1 &&
	    documents_read_part(ask->view, row.sha256, offset, size, to) ==
	    1);
}

int
document_itself(struct ask *ask, struct node node, char sha256[SHA256_TEXT])
{
	struct document_row	row;

	if (documents_get(ask->view, (int64_t)node.a, &row) != 1)
		return (0);
	memcpy(sha256, row.sha256, sizeof(row.sha256));
	return (1);
}
