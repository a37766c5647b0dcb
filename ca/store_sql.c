/*
 * Connections and statements: how each connection is set up, the statements
 * it keeps, and the way from SQLite's result codes to a fault a caller of the
 * tree understands.
 *
 * WAL with synchronous=FULL: a commit is on the disk when it returns.  Nothing
 * is written but by a commit (cache_spill=OFF), so that reading inside a
 * transaction cannot meet a full disk; nothing lies in temporary files, which
 * a chroot has no folder for.
 */
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "store_sql.h"
#include "store_vfs.h"
#include "text.h"

#define BUSY_MS		10000
#define STATEMENTS	128	/* heads of the table; more just share one */
#define HEXES		10	/* bind_hex in one statement */
#define HEX_OCTETS	32
#define ROW_OCTETS	8192	/* memory kept for rows being written */
#define ROWS_AT_ONCE	64

struct query {
	struct sql	*sql;
	const char	*text;
	sqlite3_stmt	*statement;
	int		 bound, taken;
	bool		 busy;
	int		 hexes;
	unsigned char	 hex[HEXES][HEX_OCTETS];
	struct query	*next;
};

struct sql {
	sqlite3		*db;
	enum sql_mode	 mode;
	struct query	*kept[STATEMENTS];
	struct err	 doom;		/* code 0: none */
};

static const char setup_all[] =
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA recursive_triggers = ON;";

/*
 * By mode.  Sizes are KiB of page cache: sixteen readers and the writer stay
 * far below the 100 MB that core may have, the kernel caches the rest.
 */
static const char *const setup_of[] = {
	[SQL_WRITER] =
	    ("PRAGMA journal_mode = WAL;"
	    "PRAGMA foreign_keys = ON;"
	    "PRAGMA cache_spill = OFF;"
	    "PRAGMA journal_size_limit = 67108864;"
	    "PRAGMA cache_size = -16384;"),
	[SQL_READER] =
	    ("PRAGMA query_only = ON;"
	    "PRAGMA cache_size = -1024;"),
	[SQL_CHECKPOINTER] =
	    "PRAGMA cache_size = -256;",
};

void
sql_set_timeout(struct sql *s)
{
	sqlite3_busy_timeout(s->db, BUSY_MS);
}

static int
sql_setup(struct sql *s, struct err *err)
{
	int on;

	sql_set_timeout(s);
	/* A row fits whose text is not packed; the usual 1200 are too few. */
	if (s->mode == SQL_WRITER)
		sqlite3_db_config(s->db, SQLITE_DBCONFIG_LOOKASIDE, NULL,
		    ROW_OCTETS, ROWS_AT_ONCE);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, &on);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DML, 0, &on);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DDL, 0, &on);
	if (sql_run(s, setup_all, err) != 0)
		return -1;
	return sql_run(s, setup_of[s->mode], err);
}

struct sql *
sql_open(const char *path, enum sql_mode mode, struct err *err)
{
	struct sql *s;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		die("store: out of memory");
	s->mode = mode;
	if (sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE |
	    (mode == SQL_WRITER ? SQLITE_OPEN_CREATE : 0) |
	    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, store_vfs()) !=
	    SQLITE_OK) {
		sql_fault(s, "open the database", err);
		goto fail;
	}
	if (sql_setup(s, err) != 0)
		goto fail;
	return s;
fail:
	sql_close(s);
	return NULL;
}

void
sql_close(struct sql *s)
{
	struct query *q, *next;
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < STATEMENTS; i++) {
		for (q = s->kept[i]; q != NULL; q = next) {
			next = q->next;
			sqlite3_finalize(q->statement);
			free(q);
		}
	}
	sqlite3_close(s->db);
	free(s);
}

struct sqlite3 *
sql_handle(struct sql *s)
{
	return s->db;
}

int
sql_run(struct sql *s, const char *text, struct err *err)
{
	if (sqlite3_exec(s->db, text, NULL, NULL, NULL) != SQLITE_OK)
		return sql_fault(s, "set up the database", err);
	return 0;
}

