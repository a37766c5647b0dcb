/*
 * issued/by-serial/: one folder for each certificate, with what belongs to
 * it.  Everything in it follows from the certificate's bytes and its request,
 * so sizes are computed from the row or from the bytes, never guessed.
 */
#include <string.h>

#include "../ca/acceptance.h"
#include "../ca/certificate.h"
#include "../ca/status_text.h"
#include "../ca/store_certificates.h"
#include "../ca/store_events.h"
#include "../ca/store_registry.h"
#include "../ca/store_scheduled.h"
#include "../ca/text.h"
#include "tree_parts.h"
#include "tree_state.h"

#define PEM_LABEL	"CERTIFICATE"

/* The kind of a status, and beside it what is known of the acceptance. */
enum case_state { CASE_VALID, CASE_EXPIRED, CASE_REVOKED_BARE,
		  CASE_KIND = 3, CASE_ACCEPTED = 4, CASE_AWAITED = 8 };

int
issued_stat(struct ask *ask, struct node folder, struct stat *st)
{
	struct certificate	row;

	if (certificates_last(ask->view, &row) == 1)
		stat_time(st, row.issued);
	return (1);
}

void
certificate_group(struct ask *ask, const struct certificate *row,
    struct stat *st)
{
	struct subscriber	subscriber;

	st->st_gid = ask->tree->parts.role_gid(ROLE_RA);
	if (row->subscriber != 0 && subscriber_get(ask->view,
	    row->subscriber, &subscriber) == 1)
		st->st_gid = subscriber.gid;
}

/* The row of a node that is a certificate or something in its folder. */
static int
certificate_of(struct ask *ask, struct node node, struct certificate *row,
    struct stat *st)
{
	if (certificate_get(ask->view, (int64_t)node.a, row) != 1)
		return (0);
	if (st != NULL) {
		certificate_group(ask, row, st);
		stat_time(st, row->issued);
	}
	return (1);
}

int
certificate_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct certificate	row;

	return (certificate_of(ask, node, &row, st));
}

/* --- by-serial ----------------------------------------------------------- */

int
by_serial_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	struct certificate	row;

	if (certificate_find(ask->view, name, &row) != 1)
		return (0);
	*to = node_of(NODE_CERTIFICATE, (uint64_t)row.id);
	return (1);
}

struct issued_walk {
	struct ask	*ask;
	struct listing	*to;
};

static int
list_serial(void *arg, const struct certificate *row)
{
	struct issued_walk	*walk = arg;
	struct node		 node = node_of(NODE_CERTIFICATE,
				    (uint64_t)row->id);
	struct stat		 st;

	stat_begin(walk->ask, node, &st);
	certificate_group(walk->ask, row, &st);
	stat_time(&st, row->issued);
	return (walk->to->put(walk->to, row->serial, node,
	    (uint64_t)row->id, &st));
}

void
by_serial_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	struct issued_walk	walk = { ask, to };

	certificates_list(ask->view, (int64_t)after, list_serial, &walk);
}

/* --- the files of one certificate ---------------------------------------- */

static int
find_status(struct ask *ask, const struct certificate *row, struct node *to)
{
	struct revocation	revocation;
	struct scheduled	plan;
	struct acceptance	accepted;
	struct publication	refused;
	unsigned		state = CASE_VALID;
	int64_t			version = 0;

	if (scheduled_find(ask->view, row->serial, &plan) == 1)
		version = plan.version;
	/* The newest of both; of a reinstated one, the plan may be left. */
	if ((row->revoked != 0 || version != 0) && revocation_find(ask->view,
	    row->serial, &revocation) == 1 && revocation.version > version)
		version = revocation.version;
	if (row->revoked != 0)
		state = CASE_REVOKED_BARE;
	else if (row->not_after < clock_now())
		state = CASE_EXPIRED;
	if (version != 0) {
		*to = node_of(NODE_CERT_REVOKED, (uint64_t)version);
		return (1);
	}
	switch (acceptance_of(ask->view, ask->tree->parts.config, row,
	    &accepted)) {
	case ACCEPTED:
		state |= CASE_ACCEPTED;
		break;
	case ACCEPTANCE_AWAITED:
		state |= CASE_AWAITED;
		break;
	default:
		break;
	}
	if (state == CASE_REVOKED_BARE || publication_find(ask->view,
	    "revoke/refused-of", row->serial, &refused) != 1)
		*to = node_of_two(NODE_CERT_STATUS, (uint64_t)row->id, state);
	else
		*to = node_of_two(NODE_CERT_REFUSED, (uint64_t)refused.seq,
		    state);
	return (1);
}

