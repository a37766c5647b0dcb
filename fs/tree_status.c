/*
 * status/ocsp/: an OCSP request as a path, its answer as a file; and
 * status/ocsp-by-serial/, where the same file has the serial as its name, for
 * stapling.  The answer may have to be signed, so a lookup is answered when the
 * publisher has it; no name may be kept by the kernel.  Requests cannot be
 * listed; by serial those are that somebody asked for and that are valid.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/store_status.h"
#include "tree_parts.h"
#include "tree_state.h"

int
ocsp_answer_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct ocsp_answer	row;

	if (ocsp_get(ask->view, (int64_t)node.a, &row) != 1)
		return (0);
	stat_size(st, row.size);
	stat_time(st, row.this_update);
	return (1);
}

int
ocsp_answer_content(struct ask *ask, struct node node, struct bytes *to)
{
	return (ocsp_bytes(ask->view, (int64_t)node.a, to));
}

int
ocsp_fixed_stat(struct ask *ask, struct node node, struct stat *st)
{
	if (node.a > OCSP_MALFORMED || node.a == OCSP_ANSWER)
		return (0);
	stat_size(st, publisher_ocsp_fixed((enum ocsp_file)node.a).size);
	return (1);
}

int
ocsp_fixed_content(struct ask *ask, struct node node, struct bytes *to)
{
	if (node.a > OCSP_MALFORMED || node.a == OCSP_ANSWER)
		return (0);
	bytes_copy(to, publisher_ocsp_fixed((enum ocsp_file)node.a));
	return (1);
}

static bool
part_text(struct tree *tree, struct node node, struct bytes *to)
{
	struct ocsp_path	path = { node.a, node.b };

	return (ocsp_paths_get(tree->ocsp_paths, path, to));
}

int
ocsp_part_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct bytes	text = { 0 };
	bool		there = part_text(ask->tree, node, &text);

	bytes_free(&text);
	return (there);
}

int
ocsp_part_parent(struct ask *ask, struct node node, struct node *to)
{
	*to = node_of(NODE_OCSP, 0);
	return (1);
}

struct ocsp_waiter {
	fuse_req_t	 req;
	struct tree	*tree;
	struct node	 folder;
};

static void
answer_here(void *arg, enum ocsp_file file, int64_t id)
{
	struct ocsp_waiter	*waiter = arg;

	if (file == OCSP_ANSWER)
		tree_reply_entry(waiter->req, waiter->tree, waiter->folder,
		    node_of(NODE_OCSP_ANSWER, (uint64_t)id), ENOENT);
	else if (waiter->folder.class == NODE_STAPLES)
		fuse_reply_err(waiter->req, ENOENT);
	else
		tree_reply_entry(waiter->req, waiter->tree, waiter->folder,
		    node_of(NODE_OCSP_FIXED, file), ENOENT);
	free(waiter);
}

static void
ask_publisher(fuse_req_t req, struct tree *tree, struct node folder,
    struct slice der)
{
	struct ocsp_waiter	*waiter = malloc(sizeof(*waiter));

	if (waiter == NULL)
		die("out of memory");
	*waiter = (struct ocsp_waiter){ req, tree, folder };
	publisher_ocsp(tree->parts.publisher, der, answer_here, waiter);
}

static bool
serial_was_issued(void *arg, const char *low, const char *high)
{
	struct tree	*tree = arg;
	struct ask	 ask;
	bool		 issued;

	tree_ask(tree, &ask);
	issued = certificates_between(ask.view, low, high);
	tree_answered(&ask);
	return (issued);
}

/* --- by serial ------------------------------------------------------------ */

static const struct {
	const char	*suffix;
	enum ocsp_form	 form;		/* of the CertID */
} staples[] = {
	{ ".der", OCSP_FORM_SHA1 },
	{ ".sha256.der", OCSP_FORM_SHA256 },
};
#define STAPLES	(sizeof(staples) / sizeof(staples[0]))

