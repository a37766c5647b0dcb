/*
 * The ceremony of a sandbox: see ceremony.h.  The keys of mount are made in a
 * process that is the signer's user, the root's in one that stays who called;
 * neither leaves a PKCS#11 module in the caller.  The root keeps a journal of
 * what it signed as the signer does, in offline/.
 */
#include <sys/stat.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ca/clock.h"
#include "../ca/crl_reason.h"
#include "../ca/der.h"
#include "../ca/file.h"
#include "../ca/key.h"
#include "apart.h"
#include "book.h"
#include "ceremony.h"
#include "ceremony_papers.h"
#include "place.h"
#include "rules.h"
#include "token.h"

#define YEAR		(365 * USEC_DAY)
#define ROOT_YEARS	10
#define ISSUING_YEARS	5
#define CRL_LIFETIME	YEAR		/* EN 319 411-1 CSS-6.3.9 */
#define PIN_TEXT	33		/* 32 digits and a NUL */
#define CA_FILE_MAX	(16 * 1024 * 1024)
#define NAME_ROOM	59		/* a commonName has 64 (RFC 5280) */

struct ceremony {
	const struct ceremony_plan *plan;
	const struct algorithm *algorithm;
	char		 signer[1024], offline[1024], ca[1024];
	char		 pin[RULES_KEYS][PIN_TEXT], so_pin[RULES_KEYS][PIN_TEXT];
	struct bytes	 spki[RULES_KEYS];	/* in the order of rules_keys */
};

/* --- folders, PINs ------------------------------------------------------- */

static int
make_folder(const char *path, mode_t mode, uid_t uid, gid_t gid,
    struct err *err)
{
	if ((mkdir(path, mode) == -1 && errno != EEXIST) ||
	    chmod(path, mode) == -1 || chown(path, uid, gid) == -1)
		return err_set(err, errno, "%s: %m", path);
	return 0;
}

static void
make_pin(char pin[PIN_TEXT])
{
	unsigned char octets[(PIN_TEXT - 1) / 2];

	chance_octets(octets, sizeof(octets));
	hex_lower(pin, octets, sizeof(octets));
}

static int
write_pin(const char *dir, const char *form, const char *key, const char *pin,
    struct err *err)
{
	char path[1100];

	snprintf(path, sizeof(path), "%s/%s%s", dir, form, key);
	return file_write(path, slice_text(pin), 0400, err);
}

static int
prepare(struct ceremony *c, const struct ceremony_plan *plan,
    struct err *err)
{
	int i;

	memset(c, 0, sizeof(*c));
	c->plan = plan;
	if ((c->algorithm = algorithm_by_name(plan->key)) == NULL)
		return err_set(err, EINVAL, "\"%s\" is no kind of key for a "
		    "CA: wanted ec:P-256, ec:P-384 or rsa:3072", plan->key);
	if (strstr(plan->name, "SANDBOX") == NULL ||
	    strlen(plan->name) > NAME_ROOM)
		return err_set(err, EINVAL, "the name of a sandbox holds the "
		    "word SANDBOX and at most %d octets", NAME_ROOM);
	snprintf(c->signer, sizeof(c->signer), "%s/signer", plan->home);
	snprintf(c->offline, sizeof(c->offline), "%s/offline", plan->home);
	snprintf(c->ca, sizeof(c->ca), "%s/ca", plan->home);
	if (make_folder(c->signer, 0700, plan->signer_uid, plan->signer_gid,
	    err) == -1 ||
	    make_folder(c->offline, 0700, geteuid(), getegid(), err) == -1 ||
	    make_folder(c->ca, 0755, geteuid(), getegid(), err) == -1)
		return -1;
	for (i = 0; i < RULES_KEYS; i++) {
		make_pin(c->pin[i]);
		make_pin(c->so_pin[i]);
	}
	return 0;
}

/* --- keys, each in a token of its own ------------------------------------ */

