/*
 * How a change was authenticated; see authentication.h.
 */
#include <stdio.h>
#include <string.h>

#include "authentication.h"
#include "crl_reason.h"
#include "handover.h"

/* By serial and by every octet. */
void
authentication_find(struct application *app, struct view *v)
{
	const struct request_signer	*signer = &app->csr->signer;
	struct certificate		*row = &app->signed_by.certificate;

	app->signed_by.serial = signer->serial[0] == '\0' ? NULL :
	    signer->serial;
	if (app->signed_by.serial == NULL ||
	    certificate_find(v, signer->serial, row) != 1 ||
	    strcmp(row->sha256, signer->sha256) != 0)
		row->id = 0;
}

const char *
authentication_state(const struct certificate *c, usec_t when)
{
	if (c->id == 0)
		return "not ours";
	if (c->revoked != 0)
		return c->reason == REASON_HOLD ? "suspended" :
		    "revoked";
	return c->not_after <= when ? "expired" : "valid";
}

void
authentication_text(const struct application *app,
    char to[AUTHENTICATION])
{
	char	when[CLOCK_TEXT];

	clock_text_seconds(when, app->judged);
	if (app->handover != NULL)
		snprintf(to, AUTHENTICATION, "external RA %s",
		    app->handover->version.name);
	else if (app->signed_by.serial != NULL)
		snprintf(to, AUTHENTICATION, "old certificate %s, %s at "
		    "%s", app->signed_by.serial, authentication_state(
		    &app->signed_by.certificate, app->judged), when);
	else
		snprintf(to, AUTHENTICATION, "login");
}
