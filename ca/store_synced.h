/*
 * What is on the disk.  A commit may be written and synced behind that, while
 * the next transaction is being applied: the disk stands still for neither.
 * The rule stays: nothing leaves this process that is not on the disk.  A view
 * shows what is there (views_hold), and who committed is told behind the sync.
 */
#ifndef CA_STORE_SYNCED_H
#define CA_STORE_SYNCED_H

#include "store.h"

/*
 * Before the first connection is opened: the WAL that an earlier process left
 * is written again, in place, and synced.  What that one could not sync the
 * kernel may show as if it were on the disk and never write; recovery would
 * take it from there, and a loss of power then all that was committed behind
 * it.  What recovery reads after this is on the disk.  -1: it could not be
 * done, and nobody knows.
 */
int	store_wal_secure(struct store *, struct err *);

/*
 * From here on tx_commit_ahead leaves the sync to its caller, up to
 * store_sync_within; first all that an earlier process left unsynced is synced.
 * Where it cannot be done so tx_commit_ahead is tx_commit.  -1 when the WAL
 * cannot be opened.
 */
int	store_sync_apart(struct store *, struct err *);
void	store_sync_within(struct store *);

/*
 * As tx_commit; behind it store_settle must be called before the next commit
 * of any kind.  It may be called by another thread, and while the next
 * transaction is open.
 */
int	tx_commit_ahead(struct tx *, struct err *);
/*
 * Syncs the last commit and shows it to readers.  When the disk fails nobody
 * knows what is on it, and the process ends as after a crash.
 */
void	store_settle(struct store *);

/*
 * Whether the WAL is to be brought home: store_tend does what is the writer's
 * of it, with the last commit settled and no transaction open.
 */
bool	store_is_to_tend(struct store *);
void	store_tend(struct store *);

#endif
