/*
 * A certificate from anywhere, taken apart by our reader.
 */
#include <stdlib.h>
#include <string.h>

#include "../../ca/certificate.h"
#include "../../ca/lint.h"
#include "../../ca/tbs.h"

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct certificate_facts facts;
	struct slice in = { data, size };
	struct bytes der = { 0 };
	struct tbs tbs;
	struct err err;

	if (certificate_facts(in, &facts, &err) == 0 &&
	    strlen(facts.serial) % 2 != 0)
		abort();
	if (tbs_parse(&tbs, in, &err) == 0 && certificate_assemble(in, in,
	    &der, &err) == -1)
		abort();
	if (der.size > 0 && tbs.serial.size > 0 && tbs.serial.size <= 20 &&
	    certificate_facts(SLICE(&der), &facts, &err) == -1 &&
	    strstr(err.text, "subject") == NULL)
		abort();
	bytes_free(&der);
	return 0;
}
