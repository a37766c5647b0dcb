/*
 * revoke/: one file for each certificate that is revoked, suspended or will be,
 * reading as its case, also when it was reinstated.  Each
 * version of the text is a publication that is found by its number; the file of
 * a certificate that has no case yet exists only while somebody writes to it.
 * Acts are in control_files.c.
 */
#include <stdlib.h>
#include <string.h>

#include "../ca/store_scheduled.h"
#include "control_files.h"
#include "tree_parts.h"
#include "tree_state.h"

int
revoke_stat(struct ask *ask, struct node folder, struct stat *st)
{
	usec_t	changed = revocations_changed(ask->view);

	if (changed != 0)
		stat_time(st, changed);
	return (1);
}

static struct node
node_of_case(const struct revocation *row)
{
	if (row->version != 0)
		return (node_of(NODE_CASE, (uint64_t)row->version));
	return (node_of(NODE_CASE_BARE, (uint64_t)row->id));
}

/* Lower case and colons are understood: the case is the same. */
int
revoke_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	struct revocation	row;
	struct scheduled	plan;
	struct publication	howto;
	char			serial[SERIAL_TEXT];

	if (strcmp(name, REVOKE_HOWTO) == 0 &&
	    publication_find(ask->view, "revoke", name, &howto) == 1) {
		*to = node_of(NODE_PUBLICATION, (uint64_t)howto.seq);
		return (1);
	}
	if (serial_normalise(name, serial) == -1)
		return (0);
	if (revocation_find(ask->view, serial, &row) == 1)
		*to = node_of_case(&row);
	else if (scheduled_find(ask->view, serial, &plan) == 1)
		*to = node_of(NODE_CASE, (uint64_t)plan.version);
	else
		return (0);
	return (1);
}

#define PLANS	(UINT64_C(1) << 56)	/* their keys are behind all cases */
#define HOWTO	(UINT64_C(2) << 56)	/* and this is behind all plans */

struct revoke_walk {
	struct ask	*ask;
	struct listing	*to;
	int		 full;
};

static int
list_case(void *arg, const struct revocation *row)
{
	struct revoke_walk	*walk = arg;

	walk->full = walk->to->put(walk->to, row->serial, node_of_case(row),
	    (uint64_t)row->id, NULL);
	return (walk->full);
}

static int
list_plan(void *arg, const struct scheduled *plan)
{
	struct revoke_walk	*walk = arg;
	struct revocation	 row;

	if (revocation_find(walk->ask->view, plan->serial, &row) == 1)
		return (0);	/* suspended until then: listed already */
	walk->full = walk->to->put(walk->to, plan->serial,
	    node_of(NODE_CASE, (uint64_t)plan->version),
	    PLANS + (uint64_t)plan->id, NULL);
	return (walk->full);
}

static void
list_howto(struct revoke_walk *walk)
{
	struct publication	file;

	if (publication_find(walk->ask->view, "revoke", REVOKE_HOWTO,
	    &file) == 1)
		walk->to->put(walk->to, file.name,
		    node_of(NODE_PUBLICATION, (uint64_t)file.seq), HOWTO,
		    NULL);
}

void
revoke_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	struct revoke_walk	walk = { ask, to };

	if (after < PLANS)
		revocations_list(ask->view, (int64_t)after, list_case, &walk);
	if (!walk.full && after < HOWTO)
		scheduled_list(ask->view, after < PLANS ? 0 :
		    (int64_t)(after - PLANS), list_plan, &walk);
	if (!walk.full && after < HOWTO)
		list_howto(&walk);
}

/* --- revoke/by-key/, revoke/refused/ -------------------------------------- */

static const struct {
	const char	*dir;
	enum node_class	 class;		/* of its files */
	mode_t		 mode;
} revoke_folders[] = {
	[REVOKE_BY_KEY] = { "revoke/by-key", NODE_CASE, 0777 },
	[REVOKE_REFUSED] = { "revoke/refused", NODE_REFUSALS, 0755 },
};
#define REVOKE_FOLDERS	(sizeof(revoke_folders) / sizeof(revoke_folders[0]))

