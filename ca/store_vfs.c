/*
 * The usual VFS, but that what is written to the WAL is gathered until it is
 * synced.  SQLite writes each frame of a commit by two calls, header and page:
 * half a hundred system calls an issuance, a fifth of the committer's time.
 *
 * It is sound because of synchronous=FULL: a commit syncs the WAL before any
 * reader is told of its frames (the WAL index is written behind the sync), and
 * whatever else asks about the file finds it complete, since every other
 * operation writes first what was gathered.  A fault of that late write comes
 * from the sync, with the code the write would have had; then the commit has
 * failed, as it has when a frame cannot be written.  (Where a file system is
 * not known to be safe against torn overwrites SQLite pads a commit and syncs
 * before its last octets; there nothing is gathered.)
 *
 * Where somebody else syncs (store_vfs_leave_sync) the sync of a commit ends
 * with the write.  Only the end of a commit leaves gathered frames behind the
 * WAL's header to its sync: that of the header itself, when the WAL begins
 * again, and those of a checkpoint are done here as ever.  They keep the order
 * that recovery rests on: no frame of a new WAL before its header, no page home
 * before its frame.
 *
 * All other files are the usual VFS's own.
 */
#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "store_vfs.h"

#define GATHER	((size_t)1 << 20)	/* octets, then they are written */
#define PIECE	((size_t)1 << 16)	/* os_unix.c writes less than 128 KiB */

struct wal {
	sqlite3_file	 file;		/* what SQLite sees; first */
	sqlite3_file	*real;		/* behind this struct */
	unsigned char	*data;
	size_t		 size, room;
	sqlite3_int64	 offset;	/* of data in the file */
	int		 direct;	/* nothing is gathered */
	bool		 leave;		/* commits are synced elsewhere */
};

static sqlite3_vfs gathering;
static sqlite3_vfs *usual;

/* What could not be written is forgotten: its transaction has failed. */
static int
wal_write_out(struct wal *w)
{
	size_t size = w->size, done, piece;
	int result = SQLITE_OK;

	w->size = 0;
	for (done = 0; done < size && result == SQLITE_OK; done += piece) {
		piece = size - done < PIECE ? size - done : PIECE;
		result = w->real->pMethods->xWrite(w->real, w->data + done,
		    (int)piece, w->offset + (sqlite3_int64)done);
	}
	return result;
}

static int
wal_close(sqlite3_file *file)
{
	struct wal *w = (struct wal *)file;
	int late = wal_write_out(w);
	int result = w->real->pMethods->xClose(w->real);

	free(w->data);
	w->data = NULL;
	return late != SQLITE_OK ? late : result;
}

static int
wal_read(sqlite3_file *file, void *to, int size, sqlite3_int64 offset)
{
	struct wal *w = (struct wal *)file;
	int result = wal_write_out(w);

	if (result != SQLITE_OK)
		return result;
	return w->real->pMethods->xRead(w->real, to, size, offset);
}

static void
wal_make_room(struct wal *w, size_t size)
{
	if (w->size + size <= w->room)
		return;
	w->room = w->room == 0 ? 65536 : w->room * 2;
	while (w->room < w->size + size)
		w->room *= 2;
	w->data = realloc(w->data, w->room);
	if (w->data == NULL)
		die("store: out of memory");
}

static int
wal_write(sqlite3_file *file, const void *from, int size,
    sqlite3_int64 offset)
{
	struct wal *w = (struct wal *)file;
	int result;

	if (w->direct)
		return w->real->pMethods->xWrite(w->real, from, size, offset);
	if (w->size > 0 && (offset != w->offset + (sqlite3_int64)w->size ||
	    w->size + (size_t)size > GATHER)) {
		result = wal_write_out(w);
		if (result != SQLITE_OK)
			return result;
	}
	if (w->size == 0)
		w->offset = offset;
	wal_make_room(w, (size_t)size);
	memcpy(w->data + w->size, from, (size_t)size);
	w->size += (size_t)size;
	return SQLITE_OK;
}

