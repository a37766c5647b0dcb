/*
 * NAME.notice in a box, and notice in the folder of the certificate: what its
 * subscriber is told of its revocation.  Each notice is an inode of its own.
 */
#include "../ca/store_certificates.h"
#include "../ca/store_notices.h"
#include "../ca/store_requests.h"
#include "../status/notice_text.h"
#include "tree_parts.h"
#include "tree_state.h"

int
find_notice(struct ask *ask, const struct certificate *row, struct node *to)
{
	struct notice	notice;

	if (row->id == 0 || notice_newest(ask->view, row->id, &notice) != 1)
		return (0);
	*to = node_of(NODE_NOTICE, (uint64_t)notice.id);
	return (1);
}

int
find_slot_notice(struct ask *ask, const struct slot *slot, struct node *to)
{
	const struct certificate	row = { .id = slot->certificate };

	return (find_notice(ask, &row, to));
}

static int
notice_of(struct ask *ask, struct node node, struct notice *notice,
    struct certificate *row)
{
	return (notice_get(ask->view, (int64_t)node.a, notice) == 1 &&
	    certificate_get(ask->view, notice->certificate, row) == 1);
}

/* Whoever dropped the request owns it, as the other answers. */
int
notice_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct certificate	row;
	struct request		request;
	struct notice		notice;
	struct bytes		text = { 0 };

	if (!notice_of(ask, node, &notice, &row))
		return (0);
	certificate_group(ask, &row, st);
	if (request_get(ask->view, row.request, &request) == 1)
		st->st_uid = request.uid;
	notice_text(&notice, &row, &text);
	stat_size(st, text.size);
	stat_time(st, notice.time);
	bytes_free(&text);
	return (1);
}

int
notice_content(struct ask *ask, struct node node, struct bytes *to)
{
	struct certificate	row;
	struct notice		notice;

	if (!notice_of(ask, node, &notice, &row))
		return (0);
	notice_text(&notice, &row, to);
	return (1);
}
