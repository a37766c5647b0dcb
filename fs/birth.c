/*
 * What `init` writes into the store.  See birth.h.  Everything stands in one
 * transaction: a CA has its evidence from the first moment or does not exist.
 * No event names a person; who it was stands in the agreement document.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../ca/consent.h"
#include "../ca/event.h"
#include "../ca/person.h"
#include "../ca/store.h"
#include "../ca/store_events.h"
#include "../ca/store_registry.h"
#include "../ca/text.h"
#include "birth.h"

#define FACTS_MAX	96

struct delivery {
	const struct birth *birth;
	struct tx	*tx;
	usec_t		 now;
	struct subscriber subscriber;
	struct agreement agreement;
};

static struct person_key person_key;

/* As core will call them: nobody is appointed yet. */
static void
person_of(uid_t uid, char to[PERSON_TEXT])
{
	char number[16];

	snprintf(number, sizeof(number), "%lu", (unsigned long)uid);
	person_pseudonym(&person_key, "uid", number, to);
}

static int
record_key_of_persons(struct delivery *d, struct err *err)
{

	if (person_key_take(d->tx, &person_key, err) == -1)
		return -1;
	event_persons(person_of);
	return 0;
}

static int
append(struct delivery *d, struct event *event, struct err *err)
{
	int64_t seq;
	int result;

	event_actor(event, d->birth->uid, "founder");
	result = events_append(d->tx, event, &seq, err);
	event_free(event);
	return result;
}

/* --- the CA -------------------------------------------------------------- */

/* Its inputs are the three things that the root's key signed. */
static int
record_ca(struct delivery *d, struct err *err)
{
	const struct config *c = d->birth->config;
	const struct {
		const char	*name;
		struct slice	 der;
	} inputs[] = {
		{ "root.der", SLICE(&c->root_der) },
		{ "issuing.der", SLICE(&c->issuing_der) },
		{ "root.crl", SLICE(&c->root_crl_der) },
	};
	struct event *event;
	char sha256[SHA256_TEXT];
	size_t i;

	if (meta_set_text(d->tx, "sandbox", c->sandbox ? "1" : "0", err) == -1)
		return -1;
	event = event_new("ca-initialised", OPERATION);
	event_requirement(event, "OVR-6.4.5-02");
	for (i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		if (documents_put(d->tx, inputs[i].der, sha256, err) == -1) {
			event_free(event);
			return -1;
		}
		event_input(event, inputs[i].name, inputs[i].der.size, sha256);
	}
	event_detail(event, "sandbox", c->sandbox ? "yes, from birth" : "no");
	event_detail(event, "program", "pkifs " PKIFS_VERSION);
	event_outcome(event, "done");
	return append(d, event, err);
}

static int
record_keys(struct delivery *d, struct err *err)
{
	const struct ca_key *key;
	struct event *event;
	char sha256[SHA256_TEXT];
	size_t i;

	for (i = 0; i < OWN_KEYS; i++) {
		key = &d->birth->config->keys[i];
		event = event_new("key-generated", KEY_MANAGEMENT);
		event_requirement(event, "GEN-6.5.1-02");
		event_requirement(event, "GEN-6.5.1-13A");
		sha256_text(sha256, SLICE(&key->spki));
		event_detail(event, "key", key->name);
		event_detail(event, "algorithm", key->algorithm);
		event_detail(event, "spki_sha256", sha256);
		event_detail(event, "module", d->birth->config->module);
		event_detail(event, "extractable", "no");
		event_outcome(event, "done");
		if (append(d, event, err) == -1)
			return -1;
	}
	return 0;
}

