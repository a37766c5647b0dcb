/*
 * Notices of revocations: see store_schema.c and store_notices.h.
 */
#include "store_schema.h"

const char store_schema_notices_1[] =
    "CREATE TABLE notices ("
    " id INTEGER PRIMARY KEY,"
    " certificate INTEGER NOT NULL REFERENCES certificates,"
    " reason INTEGER NOT NULL,"
    " time INTEGER NOT NULL,"
    " effective INTEGER NOT NULL,"
    " until INTEGER) STRICT;"
    "CREATE INDEX notices_of ON notices (certificate);"
    "CREATE TRIGGER notices_insert BEFORE INSERT ON notices"
    " WHEN EXISTS (SELECT 1 FROM notices WHERE id = NEW.id)"
    " BEGIN SELECT RAISE(ABORT, 'a notice is never changed'); END;"
    "CREATE TRIGGER notices_update BEFORE UPDATE ON notices"
    " BEGIN SELECT RAISE(ABORT, 'a notice is never changed'); END;"
    "CREATE TRIGGER notices_delete BEFORE DELETE ON notices"
    " BEGIN SELECT RAISE(ABORT, 'a notice is never removed'); END;"
    /* Those that the command was not told of yet, or in vain. */
    "CREATE TABLE notices_out ("
    " id INTEGER PRIMARY KEY REFERENCES notices,"
    " tries INTEGER NOT NULL,"
    " next INTEGER NOT NULL) STRICT;"
    "CREATE INDEX notices_next ON notices_out (next);";
