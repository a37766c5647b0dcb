/*
 * Anything may be dropped as revoke/<serial>.pop: it is refused with a
 * sentence, and whoever can make a right one by chance has broken the key.
 */
#include <errno.h>
#include <stdlib.h>

#include "../../ca/proof.h"
#include "../../ca/text.h"

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

#define SERIAL	"0123456789ABCDEF0123456789ABCDEF01"

/* P-256; its key is not kept. */
static const char certificate[] =
    "MIIBczCCARqgAwIBAgIRASNFZ4mrze8BI0VniavN7wEwCgYIKoZIzj0EAwIwEDEO"
    "MAwGA1UEAwwFcHJvb2YwIBcNMjYxMTIyMDMwNTM3WhgPMjEyNjEwMjkwMzA1Mzda"
    "MBAxDjAMBgNVBAMMBXByb29mMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEGvKZ"
    "xl++RkTkbNQoXLD1BAtsOe8kwJ8/489Ma4PV4afg7UL0T2gZiRdBTuYt/oaCSBxJ"
    "CJ37PPx00A3VkK4wLqNTMFEwHQYDVR0OBBYEFEJ681l+iL2zjnKXeZBbnlu8/ANa"
    "MB8GA1UdIwQYMBaAFEJ681l+iL2zjnKXeZBbnlu8/ANaMA8GA1UdEwEB/wQFMAMB"
    "Af8wCgYIKoZIzj0EAwIDRwAwRAIgOEglerRiaJbLZBOYWZ4cyj/YbTOSw4f/YEW6"
    "yG2j3xgCIDNzWvwac7aHVA4iZT6ClIhzrHZPko3rvOf4XxQlilT0";

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct slice in = { data, size };
	struct bytes der = { 0 };
	struct err err = { 0, "" };
	int whole = proof_is_complete(in, &err);

	if (whole != 1 && (err.code != EBADMSG || err.text[0] == '\0'))
		die("refused without a word");
	if (base64_decode(&der, certificate, sizeof certificate - 1) == -1)
		die("no certificate");
	err.code = 0;
	if (proof_verify(in, SLICE(&der), SERIAL, &err) == 0) {
		if (whole != 1)
			die("half a proof is taken");
	} else if (err.code != EBADMSG && err.code != EKEYREJECTED)
		die("refused with %d: %s", err.code, err.text);
	bytes_free(&der);
	return 0;
}
