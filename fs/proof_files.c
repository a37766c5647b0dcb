/*
 * Proofs of possession as they are written: see proof_files.h.  What came so
 * far is kept in the handle's row, so that it outlives core.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/proof.h"
#include "../ca/store_status.h"
#include "../ca/text.h"
#include "drops_private.h"
#include "proof_files.h"
#include "resend.h"
#include "tree_parts.h"

static struct revocation_act
act_of(const char *serial, uid_t uid)
{
	struct revocation_act	act = {
		.uid = uid, .how = BY_PROOF, .line = "keyCompromise",
		.role = "holder of the key"
	};

	snprintf(act.serial, sizeof(act.serial), "%s", serial);
	return (act);
}

/* Before it could be an act: recorded, as nobody's in particular. */
static void
refuse(struct tree *tree, const char *serial, uid_t uid,
    const struct err *fault)
{
	struct revocation_act	act = act_of(serial, uid);

	publisher_refused(tree->parts.publisher, &act, fault);
}

/* --- create and release --------------------------------------------------- */

static void
release_handle(struct tree *tree, uint64_t id)
{
	struct slab_handle	*handle;

	drops_lock(tree->drops);
	handle = slab_handle_find(tree->slab, id);
	if (handle != NULL && handle->kind == SLAB_CONTROL)
		slab_handle_free(tree->slab, handle);
	drops_unlock(tree->drops);
}

/* 0 or an errno. */
static int
open_handle(struct tree *tree, const char *serial, uid_t uid,
    struct fuse_file_info *fi)
{
	struct slab_handle	*handle = NULL;
	unsigned char		 octets[32];

	drops_lock(tree->drops);
	if (request_is_resent())
		handle = slab_handle_of_unique(tree->slab, request_unique());
	if (handle == NULL || handle->kind != SLAB_CONTROL) {
		handle = slab_handle_new(tree->slab, uid);
		if (handle != NULL) {
			handle->kind = SLAB_CONTROL;
			handle->unique = request_unique();
			handle->writes = 1;
			snprintf(handle->serial, sizeof(handle->serial), "%s",
			    serial);
			chance_octets(octets, sizeof(octets));
			hex_lower(handle->act, octets, sizeof(octets));
			slab_handle_keep(handle);
		}
	}
	if (handle != NULL) {
		fi->fh = handle->id;
		fi->direct_io = 1;
	}
	drops_unlock(tree->drops);
	return (handle == NULL ? ENFILE : 0);
}

void
proof_create(fuse_req_t req, struct tree *tree, struct node folder,
    const char *serial, struct fuse_file_info *fi)
{
	struct fuse_entry_param	entry;
	struct certificate	certificate;
	struct ask		ask;
	struct node		node = node_of(NODE_PROOF, 0);
	struct stat		st;
	struct err		fault;
	uid_t			uid = fuse_req_ctx(req)->uid;
	int			there, code;

	tree_ask(tree, &ask);
	there = certificate_find(ask.view, serial, &certificate) == 1;
	if (there) {
		node.a = (uint64_t)certificate.id;
		there = node_stat(&ask, node, &st);
	}
	tree_answered(&ask);
	if (!there) {
		err_set(&fault, ENOENT, "no certificate has the serial number "
		    "%s", serial);
		refuse(tree, serial, uid, &fault);
		fuse_reply_err(req, ENOENT);
		return;
	}
	if ((code = open_handle(tree, serial, uid, fi)) != 0) {
		fuse_reply_err(req, code);
		return;
	}
	node_entry(folder, node, &st, &entry);
	if (fuse_reply_create(req, &entry, fi) == -ENOENT)
		release_handle(tree, fi->fh);
}

static void
proof_release(fuse_req_t req, struct tree *tree, struct node node,
    struct fuse_file_info *fi)
{
	release_handle(tree, fi->fh);
	fuse_reply_err(req, 0);
}

/* --- write ---------------------------------------------------------------- */

struct proof_write {
	fuse_req_t		 req;
	struct tree		*tree;
	uint64_t		 handle;
	size_t			 size;	/* of the write */
	struct revocation_act	 act;
	struct bytes		 proof;	/* all that came so far */
	struct err		 fault;
};

static void
answer(struct proof_write *w, int code)
{
	if (code == 0)
		fuse_reply_write(w->req, w->size);
	else
		fuse_reply_err(w->req, code);
	bytes_free(&w->proof);
	free(w);
}

