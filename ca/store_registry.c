/*
 * The registry in the store: subscribers with their users and validated
 * names, agreements, boxes, and facts by digest.  See store_registry.h.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_private.h"
#include "store_registry.h"

#define PROFILES	(sizeof(((struct subscriber *)0)->profiles) / \
			 sizeof(((struct subscriber *)0)->profiles[0]))

/* --- subscribers --------------------------------------------------------- */

static void
put_profiles(const struct subscriber *s, char *to, size_t room)
{
	size_t i, used = 0;

	to[0] = '\0';
	for (i = 0; i < PROFILES && s->profiles[i][0] != '\0'; i++)
		used += (size_t)snprintf(to + used, room - used, "%s%s",
		    i == 0 ? "" : " ", s->profiles[i]);
}

static void
take_profiles(struct query *q, struct subscriber *s)
{
	char text[sizeof(s->profiles)], *name, *rest = NULL;
	size_t i = 0;

	memset(s->profiles, 0, sizeof(s->profiles));
	take_text(q, text, sizeof(text));
	for (name = strtok_r(text, " ", &rest); name != NULL && i < PROFILES;
	    name = strtok_r(NULL, " ", &rest))
		snprintf(s->profiles[i++], sizeof(s->profiles[0]), "%s", name);
}

int
subscriber_put(struct tx *tx, struct subscriber *s, struct err *err)
{
	char profiles[sizeof(s->profiles)];
	struct query *q;

	put_profiles(s, profiles, sizeof(profiles));
	q = query_new(tx->view.sql, "INSERT INTO subscribers (id, name, gid,"
	    " since, sandbox, profiles) VALUES (?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
	    " gid = excluded.gid, sandbox = excluded.sandbox,"
	    " profiles = excluded.profiles");
	bind_reference(q, s->id);
	bind_text(q, s->name);
	bind_number(q, s->gid);
	bind_number(q, s->since);
	bind_number(q, s->sandbox);
	bind_text(q, profiles);
	if (query_write(q, err) != 0)
		return -1;
	if (s->id == 0)
		s->id = sql_last_id(tx->view.sql);
	return store_policy_moved(tx, err);
}

int
subscriber_put_user(struct tx *tx, int64_t subscriber, uid_t uid,
    struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO subscriber_users"
	    " (uid, subscriber) VALUES (?, ?) ON CONFLICT DO NOTHING");
	bind_number(q, uid);
	bind_number(q, subscriber);
	if (query_write(q, err) != 0)
		return -1;
	return store_policy_moved(tx, err);
}

int
subscriber_put_name(struct tx *tx, int64_t subscriber,
    const struct validated_name *name, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO attributes (subscriber,"
	    " value, type, method, verifier, validated, until, evidence)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, '')");
	bind_number(q, subscriber);
	bind_text(q, name->name);
	bind_text(q, name->kind);
	bind_text(q, name->method);
	bind_text(q, name->verifier);
	bind_number(q, name->validated);
	bind_number(q, name->until);
	if (query_write(q, err) != 0)
		return -1;
	return store_policy_moved(tx, err);
}

#define SELECT_SUBSCRIBERS \
    "SELECT id, name, gid, since, sandbox, profiles FROM subscribers "

static void
take_subscriber(struct query *q, struct subscriber *s)
{
	s->id = take_number(q);
	take_text(q, s->name, sizeof(s->name));
	s->gid = (gid_t)take_number(q);
	s->since = take_number(q);
	s->sandbox = take_number(q) != 0;
	take_profiles(q, s);
}

static int
one_subscriber(struct query *q, struct subscriber *s)
{
	int found = query_next(q);

	if (found)
		take_subscriber(q, s);
	query_done(q);
	return found;
}

int
subscriber_get(struct view *v, int64_t id, struct subscriber *s)
{
	const struct question ask = {
		ASKED_SUBSCRIBER, id, 0, sizeof(*s)
	};
	struct query *q;
	int found;

	if (asked_find(v, &ask, &found, s))
		return found;
	q = query_new(v->sql, SELECT_SUBSCRIBERS "WHERE id = ?");
	bind_number(q, id);
	found = one_subscriber(q, s);
	if (found)
		asked_put(v, &ask, found, s);
	return found;
}

int
subscriber_find(struct view *v, const char *name, struct subscriber *s)
{
	struct query *q;

	q = query_new(v->sql, SELECT_SUBSCRIBERS "WHERE name = ?");
	bind_text(q, name);
	return one_subscriber(q, s);
}

