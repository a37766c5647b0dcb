/*
 * Anything may be dropped under *.p7s: whatever it is, it is refused with
 * EKEYREJECTED and a sentence, or it is a signature with a certificate.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../ca/decision_signature.h"

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static const char content[] = "decision: approve\n";
	struct decision_signature signature;
	struct err err = { 0, "" };
	struct slice in = { data, size };

	if (decision_signature_verify(in, slice_text(content), clock_now(),
	    &signature, &err) == 0) {
		if (strlen(signature.certificate_sha256) != 64)
			abort();
		return 0;
	}
	if (err.code != EKEYREJECTED || err.text[0] == '\0')
		abort();
	return 0;
}
