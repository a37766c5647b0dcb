/*
 * Backing files (backings.h), which only who mounted may give the kernel.  Core
 * says which document; main opens it itself, in a read-only view of the store
 * that nobody else has, and only if it is core's own and has no other name: so
 * nothing can be written through a backing file, and nothing be read that core
 * could not read anyway.
 */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../ca/stop.h"
#include "backings.h"
#include "control.h"
#include "main_state.h"
#include "passthrough.h"

static int
read_only_view(const char *folder, struct err *err)
{
	struct mount_attr attributes = { .attr_set = MOUNT_ATTR_RDONLY |
	    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC };
	int fd;

	fd = open_tree(AT_FDCWD, folder, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
	    AT_SYMLINK_NOFOLLOW);
	if (fd != -1 && mount_setattr(fd, "", AT_EMPTY_PATH, &attributes,
	    sizeof(attributes)) == 0)
		return fd;
	err_set(err, errno, "a read-only view of %s: %s", folder,
	    strerror(errno));
	if (fd != -1)
		close(fd);
	return -1;
}

static int
open_view(struct keeper *k, struct err *err)
{
	char path[PATH_MAX];

	if (k->documents != -1)
		return 0;
	if (snprintf(path, sizeof(path), "%s/store/documents", k->home) >=
	    (int)sizeof(path))
		return err_set(err, ENAMETOOLONG, "%s is too long", k->home);
	k->documents = read_only_view(path, err);
	return k->documents == -1 ? -1 : 0;
}

static bool
is_a_document(int folder, int file)
{
	struct stat owner, st;

	return fstat(folder, &owner) == 0 && fstat(file, &st) == 0 &&
	    S_ISREG(st.st_mode) && st.st_nlink == 1 &&
	    st.st_uid == owner.st_uid && st.st_dev == owner.st_dev;
}

static int
open_document(struct keeper *k, const char *name, struct err *err)
{
	struct open_how how = {
		.flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS |
		    RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV
	};
	int fd;

	if (open_view(k, err) == -1)
		return -1;
	fd = (int)syscall(SYS_openat2, k->documents, name, &how, sizeof(how));
	if (fd == -1)
		return err_set(err, errno, "document %s: %s", name,
		    strerror(errno));
	if (is_a_document(k->documents, fd))
		return fd;
	close(fd);
	return err_set(err, EPERM, "%s is no document of core's", name);
}

/* Said once, and again when it is for another reason. */
static void
log_fault(struct keeper *k, const struct err *err)
{
	if (err->code != k->no_backing)
		log_line("a large file is read through core: %s", err->text);
	k->no_backing = err->code;
}

/*
 * An ordinary user's main has not the right, and with as many ids as core can
 * know of it gives no more: neither is a fault.
 */
static uint32_t
give(struct keeper *k, const char *name)
{
	uint32_t id = BACKING_NONE;
	struct err err;
	int fd;

	if (geteuid() != 0 || k->backing_count == CONTROL_IDS)
		return BACKING_NONE;
	if ((fd = open_document(k, name, &err)) == -1) {
		log_fault(k, &err);
		return BACKING_NOT_THIS;
	}
	stop_at("main.backing-wanted");
	if (passthrough_backing_open(k->fuse, fd, &id) == -1) {
		err_set(&err, errno, "the kernel takes no backing file: %s",
		    strerror(errno));
		log_fault(k, &err);
	} else {
		k->backings[k->backing_count++] = id;
		k->no_backing = 0;
	}
	close(fd);
	return id;
}

static void
take_back(struct keeper *k, size_t which)
{
	uint32_t id = k->backings[which];

	k->backings[which] = k->backings[--k->backing_count];
	if (passthrough_backing_close(k->fuse, id) == -1)
		log_line("backing id %u: %s", id, strerror(errno));
}

static bool
is_among(uint32_t id, const uint32_t *ids, size_t count)
{
	size_t i;

	for (i = 0; i < count && ids[i] != id; i++)
		;
	return i < count;
}

void
keeper_back(struct keeper *k, struct slice body)
{
	struct bytes answer = { 0 };
	char sha256[SHA256_TEXT];
	uint64_t ino;
	uint32_t id;
	struct err err;

	if (control_backing_get(body, &ino, sha256, &err) == -1) {
		log_line("%s", err.text);
		return;
	}
	id = give(k, sha256);
	control_backed_put(&answer, ino, id);
	/* What core is not told the next one will not know. */
	if (control_send(k->children[CORE].control, CONTROL_BACKED,
	    SLICE(&answer), NULL, 0, &err) == -1)
		log_line("%s", err.text);
	bytes_free(&answer);
}

void
keeper_unback(struct keeper *k, struct slice body)
{
	struct err err;
	uint64_t ino;
	uint32_t id;
	size_t i;

	if (control_backed_get(body, &ino, &id, &err) == -1) {
		log_line("%s", err.text);
		return;
	}
	for (i = 0; i < k->backing_count; i++)
		if (k->backings[i] == id) {
			take_back(k, i);
			return;
		}
}

void
keeper_keep(struct keeper *k, struct slice body)
{
	uint32_t ids[CONTROL_IDS];
	size_t i, count, had = k->backing_count;
	struct err err;

	if (control_keep_get(body, ids, &count, &err) == -1) {
		log_line("%s", err.text);
		return;
	}
	for (i = k->backing_count; i-- > 0;)
		if (!is_among(k->backings[i], ids, count))
			take_back(k, i);
	if (k->backing_count != had)
		log_line("core does not know of %zu backing ids: they are "
		    "taken back", had - k->backing_count);
}
