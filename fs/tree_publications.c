/*
 * README.txt, ca/ and the single files of status/: publications.  A folder is
 * a row of the table here, its files are whatever was published under that
 * path; every version is an inode of its own.
 */
#include <string.h>

#include "../ca/store_status.h"
#include "../ca/terms_delivery.h"
#include "tree_parts.h"
#include "tree_state.h"

const char *const	published_folders[] = {
	"", "ca", "ca/cp", "ca/cps", "ca/terms", "ca/profiles", "status",
	"status/crl",
};
const size_t		published_folder_count =
			    sizeof(published_folders) /
			    sizeof(published_folders[0]);

static const char *
folder_path(struct node folder)
{
	if (folder.class == NODE_ROOT)
		return (published_folders[0]);
	if (folder.a == 0 || folder.a >= published_folder_count)
		return (NULL);
	return (published_folders[folder.a]);
}

static bool
is_published_folder(const char *path)
{
	size_t	i;

	for (i = 0; i < published_folder_count; i++)
		if (strcmp(published_folders[i], path) == 0)
			return (true);
	return (false);
}

/* The one in revoke/ that is no case. */
static bool
is_howto(const struct publication *row)
{
	return (strcmp(row->dir, "revoke") == 0 &&
	    strcmp(row->name, REVOKE_HOWTO) == 0);
}

static int
note_newest(void *arg, const struct publication *row)
{
	usec_t	*newest = arg;

	if (row->time > *newest)
		*newest = row->time;
	return (0);
}

int
published_stat(struct ask *ask, struct node folder, struct stat *st)
{
	const char	*path = folder_path(folder);
	usec_t		 newest = ask->tree->born;

	if (path == NULL)
		return (0);
	publications_of(ask->view, path, 0, note_newest, &newest);
	stat_time(st, newest);
	return (1);
}

static struct node
node_of_row(const struct publication *row)
{
	return (node_of(row->link ? NODE_PUBLICATION_LINK : NODE_PUBLICATION,
	    (uint64_t)row->seq));
}

static void
row_stat(const struct publication *row, struct stat *st)
{
	stat_size(st, row->size);
	stat_time(st, row->time);
}

int
publication_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct publication	row;

	if (publication_get(ask->view, (int64_t)node.a, &row) != 1 ||
	    (!is_published_folder(row.dir) && !is_howto(&row)) ||
	    row.link != (node.class == NODE_PUBLICATION_LINK))
		return (0);
	row_stat(&row, st);
	return (1);
}

int
terms_stat(struct ask *ask, struct node node, struct stat *st)
{
	return (publication_stat(ask, node_of(NODE_PUBLICATION, node.a),
	    st));
}

void
terms_was_read(struct tree *tree, struct node node, uid_t uid)
{
	terms_were_read(tree->parts.authority, (int64_t)node.b, uid);
}

int
published_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	const char		*path = folder_path(folder);
	struct publication	 row;

	if (path == NULL)
		return (0);
	if (publication_find(ask->view, path, name, &row) != 1)
		return (strcmp(path, "status") == 0 &&
		    tree_live_lookup(ask, folder, name, to));
	*to = node_of_row(&row);
	return (1);
}

struct published_walk {
	struct ask	*ask;
	struct listing	*to;
	int		 full;
};

static int
list_row(void *arg, const struct publication *row)
{
	struct published_walk	*walk = arg;
	struct node		 node = node_of_row(row);
	struct stat		 st;

	stat_begin(walk->ask, node, &st);
	row_stat(row, &st);
	walk->full = walk->to->put(walk->to, row->name, node,
	    (uint64_t)row->seq, &st);
	return (walk->full);
}

void
published_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	const char		*path = folder_path(folder);
	struct published_walk	 walk = { ask, to };

	if (path == NULL)
		return;
	publications_of(ask->view, path, (int64_t)after, list_row, &walk);
	if (!walk.full && strcmp(path, "status") == 0)
		tree_live_list(ask, folder, after, to);
}

int
publication_content(struct ask *ask, struct node node, struct bytes *to)
{
	return (publication_bytes(ask->view, (int64_t)node.a, to));
}

int
publication_piece(struct ask *ask, struct node node, uint64_t offset,
    size_t size, struct bytes *to)
{
	return (publication_part(ask->view, (int64_t)node.a, offset, size,
	    to));
}

int
publication_is_document(struct ask *ask, struct node node,
    char sha256[SHA256_TEXT])
{
	return (publication_document(ask->view, (int64_t)node.a, sha256));
}

/* --- the terms in force at a moment -------------------------------------- */

struct terms_search {
	usec_t	when;
	usec_t	best_time;
	int64_t	best;		/* newest not after `when` */
	usec_t	first_time;
	int64_t	first;
};

static int
consider_terms(void *arg, const struct publication *row)
{
	struct terms_search	*search = arg;

	if (row->link)
		return (0);
	if (search->first == 0 || row->time < search->first_time) {
		search->first = row->seq;
		search->first_time = row->time;
	}
	if ((search->when == 0 || row->time <= search->when) &&
	    (search->best == 0 || row->time >= search->best_time)) {
		search->best = row->seq;
		search->best_time = row->time;
	}
	return (0);
}

/*
 * Versions of the terms are kept for ever and published when they come into
 * force, so the newest published by then is the one that was in force.
 */
int
terms_at(struct ask *ask, usec_t when, struct node *to)
{
	struct terms_search	search = { .when = when };

	publications_of(ask->view, "ca/terms", 0, consider_terms, &search);
	if (search.best == 0)
		search.best = search.first;
	if (search.best == 0)
		return (0);
	*to = node_of(NODE_PUBLICATION, (uint64_t)search.best);
	return (1);
}
