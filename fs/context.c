/*
 * The context of events.  See context.h.
 */
#include <stdio.h>
#include <string.h>

#include "../ca/event.h"
#include "../ca/text.h"
#include "context.h"

void
context_set(const struct config *config)
{
	struct event_context context = { .sandbox = config->sandbox };
	const struct {
		const char	*kind;
		char		*to;
	} versions[] = {
		{ "cp", context.cp }, { "cps", context.cps },
		{ "terms", context.terms }
	};
	size_t i;

	snprintf(context.ca, sizeof(context.ca), "%s", config->name);
	sha256_text(context.ca_sha256, SLICE(&config->issuing_der));
	snprintf(context.config_sha256, sizeof(context.config_sha256), "%s",
	    config->sha256);
	for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		snprintf(versions[i].to, sizeof(context.cp), "%s",
		    config_paper(config, versions[i].kind)->version);
	memcpy(context.owner, config->component_owner,
	    sizeof(context.owner));
	memcpy(context.performer, config->component_performer,
	    sizeof(context.performer));
	context.node = 1;
	event_context_set(&context);
}
