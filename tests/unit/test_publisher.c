/*
 * The publisher on a real store, with a signer in the process that can be
 * late, away or unwilling: from the act to the CRL and the OCSP answer.
 */
#include "store.h"

#include <pthread.h>
#include <semaphore.h>
#include <time.h>

#include <openssl/ocsp.h>

#include "ca/commit.h"
#include "ca/store_crls.h"
#include "ca/store_private.h"
#include "ca/store_reports.h"
#include "fake_ca.h"
#include "stops.h"
#include "status/compare.h"
#include "status/publisher.h"

#define OFFICER		1001
#define USER		1002
#define STRANGER	1003

/* --- a signer ------------------------------------------------------------ */

static struct {
	struct signing	 signing;
	pthread_t	 thread;
	pthread_mutex_t	 mutex;
	pthread_cond_t	 cond;
	struct sign_order *first, **last;
	bool		 away, ocsp_away, silent, refuse, end;
	enum sign_outcome recovered;
	int		 late;		/* microseconds */
	int		 crls_left;	/* until what is below; 0: for ever */
	bool		*then;
	int		 signatures[4];	/* by kind */
	uint64_t	 journal;
} signer;
static struct fake_ca ca, root;
static EVP_PKEY *ocsp_key;

static void
signer_submit(struct signing *signing, struct sign_order *order)
{
	pthread_mutex_lock(&signer.mutex);
	order->next = NULL;
	*signer.last = order;
	signer.last = &order->next;
	pthread_cond_signal(&signer.cond);
	pthread_mutex_unlock(&signer.mutex);
}

static void
signer_why_not(struct signing *signing, const char *key,
    char to[SIGN_REASON])
{
	snprintf(to, SIGN_REASON, "the token of %s is away", key);
}

static bool
signer_ready(struct signing *signing, const char *key)
{
	bool ready;

	pthread_mutex_lock(&signer.mutex);
	ready = !signer.away &&
	    !(signer.ocsp_away && strcmp(key, "ocsp") == 0);
	pthread_mutex_unlock(&signer.mutex);
	return ready;
}

static void
signer_set(bool *what, bool to)
{
	pthread_mutex_lock(&signer.mutex);
	*what = to;
	pthread_cond_signal(&signer.cond);
	pthread_mutex_unlock(&signer.mutex);
}

static void
signer_answer(struct sign_order *order)
{
	struct sign_answer answer = { .outcome = SIGNED };
	struct bytes signature = { 0 };

	if (order->recover)
		answer.outcome = signer.recovered;
	else if (signer.refuse) {
		answer.outcome = REFUSED;
		strcpy(answer.reason, "a rule says no");
	} else {
		fake_sign(strcmp(order->key, "ocsp") == 0 ? ocsp_key : ca.key,
		    sign_order_tbs(order), &signature);
		signer.signatures[order->kind]++;
		if (order->kind == SIGN_CRL && signer.crls_left > 0 &&
		    --signer.crls_left == 0)
			signer_set(signer.then, true);
	}
	answer.journal = ++signer.journal;
	answer.signature = SLICE(&signature);
	order->done(order, &answer);
	bytes_free(&signature);
}

static void *
signer_run(void *arg)
{
	struct sign_order *order;

	pthread_mutex_lock(&signer.mutex);
	while (!signer.end) {
		if (signer.away || signer.silent ||
		    (order = signer.first) == NULL) {
			pthread_cond_wait(&signer.cond, &signer.mutex);
			continue;
		}
		if ((signer.first = order->next) == NULL)
			signer.last = &signer.first;
		pthread_mutex_unlock(&signer.mutex);
		if (signer.late > 0)
			usleep((unsigned)signer.late);
		signer_answer(order);
		pthread_mutex_lock(&signer.mutex);
	}
	pthread_mutex_unlock(&signer.mutex);
	return NULL;
}

/* --- the rest of core ---------------------------------------------------- */

static struct config config;
static struct profile profiles[2];
static struct committer *committer;
static struct publisher *publisher;
static _Atomic int certificates_issued;

struct put_job {
	struct job	   job;
	struct certificate certificate;
	struct bytes	   der;
};

static int
put_certificate(struct job *job, struct tx *tx, struct err *err)
{
	struct put_job *put = (struct put_job *)job;

	put->certificate.id = 0;
	return certificate_put(tx, &put->certificate, SLICE(&put->der), NULL,
	    0, err);
}

/* Issues under the CA's key; returns its id, and its DER when asked. */
static int64_t
issue(EVP_PKEY *key, const char *profile, int64_t subscriber,
    char serial[SERIAL_TEXT])
{
	struct put_job put = { .job.apply = put_certificate };
	struct certificate *c = &put.certificate;
	unsigned char chance[17] = { 1 }, *spki = NULL;
	X509 *x;
	int size;

	chance_octets(chance + 1, 16);
	hex_upper(serial, chance, sizeof chance);
	x = fake_certificate(key, &ca, profile, serial, 14);
	fake_der(x, &put.der);
	size = i2d_PUBKEY(key, &spki);
	sha256_text(c->spki_sha256, (struct slice){ spki, (size_t)size });
	OPENSSL_free(spki);
	sha256_text(c->sha256, SLICE(&put.der));
	strcpy(c->serial, serial);
	strcpy(c->issuer, "issuing");
	strcpy(c->profile, profile);
	snprintf(c->common_name, sizeof c->common_name, "%s %d", profile,
	    ++certificates_issued);
	c->subscriber = subscriber;
	c->issued = clock_now();
	c->not_before = c->issued - 3600 * USEC;
	c->not_after = c->issued + 14 * USEC_DAY;
	assert_done(commit_wait(committer, &put.job, &test_err));
	bytes_free(&put.der);
	X509_free(x);
	return c->id;
}

void
authority_issue_internal(struct authority *authority, const char *profile,
    const char *subject, struct slice spki, internal_done *done, void *arg)
{
	char serial[SERIAL_TEXT];

	done(arg, issue(ocsp_key, profile, 0, serial), NULL);
}

/* The authority's part in decided revocations is that it is told of this. */
static unsigned revoke_set, revoke_ended;

void
authority_revoke_decided(struct authority *authority)
{
	revoke_set++;
}

void
authority_revoke_end(struct authority *authority)
{
	revoke_ended++;
}

static unsigned
roles_of(uid_t uid)
{
	return uid == OFFICER ? ROLE_REVOCATION : 0;
}

static char told[64][128];
static int told_count;
static pthread_mutex_t told_mutex = PTHREAD_MUTEX_INITIALIZER;

static void
sink_changed(struct publication_sink *sink, const char *const *paths,
    size_t count, void (*done)(void *), void *arg)
{
	pthread_mutex_lock(&told_mutex);
	for (size_t i = 0; i < count && told_count < 64; i++)
		snprintf(told[told_count++], 128, "%s", paths[i]);
	pthread_mutex_unlock(&told_mutex);
	if (done != NULL)
		done(arg);
}

static bool
was_told(const char *path)
{
	bool found = false;

	pthread_mutex_lock(&told_mutex);
	for (int i = 0; i < told_count; i++)
		found = found || strcmp(told[i], path) == 0;
	pthread_mutex_unlock(&told_mutex);
	return found;
}

static struct publication_sink sink = { .changed = sink_changed };
static struct authority_parts parts;

static int
put_registry(struct job *job, struct tx *tx, struct err *err)
{
	struct subscriber s = { .name = "first", .since = 1 };

	strcpy(s.profiles[0], "tls-server");
	if (subscriber_put(tx, &s, err) != 0)
		return -1;
	return subscriber_put_user(tx, s.id, USER, err);
}

/* The root's CRL, as the ceremony makes it. */
static void
make_root_crl(struct bytes *to, EVP_PKEY *key)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	X509_EXTENSION *key_id;
	ASN1_TIME *time;
	unsigned char *der = NULL;
	X509V3_CTX ctx;
	int size;

	X509_CRL_set_version(crl, 1);
	X509_CRL_set_issuer_name(crl,
	    X509_get_subject_name(root.certificate));
	time = X509_gmtime_adj(NULL, 0);
	X509_CRL_set1_lastUpdate(crl, time);
	X509_gmtime_adj(time, 86400 * 300);
	X509_CRL_set1_nextUpdate(crl, time);
	ASN1_TIME_free(time);
	ASN1_INTEGER_set(number, 3);
	X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0);
	ASN1_INTEGER_free(number);
	X509V3_set_ctx(&ctx, root.certificate, NULL, NULL, crl, 0);
	key_id = X509V3_EXT_conf(NULL, &ctx, "authorityKeyIdentifier",
	    "keyid");
	X509_CRL_add_ext(crl, key_id, -1);
	X509_EXTENSION_free(key_id);
	X509_CRL_sign(crl, key, EVP_sha256());
	size = i2d_X509_CRL(crl, &der);
	bytes_copy(to, (struct slice){ der, (size_t)size });
	OPENSSL_free(der);
	X509_CRL_free(crl);
}

static void
open_publisher(void)
{
	committer = committer_new(test_store);
	parts.committer = committer;
	parts.store = test_store;
	publisher = publisher_open(NULL, &parts, &test_err);
	if (publisher == NULL)
		fail_msg("%s", test_err.text);
}

static void
close_publisher(void)
{
	publisher_close(publisher);
	committer_free(committer);
}

/* As shipped: every reason for an end entity, by officer and subscriber. */
static void
fill_rules(struct revocation_rules *r)
{
	static const int reasons[] = { 0, 1, 3, 4, 5, 6, 9 };
	size_t i;

	memset(r, 0, sizeof *r);
	strcpy(r->who[0], "officer");
	strcpy(r->who[1], "subscriber");
	strcpy(r->how[0], "file");
	strcpy(r->how[1], "key");
	for (i = 0; i < sizeof reasons / sizeof *reasons; i++)
		strcpy(r->reasons[i], reason_name(reasons[i]));
	r->decision_max = 12 * 3600 * USEC;
	r->status_max = 3600 * USEC;
}

