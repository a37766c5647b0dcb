/*
 * What lies in a dossier's folder: texts of ours rendered from the store,
 * copies of evidence, and the list of documents that a decision binds.
 */
#ifndef CA_DOSSIER_FOLDER_H
#define CA_DOSSIER_FOLDER_H

#include "application.h"
#include "store_desk.h"
#include "store_dossiers.h"

/*
 * All texts of an undecided dossier; sets its digests of the documents and of
 * decision.txt (the caller puts it).  The application is judged.
 */
int	dossier_folder_request(struct application *, struct tx *,
	    struct dossier *, const char *refused, struct err *);
/* Of one that is about no request; `config` NULL: event_context's name. */
int	dossier_folder_write(const struct config *, struct tx *,
	    struct dossier *, const char *refused, struct err *);
/* `state` alone: of what was decided or closed nothing else changes. */
int	dossier_folder_state(struct tx *, const struct dossier *,
	    const char *refused, struct err *);
/* People's files, but `but`, as documents of a dossier. */
int	dossier_folder_copy(struct tx *, int64_t folder, const char *but,
	    int64_t dossier, struct err *);
/* Of the documents that a dossier of this draft would have. */
void	dossier_folder_digest(struct view *, int64_t draft, const char *but,
	    char sha256[SHA256_TEXT]);

#endif
