/*
 * The operations of the mount: each finds its node and lets the table answer.
 * What changes something is handed to the acts of the node's class; where a
 * class has none it is EPERM (DIS-6.5.5-05).  Names are in ops_names.c.
 * There are no xattr handlers: the kernel then remembers that nobody has any,
 * which saves a round trip for each write.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "../ca/counters.h"
#include "../ca/store_certificates.h"
#include "../ca/store_registry.h"
#include "ops_backings.h"
#include "ops_folder.h"
#include "ops_names.h"
#include "tree_parts.h"
#include "tree_state.h"

static void
op_init(void *userdata, struct fuse_conn_info *conn)
{
	conn->want |= conn->capable & (FUSE_CAP_EXPORT_SUPPORT |
	    FUSE_CAP_READDIRPLUS | FUSE_CAP_READDIRPLUS_AUTO |
	    FUSE_CAP_PARALLEL_DIROPS | FUSE_CAP_ATOMIC_O_TRUNC |
	    FUSE_CAP_ASYNC_READ);
	conn->want &= ~(unsigned)(FUSE_CAP_WRITEBACK_CACHE |
	    FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE |
	    FUSE_CAP_SPLICE_MOVE);
}

/* --- lookup -------------------------------------------------------------- */

/* NFS asks for a handle's inode and its parent by these names. */
static bool
lookup_dots(fuse_req_t req, struct tree *tree, struct node node,
    const char *name)
{
	struct ask	ask;
	struct node	parent;
	int		there;

	if (strcmp(name, ".") == 0) {
		tree_reply_entry(req, tree, node, node, ESTALE);
		return (true);
	}
	if (strcmp(name, "..") != 0)
		return (false);
	tree_ask(tree, &ask);
	there = node_parent(&ask, node, &parent);
	tree_answered(&ask);
	if (there)
		tree_reply_entry(req, tree, parent, parent, ESTALE);
	else
		fuse_reply_err(req, ESTALE);
	return (true);
}

/*
 * The herald is told that a file, or a folder it is to announce, is not there,
 * so that its creation reaches us; other folders it must be able to walk.
 */
static void
op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct fuse_entry_param	 entry;
	struct tree		*tree = ops_tree(req);
	struct node		 folder, node;
	struct ask		 ask;
	struct stat		 st;
	int			 there;

	counter_add(COUNT_FUSE_LOOKUP, 1);
	if (!ops_node(req, parent, &folder) ||
	    lookup_dots(req, tree, folder, name) ||
	    ocsp_lookup(req, tree, folder, name))
		return;
	if (strlen(name) > NAME_MOST) {
		fuse_reply_err(req, ENAMETOOLONG);
		return;
	}
	tree_ask(tree, &ask);
	there = node_lookup(&ask, folder, name, &node) == 1 &&
	    node_stat(&ask, node, &st);
	tree_answered(&ask);
	if (!there || (tree_is_herald(tree, req) &&
	    (!node_is_folder(node) || tree_announces(tree, node)))) {
		fuse_reply_err(req, ENOENT);
		return;
	}
	node_entry(folder, node, &st, &entry);
	fuse_reply_entry(req, &entry);
}

/* Nodes are addresses, not objects: there is nothing to forget. */
static void
op_forget(fuse_req_t req, fuse_ino_t ino, uint64_t count)
{
	fuse_reply_none(req);
}

static void
op_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *list)
{
	fuse_reply_none(req);
}

/* --- attributes ---------------------------------------------------------- */

static void
op_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct node	node;

	counter_add(COUNT_FUSE_GETATTR, 1);
	if (ops_node(req, ino, &node))
		tree_reply_attr(req, ops_tree(req), node);
}

static void
op_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *st, int which,
    struct fuse_file_info *fi)
{
	struct tree	*tree = ops_tree(req);
	struct node	 node;

	if (!ops_node(req, ino, &node))
		return;
	if (tree_is_herald(tree, req))
		tree_reply_attr(req, ops_tree(req), node);
	else if (ops_acts(node)->setattr != NULL)
		ops_acts(node)->setattr(req, tree, node, st, which, fi);
	else
		fuse_reply_err(req, EPERM);
}