static void
make_config(void)
{
	unsigned char *spki = NULL;
	int size;

	strcpy(config.name, "Test SANDBOX");
	config.sandbox = true;
	config.wait = 5 * USEC;
	config.crl_next_update = USEC_DAY;
	config.ocsp_next_update = USEC_DAY / 2;
	fill_rules(&config.revocation);
	bytes_copy(&config.root_der, SLICE(&root.der));
	bytes_copy(&config.issuing_der, SLICE(&ca.der));
	make_root_crl(&config.root_crl_der, root.key);
	strcpy(config.keys[0].name, "ocsp");
	size = i2d_PUBKEY(ocsp_key, &spki);
	bytes_copy(&config.keys[0].spki, (struct slice){ spki, (size_t)size });
	OPENSSL_free(spki);
	strcpy(profiles[0].name, "tls-server");
	strcpy(profiles[1].name, "ocsp-responder");
	profiles[1].internal = true;
	strcpy(profiles[1].extended_key_usage[0], "OCSPSigning");
	config.profiles = profiles;
	config.profile_count = 2;
}

static int
setup_with(int crls, bool *then)
{
	struct job job = { .apply = put_registry };

	memset(&signer, 0, sizeof signer);
	signer.crls_left = crls;
	signer.then = then;
	pthread_mutex_init(&signer.mutex, NULL);
	pthread_cond_init(&signer.cond, NULL);
	signer.last = &signer.first;
	signer.signing.submit = signer_submit;
	signer.signing.ready = signer_ready;
	signer.signing.why_not = signer_why_not;
	signer.recovered = NEVER_BEGUN;
	pthread_create(&signer.thread, NULL, signer_run, NULL);
	fake_ca_make(&ca, "P-256", "Issuing SANDBOX");
	fake_ca_make(&root, "P-256", "Root SANDBOX");
	ocsp_key = fake_key("P-256");
	make_config();
	parts = (struct authority_parts){ .config = &config,
	    .signing = &signer.signing, .sink = &sink, .roles_of = roles_of };
	told_count = 0;
	store_make();
	open_publisher();
	assert_done(commit_wait(committer, &job, &test_err));
	return 0;
}

static int
setup(void **state)
{
	return setup_with(0, NULL);
}

/* The signer goes away when the first CRL is there, and no delta yet. */
static int
setup_one_crl(void **state)
{
	return setup_with(1, &signer.away);
}

/* And here it never answers what it is asked for the delta. */
static int
setup_half_a_delta(void **state)
{
	return setup_with(1, &signer.silent);
}

static bool
signer_is_asked(void)
{
	bool asked;

	pthread_mutex_lock(&signer.mutex);
	asked = (signer.away || signer.first != NULL);
	pthread_mutex_unlock(&signer.mutex);
	return asked;
}

static int
teardown(void **state)
{
	close_publisher();
	signer_set(&signer.end, true);
	pthread_join(signer.thread, NULL);
	store_unmake();
	fake_ca_free(&ca);
	fake_ca_free(&root);
	EVP_PKEY_free(ocsp_key);
	bytes_free(&config.root_der);
	bytes_free(&config.issuing_der);
	bytes_free(&config.root_crl_der);
	bytes_free(&config.keys[0].spki);
	return 0;
}

/* --- asking it ----------------------------------------------------------- */

struct wait {
	sem_t		 sem;
	int		 code;		/* of the fault, 0: none */
	enum ocsp_file	 file;
	int64_t		 answer;
	usec_t		 took;
};

static void
wait_for(struct wait *w, usec_t began)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 20;
	assert_int_equal(sem_timedwait(&w->sem, &until), 0);
	sem_destroy(&w->sem);
	w->took = clock_steady() - began;
}

static void
revoke_done(void *arg, const struct err *fault)
{
	struct wait *w = arg;

	w->code = fault != NULL ? fault->code : 0;
	sem_post(&w->sem);
}

static int
may_revoke(const char *serial, uid_t uid)
{
	struct revocation_act a = { .uid = uid };

	snprintf(a.serial, sizeof a.serial, "%s", serial);
	return publisher_may_revoke(publisher, &a, &test_err);
}

static struct wait
revoke_as(const char *serial, uid_t uid, const char *line, const char *act)
{
	struct revocation_act a = { .uid = uid };
	usec_t began = clock_steady();
	struct wait w = { 0 };

	snprintf(a.serial, sizeof a.serial, "%s", serial);
	snprintf(a.line, sizeof a.line, "%s", line);
	snprintf(a.act, sizeof a.act, "%s", act);
	sem_init(&w.sem, 0, 0);
	publisher_revoke(publisher, &a, revoke_done, &w);
	wait_for(&w, began);
	return w;
}

static int
officer_revokes(const char *serial, const char *line)
{
	char act[33], octets[16];

	chance_octets(octets, sizeof octets);
	hex_lower(act, octets, sizeof octets);
	return revoke_as(serial, OFFICER, line, act).code;
}

static void
ocsp_answered(void *arg, enum ocsp_file file, int64_t answer)
{
	struct wait *w = arg;

	w->file = file;
	w->answer = answer;
	sem_post(&w->sem);
}

static struct wait
ask_der(struct slice der)
{
	usec_t began = clock_steady();
	struct wait w = { 0 };

	sem_init(&w.sem, 0, 0);
	publisher_ocsp(publisher, der, ocsp_answered, &w);
	wait_for(&w, began);
	return w;
}

static OCSP_CERTID *
make_id(const char *serial, X509 *issuer, const EVP_MD *digest)
{
	BIGNUM *number = NULL;
	ASN1_INTEGER *integer;
	OCSP_CERTID *id;

	BN_hex2bn(&number, serial);
	integer = BN_to_ASN1_INTEGER(number, NULL);
	id = OCSP_cert_id_new(digest, X509_get_subject_name(issuer),
	    X509_get0_pubkey_bitstr(issuer), integer);
	ASN1_INTEGER_free(integer);
	BN_free(number);
	return id;
}

static struct wait
ask_several(const char *const *serials, size_t count, X509 *issuer,
    const EVP_MD *digest)
{
	OCSP_REQUEST *request = OCSP_REQUEST_new();
	unsigned char *der = NULL;
	struct wait w;
	int size;

	for (size_t i = 0; i < count; i++)
		OCSP_request_add0_id(request, make_id(serials[i], issuer,
		    digest));
	size = i2d_OCSP_REQUEST(request, &der);
	w = ask_der((struct slice){ der, (size_t)size });
	OPENSSL_free(der);
	OCSP_REQUEST_free(request);
	return w;
}

static struct wait
ask(const char *serial)
{
	return ask_several(&serial, 1, ca.certificate, EVP_sha1());
}

/* The first answers wait for the responder's certificate. */
static struct wait
ask_until_answered(const char *serial)
{
	struct wait w;

	for (int i = 0; i < 50; i++)
		if ((w = ask(serial)).file == OCSP_ANSWER)
			break;
	assert_int_equal(w.file, OCSP_ANSWER);
	return w;
}

/* What a kept answer says of a serial, verified: V_OCSP_CERTSTATUS_… */
static int
status_of(int64_t answer, const char *serial, const EVP_MD *digest)
{
	struct view *view = view_take(test_store);
	struct bytes der = { 0 };
	const unsigned char *p;
	OCSP_RESPONSE *response;
	OCSP_BASICRESP *basic;
	OCSP_CERTID *id = make_id(serial, ca.certificate, digest);
	X509_STORE *trust = X509_STORE_new();
	int status, reason;

	assert_int_equal(ocsp_bytes(view, answer, &der), 1);
	view_put(view);
	p = der.data;
	response = d2i_OCSP_RESPONSE(NULL, &p, (long)der.size);
	assert_non_null(response);
	basic = OCSP_response_get1_basic(response);
	X509_STORE_add_cert(trust, ca.certificate);
	assert_int_equal(OCSP_basic_verify(basic, NULL, trust, 0), 1);
	assert_int_equal(OCSP_resp_find_status(basic, id, &status, &reason,
	    NULL, NULL, NULL), 1);
	X509_STORE_free(trust);
	OCSP_CERTID_free(id);
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(response);
	bytes_free(&der);
	return status;
}

static void
read_file(const char *name, struct bytes *to)
{
	struct publication file;
	struct view *view = view_take(test_store);

	bytes_clear(to);
	if (publication_find(view, "status", name, &file) == 1)
		publication_bytes(view, file.seq, to);
	view_put(view);
}

/* Reason on the published CRL, verified; -1: not listed; -2: no CRL. */
static int
on_crl(const char *serial, long *number)
{
	struct bytes der = { 0 };
	const unsigned char *p;
	X509_CRL *crl;
	X509_REVOKED *entry = NULL;
	BIGNUM *bn = NULL;
	ASN1_INTEGER *integer;
	ASN1_ENUMERATED *code;
	int reason = -1;

	read_file("issuing.crl", &der);
	if (der.size == 0)
		return -2;
	p = der.data;
	crl = d2i_X509_CRL(NULL, &p, (long)der.size);
	assert_non_null(crl);
	assert_int_equal(X509_CRL_verify(crl, ca.key), 1);
	if (number != NULL) {
		integer = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL,
		    NULL);
		*number = ASN1_INTEGER_get(integer);
		ASN1_INTEGER_free(integer);
	}
	BN_hex2bn(&bn, serial);
	integer = BN_to_ASN1_INTEGER(bn, NULL);
	if (X509_CRL_get0_by_serial(crl, &entry, integer) == 1) {
		code = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL,
		    NULL);
		reason = code != NULL ? (int)ASN1_ENUMERATED_get(code) : 0;
		ASN1_ENUMERATED_free(code);
	}
	ASN1_INTEGER_free(integer);
	BN_free(bn);
	X509_CRL_free(crl);
	bytes_free(&der);
	return reason;
}

static bool
case_says(const char *serial, const char *words)
{
	struct view *view = view_take(test_store);
	struct bytes text = { 0 };
	struct revocation r;
	bool found;

	assert_int_equal(revocation_find(view, serial, &r), 1);
	assert_int_equal(publisher_case_text(view, r.id, r.version, &text),
	    1);
	view_put(view);
	found = strstr(bytes_text(&text), words) != NULL;
	if (!found)
		print_message("%s", bytes_text(&text));
	bytes_free(&text);
	return found;
}

