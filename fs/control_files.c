/*
 * Files that act when they are written: revoke/<serial>, and accept in a
 * certificate's folder.  The write waits for the publisher, no thread does; a
 * write sent again after core was killed carries the act's own number and is
 * answered as it was the first time.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../ca/acceptance.h"
#include "../ca/store_status.h"
#include "../ca/text.h"
#include "control_files.h"
#include "drops_private.h"
#include "proof_files.h"
#include "resend.h"
#include "tree_parts.h"

/* --- text ---------------------------------------------------------------- */

int
serial_normalise(const char *name, char to[SERIAL_TEXT])
{
	size_t	n = 0;

	for (; *name != '\0'; name++) {
		if (*name == ':' && n > 0 && n % 2 == 0 && name[1] != '\0' &&
		    name[1] != ':')
			continue;
		if (n + 1 == SERIAL_TEXT)
			return (-1);
		if (*name >= '0' && *name <= '9')
			to[n++] = *name;
		else if (*name >= 'A' && *name <= 'F')
			to[n++] = *name;
		else if (*name >= 'a' && *name <= 'f')
			to[n++] = (char)(*name - 'a' + 'A');
		else
			return (-1);
	}
	to[n] = '\0';
	return (n == 0 ? -1 : 0);
}

int
digest_normalise(const char *name, char to[SHA256_TEXT])
{
	size_t	n;

	if (strlen(name) != 64)
		return (-1);
	for (n = 0; n < 64; n++) {
		if (strchr("0123456789abcdefABCDEF", name[n]) == NULL)
			return (-1);
		to[n] = (char)(name[n] >= 'A' && name[n] <= 'F' ?
		    name[n] - 'A' + 'a' : name[n]);
	}
	to[64] = '\0';
	return (0);
}

int
command_line(struct slice data, char *to, size_t room)
{
	if (data.size > 0 && data.data[data.size - 1] == '\n')
		data.size--;
	if (data.size > 0 && data.data[data.size - 1] == '\r')
		data.size--;
	if (data.size == 0 || data.size >= room ||
	    memchr(data.data, '\n', data.size) != NULL ||
	    memchr(data.data, '\0', data.size) != NULL)
		return (-1);
	memcpy(to, data.data, data.size);
	to[data.size] = '\0';
	return (0);
}

/* --- open and create ----------------------------------------------------- */

static void
control_info(struct slab_handle *handle, struct fuse_file_info *fi)
{
	fi->fh = handle->id;
	fi->direct_io = 1;
}

/* What a control file is about: a serial, or a key. */
struct subject_of {
	char	serial[SERIAL_TEXT];
	char	key[SHA256_TEXT];
};

/* With the lock held; NULL: too many are open. */
static struct slab_handle *
control_handle(struct tree *tree, const struct subject_of *of, uid_t uid)
{
	struct slab_handle	*handle = NULL;
	unsigned char		 octets[32];

	if (request_is_resent())
		handle = slab_handle_of_unique(tree->slab, request_unique());
	if (handle != NULL && handle->kind == SLAB_CONTROL)
		return (handle);
	if ((handle = slab_handle_new(tree->slab, uid)) == NULL)
		return (NULL);
	handle->kind = SLAB_CONTROL;
	handle->unique = request_unique();
	handle->writes = 1;
	memcpy(handle->serial, of->serial, sizeof(handle->serial));
	memcpy(handle->sha256, of->key, sizeof(handle->sha256));
	chance_octets(octets, sizeof(octets));
	hex_lower(handle->act, octets, sizeof(octets));
	slab_handle_keep(handle);
	return (handle);
}

/* A handle for writing a command about it; 0 or an errno. */
static int
open_handle(struct tree *tree, const struct subject_of *of, uid_t uid,
    struct fuse_file_info *fi)
{
	struct slab_handle	*handle;

	drops_lock(tree->drops);
	handle = control_handle(tree, of, uid);
	if (handle != NULL)
		control_info(handle, fi);
	drops_unlock(tree->drops);
	return (handle == NULL ? ENFILE : 0);
}

