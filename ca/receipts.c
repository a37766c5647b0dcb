/*
 * Receipts for packages: see receipts.h.
 *
 *	receipts_sign    attributes over the text, an intent (job 1)
 *	take_signature   CMS put together, read again
 *	keep             document, package, intent closed, event (job 2)
 *
 * An intent that a crash left is ordered again: the signer knows by the digest
 * what it signed.  A signature that was lost is closed as abandoned, and made
 * anew with another time.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authority_own.h"
#include "cms_signed.h"
#include "event.h"
#include "key.h"
#include "own_certificates.h"
#include "paths.h"
#include "receipts.h"
#include "recording.h"
#include "store_desk.h"
#include "store_events.h"
#include "store_handover.h"
#include "store_status.h"
#include "text.h"

#define AT_ONCE		16
#define KEY		"evidence"
#define SUFFIX		".receipt.p7s"
#define LOOK_EVERY	(10 * USEC)

struct receipts {
	struct authority *authority;
	pthread_mutex_t	 lock;
	int64_t		 under_way[AT_ONCE];	/* packages; 0: free */
	usec_t		 look;			/* steady; slow thread's */
};

struct receipt {
	struct job	 job;		/* first */
	struct sign_order order;
	struct receipts	*receipts;
	struct package_row row;
	struct intent	 intent;
	char		 key_type[KEY_TYPE];
	struct bytes	 text, tbs, certificate, cms;
	enum sign_outcome outcome;
	uint64_t	 journal;
};

struct receipts *
receipts_new(struct authority *authority)
{
	struct receipts *r = calloc(1, sizeof(*r));

	if (r == NULL)
		die("out of memory");
	r->authority = authority;
	pthread_mutex_init(&r->lock, NULL);
	return r;
}

void
receipts_free(struct receipts *r)
{
	if (r == NULL)
		return;
	pthread_mutex_destroy(&r->lock);
	free(r);
}

/* One at a time for each package; 0 in place of `from`: a free place. */
static bool
change_place(struct receipts *r, int64_t package, int64_t from, int64_t to)
{
	int i, place = -1;

	pthread_mutex_lock(&r->lock);
	for (i = 0; i < AT_ONCE; i++)
		if (r->under_way[i] == package && from != package)
			break;
		else if (r->under_way[i] == from)
			place = i;
	if (i < AT_ONCE)
		place = -1;
	if (place != -1)
		r->under_way[place] = to;
	pthread_mutex_unlock(&r->lock);
	return place != -1;
}

static void
finish(struct receipt *r)
{
	change_place(r->receipts, r->row.id, r->row.id, 0);
	bytes_free(&r->text);
	bytes_free(&r->tbs);
	bytes_free(&r->order.tbs);
	bytes_free(&r->certificate);
	bytes_free(&r->cms);
	free(r);
}

/* --- job 2: kept ---------------------------------------------------------- */

static struct event *
new_event(const struct receipt *r, const char *name, const char *outcome)
{
	const struct ca_key *key = config_key(r->receipts->authority->config,
	    KEY);
	struct event *event = event_new(name, REGISTRATION);

	event_actor_self(event);
	if (r->row.request != 0)
		event_request(event, r->row.request, "");
	event_requirement(event, "REG-6.3.2-02");
	event_signing(event, r->intent.tbs_sha256, KEY,
	    key != NULL ? key->signature : "", r->journal, 0);
	event_detail_number(event, "authority", r->row.authority);
	event_detail(event, "package_sha256", r->row.sha256);
	event_detail(event, "receipt_text_sha256",
	    r->row.receipt_text_sha256);
	event_outcome(event, outcome);
	return event;
}

static int
append(struct tx *tx, struct event *event, struct err *e)
{
	int64_t seq;
	int rc = events_append(tx, event, &seq, e);

	event_free(event);
	return rc;
}

/* In revoke/reports/ it is a file of the desk; a box finds it by its slot. */
static int
put_file(struct receipt *r, struct tx *tx, struct err *e)
{
	char name[sizeof(r->row.slot) + 16];

	if (r->row.box != 0)
		return 0;
	snprintf(name, sizeof(name), "%s" SUFFIX, r->row.slot);
	return desk_file_write_for(tx, DESK_FOLDER(DESK_REPORTS, 1), name,
	    r->row.uid, SLICE(&r->cms), e);
}

