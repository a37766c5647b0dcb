/*
 * Anything may be dropped as a request that an old certificate signed: what is
 * taken has a signer with a serial and a content, and everything else is
 * refused with a word.
 */
#include <errno.h>
#include <string.h>

#include "../../ca/signed_request.h"

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct slice in = { data, size };
	struct request_signer signer;
	struct bytes request = { 0 };
	struct err err = { 0, "" };
	bool begins = signed_request_begins(in);

	if (signed_request_read(in, &request, &signer, &err) == 0) {
		if (!begins || signer.serial[0] == '\0' ||
		    strlen(signer.sha256) != 64)
			die("signed by nobody");
	} else if (signer.serial[0] != '\0' || err.text[0] == '\0' ||
	    (err.code != EBADMSG && err.code != EKEYREJECTED))
		die("refused with %d: %s", err.code, err.text);
	bytes_free(&request);
	return 0;
}
