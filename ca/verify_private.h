/*
 * What the verifier's own files share; no other file includes this.
 */
#ifndef CA_VERIFY_PRIVATE_H
#define CA_VERIFY_PRIVATE_H

#include <dirent.h>
#include <stdbool.h>

#include "text.h"
#include "verify.h"

/* Numbers without a gap in the folder of one hour. */
struct run {
	int64_t	first, last;
	char	hour[14];
};

struct verifier {
	int		 root;		/* evidence/ */
	int		 documents;	/* evidence/documents, or -1 */
	verify_say	*say;
	void		*arg;
	struct verify_summary *sum;
	struct run	*runs;
	size_t		 run_count, run_room;
	char		**words;	/* that occur in names, each once */
	size_t		 words_count, words_room;
	char		 previous[SHA256_TEXT];	/* of the file before */
	bool		 linked;	/* the file before is the one before */
};

/* Counts and hands on. */
void	tell(struct verifier *, enum verify_kind, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* NULL after telling why. */
DIR	*verify_open_folder(struct verifier *, const char *path);
void	verify_documents(struct verifier *);

#endif