static int
wal_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct wal *w = (struct wal *)file;
	int result = wal_write_out(w);

	if (result != SQLITE_OK)
		return result;
	return w->real->pMethods->xTruncate(w->real, size);
}

static int
wal_sync(sqlite3_file *file, int flags)
{
	struct wal *w = (struct wal *)file;
	bool commit = w->size > 0 && w->offset > 0;
	int result = wal_write_out(w);

	if (result != SQLITE_OK || (commit && w->leave))
		return result;
	return w->real->pMethods->xSync(w->real, flags);
}

static int
wal_size(sqlite3_file *file, sqlite3_int64 *size)
{
	struct wal *w = (struct wal *)file;
	int result = wal_write_out(w);

	if (result != SQLITE_OK)
		return result;
	return w->real->pMethods->xFileSize(w->real, size);
}

static int
wal_lock(sqlite3_file *file, int level)
{
	struct wal *w = (struct wal *)file;

	return w->real->pMethods->xLock(w->real, level);
}

static int
wal_unlock(sqlite3_file *file, int level)
{
	struct wal *w = (struct wal *)file;

	return w->real->pMethods->xUnlock(w->real, level);
}

static int
wal_check_lock(sqlite3_file *file, int *reserved)
{
	struct wal *w = (struct wal *)file;

	return w->real->pMethods->xCheckReservedLock(w->real, reserved);
}

static int
wal_control(sqlite3_file *file, int what, void *arg)
{
	struct wal *w = (struct wal *)file;

	return w->real->pMethods->xFileControl(w->real, what, arg);
}

static int
wal_sector(sqlite3_file *file)
{
	struct wal *w = (struct wal *)file;

	return w->real->pMethods->xSectorSize(w->real);
}

static int
wal_character(sqlite3_file *file)
{
	struct wal *w = (struct wal *)file;

	return w->real->pMethods->xDeviceCharacteristics(w->real);
}

static const sqlite3_io_methods wal_methods = {
	.iVersion = 1,
	.xClose = wal_close, .xRead = wal_read, .xWrite = wal_write,
	.xTruncate = wal_truncate, .xSync = wal_sync, .xFileSize = wal_size,
	.xLock = wal_lock, .xUnlock = wal_unlock,
	.xCheckReservedLock = wal_check_lock, .xFileControl = wal_control,
	.xSectorSize = wal_sector, .xDeviceCharacteristics = wal_character,
};

static int
gathering_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file,
    int flags, int *flags_out)
{
	struct wal *w = (struct wal *)file;
	int result;

	(void)vfs;
	if ((flags & SQLITE_OPEN_WAL) == 0)
		return usual->xOpen(usual, name, file, flags, flags_out);
	memset(w, 0, sizeof(*w));
	w->real = (sqlite3_file *)(w + 1);
	result = usual->xOpen(usual, name, w->real, flags, flags_out);
	/* SQLite closes what has methods, also after a fault. */
	if (w->real->pMethods == NULL)
		return result;
	w->file.pMethods = &wal_methods;
	w->direct = result != SQLITE_OK || (wal_character(file) &
	    SQLITE_IOCAP_POWERSAFE_OVERWRITE) == 0;
	return result;
}

static void
gathering_register(void)
{
	usual = sqlite3_vfs_find(NULL);
	if (usual == NULL)
		return;
	gathering = *usual;
	gathering.zName = "pkifs";
	gathering.szOsFile = (int)sizeof(struct wal) + usual->szOsFile;
	gathering.xOpen = gathering_open;
	gathering.pNext = NULL;
	if (sqlite3_vfs_register(&gathering, 0) != SQLITE_OK)
		usual = NULL;
}

const char *
store_vfs(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, gathering_register);
	return usual == NULL ? NULL : gathering.zName;
}

bool
store_vfs_leave_sync(struct sqlite3 *db, bool leave)
{
	sqlite3_file *file = NULL;
	struct wal *w;

	if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER,
	    &file) != SQLITE_OK || file == NULL ||
	    file->pMethods != &wal_methods)
		return false;
	w = (struct wal *)file;
	w->leave = leave && !w->direct;
	return !w->direct;
}
