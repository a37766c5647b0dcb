/*
 * What must outlive core without being in the store: open handles, and files
 * that users wrote and that are no registered requests (yet).  It is one
 * memory file that main keeps, mapped by each core in turn; contents too large
 * for it lie in the spool folder.  A core that is killed leaves every row
 * whole: a row counts once `used` is set, a name once it is switched to.
 *
 * Nothing here locks: the caller serialises all calls (drops.c).
 */
#ifndef FS_SLAB_H
#define FS_SLAB_H

#include <stdatomic.h>
#include <sys/types.h>

#include "../ca/bytes.h"
#include "../ca/clock.h"
#include "../ca/err.h"
#include "../ca/store_certificates.h"

#define SLAB_FILES	8192
#define SLAB_HANDLES	4096		/* row and count make a handle's id */
#define SLAB_OF_ONE	1024		/* handles, when they are scarce */
#define SLAB_SMALL	4096		/* octets kept in the row itself */

struct slab_bytes {
	_Atomic uint64_t spool;		/* name of its file; 0: in `small` */
	_Atomic uint64_t size;
	unsigned char	 small[SLAB_SMALL];
};

struct slab_file {
	_Atomic uint32_t used;
	uint32_t	 registered;	/* the store has it, and its bytes */
	uint32_t	 gone;		/* unlinked; a handle still has it */
	uint32_t	 absent;	/* never made; it has a .status alone */
	uint32_t	 recorded;	/* as no request, with its event */
	uid_t		 gone_by;	/* who removed it; -1: it was refused */
	uint32_t	 mixed;		/* others than `uid` wrote in it */
	uint64_t	 id;		/* in its inode number */
	uint64_t	 unique;	/* of the CREATE */
	int64_t		 box;		/* or minus a folder of the desk */
	int64_t		 subscriber;
	uint64_t	 most;		/* octets it may become */
	uid_t		 uid;
	gid_t		 gid;
	usec_t		 mtime;		/* as somebody set it; 0: `touched` */
	usec_t		 touched;
	_Atomic uint32_t name_in_use;
	char		 names[2][256];
	int64_t		 origin;	/* desk folder its bytes were in; 0 */
	char		 origin_name[256];	/* by this name */
	uint64_t	 verdict;	/* number of the refusal; 0: none */
	usec_t		 refused;	/* when */
	int32_t		 code;
	char		 reason[500];
	struct slab_bytes content;
};

enum slab_kind { SLAB_DROP, SLAB_CONTROL, SLAB_TEXT };

struct slab_handle {
	_Atomic uint32_t used;
	enum slab_kind	 kind;
	uint64_t	 id;		/* fi->fh */
	uint64_t	 unique;	/* of the CREATE or OPEN */
	uint64_t	 file;		/* id of the file, drops */
	uid_t		 uid;		/* who opened it */
	uint32_t	 writes;	/* opened for writing */
	uint32_t	 counted;	/* among the opens of its file */
	uint32_t	 dirty, staged;
	uint32_t	 changes;	/* writes so far */
	uint64_t	 reach;		/* end of what it wrote */
	uint32_t	 junk;		/* flushed, and no request: `reason` */
	uint32_t	 spoiled;	/* bytes are missing: `code` */
	int32_t		 code;		/* of the verdict */
	char		 reason[500];
	char		 sha256[SHA256_TEXT];	/* a reader's snapshot; a key */
	char		 serial[SERIAL_TEXT];	/* control files */
	char		 act[65];
	uint64_t	 act_unique;	/* of the WRITE that acted */
	uint32_t	 acted, answered;
	struct slab_bytes staging;
};

struct slab;

#define SLAB_IS_ANOTHER	"this program keeps open files in another way than " \
	"the one that runs: unmount, and mount with it"
/* Could this program take it over from the one that wrote it?  0; -1: no. */
int		 slab_fits(int fd, struct err *);
/*
 * Maps the memory file, making it when it is empty, and empties the spool
 * folder of what no row names.
 */
struct slab	*slab_open(int fd, const char *spool, struct err *);
void		 slab_close(struct slab *);	/* the rows stay */

/* A zeroed row that counts once it is kept; NULL: all are taken. */
struct slab_file *slab_file_new(struct slab *);
void		 slab_file_keep(struct slab *, struct slab_file *,
		    const char *name);
void		 slab_file_free(struct slab *, struct slab_file *);
struct slab_file *slab_file_row(struct slab *, size_t);	/* NULL: unused */
size_t	 slab_files_used(const struct slab *);
size_t		 slab_file_number(struct slab *, const struct slab_file *);
struct slab_file *slab_file_find(struct slab *, uint64_t id);
/* Not one that is gone. */
struct slab_file *slab_file_named(struct slab *, int64_t box,
		    const char *name);
/* One that never was made, of that name. */
struct slab_file *slab_file_absent(struct slab *, int64_t box,
		    const char *name);
const char	*slab_file_name(const struct slab_file *);
void		 slab_file_rename(struct slab *, struct slab_file *,
		    int64_t box, const char *name);
void		 slab_file_renumber(struct slab *, struct slab_file *,
		    uint64_t id);

/*
 * With its id and user; NULL: all are taken, or, with half of them in use, too
 * many by this one, so that nobody keeps others from revoking.
 */
struct slab_handle *slab_handle_new(struct slab *, uid_t);
void		 slab_handle_keep(struct slab_handle *);
void		 slab_handle_free(struct slab *, struct slab_handle *);
struct slab_handle *slab_handle_row(struct slab *, size_t);
struct slab_handle *slab_handle_find(struct slab *, uint64_t id);
struct slab_handle *slab_handle_of_unique(struct slab *, uint64_t unique);

/* File ids come in blocks that the store gave away for ever. */
uint64_t	 slab_take_id(struct slab *);		/* 0: none left */
size_t		 slab_ids_left(struct slab *);
void		 slab_add_ids(struct slab *, int64_t first, size_t count);
uint64_t	 slab_next_verdict(struct slab *);
/* When something last changed in a box, for its folder's time. */
void		 slab_note_change(struct slab *, int64_t box, usec_t);
usec_t		 slab_changed(struct slab *, int64_t box);

/* Contents; 0 or -1 (ENOSPC, EIO of the spool). */
int	slab_write(struct slab *, struct slab_bytes *, struct slice,
	    uint64_t offset, struct err *);
int	slab_resize(struct slab *, struct slab_bytes *, uint64_t,
	    struct err *);
int	slab_replace(struct slab *, struct slab_bytes *, struct slice,
	    struct err *);
int	slab_read(struct slab *, const struct slab_bytes *, uint64_t offset,
	    size_t, struct bytes *to, struct err *);	/* replaces `to` */

#endif
