/*
 * The table of node classes, and what works from it for all of them.
 */
#include <string.h>

#include "../ca/store_desk.h"
#include "../ca/store_registry.h"
#include "control_files.h"
#include "desk_folders.h"
#include "proof_files.h"
#include "tree_parts.h"
#include "tree_state.h"

#define FOLDER(m)	(S_IFDIR | (m))
#define FILE_OF(m)	(S_IFREG | (m))
#define LINK		(S_IFLNK | 0777)

/*
 * Folders keep attributes for a second (their mtime moves), names in them for
 * a day: what changes there is told to the kernel by the notifier.  Names in
 * boxes, in revoke/ and in status/ocsp/ are asked for anew each time.  A box
 * keeps its mode for a moment, else each step through it would be a question;
 * its times the kernel forgets by itself whenever a caller changes it.
 */
#define SOON	1.0
#define A_MOMENT 0.05

const struct node_type	node_types[NODE_CLASSES] = {
	[NODE_ROOT] = { .name = "", .mode = FOLDER(0755), .attr = SOON,
	    .entry = FOR_EVER, .names = FOR_EVER, .stat = published_stat,
	    .lookup = published_lookup, .list = published_list },
	[NODE_PUBLISHED] = { .name = "ca, status", .mode = FOLDER(0755),
	    .attr = SOON, .entry = FOR_EVER, .names = FOR_EVER,
	    .stat = published_stat, .lookup = published_lookup,
	    .list = published_list },
	[NODE_PUBLICATION] = { .name = "ca/FILE", .mode = FILE_OF(0444),
	    .attr = FOR_EVER, .entry = FOR_EVER, .stat = publication_stat,
	    .bytes = publication_content, .part = publication_piece,
	    .document = publication_is_document },
	[NODE_PUBLICATION_LINK] = { .name = "ca/cp/current.txt", .mode = LINK,
	    .attr = FOR_EVER, .entry = FOR_EVER, .stat = publication_stat,
	    .bytes = publication_content },

	[NODE_BOX] = { .name = "requests", .mode = FOLDER(02770),
	    .group = GROUP_OTHER, .attr = A_MOMENT, .entry = FOR_EVER,
	    .stat = box_stat,
	    .lookup = box_lookup, .list = box_list, .parent = box_parent,
	    .acts = &box_acts },
	[NODE_DROP] = { .name = "requests/NAME.csr", .mode = FILE_OF(0640),
	    .group = GROUP_OTHER, .stat = drop_stat, .bytes = drop_content,
	    .acts = &drop_acts },
	[NODE_STATUS] = { .name = "requests/NAME.status",
	    .mode = FILE_OF(0440), .group = GROUP_OTHER, .attr = FOR_EVER,
	    .stat = status_stat, .bytes = status_content },
	[NODE_CHAIN] = { .name = "requests/NAME.crt", .mode = FILE_OF(0440),
	    .group = GROUP_OTHER, .attr = FOR_EVER, .stat = chain_stat,
	    .bytes = chain_content },
	[NODE_UNREGISTERED] = { .name = "requests/NAME.status",
	    .mode = FILE_OF(0440), .group = GROUP_OTHER, .attr = FOR_EVER,
	    .stat = unregistered_stat, .bytes = unregistered_content,
	    .acts = &refusal_acts },

	[NODE_ISSUED] = { .name = "issued", .mode = FOLDER(0751),
	    .group = GROUP_RA, .attr = SOON, .entry = FOR_EVER,
	    .names = FOR_EVER, .stat = issued_stat },
	[NODE_BY_SERIAL] = { .name = "issued/by-serial",
	    .mode = FOLDER(0751), .group = GROUP_RA, .attr = SOON,
	    .entry = FOR_EVER, .names = FOR_EVER, .up = NODE_ISSUED,
	    .stat = issued_stat, .lookup = by_serial_lookup,
	    .list = by_serial_list },
	[NODE_CERTIFICATE] = { .name = "issued/by-serial/HEX",
	    .mode = FOLDER(0770), .group = GROUP_OTHER, .attr = FOR_EVER,
	    .entry = FOR_EVER, .names = FOR_EVER, .up = NODE_BY_SERIAL,
	    .stat = certificate_stat, .lookup = certificate_lookup,
	    .list = certificate_list, .acts = &certificate_acts },
	[NODE_CERT_PEM] = { .name = "issued/by-serial/HEX/cert.pem",
	    .mode = FILE_OF(0440), .group = GROUP_OTHER, .attr = FOR_EVER,
	    .entry = FOR_EVER, .stat = cert_pem_stat,
	    .bytes = cert_pem_content },
	[NODE_CERT_DER] = { .name = "issued/by-serial/HEX/cert.der",
	    .mode = FILE_OF(0440), .group = GROUP_OTHER, .attr = FOR_EVER,
	    .entry = FOR_EVER, .stat = cert_der_stat,
	    .bytes = cert_der_content },
	[NODE_FULLCHAIN] = { .name = "issued/by-serial/HEX/fullchain.pem",
	    .mode = FILE_OF(0440), .group = GROUP_OTHER, .attr = FOR_EVER,
	    .entry = FOR_EVER, .stat = fullchain_stat,
	    .bytes = fullchain_content },
	[NODE_CERT_TEXT] = { .name = "issued/by-serial/HEX/cert.txt",
	    .mode = FILE_OF(0440), .group = GROUP_OTHER, .attr = FOR_EVER,
	    .entry = FOR_EVER, .stat = cert_text_stat,
	    .bytes = cert_text_content },
	[NODE_CERT_STATUS] = { .name = "issued/by-serial/HEX/status",
	    .mode = FILE_OF(0440), .group = GROUP_OTHER, .attr = FOR_EVER,
	    .stat = cert_status_stat, .bytes = cert_status_content },
	[NODE_CERT_REVOKED] = { .name = "issued/by-serial/HEX/status",
	    .mode = FILE_OF(0440), .group = GROUP_OTHER, .attr = FOR_EVER,
	    .stat = cert_revoked_stat, .bytes = cert_revoked_content },
	[NODE_CERT_REQUEST] = { .name = "issued/by-serial/HEX/request.csr",
	    .mode = FILE_OF(0440), .group = GROUP_OTHER, .attr = FOR_EVER,
	    .entry = FOR_EVER, .stat = cert_request_stat,
	    .bytes = cert_request_content },
	[NODE_CERT_EVIDENCE] = { .name = "issued/by-serial/HEX/evidence",
	    .mode = FOLDER(0750), .group = GROUP_OTHER, .attr = SOON,
	    .entry = FOR_EVER, .names = FOR_EVER, .up = NODE_CERTIFICATE,
	    .stat = cert_events_stat, .lookup = cert_events_lookup,
	    .list = cert_events_list },
	[NODE_EVENT_LINK] = { .name = "evidence/by-request/ID/LINK",
	    .mode = LINK, .attr = FOR_EVER, .entry = FOR_EVER,
	    .stat = event_link_stat, .bytes = event_link_content },

	[NODE_BY_DATE] = { .name = "issued/by-date", .mode = FOLDER(0750),
	    .group = GROUP_RA, .attr = SOON, .entry = FOR_EVER,
	    .names = FOR_EVER, .up = NODE_ISSUED, .stat = by_date_stat,
	    .lookup = by_date_lookup, .list = by_date_list,
	    .parent = by_date_parent },
	[NODE_BY_NAME] = { .name = "issued/by-name", .mode = FOLDER(0750),
	    .group = GROUP_RA, .attr = SOON, .entry = FOR_EVER,
	    .names = FOR_EVER, .up = NODE_ISSUED, .stat = issued_stat,
	    .lookup = by_name_lookup, .list = by_name_list },
	[NODE_NAME] = { .name = "issued/by-name/NAME",
	    .mode = FOLDER(0750), .group = GROUP_RA, .attr = SOON,
	    .entry = FOR_EVER, .names = FOR_EVER, .up = NODE_BY_NAME,
	    .stat = name_stat, .lookup = name_lookup, .list = name_list },
	[NODE_BY_KEY] = { .name = "issued/by-key", .mode = FOLDER(0750),
	    .group = GROUP_RA, .attr = SOON, .entry = FOR_EVER,
	    .names = FOR_EVER, .up = NODE_ISSUED, .stat = issued_stat,
	    .lookup = by_key_lookup, .list = by_key_list },
	[NODE_KEY] = { .name = "issued/by-key/SHA256",
	    .mode = FOLDER(0750), .group = GROUP_RA, .attr = SOON,
	    .entry = FOR_EVER, .names = FOR_EVER, .up = NODE_BY_KEY,
	    .stat = key_stat, .lookup = key_lookup, .list = key_list },
	[NODE_EXPIRING] = { .name = "issued/expiring", .mode = FOLDER(0750),
	    .group = GROUP_RA, .attr = SOON, .entry = FOR_EVER,
	    .names = FOR_EVER, .up = NODE_ISSUED, .stat = issued_stat,
	    .lookup = expiring_lookup, .list = expiring_list },
	[NODE_EXPIRY] = { .name = "issued/expiring/YYYY-MM-DD",
	    .mode = FOLDER(0750), .group = GROUP_RA, .attr = SOON,
	    .entry = FOR_EVER, .names = FOR_EVER, .up = NODE_EXPIRING,
	    .stat = expiry_stat, .lookup = expiry_lookup,
	    .list = expiry_list },
	[NODE_CERT_LINK] = { .name = "issued/by-key/SHA256/LINK",
	    .mode = LINK, .attr = FOR_EVER, .entry = FOR_EVER,
	    .stat = cert_link_stat, .bytes = cert_link_content },

	[NODE_REVOKE] = { .name = "revoke", .mode = FOLDER(0777),
	    .entry = FOR_EVER, .stat = revoke_stat, .lookup = revoke_lookup,
	    .list = revoke_list, .acts = &revoke_acts },
	[NODE_CASE] = { .name = "revoke/SERIAL", .mode = FILE_OF(0666),
	    .attr = FOR_EVER, .stat = case_stat, .bytes = case_content,
	    .acts = &control_acts },
	[NODE_CASE_BARE] = { .name = "revoke/SERIAL", .mode = FILE_OF(0666),
	    .stat = case_bare_stat, .bytes = case_bare_content,
	    .acts = &control_acts },
	[NODE_CONTROL] = { .name = "revoke/SERIAL", .mode = FILE_OF(0666),
	    .stat = control_stat, .bytes = control_content,
	    .acts = &control_acts },

	[NODE_OCSP] = { .name = "status/ocsp", .mode = FOLDER(0755),
	    .attr = FOR_EVER, .entry = FOR_EVER },
	[NODE_OCSP_PART] = { .name = "status/ocsp/BASE64",
	    .mode = FOLDER(0755), .stat = ocsp_part_stat,
	    .parent = ocsp_part_parent },
	[NODE_OCSP_ANSWER] = { .name = "status/ocsp/BASE64",
	    .mode = FILE_OF(0444), .attr = FOR_EVER,
	    .stat = ocsp_answer_stat, .bytes = ocsp_answer_content },
	[NODE_OCSP_FIXED] = { .name = "status/ocsp/BASE64",
	    .mode = FILE_OF(0444), .attr = FOR_EVER,
	    .stat = ocsp_fixed_stat, .bytes = ocsp_fixed_content },

	[NODE_STAPLES] = { .name = "status/ocsp-by-serial",
	    .mode = FOLDER(0755), .attr = FOR_EVER, .entry = FOR_EVER,
	    .list = staples_list },

	[NODE_EVIDENCE] = { .name = "evidence", .mode = FOLDER(02750),
	    .group = GROUP_AUDITOR, .attr = SOON, .entry = FOR_EVER,
	    .names = FOR_EVER, .stat = evidence_stat,
	    .lookup = evidence_lookup, .list = evidence_list },
	[NODE_PERIOD] = { .name = "evidence/YYYY/MM/DD/HH",
	    .mode = FOLDER(02750), .group = GROUP_AUDITOR, .attr = SOON,
	    .entry = FOR_EVER, .names = FOR_EVER, .stat = period_stat,
	    .lookup = period_lookup, .list = period_list,
	    .parent = period_parent },
	[NODE_EVENT] = { .name = "evidence/YYYY/MM/DD/HH/SEQ-EVENT.json",
	    .mode = FILE_OF(0440), .group = GROUP_AUDITOR, .attr = FOR_EVER,
	    .entry = FOR_EVER, .stat = event_stat, .bytes = event_content },
	[NODE_DOCUMENTS] = { .name = "evidence/documents",
	    .mode = FOLDER(02750), .group = GROUP_AUDITOR, .attr = SOON,
	    .entry = FOR_EVER, .names = FOR_EVER, .up = NODE_EVIDENCE,
	    .stat = evidence_stat, .lookup = documents_lookup,
	    .list = documents_list_all },
	[NODE_DOCUMENT] = { .name = "evidence/documents/SHA256",
	    .mode = FILE_OF(0440), .group = GROUP_AUDITOR, .attr = FOR_EVER,
	    .entry = FOR_EVER, .stat = document_stat,
	    .bytes = document_content, .part = document_part,
	    .document = document_itself,
	    .was_read = document_was_read },
	[NODE_BY_CERTIFICATE] = { .name = "evidence/by-certificate",
	    .mode = FOLDER(02750), .group = GROUP_AUDITOR, .attr = SOON,
	    .entry = FOR_EVER, .names = FOR_EVER, .up = NODE_EVIDENCE,
	    .stat = evidence_stat, .lookup = by_certificate_lookup,
	    .list = by_certificate_list },
	[NODE_CERT_EVENTS] = { .name = "evidence/by-certificate/HEX",
	    .mode = FOLDER(02750), .group = GROUP_AUDITOR, .attr = SOON,
	    .entry = FOR_EVER, .names = FOR_EVER,
	    .up = NODE_BY_CERTIFICATE, .stat = cert_events_stat,
	    .lookup = cert_events_lookup, .list = cert_events_list },
	[NODE_BY_REQUEST] = { .name = "evidence/by-request",
	    .mode = FOLDER(02750), .group = GROUP_AUDITOR, .attr = SOON,
	    .entry = FOR_EVER, .names = FOR_EVER, .up = NODE_EVIDENCE,
	    .stat = evidence_stat, .lookup = by_request_lookup,
	    .list = by_request_list },
	[NODE_REQUEST_EVENTS] = { .name = "evidence/by-request/ID",
	    .mode = FOLDER(02750), .group = GROUP_AUDITOR, .attr = SOON,
	    .entry = FOR_EVER, .names = FOR_EVER, .up = NODE_BY_REQUEST,
	    .stat = request_events_stat, .lookup = request_events_lookup,
	    .list = request_events_list },

	[NODE_RA] = { .name = "ra", .mode = FOLDER(02770),
	    .group = GROUP_RA, .attr = A_MOMENT, .entry = FOR_EVER,
	    .stat = ra_stat, .lookup = ra_lookup, .list = ra_list,
	    .acts = &ra_acts },
	[NODE_DESK] = { .name = "ra/pending/ID", .mode = FOLDER(02770),
	    .group = GROUP_RA, .attr = A_MOMENT, .stat = desk_stat,
	    .lookup = desk_lookup, .list = desk_list, .parent = desk_parent,
	    .acts = &desk_acts },
	[NODE_DESK_FILE] = { .name = "ra/pending/ID/documents/NAME",
	    .mode = FILE_OF(0660), .group = GROUP_OTHER,
	    .stat = desk_file_stat, .bytes = desk_file_content,
	    .acts = &drop_acts },
	[NODE_DESK_TEXT] = { .name = "ra/pending/ID/state",
	    .mode = FILE_OF(0440), .group = GROUP_OTHER, .attr = FOR_EVER,
	    .stat = desk_text_stat, .bytes = desk_text_content,
	    .was_read = desk_text_was_read },
	[NODE_DESK_LINK] = { .name = "ra/pending/ID/subscriber",
	    .mode = LINK, .stat = desk_link_stat,
	    .bytes = desk_link_content },

	[NODE_ACCEPT] = { .name = "issued/by-serial/HEX/accept",
	    .mode = FILE_OF(0660), .group = GROUP_OTHER, .stat = accept_stat,
	    .bytes = accept_content, .acts = &accept_acts },
	/* Who withdraws consent is not made to wait for a cache. */
	[NODE_PUBLIC] = { .name = "ca/certificates", .mode = FOLDER(0755),
	    .attr = SOON, .entry = FOR_EVER, .stat = public_stat,
	    .lookup = public_lookup, .list = public_list },
	[NODE_PUBLIC_PEM] = { .name = "ca/certificates/HEX.pem",
	    .mode = FILE_OF(0444), .attr = FOR_EVER,
	    .stat = public_pem_stat, .bytes = public_pem_content },
	[NODE_TERMS] = { .name = "requests/NAME/terms.txt",
	    .mode = FILE_OF(0444), .attr = FOR_EVER, .stat = terms_stat,
	    .bytes = publication_content, .was_read = terms_was_read },
	[NODE_REVOKE_FOLDER] = { .name = "revoke/by-key",
	    .mode = FOLDER(0777), .entry = FOR_EVER, .up = NODE_REVOKE,
	    .stat = revoke_folder_stat, .lookup = revoke_folder_lookup,
	    .list = revoke_folder_list, .acts = &revoke_folder_acts },
	[NODE_KEY_CONTROL] = { .name = "revoke/by-key/SHA256",
	    .mode = FILE_OF(0666), .stat = key_control_stat,
	    .bytes = control_content, .acts = &control_acts },
	[NODE_REFUSALS] = { .name = "revoke/refused/UID.txt",
	    .mode = FILE_OF(0440), .group = GROUP_OTHER, .attr = FOR_EVER,
	    .stat = refusals_stat, .bytes = refusals_content },
	[NODE_CERT_REFUSED] = { .name = "issued/by-serial/HEX/status",
	    .mode = FILE_OF(0440), .group = GROUP_OTHER, .attr = FOR_EVER,
	    .stat = cert_refused_stat, .bytes = cert_refused_content },
	[NODE_CERT_CHANGES] = { .name = "issued/by-serial/HEX/changes.txt",
	    .mode = FILE_OF(0440), .group = GROUP_OTHER, .attr = FOR_EVER,
	    .entry = FOR_EVER, .stat = changes_stat,
	    .bytes = changes_content },
	[NODE_PROOF] = { .name = "revoke/SERIAL.pop", .mode = FILE_OF(0222),
	    .stat = control_stat, .bytes = control_content,
	    .acts = &proof_acts },
	/* Its name leads to another version each second. */
	[NODE_LIVE] = { .name = "status/metrics.prom", .mode = FILE_OF(0444),
	    .attr = FOR_EVER, .stat = tree_live_stat,
	    .bytes = tree_live_content, .acts = &live_acts },
	[NODE_RECEIPT] = { .name = "requests/NAME.receipt.p7s",
	    .mode = FILE_OF(0440), .group = GROUP_OTHER, .attr = FOR_EVER,
	    .stat = receipt_stat, .bytes = receipt_content },
	[NODE_NOTICE] = { .name = "requests/NAME.notice",
	    .mode = FILE_OF(0440), .group = GROUP_OTHER, .attr = FOR_EVER,
	    .stat = notice_stat, .bytes = notice_content },
};

