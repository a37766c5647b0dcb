/*
 * Internal profiles and the keys they are for: see own_profiles.h.
 */
#include <string.h>

#include "own_profiles.h"

/* Told by the first purpose, or without any by the usage of an EC key. */
static const struct {
	const char	*key, *purpose, *usage;
} rows[] = {
	{ "ocsp",	"OCSPSigning",	NULL },
	{ "evidence",	"",		"digitalSignature" },
	{ "handover",	"",		"keyAgreement" },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

const char *
own_key_of(const struct profile *p)
{
	size_t i;

	if (p == NULL || !p->internal)
		return NULL;
	for (i = 0; i < ROWS; i++)
		if (strcmp(p->extended_key_usage[0], rows[i].purpose) == 0 &&
		    (rows[i].usage == NULL ||
		    strcmp(p->key_usage_ec, rows[i].usage) == 0))
			return rows[i].key;
	return NULL;
}

const struct profile *
own_profile_for(const struct config *config, const char *key)
{
	const char *found;
	size_t i;

	for (i = 0; i < config->profile_count; i++) {
		found = own_key_of(&config->profiles[i]);
		if (found != NULL && strcmp(found, key) == 0)
			return &config->profiles[i];
	}
	return NULL;
}
