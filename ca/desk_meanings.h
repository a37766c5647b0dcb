/*
 * Who may write what at the desk, and what it means there, by folder.
 */
#ifndef CA_DESK_MEANINGS_H
#define CA_DESK_MEANINGS_H

#include "desk_parts.h"

/* desk_dossiers.c */
desk_may	dossier_may, dossier_may_evidence;
desk_meaning	dossier_meaning;
/* desk_drafts.c */
desk_may	draft_may;
desk_meaning	draft_meaning;

/* desk_batches.c */
desk_may	batch_may;
desk_meaning	batch_means;
/* It was removed, or has another name: what nobody decided on is withdrawn. */
desk_meaning	batch_left;

/* desk_reports.c */
desk_may	report_may, confirmation_may;
desk_meaning	report_means, confirmation_means;
/* A name in revoke/reports/ is given up: never. */
int	report_left(struct err *);

#endif
