/*
 * Requests signed with a certificate; see signed_request.h.
 */
#include <errno.h>
#include <string.h>

#include "cms_sealed.h"
#include "cms_signed.h"
#include "der.h"
#include "signed_request.h"

/* The type of a ContentInfo, 1.2.840.113549.1.7.2. */
static bool
is_signed_data(struct slice s)
{
	static const unsigned char type[] = { DER_OID, 9, 0x2a, 0x86, 0x48,
	    0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02 };
	size_t head;

	if (s.size < 2 || s.data[0] != DER_SEQUENCE)
		return false;
	head = s.data[1] > 0x80 ? 2 + (s.data[1] & 0x7f) : 2;
	return s.size >= head + sizeof(type) &&
	    memcmp(s.data + head, type, sizeof(type)) == 0;
}

static bool
read_whole(struct slice dropped, struct bytes *ber)
{
	struct err ignored;

	return sealed_begins(dropped) &&
	    sealed_whole(dropped, ber, &ignored) == 1 &&
	    is_signed_data(SLICE(ber));
}

bool
signed_request_begins(struct slice dropped)
{
	struct bytes ber = { 0 };
	bool begins = read_whole(dropped, &ber);

	bytes_free(&ber);
	return begins;
}

/* Certificate: its TBSCertificate begins with [0] version and the serial. */
static int
read_serial(struct slice der, char to[SERIAL_TEXT])
{
	struct slice certificate, tbs, version;

	return der_get(&der, DER_SEQUENCE, &certificate) == -1 ||
	    der_get(&certificate, DER_SEQUENCE, &tbs) == -1 ||
	    der_get(&tbs, DER_CONTEXT(0), &version) == -1 ||
	    der_get_serial(&tbs, to) == -1 ? -1 : 0;
}

int
signed_request_read(struct slice dropped, struct bytes *request,
    struct request_signer *signer, struct err *err)
{
	struct signed_content content;
	struct bytes ber = { 0 };
	int ret = -1;

	memset(signer, 0, sizeof(*signer));
	if (!read_whole(dropped, &ber))
		err_set(err, EBADMSG, "it is no CMS SignedData with a request "
		    "inside (RFC 5652, 5)");
	else if (signed_read(SLICE(&ber), &content, err) == 0) {
		if (read_serial(SLICE(&content.certificate),
		    signer->serial) == 0) {
			memcpy(signer->sha256, content.certificate_sha256,
			    sizeof(signer->sha256));
			bytes_take(request, &content.content);
			ret = 0;
		} else
			err_set(err, EKEYREJECTED, "the certificate of its "
			    "signer has no serial number of ours");
		signed_free(&content);
	}
	if (ret == -1) {
		signer->serial[0] = '\0';
		if (err->code == EILSEQ)
			err->code = EKEYREJECTED;
	}
	bytes_free(&ber);
	return ret;
}