static void
op_readlink(fuse_req_t req, fuse_ino_t ino)
{
	struct tree	*tree = ops_tree(req);
	struct bytes	 target = { 0 };
	struct node	 node;
	struct ask	 ask;
	int		 there;

	if (!ops_node(req, ino, &node))
		return;
	if (!S_ISLNK(node_type(node)->mode)) {
		fuse_reply_err(req, EINVAL);
		return;
	}
	tree_ask(tree, &ask);
	there = node_type(node)->bytes(&ask, node, &target);
	tree_answered(&ask);
	if (there == 1)
		fuse_reply_readlink(req, bytes_text(&target));
	else
		fuse_reply_err(req, there == -1 ? EIO : ESTALE);
	bytes_free(&target);
}

/* Never full (DESIGN 2.1): file managers ask before they copy. */
static void
op_statfs(fuse_req_t req, fuse_ino_t ino)
{
	struct statvfs	st = {
		.f_bsize = 4096, .f_frsize = 4096,
		.f_blocks = (fsblkcnt_t)1 << 28,
		.f_bfree = (fsblkcnt_t)1 << 27,
		.f_bavail = (fsblkcnt_t)1 << 27,
		.f_files = (fsfilcnt_t)1 << 28,
		.f_ffree = (fsfilcnt_t)1 << 27,
		.f_favail = (fsfilcnt_t)1 << 27,
		.f_namemax = NAME_MOST,
	};

	fuse_reply_statfs(req, &st);
}

/* --- open and read ------------------------------------------------------- */

/* The certificate whose delivery an open is, or 0. */
static int64_t
delivers(struct node node)
{
	switch (node.class) {
	case NODE_CHAIN:
		return ((int64_t)node.b);
	case NODE_CERT_PEM:
	case NODE_CERT_DER:
	case NODE_FULLCHAIN:
		return ((int64_t)node.a);
	default:
		return (0);
	}
}

/* Is it there, and is it its subscriber's user who reads the certificate? */
static bool
look_at(struct ask *ask, struct large_file *file, uid_t uid, bool *delivery)
{
	struct certificate	row;
	int64_t			id = delivers(file->node);

	*delivery = false;
	if (id == 0) {
		if (!node_stat(ask, file->node, &file->st))
			return (false);
		large_file_look(ask, file);
		return (true);
	}
	if (certificate_get(ask->view, id, &row) != 1)
		return (false);
	*delivery = row.subscriber != 0 &&
	    subscriber_has_user(ask->view, row.subscriber, uid);
	return (true);
}

/*
 * What never changes needs no handle: the inode is enough.  The herald's open
 * for writing announces and does nothing.
 */
static void
open_immutable(fuse_req_t req, struct tree *tree, struct node node,
    struct fuse_file_info *fi)
{
	struct large_file file = { .node = node };
	struct ask	ask;
	uid_t		uid = fuse_req_ctx(req)->uid;
	bool		there, delivery, writes;

	writes = (fi->flags & O_ACCMODE) != O_RDONLY ||
	    (fi->flags & O_TRUNC);

	if (writes && !tree_is_herald(tree, req)) {
		fuse_reply_err(req, EPERM);
		return;
	}
	tree_ask(tree, &ask);
	there = look_at(&ask, &file, uid, &delivery);
	tree_answered(&ask);
	if (!there) {
		fuse_reply_err(req, ESTALE);
		return;
	}
	/* The first one is an event. */
	if (delivery && !writes)
		authority_delivered(tree->parts.authority, delivers(node),
		    uid);
	if (node_type(node)->was_read != NULL && !writes)
		node_type(node)->was_read(tree, node, uid);
	if (!writes && ops_open_large(req, tree, &file))
		return;
	fi->fh = 0;
	fi->keep_cache = node_type(node)->attr > 0;
	fi->noflush = 1;
	if (writes)
		ops_announce_large(&file, fi);
	fuse_reply_open(req, fi);
}

static void
op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct tree	*tree = ops_tree(req);
	struct node	 node;

	counter_add(COUNT_FUSE_OPEN, 1);
	if (!ops_node(req, ino, &node))
		return;
	if (ops_acts(node)->open != NULL && !tree_is_herald(tree, req))
		ops_acts(node)->open(req, tree, node, fi);
	else
		open_immutable(req, tree, node, fi);
}

