/*
 * The operations on names: create, unlink, rename, mkdir and rmdir.  From the
 * herald they are announcements, for everybody else acts of the folder's
 * class.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../ca/counters.h"
#include "../ca/stop.h"
#include "ops_backings.h"
#include "ops_names.h"
#include "tree_state.h"

struct tree *
ops_tree(fuse_req_t req)
{
	return (fuse_req_userdata(req));
}

bool
ops_node(fuse_req_t req, fuse_ino_t ino, struct node *node)
{
	if (inode_unpack(ino, node) == 0)
		return (true);
	fuse_reply_err(req, ESTALE);
	return (false);
}

const struct node_acts *
ops_acts(struct node node)
{
	static const struct node_acts	none;
	const struct node_acts		*acts = node_type(node)->acts;

	return (acts == NULL ? &none : acts);
}

/*
 * The herald makes the real call for what is there already, and inotify sees
 * it; for everybody else it is an act, or nothing.
 */
static void
announce_create(fuse_req_t req, struct tree *tree, struct node folder,
    const char *name, struct fuse_file_info *fi)
{
	struct fuse_entry_param	entry;
	struct large_file	file = { 0 };
	struct ask		ask;
	int			there;

	tree_ask(tree, &ask);
	there = node_lookup(&ask, folder, name, &file.node) == 1 &&
	    node_stat(&ask, file.node, &file.st) &&
	    !S_ISDIR(file.st.st_mode) &&
	    (fi == NULL) == !S_ISREG(file.st.st_mode);
	if (there)
		large_file_look(&ask, &file);
	tree_answered(&ask);
	if (!there) {
		fuse_reply_err(req, ENOENT);
		return;
	}
	node_entry(folder, file.node, &file.st, &entry);
	if (fi == NULL) {
		fuse_reply_entry(req, &entry);
		return;
	}
	fi->fh = 0;
	fi->keep_cache = entry.attr_timeout > 0;
	fi->direct_io = file.node.class == NODE_DROP ||
	    file.node.class == NODE_DESK_FILE;
	ops_announce_large(&file, fi);
	fuse_reply_create(req, &entry, fi);
}

void
op_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
    struct fuse_file_info *fi)
{
	struct tree	*tree = ops_tree(req);
	struct node	 folder;

	counter_add(COUNT_FUSE_CREATE, 1);
	if (!ops_node(req, parent, &folder))
		return;
	if (strlen(name) > NAME_MOST)
		fuse_reply_err(req, ENAMETOOLONG);
	else if (tree_is_herald(tree, req))
		announce_create(req, tree, folder, name, fi);
	else if (ops_acts(folder)->create != NULL)
		ops_acts(folder)->create(req, tree, folder, name, fi);
	else
		fuse_reply_err(req, EPERM);
}

void
op_symlink(fuse_req_t req, const char *target, fuse_ino_t parent,
    const char *name)
{
	struct tree	*tree = ops_tree(req);
	struct node	 folder;

	if (!ops_node(req, parent, &folder))
		return;
	if (tree_is_herald(tree, req))
		announce_create(req, tree, folder, name, NULL);
	else
		fuse_reply_err(req, EPERM);
}

/* The herald's unlink of a name that is gone announces that it is. */
static void
announce_unlink(fuse_req_t req, struct tree *tree, struct node folder,
    const char *name)
{
	struct node	node;
	struct ask	ask;
	int		there;

	tree_ask(tree, &ask);
	there = node_lookup(&ask, folder, name, &node);
	tree_answered(&ask);
	fuse_reply_err(req, there ? EPERM : 0);
}

void
op_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct tree	*tree = ops_tree(req);
	struct node	 folder;

	counter_add(COUNT_FUSE_UNLINK, 1);
	if (!ops_node(req, parent, &folder))
		return;
	if (tree_is_herald(tree, req))
		announce_unlink(req, tree, folder, name);
	else if (ops_acts(folder)->unlink != NULL)
		ops_acts(folder)->unlink(req, tree, folder, name);
	else
		fuse_reply_err(req, EPERM);
}

/* Never EXDEV: mv would copy and delete what it was refused. */
void
op_rename(fuse_req_t req, fuse_ino_t parent, const char *name,
    fuse_ino_t to_parent, const char *to, unsigned flags)
{
	const struct node_acts	*acts;
	struct node		 folder, to_folder;

	counter_add(COUNT_FUSE_RENAME, 1);
	if (!ops_node(req, parent, &folder) ||
	    !ops_node(req, to_parent, &to_folder))
		return;
	acts = ops_acts(folder);
	if (strlen(to) > NAME_MOST)
		fuse_reply_err(req, ENAMETOOLONG);
	else if (acts->rename != NULL && acts == ops_acts(to_folder))
		acts->rename(req, ops_tree(req), folder, name, to_folder, to,
		    flags);
	else
		fuse_reply_err(req, EPERM);
}

/* The herald's mkdir of a dossier that has appeared announces it. */
static void
announce_folder(fuse_req_t req, struct tree *tree, struct node folder,
    const char *name)
{
	struct node	node;
	struct ask	ask;
	int		there;

	tree_ask(tree, &ask);
	there = node_lookup(&ask, folder, name, &node);
	tree_answered(&ask);
	if (!there || !tree_announces(tree, node)) {
		fuse_reply_err(req, there ? EEXIST : EPERM);
		return;
	}
	tree_announced(tree, node);
	tree_reply_entry(req, tree, folder, node, ENOENT);
}

void
op_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
	struct tree	*tree = ops_tree(req);
	struct node	 folder;

	if (fault_here("request-fatal"))
		die("the test wants core to end over this request");
	while (fault_here("request-stays"))
		usleep(1000);
	if (!ops_node(req, parent, &folder))
		return;
	if (strlen(name) > NAME_MOST)
		fuse_reply_err(req, ENAMETOOLONG);
	else if (tree_is_herald(tree, req))
		announce_folder(req, tree, folder, name);
	else if (ops_acts(folder)->mkdir != NULL)
		ops_acts(folder)->mkdir(req, tree, folder, name);
	else
		fuse_reply_err(req, EPERM);
}

void
op_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct tree	*tree = ops_tree(req);
	struct node	 folder;

	if (!ops_node(req, parent, &folder))
		return;
	if (ops_acts(folder)->rmdir != NULL && !tree_is_herald(tree, req))
		ops_acts(folder)->rmdir(req, tree, folder, name);
	else
		fuse_reply_err(req, EPERM);
}

void
op_mknod(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
    dev_t device)
{
	fuse_reply_err(req, EPERM);
}

void
op_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t parent, const char *name)
{
	fuse_reply_err(req, EPERM);
}