static struct revocation_act
act_of(const struct subject_of *of, uid_t uid)
{
	struct revocation_act	act = { .uid = uid };

	memcpy(act.serial, of->serial, sizeof(act.serial));
	memcpy(act.key, of->key, sizeof(act.key));
	return (act);
}

static int
open_control(struct tree *tree, const struct subject_of *of, uid_t uid,
    struct fuse_file_info *fi)
{
	struct revocation_act	act = act_of(of, uid);
	struct err		err;

	if (publisher_may_revoke(tree->parts.publisher, &act, &err) == -1)
		return (fault_errno(&err));
	return (open_handle(tree, of, uid, fi));
}

/* A name in revoke/ that can be none; it is cut, never too long to record. */
static void
refuse_name(struct tree *tree, const char *name, uid_t uid,
    const char *wanted)
{
	struct revocation_act	act = { .uid = uid };
	struct err		err;
	size_t			n;

	for (n = 0; n + 1 < sizeof(act.serial) && name[n] != '\0'; n++)
		act.serial[n] = name[n] > ' ' && name[n] < 0x7f ? name[n] :
		    '?';
	err_set(&err, ENOENT, "the name is no %s", wanted);
	publisher_refused(tree->parts.publisher, &act, &err);
}

static int
open_accept(struct tree *tree, struct node node, const struct subject_of *of,
    uid_t uid, struct fuse_file_info *fi)
{
	struct err	err;

	if (acceptance_may(tree->parts.authority, (int64_t)node.a, uid,
	    &err) == -1)
		return (fault_errno(&err));
	return (open_handle(tree, of, uid, fi));
}

/* What a file of revoke/ is about. */
static int
subject_of(struct ask *ask, struct node node, struct subject_of *to)
{
	struct publication	text;
	struct revocation	revocation;
	struct certificate	certificate;
	const char		*serial = NULL;

	switch (node.class) {
	case NODE_CASE:
		if (publication_get(ask->view, (int64_t)node.a, &text) != 1)
			return (0);
		if (digest_normalise(text.name, to->key) == 0)
			return (1);
		serial = text.name;
		break;
	case NODE_CASE_BARE:
		if (revocation_get(ask->view, (int64_t)node.a,
		    &revocation) == 1)
			serial = revocation.serial;
		break;
	default:
		if (certificate_get(ask->view, (int64_t)node.a,
		    &certificate) == 1)
			serial = certificate.serial;
		break;
	}
	if (serial == NULL)
		return (0);
	return (serial_normalise(serial, to->serial) == 0);
}

static void
control_open(fuse_req_t req, struct tree *tree, struct node node,
    struct fuse_file_info *fi)
{
	struct subject_of	of = { .serial = "" };
	struct ask		ask;
	int			code = 0, there;

	tree_ask(tree, &ask);
	there = subject_of(&ask, node, &of);
	tree_answered(&ask);
	if (!there) {
		code = ESTALE;
	} else if ((fi->flags & O_ACCMODE) == O_RDONLY) {
		fi->fh = 0;
		fi->noflush = 1;
	} else if (node.class == NODE_ACCEPT) {
		code = open_accept(tree, node, &of, fuse_req_ctx(req)->uid,
		    fi);
	} else {
		code = open_control(tree, &of, fuse_req_ctx(req)->uid, fi);
	}
	if (code != 0)
		fuse_reply_err(req, code);
	else if (fuse_reply_open(req, fi) == -ENOENT)
		control_acts.release(NULL, tree, node, fi);
}

/* SERIAL.pop, in either case. */
static bool
is_proof(const char *name, char serial[SERIAL_TEXT])
{
	char	digits[256];
	size_t	n = strlen(name);

	if (n < 5 || n >= sizeof(digits) ||
	    strcasecmp(name + n - 4, ".pop") != 0)
		return (false);
	snprintf(digits, sizeof(digits), "%.*s", (int)(n - 4), name);
	return (serial_normalise(digits, serial) == 0);
}