void
subscribers_list(struct view *v, int64_t after, subscriber_each *each,
    void *arg)
{
	struct subscriber s;
	struct query *q;

	q = query_new(v->sql, SELECT_SUBSCRIBERS "WHERE id > ? ORDER BY id");
	bind_number(q, after);
	while (query_next(q)) {
		take_subscriber(q, &s);
		if (each(arg, &s) != 0)
			break;
	}
	query_done(q);
}

void
subscriber_users(struct view *v, int64_t subscriber, user_each *each,
    void *arg)
{
	struct query *q;

	q = query_new(v->sql, "SELECT uid FROM subscriber_users"
	    " WHERE subscriber = ? ORDER BY uid");
	bind_number(q, subscriber);
	while (query_next(q))
		if (each(arg, (uid_t)take_number(q)) != 0)
			break;
	query_done(q);
}

bool
subscriber_has_user(struct view *v, int64_t subscriber, uid_t uid)
{
	const struct question ask = { ASKED_HAS_USER, uid, subscriber, 0 };
	struct query *q;
	int has;

	if (asked_find(v, &ask, &has, NULL))
		return has;
	q = query_new(v->sql, "SELECT 1 FROM subscriber_users"
	    " WHERE uid = ? AND subscriber = ?");
	bind_number(q, uid);
	bind_number(q, subscriber);
	has = query_next(q);
	query_done(q);
	asked_put(v, &ask, has, NULL);
	return has;
}

/* The last one read, and how many there are: 0, 1, or 2 for several. */
static int
user_acts_for(struct view *v, uid_t uid, int64_t *id)
{
	const struct question ask = {
		ASKED_OF_USER, uid, 0, sizeof(*id)
	};
	struct query *q;
	int count;

	if (asked_find(v, &ask, &count, id))
		return count;
	q = query_new(v->sql, "SELECT subscriber FROM subscriber_users"
	    " WHERE uid = ? LIMIT 2");
	bind_number(q, uid);
	for (*id = 0, count = 0; query_next(q); count++)
		*id = take_number(q);
	query_done(q);
	asked_put(v, &ask, count, id);
	return count;
}

int
subscriber_of_user(struct view *v, uid_t uid, struct subscriber *s)
{
	int64_t id;
	int count;

	count = user_acts_for(v, uid, &id);
	return count == 1 ? subscriber_get(v, id, s) : count;
}

/* --- agreements ---------------------------------------------------------- */

