/*
 * OPEN and RELEASE of files that may have a backing file: counted, and
 * answered with or without one; see backings.h.
 */
#include "../ca/stop.h"
#include "ops_backings.h"
#include "passthrough.h"
#include "resend.h"
#include "tree_state.h"

void
large_file_look(struct ask *ask, struct large_file *file)
{
	if (ask->tree->backings == NULL || file->st.st_size < BACKING_LEAST ||
	    node_type(file->node)->document == NULL ||
	    node_type(file->node)->document(ask, file->node, file->sha256) !=
	    1)
		file->sha256[0] = '\0';
}

static void
answer_open(fuse_req_t req, struct tree *tree, uint64_t fh, uint32_t id)
{
	struct fuse_file_info	fi = { .fh = fh, .keep_cache = 1,
				    .noflush = 1 };
	unsigned char		out[PASSTHROUGH_OPEN_OUT];
	uint64_t		unique = request_unique();
	int			rc;

	stop_at("core.open-counted");
	if (id != 0) {
		passthrough_open_out(out, fh, id);
		rc = fuse_reply_buf(req, (const char *)out, sizeof(out));
	} else
		rc = fuse_reply_open(req, &fi);
	stop_at("core.open-answered");
	backings_answered(tree->backings, fh, unique, rc == 0);
}

bool
ops_open_large(fuse_req_t req, struct tree *tree,
    const struct large_file *file)
{
	struct backing_open	open = {
		.ino = inode_pack(file->node),
		.unique = request_unique(), .sha256 = file->sha256,
		.published = (usec_t)file->st.st_mtim.tv_sec * USEC +
		    file->st.st_mtim.tv_nsec / 1000
	};
	uint64_t		fh;
	uint32_t		id;

	if (file->sha256[0] == '\0')
		return (false);
	backings_open(tree->backings, &open, &fh, &id);
	answer_open(req, tree, fh, id);
	return (true);
}

void
ops_announce_large(const struct large_file *file, struct fuse_file_info *fi)
{
	if (file->sha256[0] == '\0')
		return;
	fi->direct_io = 1;
	fi->fh = BACKING_HERALD;
}

/* Only now is it certain that the kernel had let the herald open it. */
bool
ops_release_large(fuse_req_t req, struct tree *tree, struct node node,
    const struct fuse_file_info *fi)
{
	uint64_t	unique = request_unique();

	if (fi->fh == 0 || tree->backings == NULL ||
	    node_type(node)->document == NULL)
		return (false);
	if (fi->fh == BACKING_HERALD)
		backings_announced(tree->backings, inode_pack(node));
	else
		backings_release(tree->backings, inode_pack(node), fi->fh,
		    unique);
	stop_at("core.release-counted");
	fuse_reply_err(req, 0);
	stop_at("core.release-answered");
	backings_answered(tree->backings, fi->fh, unique, true);
	return (true);
}

struct backings *
ops_backings_new(const struct tree_parts *parts, struct slab *slab)
{
	struct backing_plan	plan = {
		.memory = slab_backings(slab), .ask = parts->ask_backing,
		.drop = parts->drop_backing
	};

	return (parts->passthrough ? backings_new(&plan) : NULL);
}