bool
sql_in_transaction(struct sql *s)
{
	return sqlite3_get_autocommit(s->db) == 0;
}

int64_t
sql_last_id(struct sql *s)
{
	return sqlite3_last_insert_rowid(s->db);
}

int64_t
sql_changes(struct sql *s)
{
	return sqlite3_changes(s->db);
}

int
sql_is_doomed(struct sql *s, struct err *err)
{
	if (s->doom.code == 0)
		return 0;
	*err = s->doom;
	return 1;
}

void
sql_forgive(struct sql *s)
{
	s->doom.code = 0;
}

static void
sql_doom(struct sql *s, const struct err *fault)
{
	if (s->doom.code == 0 && (fault->code == ENOSPC ||
	    fault->code == EROFS || fault->code == EIO))
		s->doom = *fault;
}

/* What SQLite says, by primary result code. */
static const struct {
	int		 result;
	int		 code;
	const char	*words;
} faults[] = {
	{ SQLITE_FULL,		ENOSPC,	"there is no room" },
	{ SQLITE_READONLY,	EROFS,	"the store cannot be written" },
	{ SQLITE_BUSY,		EBUSY,	"another process holds it" },
	{ SQLITE_TOOBIG,	EFBIG,	"it is too large" },
	{ SQLITE_CONSTRAINT,	EINVAL,	"it is against the schema" },
	{ SQLITE_CORRUPT,	EIO,	"the database is damaged" },
	{ SQLITE_NOTADB,	EIO,	"the file is no database" },
};

/* An I/O fault is what the system call said, if that means something. */
static int
io_code(sqlite3 *db)
{
	switch (sqlite3_system_errno(db)) {
	case ENOSPC:
	case EDQUOT:
		return ENOSPC;
	case EROFS:
		return EROFS;
	default:
		return EIO;
	}
}

int
sql_fault(struct sql *s, const char *doing, struct err *err)
{
	int result = sqlite3_extended_errcode(s->db);
	const char *message = sqlite3_errmsg(s->db);
	size_t i;

	if ((result & 0xff) == SQLITE_NOMEM)
		die("store: out of memory");
	if ((result & 0xff) == SQLITE_MISUSE)
		die("store: misuse of the database: %s", doing);
	switch (result) {
	case SQLITE_IOERR_SHMSIZE:	/* it comes without an errno */
		return err_set(err, ENOSPC, "cannot %s: there is no room for "
		    "the index of the WAL", doing);
	case SQLITE_CONSTRAINT_TRIGGER:
		return err_set(err, EPERM, "cannot %s: %s", doing, message);
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
		return err_set(err, EEXIST, "cannot %s: it is there already "
		    "(%s)", doing, message);
	}
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if ((result & 0xff) == faults[i].result)
			return err_set(err, faults[i].code,
			    "cannot %s: %s (%s)", doing, faults[i].words,
			    message);
	return err_set(err, io_code(s->db), "cannot %s: %s (%s)", doing,
	    message, strerror(sqlite3_system_errno(s->db)));
}

static struct query *
query_prepare(struct sql *s, const char *text)
{
	struct query *q;

	q = calloc(1, sizeof(*q));
	if (q == NULL)
		die("store: out of memory");
	q->sql = s;
	q->text = text;
	if (sqlite3_prepare_v3(s->db, text, -1, SQLITE_PREPARE_PERSISTENT,
	    &q->statement, NULL) != SQLITE_OK)
		die("store: %s: %s", sqlite3_errmsg(s->db), text);
	return q;
}

struct query *
query_new(struct sql *s, const char *text)
{
	struct query **head, *q;

	head = &s->kept[((uintptr_t)text >> 3) % STATEMENTS];
	for (q = *head; q != NULL; q = q->next)
		if (q->text == text && !q->busy)
			break;
	if (q == NULL) {
		q = query_prepare(s, text);
		q->next = *head;
		*head = q;
	}
	q->busy = true;
	q->bound = 0;
	q->taken = 0;
	q->hexes = 0;
	return q;
}

