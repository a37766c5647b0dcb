/*
 * The one table of the tree: for each class of node its name, mode, group,
 * how long the kernel may keep it, and how it is looked up, listed, read and
 * acted upon.  A new file in the tree is one row here and one function in the
 * part of the tree it belongs to (tree_*.c).
 */
#ifndef FS_NODES_H
#define FS_NODES_H

#include <sys/stat.h>

#include "inode.h"
#include "tree.h"

/* One question to the tree, answered from one moment. */
struct ask {
	struct tree	*tree;
	struct view	*view;
};

/* Collects the entries of a folder; put returns nonzero when it is full. */
struct listing {
	int	(*put)(struct listing *, const char *name, struct node,
		    uint64_t key, const struct stat *);
};

enum node_group {
	GROUP_OWN,		/* of the program */
	GROUP_RA, GROUP_AUDITOR,
	GROUP_OTHER		/* the attr function sets it */
};

/* What may be done to what users write; every function answers the request. */
struct node_acts {
	/* in a folder */
	void	(*create)(fuse_req_t, struct tree *, struct node,
		    const char *, struct fuse_file_info *);
	void	(*unlink)(fuse_req_t, struct tree *, struct node,
		    const char *);
	void	(*rename)(fuse_req_t, struct tree *, struct node,
		    const char *, struct node, const char *, unsigned);
	void	(*mkdir)(fuse_req_t, struct tree *, struct node,
		    const char *);
	void	(*rmdir)(fuse_req_t, struct tree *, struct node,
		    const char *);
	/* on a file */
	void	(*open)(fuse_req_t, struct tree *, struct node,
		    struct fuse_file_info *);
	void	(*setattr)(fuse_req_t, struct tree *, struct node,
		    const struct stat *, int, struct fuse_file_info *);
	/* on a handle */
	void	(*read)(fuse_req_t, struct tree *, struct node, size_t, off_t,
		    struct fuse_file_info *);
	void	(*write)(fuse_req_t, struct tree *, struct node,
		    const char *, size_t, off_t, struct fuse_file_info *);
	void	(*flush)(fuse_req_t, struct tree *, struct node,
		    struct fuse_file_info *);
	void	(*release)(fuse_req_t, struct tree *, struct node,
		    struct fuse_file_info *);
};

#define FOR_EVER	86400.0		/* what never changes: one day */


struct node_type {
	const char	*name;		/* for people */
	mode_t		 mode;
	enum node_group	 group;
	double		 attr;		/* attributes may be kept, seconds */
	double		 entry;		/* a name that leads here may be kept */
	double		 names;		/* a folder: names in it may be */
	enum node_class	 up;		/* of a folder without a `parent` */
	/* 1 there, 0 not: sets size, times, GROUP_OTHER's group. */
	int	(*stat)(struct ask *, struct node, struct stat *);
	int	(*lookup)(struct ask *, struct node, const char *,
		    struct node *);			/* 1/0 */
	/* Entries whose key is greater than `after`, in order of key. */
	void	(*list)(struct ask *, struct node, uint64_t after,
		    struct listing *);
	int	(*parent)(struct ask *, struct node, struct node *);
	/* 1; 0: not there; -1: damaged. */
	int	(*bytes)(struct ask *, struct node, struct bytes *);
	/* Of what may be too large to be fetched whole for each piece. */
	int	(*part)(struct ask *, struct node, uint64_t offset,
		    size_t size, struct bytes *);
	/* Of a large file: the document that it is, by its digest; 1/0. */
	int	(*document)(struct ask *, struct node,
		    char sha256[SHA256_TEXT]);
	/* A person opened it to read it: an event. */
	void	(*was_read)(struct tree *, struct node, uid_t);
	const struct node_acts *acts;
};

extern const struct node_type node_types[NODE_CLASSES];

/* Names that are always in a folder. */
struct fixed_entry {
	struct node	 folder;
	const char	*name;
	struct node	 node;
};
extern const struct fixed_entry fixed_entries[];
extern const size_t fixed_entry_count;

static inline const struct node_type *
node_type(struct node node)
{
	return (&node_types[node.class]);
}

/* Everything stat shows; 1 there, 0 not (any more). */
int	node_stat(struct ask *, struct node, struct stat *);
int	node_lookup(struct ask *, struct node folder, const char *name,
	    struct node *);
void	node_list(struct ask *, struct node folder, uint64_t after,
	    struct listing *);
int	node_parent(struct ask *, struct node folder, struct node *);
bool	node_is_folder(struct node);
/* As a folder's entry in kernel caches. */
void	node_entry(struct node folder, struct node, const struct stat *,
	    struct fuse_entry_param *);

/* Helpers of the parts: stat from what a row says. */
void	stat_begin(struct ask *, struct node, struct stat *);
void	stat_time(struct stat *, usec_t);
void	stat_size(struct stat *, size_t);

#endif
