/*
 * Fills a store with certificates as issuance and revocation leave it, through
 * the functions of ca/store_*.h that they call, in large transactions without
 * a log:
 *
 *	bench_store TEMPLATE STORE SLOT COUNT SHARDS URL REVOKED whole|bare
 *
 * TEMPLATE is the store of a home in which one certificate was issued in SLOT
 * by the mount and not touched since; STORE is that of a home that was not
 * mounted yet.  Each row is the template's with another serial, name and key.
 * Nothing is signed: a certificate has the template's length and signature and
 * the template's distribution point, whatever shard its row names.  Of the
 * events the rules are the lines of the status text.  The first REVOKED are
 * revoked, and published as if CRL 1 had said so: the first mount makes the
 * lists.  A bare store has the rows of certificates, names, keys and
 * revocations alone, no slots, events, texts or documents: what CRLs and OCSP
 * are made from, in a twentieth of the room.  Prints certificates a second,
 * and CPU ms of each.
 */
#include <sys/resource.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/rand.h>
#include <sqlite3.h>

#include "ca/event.h"
#include "ca/store_deadlines.h"
#include "ca/store_events.h"
#include "ca/store_notices.h"
#include "ca/store_private.h"
#include "ca/store_registrations.h"
#include "ca/store_requests.h"
#include "ca/store_shards.h"
#include "ca/store_status.h"
#include "ca/status_text.h"
#include "ca/text.h"
#include "status/case_text.h"

#define TOGETHER	20000		/* certificates in a transaction */
#define REASON		4		/* superseded */

/* What is put in the place of what, all of the same length. */
struct swap {
	struct slice from, to;
};

struct template {
	struct certificate certificate;
	struct slot slot;
	struct request request;
	struct bytes der, csr, approved, issued;
	unsigned char serial[17], point[64];
};

struct made {
	const struct template *like;
	struct tx *tx;
	int64_t shards, file, decided;
	struct certificate certificate;
	struct slot slot;
	struct request request;
	struct bytes der, csr, approved, issued;
	struct slice tbs;
	char tbs_sha256[65];
	bool bare;
};

static struct err fault;

static void
made_free(struct made *m, struct template *t)
{
	struct bytes *all[] = { &m->der, &m->csr, &m->approved, &m->issued,
	    &t->der, &t->csr, &t->approved, &t->issued };
	size_t i;

	for (i = 0; i < sizeof all / sizeof all[0]; i++)
		bytes_free(all[i]);
}

static void
must(int ret)
{
	if (ret == 0)
		return;
	fprintf(stderr, "bench_store: %s\n", fault.text);
	exit(1);
}

static void
must_find(int found, const char *what)
{
	if (found == 1)
		return;
	fprintf(stderr, "bench_store: the template has no %s\n", what);
	exit(1);
}

/* --- the template --------------------------------------------------------- */

static void
from_hex(unsigned char *to, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		sscanf(text + 2 * i, "%2hhx", &to[i]);
}

/* The uncompressed point of its P-256 key: 03 42 00 04, x, y. */
static void
find_point(struct template *t)
{
	const unsigned char *at = memmem(t->csr.data, t->csr.size,
	    "\x03\x42\x00\x04", 4);

	must_find(at != NULL, "P-256 key in a DER request");
	memcpy(t->point, at + 4, sizeof t->point);
}

static void
template_read(struct template *t, const char *dir, const char *name)
{
	struct store *store = store_open(dir, &fault);
	struct view *v;
	int64_t box = 1;

	must(store == NULL ? -1 : 0);
	v = view_take(store);
	must_find(slot_find(v, box, name, &t->slot), "slot");
	must_find(request_get(v, t->slot.request, &t->request), "request");
	must_find(certificate_get(v, t->slot.certificate, &t->certificate),
	    "certificate");
	must_find(certificate_der(v, t->certificate.id, &t->der), "DER");
	must_find(documents_read(v, t->request.sha256, &t->csr), "document");
	must_find(status_text(v, t->slot.status, &t->issued), "status");
	must_find(status_text(v, t->slot.status - 1, &t->approved),
	    "status before");
	from_hex(t->serial, t->certificate.serial, sizeof t->serial);
	find_point(t);
	view_put(v);
	store_close(store);
}

