/*
 * The certificates of the CA's own keys: see own_certificates.h.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authority_own.h"
#include "own_certificates.h"
#include "own_profiles.h"
#include "store_status.h"
#include "text.h"

#define COMMON_NAME_MAX	64	/* ub-common-name, RFC 5280 appendix A */
#define RETRY_FIRST	(5 * USEC)
#define RETRY_MOST	(600 * USEC)
#define LOOK_EVERY	(600 * USEC)

struct own_row {
	const char	*key, *file;
	const struct profile *profile;
	const struct ca_key *pinned;
	int64_t		 published;	/* its certificate's id */
	usec_t		 look;		/* steady: when to look again */
	usec_t		 retry, retry_at;
	atomic_bool	 under_way, ended, failed;
};
#define ROWS	2

struct own_certificates {
	struct authority *authority;
	struct own_row	 row[ROWS];
};

struct own_certificates *
own_certificates_new(struct authority *authority)
{
	static const char *const rows[ROWS][2] = {
		{ "handover", "handover.pem" }, { "evidence", "evidence.pem" },
	};
	struct own_certificates *own;
	struct own_row *row;

	if ((own = calloc(1, sizeof(*own))) == NULL)
		die("out of memory");
	own->authority = authority;
	for (size_t i = 0; i < ROWS; i++) {
		row = &own->row[i];
		row->key = rows[i][0];
		row->file = rows[i][1];
		row->profile = own_profile_for(authority->config, row->key);
		row->pinned = config_key(authority->config, row->key);
	}
	return own;
}

void
own_certificates_free(struct own_certificates *own)
{
	free(own);
}

static int
pick(void *arg, const struct certificate *c)
{
	struct certificate *best = arg;
	usec_t now = clock_now();

	if (strcmp(c->issuer, "issuing") == 0 && c->revoked == 0 &&
	    c->not_before <= now && c->not_after > now &&
	    c->not_after > best->not_after)
		*best = *c;
	return 0;
}

int
own_certificate_find(struct view *v, const struct config *config,
    const char *name, struct certificate *to)
{
	const struct ca_key *pinned = config_key(config, name);
	char sha256[SHA256_TEXT];
	struct key key;

	memset(to, 0, sizeof(*to));
	if (pinned == NULL)
		return 0;
	sha256_text(sha256, SLICE(&pinned->spki));
	if (keys_find(v, sha256, &key) == 1)
		certificates_of_key(v, key.id, 0, pick, to);
	return to->id != 0;
}

/* --- publishing ----------------------------------------------------------- */

struct publishing {
	struct job	 job;
	const struct own_row *row;
	int64_t		 certificate;
	bool		 changed;
};

static int
publish_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct publishing *p = (struct publishing *)job;
	struct publication old = { 0 }, new = { .dir = "ca" };
	struct bytes der = { 0 }, pem = { 0 };
	int rc;

	if (certificate_der(tx_view(tx), p->certificate, &der) != 1)
		return 0;
	pem_encode(&pem, "CERTIFICATE", SLICE(&der));
	snprintf(new.name, sizeof(new.name), "%s", p->row->file);
	publication_find(tx_view(tx), new.dir, new.name, &old);
	new.time = clock_now();
	new.size = pem.size;
	rc = publication_put(tx, &new, SLICE(&pem), e);
	p->changed = rc == 0 && new.seq != old.seq;
	bytes_free(&pem);
	bytes_free(&der);
	return rc;
}

static void
publish(struct own_certificates *own, struct own_row *row, int64_t id)
{
	const struct authority_parts *parts = own->authority->parts;
	struct publishing p = { .job.apply = publish_apply, .row = row,
	    .certificate = id };
	const char *paths[1];
	char path[32];
	struct err e = { 0 };

	if (commit_wait(parts->committer, &p.job, &e) == -1) {
		log_line("ca/%s: %s", row->file, e.text);
		return;
	}
	row->published = id;
	snprintf(path, sizeof(path), "ca/%s", row->file);
	paths[0] = path;
	if (p.changed && parts->sink != NULL)
		parts->sink->changed(parts->sink, paths, 1, NULL, NULL);
}

/* --- another -------------------------------------------------------------- */

static void
issued(void *arg, int64_t certificate, const struct err *fault)
{
	struct own_row *row = arg;

	if (fault != NULL)
		log_line("no certificate for the key %s: %s", row->key,
		    fault->text);
	row->failed = fault != NULL;
	row->ended = true;
	row->under_way = false;
}

static void
ask(struct own_certificates *own, struct own_row *row)
{
	char name[160];

	snprintf(name, sizeof(name), "%s %s", own->authority->config->name,
	    row->key);
	if (strlen(name) > COMMON_NAME_MAX)	/* its issuer says whose */
		snprintf(name, sizeof(name), "%s", row->key);
	row->under_way = true;
	authority_issue_internal(own->authority, row->profile->name, name,
	    SLICE(&row->pinned->spki), issued, row);
}

static void
put_off(struct own_row *row)
{
	row->retry = row->retry == 0 ? RETRY_FIRST : 2 * row->retry;
	if (row->retry > RETRY_MOST)
		row->retry = RETRY_MOST;
	row->retry_at = clock_steady() + row->retry;
}

static void
look(struct own_certificates *own, struct own_row *row)
{
	struct certificate current;
	struct view *v;

	if (row->ended) {
		row->ended = false;
		row->look = 0;
		if (row->failed)
			put_off(row);
		else
			row->retry = row->retry_at = 0;
	}
	if (row->under_way || clock_steady() < row->retry_at ||
	    clock_steady() < row->look)
		return;
	v = view_take(own->authority->parts->store);
	own_certificate_find(v, own->authority->config, row->key, &current);
	view_put(v);
	if (current.id != 0 && current.id != row->published)
		publish(own, row, current.id);
	row->look = clock_steady() + LOOK_EVERY;
	if (current.id == 0 ||
	    clock_now() >= current.not_before / 2 + current.not_after / 2)
		ask(own, row);
}

void
own_certificates_look(struct own_certificates *own)
{
	for (size_t i = 0; i < ROWS; i++)
		if (own->row[i].profile != NULL && own->row[i].pinned != NULL)
			look(own, &own->row[i]);
}
