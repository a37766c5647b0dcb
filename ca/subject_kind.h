/*
 * Whose certificate it is (EN 319 411-1, 5.4.2): the kinds of subject that
 * registrations have and profiles are for.
 */
#ifndef CA_SUBJECT_KIND_H
#define CA_SUBJECT_KIND_H

#include <stdbool.h>

#define SUBJECT_KINDS	5

enum subject_kind {
	NATURAL_PERSON, NATURAL_PERSON_IN_LEGAL_PERSON, LEGAL_PERSON,
	DEVICE_OF_LEGAL_PERSON, DEVICE_OF_NATURAL_PERSON
};
const char	*subject_kind_name(enum subject_kind);	/* "legal-person" */
int		 subject_kind_find(const char *);	/* -1: none */
/* Is the subject itself a person whose name is personal data? */
bool		 subject_kind_is_person(enum subject_kind);
bool		 subject_kind_is_device(enum subject_kind);

#endif