/*
 * Packages are encrypted to an EC key in any CA: P-256 where the CA's own keys
 * are RSA.  What agrees on a key signs nothing.
 */
static void
plan_handover(struct token_plan *plan)
{
	plan->agrees = true;
	if (plan->algorithm->curve == NULL)
		plan->algorithm = algorithm_by_name("ec:P-256");
}

/* The keys from `first` to `last` in tokens of the folder we are in. */
static int
make_keys(struct ceremony *c, int first, int last, struct bytes *result,
    struct err *err)
{
	struct token_plan plan = { .module = c->plan->module,
	    .algorithm = c->algorithm };
	struct bytes spki = { 0 };
	char label[32];
	int i, ret = -1;

	if (place_make_softhsm(".", err) == -1)
		return -1;
	setenv("SOFTHSM2_CONF", "softhsm2.conf", 1);
	for (i = first; i <= last; i++) {
		snprintf(label, sizeof(label), TOKEN_LABEL, rules_keys[i]);
		plan.label = label;
		plan.pin = c->pin[i];
		plan.so_pin = c->so_pin[i];
		if (strcmp(rules_keys[i], "handover") == 0)
			plan_handover(&plan);
		if (token_create(&plan, &spki, err) == -1 ||
		    write_pin(".", "pin-", rules_keys[i], c->pin[i],
		    err) == -1)
			goto out;
		put_blob(result, SLICE(&spki));
	}
	ret = place_sync(".", err);
out:
	bytes_free(&spki);
	return ret;
}

static int
make_signer_keys(void *arg, struct bytes *result, struct err *err)
{
	struct ceremony *c = arg;
	struct book *book;

	if (make_keys(c, 1, RULES_KEYS - 1, result, err) == -1 ||
	    place_name_softhsm(".", c->signer, err) == -1 ||
	    (book = book_open(".", err)) == NULL)
		return -1;
	book_close(book);
	return 0;
}

static int
make_root_key(void *arg, struct bytes *result, struct err *err)
{
	struct ceremony *c = arg;
	int i;

	for (i = 0; i < RULES_KEYS; i++)
		if (write_pin(".", "so-pin-", rules_keys[i],
		    c->so_pin[i], err) == -1)
			return -1;
	if (make_keys(c, 0, 0, result, err) == -1)
		return -1;
	return place_name_softhsm(".", c->offline, err);
}

static int
take_keys(struct ceremony *c, struct slice s, int first, int last,
    struct err *err)
{
	struct slice spki;
	int i;

	for (i = first; i <= last; i++) {
		if (get_blob(&s, &spki) == -1)
			return err_set(err, EIO, "a key was not handed over");
		bytes_copy(&c->spki[i], spki);
	}
	return 0;
}

/* --- what the root signs ------------------------------------------------- */

struct root {
	struct token_module *module;
	struct token	*token;
	struct book	*book;
};

static void
root_close(struct root *r)
{
	token_close(r->token);
	token_module_close(r->module);
	book_close(r->book);
}

static int
root_open(struct root *r, const char *offline, const char *module,
    struct err *err)
{
	struct bytes pin = { 0 };
	char path[1100], label[32];
	int ret = -1;

	memset(r, 0, sizeof(*r));
	snprintf(path, sizeof(path), "%s/pin-root", offline);
	snprintf(label, sizeof(label), TOKEN_LABEL, "root");
	if (file_read(path, 256, &pin, err) == -1 ||
	    place_softhsm(offline, err) == -1)
		goto out;
	if ((r->book = book_open(offline, err)) == NULL ||
	    (r->module = token_module_open(module, err)) == NULL ||
	    (r->token = token_open(r->module, label, bytes_text(&pin),
	    err)) == NULL)
		goto out;
	ret = 0;
out:
	bytes_wipe(&pin);
	if (ret == -1)
		root_close(r);
	return ret;
}

static int
check_signature(struct root *r, struct slice tbs, struct slice signature,
    struct err *err)
{
	char type[KEY_TYPE];
	EVP_PKEY *key;
	int ret;