/*
 * The file of a certificate without a case: it has an inode while it is open,
 * and no name.  Refused here, it leaves none either.
 */
static void
revoke_create(fuse_req_t req, struct tree *tree, struct node folder,
    const char *name, struct fuse_file_info *fi)
{
	struct fuse_entry_param	entry;
	struct certificate	certificate;
	struct subject_of	of = { .serial = "" };
	struct ask		ask;
	struct node		node;
	struct stat		st;
	int			code = ENOENT, there = 0;

	if (is_proof(name, of.serial)) {
		proof_create(req, tree, folder, of.serial, fi);
		return;
	}
	if (serial_normalise(name, of.serial) == 0)
		code = open_control(tree, &of, fuse_req_ctx(req)->uid, fi);
	else
		refuse_name(tree, name, fuse_req_ctx(req)->uid, "serial "
		    "number: 34 hexadecimal digits are wanted");
	if (code != 0) {
		fuse_reply_err(req, code);
		return;
	}
	tree_ask(tree, &ask);
	there = node_lookup(&ask, folder, of.serial, &node);
	if (!there &&
	    certificate_find(ask.view, of.serial, &certificate) == 1) {
		node = node_of(NODE_CONTROL, (uint64_t)certificate.id);
		there = 1;
	}
	there = there && node_stat(&ask, node, &st);
	tree_answered(&ask);
	if (!there) {
		control_acts.release(NULL, tree, node_of(NODE_CONTROL, 0), fi);
		fuse_reply_err(req, ENOENT);
		return;
	}
	node_entry(folder, node, &st, &entry);
	if (fuse_reply_create(req, &entry, fi) == -ENOENT)
		control_acts.release(NULL, tree, node, fi);
}

/* revoke/by-key/<sha256>: likewise, of a key. */
static void
by_key_create(fuse_req_t req, struct tree *tree, struct node folder,
    const char *name, struct fuse_file_info *fi)
{
	struct fuse_entry_param	entry;
	struct subject_of	of = { .serial = "" };
	struct ask		ask;
	struct node		node = node_of(NODE_KEY_CONTROL, 0);
	struct stat		st;
	struct key		key;
	int			code = EPERM;

	if (folder.a == REVOKE_BY_KEY) {
		code = ENOENT;
		if (digest_normalise(name, of.key) == 0)
			code = open_control(tree, &of,
			    fuse_req_ctx(req)->uid, fi);
		else
			refuse_name(tree, name, fuse_req_ctx(req)->uid,
			    "SHA-256 of a public key: 64 hexadecimal digits "
			    "are wanted");
	}
	if (code != 0) {
		fuse_reply_err(req, code);
		return;
	}
	tree_ask(tree, &ask);
	if (!node_lookup(&ask, folder, of.key, &node) &&
	    keys_find(ask.view, of.key, &key) == 1)
		node.a = (uint64_t)key.id;
	node_stat(&ask, node, &st);
	tree_answered(&ask);
	node_entry(folder, node, &st, &entry);
	if (fuse_reply_create(req, &entry, fi) == -ENOENT)
		control_acts.release(NULL, tree, node, fi);
}

/* --- write --------------------------------------------------------------- */

struct command {
	fuse_req_t		 req;
	struct tree		*tree;
	uint64_t		 handle;
	size_t			 size;	/* of the write */
	struct revocation_act	 act;
};

static void
answer_command(fuse_req_t req, int code, size_t size)
{
	if (code == 0)
		fuse_reply_write(req, size);
	else
		fuse_reply_err(req, code);
}

static void
command_done(void *arg, const struct err *fault)
{
	struct command		*command = arg;
	struct slab_handle	*handle;
	int			 code;

	code = fault == NULL ? 0 : fault_errno(fault);
	drops_lock(command->tree->drops);
	handle = slab_handle_find(command->tree->slab, command->handle);
	if (handle != NULL) {
		handle->code = code;
		handle->answered = 1;
	}
	drops_unlock(command->tree->drops);
	answer_command(command->req, code, command->size);
	free(command);
}