static bool
health_says(const char *words)
{
	struct bytes text = { 0 };
	bool found;

	read_file("health.txt", &text);
	found = strstr(bytes_text(&text), words) != NULL;
	bytes_free(&text);
	return found;
}

static int64_t
events(const char *name)
{
	char sql[128];

	snprintf(sql, sizeof sql, "SELECT count(*) FROM events WHERE name ="
	    " '%s'", name);
	return number_in_db(sql);
}

#define eventually(condition) \
	do { \
		int turns_ = 0; \
		while (!(condition) && turns_++ < 3000) \
			usleep(20000); \
		if (!(condition)) \
			fail_msg("never: %s", #condition); \
	} while (0)

/* --- the tests ----------------------------------------------------------- */

static void
the_first_start_publishes_a_crl(void **state)
{
	EVP_PKEY *key = fake_key("P-256");
	char serial[SERIAL_TEXT];
	struct bytes pem = { 0 };
	long number = 0;

	eventually(on_crl("01", &number) == -1);
	assert_int_equal(number, 1);
	read_file("issuing.crl.pem", &pem);
	assert_non_null(strstr(bytes_text(&pem), "-----BEGIN X509 CRL-----"));
	read_file("root.crl.pem", &pem);
	assert_non_null(strstr(bytes_text(&pem), "-----BEGIN X509 CRL-----"));
	bytes_free(&pem);
	eventually(was_told("status/issuing.crl"));
	assert_true(was_told("status/root.crl"));
	eventually(health_says("ok    ocsp-certificate"));
	eventually(health_says("ok    crl "));
	assert_true(health_says("warn  sandbox"));
	assert_true(health_says("ok    root-crl"));
	/* The complete one, and a delta that has it as its base. */
	eventually(events("crl-published") == 2);
	eventually(health_says("ok    crl-and-ocsp      both say the same: 0 "));
	assert_int_equal(events("root-crl-published"), 1);
	/* A second start makes none again: the next one is number 3. */
	close_publisher();
	open_publisher();
	issue(key, "tls-server", 1, serial);
	assert_int_equal(officer_revokes(serial, "superseded"), 0);
	assert_int_equal(on_crl(serial, &number), 4);
	assert_int_equal(number, 3);
	assert_int_equal(events("crl-published"), 4);
	assert_int_equal(events("root-crl-published"), 1);
	EVP_PKEY_free(key);
}

static void
a_revocation_is_out_when_it_is_answered(void **state)
{
	char serial[SERIAL_TEXT], path[128];
	EVP_PKEY *key = fake_key("P-256");
	struct certificate c;
	struct view *view;
	struct wait w, before;
	struct key blocked;
	long first, then;

	issue(key, "tls-server", 1, serial);
	eventually(on_crl(serial, &first) == -1);
	before = ask_until_answered(serial);
	assert_int_equal(status_of(before.answer, serial, EVP_sha1()),
	    V_OCSP_CERTSTATUS_GOOD);
	w = revoke_as(serial, USER, "keyCompromise lost my laptop\n", "a1");
	assert_int_equal(w.code, 0);
	print_message("revocation to publication: %lld us\n",
	    (long long)w.took);
	assert_int_equal(on_crl(serial, &then), 1);
	assert_true(then > first);
	w = ask(serial);
	assert_int_equal(w.file, OCSP_ANSWER);
	assert_int_not_equal(w.answer, before.answer);
	assert_int_equal(status_of(w.answer, serial, EVP_sha1()),
	    V_OCSP_CERTSTATUS_REVOKED);
	assert_true(case_says(serial, "reason: keyCompromise (1)"));
	assert_true(case_says(serial, "asked-by: uid 1002 (subscriber)"));
	assert_true(case_says(serial, "text: lost my laptop"));
	assert_true(case_says(serial, "publication: CRL "));
	assert_true(case_says(serial, ", OCSP at 2"));
	snprintf(path, sizeof path, "revoke/%s", serial);
	assert_true(was_told(path));
	assert_int_equal(events("certificate-revoked"), 1);
	assert_int_equal(events("status-compared"), 0);
	view = view_take(test_store);
	assert_int_equal(certificate_find(view, serial, &c), 1);
	assert_int_equal(c.reason, 1);
	assert_int_equal(keys_find(view, c.spki_sha256, &blocked), 1);
	assert_true(blocked.blocked);
	view_put(view);
	EVP_PKEY_free(key);
}

static void
begin_act(struct wait *w, const char *serial, const char *line,
    const char *act)
{
	struct revocation_act a = { .uid = OFFICER };

	snprintf(a.serial, sizeof a.serial, "%s", serial);
	snprintf(a.line, sizeof a.line, "%s", line);
	snprintf(a.act, sizeof a.act, "%s", act);
	sem_init(&w->sem, 0, 0);
	publisher_revoke(publisher, &a, revoke_done, w);
}

/* Two officers: what the second said is not what was just published. */
static void
an_act_amidst_a_settling_waits_for_its_own_list(void **state)
{
	struct wait first = { 0 }, second = { 0 };
	EVP_PKEY *key = fake_key("P-256");
	usec_t began = clock_steady();
	char serial[SERIAL_TEXT];
	long number;

	issue(key, "tls-server", 1, serial);
	eventually(on_crl(serial, &number) == -1);
	stop_arm("core.pending-looked");
	begin_act(&first, serial, "superseded", "a1");
	assert_true(stop_reached(10));
	signer_set(&signer.away, true);
	begin_act(&second, serial, "keyCompromise", "a2");
	eventually(events("revocation-changed") == 1);
	usleep(300000);
	stop_disarm();
	usleep(500000);
	assert_int_equal(sem_trywait(&second.sem), -1);
	signer_set(&signer.away, false);
	wait_for(&second, began);
	assert_int_equal(second.code, 0);
	assert_int_equal(on_crl(serial, &number), 1);
	wait_for(&first, began);
	assert_int_equal(first.code, 0);
	EVP_PKEY_free(key);
}

static usec_t
received_of(const char *serial)
{
	struct revocation r;
	struct view *view = view_take(test_store);
	usec_t received = 0;

	if (revocation_find(view, serial, &r) == 1)
		received = r.received;
	view_put(view);
	return received;
}

/* Whoever decided had the role then; by now it may be gone. */
static void
a_decided_revocation_is_published(void **state)
{
	char serial[SERIAL_TEXT];
	EVP_PKEY *key = fake_key("P-256");
	unsigned ended = revoke_ended;
	long number;
	struct revocation_order order = { .id = 7, .how = BY_REPORT,
		.uid = STRANGER, .role = "revocation officer",
		.line = "affiliationChanged it moved",
		.exception = "nobody answers",
		.received = clock_now() - 3600 * USEC };

	issue(key, "tls-server", 1, serial);
	assert_true(revoke_set > 0);
	assert_non_null(parts.revoke);
	strcpy(order.serial, serial);
	order.decided = clock_now() - 60 * USEC;
	parts.revoke(parts.revoked_arg, &order, NULL, NULL);
	eventually(on_crl(serial, &number) == 3);
	assert_true(case_says(serial, "text: it moved"));
	assert_true(case_says(serial, "exception: nobody answers"));
	assert_true(case_says(serial, "a report, decided by an officer"));
	/* REV-6.2.4-03A: its clock began when the report was received. */
	assert_true(received_of(serial) == order.received);
	/* The next core does it again: it is known, and nothing. */
	parts.revoke(parts.revoked_arg, &order, NULL, NULL);
	close_publisher();
	assert_null(parts.revoke);
	assert_int_equal(revoke_ended, ended + 1);
	open_publisher();
	assert_int_equal(events("certificate-revoked"), 1);
	assert_int_equal(events("revocation-refused"), 0);
	EVP_PKEY_free(key);
}

static void
acts_are_refused_with_their_errno(void **state)
{
	static const struct {
		const char *what;
		uid_t uid;
		const char *line;
		int code;
	} rows[] = {
		{ "an unknown word", OFFICER, "foo", EINVAL },
		{ "nothing", OFFICER, " \n", EINVAL },
		{ "a number that is no reason", OFFICER, "7", EINVAL },
		{ "a number too large", OFFICER, "11", EINVAL },
		{ "of CAs", OFFICER, "cACompromise", EINVAL },
		{ "suspension", OFFICER, "certificateHold", EINVAL },
		{ "removeFromCRL", OFFICER, "8", EINVAL },
		{ "a future date", OFFICER, "superseded at=2030-01-01",
		  EINVAL },
		{ "two lines", OFFICER, "superseded\nkeyCompromise", EINVAL },
		{ "bringing back", OFFICER, "reinstate please", EINVAL },
		{ "a stranger", STRANGER, "superseded", EACCES },
		{ "root without a role", 0, "superseded", EACCES },
	};
	EVP_PKEY *key = fake_key("P-256");
	char serial[SERIAL_TEXT];

	issue(key, "tls-server", 1, serial);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct wait w = revoke_as(serial, rows[i].uid, rows[i].line,
		    "x");

		if (w.code != rows[i].code)
			fail_msg("%s: %d", rows[i].what, w.code);
	}
	assert_int_equal(officer_revokes("0100000000000000000000000000000000",
	    "superseded"), ENOENT);
	assert_int_equal(may_revoke(serial, USER), 0);
	assert_refused(may_revoke(serial, STRANGER), EACCES);
	assert_refused(may_revoke("01", OFFICER), ENOENT);
	eventually(events("revocation-refused") >= 10);
	assert_int_equal(events("certificate-revoked"), 0);
	EVP_PKEY_free(key);
}

