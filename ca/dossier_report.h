/*
 * Dossiers about problem reports: opened when a report is filed, decided by a
 * revocation officer, and what its reporter reads of it in NAME.status.
 */
#ifndef CA_DOSSIER_REPORT_H
#define CA_DOSSIER_REPORT_H

#include "dossier.h"
#include "paths.h"
#include "report_case.h"

/*
 * In the transaction that keeps the report; sets the row's dossier.  What came
 * with it lies in documents/.
 */
int	dossier_open_report(struct authority *, struct tx *,
	    struct report_row *, const struct report *, struct err *);

/*
 * A dossier_effect each: an approval becomes an order for each certificate and
 * key (what revokes has to be confirmed, or an exception, REV-6.2.4-03BA).
 * ENODATA with the sentence of what is missing in the dossier.
 */
int	report_decided(struct authority *, struct tx *,
	    const struct dossier *, const struct decision *, struct err *);
int	revocation_decided(struct authority *, struct tx *,
	    const struct dossier *, const struct decision *, struct err *);

/*
 * revoke/reports/NAME.status, as things stand; `path` is told to whoever
 * looks.
 */
int	report_status_write(struct tx *, const struct report_row *,
	    char path[PATH_TEXT], struct err *);
/* An order was done: recorded, and said in the status of its report. */
int	report_order_done(struct tx *, const struct revocation_order *,
	    const char *outcome, char path[PATH_TEXT], struct err *);

#endif