static int
find_accept(struct ask *ask, const struct certificate *row, struct node *to)
{
	struct acceptance	accepted;
	enum acceptance_state	state;

	state = acceptance_of(ask->view, ask->tree->parts.config, row,
	    &accepted);
	*to = node_of_two(NODE_ACCEPT, (uint64_t)row->id, state == ACCEPTED);
	return (state != ACCEPTANCE_NOT_ASKED);
}

static int
find_request(struct ask *ask, const struct certificate *row, struct node *to)
{
	*to = node_of(NODE_CERT_REQUEST, (uint64_t)row->id);
	return (row->request != 0);
}

static int
find_terms(struct ask *ask, const struct certificate *row, struct node *to)
{
	return (row->subscriber != 0 && terms_at(ask, row->issued, to));
}

static const struct {
	const char	*name;
	enum node_class	 class;
	int		(*find)(struct ask *, const struct certificate *,
			    struct node *);
} certificate_files[] = {
	{ "cert.pem",		NODE_CERT_PEM,		NULL },
	{ "cert.der",		NODE_CERT_DER,		NULL },
	{ "fullchain.pem",	NODE_FULLCHAIN,		NULL },
	{ "cert.txt",		NODE_CERT_TEXT,		NULL },
	{ "status",		NODE_CERT_STATUS,	find_status },
	{ "request.csr",	NODE_CERT_REQUEST,	find_request },
	{ "terms.txt",		NODE_PUBLICATION,	find_terms }, /* DIS-6.1-05 */
	{ "accept",		NODE_ACCEPT,		find_accept },
	{ "notice",		NODE_NOTICE,		find_notice },
	{ "evidence",		NODE_CERT_EVIDENCE,	NULL },
	{ "predecessor",	NODE_CERT_LINK,		find_predecessor_link },
	{ "successor",		NODE_CERT_LINK,		find_successor_link },
	{ "changes.txt",	NODE_CERT_CHANGES,	find_changes },
	{ "successor.csr",	NODE_DROP,		find_successor_request },
};
#define FILES	(sizeof(certificate_files) / sizeof(certificate_files[0]))

static int
find_file(struct ask *ask, size_t i, const struct certificate *row,
    struct node *to)
{
	if (certificate_files[i].find != NULL)
		return (certificate_files[i].find(ask, row, to));
	*to = node_of(certificate_files[i].class, (uint64_t)row->id);
	return (1);
}

int
certificate_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	struct certificate	row;
	size_t			i;

	if (!certificate_of(ask, folder, &row, NULL))
		return (0);
	for (i = 0; i < FILES; i++)
		if (strcmp(certificate_files[i].name, name) == 0)
			return (find_file(ask, i, &row, to));
	return (0);
}

void
certificate_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	struct certificate	row;
	struct node		node;
	size_t			i;

	if (!certificate_of(ask, folder, &row, NULL))
		return;
	for (i = (size_t)after; i < FILES; i++)
		if (find_file(ask, i, &row, &node) && to->put(to,
		    certificate_files[i].name, node, i + 1, NULL) != 0)
			return;
}

size_t
cert_pem_size(const struct certificate *row)
{
	return (pem_size(PEM_LABEL, row->der_size));
}

size_t
chain_size(struct ask *ask, const struct certificate *row)
{
	return (pem_size(PEM_LABEL, row->der_size) + pem_size(PEM_LABEL,
	    ask->tree->parts.config->issuing_der.size));
}

int
chain_bytes(struct ask *ask, int64_t certificate, struct bytes *to)
{
	if (!cert_pem_content(ask, node_of(NODE_CERT_PEM,
	    (uint64_t)certificate), to))
		return (0);
	pem_encode(to, PEM_LABEL,
	    SLICE(&ask->tree->parts.config->issuing_der));
	return (1);
}