/* Also when it was refused at the door, before anything was written. */
static void
an_attempt_without_a_right_is_an_event(void **state)
{
	EVP_PKEY *key = fake_key("P-256");
	char serial[SERIAL_TEXT];

	issue(key, "tls-server", 1, serial);
	for (int i = 0; i < 20; i++)
		assert_refused(may_revoke(serial, STRANGER), EACCES);
	assert_int_equal(events("revocation-refused"), 1);
	assert_int_equal(may_revoke(serial, OFFICER), 0);
	assert_refused(may_revoke("01", STRANGER), ENOENT);
	assert_int_equal(events("revocation-refused"), 1);
	EVP_PKEY_free(key);
}

static void
once_revoked_only_the_key_can_get_worse(void **state)
{
	EVP_PKEY *key = fake_key("P-256");
	char serial[SERIAL_TEXT];

	issue(key, "tls-server", 1, serial);
	assert_int_equal(revoke_as(serial, OFFICER, "4", "same").code, 0);
	assert_int_equal(on_crl(serial, NULL), 4);
	/* The same write, sent again to a new core. */
	assert_int_equal(revoke_as(serial, OFFICER, "4", "same").code, 0);
	assert_int_equal(officer_revokes(serial, "superseded"), EKEYREVOKED);
	assert_int_equal(officer_revokes(serial, "cessationOfOperation"),
	    EKEYREVOKED);
	assert_int_equal(officer_revokes(serial, "KEYCOMPROMISE"), 0);
	assert_int_equal(on_crl(serial, NULL), 1);
	assert_true(case_says(serial, "was superseded"));
	assert_true(case_says(serial, "publication: CRL "));
	assert_int_equal(officer_revokes(serial, "keyCompromise"), EKEYREVOKED);
	assert_int_equal(events("certificate-revoked"), 1);
	assert_int_equal(events("revocation-changed"), 1);
	assert_int_equal(events("status-compared"), 0);
	EVP_PKEY_free(key);
}

static void
without_a_signer_it_is_pending(void **state)
{
	EVP_PKEY *key = fake_key("P-256");
	char serial[SERIAL_TEXT], other[SERIAL_TEXT];
	struct wait w;

	issue(key, "tls-server", 1, serial);
	issue(key, "tls-server", 1, other);
	ask_until_answered(serial);
	ask_until_answered(other);
	eventually(on_crl(serial, NULL) == -1);
	config.wait = 400000;
	signer_set(&signer.away, true);
	w = revoke_as(serial, OFFICER, "superseded", "p");
	assert_int_equal(w.code, 0);
	assert_true(w.took >= 400000 && w.took < 3 * USEC);
	assert_int_equal(on_crl(serial, NULL), -1);
	assert_true(case_says(serial, "publication: pending since 2"));
	eventually(health_says("fail  publication"));
	assert_true(health_says("fail  issuing-key"));
	/* No good is served of it, and what is kept of others still is. */
	w = ask(serial);
	assert_int_equal(w.file, OCSP_TRY_LATER);
	assert_true(w.took >= 150000 && w.took < 2 * USEC);
	assert_int_equal(ask(other).file, OCSP_ANSWER);
	signer_set(&signer.away, false);
	eventually(on_crl(serial, NULL) == 4);
	eventually(ask(serial).file == OCSP_ANSWER);
	eventually(health_says("ok    publication"));
	assert_true(case_says(serial, "publication: CRL "));
	EVP_PKEY_free(key);
}

static void
the_crl_does_not_wait_for_the_ocsp_key(void **state)
{
	EVP_PKEY *key = fake_key("P-256");
	char serial[SERIAL_TEXT];

	issue(key, "tls-server", 1, serial);
	ask_until_answered(serial);
	config.wait = 400000;
	signer_set(&signer.ocsp_away, true);
	assert_int_equal(officer_revokes(serial, "superseded"), 0);
	assert_int_equal(on_crl(serial, NULL), 4);
	assert_true(case_says(serial, "publication: pending since "));
	assert_true(case_says(serial, "; CRL "));
	signer_set(&signer.ocsp_away, false);
	eventually(ask(serial).file == OCSP_ANSWER);
	EVP_PKEY_free(key);
}

static void
what_a_crash_left_pending_is_published(void **state)
{
	EVP_PKEY *key = fake_key("P-256");
	char serial[SERIAL_TEXT];

	issue(key, "tls-server", 1, serial);
	ask_until_answered(serial);
	config.wait = 100000;
	signer_set(&signer.away, true);
	assert_int_equal(officer_revokes(serial, "superseded"), 0);
	close_publisher();
	signer_set(&signer.away, false);
	open_publisher();
	eventually(on_crl(serial, NULL) == 4);
	eventually(ask(serial).file == OCSP_ANSWER);
	EVP_PKEY_free(key);
}

static void
an_unwilling_signer_is_asked_again(void **state)
{
	EVP_PKEY *key = fake_key("P-256");
	char serial[SERIAL_TEXT];
	long before, after;

	issue(key, "tls-server", 1, serial);
	eventually(on_crl(serial, &before) == -1);
	config.wait = 100000;
	signer_set(&signer.refuse, true);
	assert_int_equal(officer_revokes(serial, "superseded"), 0);
	eventually(health_says("the signer refuses the CRL: a rule says no"));
	assert_true(events("crl-failed") >= 1);
	signer_set(&signer.refuse, false);
	eventually(on_crl(serial, &after) == 4);
	assert_true(after > before + 1);	/* its number was burned */
	assert_int_equal(number_in_db("SELECT count(*) FROM intents WHERE"
	    " closed IS NULL"), 0);
	EVP_PKEY_free(key);
}

struct intent_job {
	struct job	job;
	struct intent	intent;
};

static int
put_intent(struct job *job, struct tx *tx, struct err *err)
{
	struct intent_job *j = (struct intent_job *)job;

	j->intent.id = 0;
	sha256_text(j->intent.tbs_sha256, slice_text("tbs"));
	return intent_put(tx, &j->intent, slice_text("tbs"), err);
}

static void
open_intents_are_closed_by_the_journal(void **state)
{
	static const struct {
		enum sign_outcome outcome;
		const char *event, *closed;
	} rows[] = {
		{ SIGNED, "signature-unpublished", "unpublished" },
		{ ABANDONED, "signature-abandoned", "abandoned" },
		{ NEVER_BEGUN, "signature-never-begun", "burned" },
	};
	char sql[128];

	eventually(on_crl("01", NULL) == -1);
	for (size_t i = 0; i < 3; i++) {
		struct intent_job crl = { .job.apply = put_intent,
		    .intent = { .kind = SIGN_CRL, .key = "issuing",
		    .number = 90 } };
		struct intent_job ocsp = { .job.apply = put_intent,
		    .intent = { .kind = SIGN_OCSP, .key = "ocsp" } };

		assert_done(commit_wait(committer, &crl.job, &test_err));
		assert_done(commit_wait(committer, &ocsp.job, &test_err));
		signer.recovered = rows[i].outcome;
		close_publisher();
		open_publisher();
		eventually(events(rows[i].event) == 2);
		snprintf(sql, sizeof sql, "SELECT count(*) FROM intents WHERE"
		    " closed = '%s'", rows[i].closed);
		eventually(number_in_db(sql) == 2);
	}
	/* Nothing of it was published. */
	assert_int_equal(events("crl-published"), 2);
}

static void
ocsp_says_good_only_of_what_was_issued(void **state)
{
	static const char *const never[] = {
		"0100000000000000000000000000000000", "01", "7F"
	};
	EVP_PKEY *key = fake_key("P-256");
	char serial[SERIAL_TEXT], second[SERIAL_TEXT];
	const char *both[2] = { serial, second };
	struct wait w, again;
	int signatures;

	issue(key, "tls-server", 1, serial);
	issue(key, "tls-server", 1, second);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(ask(never[i]).file, OCSP_UNAUTHORIZED);
	/* The same serial of another CA. */
	assert_int_equal(ask_several(both, 1, root.certificate,
	    EVP_sha1()).file, OCSP_UNAUTHORIZED);
	assert_int_equal(ask_several(both, 1, ca.certificate,
	    EVP_sha512()).file, OCSP_UNAUTHORIZED);
	assert_int_equal(ask_der(slice_text("0\003abc")).file,
	    OCSP_MALFORMED);
	w = ask_until_answered(serial);
	signatures = signer.signatures[SIGN_OCSP];
	again = ask(serial);
	assert_int_equal(again.answer, w.answer);
	assert_int_equal(signer.signatures[SIGN_OCSP], signatures);
	/* SHA-256 is another question, several are one. */
	w = ask_several(both, 1, ca.certificate, EVP_sha256());
	assert_int_equal(w.file, OCSP_ANSWER);
	assert_int_not_equal(w.answer, again.answer);
	w = ask_several(both, 2, ca.certificate, EVP_sha256());
	assert_int_equal(w.file, OCSP_ANSWER);
	assert_int_equal(status_of(w.answer, second, EVP_sha256()),
	    V_OCSP_CERTSTATUS_GOOD);
	/* One of several was never issued. */
	both[1] = never[0];
	assert_int_equal(ask_several(both, 2, ca.certificate,
	    EVP_sha256()).file, OCSP_UNAUTHORIZED);
	/* The second of them is revoked: the answer about both is too. */
	both[1] = second;
	assert_int_equal(officer_revokes(second, "superseded"), 0);
	w = ask_several(both, 2, ca.certificate, EVP_sha256());
	assert_int_equal(w.file, OCSP_ANSWER);
	assert_int_equal(status_of(w.answer, second, EVP_sha256()),
	    V_OCSP_CERTSTATUS_REVOKED);
	assert_int_equal(status_of(w.answer, serial, EVP_sha256()),
	    V_OCSP_CERTSTATUS_GOOD);
	EVP_PKEY_free(key);
}

struct abandon_job {
	struct job	job;
	char		serial[SERIAL_TEXT];
};

static int
abandon(struct job *job, struct tx *tx, struct err *err)
{
	struct abandon_job *j = (struct abandon_job *)job;
	struct revocation r = { .reason = 0 };

	strcpy(r.serial, j->serial);
	strcpy(r.issuer, "issuing");
	r.received = r.decided = clock_now();
	return revocation_put(tx, &r, err);
}

