/*
 * The schema of the store's database, as SQL text by version (user_version),
 * with the triggers that forbid to change history.  docs/FORMAT.store tells
 * what each table is for.
 */
#ifndef CA_STORE_SCHEMA_H
#define CA_STORE_SCHEMA_H

#include "clock.h"
#include "store_sql.h"

/*
 * Brings the database to the newest version, each step in one transaction;
 * `now` dates the root box of a new one.  Refuses a database that is not the
 * store's or that a newer program made, and a schema that is not, table by
 * table, index by index and trigger by trigger, what this program makes.
 */
int	store_schema_apply(struct sql *, usec_t now, struct err *);

/* 0 if the schema of `s` is that of `fresh`, or -1 and the first difference. */
int	store_schema_compare(struct sql *fresh, struct sql *s, struct err *);

/* store_schema_desk.c: the registration desk. */
extern const char store_schema_desk_1[], store_schema_registrations_1[],
    store_schema_consents_1[];
/* store_schema_handover.c: external RAs and packages. */
extern const char store_schema_handover_1[];
/* store_schema_deadlines.c: deadlines of revocations. */
extern const char store_schema_deadlines_1[];
/* store_schema_batches.c: batches of revocations. */
extern const char store_schema_batches_1[];
/* store_schema_shards.c: shards of the CRL, the end of a CA. */
extern const char store_schema_shards_1[];
/* store_schema_notices.c: what subscribers are told of revocations. */
extern const char store_schema_notices_1[];
/* store_schema_counts.c: what is counted. */
extern const char store_schema_counts_1[];
/* store_schema_reports.c: problem reports, ordered revocations. */
extern const char store_schema_reports_1[];

#endif