int
agreement_put(struct tx *tx, int64_t subscriber, struct agreement *a,
    struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO agreements (subscriber,"
	    " part, publish, party, terms, terms_sha256, document_sha256,"
	    " time, uid, sandbox) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	bind_number(q, subscriber);
	bind_number(q, a->part);
	bind_number(q, a->publish);
	bind_text(q, a->party);
	bind_text(q, a->terms);
	bind_hex(q, a->terms_sha256);
	bind_hex(q, a->document_sha256);
	bind_number(q, a->time);
	bind_number(q, a->uid);
	bind_number(q, a->sandbox);
	if (query_write(q, err) != 0)
		return -1;
	a->id = sql_last_id(tx->view.sql);
	return store_policy_moved(tx, err);
}

#define SELECT_AGREEMENTS \
    "SELECT id, part, publish, party, terms, terms_sha256," \
    " document_sha256, time, uid, sandbox FROM agreements" \
    " WHERE subscriber = ? AND part = ? "

static int
one_agreement(struct query *q, struct agreement *a)
{
	int found = query_next(q);

	if (found) {
		a->id = take_number(q);
		a->part = (enum agreement_part)take_number(q);
		a->publish = take_number(q) != 0;
		take_text(q, a->party, sizeof(a->party));
		take_text(q, a->terms, sizeof(a->terms));
		take_hex(q, a->terms_sha256, sizeof(a->terms_sha256));
		take_hex(q, a->document_sha256, sizeof(a->document_sha256));
		a->time = take_number(q);
		a->uid = (uid_t)take_number(q);
		a->sandbox = take_number(q) != 0;
	}
	query_done(q);
	return found;
}

int
agreement_find(struct view *v, int64_t subscriber, enum agreement_part part,
    const char *terms_sha256, struct agreement *a)
{
	const struct question ask = {
		ASKED_AGREEMENT, subscriber, part, sizeof(*a)
	};
	struct query *q;
	int found;

	if (asked_find(v, &ask, &found, a) &&
	    strcmp(a->terms_sha256, terms_sha256) == 0)
		return found;
	q = query_new(v->sql, SELECT_AGREEMENTS "AND terms_sha256 = ?"
	    " ORDER BY id DESC LIMIT 1");
	bind_number(q, subscriber);
	bind_number(q, part);
	bind_hex(q, terms_sha256);
	found = one_agreement(q, a);
	if (found)
		asked_put(v, &ask, found, a);
	return found;
}

int
agreement_newest(struct view *v, int64_t subscriber,
    enum agreement_part part, struct agreement *a)
{
	struct query *q;

	q = query_new(v->sql, SELECT_AGREEMENTS "ORDER BY id DESC LIMIT 1");
	bind_number(q, subscriber);
	bind_number(q, part);
	return one_agreement(q, a);
}

/* --- boxes --------------------------------------------------------------- */

#define SELECT_BOXES	"SELECT id, subscriber, profile, since FROM boxes "

static int
one_box(struct query *q, struct box *b)
{
	int found = query_next(q);

	if (found) {
		b->id = take_number(q);
		b->subscriber = take_number(q);
		take_text(q, b->profile, sizeof(b->profile));
		b->since = take_number(q);
	}
	query_done(q);
	return found;
}

/*
 * A box never changes and never goes, so what was once read stays true; only
 * the writer's view may show one that is not committed after all.
 */
#define BOXES_KEPT	256

struct kept_boxes {
	pthread_mutex_t	 lock;
	struct box	 box[BOXES_KEPT];	/* id 0: none */
};

struct kept_boxes *
kept_boxes_new(void)
{
	struct kept_boxes *kept;

	if ((kept = calloc(1, sizeof(*kept))) == NULL)
		die("store: out of memory");
	pthread_mutex_init(&kept->lock, NULL);
	return kept;
}

void
kept_boxes_free(struct kept_boxes *kept)
{
	if (kept == NULL)
		return;
	pthread_mutex_destroy(&kept->lock);
	free(kept);
}

static bool
is_kept(struct kept_boxes *kept, int64_t id, struct box *b)
{
	struct box *place = &kept->box[(uint64_t)id % BOXES_KEPT];
	bool found;

	pthread_mutex_lock(&kept->lock);
	found = id != 0 && place->id == id;
	if (found)
		*b = *place;
	pthread_mutex_unlock(&kept->lock);
	return found;
}

static void
keep(struct kept_boxes *kept, const struct box *b)
{
	pthread_mutex_lock(&kept->lock);
	kept->box[(uint64_t)b->id % BOXES_KEPT] = *b;
	pthread_mutex_unlock(&kept->lock);
}

int
box_get(struct view *v, int64_t id, struct box *b)
{
	struct query *q;
	int found;

	if (is_kept(v->store->boxes, id, b))
		return 1;
	q = query_new(v->sql, SELECT_BOXES "WHERE id = ?");
	bind_number(q, id);
	found = one_box(q, b);
	if (found && v != &v->store->tx.view)
		keep(v->store->boxes, b);
	return found;
}

int
box_find(struct view *v, int64_t subscriber, const char *profile,
    struct box *b)
{
	struct query *q;

	q = query_new(v->sql, SELECT_BOXES
	    "WHERE subscriber = ? AND profile = ?");
	bind_number(q, subscriber);
	bind_text(q, profile);
	return one_box(q, b);
}

int
box_put(struct tx *tx, struct box *b, struct err *err)
{
	struct query *q;
	struct box there;

	if (box_find(&tx->view, b->subscriber, b->profile, &there)) {
		*b = there;
		return 0;
	}
	q = query_new(tx->view.sql, "INSERT INTO boxes (subscriber, profile,"
	    " since) VALUES (?, ?, ?)");
	bind_number(q, b->subscriber);
	bind_text(q, b->profile);
	bind_number(q, b->since);
	if (query_write(q, err) != 0)
		return -1;
	b->id = sql_last_id(tx->view.sql);
	return 0;
}

/* --- facts --------------------------------------------------------------- */

int
fact_digest(struct view *v, const char *name, char sha256[SHA256_TEXT])
{
	struct query *q;
	int found;

	q = query_new(v->sql, "SELECT sha256 FROM facts WHERE name = ?");
	bind_text(q, name);
	found = query_next(q);
	if (found)
		take_hex(q, sha256, 65);
	query_done(q);
	return found;
}

int
fact_put(struct tx *tx, const char *name, const char *sha256,
    struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO facts (name, sha256)"
	    " VALUES (?, ?)"
	    " ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256");
	bind_text(q, name);
	bind_hex(q, sha256);
	return query_write(q, err);
}