static void
an_abandoned_serial_is_revoked(void **state)
{
	struct abandon_job j = { .job.apply = abandon };

	serial_of(j.serial, 77);
	eventually(on_crl(j.serial, NULL) == -1);
	assert_done(commit_wait(committer, &j.job, &test_err));
	parts.revoked(parts.revoked_arg);
	eventually(on_crl(j.serial, NULL) == 0);
	assert_int_equal(status_of(ask_until_answered(j.serial).answer,
	    j.serial, EVP_sha1()), V_OCSP_CERTSTATUS_REVOKED);
	eventually(case_says(j.serial, "publication: CRL "));
	assert_true(case_says(j.serial, "asked-by: the CA itself"));
}

/* Is this one given, and no other? */
static bool
is_given(const char *serial, int64_t answer)
{
	struct wait w = ask(serial);

	if (w.file == OCSP_ANSWER)
		assert_int_equal(w.answer, answer);
	return w.file == OCSP_ANSWER;
}

/* As if all answers had been signed so much later, or earlier. */
static usec_t	began_in;

static int
put_later_answers(struct job *job, struct tx *tx, struct err *err)
{
	struct query *q = query_new(tx_view(tx)->sql, "UPDATE ocsp_answers"
	    " SET this_update = this_update + ?, next_update = next_update"
	    " + ?");

	bind_number(q, began_in);
	bind_number(q, began_in);
	return query_write(q, err);
}

static void
answers_began(usec_t in)
{
	struct job job = { .apply = put_later_answers };

	began_in = in;
	assert_done(commit_wait(committer, &job, &test_err));
}

static void
answers_are_renewed_at_half(void **state)
{
	const usec_t half = config.ocsp_next_update / 2;
	EVP_PKEY *key = fake_key("P-256");
	char serial[SERIAL_TEXT];
	int64_t first, second;

	issue(key, "tls-server", 1, serial);
	first = ask_until_answered(serial).answer;
	answers_began(-half + 3600 * USEC);
	assert_true(is_given(serial, first));
	answers_began(-2 * 3600 * USEC);
	eventually((second = ask(serial).answer) != first);
	assert_int_equal(status_of(second, serial, EVP_sha1()),
	    V_OCSP_CERTSTATUS_GOOD);
	/* Past half, and no signer: what is kept is still true. */
	signer_set(&signer.away, true);
	answers_began(-half - 3600 * USEC);
	assert_true(is_given(serial, second));
	answers_began(-half + 2 * 3600 * USEC);
	assert_true(is_given(serial, second));
	answers_began(-2 * 3600 * USEC);
	assert_int_equal(ask(serial).file, OCSP_TRY_LATER);
	signer_set(&signer.away, false);
	eventually(ask(serial).file == OCSP_ANSWER);
	EVP_PKEY_free(key);
}

/* Each way to put certificates together is kept: there are not many. */
static void
answers_about_several_are_few(void **state)
{
	EVP_PKEY *key = fake_key("P-256");
	char serials[8][SERIAL_TEXT];
	const char *pair[2];
	int answered = 0;
	usec_t began;

	for (int i = 0; i < 8; i++)
		issue(key, "tls-server", 1, serials[i]);
	ask_until_answered(serials[0]);
	began = clock_steady();
	for (int i = 0; i < 8; i++) {
		for (int j = 0; j < 8; j++) {
			pair[0] = serials[i];
			pair[1] = serials[j];
			if (i != j && ask_several(pair, 2, ca.certificate,
			    EVP_sha1()).file == OCSP_ANSWER)
				answered++;
		}
	}
	/* A burst, and then as many as time allows. */
	assert_in_range(answered, 1, 21 + (clock_steady() - began) /
	    (10 * USEC));
	EVP_PKEY_free(key);
}

/* The newest CRL began so long from now, as if the clock was set. */
static int
put_later_crl(struct job *job, struct tx *tx, struct err *err)
{
	struct crl crl;

	assert_int_equal(crl_newest(tx_view(tx), "issuing", CRL_COMPLETE, &crl), 1);
	crl.number++;
	crl.this_update = clock_now() / USEC * USEC + began_in;
	crl.next_update = crl.this_update + USEC_DAY;
	return crl_put(tx, &crl, err);
}

static struct crl
newest_crl(void)
{
	struct view *view = view_take(test_store);
	struct crl crl;

	assert_int_equal(crl_newest(view, "issuing", CRL_COMPLETE, &crl), 1);
	view_put(view);
	return crl;
}

static struct crl
with_later_crl(int64_t in)
{
	struct job job = { .apply = put_later_crl };
	struct crl later;

	close_publisher();
	committer = committer_new(test_store);
	began_in = in;
	assert_done(commit_wait(committer, &job, &test_err));
	committer_free(committer);
	later = newest_crl();
	open_publisher();
	return later;
}

static void
the_crl_is_renewed_at_half(void **state)
{
	const usec_t half = config.crl_next_update / 2;
	EVP_PKEY *key = fake_key("P-256");
	char serial[SERIAL_TEXT];
	struct crl later;
	long number = 0;

	eventually(on_crl("01", &number) == -1);
	/* Half is over in three seconds, the end half a day away. */
	later = with_later_crl(-half + 3 * USEC);
	eventually(newest_crl().number > later.number);
	assert_int_equal(newest_crl().number, later.number + 1);
	assert_in_range(newest_crl().this_update, later.this_update + half,
	    later.next_update - 1);
	/* In an hour: it is what a turn of the publisher leaves as it is. */
	later = with_later_crl(-half + 3600 * USEC);
	issue(key, "tls-server", 1, serial);
	ask_until_answered(serial);
	assert_int_equal(newest_crl().number, later.number);
	/* An hour ago, when nobody was there to do it. */
	later = with_later_crl(-half - 3600 * USEC);
	eventually(newest_crl().number > later.number);
	/* What is configured now counts where it is shorter. */
	close_publisher();
	config.crl_next_update = 4 * USEC;
	later = newest_crl();
	open_publisher();
	eventually(newest_crl().number > later.number);
	EVP_PKEY_free(key);
}

static void
a_crl_of_the_future_is_replaced(void **state)
{
	long number = 0;
	struct crl later;

	eventually(on_crl("01", &number) == -1);
	eventually(events("crl-published") == 2 || (signer.crls_left == 0 &&
	    signer.then != NULL && signer_is_asked()));
	later = with_later_crl(10 * USEC_DAY);
	signer_set(&signer.away, false);
	signer_set(&signer.silent, false);
	eventually(newest_crl().number > later.number);
	assert_int_equal(newest_crl().number, later.number + 1);
	assert_true(newest_crl().this_update <= clock_now());
}

/* After a small step the next CRL begins no earlier than the one before. */
static void
this_update_never_goes_back(void **state)
{
	EVP_PKEY *key = fake_key("P-256");
	char serial[SERIAL_TEXT];
	long number = 0;
	struct crl later;

	eventually(on_crl("01", &number) == -1);
	issue(key, "tls-server", 1, serial);
	later = with_later_crl(100 * USEC);
	assert_int_equal(officer_revokes(serial, "superseded"), 0);
	assert_int_equal(newest_crl().number, later.number + 1);
	assert_true(newest_crl().this_update == later.this_update);
	EVP_PKEY_free(key);
}

static void
an_answer_of_the_future_is_replaced(void **state)
{
	EVP_PKEY *key = fake_key("P-256");
	char serial[SERIAL_TEXT];
	int64_t first;

	issue(key, "tls-server", 1, serial);
	first = ask_until_answered(serial).answer;
	answers_began(10 * USEC_DAY);
	assert_int_not_equal(ask_until_answered(serial).answer, first);
	EVP_PKEY_free(key);
}

/* Asking races with revoking: never is good kept behind a revocation. */
static void
no_good_survives_a_revocation(void **state)
{
	EVP_PKEY *key = fake_key("P-256");
	char serial[SERIAL_TEXT];

	issue(key, "tls-server", 1, serial);
	ask_until_answered(serial);
	signer.late = 30000;
	for (int i = 0; i < 6; i++) {
		struct wait asked = { 0 };
		OCSP_REQUEST *request = OCSP_REQUEST_new();
		unsigned char *der = NULL;
		struct wait w;
		int size;

		issue(key, "tls-server", 1, serial);
		OCSP_request_add0_id(request, make_id(serial, ca.certificate,
		    EVP_sha1()));
		size = i2d_OCSP_REQUEST(request, &der);
		sem_init(&asked.sem, 0, 0);
		publisher_ocsp(publisher, (struct slice){ der, (size_t)size },
		    ocsp_answered, &asked);
		usleep((unsigned)i * 10000);
		assert_int_equal(officer_revokes(serial, "superseded"), 0);
		wait_for(&asked, 0);
		w = ask(serial);
		assert_int_equal(w.file, OCSP_ANSWER);
		assert_int_equal(status_of(w.answer, serial, EVP_sha1()),
		    V_OCSP_CERTSTATUS_REVOKED);
		OPENSSL_free(der);
		OCSP_REQUEST_free(request);
	}
	assert_int_equal(events("status-compared"), 0);
	EVP_PKEY_free(key);
}

#define MANY	48

static void *
revoke_one(void *arg)
{
	return (void *)(intptr_t)officer_revokes(arg, "superseded");
}

static void
many_share_a_crl(void **state)
{
	EVP_PKEY *key = fake_key("P-256");
	char serials[MANY][SERIAL_TEXT];
	pthread_t threads[MANY];
	long before, after;
	usec_t began;

	for (int i = 0; i < MANY; i++)
		issue(key, "tls-server", 1, serials[i]);
	ask_until_answered(serials[0]);
	for (int i = 1; i < MANY / 2; i++)
		(void)ask(serials[i]);
	eventually(on_crl(serials[0], &before) == -1);
	signer.late = 5000;
	began = clock_steady();
	for (int i = 0; i < MANY; i++)
		pthread_create(&threads[i], NULL, revoke_one, serials[i]);
	for (int i = 0; i < MANY; i++) {
		void *code;

		pthread_join(threads[i], &code);
		assert_null(code);
	}
	for (int i = 0; i < MANY; i++)
		assert_int_equal(on_crl(serials[i], &after), 4);
	print_message("%d revocations: %ld CRLs, %lld us\n", MANY,
	    after - before, (long long)(clock_steady() - began));
	assert_true(after - before < MANY / 2);
	assert_int_equal(events("certificate-revoked"), MANY);
	assert_int_equal(events("status-compared"), 0);
	EVP_PKEY_free(key);
}

