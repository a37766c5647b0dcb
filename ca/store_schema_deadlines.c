/*
 * The deadlines of revocations: see store_schema.c and store_deadlines.h.
 */
#include "store_schema.h"

const char store_schema_deadlines_1[] =
    "CREATE TABLE deadlines ("
    " kind INTEGER NOT NULL,"
    " object INTEGER NOT NULL,"
    " start INTEGER NOT NULL,"
    " due INTEGER NOT NULL,"
    " told INTEGER NOT NULL,"	/* bits of store_deadlines.h */
    " PRIMARY KEY (kind, object)) STRICT, WITHOUT ROWID;";
