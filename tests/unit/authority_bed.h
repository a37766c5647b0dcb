/*
 * An authority in the process of a test: a CA of its own, a real store and
 * committer, and a signing that answers as the test orders: at once, late,
 * with a refusal, with a loss.
 */
#ifndef TESTS_AUTHORITY_BED_H
#define TESTS_AUTHORITY_BED_H

#include <pthread.h>

#include "tests/unit/store.h"

#include <openssl/conf.h>
#include <openssl/x509v3.h>

#include "ca/authority.h"
#include "ca/embedded.h"
#include "ca/event.h"
#include "ca/file.h"
#include "tests/unit/fake_ca.h"
#include "tests/unit/request.h"

#define UNUSED __attribute__((unused))

/* --- the configuration ---------------------------------------------------- */

/*
 * Longer than anything takes that is not wrong, as [ca] wait is by default; and
 * what a drop waits for a signer that keeps its order, where that is the test.
 */
#define BED_PATIENCE	(5 * USEC)
#define BED_WAIT	(300000)

static struct config bed_config;
static EVP_PKEY *bed_root_key, *bed_issuing_key, *bed_ocsp_key;

UNUSED static void
bed_policy(X509 *x)
{
	CONF *none = NCONF_new(NULL);
	X509_EXTENSION *extension;
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	X509V3_set_nconf(&ctx, none);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, NID_certificate_policies,
	    "2.999.411.1,2.999.411.2,2.999.411.3");
	X509_add_ext(x, extension, -1);
	X509_EXTENSION_free(extension);
	NCONF_free(none);
}

UNUSED static X509 *
bed_certificate(const char *cn, EVP_PKEY *key, X509 *issuer,
    EVP_PKEY *issuer_key, int days)
{
	X509 *x = X509_new(), *by = issuer != NULL ? issuer : x;
	X509_NAME *name = X509_get_subject_name(x);

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), issuer == NULL ? 1 : 2);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	    (const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(by));
	X509_gmtime_adj(X509_getm_notBefore(x), -86400);
	X509_gmtime_adj(X509_getm_notAfter(x), days * 86400L);
	X509_set_pubkey(x, key);
	fake_extension(x, by, "subjectKeyIdentifier", "hash");
	fake_extension(x, by, "basicConstraints", "critical,CA:TRUE");
	fake_extension(x, by, "keyUsage", "critical,keyCertSign,cRLSign");
	bed_policy(x);
	X509_sign(x, issuer_key, EVP_sha256());
	return x;
}

UNUSED static void
bed_key(size_t i, const char *name, EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int size = i2d_PUBKEY(key, &der);

	snprintf(bed_config.keys[i].name, 16, "%s", name);
	snprintf(bed_config.keys[i].algorithm, 32, "ec:P-256");
	snprintf(bed_config.keys[i].signature, 32, "ecdsa-with-SHA256");
	bytes_copy(&bed_config.keys[i].spki,
	    (struct slice){ der, (size_t)size });
	OPENSSL_free(der);
}

UNUSED static void
bed_paper(size_t i, const char *kind, const char *version, const char *text)
{
	struct paper *paper = &bed_config.papers[i];

	snprintf(paper->kind, sizeof(paper->kind), "%s", kind);
	snprintf(paper->version, sizeof(paper->version), "%s", version);
	bytes_copy(&paper->text, slice_text(text));
	sha256_text(paper->sha256, SLICE(&paper->text));
}

UNUSED static void
bed_profile(size_t i, const char *file)
{
	struct bytes text = { 0 };
	struct err err;

	if (file_read(file, 65536, &text, &err) == -1 ||
	    profile_parse(&bed_config.profiles[i], file, SLICE(&text),
	    &err) == -1)
		die("%s", err.text);
	sha256_text(bed_config.profiles[i].sha256, SLICE(&text));
	bytes_free(&text);
}

