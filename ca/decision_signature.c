/*
 * Verifying the signature of a decision.  Everything is refused that an
 * officer's own tool would not make by itself: several signers, content inside
 * the signature, weak digests, a certificate that is absent or not valid now.
 *
 * `openssl cms -sign` without -binary signs text with CRLF line ends; as
 * decision.txt is our own text, both forms say the same, and both are taken.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include <openssl/err.h>

#include "cms_signer.h"
#include "decision_signature.h"
#include "text.h"

#define SIZE_MAX_CMS	((size_t)256 * 1024)

/* --- form ----------------------------------------------------------------- */

/* An encrypted PEM would make OpenSSL ask the terminal. */
static int
no_password(char *to, int size, int writing, void *arg)
{
	return -1;
}

static CMS_ContentInfo *
read_cms(struct slice cms)
{
	const unsigned char	*p = cms.data;
	CMS_ContentInfo		*info = NULL;
	BIO			*bio;

	if (cms.size == 0 || cms.size > SIZE_MAX_CMS)
		return NULL;
	if (cms.data[0] == 0x30) {
		info = d2i_CMS_ContentInfo(NULL, &p, (long)cms.size);
		if (info != NULL && p != cms.data + cms.size) {
			CMS_ContentInfo_free(info);
			info = NULL;
		}
		return info;
	}
	if ((bio = BIO_new_mem_buf(cms.data, (int)cms.size)) == NULL)
		die("out of memory");
	info = PEM_read_bio_CMS(bio, NULL, no_password, NULL);
	BIO_free(bio);
	return info;
}

static int
check_form(CMS_ContentInfo *info, struct err *e)
{
	ASN1_OCTET_STRING	**content;

	if (OBJ_obj2nid(CMS_get0_type(info)) != NID_pkcs7_signed)
		return err_set(e, EKEYREJECTED, "it is CMS, but not signed "
		    "data");
	content = CMS_get0_content(info);
	if (content == NULL || *content != NULL)
		return err_set(e, EKEYREJECTED, "it has its content inside; "
		    "wanted a detached signature over decision.txt");
	return cms_signer_only(info, e) == NULL ? -1 : 0;
}

/* --- the signer's certificate --------------------------------------------- */

static int
check_certificate(X509 *x, usec_t now, struct err *e)
{
	time_t	at = (time_t)(now / USEC);

	if (X509_cmp_time(X509_get0_notBefore(x), &at) >= 0)
		return err_set(e, EKEYREJECTED, "the certificate of the "
		    "signature is not valid yet");
	if (X509_cmp_time(X509_get0_notAfter(x), &at) <= 0)
		return err_set(e, EKEYREJECTED, "the certificate of the "
		    "signature has expired");
	return cms_signer_check_certificate(x, e);
}

/* Whose it is; false when the certificate's number is none. */
static bool
take_certificate(X509 *x, struct decision_signature *to)
{
	const ASN1_INTEGER	*number = X509_get0_serialNumber(x);
	unsigned char		*der = NULL;
	int			 size;

	memset(to, 0, sizeof(*to));
	if ((size = i2d_X509(x, &der)) <= 0)
		return false;
	sha256_text(to->certificate_sha256,
	    (struct slice){ der, (size_t)size });
	OPENSSL_free(der);
	if (number->type == V_ASN1_INTEGER && number->length > 0 &&
	    (size_t)number->length * 2 < sizeof(to->serial))
		hex_upper(to->serial, number->data, (size_t)number->length);
	return true;
}

/* --- the signature -------------------------------------------------------- */

static void
put_crlf(struct bytes *to, struct slice text)
{
	size_t	i;

	for (i = 0; i < text.size; i++) {
		if (text.data[i] == '\n' &&
		    (i == 0 || text.data[i - 1] != '\r'))
			put_u8(to, '\r');
		put_u8(to, text.data[i]);
	}
}

/* Signature and digest, and the one certificate they verify under. */
static bool
verifies(struct slice cms, struct slice content, X509 **x)
{
	CMS_ContentInfo	*info = read_cms(cms);
	STACK_OF(X509)	*signers = NULL;
	BIO		*bio = NULL;
	bool		 good = false;

	if (info == NULL || content.size > INT_MAX)
		goto out;
	if ((bio = BIO_new_mem_buf(content.data, (int)content.size)) == NULL)
		die("out of memory");
	if (CMS_verify(info, NULL, NULL, bio, NULL, CMS_BINARY |
	    CMS_DETACHED | CMS_NO_SIGNER_CERT_VERIFY) != 1)
		goto out;
	signers = CMS_get0_signers(info);
	if (sk_X509_num(signers) != 1)
		goto out;
	*x = sk_X509_value(signers, 0);
	X509_up_ref(*x);
	good = true;
out:
	sk_X509_free(signers);
	BIO_free(bio);
	CMS_ContentInfo_free(info);
	return good;
}

/* Is the signer's certificate in it at all? */
static bool
has_certificate(CMS_ContentInfo *info)
{
	CMS_SignerInfo	*signer;
	STACK_OF(X509)	*all;
	bool		 found = false;
	int		 i;

	signer = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(info), 0);
	all = CMS_get1_certs(info);
	for (i = 0; i < sk_X509_num(all) && !found; i++)
		found = CMS_SignerInfo_cert_cmp(signer,
		    sk_X509_value(all, i)) == 0;
	sk_X509_pop_free(all, X509_free);
	return found;
}

static int
check_envelope(struct slice cms, struct err *e)
{
	CMS_ContentInfo	*info = read_cms(cms);
	int		 rc = -1;

	if (info == NULL)
		err_set(e, EKEYREJECTED, "it is no CMS signature (RFC 5652), "
		    "DER or PEM, of at most 256 KiB");
	else if (check_form(info, e) == 0) {
		rc = has_certificate(info) ? 0 : err_set(e, EKEYREJECTED,
		    "the certificate of its signer is not in it");
	}
	CMS_ContentInfo_free(info);
	return rc;
}

int
decision_signature_verify(struct slice cms, struct slice content, usec_t now,
    struct decision_signature *to, struct err *e)
{
	struct bytes	 crlf = { 0 };
	X509		*x = NULL;
	int		 rc = -1;

	ERR_clear_error();
	if (check_envelope(cms, e) == -1)
		goto out;
	put_crlf(&crlf, content);
	if (!verifies(cms, content, &x) && !verifies(cms, SLICE(&crlf), &x)) {
		err_set(e, EKEYREJECTED, "it does not verify over decision.txt "
		    "as it is now");
		goto out;
	}
	if (!take_certificate(x, to)) {
		err_set(e, EKEYREJECTED, "its certificate cannot be encoded");
		goto out;
	}
	rc = check_certificate(x, now, e);
out:
	X509_free(x);
	bytes_free(&crlf);
	ERR_clear_error();
	return rc;
}