/* The digests whose change will be an event, and the first event of them. */
static int
record_configuration(struct delivery *d, struct err *err)
{
	struct config_fact facts[FACTS_MAX];
	struct event *event;
	size_t i, count;

	count = config_facts(d->birth->config, facts, FACTS_MAX);
	event = event_new("configuration-loaded", OPERATION);
	event_requirement(event, "OVR-6.8.6-02");
	for (i = 0; i < count; i++) {
		event_detail(event, facts[i].name, facts[i].sha256);
		if (fact_put(d->tx, facts[i].name, facts[i].sha256,
		    err) == -1) {
			event_free(event);
			return -1;
		}
	}
	event_outcome(event, "done");
	return append(d, event, err);
}

/* --- the first subscriber ------------------------------------------------ */

static int
put_names(struct delivery *d, struct err *err)
{
	const struct birth *birth = d->birth;
	struct validated_name name = { .method = "asserted (sandbox)",
	    .validated = d->now, .until = birth->config->issuing_not_after };
	size_t i;

	snprintf(name.verifier, sizeof(name.verifier), "pkifs init");
	for (i = 0; i < birth->name_count; i++) {
		snprintf(name.name, sizeof(name.name), "%s", birth->names[i]);
		snprintf(name.kind, sizeof(name.kind), "%s", birth->kinds[i]);
		if (subscriber_put_name(d->tx, d->subscriber.id, &name,
		    err) == -1)
			return -1;
	}
	return 0;
}

/*
 * All that want no registration file, in the order of their files: this one
 * has none.
 */
static void
allow_profiles(struct delivery *d)
{
	const struct config *c = d->birth->config;
	size_t i, count = 0;

	for (i = 0; i < c->profile_count && count < 8; i++)
		if (!c->profiles[i].internal &&
		    profile_class(&c->profiles[i]) == OF_ANYTHING)
			snprintf(d->subscriber.profiles[count++],
			    sizeof(d->subscriber.profiles[0]), "%s",
			    c->profiles[i].name);
}

static int
put_boxes(struct delivery *d, struct err *err)
{
	struct box box = { .since = d->now };
	size_t i;

	if (box_put(d->tx, &box, err) == -1)
		return -1;
	if (box.id != BOX_ROOT)
		return err_set(err, EIO, "store: wanted number %d for the "
		    "root box, found %lld", BOX_ROOT, (long long)box.id);
	box = (struct box){ .since = d->now,
	    .subscriber = d->subscriber.id };
	if (box_put(d->tx, &box, err) == -1)
		return -1;
	for (i = 0; i < 8 && d->subscriber.profiles[i][0] != '\0'; i++) {
		box = (struct box){ .since = d->now,
		    .subscriber = d->subscriber.id };
		snprintf(box.profile, sizeof(box.profile), "%s",
		    d->subscriber.profiles[i]);
		if (box_put(d->tx, &box, err) == -1)
			return -1;
	}
	return 0;
}

static int
record_subscriber(struct delivery *d, struct err *err)
{
	const struct birth *birth = d->birth;
	struct subscriber *s = &d->subscriber;
	struct event *event;

	snprintf(s->name, sizeof(s->name), "%s", birth->login);
	s->gid = birth->gid;
	s->since = d->now;
	s->sandbox = true;
	allow_profiles(d);
	if (subscriber_put(d->tx, s, err) == -1 ||
	    subscriber_put_user(d->tx, s->id, birth->uid, err) == -1 ||
	    put_names(d, err) == -1 || put_boxes(d, err) == -1)
		return -1;
	event = event_new("subscriber-registered", REGISTRATION);
	event_requirement(event, "REG-6.2.2-02A");
	event_detail_number(event, "subscriber", s->id);
	event_detail(event, "method", "asserted (sandbox)");
	event_detail_number(event, "names", (int64_t)birth->name_count);
	event_outcome(event, "registered");
	return append(d, event, err);
}

/* --- the agreement ------------------------------------------------------- */

static void
agreement_text(const struct delivery *d, const struct paper *terms,
    struct bytes *to)
{
	const struct birth *birth = d->birth;
	char time[CLOCK_TEXT];
	size_t i;