UNUSED static void
bed_configure(int issuing_days)
{
	struct config *c = &bed_config;
	struct event_context context = { .sandbox = true, .node = 1,
	    .cp = "1", .cps = "1", .terms = "1" };
	X509 *root, *issuing;

	memset(c, 0, sizeof(*c));
	bed_root_key = fake_key("P-256");
	bed_issuing_key = fake_key("P-256");
	bed_ocsp_key = fake_key("P-256");
	root = bed_certificate("Test SANDBOX Root CA", bed_root_key, NULL,
	    bed_root_key, 4000);
	issuing = bed_certificate("Test SANDBOX Issuing CA", bed_issuing_key,
	    root, bed_root_key, issuing_days);
	fake_der(root, &c->root_der);
	fake_der(issuing, &c->issuing_der);
	X509_free(root);
	X509_free(issuing);
	c->issuing_not_after = clock_now() + issuing_days * USEC_DAY;
	c->issuing_not_after -= c->issuing_not_after % USEC;
	snprintf(c->name, sizeof(c->name), "Test SANDBOX Issuing CA");
	snprintf(c->url, sizeof(c->url), "http://localhost/pki");
	snprintf(c->sha256, sizeof(c->sha256), "%s", digest_of("config"));
	snprintf(c->conf_sha256, sizeof(c->conf_sha256), "%s",
	    digest_of("pkifs.conf"));
	c->sandbox = true;
	c->wait = BED_PATIENCE;
	c->open_requests_max = 5;
	c->request_max = 131072;
	c->crl_next_update = USEC_DAY;
	c->ocsp_next_update = USEC_DAY / 2;
	bed_key(0, "root", bed_root_key);
	bed_key(1, "issuing", bed_issuing_key);
	bed_key(2, "ocsp", bed_ocsp_key);
	bed_key(3, "evidence", bed_root_key);
	c->profile_count = 2;
	c->profiles = calloc(2, sizeof(*c->profiles));
	bed_profile(0, "examples/home/profiles/tls-server.conf");
	bed_profile(1, "examples/home/profiles/ocsp-responder.conf");
	c->paper_count = 3;
	c->papers = calloc(3, sizeof(*c->papers));
	bed_paper(0, "cp", "1", "the policy\n");
	bed_paper(1, "cps", "1", "the practice statement\n");
	bed_paper(2, "terms", "1", "the terms\n");
	memcpy(context.ca, c->name, sizeof(context.ca));
	event_context_set(&context);
}

UNUSED static void
bed_configure_undo(void)
{
	struct config *c = &bed_config;
	size_t i;

	for (i = 0; i < c->paper_count; i++)
		bytes_free(&c->papers[i].text);
	for (i = 0; i < OWN_KEYS; i++)
		bytes_free(&c->keys[i].spki);
	bytes_free(&c->root_der);
	bytes_free(&c->issuing_der);
	free(c->papers);
	free(c->profiles);
	EVP_PKEY_free(bed_root_key);
	EVP_PKEY_free(bed_issuing_key);
	EVP_PKEY_free(bed_ocsp_key);
}

/* --- the registry --------------------------------------------------------- */

#define BED_UID		1000
#define BED_OTHER	1001
#define BED_BOTH	1002

static int64_t bed_acme, bed_other, bed_acme_box;

UNUSED static int64_t
bed_subscriber(struct tx *tx, const char *name, const char *domain,
    bool agreed)
{
	struct subscriber s = { .gid = 100, .sandbox = true };
	struct validated_name n = { .kind = "dns",
	    .method = "asserted (sandbox)", .verifier = "test" };
	struct agreement a = { .part = OF_SUBSCRIBER,
	    .terms = "1", .sandbox = true };

	snprintf(s.name, sizeof(s.name), "%s", name);
	strcpy(s.profiles[0], "tls-server");
	s.since = clock_now() - USEC_DAY;
	assert_done(subscriber_put(tx, &s, &test_err));
	snprintf(n.name, sizeof(n.name), "%s", domain);
	n.validated = clock_now() - USEC_DAY;
	n.until = clock_now() + 300 * USEC_DAY;
	assert_done(subscriber_put_name(tx, s.id, &n, &test_err));
	snprintf(a.terms_sha256, 65, "%s", bed_config.papers[2].sha256);
	snprintf(a.document_sha256, 65, "%s", digest_of("agreement"));
	a.time = clock_now();
	if (agreed)
		assert_done(agreement_put(tx, s.id, &a, &test_err));
	return s.id;
}