/* OCSP_FORM_OTHER: no such name. */
static enum ocsp_form
staple_of_name(const char *name, char serial[SERIAL_TEXT])
{
	size_t	digits = strcspn(name, "."), i;

	if (digits >= SERIAL_TEXT)
		return (OCSP_FORM_OTHER);
	memcpy(serial, name, digits);
	serial[digits] = '\0';
	for (i = 0; i < STAPLES; i++)
		if (strcmp(name + digits, staples[i].suffix) == 0)
			return (staples[i].form);
	return (OCSP_FORM_OTHER);
}

static void
staple_lookup(fuse_req_t req, struct tree *tree, struct node folder,
    const char *name)
{
	struct certificate	certificate;
	struct bytes		der = { 0 };
	struct ask		ask;
	char			serial[SERIAL_TEXT];
	enum ocsp_form		form = staple_of_name(name, serial);
	int			issued = 0;

	if (form != OCSP_FORM_OTHER) {
		tree_ask(tree, &ask);
		issued = certificate_find(ask.view, serial, &certificate);
		tree_answered(&ask);
	}
	if (issued != 1) {
		fuse_reply_err(req, ENOENT);
		return;
	}
	publisher_ocsp_request(tree->parts.publisher, serial,
	    form == OCSP_FORM_SHA256, &der);
	ask_publisher(req, tree, folder, SLICE(&der));
	bytes_free(&der);
}

struct staple_walk {
	struct listing	*to;
	usec_t		 now;
};

static int
list_staple(void *arg, int64_t question, const struct ocsp_answer *row)
{
	struct staple_walk	*walk = arg;
	char			 name[SERIAL_TEXT + 16];
	size_t			 i;

	if (row->next_update <= walk->now)
		return (0);
	for (i = 0; i < STAPLES && staples[i].form != row->form; i++)
		;
	if (i == STAPLES)
		return (0);
	snprintf(name, sizeof(name), "%s%s", row->serial, staples[i].suffix);
	return (walk->to->put(walk->to, name,
	    node_of(NODE_OCSP_ANSWER, (uint64_t)row->id),
	    (uint64_t)question, NULL));
}

void
staples_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	struct staple_walk	walk = { to, clock_now() };

	ocsp_questions(ask->view, (int64_t)after, list_staple, &walk);
}

/* --- both ----------------------------------------------------------------- */

static void
request_lookup(fuse_req_t req, struct tree *tree, struct node folder,
    const char *name)
{
	struct node		top = node_of(NODE_OCSP, 0);
	struct bytes		text = { 0 }, der = { 0 };
	struct ocsp_path	path;

	if (folder.class == NODE_OCSP_PART) {
		if (!part_text(tree, folder, &text)) {
			fuse_reply_err(req, ESTALE);
			goto out;
		}
		bytes_put_text(&text, "/");
	}
	bytes_put_text(&text, name);
	switch (ocsp_text_read(bytes_text(&text), serial_was_issued, tree,
	    &der)) {
	case OCSP_TEXT_REQUEST:
		ask_publisher(req, tree, top, SLICE(&der));
		break;
	case OCSP_TEXT_PART:
		path = ocsp_paths_put(tree->ocsp_paths, bytes_text(&text));
		tree_reply_entry(req, tree, top, node_of_two(NODE_OCSP_PART,
		    path.row, path.generation), ENOENT);
		break;
	case OCSP_TEXT_NEVER:
		fuse_reply_err(req, ENOENT);
		break;
	}
out:
	bytes_free(&text);
	bytes_free(&der);
}

bool
ocsp_lookup(fuse_req_t req, struct tree *tree, struct node folder,
    const char *name)
{
	switch (folder.class) {
	case NODE_OCSP:
	case NODE_OCSP_PART:
		request_lookup(req, tree, folder, name);
		return (true);
	case NODE_STAPLES:
		staple_lookup(req, tree, folder, name);
		return (true);
	default:
		return (false);
	}
}
