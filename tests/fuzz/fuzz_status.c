/*
 * Anything as a CRL (the root's comes from a file) and as an OCSP answer: what
 * is read is read to its end.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "status/crl.h"
#include "status/ocsp_response.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice der = { data, size };
	usec_t this_update, next_update;
	struct ocsp_facts ocsp;
	struct ocsp_single single;
	struct crl_facts crl;
	struct crl_entry entry;
	struct err err;

	if (crl_read(der, &crl, &err) == 0)
		while (crl_next_entry(&crl.entries, &entry) == 1)
			continue;
	if (ocsp_read(der, &ocsp, &err) == 0)
		while (ocsp_next_single(&ocsp.singles, &single, &this_update,
		    &next_update) == 1)
			continue;
	return 0;
}
