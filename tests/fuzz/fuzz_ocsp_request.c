/*
 * An OCSP request of any kind.  What is decoded is joined and decoded again to
 * the same; what is complete is never waited for; every prefix of a request
 * may still become one.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "status/ocsp_request.h"
#include "status/publisher.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice der = { data, size };
	struct ocsp_ids ids, again;
	struct bytes joined = { 0 };
	int complete = publisher_ocsp_is_complete(der);

	if (ocsp_request_decode(der, &ids) != 0)
		return 0;
	if (complete != 1 || ids.count == 0 || ids.count > OCSP_IDS_MOST)
		abort();
	ocsp_ids_join(&ids, &joined);
	if (ocsp_ids_decode(SLICE(&joined), &again) != 0 ||
	    again.count != ids.count)
		abort();
	for (size_t i = 0; i < ids.count; i++)
		if (strcmp(ids.id[i].serial, again.id[i].serial) != 0 ||
		    !slice_equal(ids.id[i].whole, again.id[i].whole))
			abort();
	for (size_t i = 0; i < size; i++)
		if (publisher_ocsp_is_complete((struct slice){ data, i }) != 0)
			abort();
	bytes_free(&joined);
	return 0;
}