const struct fixed_entry	fixed_entries[] = {
	{ { NODE_ROOT, 1, 0 }, "ca", { NODE_PUBLISHED, 1, 0 } },
	{ { NODE_ROOT, 1, 0 }, "requests", { NODE_BOX, BOX_ROOT, 0 } },
	{ { NODE_ROOT, 1, 0 }, "ra", { NODE_RA, 0, 0 } },
	{ { NODE_RA, 0, 0 }, "subscribers", { NODE_RA, 1, 0 } },
	{ { NODE_RA, 0, 0 }, "authorities", { NODE_RA, 2, 0 } },
	{ { NODE_RA, 0, 0 }, "pending", { NODE_RA, 3, 0 } },
	{ { NODE_RA, 0, 0 }, "countersign", { NODE_RA, 4, 0 } },
	{ { NODE_RA, 0, 0 }, "approved", { NODE_RA, 5, 0 } },
	{ { NODE_RA, 0, 0 }, "rejected", { NODE_RA, 6, 0 } },
	{ { NODE_ROOT, 1, 0 }, "issued", { NODE_ISSUED, 0, 0 } },
	{ { NODE_ROOT, 1, 0 }, "revoke", { NODE_REVOKE, 0, 0 } },
	{ { NODE_REVOKE, 0, 0 }, "by-key", { NODE_REVOKE_FOLDER, 0, 0 } },
	{ { NODE_REVOKE, 0, 0 }, "refused", { NODE_REVOKE_FOLDER, 1, 0 } },
	{ { NODE_REVOKE, 0, 0 }, "batch",
	    { NODE_DESK, DESK_FOLDER(DESK_BATCH, 1), 0 } },
	{ { NODE_REVOKE, 0, 0 }, "reports",
	    { NODE_DESK, DESK_FOLDER(DESK_REPORTS, 1), 0 } },
	{ { NODE_ROOT, 1, 0 }, "status", { NODE_PUBLISHED, 6, 0 } },
	{ { NODE_ROOT, 1, 0 }, "evidence", { NODE_EVIDENCE, 0, 0 } },
	{ { NODE_PUBLISHED, 1, 0 }, "cp", { NODE_PUBLISHED, 2, 0 } },
	{ { NODE_PUBLISHED, 1, 0 }, "cps", { NODE_PUBLISHED, 3, 0 } },
	{ { NODE_PUBLISHED, 1, 0 }, "terms", { NODE_PUBLISHED, 4, 0 } },
	{ { NODE_PUBLISHED, 1, 0 }, "profiles", { NODE_PUBLISHED, 5, 0 } },
	{ { NODE_PUBLISHED, 1, 0 }, "certificates", { NODE_PUBLIC, 0, 0 } },
	{ { NODE_PUBLISHED, 6, 0 }, "crl", { NODE_PUBLISHED, 7, 0 } },
	{ { NODE_PUBLISHED, 6, 0 }, "ocsp", { NODE_OCSP, 0, 0 } },
	{ { NODE_PUBLISHED, 6, 0 }, "ocsp-by-serial", { NODE_STAPLES, 0, 0 } },
	{ { NODE_ISSUED, 0, 0 }, "by-serial", { NODE_BY_SERIAL, 0, 0 } },
	{ { NODE_ISSUED, 0, 0 }, "by-date", { NODE_BY_DATE, 0, 0 } },
	{ { NODE_ISSUED, 0, 0 }, "by-name", { NODE_BY_NAME, 0, 0 } },
	{ { NODE_ISSUED, 0, 0 }, "by-key", { NODE_BY_KEY, 0, 0 } },
	{ { NODE_ISSUED, 0, 0 }, "expiring", { NODE_EXPIRING, 0, 0 } },
	{ { NODE_EVIDENCE, 0, 0 }, "documents", { NODE_DOCUMENTS, 0, 0 } },
	{ { NODE_EVIDENCE, 0, 0 }, "by-certificate",
	    { NODE_BY_CERTIFICATE, 0, 0 } },
	{ { NODE_EVIDENCE, 0, 0 }, "by-request", { NODE_BY_REQUEST, 0, 0 } },
};
const size_t	fixed_entry_count =
		    sizeof(fixed_entries) / sizeof(fixed_entries[0]);

