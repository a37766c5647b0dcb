/*
 * The tables of batches of revocations: see store_schema.c.
 */
#include "store_schema.h"

const char store_schema_batches_1[] =
    "CREATE TABLE batches ("
    " id INTEGER PRIMARY KEY,"
    " file INTEGER NOT NULL,"	/* of the desk */
    " uid INTEGER NOT NULL,"
    " received INTEGER NOT NULL,"
    " finished INTEGER,"
    " state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),"
    " decided INTEGER NOT NULL,"	/* since when it may be done */
    " dossier INTEGER NOT NULL,"	/* of its second officer; 0: none */
    " newest INTEGER NOT NULL,"	/* certificate, when it came; 0: none */
    " lines INTEGER NOT NULL,"
    " done INTEGER NOT NULL,"
    " refused INTEGER NOT NULL,"
    " name TEXT NOT NULL,"
    " sha256 BLOB NOT NULL,"
    /* What comes again, from whoever could not be answered, is the same. */
    " UNIQUE (file, sha256)) STRICT;"
    "CREATE INDEX batches_open ON batches (state, id)"
    " WHERE finished IS NULL AND state < 2;"
    "CREATE TRIGGER batches_update BEFORE UPDATE ON batches"
    " WHEN OLD.finished IS NOT NULL OR NEW.id <> OLD.id"
    "  OR NEW.file <> OLD.file OR NEW.uid <> OLD.uid"
    "  OR NEW.sha256 <> OLD.sha256 OR NEW.newest <> OLD.newest"
    "  OR NEW.done < OLD.done OR NEW.refused < OLD.refused"
    "  OR NEW.received <> OLD.received OR NEW.lines <> OLD.lines"
    /* Tried, then decided by another; never back, never around it. */
    "  OR (NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN"
    "   (VALUES (1, 2), (2, 0), (2, 3), (1, 4), (2, 4)))"
    "  OR (OLD.state <> 0"
    "   AND (NEW.done <> OLD.done OR NEW.refused <> OLD.refused))"
    " BEGIN SELECT RAISE(ABORT, 'a batch is done once'); END;"
    "CREATE TRIGGER batches_delete BEFORE DELETE ON batches"
    " BEGIN SELECT RAISE(ABORT, 'a batch is never removed'); END;"
    "CREATE TABLE batch_verdicts ("
    " id INTEGER PRIMARY KEY,"
    " batch INTEGER NOT NULL REFERENCES batches,"
    " lines BLOB NOT NULL) STRICT;"
    "CREATE INDEX batch_verdicts_of ON batch_verdicts (batch, id);";
