/*
 * A look at a CA from outside.  See probe.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "../ca/text.h"
#include "fetch.h"
#include "probe.h"

#define CLOCK_SKEW	300L	/* seconds that clocks may differ */

/* What was verified so far; the next check rests on it. */
struct probe {
	const struct probe_plan *plan;
	X509		*root, *issuing;
	X509_CRL	*crl;
	X509_STORE	*trusted;
	struct probe_line *line;	/* of the service that is looked at */
	struct bytes	 body;
};

static int
fault(struct err *err, const char *why)
{
	return err_set(err, EBADMSG, "%s", why);
}

static int
get(struct probe *p, const char *path, struct err *err)
{
	usec_t took;
	int result;

	snprintf(p->line->url, sizeof p->line->url, "%s/%s", p->plan->base,
	    path);
	result = fetch(p->line->url, p->plan->patience, &p->body, &took, err);
	p->line->milliseconds += took / 1000;
	return result;
}

/* --- certificates -------------------------------------------------------- */

static X509 *
read_certificate(struct slice octets)
{
	const unsigned char *at = octets.data;
	X509 *x = NULL;
	BIO *text;

	if (octets.size > 0 && octets.data[0] == 0x30)
		return d2i_X509(NULL, &at, (long)octets.size);
	text = BIO_new_mem_buf(octets.data, (int)octets.size);
	if (text != NULL)
		x = PEM_read_bio_X509(text, NULL, NULL, NULL);
	BIO_free(text);
	return x;
}

static int
verify_issuing(struct probe *p, struct err *err)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	int result = 0;

	if (ctx == NULL || X509_STORE_CTX_init(ctx, p->trusted, p->issuing,
	    NULL) != 1)
		die("out of memory");
	if (X509_verify_cert(ctx) != 1)
		result = fault(err, X509_verify_cert_error_string(
		    X509_STORE_CTX_get_error(ctx)));
	X509_STORE_CTX_free(ctx);
	return result;
}

static int
check_certificates(struct probe *p, struct err *err)
{
	struct slice anchor = p->plan->anchor;

	if (get(p, "ca/root.pem", err) != 0)
		return -1;
	if (anchor.size == 0)
		anchor = SLICE(&p->body);
	if ((p->root = read_certificate(anchor)) == NULL)
		return fault(err, "the root's certificate cannot be read");
	if ((p->trusted = X509_STORE_new()) == NULL ||
	    X509_STORE_add_cert(p->trusted, p->root) != 1)
		die("out of memory");
	if (get(p, "ca/issuing.der", err) != 0)
		return -1;
	if ((p->issuing = read_certificate(SLICE(&p->body))) == NULL)
		return fault(err, "the issuing CA's certificate cannot be "
		    "read");
	return verify_issuing(p, err);
}

/* --- CRLs ---------------------------------------------------------------- */

static int
check_number(struct probe *p, X509_CRL *crl, struct err *err)
{
	ASN1_INTEGER *number = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL,
	    NULL);
	int64_t before = p->plan->number[p->line->service];

	if (number == NULL || ASN1_INTEGER_get_int64(&p->line->number,
	    number) != 1)
		p->line->number = -1;
	ASN1_INTEGER_free(number);
	if (p->line->number == -1)
		return fault(err, "it has no number");
	if (p->line->number < before)
		return err_set(err, EBADMSG, "its number went back from %lld "
		    "to %lld", (long long)before, (long long)p->line->number);
	return 0;
}

static int
check_list(struct probe *p, X509 *issuer, X509_CRL *crl, struct err *err)
{
	time_t soon = time(NULL) + CLOCK_SKEW;

	if (X509_NAME_cmp(X509_CRL_get_issuer(crl),
	    X509_get_subject_name(issuer)) != 0 ||
	    X509_CRL_verify(crl, X509_get0_pubkey(issuer)) != 1)
		return fault(err, "it is not signed by its CA");
	if (X509_cmp_time(X509_CRL_get0_lastUpdate(crl), &soon) >= 0)
		return fault(err, "it is not valid yet");
	if (X509_CRL_get0_nextUpdate(crl) == NULL ||
	    X509_cmp_current_time(X509_CRL_get0_nextUpdate(crl)) <= 0)
		return fault(err, "it has ended");
	return check_number(p, crl, err);
}