/*
 * With the lock held.  0: do it; an errno: no; -1: it was done and answered,
 * and `code` is what was said.
 */
static int
take_command(struct tree *tree, struct fuse_file_info *fi,
    struct revocation_act *act, int *code)
{
	struct slab_handle	*handle;
	bool			 again;

	handle = slab_handle_find(tree->slab, fi->fh);
	if (handle == NULL || handle->kind != SLAB_CONTROL)
		return (EBADF);
	again = request_is_resent() &&
	    handle->act_unique == request_unique();
	if (handle->acted && !again)
		return (EINVAL);
	if (again && handle->answered) {
		*code = handle->code;
		return (-1);
	}
	handle->act_unique = request_unique();
	handle->acted = 1;
	act->uid = handle->uid;
	memcpy(act->act, handle->act, sizeof(act->act));
	memcpy(act->serial, handle->serial, sizeof(act->serial));
	memcpy(act->key, handle->sha256, sizeof(act->key));
	return (0);
}

/* From here on it may be done, answered and gone. */
static void
start(struct command *command, struct node node)
{
	const struct tree_parts	*parts = &command->tree->parts;

	if (node.class == NODE_ACCEPT)
		acceptance_act(parts->authority, (int64_t)node.a,
		    command->act.uid, slice_text(command->act.line),
		    command_done, command);
	else
		publisher_revoke(parts->publisher, &command->act,
		    command_done, command);
}

static void
control_write(fuse_req_t req, struct tree *tree, struct node node,
    const char *data, size_t size, off_t offset, struct fuse_file_info *fi)
{
	struct slice	 line = { (const unsigned char *)data, size };
	struct command	*command = calloc(1, sizeof(*command));
	struct err	 fault;
	int		 code, said = 0;

	if (command == NULL)
		die("out of memory");
	command->req = req;
	command->tree = tree;
	command->handle = fi->fh;
	command->size = size;
	drops_lock(tree->drops);
	code = take_command(tree, fi, &command->act, &said);
	drops_unlock(tree->drops);
	if (code == 0 && command_line(line, command->act.line,
	    sizeof(command->act.line)) == -1) {
		err_set(&fault, EINVAL, "one line of at most %zu octets is "
		    "wanted", sizeof(command->act.line) - 1);
		if (node.class != NODE_ACCEPT)
			publisher_refused(tree->parts.publisher,
			    &command->act, &fault);
		code = EINVAL;
	}
	if (code == 0) {
		start(command, node);
		return;
	}
	answer_command(req, code == -1 ? said : code, size);
	free(command);
}

/* --- the rest ------------------------------------------------------------ */

/* The verdict again, for those who look at close and not at write. */
static void
control_flush(fuse_req_t req, struct tree *tree, struct node node,
    struct fuse_file_info *fi)
{
	struct slab_handle	*handle;
	int			 code = 0;

	drops_lock(tree->drops);
	handle = slab_handle_find(tree->slab, fi->fh);
	if (handle != NULL && handle->answered)
		code = handle->code;
	drops_unlock(tree->drops);
	fuse_reply_err(req, code);
}

static void
control_release(fuse_req_t req, struct tree *tree, struct node node,
    struct fuse_file_info *fi)
{
	struct slab_handle	*handle;

	drops_lock(tree->drops);
	handle = slab_handle_find(tree->slab, fi->fh);
	if (handle != NULL && handle->kind == SLAB_CONTROL)
		slab_handle_free(tree->slab, handle);
	drops_unlock(tree->drops);
	if (req != NULL)
		fuse_reply_err(req, 0);
}

const struct node_acts	revoke_acts = {
	.create = revoke_create,
};
const struct node_acts	revoke_folder_acts = {
	.create = by_key_create,
};
const struct node_acts	control_acts = {
	.open = control_open,
	.setattr = tree_keep_attr,
	.write = control_write,
	.flush = control_flush,
	.release = control_release,
};
const struct node_acts	accept_acts = {
	.open = control_open,
	.setattr = tree_keep_attr,
	.write = control_write,
	.flush = control_flush,
	.release = control_release,
};