int
revoke_folder_stat(struct ask *ask, struct node folder, struct stat *st)
{
	if (folder.a >= REVOKE_FOLDERS)
		return (0);
	st->st_mode = S_IFDIR | revoke_folders[folder.a].mode;
	return (1);
}

/* Keys are digests; either case is understood. */
int
revoke_folder_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	struct publication	file;
	char			key[SHA256_TEXT];

	if (folder.a >= REVOKE_FOLDERS)
		return (0);
	if (folder.a == REVOKE_BY_KEY) {
		if (digest_normalise(name, key) == -1)
			return (0);
		name = key;
	}
	if (publication_find(ask->view, revoke_folders[folder.a].dir, name,
	    &file) != 1)
		return (0);
	*to = node_of(revoke_folders[folder.a].class, (uint64_t)file.seq);
	return (1);
}

struct folder_walk {
	struct listing	*to;
	enum node_class	 class;
};

static int
list_file(void *arg, const struct publication *file)
{
	struct folder_walk	*walk = arg;

	return (walk->to->put(walk->to, file->name,
	    node_of(walk->class, (uint64_t)file->seq), (uint64_t)file->seq,
	    NULL));
}

void
revoke_folder_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	struct folder_walk	walk = { .to = to };

	if (folder.a >= REVOKE_FOLDERS)
		return;
	walk.class = revoke_folders[folder.a].class;
	publications_of(ask->view, revoke_folders[folder.a].dir,
	    (int64_t)after, list_file, &walk);
}

int
key_control_stat(struct ask *ask, struct node node, struct stat *st)
{
	return (1);
}

/* For the one who was refused, and the officers. */
int
refusals_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct publication	text;

	if (publication_get(ask->view, (int64_t)node.a, &text) != 1 ||
	    strcmp(text.dir, revoke_folders[REVOKE_REFUSED].dir) != 0)
		return (0);
	st->st_uid = (uid_t)strtoul(text.name, NULL, 10);
	st->st_gid = ask->tree->parts.role_gid(ROLE_REVOCATION);
	stat_size(st, text.size);
	stat_time(st, text.time);
	return (1);
}

int
refusals_content(struct ask *ask, struct node node, struct bytes *to)
{
	return (publication_bytes(ask->view, (int64_t)node.a, to));
}

/* --- files ---------------------------------------------------------------- */

int
case_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct publication	text;

	if (publication_get(ask->view, (int64_t)node.a, &text) != 1 ||
	    (strcmp(text.dir, PUBLISHED_CASES) != 0 &&
	    strcmp(text.dir, revoke_folders[REVOKE_BY_KEY].dir) != 0))
		return (0);
	stat_size(st, text.size);
	stat_time(st, text.time);
	return (1);
}

int
case_content(struct ask *ask, struct node node, struct bytes *to)
{
	return (publication_bytes(ask->view, (int64_t)node.a, to));
}

int
case_bare_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct revocation	row;
	struct bytes		text = { 0 };

	if (revocation_get(ask->view, (int64_t)node.a, &row) != 1 ||
	    publisher_case_text(ask->view, row.id, 0, &text) != 1) {
		bytes_free(&text);
		return (0);
	}
	stat_size(st, text.size);
	stat_time(st, row.decided);
	bytes_free(&text);
	return (1);
}

int
case_bare_content(struct ask *ask, struct node node, struct bytes *to)
{
	return (publisher_case_text(ask->view, (int64_t)node.a, 0, to));
}

int
control_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct certificate	row;

	if (certificate_get(ask->view, (int64_t)node.a, &row) != 1)
		return (0);
	stat_time(st, row.issued);
	return (1);
}

int
control_content(struct ask *ask, struct node node, struct bytes *to)
{
	return (1);
}
