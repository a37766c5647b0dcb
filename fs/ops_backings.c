/*
 * OPEN, CREATE and RELEASE of files that may have a backing file: counted, and
 * answered with or without one; see backings.h.
 */
#include <errno.h>

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

static struct fuse_file_info
info_of(uint64_t fh)
{
	struct fuse_file_info	fi = { .fh = fh, .keep_cache = 1,
				    .noflush = 1 };

	return (fi);
}

static void
answer_open(void *arg, uint64_t unique, uint64_t fh, uint32_t id)
{
	fuse_req_t		 req = arg;
	struct tree		*tree = fuse_req_userdata(req);
	struct fuse_file_info	 fi = info_of(fh);
	unsigned char		 out[PASSTHROUGH_OPEN_OUT];
	int			 rc;

	stop_at("core.open-counted");
	if (id != 0) {
		passthrough_open_out(out, fh, id);
		rc = fuse_reply_buf(req, (const char *)out, sizeof(out));
	} else
		rc = fuse_reply_open(req, &fi);
	stop_at("core.open-answered");
	backings_answered(tree->backings, fh, unique, rc == 0);
}

static struct backing_open
open_of(fuse_req_t req, const struct large_file *file)
{
	struct backing_open	open = {
		.ino = inode_pack(file->node),
		.unique = request_unique(),
		.published = (usec_t)file->st.st_mtim.tv_sec * USEC,
		.sha256 = file->sha256,
		.req = req
	};

	return (open);
}

bool
ops_open_large(fuse_req_t req, struct tree *tree,
    const struct large_file *file)
{
	struct backing_open	open = open_of(req, file);
	uint64_t		fh;
	uint32_t		id;

	if (file->sha256[0] == '\0')
		return (false);
	if (tree_is_herald(tree, req))
		open.sha256 = NULL;
	switch (backings_open(tree->backings, &open, &fh, &id)) {
	case BACKING_NOW:
		answer_open(req, open.unique, fh, id);
		break;
	case BACKING_BUSY:
		fuse_reply_err(req, EBUSY);
		break;
	case BACKING_LATER:
		break;
	}
	return (true);
}

bool
ops_announce_large(fuse_req_t req, struct tree *tree,
    const struct large_file *file, const struct fuse_entry_param *entry)
{
	struct backing_open	open = open_of(req, file);
	struct fuse_file_info	fi;
	uint64_t		fh;
	uint32_t		id;

	if (file->sha256[0] == '\0')
		return (false);
	open.sha256 = NULL;
	if (backings_open(tree->backings, &open, &fh, &id) == BACKING_BUSY) {
		fuse_reply_err(req, EBUSY);
		return (true);
	}
	fi = info_of(fh);
	backings_answered(tree->backings, fh, open.unique,
	    fuse_reply_create(req, entry, &fi) == 0);
	return (true);
}

bool
ops_release_large(fuse_req_t req, struct tree *tree, struct node node,
    const struct fuse_file_info *fi)
{
	uint64_t	unique = request_unique();

	if (fi->fh == 0 || tree->backings == NULL ||
	    node_type(node)->document == NULL)
		return (false);
	backings_release(tree->backings, fi->fh, unique);
	stop_at("core.release-counted");
	fuse_reply_err(req, 0);
	stop_at("core.release-answered");
	backings_answered(tree->backings, fi->fh, unique, true);
	return (true);
}

void
ops_touched_large(struct tree *tree, struct node node)
{
	if (tree->backings != NULL && node_type(node)->document != NULL)
		backings_announced(tree->backings, inode_pack(node));
}

struct backings *
ops_backings_new(const struct tree_parts *parts, struct slab *slab)
{
	struct backing_plan	plan = {
		.memory = slab_backings(slab), .ask = parts->ask_backing,
		.drop = parts->drop_backing, .answer = answer_open
	};

	return (parts->passthrough ? backings_new(&plan) : NULL);
}
