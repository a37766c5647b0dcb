/*
 * Connections and statements, for the store's own files only: no SQL and
 * nothing of these names is used outside ca/store*.c.  A statement is prepared
 * once per connection and kept under the address of its text, so every text
 * is a string literal.
 *
 * Parameters are bound and columns taken from left to right, without numbers.
 * Identifiers that may be missing are 0 in C and NULL in SQL (`reference`);
 * digests and serials are hexadecimal text in C, "" for none, and octets in
 * SQL.
 */
#ifndef CA_STORE_SQL_H
#define CA_STORE_SQL_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "err.h"

struct sqlite3;
struct sql;		/* a connection */
struct query;		/* a statement in use */

enum sql_mode { SQL_WRITER, SQL_READER, SQL_CHECKPOINTER };

struct sql	*sql_open(const char *path, enum sql_mode, struct err *);
void		 sql_close(struct sql *);
struct sqlite3	*sql_handle(struct sql *);
void		 sql_set_timeout(struct sql *);	/* to what it was at first */
/* Statements without parameters and rows, prepared each time; 0 or -1. */
int		 sql_run(struct sql *, const char *text, struct err *);
bool		 sql_in_transaction(struct sql *);
/*
 * A write that failed for the disk's sake dooms its transaction, so that
 * nobody commits half of one by not looking: 1 and the fault, or 0.
 */
int		 sql_is_doomed(struct sql *, struct err *);
void		 sql_forgive(struct sql *);	/* after a rollback */
int64_t		 sql_last_id(struct sql *);	/* of the newest INSERT */
int64_t		 sql_changes(struct sql *);	/* rows of the newest write */
/*
 * Fills err with the connection's newest fault as an errno and a sentence;
 * returns -1.  ENOSPC, EROFS, EIO of the disk; EEXIST of a unique constraint;
 * EPERM when a trigger forbids; EINVAL when the row is against the schema.
 */
int		 sql_fault(struct sql *, const char *doing, struct err *);

/* A statement to bind and run; ends the process if it does not compile. */
struct query	*query_new(struct sql *, const char *text);
void		 query_done(struct query *);

void	bind_number(struct query *, int64_t);
void	bind_reference(struct query *, int64_t);
void	bind_text(struct query *, const char *);
void	bind_blob(struct query *, struct slice);
void	bind_null(struct query *);
void	bind_hex(struct query *, const char *);	/* even digits, or "" */

/*
 * The next row: 1, or 0 when there is none.  A fault in reading ends the
 * process: whoever asks would take "could not tell" for "no".
 */
int	query_next(struct query *);
/*
 * Runs a write to its end and is done with it; 0 or -1.  No RETURNING: it makes
 * a table of its own for one number, which costs more than the write.
 */
int	query_write(struct query *, struct err *);

/* The octets of the first row's only column, and is done: 1, or 0: no row. */
int	query_bytes(struct query *, struct bytes *to);

int64_t	take_number(struct query *);		/* 0 for NULL */
void	take_text(struct query *, char *to, size_t room);	/* cut to fit */
void	take_hex(struct query *, char *to, size_t room);	/* lower case */
void	take_serial(struct query *, char *to, size_t room);	/* upper */
struct slice take_blob(struct query *);		/* until query_next/_done */

#endif
