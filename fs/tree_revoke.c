/*
 * revoke/: one file for each revoked certificate, reading as its case.  Each
 * version of the text is a publication of the folder "revoke"; the file of a
 * certificate that has no case yet exists only while somebody writes to it.
 * Acts are in control_files.c.
 */
#include <string.h>

#include "../ca/store_status.h"
#include "control_files.h"
#include "tree_parts.h"
#include "tree_state.h"

int
revoke_stat(struct ask *ask, struct node folder, struct stat *st)
{
	usec_t	changed = revocations_changed(ask->view);

	if (changed != 0)
		stat_time(st, changed);
	return (1);
}

static struct node
node_of_case(const struct revocation *row)
{
	if (row->version != 0)
		return (node_of(NODE_CASE, (uint64_t)row->version));
	return (node_of(NODE_CASE_BARE, (uint64_t)row->id));
}

/* Lower case and colons are understood: the case is the same. */
int
revoke_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	struct revocation	row;
	char			serial[SERIAL_TEXT];

	if (serial_normalise(name, serial) == -1 ||
	    revocation_find(ask->view, serial, &row) != 1)
		return (0);
	*to = node_of_case(&row);
	return (1);
}

struct revoke_walk {
	struct ask	*ask;
	struct listing	*to;
};

static int
list_case(void *arg, const struct revocation *row)
{
	struct revoke_walk	*walk = arg;

	return (walk->to->put(walk->to, row->serial, node_of_case(row),
	    (uint64_t)row->id, NULL));
}

void
revoke_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	struct revoke_walk	walk = { ask, to };

	revocations_list(ask->view, (int64_t)after, list_case, &walk);
}

int
case_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct publication	text;

	if (publication_get(ask->view, (int64_t)node.a, &text) != 1 ||
	    strcmp(text.dir, "revoke") != 0)
		return (0);
	stat_size(st, text.size);
	stat_time(st, text.time);
	return (1);
}

int
case_content(struct ask *ask, struct node node, struct bytes *to)
{
	return (publication_bytes(ask->view, (int64_t)node.a, to));
}

int
case_bare_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct revocation	row;
	struct bytes		text = { 0 };

	if (revocation_get(ask->view, (int64_t)node.a, &row) != 1 ||
	    publisher_case_text(ask->view, row.id, 0, &text) != 1) {
		bytes_free(&text);
		return (0);
	}
	stat_size(st, text.size);
	stat_time(st, row.decided);
	bytes_free(&text);
	return (1);
}

int
case_bare_content(struct ask *ask, struct node node, struct bytes *to)
{
	return (publisher_case_text(ask->view, (int64_t)node.a, 0, to));
}

int
control_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct certificate	row;

	if (certificate_get(ask->view, (int64_t)node.a, &row) != 1)
		return (0);
	stat_time(st, row.issued);
	return (1);
}

int
control_content(struct ask *ask, struct node node, struct bytes *to)
{
	return (1);
}
