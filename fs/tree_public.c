/*
 * ca/certificates/: those whose subscriber (and subject) consented, for
 * everybody.  A certificate is here while its row says so and the consent was
 * not withdrawn since; ca/consent.c keeps both.
 */
#include <stdio.h>
#include <string.h>

#include "../ca/store_certificates.h"
#include "../ca/store_consents.h"
#include "tree_parts.h"
#include "tree_state.h"

#define SUFFIX	".pem"

static bool
is_withdrawn(struct ask *ask, int64_t subscriber)
{
	struct consent	consent;

	return (consent_get(ask->view, subscriber, &consent) != 1 ||
	    consent.withdrawn);
}

int
public_stat(struct ask *ask, struct node folder, struct stat *st)
{
	struct certificate	last;
	usec_t			newest = consents_changed(ask->view);

	if (certificates_last_published(ask->view, &last) == 1 &&
	    last.published > newest)
		newest = last.published;
	if (newest > ask->tree->born)
		stat_time(st, newest);
	return (1);
}

int
public_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	struct certificate	row;
	char			serial[SERIAL_TEXT];
	size_t			length = strlen(name);

	if (length <= strlen(SUFFIX) ||
	    length - strlen(SUFFIX) >= sizeof(serial) ||
	    strcmp(name + length - strlen(SUFFIX), SUFFIX) != 0)
		return (0);
	snprintf(serial, sizeof(serial), "%.*s",
	    (int)(length - strlen(SUFFIX)), name);
	if (strspn(serial, "0123456789ABCDEF") != strlen(serial) ||
	    strlen(serial) % 2 != 0 ||
	    certificate_find(ask->view, serial, &row) != 1 ||
	    row.published == 0 || is_withdrawn(ask, row.subscriber))
		return (0);
	*to = node_of(NODE_PUBLIC_PEM, (uint64_t)row.id);
	return (1);
}

struct public_walk {
	struct ask	*ask;
	struct listing	*to;
	int64_t		 subscriber;	/* asked about last */
	bool		 withdrawn;
};

static void
public_row_stat(const struct certificate *row, struct stat *st)
{
	stat_size(st, cert_pem_size(row));
	stat_time(st, row->issued);
}

static int
list_public(void *arg, const struct certificate *row)
{
	struct public_walk	*walk = arg;
	struct node		 node = node_of(NODE_PUBLIC_PEM,
				    (uint64_t)row->id);
	struct stat		 st;
	char			 name[SERIAL_TEXT + sizeof(SUFFIX)];

	if (walk->subscriber != row->subscriber) {
		walk->subscriber = row->subscriber;
		walk->withdrawn = is_withdrawn(walk->ask, row->subscriber);
	}
	if (walk->withdrawn)
		return (0);
	snprintf(name, sizeof(name), "%s" SUFFIX, row->serial);
	stat_begin(walk->ask, node, &st);
	public_row_stat(row, &st);
	return (walk->to->put(walk->to, name, node, (uint64_t)row->id, &st));
}

void
public_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	struct public_walk	walk = { .ask = ask, .to = to };

	certificates_published(ask->view, (int64_t)after, list_public, &walk);
}

int
public_pem_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct certificate	row;

	if (certificate_get(ask->view, (int64_t)node.a, &row) != 1 ||
	    row.published == 0 || is_withdrawn(ask, row.subscriber))
		return (0);
	public_row_stat(&row, st);
	return (1);
}

/* What is open is a snapshot: its stat was asked when it was opened. */
int
public_pem_content(struct ask *ask, struct node node, struct bytes *to)
{
	return (cert_pem_content(ask, node_of(NODE_CERT_PEM, node.a), to));
}
