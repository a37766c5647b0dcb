/*
 * The desk in the store: the folders below ra/ that people write in, the files
 * in them, and drafts (a subscriber or an external RA as somebody wrote it
 * down, in force only by a decision).
 */
#ifndef CA_STORE_DESK_H
#define CA_STORE_DESK_H

#include <sys/types.h>

#include "store.h"
#include "text.h"

/*
 * A folder's number is its object's times 8 plus its kind, for ever: it is in
 * inode numbers.
 */
enum desk_kind {
	DESK_DOSSIER = 0,		/* ra/pending/ID, wherever it lies */
	DESK_DOSSIER_DOCUMENTS = 1,
	DESK_DRAFT = 2,			/* ra/subscribers/NAME */
	DESK_DRAFT_DOCUMENTS = 3,
	DESK_BOX = 4,			/* agreement.txt in a drop box */
	DESK_DOSSIER_OWN = 5,		/* of no folder of the tree */
	DESK_BATCH = 6,			/* revoke/batch, object 1 */
	DESK_REPORTS = 7		/* revoke/reports, object 1 */
};
#define DESK_FOLDER(kind, object)	((int64_t)(object) * 8 + (kind))
#define DESK_KIND(folder)		((enum desk_kind)((folder) % 8))
#define DESK_OBJECT(folder)		((folder) / 8)

/*
 * A file of such a folder.  What people wrote is one file for ever, its bytes
 * (a document) replaced by each accepted write; what we wrote (`generated`) is
 * a new one each time.  Ids are those of dropped files ("next-file-id").
 */
struct desk_file {
	int64_t	id, folder;
	char	name[256];
	uid_t	uid;		/* who wrote it last */
	usec_t	time;		/* when */
	usec_t	mtime;		/* as utimens set it, or `time` */
	size_t	size;
	char	sha256[SHA256_TEXT];
	bool	generated;
	usec_t	removed;	/* its name, when: only _get finds it */
};
/* Inserts or updates by id; id 0: takes one. */
int	desk_file_put(struct tx *, struct desk_file *, struct err *);
/* A text of ours, in place of the one of that name; same bytes: nothing. */
int	desk_file_write(struct tx *, int64_t folder, const char *name,
	    struct slice, struct err *);
/* The same of what its author alone may read, and officers. */
int	desk_file_write_for(struct tx *, int64_t folder, const char *name,
	    uid_t, struct slice, struct err *);
int	desk_file_remove(struct tx *, int64_t id, struct err *);
int	desk_file_get(struct view *, int64_t id, struct desk_file *); /* 1/0 */
int	desk_file_find(struct view *, int64_t folder, const char *name,
	    struct desk_file *);
typedef int desk_file_each(void *arg, const struct desk_file *);
/* Those there are now, behind id `after`. */
void	desk_files_of(struct view *, int64_t folder, int64_t after,
	    desk_file_each *, void *arg);
/*
 * Those who wrote under this name since then, removed or replaced as it may
 * be: what they wrote they do not decide on.
 */
typedef int desk_writer_each(void *arg, uid_t);
void	desk_writers(struct view *, int64_t folder, const char *name,
	    usec_t since, desk_writer_each *, void *arg);
/* Its bytes came from there: whoever wrote them since then wrote it, now. */
int	desk_writers_carry(struct tx *, const struct desk_file *,
	    int64_t folder, const char *name, usec_t since, struct err *);
usec_t	desk_changed(struct view *, int64_t folder);	/* of the folder */

enum draft_kind { DRAFT_SUBSCRIBER = 1, DRAFT_AUTHORITY = 2 };
struct draft {
	int64_t	id;
	enum draft_kind kind;
	char	name[64];
	uid_t	uid;			/* who made the folder */
	usec_t	since, changed;
	int64_t	object;			/* subscriber or authority in force */
	int64_t	dossier;		/* the newest about it; 0: none */
};
/* Insert (id 0; EEXIST) or update. */
int	draft_put(struct tx *, struct draft *, struct err *);
/* EPERM once anything was decided about it. */
int	draft_remove(struct tx *, int64_t id, struct err *);
int	draft_get(struct view *, int64_t id, struct draft *);	/* 1/0 */
int	draft_find(struct view *, enum draft_kind, const char *name,
	    struct draft *);
int	draft_of_object(struct view *, enum draft_kind, int64_t object,
	    struct draft *);
typedef int draft_each(void *arg, const struct draft *);
void	drafts_list(struct view *, enum draft_kind, int64_t after,
	    draft_each *, void *arg);
usec_t	drafts_changed(struct view *, enum draft_kind);

#endif
