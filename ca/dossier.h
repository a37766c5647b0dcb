/*
 * Dossiers as the rules see them: opened in the transaction that finds that a
 * person is needed, shown as texts (summary.html, request.txt, decision.txt,
 * state), and what an approval of one covers.  ca/desk.h has the acts.
 */
#ifndef CA_DOSSIER_H
#define CA_DOSSIER_H

#include "application.h"
#include "store_desk.h"
#include "store_dossiers.h"

/*
 * A pending application's dossier: opened, or its texts made anew when what
 * they say moved.  In the transaction of the decision.
 */
int	dossier_open_request(struct application *, struct tx *,
	    struct err *);
/* Its request was withdrawn or superseded, or needs nobody any more. */
int	dossier_close_request(struct tx *, int64_t request, bool withdrawn,
	    struct err *);

/* What officers approved for a request, and what that binds; 1/0. */
struct approval {
	int64_t	dossier;
	int	officers;		/* different persons */
	bool	is_signed;		/* by each of them */
	bool	has_evidence;		/* documents were in it */
	usec_t	time;			/* of the last decision */
	struct dossier_basis basis;
};
int	approval_of_request(struct view *, int64_t request,
	    struct approval *);
/* "names": the names and attributes of a request, as one digest. */
void	names_digest(const struct csr_name *, size_t count,
	    const char *common_name, char sha256[65]);

/*
 * What each kind of dossier does when it is approved or rejected: in the
 * decision's transaction; `after` (may be NULL) once that is on disk.
 */
struct dossier_effect {
	enum dossier_kind kind;
	int	(*decided)(struct authority *, struct tx *,
		    const struct dossier *, const struct decision *,
		    struct err *);
	void	(*after)(struct authority *, const struct dossier *);
};

#endif