static int
get_list(struct probe *p, const char *path, X509 *issuer, X509_CRL **to,
    struct err *err)
{
	const unsigned char *at;

	if (issuer == NULL)
		return fault(err, "its CA's certificate was not verified");
	if (get(p, path, err) != 0)
		return -1;
	at = p->body.data;
	if ((*to = d2i_X509_CRL(NULL, &at, (long)p->body.size)) == NULL)
		return fault(err, "it cannot be read");
	return check_list(p, issuer, *to, err);
}

static int
check_crl(struct probe *p, struct err *err)
{
	return get_list(p, "status/issuing.crl", p->issuing, &p->crl, err);
}

static int
check_root_crl(struct probe *p, struct err *err)
{
	X509_CRL *crl = NULL;
	X509_REVOKED *entry;
	int result = get_list(p, "status/root.crl", p->root, &crl, err);

	if (result == 0 && p->issuing != NULL &&
	    X509_CRL_get0_by_cert(crl, &entry, p->issuing) == 1)
		result = fault(err, "it lists the issuing CA, which nobody "
		    "relies on any more");
	X509_CRL_free(crl);
	return result;
}

/* --- OCSP ---------------------------------------------------------------- */

/* Whom to ask about: 1; 0: nobody, the CRL is empty. */
static int
choose_serial(struct probe *p, const ASN1_INTEGER **serial, X509 **given,
    struct err *err)
{
	STACK_OF(X509_REVOKED) *entries;

	if (p->plan->certificate.size > 0) {
		*given = read_certificate(p->plan->certificate);
		if (*given == NULL)
			return fault(err, "the certificate to ask about "
			    "cannot be read");
		*serial = X509_get0_serialNumber(*given);
		return 1;
	}
	if (p->crl == NULL)
		return fault(err, "there is no CRL to ask about");
	entries = X509_CRL_get_REVOKED(p->crl);
	if (sk_X509_REVOKED_num(entries) <= 0)
		return 0;
	*serial = X509_REVOKED_get0_serialNumber(
	    sk_X509_REVOKED_value(entries, 0));
	return 1;
}

static int
get_answer(struct probe *p, OCSP_CERTID *id, OCSP_BASICRESP **to,
    struct err *err)
{
	OCSP_REQUEST *request = OCSP_REQUEST_new();
	struct bytes text = { 0 }, path = { 0 };
	unsigned char *der = NULL;
	const unsigned char *at;
	OCSP_RESPONSE *response;
	int size, result;

	if (request == NULL || OCSP_request_add0_id(request,
	    OCSP_CERTID_dup(id)) == NULL ||
	    (size = i2d_OCSP_REQUEST(request, &der)) <= 0)
		die("out of memory");
	base64_encode(&text, (struct slice){ der, (size_t)size });
	bytes_put_text(&path, "status/ocsp/");
	fetch_escape(&path, bytes_text(&text));
	result = get(p, bytes_text(&path), err);
	at = p->body.data;
	if (result == 0) {
		response = d2i_OCSP_RESPONSE(NULL, &at, (long)p->body.size);
		*to = response == NULL ? NULL :
		    OCSP_response_get1_basic(response);
		if (*to == NULL)
			result = fault(err, response == NULL ?
			    "the answer cannot be read" :
			    OCSP_response_status_str(
			    OCSP_response_status(response)));
		OCSP_RESPONSE_free(response);
	}
	OCSP_REQUEST_free(request);
	OPENSSL_free(der);
	bytes_free(&text);
	bytes_free(&path);
	return result;
}

