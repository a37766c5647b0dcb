/*
 * Keys of the CA that are not activated are events.
 */
#include <stdio.h>
#include <string.h>

#include "event.h"
#include "key_watch.h"
#include "store_events.h"

static const char *const names[KEY_WATCHED] = {
	"issuing", "ocsp", "evidence", "handover"
};

/* What was told last of a key. */
static void
told_name(char to[32], const char *key)
{
	snprintf(to, 32, "key-told-%s", key);
}

static void
read_told(struct key_watch *watch, struct store *store)
{
	struct view	*view = view_take(store);
	struct bytes	 text = { 0 };
	char		 name[32];

	for (size_t i = 0; i < KEY_WATCHED; i++) {
		told_name(name, names[i]);
		bytes_clear(&text);
		if (meta_text(view, name, &text) == 1)
			snprintf(watch->key[i].told, SIGN_REASON, "%s",
			    bytes_text(&text));
	}
	view_put(view);
	bytes_free(&text);
	watch->known = true;
}

struct change {
	struct job	 job;
	const char	*key, *reason;
};

static int
change_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct change	*change = (struct change *)job;
	bool		 ready = change->reason[0] == '\0';
	struct event	*event;
	char		 name[32];
	int		 rc;

	event = event_new(ready ? "key-activated" : "key-not-activated",
	    KEY_MANAGEMENT);
	event_actor_self(event);
	event_requirement(event, "GEN-6.4.5-06");
	event_outcome(event, ready ? "activated" : "failed");
	event_detail(event, "key", change->key);
	if (!ready)
		event_detail(event, "reason", change->reason);
	rc = events_append(tx, event, NULL, e);
	event_free(event);
	told_name(name, change->key);
	return rc == -1 ? -1 : meta_set_text(tx, name, change->reason, e);
}

void
key_watch_look(struct key_watch *watch, usec_t steady,
    struct signing *signing, struct store *store, struct committer *committer)
{
	struct change	change = { .job.apply = change_apply };
	char		found[SIGN_REASON];
	struct err	e = { 0 };

	/* On a full disk nothing is told that can be told later. */
	if (!store_reserve_whole(store))
		return;
	if (!watch->known)
		read_told(watch, store);
	for (size_t i = 0; i < KEY_WATCHED; i++) {
		found[0] = '\0';
		if (!signing->ready(signing, names[i]))
			signing->why_not(signing, names[i], found);
		if (watch->key[i].since == 0 ||
		    strcmp(found, watch->key[i].found) != 0) {
			memcpy(watch->key[i].found, found, sizeof(found));
			watch->key[i].since = steady;
		}
		if (strcmp(found, watch->key[i].told) == 0 ||
		    (found[0] != '\0' &&
		    steady - watch->key[i].since < KEY_SETTLED))
			continue;
		change.key = names[i];
		change.reason = found;
		if (commit_wait(committer, &change.job, &e) == -1)
			log_line("key %s: %s", names[i], e.text);
		else
			memcpy(watch->key[i].told, found, sizeof(found));
	}
}