	if ((key = key_from_spki(token_spki(r->token), type, err)) == NULL)
		return -1;
	ret = key_verify(key, token_algorithm(r->token)->signature, tbs,
	    signature, err);
	EVP_PKEY_free(key);
	return ret;
}

/* Begin in the journal, sign, end in the journal, verify, assemble. */
static int
root_sign(struct root *r, enum sign_kind kind, const char *what,
    struct slice tbs, struct bytes *der, struct err *err)
{
	struct journal_record begin = { .type = JOURNAL_BEGIN, .kind = kind,
	    .key = "root" }, end = { .type = JOURNAL_END };
	int ret = -1;

	snprintf(begin.what, sizeof(begin.what), "%s", what);
	sha256(begin.tbs, tbs);
	if (book_begin(r->book, &begin, 1, err) == -1 ||
	    token_sign(r->token, tbs, &end.signature, err) == -1)
		goto out;
	end.begin = begin.seq;
	memcpy(end.tbs, begin.tbs, sizeof(end.tbs));
	if (book_end(r->book, &end, 1, err) == -1 ||
	    check_signature(r, tbs, SLICE(&end.signature), err) == -1)
		goto out;
	ceremony_assemble(tbs, token_algorithm(r->token),
	    SLICE(&end.signature), der);
	ret = 0;
out:
	bytes_free(&end.signature);
	return ret;
}

static int
sign_certificate(struct root *r, struct ca_plan *p, bool issuing,
    struct bytes *der, struct err *err)
{
	unsigned char serial[17];
	struct bytes tbs = { 0 };
	char what[48];
	int ret = -1;

	chance_octets(serial, sizeof(serial));
	serial[0] = 1;
	hex_upper(p->serial, serial, sizeof(serial));
	snprintf(what, sizeof(what), "serial=%s", p->serial);
	if (!issuing)
		ceremony_root_tbs(p, &tbs);
	else if (ceremony_issuing_tbs(p, &tbs, err) == -1)
		goto out;
	ret = root_sign(r, SIGN_CERTIFICATE, what, SLICE(&tbs), der, err);
out:
	bytes_free(&tbs);
	return ret;
}

/* A CRL to be made of the last one, which may be empty. */
struct crl_change {
	struct slice	 root_der, before;
	const struct ceremony_revocation *revoked;	/* one more; NULL */
};

/* cACompromise, affiliationChanged, superseded, cessationOfOperation, ... */
static bool
is_for_ca(int reason)
{
	return (reason >= REASON_CA_COMPROMISE &&
	    reason <= REASON_CESSATION_OF_OPERATION) ||
	    reason == REASON_PRIVILEGE_WITHDRAWN;
}

/* Did the root issue it, and is it to be revoked for the first time? */
static int
check_revocation(struct root *r, const struct issuer_facts *root,
    const struct crl_change *change, struct err *err)
{
	const struct ceremony_revocation *wanted = change->revoked;
	struct bytes number = { 0 };
	struct slice serial, s;
	int listed;

	if (!is_for_ca(wanted->reason))
		return err_set(err, EINVAL, "the reason for a CA is "
		    "cACompromise, affiliationChanged, superseded, "
		    "cessationOfOperation or privilegeWithdrawn (BR 7.2.2)");
	der_put_serial(&number, wanted->serial);
	s = SLICE(&number);
	if (der_get(&s, DER_INTEGER, &serial) == -1)
		die("a serial that was written is none");
	listed = change->before.size == 0 ? 0 :
	    issuer_lists(change->before, serial);
	if (slice_equal(serial, root->serial))
		err_set(err, EPERM, "%s is the root's own: no list says that "
		    "a root is revoked", wanted->serial);
	else if (!book_has_serial(r->book, wanted->serial))
		err_set(err, ENOENT, "%s was not issued by the root",
		    wanted->serial);
	else if (listed != 0)
		err_set(err, EEXIST, "%s is revoked already", wanted->serial);
	else
		listed = -2;	/* may be */
	bytes_free(&number);
	return listed == -2 ? 0 : -1;
}

