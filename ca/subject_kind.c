/*
 * Kinds of subject by name (EN 319 411-1 clause 5.4.2); the numbers are in the
 * store and stay.
 */
#include <string.h>

#include "subject_kind.h"

static const char *const names[SUBJECT_KINDS] = {
	[NATURAL_PERSON] = "natural-person",
	[NATURAL_PERSON_IN_LEGAL_PERSON] = "natural-person-in-legal-person",
	[LEGAL_PERSON] = "legal-person",
	[DEVICE_OF_LEGAL_PERSON] = "device-of-legal-person",
	[DEVICE_OF_NATURAL_PERSON] = "device-of-natural-person",
};

const char *
subject_kind_name(enum subject_kind kind)
{
	return names[kind];
}

int
subject_kind_find(const char *name)
{
	int i;

	for (i = 0; i < SUBJECT_KINDS; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

bool
subject_kind_is_person(enum subject_kind kind)
{
	return kind == NATURAL_PERSON ||
	    kind == NATURAL_PERSON_IN_LEGAL_PERSON;
}

bool
subject_kind_is_device(enum subject_kind kind)
{
	return kind == DEVICE_OF_LEGAL_PERSON ||
	    kind == DEVICE_OF_NATURAL_PERSON;
}