bool
node_is_folder(struct node node)
{
	return (S_ISDIR(node_type(node)->mode));
}

static bool
same_node(struct node x, struct node y)
{
	return (x.class == y.class && x.a == y.a && x.b == y.b);
}

void
stat_time(struct stat *st, usec_t when)
{
	struct timespec	 time;

	time.tv_sec = when / USEC;
	time.tv_nsec = (when % USEC) * 1000;
	st->st_mtim = st->st_ctim = st->st_atim = time;
}

void
stat_size(struct stat *st, size_t size)
{
	st->st_size = (off_t)size;
	st->st_blocks = (blkcnt_t)((size + 511) / 512);
}

void
stat_begin(struct ask *ask, struct node node, struct stat *st)
{
	const struct node_type		*type = node_type(node);
	const struct tree_parts		*parts = &ask->tree->parts;

	memset(st, 0, sizeof(*st));
	st->st_ino = inode_pack(node);
	st->st_mode = type->mode;
	st->st_nlink = 1;
	st->st_blksize = 65536;
	st->st_uid = parts->uid;
	st->st_gid = parts->gid;
	if (type->group == GROUP_RA)
		st->st_gid = parts->role_gid(ROLE_RA);
	else if (type->group == GROUP_AUDITOR)
		st->st_gid = parts->role_gid(ROLE_AUDITOR);
	stat_time(st, ask->tree->born);
}