static int
fill_crl(struct root *r, const struct crl_change *change,
    struct crl_plan *p, struct err *err)
{
	if (!slice_equal(p->root->spki, token_spki(r->token)))
		return err_set(err, EBADMSG, "ca/root.der is not the "
		    "certificate of the key in offline/");
	if (change->before.size > 0 &&
	    issuer_revoked(change->before, &p->revoked) == -1)
		return err_set(err, EBADMSG, "ca/root.crl is no CRL whose "
		    "entries could be kept");
	if (change->revoked != NULL) {
		if (check_revocation(r, p->root, change, err) == -1)
			return -1;
		p->serial = change->revoked->serial;
		p->reason = change->revoked->reason;
	}
	p->next_update = p->this_update + CRL_LIFETIME - USEC;
	if (p->next_update > p->root->not_after)
		p->next_update = p->root->not_after;
	p->number = book_crl_number(r->book, "root");
	p->number = p->number < 1 ? 1 : p->number + 1;
	return 0;
}

static int
sign_crl(struct root *r, const struct crl_change *change, struct bytes *der,
    struct err *err)
{
	struct issuer_facts facts;
	struct crl_plan p = { .algorithm = token_algorithm(r->token),
	    .root = &facts, .this_update = clock_now() / USEC * USEC };
	struct bytes tbs = { 0 };
	char what[48];
	int ret;

	if (issuer_facts_get(&facts, change->root_der) == -1)
		return err_set(err, EBADMSG, "ca/root.der is no certificate "
		    "of a CA");
	if (fill_crl(r, change, &p, err) == -1)
		return -1;
	snprintf(what, sizeof(what), "number=%" PRId64, p.number);
	ceremony_crl_tbs(&p, &tbs);
	ret = root_sign(r, SIGN_CRL, what, SLICE(&tbs), der, err);
	bytes_free(&tbs);
	return ret;
}

static int
sign_papers(void *arg, struct bytes *result, struct err *err)
{
	struct ceremony *c = arg;
	usec_t now = clock_now() / USEC * USEC;
	struct ca_plan p = { .name = c->plan->name, .url = c->plan->url,
	    .policies = c->plan->policies, .algorithm = c->algorithm,
	    .root_spki = SLICE(&c->spki[0]), .not_before = now };
	struct bytes root = { 0 }, issuing = { 0 }, crl = { 0 };
	struct crl_change first = { .revoked = NULL };
	struct root r;
	int ret = -1;

	if (root_open(&r, c->offline, c->plan->module, err) == -1)
		return -1;
	p.spki = SLICE(&c->spki[0]);
	p.not_after = now + ROOT_YEARS * YEAR - USEC;
	if (sign_certificate(&r, &p, false, &root, err) == -1)
		goto out;
	p.spki = SLICE(&c->spki[1]);
	p.not_after = now + ISSUING_YEARS * YEAR - USEC;
	first.root_der = SLICE(&root);
	if (sign_certificate(&r, &p, true, &issuing, err) == -1 ||
	    sign_crl(&r, &first, &crl, err) == -1)
		goto out;
	put_blob(result, SLICE(&root));
	put_blob(result, SLICE(&issuing));
	put_blob(result, SLICE(&crl));
	ret = 0;
out:
	root_close(&r);
	bytes_free(&root);
	bytes_free(&issuing);
	bytes_free(&crl);
	return ret;
}

/* --- HOME/ca ------------------------------------------------------------- */

static int
write_ca(const struct ceremony *c, const char *name, struct slice s,
    struct err *err)
{
	char path[1100];

	snprintf(path, sizeof(path), "%s/%s", c->ca, name);
	return file_write(path, s, 0644, err);
}