/* --- one of the many ------------------------------------------------------ */

static void
put_swapped(struct bytes *to, const struct bytes *from,
    const struct swap *swaps, size_t count)
{
	unsigned char *at, *end;

	bytes_clear(to);
	bytes_put(to, from->data, from->size);
	for (size_t i = 0; i < count; i++) {
		end = to->data + to->size;
		for (at = to->data; (at = memmem(at, (size_t)(end - at),
		    swaps[i].from.data, swaps[i].from.size)) != NULL;
		    at += swaps[i].from.size)
			memcpy(at, swaps[i].to.data, swaps[i].to.size);
	}
}

/* SEQUENCE { tbs SEQUENCE ..., each of two octets of length. */
static struct slice
tbs_of(const struct bytes *der)
{
	const unsigned char *tbs = der->data + 4;

	return (struct slice){ tbs, 4 + ((size_t)tbs[2] << 8 | tbs[3]) };
}

/* As in a certificate: from the point's SPKI, which is of one form. */
static void
spki_sha256(char to[65], const unsigned char point[64])
{
	static const unsigned char head[] = {
		0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce,
		0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
		0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04
	};
	unsigned char all[sizeof head + 64];

	memcpy(all, head, sizeof head);
	memcpy(all + sizeof head, point, 64);
	sha256_text(to, (struct slice){ all, sizeof all });
}

/* What each has for itself: serial, name, key. */
static void
make(struct made *m, int64_t number)
{
	const struct template *t = m->like;
	unsigned char random[17 + 64];
	char name[SLOT_NAME], domain[256];
	struct certificate *c = &m->certificate;

	m->slot = t->slot;
	m->request = t->request;
	*c = t->certificate;
	RAND_bytes(random, sizeof random);
	random[0] = 1;
	for (int i = 0; i < 17; i++)
		snprintf(c->serial + 2 * i, 3, "%02X", random[i]);
	snprintf(name, sizeof name, "m%0*lld", (int)strlen(t->slot.name) - 1,
	    (long long)number);
	snprintf(domain, sizeof domain, "%s%s", name,
	    t->certificate.common_name + strlen(name));
	const struct swap swaps[] = {
		{ { t->serial, 17 }, { random, 17 } },
		{ { t->point, 64 }, { random + 17, 64 } },
		{ slice_text(t->certificate.serial), slice_text(c->serial) },
		{ slice_text(t->slot.name), slice_text(name) },
	};
	put_swapped(&m->der, &t->der, swaps, 4);
	if (!m->bare) {
		put_swapped(&m->csr, &t->csr, swaps + 1, 3);
		put_swapped(&m->approved, &t->approved, swaps, 4);
		put_swapped(&m->issued, &t->issued, swaps, 4);
	}
	m->tbs = tbs_of(&m->der);
	sha256_text(m->tbs_sha256, m->tbs);
	sha256_text(c->sha256, SLICE(&m->der));
	spki_sha256(c->spki_sha256, random + 17);
	snprintf(c->common_name, sizeof c->common_name, "%s", domain);
	c->shard = m->shards == 0 ? 0 : 1 + random[16] % m->shards;
	snprintf(m->slot.name, sizeof m->slot.name, "%s", name);
	snprintf(m->slot.file_name, sizeof m->slot.file_name, "%s.csr", name);
	memcpy(m->request.spki_sha256, c->spki_sha256, 65);
}

/* --- job 1: the decision (ca/recording.c) --------------------------------- */

static struct event *
event_of(const struct made *m, const char *name, enum component component)
{
	struct event *event = event_new(name, component);
	char slot[64];

	snprintf(slot, sizeof slot, "requests/slot-%lld",
	    (long long)m->slot.id);
	event_request(event, m->request.id, slot);
	event_policy(event, m->certificate.profile, "2.999.411.1", "test");
	return event;
}

static int64_t
append(struct made *m, struct event *event)
{
	int64_t seq;

	must(events_append(m->tx, event, &seq, &fault));
	event_free(event);
	return seq;
}

