/*
 * Distinguished names: what is read is written as the very same octets, has
 * one normal form, and every value of it may stand where it stood.  The octets
 * are a value, a limit and an identifier, too.
 */
#include <stdlib.h>
#include <string.h>

#include "../../ca/dn.h"
#include "../../ca/identifiers.h"

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

static void
fuzz_name(struct slice in)
{
	struct bytes der = { 0 };
	char once[65], twice[65];
	struct dn dn, again;
	struct err err;

	if (dn_parse(&dn, in, &err) == -1)
		return;
	dn_put(&der, &dn);
	if (!slice_equal(SLICE(&der), in) ||
	    dn_parse(&again, SLICE(&der), &err) == -1 ||
	    !dn_is_same(&dn, &again))
		abort();
	dn_digest(&dn, once);
	dn_digest(&again, twice);
	if (strcmp(once, twice) != 0 || (once[0] == '\0') != (dn.count == 0))
		abort();
	bytes_free(&der);
}

static void
fuzz_value(const char *text)
{
	const struct dn_type *type;
	struct bytes der = { 0 };
	struct dn dn, again;
	struct err err;
	size_t i;

	for (i = 0; (type = dn_type_row(i)) != NULL; i++) {
		if (dn_value_check(type, text, 0, &err) == -1)
			continue;
		dn.count = 0;
		dn_add(&dn, type, text);
		bytes_clear(&der);
		dn_put(&der, &dn);
		if (dn_parse(&again, SLICE(&der), &err) == -1 ||
		    !dn_is_same(&dn, &again) ||
		    !dn_value_is_like(text, again.attribute[0].value))
			abort();
	}
	bytes_free(&der);
	if (identifier_check_organisation(text, &err) == 0 &&
	    text[2] != ':' && !identifier_is_of_organisation(text))
		abort();
	if (identifier_check_person(text, &err) == 0 &&
	    identifier_is_of_organisation(text))
		abort();
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	char text[2 * DN_VALUE];

	fuzz_name((struct slice){ data, size });
	if (size < sizeof(text)) {
		memcpy(text, data, size);
		text[size] = '\0';
		fuzz_value(text);
	}
	return 0;
}