static int
publish(struct ceremony *c, struct slice papers, struct err *err)
{
	static const char *const names[] = { "root.der", "issuing.der",
	    "root.crl" };
	struct slice one;
	char name[32];
	int i;

	for (i = 0; i < 3; i++)
		if (get_blob(&papers, &one) == -1)
			return err_set(err, EIO, "%s was not handed over",
			    names[i]);
		else if (write_ca(c, names[i], one, err) == -1)
			return -1;
	for (i = 0; i < RULES_KEYS; i++) {
		snprintf(name, sizeof(name), "%s.spki", rules_keys[i]);
		if (write_ca(c, name, SLICE(&c->spki[i]), err) == -1)
			return -1;
	}
	return 0;
}

int
ceremony_run(const struct ceremony_plan *plan, struct err *err)
{
	struct bytes result = { 0 };
	struct ceremony *c;
	int i, ret = -1;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		die("out of memory");
	if (prepare(c, plan, err) == -1 ||
	    apart_run(plan->signer_uid, plan->signer_gid, c->signer,
	    make_signer_keys, c, &result, err) == -1 ||
	    take_keys(c, SLICE(&result), 1, RULES_KEYS - 1, err) == -1 ||
	    apart_run(geteuid(), getegid(), c->offline, make_root_key, c,
	    &result, err) == -1 ||
	    take_keys(c, SLICE(&result), 0, 0, err) == -1 ||
	    apart_run(geteuid(), getegid(), NULL, sign_papers, c, &result,
	    err) == -1 ||
	    publish(c, SLICE(&result), err) == -1)
		goto out;
	ret = 0;
out:
	if (ret == -1)
		err_in(err, "the keys of the CA were not made");
	for (i = 0; i < RULES_KEYS; i++)
		bytes_free(&c->spki[i]);
	bytes_free(&result);
	OPENSSL_cleanse(c, sizeof(*c));
	free(c);
	return ret;
}

/* --- the root's CRL anew ------------------------------------------------- */

struct root_crl {
	const char *home;
	const struct ceremony_revocation *revoked;
};

static int
sign_root_crl(void *arg, struct bytes *result, struct err *err)
{
	const struct root_crl *wanted = arg;
	struct crl_change change = { .revoked = wanted->revoked };
	struct bytes root_der = { 0 }, before = { 0 };
	char path[1100], module[256];
	const char *home = wanted->home;
	struct root r;
	int ret = -1;

	snprintf(path, sizeof(path), "%s/pkifs.conf", home);
	if (place_module(path, module, sizeof(module), err) == -1)
		return -1;
	snprintf(path, sizeof(path), "%s/ca/root.der", home);
	if (file_read(path, CA_FILE_MAX, &root_der, err) == -1)
		goto out;
	snprintf(path, sizeof(path), "%s/ca/root.crl", home);
	if (file_read(path, CA_FILE_MAX, &before, err) == -1)
		goto out;
	snprintf(path, sizeof(path), "%s/offline", home);
	if (root_open(&r, path, module, err) == -1)
		goto out;
	change.root_der = SLICE(&root_der);
	change.before = SLICE(&before);
	ret = sign_crl(&r, &change, result, err);
	root_close(&r);
out:
	bytes_free(&root_der);
	bytes_free(&before);
	return ret;
}

int
ceremony_root_crl(const char *home, const struct ceremony_revocation *revoked,
    struct err *err)
{
	struct root_crl wanted = { home, revoked };
	char path[1100], fresh[1100];
	struct bytes crl = { 0 };
	int ret = -1;

	snprintf(path, sizeof(path), "%s/ca/root.crl", home);
	snprintf(fresh, sizeof(fresh), "%s/ca/root.crl.new", home);
	if (apart_run(geteuid(), getegid(), NULL, sign_root_crl, &wanted,
	    &crl, err) == -1)
		goto out;
	unlink(fresh);
	if (file_write(fresh, SLICE(&crl), 0644, err) == -1)
		goto out;
	if (rename(fresh, path) == -1) {
		err_set(err, errno, "%s: %m", path);
		goto out;
	}
	ret = 0;
out:
	bytes_free(&crl);
	return ret;
}