	clock_text_seconds(time, d->now);
	bytes_printf(to, "SANDBOX AGREEMENT\n\n"
	    "Made by `pkifs init` for the sandbox %s.\nIt was asserted by "
	    "whoever made the CA; nobody verified it.\n\n"
	    "time: %s\nterms: %s\nterms-sha256: %s\n", birth->config->name,
	    time, terms->version, terms->sha256);
	bytes_printf(to, "subscriber: %s\naccepted by: %s (uid %u)\n",
	    d->subscriber.name, birth->login, (unsigned)birth->uid);
	bytes_put_text(to, "names asserted:");
	for (i = 0; i < birth->name_count; i++)
		bytes_printf(to, " %s", birth->names[i]);
	/* The six of REG-6.3.4-10A and those of the subject, 11A. */
	bytes_put_text(to, "\nobligations accepted: yes\n"
	    "use of a secure device where asked for: yes\n"
	    "records may be kept and handed over: yes\n"
	    "what I said is correct: yes\n"
	    "obligations of the subject accepted: yes\n");
	bytes_printf(to, "certificates may be published: %s\n",
	    birth->publish ? "yes" : "no");
}

static int
record_agreement(struct delivery *d, struct err *err)
{
	const struct paper *terms = config_paper(d->birth->config, "terms");
	struct agreement *a = &d->agreement;
	struct bytes text = { 0 };
	struct event *event;
	char sha256[SHA256_TEXT];
	int result = -1;

	agreement_text(d, terms, &text);
	snprintf(a->terms, sizeof(a->terms), "%s", terms->version);
	snprintf(a->terms_sha256, sizeof(a->terms_sha256), "%s",
	    terms->sha256);
	a->time = d->now;
	a->uid = d->birth->uid;
	a->sandbox = true;
	a->part = OF_SUBSCRIBER;
	a->publish = d->birth->publish;
	snprintf(a->party, sizeof(a->party), "%s", d->subscriber.name);
	if (documents_put(d->tx, SLICE(&terms->text), sha256, err) == -1 ||
	    documents_put(d->tx, SLICE(&text), a->document_sha256,
	    err) == -1 ||
	    agreement_put(d->tx, d->subscriber.id, a, err) == -1 ||
	    consent_refresh(d->tx, d->subscriber.id, err) == -1)
		goto out;
	event = event_new("agreement-recorded", REGISTRATION);
	event_requirement(event, "REG-6.3.4-07");
	event_requirement(event, "REG-6.3.4-08");
	event_input(event, "agreement.txt", text.size, a->document_sha256);
	event_input(event, "terms.txt", terms->text.size, sha256);
	event_detail_number(event, "subscriber", d->subscriber.id);
	event_detail(event, "terms_sha256", terms->sha256);
	event_detail(event, "kind", "sandbox: asserted, not verified");
	event_detail_number(event, "agreement", a->id);
	event_detail(event, "publish", a->publish ? "yes" : "no");
	event_outcome(event, "recorded");
	result = append(d, event, err);
out:
	bytes_free(&text);
	return result;
}

/* --- all of it ----------------------------------------------------------- */

int
birth_record(const struct birth *birth, struct err *err)
{
	struct delivery d = { .birth = birth, .now = clock_now() };
	struct store *store;
	char dir[600];
	int result = -1;

	snprintf(dir, sizeof(dir), "%s/store", birth->config->home);
	if ((store = store_open(dir, err)) == NULL)
		return -1;
	if ((d.tx = tx_begin(store, err)) == NULL)
		goto out;
	if (record_key_of_persons(&d, err) == -1 ||
	    record_ca(&d, err) == -1 || record_keys(&d, err) == -1 ||
	    record_configuration(&d, err) == -1 ||
	    record_subscriber(&d, err) == -1 ||
	    record_agreement(&d, err) == -1) {
		tx_abort(d.tx);
		goto out;
	}
	result = tx_commit(d.tx, err);
out:
	store_close(store);
	return result;
}
