/*
 * Anything may be dropped: what csr_parse accepts is whole and well-formed,
 * and every refusal has an errno and a sentence.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../ca/csr.h"
#include "../../ca/names.h"

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

static void
check_names(const struct csr *csr)
{
	struct err err;
	size_t i;

	for (i = 0; i < csr->name_count; i++)
		if (strcmp(csr->names[i].kind, "dns") == 0 &&
		    dns_name_check(csr->names[i].text, &err) == -1)
			abort();
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct slice in = { data, size };
	struct err err = { 0, "" };
	struct csr *csr;
	int complete;

	complete = csr_is_complete(in, &err);
	if (complete == -1 && (err.code != EBADMSG || err.text[0] == '\0'))
		abort();
	err.text[0] = '\0';
	csr = csr_parse(in, &err);
	if (csr == NULL) {
		if ((err.code != EBADMSG && err.code != EKEYREJECTED) ||
		    err.text[0] == '\0')
			abort();
		return 0;
	}
	if (complete != 1 || csr->key == NULL || csr->spki.size == 0)
		abort();
	check_names(csr);
	(void)key_check(csr->key, &err);
	csr_free(csr);
	return 0;
}