int
cert_pem_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct certificate	row;

	if (!certificate_of(ask, node, &row, st))
		return (0);
	stat_size(st, pem_size(PEM_LABEL, row.der_size));
	return (1);
}

int
cert_pem_content(struct ask *ask, struct node node, struct bytes *to)
{
	struct bytes	der = { 0 };
	int		there;

	there = certificate_der(ask->view, (int64_t)node.a, &der) == 1;
	if (there)
		pem_encode(to, PEM_LABEL, SLICE(&der));
	bytes_free(&der);
	return (there);
}

int
cert_der_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct certificate	row;

	if (!certificate_of(ask, node, &row, st))
		return (0);
	stat_size(st, row.der_size);
	return (1);
}

int
cert_der_content(struct ask *ask, struct node node, struct bytes *to)
{
	return (certificate_der(ask->view, (int64_t)node.a, to) == 1);
}

int
fullchain_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct certificate	row;

	if (!certificate_of(ask, node, &row, st))
		return (0);
	stat_size(st, chain_size(ask, &row));
	return (1);
}

int
fullchain_content(struct ask *ask, struct node node, struct bytes *to)
{
	return (chain_bytes(ask, (int64_t)node.a, to));
}

/* Size of what is rendered: render it, once; the kernel keeps it for a day. */
static int
stat_rendered(struct ask *ask, struct node node, node_bytes_fn *render,
    struct stat *st)
{
	struct bytes	text = { 0 };
	int		there = render(ask, node, &text);

	stat_size(st, text.size);
	bytes_free(&text);
	return (there);
}

int
cert_text_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct certificate	row;

	return (certificate_of(ask, node, &row, st) &&
	    stat_rendered(ask, node, cert_text_content, st));
}

int
cert_text_content(struct ask *ask, struct node node, struct bytes *to)
{
	struct bytes	der = { 0 };
	int		there;

	there = certificate_der(ask->view, (int64_t)node.a, &der) == 1;
	if (there)
		certificate_text(SLICE(&der), to);
	bytes_free(&der);
	return (there);
}

/* --- status: valid, expired, or the case as revoke/ has it --------------- */

int
cert_status_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct certificate	row;
	struct acceptance	accepted;
	enum case_state		kind = node.b & CASE_KIND;

	if (!certificate_of(ask, node, &row, st))
		return (0);
	if ((node.b & CASE_ACCEPTED) &&
	    acceptance_get(ask->view, row.id, &accepted) == 1)
		stat_time(st, accepted.time);
	if (kind == CASE_EXPIRED)
		stat_time(st, row.not_after);
	else if (kind == CASE_REVOKED_BARE)
		stat_time(st, row.revoked);
	return (stat_rendered(ask, node, cert_status_content, st));
}

static void
put_accepted(struct ask *ask, int64_t certificate, struct bytes *to)
{
	struct acceptance	accepted;
	char			text[80];

	if (acceptance_get(ask->view, certificate, &accepted) != 1)
		return;
	status_text_acceptance(text, accepted.time, accepted.uid);
	bytes_printf(to, "acceptance: %s\n", text);
}

static void
put_acceptance(struct ask *ask, struct node node, struct bytes *to)
{
	if (node.b & CASE_AWAITED)
		bytes_put_text(to, "acceptance: awaited; write accept into "
		    "the file of that name here\n");
	if (node.b & CASE_ACCEPTED)
		put_accepted(ask, (int64_t)node.a, to);
}

int
cert_status_content(struct ask *ask, struct node node, struct bytes *to)
{
	static const char *const	words[] = {
		[CASE_VALID] = "valid", [CASE_EXPIRED] = "expired",
	};
	struct certificate	row;
	struct revocation	revocation;
	enum case_state		kind = node.b & CASE_KIND;
	char			from[CLOCK_TEXT], until[CLOCK_TEXT];

	if (!certificate_of(ask, node, &row, NULL))
		return (0);
	if (kind == CASE_REVOKED_BARE) {
		if (revocation_find(ask->view, row.serial, &revocation) != 1)
			return (0);
		return (publisher_case_text(ask->view, revocation.id, 0, to));
	}
	if (kind > CASE_REVOKED_BARE)
		return (0);
	clock_text_seconds(from, row.not_before);
	clock_text_seconds(until, row.not_after);
	bytes_printf(to, "serial: %s\nstate: %s\nprofile: %s\n"
	    "not-before: %s\nnot-after: %s\n", row.serial, words[kind],
	    row.profile, from, until);
	put_acceptance(ask, node, to);
	return (1);
}

