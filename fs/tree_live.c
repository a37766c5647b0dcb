/*
 * The files of status/ that are rendered when they are asked for.  Which
 * version it is stands in the inode, and a handle keeps that version.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "../status/live.h"
#include "tree_parts.h"
#include "tree_state.h"

/* Behind all publications in a listing. */
#define KEY	(UINT64_C(1) << 61)

static struct live *
live_of(struct tree *tree)
{
	return (tree->parts.publisher == NULL ? NULL :
	    publisher_live(tree->parts.publisher));
}

static struct node
newest(struct live *live, enum live_file file, struct view *view)
{
	return (node_of_two(NODE_LIVE, file, live_newest(live, file, view)));
}

int
tree_live_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	struct live	*live = live_of(ask->tree);
	enum live_file	 file;

	if (live == NULL)
		return (0);
	for (file = 0; file < LIVE_FILES; file++)
		if (strcmp(live_name(file), name) == 0) {
			*to = newest(live, file, ask->view);
			return (1);
		}
	return (0);
}

void
tree_live_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	struct live	*live = live_of(ask->tree);
	enum live_file	 file;

	if (live == NULL)
		return;
	for (file = 0; file < LIVE_FILES; file++)
		if (KEY + file > after && to->put(to, live_name(file),
		    newest(live, file, ask->view), KEY + file, NULL) != 0)
			break;
}

int
tree_live_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct live	*live = live_of(ask->tree);
	size_t		 size;
	usec_t		 time;

	if (live == NULL || !live_stat(live, (enum live_file)node.a, node.b,
	    &size, &time))
		return (0);
	stat_size(st, size);
	stat_time(st, time);
	return (1);
}

int
tree_live_content(struct ask *ask, struct node node, struct bytes *to)
{
	struct live	*live = live_of(ask->tree);

	return (live != NULL && live_read(live, (enum live_file)node.a,
	    node.b, to));
}

static void
open_live(fuse_req_t req, struct tree *tree, struct node node,
    struct fuse_file_info *fi)
{
	struct live	*live = live_of(tree);

	if ((fi->flags & O_ACCMODE) != O_RDONLY || (fi->flags & O_TRUNC)) {
		fuse_reply_err(req, EPERM);
		return;
	}
	if (live == NULL ||
	    !live_hold(live, (enum live_file)node.a, node.b)) {
		fuse_reply_err(req, ESTALE);
		return;
	}
	fi->fh = 1;		/* or its release would not come here */
	fi->keep_cache = 1;
	fi->noflush = 1;
	/* Interrupted, it is no handle. */
	if (fuse_reply_open(req, fi) == -ENOENT)
		live_let_go(live, (enum live_file)node.a, node.b);
}

static void
release_live(fuse_req_t req, struct tree *tree, struct node node,
    struct fuse_file_info *fi)
{
	struct live	*live = live_of(tree);

	if (live != NULL)
		live_let_go(live, (enum live_file)node.a, node.b);
	fuse_reply_err(req, 0);
}

const struct node_acts	live_acts = {
	.open = open_live, .release = release_live,
};