int
node_stat(struct ask *ask, struct node node, struct stat *st)
{
	const struct node_type	*type = node_type(node);

	stat_begin(ask, node, st);
	return (type->stat == NULL ? 1 : type->stat(ask, node, st));
}

int
node_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	const struct node_type	*type = node_type(folder);
	size_t			 i;

	for (i = 0; i < fixed_entry_count; i++)
		if (same_node(fixed_entries[i].folder, folder) &&
		    strcmp(fixed_entries[i].name, name) == 0) {
			*to = fixed_entries[i].node;
			return (1);
		}
	return (type->lookup == NULL ? 0 :
	    type->lookup(ask, folder, name, to));
}

void
node_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	const struct node_type	*type = node_type(folder);

	if (type->list != NULL)
		type->list(ask, folder, after, to);
}

int
node_parent(struct ask *ask, struct node folder, struct node *to)
{
	const struct node_type	*type = node_type(folder);
	size_t			 i;

	for (i = 0; i < fixed_entry_count; i++)
		if (same_node(fixed_entries[i].node, folder)) {
			*to = fixed_entries[i].folder;
			return (1);
		}
	if (type->parent != NULL)
		return (type->parent(ask, folder, to));
	*to = node_of(type->up, type->up == NODE_ROOT ? 1 : 0);
	/* The folder of one certificate's evidence is inside its own. */
	if (type->up == NODE_CERTIFICATE)
		to->a = folder.a;
	return (1);
}

void
node_entry(struct node folder, struct node node, const struct stat *st,
    struct fuse_entry_param *to)
{
	double	names = node_type(folder)->names;
	double	entry = node_type(node)->entry;

	memset(to, 0, sizeof(*to));
	to->ino = st->st_ino;
	to->generation = 1;
	to->attr = *st;
	to->attr_timeout = node_type(node)->attr;
	to->entry_timeout = names < entry ? names : entry;
}
