/*
 * The schema of the CRL's shards, and what ends a CA.
 */
#include "store_schema.h"

const char store_schema_shards_1[] =
    "CREATE TABLE shards ("
    " id INTEGER PRIMARY KEY,"
    " since INTEGER NOT NULL,"
    " until INTEGER,"			/* out of use; all have ended by then */
    " issuer TEXT NOT NULL,"
    " url TEXT NOT NULL UNIQUE) STRICT;"
    "CREATE TRIGGER shards_insert BEFORE INSERT ON shards"
    " WHEN EXISTS (SELECT 1 FROM shards WHERE id = NEW.id"
    "  OR url = NEW.url)"
    " BEGIN SELECT RAISE(ABORT, 'a shard is never replaced'); END;"
    "CREATE TRIGGER shards_update BEFORE UPDATE ON shards"
    " WHEN NEW.id <> OLD.id OR NEW.url <> OLD.url"
    "  OR NEW.issuer <> OLD.issuer"
    " BEGIN SELECT RAISE(ABORT, 'a shard is never changed'); END;"
    "CREATE TRIGGER shards_delete BEFORE DELETE ON shards"
    " BEGIN SELECT RAISE(ABORT, 'a shard is never removed'); END;"

    /* CSS-6.3.9-06: behind the last CRL there is nothing. */
    "CREATE TRIGGER meta_closing_insert BEFORE INSERT ON meta"
    " WHEN NEW.name = 'closing' AND EXISTS (SELECT 1 FROM meta"
    "  WHERE name = 'closing' AND value > NEW.value)"
    " BEGIN SELECT RAISE(ABORT, 'the end of a CA is final'); END;"
    "CREATE TRIGGER meta_closing_update BEFORE UPDATE ON meta"
    " WHEN OLD.name = 'closing' AND (NEW.name <> OLD.name"
    "  OR NEW.value < OLD.value)"
    " BEGIN SELECT RAISE(ABORT, 'the end of a CA is final'); END;"
    "CREATE TRIGGER meta_closing_delete BEFORE DELETE ON meta"
    " WHEN OLD.name = 'closing'"
    " BEGIN SELECT RAISE(ABORT, 'the end of a CA is final'); END;"
    /* CSS-6.3.9-13: what the root revoked stays revoked. */
    "CREATE TRIGGER meta_revoked_insert BEFORE INSERT ON meta"
    " WHEN NEW.name = 'issuing-revoked' AND EXISTS (SELECT 1 FROM meta"
    "  WHERE name = 'issuing-revoked')"
    " BEGIN SELECT RAISE(ABORT, 'a CA is revoked for ever'); END;"
    "CREATE TRIGGER meta_revoked_update BEFORE UPDATE ON meta"
    " WHEN OLD.name = 'issuing-revoked'"
    " BEGIN SELECT RAISE(ABORT, 'a CA is revoked for ever'); END;"
    "CREATE TRIGGER meta_revoked_delete BEFORE DELETE ON meta"
    " WHEN OLD.name = 'issuing-revoked'"
    " BEGIN SELECT RAISE(ABORT, 'a CA is revoked for ever'); END;";