/* Written once; then another inode says when and by whom. */
int
accept_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct certificate	row;
	struct acceptance	accepted;

	if (!certificate_of(ask, node, &row, st))
		return (0);
	if (node.b != 0) {
		if (acceptance_get(ask->view, row.id, &accepted) != 1)
			return (0);
		st->st_mode = S_IFREG | 0440;
		stat_time(st, accepted.time);
	}
	return (stat_rendered(ask, node, accept_content, st));
}

int
accept_content(struct ask *ask, struct node node, struct bytes *to)
{
	if (node.b == 0)
		bytes_put_text(to, "Write the word accept into this file to "
		    "accept the certificate.\n");
	else
		put_accepted(ask, (int64_t)node.a, to);
	return (1);
}

/* The node is a version of the case's text; its name is the serial. */
static int
revoked_of(struct ask *ask, struct node node, struct publication *text,
    struct certificate *row)
{
	return (publication_get(ask->view, (int64_t)node.a, text) == 1 &&
	    strcmp(text->dir, PUBLISHED_CASES) == 0 &&
	    certificate_find(ask->view, text->name, row) == 1);
}

int
cert_revoked_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct publication	text;
	struct certificate	row;

	if (!revoked_of(ask, node, &text, &row))
		return (0);
	certificate_group(ask, &row, st);
	stat_size(st, text.size);
	stat_time(st, text.time);
	return (1);
}

int
cert_revoked_content(struct ask *ask, struct node node, struct bytes *to)
{
	struct publication	text;
	struct certificate	row;

	if (!revoked_of(ask, node, &text, &row))
		return (0);
	return (publication_bytes(ask->view, text.seq, to));
}

/*
 * The certificate's own status, and what was refused last to somebody with a
 * right to it: the node is a version of that sentence, its name the serial.
 */
static int
refused_of(struct ask *ask, struct node node, struct publication *text,
    struct node *status)
{
	struct certificate	row;

	if (publication_get(ask->view, (int64_t)node.a, text) != 1 ||
	    strcmp(text->dir, "revoke/refused-of") != 0 ||
	    certificate_find(ask->view, text->name, &row) != 1)
		return (0);
	*status = node_of_two(NODE_CERT_STATUS, (uint64_t)row.id, node.b);
	return (1);
}

int
cert_refused_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct publication	text;
	struct node		status;
	struct certificate	row;

	if (!refused_of(ask, node, &text, &status) ||
	    !certificate_of(ask, status, &row, st))
		return (0);
	stat_time(st, text.time);
	return (stat_rendered(ask, node, cert_refused_content, st));
}

int
cert_refused_content(struct ask *ask, struct node node, struct bytes *to)
{
	struct publication	text;
	struct node		status;
	struct bytes		line = { 0 };

	if (!refused_of(ask, node, &text, &status) ||
	    !cert_status_content(ask, status, to) ||
	    publication_bytes(ask->view, text.seq, &line) != 1) {
		bytes_free(&line);
		return (0);
	}
	bytes_printf(to, "refused: %s\n", bytes_text(&line));
	bytes_free(&line);
	return (1);
}

/* --- request.csr --------------------------------------------------------- */

static int
request_document(struct ask *ask, struct node node, struct certificate *row,
    struct document_row *document, struct stat *st)
{
	struct request	request;

	return (certificate_of(ask, node, row, st) && row->request != 0 &&
	    request_get(ask->view, row->request, &request) == 1 &&
	    documents_find(ask->view, request.sha256, document) == 1);
}

int
cert_request_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct certificate	row;
	struct document_row	document;

	if (!request_document(ask, node, &row, &document, st))
		return (0);
	stat_size(st, document.size);
	return (1);
}

int
cert_request_content(struct ask *ask, struct node node, struct bytes *to)
{
	struct certificate	row;
	struct document_row	document;

	return (request_document(ask, node, &row, &document, NULL) &&
	    documents_read(ask->view, document.sha256, to) == 1);
}