UNUSED static void
bed_register(void)
{
	struct box box = { 0 };
	struct tx *tx = begin();

	box.since = clock_now();
	assert_done(box_put(tx, &box, &test_err));	/* BOX_ROOT */
	assert_int_equal(box.id, BOX_ROOT);
	bed_acme = bed_subscriber(tx, "acme", "example.org", true);
	bed_other = bed_subscriber(tx, "other", "example.com", true);
	assert_done(subscriber_put_user(tx, bed_acme, BED_UID, &test_err));
	assert_done(subscriber_put_user(tx, bed_other, BED_OTHER, &test_err));
	assert_done(subscriber_put_user(tx, bed_acme, BED_BOTH, &test_err));
	assert_done(subscriber_put_user(tx, bed_other, BED_BOTH, &test_err));
	memset(&box, 0, sizeof(box));
	box.subscriber = bed_acme;
	box.since = clock_now();
	assert_done(box_put(tx, &box, &test_err));
	bed_acme_box = box.id;
	assert_done(tx_commit(tx, &test_err));
}

/* --- the signing ---------------------------------------------------------- */

enum bed_mode { BED_SIGN, BED_REFUSE, BED_ABANDON, BED_BURN, BED_KEEP,
		BED_GARBLE };

struct bed_signing {
	struct signing	 signing;	/* first */
	pthread_mutex_t	 lock;
	pthread_cond_t	 wake;
	pthread_t	 thread;
	struct sign_order *queue;
	bool		 ending;
	enum bed_mode	 mode;		/* to orders */
	enum bed_mode	 recover;	/* to orders to recover */
	int		 once;		/* orders with `mode`, then BED_SIGN */
	unsigned	 orders, signatures;
};
static struct bed_signing bed_signing;

UNUSED static void
bed_submit(struct signing *signing, struct sign_order *order)
{
	struct bed_signing *s = (struct bed_signing *)signing;
	struct sign_order **at;

	pthread_mutex_lock(&s->lock);
	for (at = &s->queue; *at != NULL; at = &(*at)->next)
		;
	order->next = NULL;
	*at = order;
	pthread_cond_broadcast(&s->wake);
	pthread_mutex_unlock(&s->lock);
}

UNUSED static bool
bed_ready(struct signing *signing, const char *key)
{
	return ((struct bed_signing *)signing)->mode != BED_KEEP;
}

UNUSED static void
bed_why_not(struct signing *signing, const char *key, char to[SIGN_REASON])
{
	snprintf(to, SIGN_REASON, "away");
}

UNUSED static void
bed_answer(struct bed_signing *s, struct sign_order *order,
    enum bed_mode mode)
{
	static const enum sign_outcome outcomes[] = {
		[BED_SIGN] = SIGNED, [BED_GARBLE] = SIGNED,
		[BED_REFUSE] = REFUSED, [BED_ABANDON] = ABANDONED,
		[BED_BURN] = NEVER_BEGUN
	};
	struct sign_answer answer = { .outcome = outcomes[mode],
	    .journal = ++s->orders };
	struct bytes signature = { 0 };

	if (answer.outcome == SIGNED) {
		fake_sign(bed_issuing_key, SLICE(&order->tbs), &signature);
		if (mode == BED_GARBLE)
			signature.data[signature.size - 1] ^= 1;
		answer.signature = SLICE(&signature);
		s->signatures++;
	} else
		snprintf(answer.reason, sizeof(answer.reason),
		    "as the test ordered");
	order->done(order, &answer);
	bytes_free(&signature);
}

/* The first one that is not to be kept waiting. */
UNUSED static struct sign_order *
bed_take(struct bed_signing *s, enum bed_mode *mode)
{
	struct sign_order **at, *order;

	for (at = &s->queue; (order = *at) != NULL; at = &order->next) {
		*mode = order->recover ? s->recover : s->mode;
		if (*mode != BED_KEEP) {
			*at = order->next;
			return order;
		}
	}
	return NULL;
}