/* The verdict, for this write and for close. */
static void
proof_done(void *arg, const struct err *fault)
{
	struct proof_write	*w = arg;
	struct slab_handle	*handle;
	int			 code;

	code = fault == NULL ? 0 : fault_errno(fault);
	drops_lock(w->tree->drops);
	handle = slab_handle_find(w->tree->slab, w->handle);
	if (handle != NULL) {
		handle->code = code;
		handle->answered = 1;
	}
	drops_unlock(w->tree->drops);
	answer(w, code);
}

static bool
is_space(struct slice s)
{
	size_t	i;

	for (i = 0; i < s.size; i++)
		if (s.data[i] == '\0' || strchr(" \t\r\n", s.data[i]) == NULL)
			return (false);
	return (true);
}

/*
 * Behind what acted: the same write sent again, or the end of the last line.
 * True: it is answered, with `code`.
 */
static bool
is_answered(const struct slab_handle *handle, struct slice data, int *code)
{
	bool	again = request_is_resent() &&
		    handle->act_unique == request_unique();

	if (!handle->acted || (again && !handle->answered))
		return (false);
	*code = again || (handle->answered && is_space(data)) ?
	    handle->code : EINVAL;
	return (true);
}

/*
 * With the lock held.  1: it is whole, go and act; 0: answered by `code`; -1:
 * it never becomes a proof, with `fault`.
 */
static int
take_write(struct proof_write *w, struct slice data, off_t offset, int *code)
{
	struct slab_handle	*handle;
	struct slab		*slab = w->tree->slab;
	int			 whole;

	*code = EBADF;
	handle = slab_handle_find(slab, w->handle);
	if (handle == NULL || handle->kind != SLAB_CONTROL ||
	    is_answered(handle, data, code))
		return (0);
	*code = EFBIG;
	if (offset < 0 || (uint64_t)offset > handle->staging.size ||
	    data.size > PROOF_MAX - (size_t)offset)
		return (0);
	if (slab_write(slab, &handle->staging, data, (uint64_t)offset,
	    &w->fault) == -1 || slab_read(slab, &handle->staging, 0, PROOF_MAX,
	    &w->proof, &w->fault) == -1) {
		*code = fault_errno(&w->fault);
		return (0);
	}
	*code = 0;
	w->act = act_of(handle->serial, handle->uid);
	memcpy(w->act.act, handle->act, sizeof(w->act.act));
	w->act.proof = SLICE(&w->proof);
	whole = proof_is_complete(w->act.proof, &w->fault);
	if (whole != 0) {
		handle->act_unique = request_unique();
		handle->acted = 1;
	}
	return (whole);
}

static void
proof_write(fuse_req_t req, struct tree *tree, struct node node,
    const char *data, size_t size, off_t offset, struct fuse_file_info *fi)
{
	struct slice		 in = { (const unsigned char *)data, size };
	struct proof_write	*w = calloc(1, sizeof(*w));
	int			 code, whole;

	if (w == NULL)
		die("out of memory");
	w->req = req;
	w->tree = tree;
	w->handle = fi->fh;
	w->size = size;
	drops_lock(tree->drops);
	whole = take_write(w, in, offset, &code);
	drops_unlock(tree->drops);
	if (whole == 1) {
		publisher_revoke(tree->parts.publisher, &w->act, proof_done,
		    w);
	} else if (whole == -1) {
		refuse(tree, w->act.serial, w->act.uid, &w->fault);
		proof_done(w, &w->fault);
	} else {
		answer(w, code);
	}
}

/* Whoever closes it before it is whole hears that it is none; once recorded. */
static void
proof_flush(fuse_req_t req, struct tree *tree, struct node node,
    struct fuse_file_info *fi)
{
	struct slab_handle	*handle;
	struct revocation_act	 act;
	struct err		 fault;
	bool			 is_new = false;
	int			 code = 0;

	drops_lock(tree->drops);
	handle = slab_handle_find(tree->slab, fi->fh);
	if (handle != NULL && handle->answered) {
		code = handle->code;
	} else if (handle != NULL && !handle->acted &&
	    handle->staging.size > 0) {
		code = EBADMSG;
		is_new = !handle->junk;
		handle->junk = 1;
		act = act_of(handle->serial, handle->uid);
	}
	drops_unlock(tree->drops);
	if (is_new) {
		err_set(&fault, EBADMSG, "the proof is not complete: it was "
		    "closed before its end");
		refuse(tree, act.serial, act.uid, &fault);
	}
	fuse_reply_err(req, code);
}

const struct node_acts	proof_acts = {
	.setattr = tree_keep_attr,
	.write = proof_write,
	.flush = proof_flush,
	.release = proof_release,
};