/* "  passed   rule   sentence  [requirements]" */
static void
put_rules(struct event *event, struct slice text)
{
	char line[512], rule[64], sentence[400];
	const char *at = (const char *)text.data, *end = at + text.size, *nl;

	for (; at < end && (nl = memchr(at, '\n', (size_t)(end - at))) !=
	    NULL; at = nl + 1) {
		snprintf(line, sizeof line, "%.*s", (int)(nl - at), at);
		if (sscanf(line, " passed %63s %399[^[]", rule, sentence) == 2)
			event_rule(event, rule, "passed", sentence);
	}
}

static void
decide(struct made *m)
{
	struct event *event;
	char sha256[65];

	must(documents_put(m->tx, SLICE(&m->csr), sha256, &fault));
	m->slot.id = m->slot.request = m->slot.certificate = 0;
	m->slot.status = m->slot.kept_file = 0;
	m->slot.kept_shown = false;
	m->slot.file = m->file++;
	memcpy(m->slot.sha256, sha256, sizeof sha256);
	must(slot_put(m->tx, &m->slot, &fault));
	m->request.id = m->request.certificate = 0;
	m->request.slot = m->slot.id;
	m->request.state = APPROVED;
	m->request.received = m->request.decided = clock_now();
	memcpy(m->request.sha256, sha256, sizeof sha256);
	must(request_put(m->tx, &m->request, &fault));
	event = event_of(m, "request-decided", REGISTRATION);
	event_actor(event, m->slot.uid, "subscriber");
	event_input(event, "request", m->csr.size, sha256);
	event_outcome(event, "approved");
	put_rules(event, SLICE(&m->approved));
	event_requirement(event, "REG-6.4.5-03");
	event_detail(event, "path", "new");
	event_detail(event, "intended-serial", m->certificate.serial);
	event_detail_number(event, "subscriber", m->slot.subscriber);
	event_detail_number(event, "names", 1);
	m->decided = append(m, event);
}

static void
intend(struct made *m, struct intent *intent)
{
	char dn[65];

	*intent = (struct intent){ .kind = SIGN_CERTIFICATE,
	    .request = m->request.id, .shard = m->certificate.shard,
	    .time = clock_now() };
	snprintf(intent->key, sizeof intent->key, "issuing");
	memcpy(intent->serial, m->certificate.serial, sizeof intent->serial);
	memcpy(intent->profile, m->certificate.profile,
	    sizeof intent->profile);
	memcpy(intent->tbs_sha256, m->tbs_sha256, 65);
	must(intent_put(m->tx, intent, m->tbs, &fault));
	sha256_text(dn, slice_text(m->certificate.common_name));
	must(subject_put(m->tx, dn, m->slot.subscriber, &fault));
	m->slot.request = m->request.id;
	must(status_put(m->tx, &m->slot, clock_now(), SLICE(&m->approved),
	    status_text_answers(SLICE(&m->approved)), &fault));
	must(slot_put(m->tx, &m->slot, &fault));
}

/* --- job 2: the certificate (ca/recording_signed.c) ----------------------- */

static void
put_issued_event(struct made *m)
{
	const struct certificate *c = &m->certificate;
	struct event *event;
	char path[96];

	event = event_of(m, "certificate-issued", CERTIFICATE_GENERATION);
	event_actor_self(event);
	event_certificate(event, c->id, c->serial, c->sha256, c->spki_sha256,
	    "");
	event_signing(event, m->tbs_sha256, "issuing", "ecdsa-with-SHA256", 1,
	    m->decided);
	event_input(event, "request", m->csr.size, m->request.sha256);
	event_requirement(event, "GEN-6.3.3-01");
	event_outcome(event, "issued");
	event_rule(event, "re-read", "passed", "the certificate holds the "
	    "octets that were to be signed, and its signature verifies");
	event_detail(event, "path", "new");
	snprintf(path, sizeof path, "issued/by-serial/%s/", c->serial);
	event_detail(event, "published", path);
	event_detail(event, "published-to",
	    "subscriber and registration officers");
	append(m, event);
}

static void
issue(struct made *m, const struct intent *intent)
{
	struct certificate *c = &m->certificate;
	const char *name = c->common_name;

	c->id = 0;
	c->request = m->request.id;
	c->issued = clock_now();
	must(certificate_put(m->tx, c, SLICE(&m->der), &name, 1, &fault));
	must(intent_close(m->tx, intent->id, "done", &fault));
	put_issued_event(m);
	m->request.state = ISSUED;
	m->request.certificate = c->id;
	must(request_put(m->tx, &m->request, &fault));
	m->slot.certificate = c->id;
	must(status_put(m->tx, &m->slot, clock_now(), SLICE(&m->issued),
	    status_text_answers(SLICE(&m->issued)), &fault));
	must(slot_put(m->tx, &m->slot, &fault));
}

