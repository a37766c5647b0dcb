/*
 * SQLite's way to its files, with the WAL written in one piece a commit.
 */
#ifndef CA_STORE_VFS_H
#define CA_STORE_VFS_H

/* The name for sqlite3_open_v2; registers it once.  NULL: the usual one. */
const char	*store_vfs(void);

#endif