/* Does it say of this certificate what the CRL says? */
static int
check_answer(struct probe *p, OCSP_CERTID *id, const ASN1_INTEGER *serial,
    OCSP_BASICRESP *answer, struct err *err)
{
	STACK_OF(X509) *chain = sk_X509_new_null();
	ASN1_GENERALIZEDTIME *since = NULL, *this_update, *next_update;
	X509_REVOKED *entry = NULL;
	int status, reason, verified, on_crl;

	if (chain == NULL || sk_X509_push(chain, p->issuing) == 0)
		die("out of memory");
	verified = OCSP_basic_verify(answer, chain, p->trusted, 0);
	sk_X509_free(chain);
	if (verified != 1)
		return fault(err, "the answer's signature does not verify");
	if (OCSP_resp_find_status(answer, id, &status, &reason, &since,
	    &this_update, &next_update) != 1)
		return fault(err, "the answer is about something else");
	if (next_update == NULL || OCSP_check_validity(this_update,
	    next_update, CLOCK_SKEW, -1) != 1)
		return fault(err, "the answer is not valid now");
	if (p->crl == NULL)
		return 0;
	on_crl = X509_CRL_get0_by_serial(p->crl, &entry,
	    (ASN1_INTEGER *)(uintptr_t)serial);
	if (on_crl == 1 && status != V_OCSP_CERTSTATUS_REVOKED)
		return fault(err, "the CRL has it as revoked and OCSP does "
		    "not");
	return 0;
}

static int
check_ocsp(struct probe *p, struct err *err)
{
	const ASN1_INTEGER *serial = NULL;
	OCSP_BASICRESP *answer = NULL;
	X509 *given = NULL;
	OCSP_CERTID *id;
	int result;

	if (p->issuing == NULL)
		return fault(err, "the issuing CA's certificate was not "
		    "verified");
	if ((result = choose_serial(p, &serial, &given, err)) != 1) {
		p->line->unasked = result == 0;
		return result;
	}
	id = OCSP_cert_id_new(EVP_sha1(), X509_get_subject_name(p->issuing),
	    X509_get0_pubkey_bitstr(p->issuing), serial);
	if (id == NULL)
		die("out of memory");
	result = get_answer(p, id, &answer, err);
	if (result == 0)
		result = check_answer(p, id, serial, answer, err);
	OCSP_BASICRESP_free(answer);
	OCSP_CERTID_free(id);
	X509_free(given);
	return result;
}

/* --- papers -------------------------------------------------------------- */

static int
check_paper(struct probe *p, const char *path, struct err *err)
{
	if (get(p, path, err) != 0)
		return -1;
	if (p->body.size == 0 || memchr(p->body.data, '\0', p->body.size) !=
	    NULL)
		return fault(err, "it is no text");
	return 0;
}

static int
check_terms(struct probe *p, struct err *err)
{
	return check_paper(p, "ca/terms/current.txt", err);
}

static int
check_cps(struct probe *p, struct err *err)
{
	return check_paper(p, "ca/cps/current.txt", err);
}

/* --- the whole ----------------------------------------------------------- */

static int (*const checks[PROBE_SERVICES])(struct probe *, struct err *) = {
	[PROBE_CERTIFICATES] = check_certificates,
	[PROBE_CRL] = check_crl,
	[PROBE_ROOT_CRL] = check_root_crl,
	[PROBE_OCSP] = check_ocsp,
	[PROBE_TERMS] = check_terms,
	[PROBE_CPS] = check_cps,
};

int
probe_all(const struct probe_plan *plan,
    struct probe_line lines[PROBE_SERVICES])
{
	struct probe p = { .plan = plan };
	struct err err;
	int failed = 0;

	for (int i = 0; i < PROBE_SERVICES; i++) {
		p.line = &lines[i];
		*p.line = (struct probe_line){ .time = clock_now(),
		    .service = (enum probe_service)i, .number = -1 };
		snprintf(p.line->url, sizeof p.line->url, "%s", plan->base);
		p.line->ok = checks[i](&p, &err) == 0;
		if (!p.line->ok)
			snprintf(p.line->why, sizeof p.line->why, "%s",
			    err.text);
		failed += !p.line->ok;
		ERR_clear_error();
	}
	X509_free(p.root);
	X509_free(p.issuing);
	X509_CRL_free(p.crl);
	X509_STORE_free(p.trusted);
	bytes_free(&p.body);
	return failed;
}
