/*
 * Listing a folder: dots, the names that are always there, then what the
 * store has, streamed from where the last answer ended.  A cookie is the key
 * of the entry, never its position, so names that come and go meanwhile shift
 * nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/counters.h"
#include "ops_folder.h"
#include "tree_state.h"

/* Cookies: 1 and 2 are the dots, 3 and on the fixed names. */
#define COOKIE_DOT	1
#define COOKIE_DOTDOT	2
#define COOKIE_FIXED	3
#define COOKIE_KEY	(INT64_C(1) << 62)

struct fuse_listing {
	struct listing	 listing;	/* first */
	fuse_req_t	 req;
	struct ask	 ask;
	struct node	 folder;
	bool		 plus, full;
	char		*buffer;
	size_t		 used, room;
};

static int
put_plain(struct fuse_listing *list, const char *name, struct node node,
    off_t cookie)
{
	struct stat	st;
	size_t		size;

	memset(&st, 0, sizeof(st));
	st.st_ino = inode_pack(node);
	st.st_mode = node_type(node)->mode;
	size = fuse_add_direntry(list->req, list->buffer + list->used,
	    list->room - list->used, name, &st, cookie);
	if (size > list->room - list->used)
		return (1);
	list->used += size;
	return (0);
}

/* With attributes; one that is gone by now is left out. */
static int
put_plus(struct fuse_listing *list, const char *name, struct node node,
    off_t cookie, const struct stat *known)
{
	struct fuse_entry_param	entry;
	struct stat		st;
	size_t			size;

	if (known != NULL)
		st = *known;
	else if (!node_stat(&list->ask, node, &st))
		return (0);
	node_entry(list->folder, node, &st, &entry);
	size = fuse_add_direntry_plus(list->req, list->buffer + list->used,
	    list->room - list->used, name, &entry, cookie);
	if (size > list->room - list->used)
		return (1);
	list->used += size;
	return (0);
}

/* The kernel looks at no attributes of the dots, and counts no lookup. */
static int
put_dots(struct fuse_listing *list, const char *name, struct node node,
    off_t cookie)
{
	struct fuse_entry_param	entry;
	size_t			size;

	if (!list->plus)
		return (put_plain(list, name, node, cookie));
	memset(&entry, 0, sizeof(entry));
	entry.attr.st_ino = inode_pack(node);
	entry.attr.st_mode = node_type(node)->mode;
	size = fuse_add_direntry_plus(list->req, list->buffer + list->used,
	    list->room - list->used, name, &entry, cookie);
	if (size > list->room - list->used)
		return (1);
	list->used += size;
	return (0);
}

static int
put(struct fuse_listing *list, const char *name, struct node node,
    off_t cookie, const struct stat *known)
{
	int	full;

	full = list->plus ? put_plus(list, name, node, cookie, known) :
	    put_plain(list, name, node, cookie);
	if (full)
		list->full = true;
	return (full);
}

static int
put_key(struct listing *listing, const char *name, struct node node,
    uint64_t key, const struct stat *known)
{
	struct fuse_listing	*list = (struct fuse_listing *)listing;

	return (put(list, name, node, COOKIE_KEY | (off_t)key, known));
}

static void
list_fixed(struct fuse_listing *list, off_t after)
{
	const struct fixed_entry	*fixed;
	struct node			 parent;
	size_t				 i;

	if (after < COOKIE_DOT && put_dots(list, ".", list->folder,
	    COOKIE_DOT) != 0)
		return;
	if (!node_parent(&list->ask, list->folder, &parent))
		parent = list->folder;
	if (after < COOKIE_DOTDOT && put_dots(list, "..", parent,
	    COOKIE_DOTDOT) != 0)
		return;
	for (i = 0; i < fixed_entry_count && !list->full; i++) {
		fixed = &fixed_entries[i];
		if (after >= (off_t)i + COOKIE_FIXED ||
		    inode_pack(fixed->folder) != inode_pack(list->folder))
			continue;
		put(list, fixed->name, fixed->node, (off_t)i + COOKIE_FIXED,
		    NULL);
	}
}

static void
answer_listing(fuse_req_t req, fuse_ino_t ino, size_t size, off_t after,
    bool plus)
{
	struct fuse_listing	list = { .listing.put = put_key, .req = req,
				    .plus = plus, .room = size };
	struct tree		*tree = fuse_req_userdata(req);
	struct stat		st;
	int			there;

	counter_add(COUNT_FUSE_READDIR, 1);
	if (inode_unpack(ino, &list.folder) == -1 ||
	    !node_is_folder(list.folder)) {
		fuse_reply_err(req, ESTALE);
		return;
	}
	if ((list.buffer = malloc(size)) == NULL)
		die("out of memory");
	tree_ask(tree, &list.ask);
	there = node_stat(&list.ask, list.folder, &st);
	if (there && after < COOKIE_KEY)
		list_fixed(&list, after);
	if (there && !list.full)
		node_list(&list.ask, list.folder, after < COOKIE_KEY ? 0 :
		    (uint64_t)(after & ~COOKIE_KEY), &list.listing);
	tree_answered(&list.ask);
	if (there)
		fuse_reply_buf(req, list.buffer, list.used);
	else
		fuse_reply_err(req, ESTALE);
	free(list.buffer);
}

/*
 * No FOPEN_CACHE_DIR: it defeats readdirplus and with it the attribute cache.
 */
void
op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct node	node;

	if (inode_unpack(ino, &node) == -1 || !node_is_folder(node))
		fuse_reply_err(req, ESTALE);
	else
		fuse_reply_open(req, fi);
}

void
op_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t after,
    struct fuse_file_info *fi)
{
	answer_listing(req, ino, size, after, false);
}

void
op_readdirplus(fuse_req_t req, fuse_ino_t ino, size_t size, off_t after,
    struct fuse_file_info *fi)
{
	answer_listing(req, ino, size, after, true);
}

void
op_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	fuse_reply_err(req, 0);
}