static void
a_root_crl_of_another_is_refused(void **state)
{
	close_publisher();
	bytes_clear(&config.root_crl_der);
	make_root_crl(&config.root_crl_der, ca.key);
	open_publisher();
	assert_int_equal(events("root-crl-refused"), 1);
	eventually(health_says("fail  root-crl"));
}

/* What remembers CRL numbers when all of the home was put back (RFC 5280). */
static void
a_folder_in_the_home_remembers_nothing(void **state)
{
	static const struct {
		const char	*publish_dir;
		bool		 sandbox;
		const char	*says;
	} rows[] = {
		{ "", true, "ok    publish-dir       has what was published, in" },
		{ "", false, "warn  publish-dir       has what was published, in" },
		{ "/srv/ca/published", false, "warn  publish-dir  " },
		{ "/srv/ca2", false,
		    "ok    publish-dir       has what was published\n" },
	};
	char path[80];

	snprintf(path, sizeof path, "%s/www", test_dir);
	assert_int_equal(mkdir(path, 0700), 0);
	strcpy(config.home, "/srv/ca");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		close_publisher();
		strcpy(config.publish_dir, rows[i].publish_dir);
		config.sandbox = rows[i].sandbox;
		parts.publish_dir = open(path, O_RDONLY | O_DIRECTORY);
		assert_true(parts.publish_dir > 0);
		open_publisher();
		eventually(health_says(rows[i].says));
	}
	config.home[0] = config.publish_dir[0] = '\0';
}

/* --- suspension, dates, keys --------------------------------------------- */

static int
ocsp_status_of(const char *serial)
{
	return status_of(ask_until_answered(serial).answer, serial,
	    EVP_sha1());
}

static void
a_suspended_certificate_comes_back(void **state)
{
	EVP_PKEY *key = fake_key("P-256");
	char serial[SERIAL_TEXT];
	struct certificate c;
	struct view *view;

	profiles[0].suspension = true;
	issue(key, "tls-server", 1, serial);
	assert_int_equal(ocsp_status_of(serial), V_OCSP_CERTSTATUS_GOOD);
	assert_int_equal(revoke_as(serial, USER, "certificateHold at sea",
	    "h").code, 0);
	assert_int_equal(on_crl(serial, NULL), 6);
	assert_int_equal(ocsp_status_of(serial), V_OCSP_CERTSTATUS_REVOKED);
	assert_true(case_says(serial, "state: suspended"));
	assert_int_equal(officer_revokes(serial, "certificateHold"), EINVAL);
	assert_int_equal(revoke_as(serial, USER, "reinstate", "u").code,
	    EACCES);
	assert_int_equal(officer_revokes(serial, "reinstate back again"), 0);
	assert_int_equal(on_crl(serial, NULL), -1);
	assert_int_equal(ocsp_status_of(serial), V_OCSP_CERTSTATUS_GOOD);
	assert_true(case_says(serial, "state: valid, reinstated"));
	assert_true(case_says(serial, "text: at sea"));
	assert_true(case_says(serial, "text: back again"));
	assert_true(case_says(serial, "publication: CRL "));
	view = view_take(test_store);
	assert_int_equal(certificate_find(view, serial, &c), 1);
	assert_int_equal(c.revoked, 0);
	view_put(view);
	/* Once more, and then for ever. */
	assert_int_equal(officer_revokes(serial, "6"), 0);
	assert_int_equal(officer_revokes(serial, "cessationOfOperation"), 0);
	assert_int_equal(on_crl(serial, NULL), 5);
	assert_true(case_says(serial, "was certificateHold since "));
	assert_int_equal(officer_revokes(serial, "reinstate"), EPERM);
	assert_int_equal(officer_revokes(serial, "certificateHold"),
	    EKEYREVOKED);
	assert_int_equal(events("certificate-suspended"), 2);
	assert_int_equal(events("certificate-reinstated"), 1);
	assert_int_equal(events("certificate-revoked"), 1);
	assert_int_equal(events("status-compared"), 0);
	profiles[0].suspension = false;
	EVP_PKEY_free(key);
}

/* "WORD KEY=TIME", so many seconds from now. */
static const char *
in_seconds(char to[96], const char *word, const char *key, int seconds)
{
	char text[CLOCK_TEXT];

	clock_text_seconds(text, clock_now() + seconds * USEC);
	snprintf(to, 96, "%s %s=%s", word, key, text);
	return to;
}

/* What is due within it is due now. */
static void
an_hour_goes_by(void)
{
	char sql[256];

	snprintf(sql, sizeof sql, "UPDATE scheduled SET effective = %lld"
	    " WHERE effective < %lld; UPDATE revocations SET until = %lld"
	    " WHERE reason = 6", (long long)clock_now(),
	    (long long)(clock_now() + 3600 * USEC), (long long)clock_now());
	assert_int_equal(attack(sql), SQLITE_OK);
}

static void
what_is_scheduled_takes_place(void **state)
{
	EVP_PKEY *key = fake_key("P-256");
	char soon[SERIAL_TEXT], later[SERIAL_TEXT], held[SERIAL_TEXT];
	char line[96], path[128];

	profiles[0].suspension = true;
	issue(key, "tls-server", 1, soon);
	issue(key, "tls-server", 1, later);
	issue(key, "tls-server", 1, held);
	assert_int_equal(officer_revokes(soon, in_seconds(line, "superseded",
	    "at", 3600)), 0);
	assert_int_equal(officer_revokes(later, in_seconds(line, "superseded",
	    "at", 86400)), 0);
	assert_int_equal(officer_revokes(held, in_seconds(line,
	    "certificateHold", "until", 3600)), 0);
	assert_int_equal(on_crl(soon, NULL), -1);
	assert_int_equal(on_crl(held, NULL), 6);
	snprintf(path, sizeof path, "revoke/%s", soon);
	assert_true(was_told(path));
	assert_int_equal(events("revocation-scheduled"), 2);
	/* Over a restart: it became due meanwhile, or will. */
	close_publisher();
	an_hour_goes_by();
	open_publisher();
	eventually(on_crl(soon, NULL) == 4);
	eventually(on_crl(held, NULL) == -1);
	eventually(case_says(soon, "by the CA itself: revoked as scheduled"));
	eventually(case_says(held, "by the CA itself: reinstated"));
	assert_int_equal(on_crl(later, NULL), -1);
	/* Rather now; what was scheduled is done with. */
	assert_int_equal(officer_revokes(later, in_seconds(line, "superseded",
	    "at", 2 * 86400)), EKEYREVOKED);
	assert_int_equal(officer_revokes(later, "superseded after all"), 0);
	assert_int_equal(on_crl(later, NULL), 4);
	assert_int_equal(number_in_db("SELECT count(*) FROM scheduled"
	    " WHERE done IS NULL"), 0);
	assert_int_equal(events("certificate-revoked"), 2);
	assert_int_equal(events("certificate-reinstated"), 1);
	assert_int_equal(events("status-compared"), 0);
	profiles[0].suspension = false;
	EVP_PKEY_free(key);
}

/*
 * Brought forward, with an invalidity behind the first receipt, which stays: it
 * was allowed when it was written, and takes place.
 */
static void
what_was_brought_forward_takes_place(void **state)
{
	EVP_PKEY *key = fake_key("P-256");
	char serial[SERIAL_TEXT], line[96], more[96], words[200];
	usec_t first;

	issue(key, "tls-server", 1, serial);
	assert_int_equal(officer_revokes(serial, in_seconds(line,
	    "superseded", "at", 3600)), 0);
	first = clock_now() / USEC;
	eventually(clock_now() / USEC > first);	/* words have whole seconds */
	snprintf(words, sizeof words, "%s%s",
	    in_seconds(line, "superseded", "at", 1800),
	    in_seconds(more, "", "invalidity", 0));
	assert_int_equal(officer_revokes(serial, words), 0);
	close_publisher();
	an_hour_goes_by();
	open_publisher();
	eventually(on_crl(serial, NULL) == 4);
	EVP_PKEY_free(key);
}

/* The others do, and somebody is told of it. */
static void
one_that_cannot_take_place_keeps_no_other_waiting(void **state)
{
	EVP_PKEY *key = fake_key("P-256");
	char never[SERIAL_TEXT], due[SERIAL_TEXT], line[96], sql[240];
	char done[SERIAL_TEXT];

	issue(key, "tls-server", 1, never);
	issue(key, "tls-server", 1, done);
	assert_int_equal(officer_revokes(done, in_seconds(line, "superseded",
	    "at", 2900)), 0);
	issue(key, "tls-server", 1, due);
	assert_int_equal(officer_revokes(never, in_seconds(line, "superseded",
	    "at", 3000)), 0);
	assert_int_equal(officer_revokes(due, in_seconds(line, "superseded",
	    "at", 3600)), 0);
	close_publisher();
	an_hour_goes_by();
	snprintf(sql, sizeof sql, "UPDATE scheduled SET invalidity = %lld"
	    " WHERE serial IN (x'%s', x'%s')", (long long)(clock_now() +
	    USEC_DAY), never, done);
	assert_int_equal(attack(sql), SQLITE_OK);
	open_publisher();
	eventually(on_crl(due, NULL) == 4);
	eventually(health_says("2 revocations or ends of suspensions could "
	    "not take place at their time"));
	assert_int_equal(on_crl(never, NULL), -1);
	assert_int_equal(events("scheduled-change-failed"), 2);
	/* Somebody does it at once: it is late no more. */
	assert_int_equal(officer_revokes(done, "superseded"), 0);
	eventually(health_says("1 revocations or ends of suspensions could "
	    "not take place at their time"));
	assert_int_equal(events("scheduled-change-failed"), 2);
	/* It is tried again. */
	close_publisher();
	assert_int_equal(attack("UPDATE scheduled SET invalidity = NULL"
	    " WHERE done IS NULL"), SQLITE_OK);
	open_publisher();
	eventually(on_crl(never, NULL) == 4);
	eventually(health_says("was decided for a time takes place then"));
	assert_int_equal(events("scheduled-change-failed"), 2);
	EVP_PKEY_free(key);
}

