/*
 * What each part of the tree (tree_*.c) gives to the one table in nodes.c.
 */
#ifndef FS_TREE_PARTS_H
#define FS_TREE_PARTS_H

#include "nodes.h"

typedef int node_stat_fn(struct ask *, struct node, struct stat *);
typedef int node_lookup_fn(struct ask *, struct node, const char *,
    struct node *);
typedef void node_list_fn(struct ask *, struct node, uint64_t,
    struct listing *);
typedef int node_parent_fn(struct ask *, struct node, struct node *);
typedef void node_read_fn(struct tree *, struct node, uid_t);
typedef int node_bytes_fn(struct ask *, struct node, struct bytes *);
typedef int node_part_fn(struct ask *, struct node, uint64_t, size_t,
    struct bytes *);
typedef int node_document_fn(struct ask *, struct node,
    char sha256[SHA256_TEXT]);

/* tree_publications.c: README.txt, ca/, the files of status/ */
extern const char *const published_folders[];	/* "" is the root itself */
extern const size_t	published_folder_count;
node_stat_fn	published_stat, publication_stat;
node_lookup_fn	published_lookup;
node_list_fn	published_list;
node_bytes_fn	publication_content;
node_stat_fn	terms_stat;		/* of a box */
node_read_fn	terms_was_read;
/* The terms in force at a moment (0: now), as a publication. */
int		terms_at(struct ask *, usec_t, struct node *);

/* tree_live.c: status/metrics.prom and index.html, behind those of above */
node_stat_fn	tree_live_stat;
node_lookup_fn	tree_live_lookup;
node_list_fn	tree_live_list;
node_bytes_fn	tree_live_content;
extern const struct node_acts live_acts;

/* tree_requests.c: requests/ */
node_stat_fn	box_stat, drop_stat, status_stat, chain_stat, receipt_stat,
		unregistered_stat;
node_lookup_fn	box_lookup;
node_list_fn	box_list;
node_parent_fn	box_parent;
node_bytes_fn	drop_content, status_content, chain_content, receipt_content,
		unregistered_content;

/* tree_desk.c: ra/, and what of the desk is in a box */
node_stat_fn	ra_stat, desk_stat, desk_file_stat, desk_text_stat,
		desk_link_stat;
node_lookup_fn	ra_lookup, desk_lookup;
node_list_fn	ra_list, desk_list;
node_parent_fn	desk_parent;
node_bytes_fn	desk_file_content, desk_text_content, desk_link_content;
node_read_fn	desk_text_was_read;
#define RA_FOLDERS	7
struct ra_folder {		/* what lies in a folder of ra/ */
	unsigned draft;		/* enum draft_kind, or 0 */
	unsigned place;		/* enum dossier_place, or 0 */
};
extern const struct ra_folder ra_folders[RA_FOLDERS];
/* A dossier's name is its number; 1/0. */
int		dossier_number(const char *name, int64_t *id);
/* The files in a folder of the desk, one or all of them. */
int		desk_find_name(struct ask *, int64_t folder, const char *,
		    struct node *);
void		desk_list_names(struct ask *, int64_t folder, uint64_t after,
		    struct listing *);
gid_t		desk_group(struct ask *, int64_t folder);

/* tree_issued.c: issued/by-serial/ */
node_stat_fn	issued_stat, certificate_stat, cert_pem_stat, cert_der_stat,
		fullchain_stat, cert_text_stat, cert_status_stat,
		cert_revoked_stat, cert_refused_stat, cert_request_stat;
node_lookup_fn	by_serial_lookup, certificate_lookup;
node_list_fn	by_serial_list, certificate_list;
node_bytes_fn	cert_pem_content, cert_der_content, fullchain_content,
		cert_text_content, cert_status_content, cert_revoked_content,
		cert_refused_content, cert_request_content;
/* Who may read what belongs to a certificate: its subscriber's group. */
void		certificate_group(struct ask *, const struct certificate *,
		    struct stat *);
/* Size and octets of a certificate with its chain. */
size_t		chain_size(struct ask *, const struct certificate *);
int		chain_bytes(struct ask *, int64_t certificate,
		    struct bytes *);

size_t		cert_pem_size(const struct certificate *);
node_stat_fn	accept_stat;
node_bytes_fn	accept_content;

/* tree_changes.c: what a certificate follows, and what follows it */
int		find_predecessor_link(struct ask *, const struct certificate *,
		    struct node *);
int		find_successor_link(struct ask *, const struct certificate *,
		    struct node *);
int		find_successor_request(struct ask *,
		    const struct certificate *, struct node *);
int		find_changes(struct ask *, const struct certificate *,
		    struct node *);
node_stat_fn	changes_stat;
node_bytes_fn	changes_content;

/* tree_notices.c: what was told of a certificate's revocation */
int		find_notice(struct ask *, const struct certificate *,
		    struct node *);
int		find_slot_notice(struct ask *, const struct slot *,
		    struct node *);
node_stat_fn	notice_stat;
node_bytes_fn	notice_content;

/* tree_public.c: ca/certificates/ */
node_stat_fn	public_stat, public_pem_stat;
node_lookup_fn	public_lookup;
node_list_fn	public_list;
node_bytes_fn	public_pem_content;

/* tree_views.c: the other views of issued/, all links */
enum cert_link { FROM_DAY, FROM_INDEX, FROM_FOLDER };
node_stat_fn	by_date_stat, name_stat, key_stat, expiry_stat,
		cert_link_stat;
node_lookup_fn	by_date_lookup, by_name_lookup, name_lookup, by_key_lookup,
		key_lookup, expiring_lookup, expiry_lookup;
node_list_fn	by_date_list, by_name_list, name_list, by_key_list, key_list,
		expiring_list, expiry_list;
node_parent_fn	by_date_parent;
node_bytes_fn	cert_link_content;

/* tree_revoke.c: revoke/ */
node_stat_fn	revoke_stat, case_stat, case_bare_stat, control_stat,
		revoke_folder_stat, key_control_stat, refusals_stat;
node_lookup_fn	revoke_lookup, revoke_folder_lookup;
node_list_fn	revoke_list, revoke_folder_list;
node_bytes_fn	case_content, case_bare_content, control_content,
		refusals_content;
#define REVOKE_HOWTO	"HOWTO.txt"
#define REVOKE_BY_KEY	0	/* rows of revoke_folders */
#define REVOKE_REFUSED	1

/* tree_status.c: status/ocsp/, status/ocsp-by-serial/ */
node_stat_fn	ocsp_answer_stat, ocsp_fixed_stat, ocsp_part_stat;
node_parent_fn	ocsp_part_parent;
node_bytes_fn	ocsp_answer_content, ocsp_fixed_content;
node_list_fn	staples_list;
/*
 * A lookup in one of them is answered by itself, perhaps later; false when
 * the folder is none of its.
 */
bool		ocsp_lookup(fuse_req_t, struct tree *, struct node,
		    const char *);

/* tree_evidence.c: evidence/ */
node_stat_fn	evidence_stat, period_stat, event_stat, document_stat,
		cert_events_stat, request_events_stat, event_link_stat;
node_lookup_fn	evidence_lookup, period_lookup, documents_lookup,
		by_certificate_lookup, cert_events_lookup, by_request_lookup,
		request_events_lookup;
node_list_fn	evidence_list, period_list, documents_list_all,
		by_certificate_list, cert_events_list, by_request_list,
		request_events_list;
node_parent_fn	period_parent;
node_bytes_fn	event_content, document_content, event_link_content;
node_part_fn	document_part, publication_piece;
node_document_fn document_itself, publication_is_document;
node_read_fn	document_was_read;

#endif