static int
keep_signed(struct receipt *r, struct tx *tx, struct err *e)
{
	struct event *event;

	if (documents_put(tx, SLICE(&r->cms), r->row.receipt_sha256, e) ==
	    -1 || package_update(tx, &r->row, e) == -1 ||
	    intent_close(tx, r->intent.id, "done", e) == -1)
		return -1;
	if (put_file(r, tx, e) == -1)
		return -1;
	event = new_event(r, "receipt-signed", "signed");
	event_input(event, "receipt", r->cms.size, r->row.receipt_sha256);
	return append(tx, event, e);
}

static int
keep_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct receipt *r = (struct receipt *)job;

	if (r->outcome == SIGNED)
		return keep_signed(r, tx, e);
	r->row.intent = 0;
	if (package_update(tx, &r->row, e) == -1 ||
	    intent_close(tx, r->intent.id, r->outcome == REFUSED ?
	    "refused" : "abandoned", e) == -1)
		return -1;
	return append(tx, new_event(r, r->outcome == REFUSED ?
	    "signature-refused" : "signature-abandoned",
	    r->outcome == REFUSED ? "refused" : "abandoned"), e);
}

static void
tell(struct receipt *r)
{
	const struct authority_parts *parts = r->receipts->authority->parts;
	char box[PATH_TEXT], path[PATH_TEXT];
	const char *paths[1] = { path };
	struct view *v = view_take(parts->store);

	if (r->row.box != 0)
		path_box(box, v, r->row.box);
	else
		snprintf(box, sizeof(box), "revoke/reports");
	view_put(v);
	path_slot(path, box, r->row.slot, SUFFIX);
	if (parts->sink != NULL)
		parts->sink->changed(parts->sink, paths, 1, NULL, NULL);
}

/* What was not kept, or was lost, the slow thread takes up. */
static void
keep_done(struct job *job, const struct err *fault)
{
	struct receipt *r = (struct receipt *)job;

	if (fault != NULL)
		log_line("the receipt of package %lld: %s",
		    (long long)r->row.id, fault->text);
	else if (r->outcome == SIGNED)
		tell(r);
	finish(r);
}

/* --- the signature -------------------------------------------------------- */

static int
assemble(struct receipt *r, struct slice signature, struct err *e)
{
	const struct signed_parts parts = { SLICE(&r->text), SLICE(&r->tbs),
	    signature, SLICE(&r->certificate), r->key_type };
	struct signed_content read;
	int rc = -1;

	if (signed_assemble(&parts, &r->cms, e) == -1)
		return -1;
	/* As a relying party will: a wrong signature is as good as lost. */
	if (signed_read(SLICE(&r->cms), &read, e) == -1)
		return -1;
	if (slice_equal(SLICE(&read.content), SLICE(&r->text)))
		rc = 0;
	else
		err_set(e, EIO, "the receipt does not read back");
	signed_free(&read);
	return rc;
}

static void
take_signature(struct sign_order *order, const struct sign_answer *answer)
{
	struct receipt *r = (struct receipt *)(void *)((char *)order -
	    offsetof(struct receipt, order));
	struct authority *authority = r->receipts->authority;
	struct err e = { 0 };

	if (authority->closed)
		return;
	r->outcome = answer->outcome == SIGNED ||
	    answer->outcome == REFUSED ? answer->outcome : ABANDONED;
	r->journal = answer->journal;
	if (r->outcome != SIGNED)
		log_line("the receipt of package %lld: %s",
		    (long long)r->row.id, answer->reason);
	else if (assemble(r, answer->signature, &e) == -1) {
		log_line("the receipt of package %lld: %s",
		    (long long)r->row.id, e.text);
		r->outcome = ABANDONED;
	}
	r->job.apply = keep_apply;
	r->job.done = keep_done;
	commit_submit(authority->parts->committer, &r->job);
}