static void
a_compromised_key_takes_all_its_certificates(void **state)
{
	EVP_PKEY *key = fake_key("P-256"), *other = fake_key("P-256");
	char serials[4][SERIAL_TEXT], safe[SERIAL_TEXT];
	long before, after;

	for (int i = 0; i < 4; i++)
		issue(key, "tls-server", 1, serials[i]);
	issue(other, "tls-server", 1, safe);
	assert_int_equal(officer_revokes(serials[3], "superseded"), 0);
	eventually(on_crl(safe, &before) == -1);
	assert_int_equal(revoke_as(serials[0], USER, "keyCompromise",
	    "k").code, 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(on_crl(serials[i], &after), 1);
	assert_int_equal(after, before + 1);	/* published once */
	assert_int_equal(on_crl(safe, NULL), -1);
	assert_true(case_says(serials[1], "its key is that of "));
	assert_int_equal(events("certificate-revoked"), 4);
	assert_int_equal(events("revocation-changed"), 1);
	/* The same write, sent again. */
	assert_int_equal(revoke_as(serials[0], USER, "keyCompromise",
	    "k").code, 0);
	assert_int_equal(events("certificate-revoked"), 4);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
}

static struct wait
revoke_key_as(const char *digest, uid_t uid, const char *line)
{
	struct revocation_act a = { .uid = uid, .act = "by key" };
	usec_t began = clock_steady();
	struct wait w = { 0 };

	snprintf(a.key, sizeof a.key, "%s", digest);
	snprintf(a.line, sizeof a.line, "%s", line);
	sem_init(&w.sem, 0, 0);
	publisher_revoke(publisher, &a, revoke_done, &w);
	wait_for(&w, began);
	return w;
}

static void
a_key_is_revoked_and_blocked(void **state)
{
	EVP_PKEY *key = fake_key("P-256");
	char one[SERIAL_TEXT], two[SERIAL_TEXT], unknown[65];
	struct certificate c;
	struct publication text;
	struct view *view;
	struct key row;

	issue(key, "tls-server", 1, one);
	issue(key, "tls-server", 1, two);
	view = view_take(test_store);
	assert_int_equal(certificate_find(view, one, &c), 1);
	view_put(view);
	memset(unknown, '5', 64);
	unknown[64] = '\0';
	assert_int_equal(revoke_key_as(c.spki_sha256, STRANGER,
	    "superseded").code, EACCES);
	assert_int_equal(revoke_key_as(c.spki_sha256, OFFICER,
	    "certificateHold").code, EINVAL);
	assert_int_equal(revoke_key_as(c.spki_sha256, OFFICER,
	    "superseded at=2999-01-01").code, EINVAL);
	assert_int_equal(revoke_key_as(unknown, OFFICER, "superseded").code,
	    ENOENT);
	assert_int_equal(revoke_key_as(unknown, USER, "keyCompromise").code,
	    EACCES);
	assert_int_equal(revoke_key_as(c.spki_sha256, USER,
	    "superseded by another").code, 0);
	assert_int_equal(on_crl(one, NULL), 4);
	eventually(on_crl(two, NULL) == 4);
	/* The same write, sent again to a new core. */
	assert_int_equal(revoke_key_as(c.spki_sha256, USER,
	    "superseded by another").code, 0);
	assert_int_equal(events("revocation-by-key"), 1);
	/* Reported, though nobody ever had a certificate for it. */
	assert_int_equal(revoke_key_as(unknown, OFFICER,
	    "keyCompromise").code, 0);
	view = view_take(test_store);
	assert_int_equal(keys_find(view, c.spki_sha256, &row), 1);
	assert_true(row.blocked);
	assert_int_equal(keys_find(view, unknown, &row), 1);
	assert_true(row.blocked);
	assert_int_equal(publication_find(view, "revoke/by-key",
	    c.spki_sha256, &text), 1);
	view_put(view);
	assert_int_equal(events("revocation-by-key"), 2);
	assert_int_equal(events("certificate-revoked"), 2);
	EVP_PKEY_free(key);
}

/* As OpenSSL reads it; seconds since 1970, 0: there is none. */
static int64_t
invalidity_on_crl(const char *serial)
{
	ASN1_GENERALIZEDTIME *date;
	X509_REVOKED *entry = NULL;
	ASN1_INTEGER *number;
	const unsigned char *p;
	struct bytes der = { 0 };
	BIGNUM *bn = NULL;
	struct tm tm = { 0 };
	X509_CRL *crl;

	read_file("issuing.crl", &der);
	p = der.data;
	crl = d2i_X509_CRL(NULL, &p, (long)der.size);
	BN_hex2bn(&bn, serial);
	number = BN_to_ASN1_INTEGER(bn, NULL);
	assert_int_equal(X509_CRL_get0_by_serial(crl, &entry, number), 1);
	date = X509_REVOKED_get_ext_d2i(entry, NID_invalidity_date, NULL,
	    NULL);
	if (date != NULL)
		ASN1_TIME_to_tm(date, &tm);
	ASN1_GENERALIZEDTIME_free(date);
	ASN1_INTEGER_free(number);
	BN_free(bn);
	X509_CRL_free(crl);
	bytes_free(&der);
	return date != NULL ? (int64_t)timegm(&tm) : 0;
}

static void
since_when_it_was_invalid_is_on_the_crl(void **state)
{
	EVP_PKEY *key = fake_key("P-256"), *other = fake_key("P-256");
	char one[SERIAL_TEXT], two[SERIAL_TEXT], line[96];
	usec_t then = clock_now() - 3600 * USEC;

	issue(key, "tls-server", 1, one);
	issue(other, "tls-server", 1, two);
	assert_int_equal(officer_revokes(two, in_seconds(line, "superseded",
	    "invalidity", 100)), EINVAL);
	assert_int_equal(officer_revokes(two, "superseded"), 0);
	assert_int_equal(invalidity_on_crl(two), 0);
	assert_int_equal(officer_revokes(one, in_seconds(line,
	    "keyCompromise", "invalidity", -3600)), 0);
	assert_in_range(invalidity_on_crl(one), then / USEC, then / USEC +
	    10);
	assert_true(case_says(one, "invalidity: 2"));
	assert_int_equal(on_crl(one, NULL), 1);
	assert_int_equal(events("status-compared"), 0);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
}

/* REV-6.2.4-01 a, b, d: what the configuration says of asking. */
static void
the_rules_say_who_how_and_why(void **state)
{
	static const struct {
		const char *word, *line;
		uid_t	 uid;
		bool	 key;
		int	 code;
	} rows[] = {
		{ "subscriber", "superseded", USER, false, EACCES },
		{ "subscriber", "superseded", OFFICER, false, 0 },
		{ "key", "superseded", OFFICER, true, EACCES },
		{ "affiliationChanged", "3", OFFICER, false, EINVAL },
		{ "affiliationChanged", "4", USER, false, 0 },
		{ "certificateHold", "certificateHold", OFFICER, false,
		    EINVAL },
	};
	struct revocation_rules *r = &config.revocation;
	char serial[SERIAL_TEXT], act[40];
	struct certificate c;
	struct revocation_act a;
	struct view *view;
	struct wait w;
	EVP_PKEY *key;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		key = fake_key("P-256");
		issue(key, "tls-server", 1, serial);
		fill_rules(r);
		for (size_t k = 0; k < REASONS; k++) {
			if (strcmp(r->reasons[k], rows[i].word) == 0)
				strcpy(r->reasons[k], "-");
			if (k < 4 && strcmp(r->who[k], rows[i].word) == 0)
				strcpy(r->who[k], "-");
			if (k < 8 && strcmp(r->how[k], rows[i].word) == 0)
				strcpy(r->how[k], "-");
		}
		a = (struct revocation_act){ .uid = rows[i].uid };
		snprintf(a.line, sizeof a.line, "%s", rows[i].line);
		snprintf(act, sizeof act, "rules-%zu", i);
		if (rows[i].key) {
			view = view_take(test_store);
			assert_int_equal(certificate_find(view, serial, &c),
			    1);
			view_put(view);
			memcpy(a.key, c.spki_sha256, sizeof a.key);
			sem_init(&w.sem, 0, 0);
			publisher_revoke(publisher, &a, revoke_done, &w);
			wait_for(&w, clock_steady());
		} else
			w = revoke_as(serial, rows[i].uid, rows[i].line, act);
		if (w.code != rows[i].code)
			fail_msg("row %zu: %d", i, w.code);
		EVP_PKEY_free(key);
	}
	fill_rules(r);
}

/* A row that says it is on the CRL, and is not. */
static int
put_unlisted(struct job *job, struct tx *tx, struct err *err)
{
	struct abandon_job *j = (struct abandon_job *)job;
	struct revocation r = { .reason = 4, .on_crl = 5, .on_ocsp = 5 };

	strcpy(r.serial, j->serial);
	strcpy(r.issuer, "issuing");
	r.received = r.decided = clock_now();
	return revocation_put(tx, &r, err);
}

static void
compared(const struct desk *desk, enum health_state state)
{
	struct health_line line;

	health_line(desk->health, HEALTH_CONSISTENCY, &line);
	assert_int_equal(line.state, state);
}

/* One of which both say the same tells nothing of the others. */
static void
compare_one(const struct desk *desk, const char *serial)
{
	struct view *view = view_take(test_store);
	struct revoked row;
	struct revocation r;

	assert_int_equal(revocation_find(view, serial, &r), 1);
	compare_take(&row, &r);
	compare_changed(desk, view, &row, 1);
	view_put(view);
}

