/*
 * The table of what each key signs, and what the judges share: see rules.h.
 * The algorithm and hash of a row are those of the kind of key (algorithm.c);
 * the policies are those of the issuing certificate; lifetimes stand here.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "../ca/file.h"
#include "rules_parts.h"

#define FILE_MAX (64 * 1024)
#define CRL_MAX (16 * 1024 * 1024)

const char *const rules_keys[RULES_KEYS] = {
	"root", "issuing", "ocsp", "evidence", "handover"
};

static const struct rules_row rows[] = {
	{ "issuing", KEY_ISSUING, SIGN_CERTIFICATE, judge_certificate,
	    DER_SEQUENCE, 64 * 1024, 825 * USEC_DAY, 31 * USEC_DAY },
	{ "issuing", KEY_ISSUING, SIGN_CRL, judge_crl,
	    DER_SEQUENCE, 512u * 1024 * 1024, 2 * USEC_DAY, 0 },
	{ "ocsp", KEY_OCSP, SIGN_OCSP, judge_ocsp,
	    DER_SEQUENCE, 64 * 1024, 10 * USEC_DAY, 0 },
	{ "evidence", KEY_EVIDENCE, SIGN_EVIDENCE, judge_evidence,
	    DER_SET, 64 * 1024, 0, 0 },
	{ "handover", KEY_HANDOVER, SIGN_HANDOVER, judge_handover,
	    DER_SEQUENCE, 512, 0, 0 },
};
static const char *const kind_words[] = { "a certificate", "a CRL",
    "an OCSP response", "evidence", "the key of a package" };

int
refuse(struct judging *j, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(j->err, EPERM, fmt, ap);
	va_end(ap);
	return -1;
}

int
next_extension(struct slice *list, struct der_extension *e)
{
	if (list->size == 0)
		return 0;
	return der_get_extension(list, e) == -1 ? -1 : 1;
}

int
judge_algorithm(struct judging *j, struct slice *s)
{
	const struct algorithm *a = j->rules->algorithm[j->row->index];
	struct slice found;

	if (der_get_whole(s, DER_SEQUENCE, &found) == -1 ||
	    !slice_equal(found, a->signature))
		return refuse(j, "the signature algorithm is not %s, which "
		    "the key %s is for", a->words, j->row->key);
	return 0;
}

int
judge_issuer(struct judging *j, struct slice *s)
{
	struct slice found;

	if (der_get_whole(s, DER_SEQUENCE, &found) == -1 ||
	    !slice_equal(found, j->rules->issuing.name))
		return refuse(j, "the issuer is not the subject of the "
		    "issuing certificate (RFC 5280 4.1.2.4)");
	return 0;
}

int
judge_authority_key(struct judging *j, struct slice value)
{
	struct slice content, id;

	if (der_get(&value, DER_SEQUENCE, &content) == -1 ||
	    value.size != 0 ||
	    der_get(&content, DER_IMPLICIT(0), &id) == -1 ||
	    content.size != 0 || !slice_equal(id, j->rules->issuing.key_id))
		return refuse(j, "the authorityKeyIdentifier is not that of "
		    "the issuing key (RFC 5280 4.2.1.1)");
	return 0;
}

static const struct rules_row *
find_row(const struct rules_order *o)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].kind == o->kind &&
		    strcmp(rows[i].key, o->key) == 0)
			return &rows[i];
	return NULL;
}

int
rules_judge(const struct rules *rules, const struct rules_order *order,
    const struct rules_past *past, char what[48], struct err *err)
{
	struct judging j = { rules, find_row(order), order, past, what, err };
	struct slice s = order->tbs, content;

	strcpy(what, "-");
	if (j.row == NULL)
		return refuse(&j, "the key %s is not for %s", order->key,
		    kind_words[order->kind]);
	if (s.size > j.row->size_max)
		return refuse(&j, "%s of %zu octets is more than the key %s "
		    "signs", kind_words[order->kind], s.size, order->key);
	if (der_get(&s, j.row->tag, &content) == -1 || s.size != 0)
		return refuse(&j, "this is not the DER of %s to be signed",
		    kind_words[order->kind]);
	return j.row->judge(&j, content);
}

struct slice
rules_spki(const struct rules *r, const char *key)
{
	int i;

	for (i = 0; i < RULES_KEYS; i++)
		if (strcmp(rules_keys[i], key) == 0)
			return SLICE(&r->spki[i]);
	return (struct slice){ NULL, 0 };
}

const struct algorithm *
rules_algorithm(const struct rules *r, const char *key)
{
	int i;

	for (i = 0; i < RULES_KEYS; i++)
		if (strcmp(rules_keys[i], key) == 0)
			return r->algorithm[i];
	return NULL;
}

/* --- what is known of the CA --------------------------------------------- */

