/*
 * The certificate itself: put together from TBS and signature, re-read before
 * it counts, and told about.  See certificate.h.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/x509.h>

#include "certificate.h"
#include "key.h"
#include "tbs.h"
#include "text.h"

int
certificate_assemble(struct slice tbs, struct slice signature,
    struct bytes *der, struct err *err)
{
	struct tbs parsed;
	size_t whole;

	if (tbs_parse(&parsed, tbs, err) == -1)
		return -1;
	if (signature.size == 0)
		return err_set(err, EINVAL, "the signature is empty");
	bytes_clear(der);
	whole = der_open(der, DER_SEQUENCE);
	bytes_put(der, tbs.data, tbs.size);
	/* RFC 5280, 4.1.1.2: the same identifier as in the TBS. */
	bytes_put(der, parsed.algorithm.data, parsed.algorithm.size);
	der_put_bits(der, signature);
	der_close(der, whole);
	return 0;
}

static int
compare(const struct tbs *tbs, const struct approved *approved,
    struct err *err)
{
	struct dn subject;
	char spki[SHA256_TEXT];

	sha256_text(spki, tbs->spki);
	if (approved->spki_sha256[0] != '\0' &&
	    strcmp(spki, approved->spki_sha256) != 0)
		return err_set(err, EBADMSG, "the certificate's key is not "
		    "the one approved (GEN-6.3.2-00A)");
	if (!tbs_names_are(tbs, approved->names, approved->name_count))
		return err_set(err, EBADMSG, "the certificate's subjectAltName"
		    " is not what was approved (GEN-6.3.2-00A)");
	if (approved->subject == NULL)
		return 0;
	if (dn_parse(&subject, tbs->subject, err) == -1)
		return err_in(err, "the certificate's subject");
	if (!dn_is_same(&subject, approved->subject))
		return err_set(err, EBADMSG, "the certificate's subject is not"
		    " the one approved (GEN-6.3.2-00A)");
	return 0;
}

/*
 * The issuing key, ready to verify: to make it so costs half a verification,
 * and it is the same one each time.
 */
struct kept_verifier {
	struct bytes		 spki, algorithm;
	struct key_verifier	*verifier;
};

static int
verifier_make(struct kept_verifier *kept, struct slice spki,
    struct slice algorithm, struct err *err)
{
	char type[KEY_TYPE];
	EVP_PKEY *key;

	key_verifier_free(kept->verifier);
	kept->verifier = NULL;
	if ((key = key_from_spki(spki, type, err)) == NULL)
		return err_in(err, "the issuing key");
	kept->verifier = key_verifier_new(key, algorithm, err);
	EVP_PKEY_free(key);
	bytes_copy(&kept->spki, spki);
	bytes_copy(&kept->algorithm, algorithm);
	return kept->verifier == NULL ? -1 : 0;
}

static int
verify_issued(struct slice spki, struct slice algorithm, struct slice message,
    struct slice signature, struct err *err)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct kept_verifier kept;
	int answer = 0;

	pthread_mutex_lock(&lock);
	if (kept.verifier == NULL || !slice_equal(SLICE(&kept.spki), spki) ||
	    !slice_equal(SLICE(&kept.algorithm), algorithm))
		answer = verifier_make(&kept, spki, algorithm, err);
	if (answer == 0)
		answer = key_verifier_ask(kept.verifier, message, signature,
		    err);
	pthread_mutex_unlock(&lock);
	return answer;
}

int
certificate_reread(struct slice der, struct slice tbs,
    const struct approved *approved, const struct config *config,
    struct err *err)
{
	struct slice found, algorithm, signature;
	struct issuer issuer;
	struct tbs parsed;

	if (certificate_split(der, &found, &algorithm, &signature) == -1)
		return err_set(err, EBADMSG, "what came out is no certificate "
		    "(RFC 5280, 4.1)");
	if (!slice_equal(found, tbs))
		return err_set(err, EBADMSG, "what came out is not what was to "
		    "be signed (GEN-6.3.3-01)");
	if (tbs_parse(&parsed, found, err) == -1 ||
	    compare(&parsed, approved, err) == -1 ||
	    issuer_get(&issuer, config, err) == -1)
		return -1;
	if (!slice_equal(parsed.algorithm, algorithm))
		return err_set(err, EBADMSG, "the certificate's two signature "
		    "algorithms differ (RFC 5280, 4.1.1.2)");
	return verify_issued(issuer.spki, algorithm, found, signature,
	    err) == -1 ? err_in(err, "the certificate re-read") : 0;
}

int
certificate_facts(struct slice der, struct certificate_facts *facts,
    struct err *err)
{
	struct slice tbs_der, algorithm, signature;
	struct tbs tbs;

	if (certificate_split(der, &tbs_der, &algorithm, &signature) == -1)
		return err_set(err, EBADMSG, "this is no certificate (RFC "
		    "5280, 4.1)");
	if (tbs_parse(&tbs, tbs_der, err) == -1)
		return -1;
	if (tbs.serial.size == 0 || tbs.serial.size > 20)
		return err_set(err, EBADMSG, "the serial has %zu octets (RFC "
		    "5280, 4.1.2.2)", tbs.serial.size);
	if (tbs_common_name(tbs.subject, facts->common_name) == -1)
		return err_set(err, EBADMSG, "the subject is malformed (RFC "
		    "5280, 4.1.2.6)");
	hex_upper(facts->serial, tbs.serial.data, tbs.serial.size);
	sha256_text(facts->sha256, der);
	sha256_text(facts->spki_sha256, tbs.spki);
	facts->not_before = tbs.not_before;
	facts->not_after = tbs.not_after;
	return 0;
}

void
certificate_text(struct slice der, struct bytes *to)
{
	const unsigned char *p = der.data;
	char *text;
	X509 *x = NULL;
	BIO *bio;
	long size;

	if ((bio = BIO_new(BIO_s_mem())) == NULL)
		die("out of memory: a text");
	x = d2i_X509(NULL, &p, (long)der.size);
	if (x != NULL && X509_print_ex(bio, x, XN_FLAG_ONELINE, 0) == 1 &&
	    (size = BIO_get_mem_data(bio, &text)) > 0)
		bytes_put(to, text, (size_t)size);
	X509_free(x);
	BIO_free(bio);
}