void
query_done(struct query *q)
{
	sqlite3_reset(q->statement);
	q->busy = false;
}

static void
bind_checked(struct query *q, int result)
{
	if (result != SQLITE_OK)
		die("store: parameter %d: %s: %s", q->bound,
		    sqlite3_errmsg(q->sql->db), q->text);
}

void
bind_number(struct query *q, int64_t number)
{
	bind_checked(q, sqlite3_bind_int64(q->statement, ++q->bound, number));
}

void
bind_null(struct query *q)
{
	bind_checked(q, sqlite3_bind_null(q->statement, ++q->bound));
}

void
bind_reference(struct query *q, int64_t id)
{
	if (id == 0)
		bind_null(q);
	else
		bind_number(q, id);
}

void
bind_text(struct query *q, const char *text)
{
	bind_checked(q, sqlite3_bind_text(q->statement, ++q->bound, text, -1,
	    SQLITE_STATIC));
}

void
bind_blob(struct query *q, struct slice s)
{
	/* A NULL pointer would be NULL, not the empty blob. */
	bind_checked(q, sqlite3_bind_blob64(q->statement, ++q->bound,
	    s.size == 0 ? (const void *)"" : s.data, s.size, SQLITE_STATIC));
}

/* What is no hexadecimal text of a serial or a digest is equal to nothing. */
void
bind_hex(struct query *q, const char *text)
{
	size_t digits = strlen(text);
	unsigned char *octets;

	if (q->hexes == HEXES)
		die("store: too many digests: %s", q->text);
	octets = q->hex[q->hexes++];
	if (digits == 0 || digits % 2 != 0 || digits / 2 > HEX_OCTETS ||
	    hex_decode(octets, digits / 2, text) != 0) {
		bind_null(q);
		return;
	}
	bind_blob(q, (struct slice){ octets, digits / 2 });
}

int
query_next(struct query *q)
{
	int result = sqlite3_step(q->statement);

	q->taken = 0;
	if (result == SQLITE_ROW)
		return 1;
	/* A transaction that failed as a whole: its end will say so. */
	if (result == SQLITE_DONE || result == SQLITE_ABORT_ROLLBACK)
		return 0;
	die("store: cannot read: %s (%s)", sqlite3_errmsg(q->sql->db),
	    strerror(sqlite3_system_errno(q->sql->db)));
}

int
query_write(struct query *q, struct err *err)
{
	int result, fault = 0;

	while ((result = sqlite3_step(q->statement)) == SQLITE_ROW)
		;
	if (result != SQLITE_DONE) {
		fault = sql_fault(q->sql, "write to the store", err);
		sql_doom(q->sql, err);
	}
	query_done(q);
	return fault;
}

int64_t
take_number(struct query *q)
{
	return sqlite3_column_int64(q->statement, q->taken++);
}

void
take_text(struct query *q, char *to, size_t room)
{
	const unsigned char *text;
	size_t size;

	text = sqlite3_column_text(q->statement, q->taken);
	size = (size_t)sqlite3_column_bytes(q->statement, q->taken++);
	if (size >= room)
		size = room - 1;
	if (size > 0)
		memcpy(to, text, size);
	to[size] = '\0';
}

struct slice
take_blob(struct query *q)
{
	struct slice s;

	s.data = sqlite3_column_blob(q->statement, q->taken);
	s.size = (size_t)sqlite3_column_bytes(q->statement, q->taken++);
	return s;
}

int
query_bytes(struct query *q, struct bytes *to)
{
	int found = query_next(q);

	if (found)
		bytes_copy(to, take_blob(q));
	query_done(q);
	return found;
}

void
take_hex(struct query *q, char *to, size_t room)
{
	struct slice s = take_blob(q);

	if (s.size * 2 >= room)
		s.size = (room - 1) / 2;
	hex_lower(to, s.data, s.size);
}

void
take_serial(struct query *q, char *to, size_t room)
{
	struct slice s = take_blob(q);

	if (s.size * 2 >= room)
		s.size = (room - 1) / 2;
	hex_upper(to, s.data, s.size);
}
