/*
 * What follows from the configuration and stands in the store.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "facts.h"
#include "store_events.h"
#include "store_registry.h"
#include "text.h"

#define FACTS_MAX	256
#define PATH_ROOM	512

/* Facts by the beginning of their name, and the event of their change. */
struct fact_kind {
	const char	*prefix, *event, *requirements;
	enum component	 component;
};

static const struct fact_kind kinds[] = {
	{ "profile/", "profile-changed", "OVR-5.1-03 OVR-6.8.6-02",
	    CERTIFICATE_GENERATION },
	{ "cp/", "paper-changed", "OVR-6.8.6-02", DISSEMINATION },
	{ "cps/", "paper-changed", "OVR-5.2-04 OVR-6.8.6-02",
	    DISSEMINATION },
	{ "terms/", "paper-changed", "DIS-6.1-04 REG-6.3.6-08",
	    DISSEMINATION },
	{ "appointments.conf", "appointments-changed", "REQ-7.2-15 REQ-7.2-16 "
	    "REQ-7.4.1-07 OVR-6.4.4-02", OPERATION },
	{ "keys/", "key-changed", "GEN-6.4.5-06", KEY_MANAGEMENT },
	{ "", "configuration-changed", "OVR-6.4.5-02 OVR-6.8.6-02 REQ-6.3-08",
	    OPERATION }
};

static const struct fact_kind *
kind_of(const char *name)
{
	size_t	i;

	for (i = 0; kinds[i].prefix[0] != '\0'; i++)
		if (strncmp(name, kinds[i].prefix,
		    strlen(kinds[i].prefix)) == 0)
			break;
	return &kinds[i];
}

static void
put_requirements(struct event *event, const char *list)
{
	char	one[64];
	size_t	size;

	for (; *list != '\0'; list += size + (list[size] == ' ')) {
		size = strcspn(list, " ");
		snprintf(one, sizeof(one), "%.*s", (int)size, list);
		event_requirement(event, one);
	}
}

static int
append(struct tx *tx, struct event *event, int64_t *seq, struct err *e)
{
	int	rc = events_append(tx, event, seq, e);

	event_free(event);
	return rc;
}

static int
record_fact(struct tx *tx, const struct config_fact *fact,
    struct facts_change *change, struct err *e)
{
	const struct fact_kind	*kind = kind_of(fact->name);
	struct event		*event;
	char			 old[SHA256_TEXT] = "";

	if (fact_digest(tx_view(tx), fact->name, old) == 1 &&
	    strcmp(old, fact->sha256) == 0)
		return 0;
	change->changed++;
	event = event_new(kind->event, kind->component);
	event_actor_self(event);
	put_requirements(event, kind->requirements);
	event_outcome(event, old[0] == '\0' ? "added" : "changed");
	event_detail(event, "what", fact->name);
	event_detail(event, "old", old[0] == '\0' ? "none" : old);
	event_detail(event, "new", fact->sha256);
	if (append(tx, event, NULL, e) == -1)
		return -1;
	return fact_put(tx, fact->name, fact->sha256, e);
}

static int
record_facts(struct tx *tx, const struct config *config,
    struct facts_change *change, struct err *e)
{
	struct config_fact	*facts;
	int64_t			 before;
	size_t			 i, count;
	int			 rc = 0;

	if ((facts = calloc(FACTS_MAX, sizeof(*facts))) == NULL)
		die("out of memory");
	count = config_facts(config, facts, FACTS_MAX);
	for (i = 0; rc == 0 && i < count; i++)
		rc = record_fact(tx, &facts[i], change, e);
	free(facts);
	if (rc == 0 && change->changed > 0)
		rc = meta_take_numbers(tx, "policy-seq", 1, &before, e);
	return rc;
}

/* --- standing approvals --------------------------------------------------- */

/* "approval/<profile>" holds "<number of the event> <digest of the file>". */
static void
approval_name(char to[64], const struct profile *profile)
{
	snprintf(to, 64, "approval/%s", profile->name);
}

int64_t
facts_approval(struct view *v, const struct profile *profile)
{
	struct bytes	 text = { 0 };
	char		 name[64], *end;
	int64_t		 seq = 0;

	approval_name(name, profile);
	if (meta_text(v, name, &text) == 1) {
		seq = strtoll(bytes_text(&text), &end, 10);
		if (*end != ' ' || strcmp(end + 1, profile->sha256) != 0)
			seq = 0;
	}
	bytes_free(&text);
	return seq;
}

static int
record_approval(struct tx *tx, const struct profile *profile, struct err *e)
{
	struct event	*event;
	char		 name[64], text[128];
	int64_t		 seq = 0;

	if (!profile->internal ||
	    facts_approval(tx_view(tx), profile) != 0)
		return 0;
	event = event_new("standing-approval", KEY_MANAGEMENT);
	event_actor_self(event);
	event_policy(event, profile->name, profile->policy_oid,
	    profile->base_policy);
	put_requirements(event, "REG-6.2.2-25");
	event_outcome(event, "approved");
	event_detail(event, "profile-sha256", profile->sha256);
	event_detail(event, "for", "certificates of the CA itself, with the "
	    "pinned key only");
	if (append(tx, event, &seq, e) == -1)
		return -1;
	approval_name(name, profile);
	snprintf(text, sizeof(text), "%lld %s", (long long)seq,
	    profile->sha256);
	return meta_set_text(tx, name, text, e);
}

/* --- all of it ------------------------------------------------------------ */

static int
record_papers(struct tx *tx, const struct config *config, struct err *e)
{
	char	sha256[SHA256_TEXT];
	size_t	i;

	for (i = 0; i < config->paper_count; i++)
		if (documents_put(tx, SLICE(&config->papers[i].text), sha256,
		    e) == -1)
			return -1;
	return 0;
}

static void
note_path(void *arg, const char *path)
{
	struct facts_change	*change = arg;

	change->paths = realloc(change->paths,
	    (change->count + 1) * sizeof(*change->paths));
	if (change->paths == NULL)
		die("out of memory");
	snprintf(change->paths[change->count++], PATH_ROOM, "%s", path);
}

int
facts_record(struct tx *tx, const struct config *config,
    struct facts_change *change, struct err *e)
{
	size_t	i;

	if (record_facts(tx, config, change, e) == -1 ||
	    record_papers(tx, config, e) == -1)
		return -1;
	for (i = 0; i < config->profile_count; i++)
		if (record_approval(tx, &config->profiles[i], e) == -1)
			return -1;
	return ca_folder_publish(tx, config, note_path, change, e);
}
