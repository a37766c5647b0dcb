/*
 * SQLite's way to its files, with the WAL written in one piece a commit.
 */
#ifndef CA_STORE_VFS_H
#define CA_STORE_VFS_H

#include <stdbool.h>

struct sqlite3;

/* The name for sqlite3_open_v2; registers it once.  NULL: the usual one. */
const char	*store_vfs(void);

/*
 * With true, a commit of this connection is written and not synced: who asked
 * for it syncs the WAL.  False when this connection's WAL cannot be had so.
 */
bool		 store_vfs_leave_sync(struct sqlite3 *, bool);

#endif
