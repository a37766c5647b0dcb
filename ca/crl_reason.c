/*
 * The names of the reasons.  See crl_reason.h.
 */
#include <stddef.h>
#include <strings.h>

#include "crl_reason.h"

static const char *const names[REASONS] = {
	[REASON_UNSPECIFIED] = "unspecified",
	[REASON_KEY_COMPROMISE] = "keyCompromise",
	[REASON_CA_COMPROMISE] = "cACompromise",
	[REASON_AFFILIATION_CHANGED] = "affiliationChanged",
	[REASON_SUPERSEDED] = "superseded",
	[REASON_CESSATION_OF_OPERATION] = "cessationOfOperation",
	[REASON_HOLD] = "certificateHold",
	[REASON_REINSTATED] = "removeFromCRL",
	[REASON_PRIVILEGE_WITHDRAWN] = "privilegeWithdrawn",
	[REASON_AA_COMPROMISE] = "aACompromise",
};

const char *
reason_name(int reason)
{

	return reason < 0 || reason >= REASONS ? NULL : names[reason];
}

int
reason_find(const char *name)
{

	for (int i = 0; i < REASONS; i++)
		if (names[i] != NULL && strcasecmp(names[i], name) == 0)
			return i;
	return -1;
}