UNUSED static void *
bed_sign_thread(void *arg)
{
	struct bed_signing *s = arg;
	struct sign_order *order;
	enum bed_mode mode;

	pthread_mutex_lock(&s->lock);
	while (!s->ending) {
		if ((order = bed_take(s, &mode)) == NULL) {
			pthread_cond_wait(&s->wake, &s->lock);
			continue;
		}
		if (!order->recover && s->once > 0 && --s->once == 0)
			s->mode = BED_SIGN;
		pthread_mutex_unlock(&s->lock);
		bed_answer(s, order, mode);
		pthread_mutex_lock(&s->lock);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* From now on; `once`: so many orders, then again BED_SIGN (0: all). */
UNUSED static void
bed_mode(enum bed_mode mode, int once)
{
	pthread_mutex_lock(&bed_signing.lock);
	bed_signing.mode = mode;
	bed_signing.once = once;
	pthread_cond_broadcast(&bed_signing.wake);
	pthread_mutex_unlock(&bed_signing.lock);
}

/* --- the sink and all together -------------------------------------------- */

static pthread_mutex_t bed_lock = PTHREAD_MUTEX_INITIALIZER;
static char bed_told[64][512];
static size_t bed_told_count;
static unsigned bed_revoked_count;

UNUSED static void
bed_changed(struct publication_sink *sink, const char *const *paths,
    size_t count, void (*done)(void *), void *arg)
{
	size_t i;

	pthread_mutex_lock(&bed_lock);
	for (i = 0; i < count && bed_told_count < 64; i++)
		snprintf(bed_told[bed_told_count++], 512, "%s", paths[i]);
	pthread_mutex_unlock(&bed_lock);
	if (done != NULL)
		done(arg);
}

UNUSED static bool
bed_was_told(const char *part)
{
	bool found = false;
	size_t i;

	pthread_mutex_lock(&bed_lock);
	for (i = 0; i < bed_told_count; i++)
		found |= strstr(bed_told[i], part) != NULL;
	pthread_mutex_unlock(&bed_lock);
	return found;
}

static struct publication_sink bed_sink = { .changed = bed_changed };
static struct authority_parts bed_parts;
static struct authority *bed;

UNUSED static void
bed_revoked(void *arg)
{
	__atomic_add_fetch(&bed_revoked_count, 1, __ATOMIC_SEQ_CST);
}

UNUSED static unsigned
bed_no_roles(uid_t uid)
{
	return 0;
}

UNUSED static void
bed_open(void)
{
	memset(&bed_signing, 0, sizeof(bed_signing));
	bed_signing.signing.submit = bed_submit;
	bed_signing.signing.ready = bed_ready;
	bed_signing.signing.why_not = bed_why_not;
	pthread_mutex_init(&bed_signing.lock, NULL);
	pthread_cond_init(&bed_signing.wake, NULL);
	bed_told_count = 0;
	bed_revoked_count = 0;
	bed_parts = (struct authority_parts){ .config = &bed_config,
	    .store = test_store, .committer = committer_new(test_store),
	    .signing = &bed_signing.signing, .sink = &bed_sink,
	    .roles_of = bed_no_roles, .revoked = bed_revoked };
}

UNUSED static void
bed_start(void)
{
	pthread_create(&bed_signing.thread, NULL, bed_sign_thread,
	    &bed_signing);
	bed = authority_open(&bed_parts, &test_err);
	if (bed == NULL)
		fail_msg("%s", test_err.text);
}

/* As a crash leaves it: what waits for the signer is forgotten. */
UNUSED static void
bed_stop(void)
{
	pthread_mutex_lock(&bed_signing.lock);
	bed_signing.ending = true;
	pthread_cond_broadcast(&bed_signing.wake);
	pthread_mutex_unlock(&bed_signing.lock);
	pthread_join(bed_signing.thread, NULL);
	authority_close(bed);
	bed = NULL;
	committer_free(bed_parts.committer);
}

UNUSED static int
bed_setup(void **state)
{
	store_make();
	bed_configure(3000);
	bed_register();
	bed_open();
	bed_start();
	return 0;
}

UNUSED static int
bed_teardown(void **state)
{
	bed_stop();
	store_unmake();
	bed_configure_undo();
	return 0;
}

/* --- dropping ------------------------------------------------------------- */

struct bed_drop {
	pthread_mutex_t	 lock;
	pthread_cond_t	 wake;
	int		 answers;
	struct err	 fault;
};

UNUSED static void
bed_drop_done(void *arg, const struct err *fault)
{
	struct bed_drop *d = arg;

	pthread_mutex_lock(&d->lock);
	d->answers++;
	if (fault != NULL)
		d->fault = *fault;
	pthread_cond_broadcast(&d->wake);
	pthread_mutex_unlock(&d->lock);
}

static int64_t bed_file = 100;

UNUSED static void
bed_submit_drop(struct bed_drop *d, int64_t box, const char *file,
    uid_t uid, struct slice bytes, bool gates_only)
{
	struct drop drop = { .box = box, .file = bed_file++, .uid = uid,
	    .mtime = clock_now(), .bytes = bytes };

	snprintf(drop.file_name, sizeof(drop.file_name), "%s", file);
	memset(d, 0, sizeof(*d));
	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->wake, NULL);
	requests_submit(bed, &drop, gates_only, bed_drop_done, d);
}

/* 0 or the errno; fails when there is no answer, or another one. */
UNUSED static int
bed_wait(struct bed_drop *d)
{
	struct timespec until;
	int rc = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 2 * BED_PATIENCE / USEC;
	pthread_mutex_lock(&d->lock);
	while (d->answers == 0 && rc == 0)
		rc = pthread_cond_timedwait(&d->wake, &d->lock, &until);
	pthread_mutex_unlock(&d->lock);
	if (d->answers != 1)
		fail_msg("%d answers", d->answers);
	test_err = d->fault;
	return d->fault.code;
}

UNUSED static int
bed_put(const char *file, uid_t uid, struct slice bytes)
{
	struct bed_drop d;

	bed_submit_drop(&d, BOX_ROOT, file, uid, bytes, false);
	return bed_wait(&d);
}

UNUSED static void
bed_request(struct bytes *to, EVP_PKEY *key, const char *names)
{
	struct test_request want = { .key = key, .names = names };

	test_request_der(to, &want);
}

/* --- looking -------------------------------------------------------------- */

/* The slot "www" of www.csr; 1/0. */
UNUSED static int
bed_slot(const char *name, struct slot *slot)
{
	struct view *v = view_take(test_store);
	int found = slot_find(v, BOX_ROOT, name, slot);

	view_put(v);
	return found;
}

UNUSED static const char *
bed_status(const char *name)
{
	static struct bytes text;
	struct view *v = view_take(test_store);
	struct slot slot;

	bytes_clear(&text);
	if (slot_find(v, BOX_ROOT, name, &slot) == 1 && slot.status != 0)
		status_text(v, slot.status, &text);
	view_put(v);
	return bytes_text(&text);
}

/* The serial a slot shows; "" when it shows none. */
UNUSED static const char *
bed_serial(const char *name)
{
	static char serial[4][SERIAL_TEXT];
	static unsigned turn;
	char *to = serial[turn++ % 4];
	struct view *v = view_take(test_store);
	struct certificate c;
	struct slot slot;

	to[0] = '\0';
	if (slot_find(v, BOX_ROOT, name, &slot) == 1 &&
	    slot.sha256[0] != '\0' && slot.certificate != 0 &&
	    certificate_get(v, slot.certificate, &c) == 1)
		strcpy(to, c.serial);
	view_put(v);
	return to;
}

UNUSED static int64_t
bed_events(const char *name)
{
	char sql[128];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM events WHERE "
	    "name = '%s'", name);
	return number_in_db(sql);
}

UNUSED static int64_t
bed_open_intents(void)
{
	return number_in_db(
	    "SELECT count(*) FROM intents WHERE closed IS NULL");
}

UNUSED static bool
bed_intent_is_open(void)
{
	return bed_open_intents() > 0;
}

UNUSED static bool
bed_within(usec_t wait, bool (*true_now)(void))
{
	usec_t until = clock_steady() + wait;

	while (!true_now()) {
		if (clock_steady() > until)
			return false;
		usleep(2000);
	}
	return true;
}

#define assert_begins(text, start) \
	do { \
		if (strncmp((text), (start), strlen(start)) != 0) \
			fail_msg("\"%s\" does not begin with \"%s\"", (text), \
			    (start)); \
	} while (0)
#define assert_says(text, part) \
	do { \
		if (strstr((text), (part)) == NULL) \
			fail_msg("\"%s\" does not say \"%s\"", (text), \
			    (part)); \
	} while (0)

#endif