static int64_t
comparisons(const char *outcome)
{
	struct view *v = view_take(test_store);
	struct bytes text = { 0 };
	struct event_row row;
	int64_t seq, found = 0;
	char wanted[64];

	snprintf(wanted, sizeof wanted, "\"outcome\": \"%s\"", outcome);
	for (seq = 1; seq <= events_last(v); seq++) {
		assert_int_equal(events_get(v, seq, &row), 1);
		assert_int_equal(events_bytes(v, seq, &text), 1);
		if (strcmp(row.name, "status-compared") == 0 &&
		    strstr(bytes_text(&text), wanted) != NULL)
			found++;
	}
	view_put(v);
	bytes_free(&text);
	return found;
}

/* One that is ended early has nothing to say. */
static void
compare_nothing(const struct desk *desk)
{
	int64_t said = comparisons("same");
	struct bell closed;

	bell_init(&closed);
	bell_close(&closed);
	compare_all(desk, &closed);
	assert_int_equal(comparisons("same"), said);
	assert_int_equal(comparisons("different"), 0);
	bell_destroy(&closed);
}

static void
compare_by_night(const char *one, enum health_state state)
{
	struct desk desk = { .parts = &parts };

	committer = committer_new(test_store);
	parts.committer = committer;
	desk.issuing = signatory_new(SLICE(&config.issuing_der), &test_err);
	desk.timers = timers_new();
	desk.health = health_new(&parts, desk.timers);
	if (state == HEALTH_OK)
		compare_nothing(&desk);
	compare_all(&desk, NULL);
	compared(&desk, state);
	assert_int_equal(compare_differs(&desk), state != HEALTH_OK);
	compare_one(&desk, one);
	compared(&desk, state);
	if (state != HEALTH_OK)
		compare_again(&desk, NULL);
	compared(&desk, state);
	health_free(desk.health);
	desk.health = health_new(&parts, desk.timers);
	compare_begin(&desk);
	compared(&desk, state);
	health_free(desk.health);
	timers_free(desk.timers);
	signatory_free(desk.issuing);
	committer_free(committer);
}

/* What was suspended and came back is no difference; what is missing is. */
static void
everything_is_compared_by_night(void **state)
{
	struct abandon_job j = { .job.apply = put_unlisted };
	EVP_PKEY *key = fake_key("P-256");
	char back[SERIAL_TEXT], held[SERIAL_TEXT], revoked[SERIAL_TEXT];

	profiles[0].suspension = true;
	issue(key, "tls-server", 1, back);
	issue(key, "tls-server", 1, held);
	issue(key, "tls-server", 1, revoked);
	ask_until_answered(back);
	assert_int_equal(officer_revokes(back, "6"), 0);
	assert_int_equal(officer_revokes(back, "reinstate"), 0);
	assert_int_equal(officer_revokes(held, "6"), 0);
	assert_int_equal(officer_revokes(revoked, "4"), 0);
	close_publisher();
	compare_by_night(revoked, HEALTH_OK);
	assert_int_equal(comparisons("same"), 1);
	open_publisher();
	serial_of(j.serial, 78);
	assert_done(commit_wait(committer, &j.job, &test_err));
	close_publisher();
	compare_by_night(revoked, HEALTH_FAIL);
	assert_int_equal(comparisons("different"), 1);
	/* The next core makes a list, and looks again. */
	open_publisher();
	eventually(comparisons("same") == 2);
	eventually(health_says("ok    crl-and-ocsp      both say the same: "));
	assert_int_equal(comparisons("different"), 1);
	profiles[0].suspension = false;
	EVP_PKEY_free(key);
}

/* Who looks after a revocation sees that both were compared, and when. */
static void
a_comparison_is_said(void **state)
{
	EVP_PKEY *key = fake_key("P-256");
	char serial[SERIAL_TEXT];

	issue(key, "tls-server", 1, serial);
	ask_until_answered(serial);
	assert_int_equal(officer_revokes(serial, "4"), 0);
	eventually(health_says("ok    crl-and-ocsp      both say the same: "));
	EVP_PKEY_free(key);
}

/* REV-6.2.4-03C: of CRL and OCSP each; the CRL is out in time. */
static void
a_deadline_is_told_once_by_method(void **state)
{
	EVP_PKEY *key = fake_key("P-256");
	char serial[SERIAL_TEXT], sql[96];

	config.revocation.deadline[4] = 3600 * USEC;
	issue(key, "tls-server", 1, serial);
	ask_until_answered(serial);
	config.wait = 100000;
	signer_set(&signer.ocsp_away, true);
	assert_int_equal(officer_revokes(serial, "superseded"), 0);
	eventually(health_says("ok    deadlines"));
	/* Half of the time and more is over, then all of it. */
	assert_int_equal(attack("UPDATE deadlines SET start = start -"
	    " 3600000000"), SQLITE_OK);
	eventually(health_says("warn  deadlines"));
	eventually(events("revocation-deadline-near") == 1);
	assert_int_equal(events("revocation-deadline-missed"), 0);
	snprintf(sql, sizeof sql, "UPDATE deadlines SET due = %lld",
	    (long long)clock_now());
	assert_int_equal(attack(sql), SQLITE_OK);
	eventually(health_says("fail  deadlines"));
	assert_true(health_says("1 cases wait, 0 of them near their deadline, "
	    "1 missed it"));
	eventually(events("revocation-deadline-missed") == 1);
	signer_set(&signer.ocsp_away, false);
	eventually(case_says(serial, "publication: CRL "));
	eventually(health_says("ok    deadlines"));
	assert_int_equal(events("revocation-deadline-near"), 1);
	assert_int_equal(events("revocation-deadline-missed"), 1);
	fill_rules(&config.revocation);
	EVP_PKEY_free(key);
}

static bool
refusals_say(uid_t uid, const char *words, size_t *lines)
{
	struct view *view = view_take(test_store);
	struct publication file;
	struct bytes text = { 0 };
	char name[32];
	bool found = false;

	snprintf(name, sizeof name, "%u.txt", (unsigned)uid);
	if (publication_find(view, "revoke/refused", name, &file) == 1 &&
	    publication_bytes(view, file.seq, &text) == 1)
		found = strstr(bytes_text(&text), words) != NULL;
	view_put(view);
	*lines = 0;
	for (const char *p = bytes_text(&text); *p != '\0'; p++)
		*lines += *p == '\n';
	bytes_free(&text);
	return found;
}

static void
every_refusal_is_a_sentence(void **state)
{
	EVP_PKEY *key = fake_key("P-256");
	struct publication file;
	char serial[SERIAL_TEXT];
	struct view *view;
	size_t lines;

	issue(key, "tls-server", 1, serial);
	assert_int_equal(revoke_as(serial, USER, "sorry", "x").code, EINVAL);
	assert_true(refusals_say(USER, "'sorry' is no reason", &lines));
	assert_false(refusals_say(OFFICER, "sorry", &lines));
	view = view_take(test_store);
	assert_int_equal(publication_find(view, "revoke/refused-of", serial,
	    &file), 1);
	view_put(view);
	/* The door, too: what an officer mistyped, each time. */
	assert_int_equal(may_revoke("01AB", OFFICER), -1);
	assert_true(refusals_say(OFFICER, "serial number 01AB", &lines));
	/* What is revoked says it in its case; the last twenty are kept. */
	assert_int_equal(officer_revokes(serial, "superseded"), 0);
	for (int i = 0; i < 22; i++) {
		assert_int_equal(revoke_as(serial, USER, "superseded",
		    "y").code, EKEYREVOKED);
		usleep(120000);
	}
	assert_true(case_says(serial, "refused: 2"));
	assert_true(case_says(serial, "publication: CRL "));
	assert_true(refusals_say(USER, "it is revoked since", &lines));
	assert_int_equal(lines, 20);
	assert_true(events("revocation-refused") >= 22);
	EVP_PKEY_free(key);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_first_start_publishes_a_crl),
		TEST(a_revocation_is_out_when_it_is_answered),
		TEST(an_act_amidst_a_settling_waits_for_its_own_list),
		TEST(a_decided_revocation_is_published),
		TEST(acts_are_refused_with_their_errno),
		TEST(an_attempt_without_a_right_is_an_event),
		TEST(once_revoked_only_the_key_can_get_worse),
		TEST(without_a_signer_it_is_pending),
		TEST(the_crl_does_not_wait_for_the_ocsp_key),
		TEST(what_a_crash_left_pending_is_published),
		TEST(an_unwilling_signer_is_asked_again),
		TEST(open_intents_are_closed_by_the_journal),
		TEST(ocsp_says_good_only_of_what_was_issued),
		TEST(an_abandoned_serial_is_revoked),
		TEST(answers_are_renewed_at_half),
		TEST(answers_about_several_are_few),
		TEST(the_crl_is_renewed_at_half),
		TEST(a_crl_of_the_future_is_replaced),
		cmocka_unit_test_setup_teardown(
		    a_crl_of_the_future_is_replaced, setup_one_crl, teardown),
		cmocka_unit_test_setup_teardown(
		    a_crl_of_the_future_is_replaced, setup_half_a_delta,
		    teardown),
		TEST(this_update_never_goes_back),
		TEST(an_answer_of_the_future_is_replaced),
		TEST(no_good_survives_a_revocation),
		TEST(many_share_a_crl),
		TEST(a_root_crl_of_another_is_refused),
		TEST(a_folder_in_the_home_remembers_nothing),
		TEST(a_suspended_certificate_comes_back),
		TEST(what_is_scheduled_takes_place),
		TEST(what_was_brought_forward_takes_place),
		TEST(one_that_cannot_take_place_keeps_no_other_waiting),
		TEST(a_compromised_key_takes_all_its_certificates),
		TEST(a_key_is_revoked_and_blocked),
		TEST(since_when_it_was_invalid_is_on_the_crl),
		TEST(everything_is_compared_by_night),
		TEST(a_comparison_is_said),
		TEST(every_refusal_is_a_sentence),
		TEST(the_rules_say_who_how_and_why),
		TEST(a_deadline_is_told_once_by_method),
	};

	stops_page();
	return cmocka_run_group_tests_name("publisher", tests, NULL, NULL);
}
