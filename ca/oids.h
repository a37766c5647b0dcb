/*
 * Object identifiers as they stand in DER, without tag and length.
 */
#ifndef CA_OIDS_H
#define CA_OIDS_H

#include "bytes.h"

#define OID(text) \
	((struct slice){ (const unsigned char *)(text), sizeof(text) - 1 })

#define OID_COMMON_NAME		OID("\x55\x04\x03")
#define OID_COUNTRY		OID("\x55\x04\x06")
#define OID_ORGANIZATION	OID("\x55\x04\x0a")

#define OID_SUBJECT_KEY_ID	OID("\x55\x1d\x0e")
#define OID_KEY_USAGE		OID("\x55\x1d\x0f")
#define OID_SUBJECT_ALT_NAME	OID("\x55\x1d\x11")
#define OID_BASIC_CONSTRAINTS	OID("\x55\x1d\x13")
#define OID_CRL_POINTS		OID("\x55\x1d\x1f")
#define OID_POLICIES		OID("\x55\x1d\x20")
#define OID_AUTHORITY_KEY_ID	OID("\x55\x1d\x23")
#define OID_EXTENDED_KEY_USAGE	OID("\x55\x1d\x25")
#define OID_AUTHORITY_ACCESS	OID("\x2b\x06\x01\x05\x05\x07\x01\x01")
/* Of a CRL; the last one X.509 9.5.2.9. */
#define OID_CRL_NUMBER		OID("\x55\x1d\x14")
#define OID_DELTA_INDICATOR	OID("\x55\x1d\x1b")
#define OID_ISSUING_POINT	OID("\x55\x1d\x1c")
#define OID_FRESHEST_CRL	OID("\x55\x1d\x2e")
#define OID_EXPIRED_ON_CRL	OID("\x55\x1d\x3c")
/* Of its entries. */
#define OID_REASON		OID("\x55\x1d\x15")
#define OID_INVALIDITY		OID("\x55\x1d\x18")
#define OID_ACCESS_OCSP		OID("\x2b\x06\x01\x05\x05\x07\x30\x01")
#define OID_ACCESS_CA_ISSUERS	OID("\x2b\x06\x01\x05\x05\x07\x30\x02")
#define OID_OCSP_NOCHECK	OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x05")

#define OID_TLS_FEATURE		OID("\x2b\x06\x01\x05\x05\x07\x01\x18")
#define OID_QC_STATEMENTS	OID("\x2b\x06\x01\x05\x05\x07\x01\x03")
#define OID_QC_SYNTAX_2		OID("\x2b\x06\x01\x05\x05\x07\x0b\x02")
#define OID_SEMANTICS_NATURAL	OID("\x04\x00\x8b\xec\x49\x01\x01")
#define OID_SEMANTICS_LEGAL	OID("\x04\x00\x8b\xec\x49\x01\x02")

#define OID_ANY_POLICY		OID("\x55\x1d\x20\x00")
#define OID_ANY_USAGE		OID("\x55\x1d\x25\x00")
#define OID_OCSP_SIGNING	OID("\x2b\x06\x01\x05\x05\x07\x03\x09")

#define OID_EXTENSION_REQUEST	OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e")
#define OID_MS_EXTENSION_REQUEST \
	OID("\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x0e")

/* CMS: types of content, signed attributes, digests, ciphers. */
#define OID_DATA		OID("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01")
#define OID_SIGNED_DATA		OID("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")
#define OID_ENVELOPED		OID("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03")
#define OID_AUTHENTICATED \
	OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17")
#define OID_CONTENT_TYPE	OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03")
#define OID_MESSAGE_DIGEST	OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04")
#define OID_SIGNING_TIME	OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05")
#define OID_SHA1		OID("\x2b\x0e\x03\x02\x1a")
#define OID_SHA256		OID("\x60\x86\x48\x01\x65\x03\x04\x02\x01")
#define OID_SHA384		OID("\x60\x86\x48\x01\x65\x03\x04\x02\x02")
#define OID_AES256_WRAP		OID("\x60\x86\x48\x01\x65\x03\x04\x01\x2d")
#define OID_AES256_CBC		OID("\x60\x86\x48\x01\x65\x03\x04\x01\x2a")
#define OID_AES256_GCM		OID("\x60\x86\x48\x01\x65\x03\x04\x01\x2e")

#endif