/* Somebody reads NAME.crt (ca/delivery.c). */
static void
deliver(struct made *m)
{
	const struct certificate *c = &m->certificate;
	struct event *event;

	event = event_new("certificate-delivered", DISSEMINATION);
	event_actor(event, m->slot.uid, "subscriber");
	event_certificate(event, c->id, c->serial, c->sha256, c->spki_sha256,
	    "");
	event_requirement(event, "DIS-6.1-01A");
	event_outcome(event, "delivered");
	append(m, event);
}

/* --- its revocation (status/revocation_change.c) -------------------------- */

static void
put_revoked_event(struct made *m, const struct revocation *r)
{
	const struct certificate *c = &m->certificate;
	struct slice line = slice_text("superseded");
	struct event *event;
	char sha256[65], text[CLOCK_TEXT];

	must(documents_put(m->tx, line, sha256, &fault));
	event = event_new("certificate-revoked", REVOCATION_MANAGEMENT);
	event_actor(event, r->uid, r->role);
	event_certificate(event, c->id, c->serial, c->sha256, c->spki_sha256,
	    NULL);
	event_policy(event, c->profile, "2.999.411.1", "test");
	event_requirement(event, "REV-6.2.4-08");
	event_input(event, "revocation-request", line.size, sha256);
	event_outcome(event, "revoked");
	event_rule(event, "authorised", "yes", r->role);
	event_rule(event, "reason", "yes", "superseded");
	clock_text(text, r->received);
	event_detail(event, "received", text);
	event_detail(event, "notice", "file");
	event_detail(event, "authenticated", "login");
	event_detail(event, "confirmation", "confirmed");
	event_detail(event, "decided", text);
	event_detail(event, "reason", "superseded");
	append(m, event);
}

static void
fill_revocation(const struct made *m, struct revocation *r, usec_t now)
{
	*r = (struct revocation){ .certificate = m->certificate.id,
	    .reason = REASON, .how = BY_LOGIN, .confirmation = CONFIRMED,
	    .received = now, .authenticated = now, .confirmed = now,
	    .decided = now, .effective = now, .on_ocsp = now };
	memcpy(r->serial, m->certificate.serial, sizeof r->serial);
	memcpy(r->issuer, m->certificate.issuer, sizeof r->issuer);
	snprintf(r->role, sizeof r->role, "revocation officer");
	event_person(0, r->person);
	/* Of this act: its handle's, any 32 octets. */
	memcpy(r->act, m->tbs_sha256, 65);
}

static void
revoke(struct made *m)
{
	usec_t now = clock_now();
	struct revocation r;
	struct case_act act = { .role = "revocation officer",
	    .profile = m->certificate.profile, .text = "",
	    .what = "revoked, reason superseded (4)", .received = now,
	    .time = now, .exception = "" };
	struct deadline due = { .kind = DEADLINE_REVOCATION, .start = now,
	    .due = now + USEC_DAY };
	struct notice notice = { .certificate = m->certificate.id,
	    .reason = REASON, .time = now, .effective = now };

	fill_revocation(m, &r, now);
	must(case_put(m->tx, &r, &act, &fault));
	must(revocation_put(m->tx, &r, &fault));
	must(notice_put(m->tx, &notice, false, &fault));
	due.object = r.id;
	must(deadline_put(m->tx, &due, &fault));
	put_revoked_event(m, &r);
	/* What a round does when it has published the list. */
	r.on_crl = now;
	r.crl_number = 1;
	must(case_put_published(m->tx, &r, &fault));
	must(revocation_set_published(m->tx, &r, &fault));
}

/* --- a bare one ----------------------------------------------------------- */

