/*
 * The register of access rights as evidence.  See people_record.h.
 */
#include <string.h>

#include "event.h"
#include "people_record.h"
#include "store_events.h"
#include "store_registry.h"
#include "text.h"

#define FACT	"roles"

static int
append(struct tx *tx, struct slice text, const char *old, const char *new,
    struct err *err)
{
	static const char *const requirements[] = {
		"REQ-7.4.1-07", "REQ-7.4.1-08", "REQ-7.1.3-01",
		"OVR-6.4.4-02", "GEN-6.5.1-05", "GEN-6.5.2-07"
	};
	struct event *event = event_new("roles-changed", OPERATION);
	size_t i;
	int rc;

	event_actor_self(event);
	for (i = 0; i < sizeof(requirements) / sizeof(requirements[0]); i++)
		event_requirement(event, requirements[i]);
	event_input(event, "register.txt", text.size, new);
	event_outcome(event, old[0] == '\0' ? "added" : "changed");
	event_detail(event, "what", FACT);
	event_detail(event, "old", old[0] == '\0' ? "none" : old);
	event_detail(event, "new", new);
	rc = events_append(tx, event, NULL, err);
	event_free(event);
	return rc;
}

bool
people_is_recorded(struct view *v, const struct people *people)
{
	struct bytes text = { 0 };
	char old[SHA256_TEXT], new[SHA256_TEXT];

	people_register(people, &text);
	sha256_text(new, SLICE(&text));
	bytes_free(&text);
	return fact_digest(v, FACT, old) == 1 && strcmp(old, new) == 0;
}

int
people_record(struct tx *tx, const struct people *people, struct err *err)
{
	struct bytes text = { 0 };
	char old[SHA256_TEXT] = "", new[SHA256_TEXT];
	int rc = 0;

	people_register(people, &text);
	sha256_text(new, SLICE(&text));
	if (fact_digest(tx_view(tx), FACT, old) != 1 ||
	    strcmp(old, new) != 0)
		rc = documents_put(tx, SLICE(&text), new, err) == -1 ||
		    append(tx, SLICE(&text), old, new, err) == -1 ||
		    fact_put(tx, FACT, new, err) == -1 ? -1 : 0;
	bytes_free(&text);
	return rc;
}