static void
order(struct receipt *r)
{
	struct signing *signing = r->receipts->authority->parts->signing;

	r->order.kind = SIGN_EVIDENCE;
	snprintf(r->order.key, sizeof(r->order.key), KEY);
	r->order.intent = r->intent.id;
	r->order.done = take_signature;
	bytes_copy(&r->order.tbs, SLICE(&r->tbs));
	signing->submit(signing, &r->order);
}

/* --- job 1: the intent ---------------------------------------------------- */

static int
intend_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct receipt *r = (struct receipt *)job;

	r->intent = (struct intent){ .kind = SIGN_EVIDENCE,
	    .number = r->row.id, .time = clock_now() };
	snprintf(r->intent.key, sizeof(r->intent.key), KEY);
	sha256_text(r->intent.tbs_sha256, SLICE(&r->tbs));
	if (intent_put(tx, &r->intent, SLICE(&r->tbs), e) == -1)
		return -1;
	r->row.intent = r->intent.id;
	return package_update(tx, &r->row, e);
}

static void
intend_done(struct job *job, const struct err *fault)
{
	struct receipt *r = (struct receipt *)job;

	if (fault == NULL) {
		order(r);
		return;
	}
	log_line("the receipt of package %lld: %s", (long long)r->row.id,
	    fault->text);
	finish(r);
}

static int
find_intent(void *arg, const struct intent *intent)
{
	struct receipt *r = arg;

	if (intent->id != r->row.intent)
		return 0;
	r->intent = *intent;
	return 1;
}

/* What is to be signed, and by whose certificate; false: not yet. */
static bool
load(struct receipt *r, struct view *v, int64_t package)
{
	const struct config *config = r->receipts->authority->config;
	const struct ca_key *key = config_key(config, KEY);
	struct certificate c;
	bool ready;

	ready = key != NULL && package_get(v, package, &r->row) == 1 &&
	    r->row.receipt_sha256[0] == '\0' &&
	    documents_read(v, r->row.receipt_text_sha256, &r->text) == 1 &&
	    own_certificate_find(v, config, KEY, &c) == 1 &&
	    certificate_der(v, c.id, &r->certificate) == 1 &&
	    key_type_of_spki(SLICE(&key->spki), r->key_type) == 0;
	r->row.id = package;
	if (!ready)
		return false;
	if (r->row.intent != 0)
		intents_open(v, 0, find_intent, r);
	return r->intent.id == 0 || intent_tbs(v, r->intent.id, &r->tbs) == 1;
}

void
receipts_sign(struct receipts *receipts, int64_t package)
{
	struct authority *authority = receipts->authority;
	struct receipt *r;
	struct view *v;
	bool ready;

	if (!change_place(receipts, package, 0, package))
		return;
	if ((r = calloc(1, sizeof(*r))) == NULL)
		die("out of memory");
	r->receipts = receipts;
	v = view_take(authority->parts->store);
	ready = load(r, v, package);
	view_put(v);
	if (!ready) {
		finish(r);
		return;
	}
	if (r->intent.id != 0) {
		order(r);
		return;
	}
	signed_attributes(r->key_type, SLICE(&r->text), clock_now(),
	    &r->tbs);
	r->job.apply = intend_apply;
	r->job.done = intend_done;
	commit_submit(authority->parts->committer, &r->job);
}

/* --- what is left over ---------------------------------------------------- */

struct left {
	int64_t	package[AT_ONCE];
	int	count;
};

static int
collect(void *arg, const struct package_row *row)
{
	struct left *left = arg;

	left->package[left->count++] = row->id;
	return left->count == AT_ONCE;
}

void
receipts_look(struct receipts *receipts)
{
	struct authority *authority = receipts->authority;
	struct left left = { .count = 0 };
	struct view *v;
	int i;

	if (clock_steady() < receipts->look)
		return;
	receipts->look = clock_steady() + LOOK_EVERY;
	v = view_take(authority->parts->store);
	packages_without_receipt(v, collect, &left);
	view_put(v);
	for (i = 0; i < left.count; i++)
		receipts_sign(receipts, left.package[i]);
}
