/*
 * What is known of a revocation case that people decide on: the report, what
 * confirmation.txt and reason.txt in its dossier say, and the certificates it
 * comes to.
 */
#ifndef CA_REPORT_CASE_H
#define CA_REPORT_CASE_H

#include "report.h"
#include "store_certificates.h"
#include "store_dossiers.h"
#include "store_reports.h"

/* confirmation.txt of a dossier. */
struct confirmation_said {
	bool	there, exception;
	usec_t	time;			/* when it was written */
	uid_t	uid;			/* by whom */
	char	why[REPORT_WHY];
	struct err fault;		/* code 0: it says what it has to */
};
void	confirmation_read(struct view *, int64_t dossier,
	    struct confirmation_said *);

struct report_case {
	struct report_row row;
	struct report	  said;
	struct confirmation_said confirmation;
	bool		  has_reason;
	char		  act[REPORT_ACT];	/* of reason.txt */
	struct report_named named;	/* reason.txt's, else the report's */
	struct err	  reason_fault;	/* code 0: it says what it has to */
};
/* Of a dossier of kind DOSSIER_REPORT; EIO: its report is gone. */
int	report_case_read(struct view *, const struct dossier *,
	    struct report_case *, struct err *);
void	report_case_free(struct report_case *);

/* Each certificate of the list; the second: serials that nobody has. */
void	report_certificates(struct view *, const struct report_named *,
	    certificate_each *, void *arg);
typedef int report_unknown_each(void *arg, const char *serial);
void	report_unknown(struct view *, const struct report_named *,
	    report_unknown_each *, void *arg);

#endif
