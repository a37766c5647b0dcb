/*
 * The tables of problem reports, and of revocations that were ordered by a
 * decision or by a recognised RA: see store_schema.c.
 */
#include "store_schema.h"

const char store_schema_reports_1[] =
    "CREATE TABLE reports ("
    " id INTEGER PRIMARY KEY,"
    " dossier INTEGER,"
    " file INTEGER NOT NULL,"		/* of the desk */
    " uid INTEGER NOT NULL,"
    " received INTEGER NOT NULL,"	/* by the transport */
    " filed INTEGER NOT NULL,"		/* here */
    " via TEXT NOT NULL,"
    " name TEXT NOT NULL UNIQUE,"
    " sha256 BLOB NOT NULL) STRICT;"
    "CREATE INDEX reports_by_dossier ON reports (dossier);"
    "CREATE INDEX reports_by_file ON reports (file, id);"
    "CREATE TRIGGER reports_update BEFORE UPDATE ON reports"
    " WHEN NEW.id <> OLD.id OR NEW.name <> OLD.name"
    "  OR NEW.sha256 <> OLD.sha256 OR NEW.received <> OLD.received"
    "  OR NEW.uid <> OLD.uid OR OLD.dossier IS NOT NULL"
    " BEGIN SELECT RAISE(ABORT, 'a report stays as it came'); END;"
    "CREATE TRIGGER reports_delete BEFORE DELETE ON reports"
    " BEGIN SELECT RAISE(ABORT, 'a report is never removed'); END;"
    /* Decided, and to be done: what a crash left is done at start. */
    "CREATE TABLE revocation_orders ("
    " id INTEGER PRIMARY KEY,"
    " dossier INTEGER,"			/* that decided it, */
    " package INTEGER,"			/* or the RA's request */
    " how INTEGER NOT NULL,"
    " confirmation INTEGER NOT NULL,"
    " uid INTEGER NOT NULL,"
    " received INTEGER NOT NULL,"
    " authenticated INTEGER NOT NULL,"
    " confirmed INTEGER NOT NULL,"
    " decided INTEGER NOT NULL,"
    " done INTEGER,"			/* when */
    " role TEXT NOT NULL,"
    " line TEXT NOT NULL,"		/* as for revoke/SERIAL */
    " exception TEXT NOT NULL,"
    " outcome TEXT NOT NULL,"
    " serial BLOB,"			/* one of the two */
    " key BLOB) STRICT;"
    "CREATE INDEX revocation_orders_undone ON revocation_orders (id)"
    " WHERE done IS NULL;"
    "CREATE INDEX revocation_orders_of_dossier"
    " ON revocation_orders (dossier) WHERE dossier IS NOT NULL;"
    "CREATE INDEX revocation_orders_of_package"
    " ON revocation_orders (package) WHERE package IS NOT NULL;"
    "CREATE TRIGGER revocation_orders_update"
    " BEFORE UPDATE ON revocation_orders"
    " WHEN OLD.done IS NOT NULL OR NEW.id <> OLD.id"
    "  OR NEW.serial IS NOT OLD.serial OR NEW.key IS NOT OLD.key"
    "  OR NEW.line <> OLD.line OR NEW.uid <> OLD.uid"
    " BEGIN SELECT RAISE(ABORT, 'an order is done once'); END;"
    "CREATE TRIGGER revocation_orders_delete"
    " BEFORE DELETE ON revocation_orders"
    " BEGIN SELECT RAISE(ABORT, 'an order is never removed'); END;";
