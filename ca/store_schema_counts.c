/*
 * What is counted: see store_schema.c and store_counts.h.  Revocations by
 * reason are counted here, because their reason changes; a batch of 100,000
 * takes a quarter of a second more for it.
 */
#include "store_schema.h"

const char store_schema_counts_1[] =
    "CREATE TABLE tallies ("
    " kind INTEGER NOT NULL,"
    " label TEXT NOT NULL,"
    " count INTEGER NOT NULL,"
    " PRIMARY KEY (kind, label)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE revocation_counts ("
    " reason INTEGER PRIMARY KEY,"
    " count INTEGER NOT NULL) STRICT;"
    "CREATE TRIGGER revocations_count AFTER INSERT ON revocations BEGIN"
    " INSERT INTO revocation_counts (reason, count) VALUES (NEW.reason, 1)"
    "  ON CONFLICT (reason) DO UPDATE SET count = count + 1; END;"
    "CREATE TRIGGER revocations_recount AFTER UPDATE OF reason ON revocations"
    " WHEN NEW.reason <> OLD.reason BEGIN"
    " UPDATE revocation_counts SET count = count - 1"
    "  WHERE reason = OLD.reason;"
    " INSERT INTO revocation_counts (reason, count) VALUES (NEW.reason, 1)"
    "  ON CONFLICT (reason) DO UPDATE SET count = count + 1; END;";
