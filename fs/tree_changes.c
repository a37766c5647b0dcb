/*
 * issued/by-serial/HEX/: links to what the certificate follows and to what
 * follows it, and changes.txt.
 */
#include "../ca/changes.h"
#include "../ca/signed_request.h"
#include "../ca/store_certificates.h"
#include "../ca/store_events.h"
#include "../ca/store_handover.h"
#include "../ca/store_requests.h"
#include "../ca/successor.h"
#include "tree_parts.h"
#include "tree_state.h"

static struct node
link_to(const struct certificate *row)
{
	return (node_of_two(NODE_CERT_LINK, FROM_FOLDER,
	    (uint64_t)row->id));
}

int
find_predecessor_link(struct ask *ask, const struct certificate *row,
    struct node *to)
{
	struct certificate	other;

	if (certificate_predecessor(ask->view, row, &other) != 1)
		return (0);
	*to = link_to(&other);
	return (1);
}

int
find_successor_link(struct ask *ask, const struct certificate *row,
    struct node *to)
{
	struct certificate	other;

	if (certificate_successor(ask->view, row, &other) != 1)
		return (0);
	*to = link_to(&other);
	return (1);
}

int
find_successor_request(struct ask *ask, const struct certificate *row,
    struct node *to)
{
	struct slot	slot;

	if (!successor_waiting(ask->view, row, &slot))
		return (0);
	*to = node_of(NODE_DROP, (uint64_t)slot.file);
	return (1);
}

int
find_changes(struct ask *ask, const struct certificate *row, struct node *to)
{
	struct certificate	other;

	*to = node_of(NODE_CERT_CHANGES, (uint64_t)row->id);
	return (certificate_predecessor(ask->view, row, &other));
}

int
changes_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct certificate	row;
	struct bytes		text = { 0 };
	int			there;

	there = certificate_get(ask->view, (int64_t)node.a, &row) == 1 &&
	    changes_content(ask, node, &text);
	if (there) {
		certificate_group(ask, &row, st);
		stat_time(st, row.issued);
		stat_size(st, text.size);
	}
	bytes_free(&text);
	return (there);
}

/* Who was known, and how: by what was dropped, which never changes. */
static void
put_authentication(struct ask *ask, const struct request *request,
    struct bytes *to)
{
	struct authority_version	ra;
	struct request_signer		signer = { .serial = "" };
	struct package_row		package;
	struct bytes			dropped = { 0 }, inside = { 0 };
	struct err			err;
	char				when[CLOCK_TEXT];

	clock_text_seconds(when, request->decided);
	bytes_put_text(to, "authenticated-by: ");
	if (package_of_request(ask->view, request->id, &package) == 1 &&
	    authority_get(ask->view, package.version_id, &ra) == 1)
		bytes_printf(to, "external RA %s", ra.name);
	else if (documents_read(ask->view, request->sha256, &dropped) == 1 &&
	    signed_request_begins(SLICE(&dropped)) &&
	    signed_request_read(SLICE(&dropped), &inside, &signer, &err) == 0)
		bytes_printf(to, "old certificate %s, valid at %s",
		    signer.serial, when);
	else
		bytes_printf(to, "login of uid %u", (unsigned)request->uid);
	bytes_put_text(to, "\n\n");
	bytes_free(&dropped);
	bytes_free(&inside);
}

/* Of two certificates that never change, so this does not either. */
static void
put_head(struct ask *ask, const struct certificate *row,
    const struct certificate *old, const struct request *request,
    struct bytes *to)
{
	bytes_printf(to, "path: %s\npredecessor: %s\nsuccessor: %s\n",
	    request->path, old->serial, row->serial);
	put_authentication(ask, request, to);
}

int
changes_content(struct ask *ask, struct node node, struct bytes *to)
{
	struct certificate	row, old;
	struct request		request;
	struct certified	was = { 0 }, now = { 0 };
	struct bytes		old_der = { 0 }, der = { 0 };
	struct err		err;
	int			there;

	there = certificate_get(ask->view, (int64_t)node.a, &row) == 1 &&
	    certificate_predecessor(ask->view, &row, &old) == 1 &&
	    request_get(ask->view, row.request, &request) == 1 &&
	    certificate_der(ask->view, old.id, &old_der) == 1 &&
	    certificate_der(ask->view, row.id, &der) == 1 &&
	    certified_read(&was, SLICE(&old_der), &err) == 0 &&
	    certified_read(&now, SLICE(&der), &err) == 0;
	if (there) {
		put_head(ask, &row, &old, &request, to);
		changes_text(&was, &now, to);
	}
	certified_free(&was);
	certified_free(&now);
	bytes_free(&old_der);
	bytes_free(&der);
	return (there);
}