static void
op_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
    struct fuse_file_info *fi)
{
	struct tree	*tree = ops_tree(req);
	struct bytes	 content = { 0 }, piece = { 0 };
	struct node	 node;
	struct ask	 ask;
	int		 there = 1;

	counter_add(COUNT_FUSE_READ, 1);
	if (!ops_node(req, ino, &node))
		return;
	if (ops_acts(node)->read != NULL) {
		ops_acts(node)->read(req, tree, node, size, offset, fi);
		return;
	}
	if (node_type(node)->part != NULL) {
		tree_ask(tree, &ask);
		there = node_type(node)->part(&ask, node, (uint64_t)offset,
		    size, &piece);
		tree_answered(&ask);
	} else if (!renders_read(tree->renders, ino, (uint64_t)offset, size,
	    &piece)) {
		tree_ask(tree, &ask);
		there = node_type(node)->bytes == NULL ? 0 :
		    node_type(node)->bytes(&ask, node, &content);
		tree_answered(&ask);
		if ((size_t)offset < content.size)
			bytes_put(&piece, content.data + offset,
			    size < content.size - (size_t)offset ? size :
			    content.size - (size_t)offset);
		/* Worth keeping only when there is more of it to read. */
		if (there == 1 && content.size > size)
			renders_keep(tree->renders, ino, &content);
	}
	if (there == 1)
		fuse_reply_buf(req, (const char *)piece.data, piece.size);
	else
		fuse_reply_err(req, there == -1 ? EIO : ESTALE);
	bytes_free(&content);
	bytes_free(&piece);
}

/* --- handles ------------------------------------------------------------- */

static void
op_write(fuse_req_t req, fuse_ino_t ino, const char *data, size_t size,
    off_t offset, struct fuse_file_info *fi)
{
	struct node	node;

	counter_add(COUNT_FUSE_WRITE, 1);
	if (!ops_node(req, ino, &node))
		return;
	if (ops_acts(node)->write != NULL && fi->fh != 0)
		ops_acts(node)->write(req, ops_tree(req), node, data, size,
		    offset, fi);
	else
		fuse_reply_err(req, EPERM);
}

static void
op_flush(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct node	node;

	counter_add(COUNT_FUSE_FLUSH, 1);
	if (!ops_node(req, ino, &node))
		return;
	if (ops_acts(node)->flush != NULL && fi->fh != 0)
		ops_acts(node)->flush(req, ops_tree(req), node, fi);
	else
		fuse_reply_err(req, 0);
}

static void
op_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct node	node;

	if (!ops_node(req, ino, &node))
		return;
	if (ops_acts(node)->release != NULL && fi->fh != 0)
		ops_acts(node)->release(req, ops_tree(req), node, fi);
	else if (!ops_release_large(req, ops_tree(req), node, fi))
		fuse_reply_err(req, 0);
}

/* Succeeds and decides nothing: the flush does (vim minds an error here). */
static void
op_fsync(fuse_req_t req, fuse_ino_t ino, int datasync,
    struct fuse_file_info *fi)
{
	fuse_reply_err(req, 0);
}

const struct fuse_lowlevel_ops	tree_operations = {
	.init = op_init,
	.lookup = op_lookup,
	.forget = op_forget,
	.forget_multi = op_forget_multi,
	.getattr = op_getattr,
	.setattr = op_setattr,
	.readlink = op_readlink,
	.mknod = op_mknod,
	.mkdir = op_mkdir,
	.unlink = op_unlink,
	.rmdir = op_rmdir,
	.symlink = op_symlink,
	.rename = op_rename,
	.link = op_link,
	.open = op_open,
	.read = op_read,
	.write = op_write,
	.flush = op_flush,
	.release = op_release,
	.fsync = op_fsync,
	.opendir = op_opendir,
	.readdir = op_readdir,
	.readdirplus = op_readdirplus,
	.releasedir = op_releasedir,
	.statfs = op_statfs,
	.create = op_create,
};