static void
put_bare(struct made *m, bool revoked)
{
	struct certificate *c = &m->certificate;
	const char *name = c->common_name;
	struct revocation r;

	c->id = c->request = 0;
	c->issued = clock_now();
	must(certificate_put(m->tx, c, SLICE(&m->der), &name, 1, &fault));
	if (!revoked)
		return;
	fill_revocation(m, &r, clock_now());
	r.on_crl = r.decided;
	r.crl_number = 1;
	must(revocation_put(m->tx, &r, &fault));
}

/* --- all ------------------------------------------------------------------ */

static void
run_sql(struct store *store, const char *text)
{
	struct tx *tx = tx_begin(store, &fault);
	sqlite3 *db;
	char *why;

	must(tx == NULL ? -1 : 0);
	db = sql_handle(tx_view(tx)->sql);
	tx_abort(tx);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
	if (sqlite3_exec(db, text, NULL, NULL, &why) == SQLITE_OK)
		return;
	fprintf(stderr, "bench_store: %s: %s\n", text, why);
	exit(1);
}

/*
 * Nobody reads this store yet, and one that was not loaded to its end is thrown
 * away: no log, no sync, and the pages that random serials and keys go to stay
 * in memory instead of being written with each transaction.
 */
static void
hurry(struct store *store, bool begin)
{
	run_sql(store, begin ? "PRAGMA journal_mode = OFF;"
	    "PRAGMA synchronous = OFF; PRAGMA cache_size = -2000000" :
	    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
}

static void
add_shards(struct store *store, int64_t count, const char *url)
{
	struct tx *tx = tx_begin(store, &fault);

	must(tx == NULL ? -1 : 0);
	for (int64_t i = 0; i < count; i++) {
		struct shard shard = { .issuer = "issuing" };

		must(shard_add(tx, &shard, url, &fault));
	}
	must(tx_commit(tx, &fault));
}

static void
put_whole(struct made *m, bool revoked)
{
	struct intent intent;

	decide(m);
	intend(m, &intent);
	issue(m, &intent);
	deliver(m);
	if (revoked)
		revoke(m);
}

static void
load(struct made *m, struct store *store, int64_t count, int64_t revoked)
{
	for (int64_t i = 0; i < count; i += TOGETHER) {
		m->tx = tx_begin(store, &fault);
		must(m->tx == NULL ? -1 : 0);
		must(meta_take_numbers(m->tx, "next-file-id", TOGETHER,
		    &m->file, &fault));
		for (int64_t k = i; k < count && k < i + TOGETHER; k++) {
			make(m, k + 1);
			if (m->bare)
				put_bare(m, k < revoked);
			else
				put_whole(m, k < revoked);
		}
		must(deadlines_clear(m->tx, &fault));
		must(tx_commit(m->tx, &fault));
	}
}

static void
print_rate(int64_t count, double seconds)
{
	struct rusage used;
	double cpu;

	getrusage(RUSAGE_SELF, &used);
	cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	    (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
	printf("%.0f %.3f\n", (double)count / seconds,
	    cpu * 1e3 / (double)count);
}

int
main(int argc, char **argv)
{
	struct template like = { 0 };
	struct made m = { .like = &like };
	struct event_context context = { .ca = "Example SANDBOX CA",
	    .cp = "1", .cps = "1", .terms = "1", .sandbox = true, .node = 1 };
	struct store *store;
	struct timespec from, to;

	if (argc != 9) {
		fprintf(stderr, "usage: see the first lines of bench_store.c\n");
		return 2;
	}
	sha256_text(context.ca_sha256, slice_text("ca"));
	sha256_text(context.config_sha256, slice_text("configuration"));
	event_context_set(&context);
	template_read(&like, argv[1], argv[3]);
	m.bare = strcmp(argv[8], "bare") == 0;
	m.shards = atoll(argv[5]);
	store = store_open(argv[2], &fault);
	must(store == NULL ? -1 : 0);
	add_shards(store, m.shards, argv[6]);
	hurry(store, true);
	clock_gettime(CLOCK_MONOTONIC, &from);
	load(&m, store, atoll(argv[4]), atoll(argv[7]));
	hurry(store, false);
	clock_gettime(CLOCK_MONOTONIC, &to);
	print_rate(atoll(argv[4]), (double)(to.tv_sec - from.tv_sec) +
	    (double)(to.tv_nsec - from.tv_nsec) / 1e9);
	store_close(store);
	made_free(&m, &like);
	return 0;
}
