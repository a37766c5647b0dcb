/*
 * The tree as a whole: its parts put together, paths resolved for the
 * notifier, and small things all parts need.  The classes are in nodes.c, the
 * operations in ops.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/store_events.h"
#include "ops_backings.h"
#include "tree_parts.h"
#include "tree_state.h"

#define KEPT_OCTETS	((size_t)8 << 20)	/* of contents lately read */

void
tree_ask(struct tree *tree, struct ask *ask)
{
	ask->tree = tree;
	ask->view = view_take(tree->parts.store);
}

void
tree_answered(struct ask *ask)
{
	view_put(ask->view);
	ask->view = NULL;
}

int
fault_errno(const struct err *err)
{
	return (err->code > 0 ? err->code : EIO);
}

/* The CA began with its first event. */
static usec_t
time_of_birth(struct tree *tree)
{
	struct event_row	row;
	struct ask		ask;
	usec_t			born = 0;

	tree_ask(tree, &ask);
	if (events_get(ask.view, 1, &row) == 1)
		born = row.time;
	tree_answered(&ask);
	return (born != 0 ? born : clock_now());
}

struct tree *
tree_new(const struct tree_parts *parts, struct err *err)
{
	struct tree	*tree = calloc(1, sizeof(*tree));

	if (tree == NULL)
		die("out of memory");
	tree->parts = *parts;
	tree->born = time_of_birth(tree);
	tree->renders = renders_new(KEPT_OCTETS);
	tree->ocsp_paths = ocsp_paths_new();
	tree->slab = slab_open(parts->slab, parts->spool, err);
	if (tree->slab == NULL)
		goto fault;
	tree->backings = ops_backings_new(parts, tree->slab);
	tree->drops = drops_new(tree, err);
	if (tree->drops == NULL)
		goto fault;
	tree->errands = errands_new(drops_sweep, tree->drops,
	    parts->config->scratch_age / 16 + USEC);
	drops_start(tree->drops);
	return (tree);
fault:
	tree_free(tree);
	return (NULL);
}

/* The authority and the publisher are closed before: nobody answers late. */
void
tree_free(struct tree *tree)
{
	if (tree == NULL)
		return;
	errands_free(tree->errands);
	drops_free(tree->drops);
	backings_free(tree->backings);
	slab_close(tree->slab);
	ocsp_paths_free(tree->ocsp_paths);
	renders_free(tree->renders);
	free(tree);
}

void
tree_set_herald(struct tree *tree, pid_t herald)
{
	atomic_store(&tree->herald, herald);
}

bool
tree_is_herald(struct tree *tree, fuse_req_t req)
{
	pid_t	herald = atomic_load(&tree->herald);

	return (herald != 0 && fuse_req_ctx(req)->pid == herald);
}

void
tree_backed(struct tree *tree, uint64_t ino, uint32_t id)
{
	if (tree->backings != NULL)
		backings_told(tree->backings, ino, id);
}

size_t
tree_backing_ids(struct tree *tree, uint32_t *to)
{
	return (tree->backings == NULL ? 0 :
	    backings_ids(tree->backings, to));
}

fuse_ino_t
tree_resolve(struct tree *tree, const char *path)
{
	struct node	node = node_of(NODE_ROOT, 1), inner;
	struct ask	ask;
	char		name[256];
	size_t		length;
	bool		there = true;

	tree_ask(tree, &ask);
	while (there && *path != '\0') {
		length = strcspn(path, "/");
		there = length < sizeof(name);
		if (there && length > 0) {
			memcpy(name, path, length);
			name[length] = '\0';
			there = node_lookup(&ask, node, name, &inner) == 1 &&
			    node_is_folder(inner);
			node = inner;
		}
		path += length + strspn(path + length, "/");
	}
	tree_answered(&ask);
	return (there ? inode_pack(node) : 0);
}

void
tree_will_announce(struct tree *tree, const char *path)
{
	size_t		size = strlen(path);
	fuse_ino_t	ino;
	unsigned	slot;

	if ((strncmp(path, "ra/", 3) != 0 &&
	    strncmp(path, "evidence/", 9) != 0) ||
	    path[size - 1] != '/' || (ino = tree_resolve(tree, path)) == 0)
		return;
	slot = atomic_fetch_add(&tree->announcements, 1) % ANNOUNCED;
	atomic_store(&tree->announced[slot], ino);
}

bool
tree_announces(struct tree *tree, struct node node)
{
	uint64_t	ino = inode_pack(node);
	size_t		i;

	for (i = 0; i < ANNOUNCED; i++)
		if (atomic_load(&tree->announced[i]) == ino)
			return (true);
	return (false);
}

void
tree_announced(struct tree *tree, struct node node)
{
	uint64_t	ino = inode_pack(node), wanted;
	size_t		i;

	for (i = 0; i < ANNOUNCED; i++) {
		wanted = ino;
		atomic_compare_exchange_strong(&tree->announced[i], &wanted,
		    0);
	}
}

/*
 * Publications are the only names that change and are kept: those of boxes,
 * cases, OCSP answers and the desk are asked for each time, and evidence and issued
 * certificates are only ever added.
 */
fuse_ino_t
tree_folder_to_tell(struct tree *tree, const char *path)
{
	size_t	i;

	if (path[0] == '\0')
		return (inode_pack(node_of(NODE_ROOT, 1)));
	for (i = 1; i < published_folder_count; i++)
		if (strcmp(published_folders[i], path) == 0)
			return (inode_pack(node_of(NODE_PUBLISHED, i)));
	return (0);
}

int
tree_stat(struct tree *tree, struct node node, struct stat *st)
{
	struct ask	ask;
	int		there;

	tree_ask(tree, &ask);
	there = node_stat(&ask, node, st);
	tree_answered(&ask);
	return (there);
}

void
tree_reply_entry(fuse_req_t req, struct tree *tree, struct node folder,
    struct node node, int gone)
{
	struct fuse_entry_param	entry;
	struct stat		st;

	if (!tree_stat(tree, node, &st)) {
		fuse_reply_err(req, gone);
		return;
	}
	node_entry(folder, node, &st, &entry);
	fuse_reply_entry(req, &entry);
}

void
tree_reply_attr(fuse_req_t req, struct tree *tree, struct node node)
{
	struct stat	st;

	if (tree_stat(tree, node, &st))
		fuse_reply_attr(req, &st, node_type(node)->attr);
	else
		fuse_reply_err(req, ESTALE);
}

void
tree_keep_attr(fuse_req_t req, struct tree *tree, struct node node,
    const struct stat *st, int which, struct fuse_file_info *fi)
{
	struct stat	now;

	if (tree_stat(tree, node, &now))
		fuse_reply_attr(req, &now, 0);
	else
		fuse_reply_err(req, ESTALE);
}
