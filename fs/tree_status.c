/*
 * status/ocsp/: an OCSP request as a path, its answer as a file.  The answer
 * may have to be signed, so a lookup is answered when the publisher has it;
 * nothing here is listed, and no name may be kept by the kernel.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/store_status.h"
#include "tree_parts.h"
#include "tree_state.h"

int
ocsp_answer_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct ocsp_answer	row;

	if (ocsp_get(ask->view, (int64_t)node.a, &row) != 1)
		return (0);
	stat_size(st, row.size);
	stat_time(st, row.this_update);
	return (1);
}

int
ocsp_answer_content(struct ask *ask, struct node node, struct bytes *to)
{
	return (ocsp_bytes(ask->view, (int64_t)node.a, to));
}

int
ocsp_fixed_stat(struct ask *ask, struct node node, struct stat *st)
{
	if (node.a > OCSP_MALFORMED || node.a == OCSP_ANSWER)
		return (0);
	stat_size(st, ocsp_fixed((enum ocsp_file)node.a).size);
	return (1);
}

int
ocsp_fixed_content(struct ask *ask, struct node node, struct bytes *to)
{
	if (node.a > OCSP_MALFORMED || node.a == OCSP_ANSWER)
		return (0);
	bytes_copy(to, ocsp_fixed((enum ocsp_file)node.a));
	return (1);
}

static bool
part_text(struct tree *tree, struct node node, struct bytes *to)
{
	struct ocsp_path	path = { node.a, node.b };

	return (ocsp_paths_get(tree->ocsp_paths, path, to));
}

int
ocsp_part_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct bytes	text = { 0 };
	bool		there = part_text(ask->tree, node, &text);

	bytes_free(&text);
	return (there);
}

int
ocsp_part_parent(struct ask *ask, struct node node, struct node *to)
{
	*to = node_of(NODE_OCSP, 0);
	return (1);
}

struct ocsp_waiter {
	fuse_req_t	 req;
	struct tree	*tree;
};

static void
reply_node(fuse_req_t req, struct tree *tree, struct node node)
{
	struct fuse_entry_param	entry;
	struct ask		ask;
	struct stat		st;
	int			there;

	tree_ask(tree, &ask);
	there = node_stat(&ask, node, &st);
	tree_answered(&ask);
	if (!there) {
		fuse_reply_err(req, ENOENT);
		return;
	}
	node_entry(node_of(NODE_OCSP, 0), node, &st, &entry);
	fuse_reply_entry(req, &entry);
}

static void
answer_here(void *arg, enum ocsp_file file, int64_t id)
{
	struct ocsp_waiter	*waiter = arg;

	reply_node(waiter->req, waiter->tree, file == OCSP_ANSWER ?
	    node_of(NODE_OCSP_ANSWER, (uint64_t)id) :
	    node_of(NODE_OCSP_FIXED, file));
	free(waiter);
}

static void
ask_publisher(fuse_req_t req, struct tree *tree, struct slice der)
{
	struct ocsp_waiter	*waiter = malloc(sizeof(*waiter));

	if (waiter == NULL)
		die("out of memory");
	*waiter = (struct ocsp_waiter){ req, tree };
	publisher_ocsp(tree->parts.publisher, der, answer_here, waiter);
}

static bool
serial_was_issued(void *arg, const char *low, const char *high)
{
	struct tree	*tree = arg;
	struct ask	 ask;
	bool		 issued;

	tree_ask(tree, &ask);
	issued = certificates_between(ask.view, low, high);
	tree_answered(&ask);
	return (issued);
}

bool
ocsp_lookup(fuse_req_t req, struct tree *tree, struct node folder,
    const char *name)
{
	struct bytes		text = { 0 }, der = { 0 };
	struct ocsp_path	path;

	if (folder.class != NODE_OCSP && folder.class != NODE_OCSP_PART)
		return (false);
	if (folder.class == NODE_OCSP_PART) {
		if (!part_text(tree, folder, &text)) {
			fuse_reply_err(req, ESTALE);
			goto out;
		}
		bytes_put_text(&text, "/");
	}
	bytes_put_text(&text, name);
	switch (ocsp_text_read(bytes_text(&text), serial_was_issued, tree,
	    &der)) {
	case OCSP_TEXT_REQUEST:
		ask_publisher(req, tree, SLICE(&der));
		break;
	case OCSP_TEXT_PART:
		path = ocsp_paths_put(tree->ocsp_paths, bytes_text(&text));
		reply_node(req, tree, node_of_two(NODE_OCSP_PART, path.row,
		    path.generation));
		break;
	case OCSP_TEXT_NEVER:
		fuse_reply_err(req, ENOENT);
		break;
	}
out:
	bytes_free(&text);
	bytes_free(&der);
	return (true);
}
