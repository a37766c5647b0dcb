/*
 * What a dossier reads as: decision.txt, which an officer signs; summary.html,
 * to be double-clicked; state; request.txt.  Pure: the same facts give the same
 * octets, so a text changes only when what it says does.
 */
#ifndef CA_DOSSIER_TEXT_H
#define CA_DOSSIER_TEXT_H

#include "application.h"
#include "report_case.h"
#include "store_batches.h"
#include "store_desk.h"
#include "store_dossiers.h"
#include "store_registrations.h"

struct dossier_facts {		/* borrowed; NULL and empty: not so */
	const struct config	*config;
	const struct dossier	*dossier;
	const struct application *app;		/* a request, as judged now */
	const struct subscriber	*subscriber;	/* NULL: not yet one */
	const struct registration_version *registration;
	const struct draft	*draft;
	const struct certificate *certificate;
	const struct batch	*batch;
	/* of the batch */
	char			 dry_run_sha256[SHA256_TEXT];
	/* pseudonym of the author */
	char			 asked_by[PERSON_TEXT];
	int			 officers;	/* wanted, 1 or 2 */
	bool			 is_signed;	/* decisions have to be */
	struct slice		 documents;	/* "SHA256  OCTETS  NAME" */
	size_t			 document_count;
	struct slice		 checks;	/* "passed: ...", a line each */
	struct slice		 changes;	/* of a draft */
	struct slice		 decisions;	/* a line each */
	struct slice		 reason;	/* reason.txt */
	const struct report_case *report;
	const char		*refused;	/* the newest refused move */
};

void	dossier_text_decision(const struct dossier_facts *, struct bytes *);
void	dossier_text_state(const struct dossier_facts *, struct bytes *);
/* As `openssl req -text -noout` prints it. */
void	dossier_text_request(struct slice der, struct bytes *);
/* dossier_case.c: of a problem report. */
void	dossier_case_decision(const struct dossier_facts *, struct bytes *);
/* dossier_html.c */
void	dossier_html_summary(const struct dossier_facts *, struct bytes *);

/* Has it something that officers may decide, as it was judged? */
bool	dossier_is_decidable(const struct dossier_facts *);
/* A finding that officers may say yes to instead. */
bool	dossier_finding_is_decidable(const struct finding *);
/* What to do next, a paragraph each, in the order in which it is done. */
typedef void step_each(void *arg, const char *text);
void	dossier_steps(const struct dossier_facts *, step_each *, void *arg);
void	dossier_case_steps(const struct dossier_facts *, step_each *,
	    void *arg);		/* before those of every kind */

#endif
