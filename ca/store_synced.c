/*
 * What is on the disk: see store_synced.h.  The WAL is synced through a
 * descriptor of its own, so that no connection's is used by two threads.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stop.h"
#include "store_private.h"
#include "store_synced.h"
#include "store_vfs.h"

#define PIECE	((size_t)1 << 20)	/* octets, written anew at once */

/* 0 or an errno. */
static int
sync_once(int wal)
{
	if (fault_here("sync-eio"))
		return EIO;
	return fdatasync(wal) == -1 ? errno : 0;
}

/* After a fault the kernel forgets what it could not write: no second try. */
static void
sync_wal(int wal)
{
	int code = sync_once(wal);

	if (code != 0)
		die("store: cannot sync: %s", strerror(code));
}

/* --- at start ------------------------------------------------------------ */

/* All of it where it lies; 0 or an errno. */
static int
write_anew(int wal)
{
	unsigned char *piece = malloc(PIECE);
	off_t offset = 0;
	ssize_t n;
	int code = 0;

	if (piece == NULL)
		die("store: out of memory");
	while ((n = pread(wal, piece, PIECE, offset)) > 0) {
		n = pwrite(wal, piece, (size_t)n, offset);
		if (n <= 0)
			break;
		offset += n;
	}
	if (n == -1)
		code = errno;
	free(piece);
	return code != 0 ? code : sync_once(wal);
}

int
store_wal_secure(struct store *s, struct err *err)
{
	char path[PATH_MAX];
	int wal, code;

	store_path(s, path, "db-wal");
	wal = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (wal == -1 && errno == ENOENT)
		return 0;
	if (wal == -1)
		return err_set(err, errno, "cannot open %s: %s", path,
		    strerror(errno));
	code = write_anew(wal);
	close(wal);
	return code == 0 ? 0 : err_set(err, code, "cannot write %s anew: "
	    "what was committed is not known to be on the disk: %s", path,
	    strerror(code));
}

/* --- while it is open ---------------------------------------------------- */

int
store_sync_apart(struct store *s, struct err *err)
{
	char path[PATH_MAX];
	int wal;

	store_path(s, path, "db-wal");
	wal = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (wal == -1)
		return err_set(err, errno, "cannot open %s: %s", path,
		    strerror(errno));
	sync_wal(wal);
	pthread_mutex_lock(&s->write_lock);
	if (store_vfs_leave_sync(sql_handle(s->tx.view.sql), false))
		s->wal = wal;
	else
		close(wal);
	pthread_mutex_unlock(&s->write_lock);
	/* Those of before are of a moment that nobody counted. */
	views_end_idle(s);
	return 0;
}

void
store_sync_within(struct store *s)
{
	if (s->wal == -1)
		return;
	pthread_mutex_lock(&s->write_lock);
	close(atomic_exchange(&s->wal, -1));
	pthread_mutex_unlock(&s->write_lock);
}

void
store_settle(struct store *s)
{
	if (s->wal == -1)
		return;
	stop_at("core.commit-written");
	sync_wal(s->wal);
	if (s->unsynced_status != 0)
		atomic_store(&s->newest_status, s->unsynced_status);
	views_settle(s, true);
}

bool
store_is_to_tend(struct store *s)
{
	return s->wal != -1 && store_checkpointer_is_due(s);
}

void
store_tend(struct store *s)
{
	pthread_mutex_lock(&s->write_lock);
	store_checkpointer_kick(s);
	pthread_mutex_unlock(&s->write_lock);
}