static void
digest(unsigned char *to, const EVP_MD *md, struct slice s)
{
	if (EVP_Digest(s.data, s.size, to, NULL, md, NULL) != 1)
		die("no digest");
}

/* The parts of the issuing certificate that others are compared with. */
static int
read_issuing(struct rules *r, struct err *err)
{
	struct issuer_facts *f = &r->issuing;
	struct slice bits;

	if (issuer_facts_get(f, SLICE(&r->issuing_der)) == -1)
		return err_set(err, EBADMSG, "issuing.der is no certificate "
		    "of a CA");
	if (!slice_equal(f->spki, SLICE(&r->spki[KEY_ISSUING])))
		return err_set(err, EBADMSG, "issuing.spki is not the key of "
		    "issuing.der");
	algorithm_of_spki(f->spki, &bits);
	digest(r->name_sha1, EVP_sha1(), f->name);
	digest(r->key_sha1, EVP_sha1(), bits);
	digest(r->name_sha256, EVP_sha256(), f->name);
	digest(r->key_sha256, EVP_sha256(), bits);
	return 0;
}

struct rules *
rules_new(struct slice issuing_der, const struct slice spki[RULES_KEYS],
    struct err *err)
{
	struct slice bits = { NULL, 0 };
	struct rules *r;
	int i;

	if ((r = calloc(1, sizeof(*r))) == NULL)
		die("out of memory");
	bytes_copy(&r->issuing_der, issuing_der);
	for (i = 0; i < RULES_KEYS; i++) {
		bytes_copy(&r->spki[i], spki[i]);
		r->algorithm[i] = algorithm_of_spki(SLICE(&r->spki[i]),
		    &bits);
		if (r->algorithm[i] == NULL) {
			err_set(err, EBADMSG, "%s.spki is no key of a kind "
			    "this program uses", rules_keys[i]);
			goto out;
		}
		if (i == KEY_OCSP)
			digest(r->ocsp_key_sha1, EVP_sha1(), bits);
	}
	if (read_issuing(r, err) == -1)
		goto out;
	return r;
out:
	rules_free(r);
	return NULL;
}

void
rules_free(struct rules *r)
{
	int i;

	if (r == NULL)
		return;
	for (i = 0; i < RULES_KEYS; i++)
		bytes_free(&r->spki[i]);
	bytes_free(&r->issuing_der);
	free(r);
}

/* A CA that the root revoked issues nothing (CSS-6.3.9-13) but for status. */
static void
read_root_crl(struct rules *r, const char *dir)
{
	struct bytes crl = { 0 };
	char path[1024];
	struct err err;

	snprintf(path, sizeof(path), "%s/root.crl", dir);
	if (file_read(path, CRL_MAX, &crl, &err) == 0)
		r->listed = issuer_lists(SLICE(&crl), r->issuing.serial);
	else
		r->listed = err.code == ENOENT ? 0 : -1;
	if (r->listed != 0)
		log_line("no certificates are signed but the OCSP "
		    "responder's: %s %s", path,
		    r->listed == 1 ? "lists the issuing CA" :
		    "cannot be read");
	bytes_free(&crl);
}

struct rules *
rules_open(const char *dir, struct err *err)
{
	struct bytes issuing = { 0 }, spki[RULES_KEYS] = { { 0 } };
	struct slice borrowed[RULES_KEYS];
	struct rules *r = NULL;
	char path[1024];
	int i;

	snprintf(path, sizeof(path), "%s/issuing.der", dir);
	if (file_read(path, FILE_MAX, &issuing, err) == -1)
		goto out;
	for (i = 0; i < RULES_KEYS; i++) {
		snprintf(path, sizeof(path), "%s/%s.spki", dir,
		    rules_keys[i]);
		if (file_read(path, FILE_MAX, &spki[i], err) == -1)
			goto out;
		borrowed[i] = SLICE(&spki[i]);
	}
	if ((r = rules_new(SLICE(&issuing), borrowed, err)) != NULL)
		read_root_crl(r, dir);
out:
	bytes_free(&issuing);
	for (i = 0; i < RULES_KEYS; i++)
		bytes_free(&spki[i]);
	return r;
}
