/*
 * What is on the disk: see store_synced.h.  The WAL is synced through a
 * descriptor of its own, so that no connection's is used by two threads.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "stop.h"
#include "store_private.h"
#include "store_synced.h"
#include "store_vfs.h"

/* After a fault the kernel forgets what it could not write: no second try. */
static void
sync_wal(int wal)
{
	if (fault_here("sync-eio")) {
		errno = EIO;
		die("store: cannot sync: input/output error (ordered by a "
		    "test)");
	}
	if (fdatasync(wal) == -1)
		die("store: cannot sync: %s", strerror(errno));
}

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
