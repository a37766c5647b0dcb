/*
 * Main's mount and its end: the lock of the home, the descriptor and the slab,
 * mounting anew where a kernel cannot hand over, and leaving in good order.
 */
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "farewell.h"
#include "main_state.h"
#include "mount.h"

#define LOCK_WAIT	(10 * USEC)	/* for one that is ending */
#define OPEN_FILES_WAIT	(5 * USEC)	/* DETAILS: umount while busy */
#define LOCK_OCTETS	16	/* a pid, and lines without anything */

/* The process that wrote the lock, when it is one of ours and not dead. */
static pid_t
living_holder(int fd)
{
	char text[32] = "", path[64], stat[256] = "", own[32] = "", *end;
	FILE *f;
	long pid;

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0 ||
	    (pid = strtol(text, &end, 10)) <= 0 || pid > INT_MAX)
		return 0;
	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	if ((f = fopen(path, "re")) == NULL)
		return 0;
	if (fgets(stat, sizeof(stat), f) == NULL)
		stat[0] = '\0';
	fclose(f);
	if ((f = fopen("/proc/self/comm", "re")) != NULL) {
		if (fgets(own, sizeof(own), f) != NULL)
			own[strcspn(own, "\n")] = '\0';
		fclose(f);
	}
	/* "pid (name) state" */
	if (strstr(stat, own) == NULL || (end = strrchr(stat, ')')) == NULL ||
	    strchr("ZX", end[2]) != NULL)
		return 0;
	return (pid_t)pid;
}

/* Without a pid in it: somebody is starting or ending. */
static int
lock_or_name_holder(int fd, const char *home, struct err *err)
{
	usec_t until = clock_steady() + LOCK_WAIT;
	pid_t holder;

	while (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		if (errno != EWOULDBLOCK)
			return err_set(err, errno, "locking %s: %s", home,
			    strerror(errno));
		holder = living_holder(fd);
		if (holder != 0)
			return err_set(err, EBUSY, "%s is mounted already, "
			    "by process %d", home, (int)holder);
		if (clock_steady() > until)
			return err_set(err, EBUSY, "%s is still in use by "
			    "processes of an earlier mount", home);
		usleep(20000);
	}
	return 0;
}

/*
 * A pid, or 0: somebody is starting or ending.  Always as long, and never
 * truncated, so that a full disk has room for it: the block is there.
 */
static int
fill_lock(int fd, pid_t pid)
{
	char text[LOCK_OCTETS + 1] = "";

	if (pid != 0)
		snprintf(text, sizeof(text), "%d", (int)pid);
	memset(text + strlen(text), '\n', LOCK_OCTETS - strlen(text));
	return pwrite(fd, text, LOCK_OCTETS, 0) == LOCK_OCTETS ? 0 : -1;
}

int
keeper_lock(struct keeper *k, struct err *err)
{
	char path[PATH_MAX];
	int fd;

	if (snprintf(path, sizeof(path), "%s/run/lock", k->home) >=
	    (int)sizeof(path))
		return err_set(err, ENAMETOOLONG, "%s is too long", k->home);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd == -1)
		return err_set(err, errno, "%s: %s (made by `pkifs init`)",
		    path, strerror(errno));
	if (lock_or_name_holder(fd, k->home, err) == -1) {
		close(fd);
		return -1;
	}
	k->lock = fd;
	/* The pid there now is of one that has ended: it names nobody. */
	(void)fill_lock(fd, 0);
	return 0;
}

int
keeper_sign_lock(struct keeper *k, struct err *err)
{
	if (fill_lock(k->lock, getpid()) == 0)
		return 0;
	if (errno != ENOSPC && errno != EDQUOT)
		return err_set(err, errno, "%s/run/lock: %s", k->home,
		    strerror(errno));
	/* It is held all the same, and revocations are waiting. */
	log_line("%s/run/lock does not name this process: %s", k->home,
	    strerror(errno));
	return 0;
}

int
keeper_mount(struct keeper *k, struct err *err)
{
	if (k->slab != -1)
		close(k->slab);
	k->slab = memfd_create("pkifs-handles", MFD_CLOEXEC);
	if (k->slab == -1)
		return err_set(err, errno, "memfd_create: %s",
		    strerror(errno));
	bytes_clear(&k->init);
	k->backing_count = 0;	/* they were of the mount before */
	k->first = true;
	return mount_attach(k->home, k->mountpoint, &k->fuse, &k->init, err);
}

int
keeper_mount_anew(struct keeper *k, struct err *err)
{
	struct err ignored;

	/* A herald is confined to the mount it was told of. */
	child_kill(&k->children[HERALD]);
	k->children[HERALD].again = clock_steady();
	(void)mount_detach(k->mountpoint, &ignored);
	close(k->fuse);
	k->fuse = -1;
	return keeper_mount(k, err);
}

bool
keeper_is_mounted(const struct keeper *k)
{
	struct mount_entry entry;

	return mount_find(k->mountpoint, &entry) &&
	    strcmp(entry.type, MOUNT_TYPE) == 0 &&
	    strcmp(entry.source, k->home) == 0;
}

/* Until the kernel has let go of the last open file, or time is up. */
static void
serve_open_files(struct keeper *k)
{
	usec_t until = clock_steady() + OPEN_FILES_WAIT;
	struct pollfd gone = { .fd = k->fuse };

	while (clock_steady() < until && k->children[CORE].pid != 0) {
		if (poll(&gone, 1, 20) == 1)
			return;
		keeper_on_core(k);
		keeper_reap(k);
	}
}

static void
end_detacher(struct keeper *k)
{
	struct child *d = &k->children[DETACHER];
	struct err err;

	if (d->control != -1)
		(void)control_send(d->control, CONTROL_LEAVE,
		    (struct slice){ NULL, 0 }, NULL, 0, &err);
	child_stop(d, 2 * USEC);
}

void
keeper_end(struct keeper *k)
{
	char path[PATH_MAX];
	struct err err;

	if (k->lock != -1)
		(void)fill_lock(k->lock, 0);
	if (snprintf(path, sizeof(path), "%s/run/socket", k->home) <
	    (int)sizeof(path) && k->socket != -1)
		(void)unlink(path);
	child_stop(&k->children[HERALD], USEC / 10);
	if (k->fuse != -1 && keeper_is_mounted(k) &&
	    mount_detach(k->mountpoint, &err) == -1)
		log_line("%s", err.text);
	if (k->fuse != -1 && k->ready)
		serve_open_files(k);
	keeper_stop_children(k);
	if (k->fuse != -1) {
		farewell(k->fuse, child_has_no_strays, 2 * USEC);
		/* From here on nobody waits for an answer. */
		close(k->fuse);
	}
	child_wait_strays(2 * USEC);
	end_detacher(k);
	if (k->lock != -1)
		close(k->lock);
	keeper_tell(k, "the CA was unmounted");
	config_free(k->config);
	people_free(k->people);
	bytes_free(&k->init);
}
