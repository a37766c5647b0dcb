/*
 * Reading HOME: pkifs.conf, profiles, papers, certificates.  Everything that
 * is read goes into one digest (the root CRL does not: it is renewed and is no
 * configuration), so that an event can say under which configuration it was.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "config.h"
#include "config_people.h"
#include "file.h"
#include "terms.h"
#include "text.h"

#define ROLE_ITEMS	16
#define HOUR		(3600 * USEC)
#define KIB		1024

/* What pkifs.conf is read into: the configuration, and what needs parsing. */
struct reading {
	struct config	config;
	struct own	own;
	char		name[128];
	char		roles[5][ROLE_ITEMS][72];
	char		decisions[8], ocsp_sign[8];
	char		ocsp_unknown[16];
	struct bytes	conf;		/* pkifs.conf */
	struct bytes	digests;	/* "sha256  file" lines */
	struct bytes	templates[3];
};

#define AT(field)	offsetof(struct reading, config.field)
#define ROOM(field)	sizeof(((struct config *)0)->field)
#define COMPONENT(row, name)						\
	{ "components", name ".owner", CONF_TEXT,			\
	    AT(component_owner[row]), 64 },				\
	{ "components", name ".performer", CONF_TEXT,			\
	    AT(component_performer[row]), 64 }
#define ROLE(row, name)							\
	{ "roles", name, CONF_LIST, offsetof(struct reading, roles[row]), \
	    72, 0, ROLE_ITEMS, .check = check_role }

#define REVOCATION(name, field, most, words)				\
	{ "revocation", name, CONF_LIST, AT(revocation.field),		\
	    ROOM(revocation.field[0]), 1, most, .clause = "REV-6.2.4-01", \
	    .check = words }

static const char *const role_rows[5] = {
	"ra", "revocation", "operator", "security", "auditor"
};

static const struct {
	const char	*kind;
	enum paper_kind	 bit;
} paper_rows[3] = {
	{ "cp", PAPER_CP }, { "cps", PAPER_CPS }, { "terms", PAPER_TERMS }
};

/* --- form of the values -------------------------------------------------- */

int
config_check_url(const char *text, struct err *err)
{
	size_t n = strlen(text);

	if (strncmp(text, "http://", 7) == 0 && n > 7 && n < 200 &&
	    text[7] != '/' && text[n - 1] != '/' && strspn(text,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789-._~:/@!&+,;=%[]") == n)
		return 0;
	return err_set(err, EINVAL, "wanted http://host/path without a slash "
	    "at the end (not https: RFC 5280 section 8, EN 319 412-2 "
	    "GEN-4.3.11-4), found \"%s\"", text);
}

static int
check_user(const char *text, struct err *err)
{

	if (text[0] != '-' && strpbrk(text, " :/,") == NULL)
		return 0;
	return err_set(err, EINVAL, "wanted a user's name, found \"%s\"",
	    text);
}

static int
check_role(const char *text, struct err *err)
{

	if (strncmp(text, "user:", 5) == 0)
		text += 5;
	if (text[0] != '\0' && strlen(text) < 64 &&
	    strpbrk(text, ":/") == NULL)
		return 0;
	return err_set(err, EINVAL, "wanted a group, or user:NAME, found "
	    "\"%s\"", text);
}

static int
check_absolute(const char *text, struct err *err)
{

	if (text[0] == '/')
		return 0;
	return err_set(err, EINVAL, "wanted an absolute path, found \"%s\"",
	    text);
}

static int
check_command(const char *text, struct err *err)
{

	return text[0] == '\0' ? 0 : check_absolute(text, err);
}

static int
check_decisions(const char *text, struct err *err)
{

	if (strcmp(text, "moved") == 0 || strcmp(text, "signed") == 0)
		return 0;
	return err_set(err, EINVAL, "wanted moved or signed, found \"%s\"",
	    text);
}

static int
check_unknown(const char *text, struct err *err)
{

	if (strcmp(text, "unauthorized") == 0 || strcmp(text, "revoked") == 0)
		return 0;
	return err_set(err, EINVAL, "wanted unauthorized or revoked, found "
	    "\"%s\"", text);
}

static int
check_ocsp_sign(const char *text, struct err *err)
{

	if (strcmp(text, "asked") == 0 || strcmp(text, "all") == 0)
		return 0;
	return err_set(err, EINVAL, "wanted asked or all, found \"%s\"",
	    text);
}

static int
check_publish_dir(const char *text, struct err *err)
{

	if (text[0] == '\0' || text[0] == '/' || strcmp(text, "none") == 0)
		return 0;
	return err_set(err, EINVAL, "wanted an absolute path or none, found "
	    "\"%s\"", text);
}

static const struct conf_key keys[] = {
	{ "ca", "name", CONF_TEXT, offsetof(struct reading, name), 128 },
	{ "ca", "url", CONF_TEXT, AT(url), ROOM(url), .check = config_check_url },
	{ "ca", "wait", CONF_DURATION, AT(wait), 0, 0, 60 * USEC,
	    .absent = "5 s" },
	ROLE(0, "ra"), ROLE(1, "revocation"), ROLE(2, "operator"),
	ROLE(3, "security"), ROLE(4, "auditor"),
	{ "ra", "separation", CONF_YES, AT(separation), .absent = "no" },
	{ "ra", "decisions", CONF_TEXT, offsetof(struct reading, decisions),
	    8, .absent = "moved", .check = check_decisions },
	COMPONENT(0, "registration"), COMPONENT(1, "certificate-generation"),
	COMPONENT(2, "dissemination"), COMPONENT(3, "revocation-management"),
	COMPONENT(4, "revocation-status"), COMPONENT(5, "subject-device"),
	COMPONENT(6, "key-management"), COMPONENT(7, "operation"),
	{ "status", "crl_next_update", CONF_DURATION, AT(crl_next_update), 0,
	    2 * USEC, 48 * HOUR, .absent = "24 h", .clause =
	    "CSS-6.3.9-05: signed anew after half of it, at least every 24 h"
	    },
	{ "status", "ocsp_next_update", CONF_DURATION, AT(ocsp_next_update),
	    0, 2 * USEC, 24 * HOUR, .absent = "12 h", .clause =
	    "REV-6.2.4-03C: an answer kept by others must not be older" },
	{ "status", "ocsp_fresh_rate", CONF_NUMBER, AT(ocsp_fresh_rate), 0, 0,
	    1000, .absent = "20" },
	{ "status", "ocsp_unknown", CONF_TEXT,
	    offsetof(struct reading, ocsp_unknown), 16,
	    .absent = "unauthorized", .clause = "OVR-6.6.3-02",
	    .check = check_unknown },
	{ "status", "ocsp_archive_cutoff", CONF_YES, AT(ocsp_archive_cutoff),
	    .absent = "no" },
	{ "status", "ocsp_sign", CONF_TEXT,
	    offsetof(struct reading, ocsp_sign), 8, .absent = "asked",
	    .check = check_ocsp_sign },
	{ "status", "outage_max", CONF_DURATION, AT(outage_max), 0, USEC,
	    31 * USEC_DAY, .absent = "24 h", .clause = "DIS-6.1-07A" },
	{ "status", "publish_dir", CONF_TEXT, AT(publish_dir),
	    ROOM(publish_dir), .absent = "", .may_be_empty = true,
	    .check = check_publish_dir },
	{ "status", "expired_on_crl", CONF_YES, AT(expired_on_crl),
	    .absent = "no" },
	{ "status", "shards", CONF_NUMBER, AT(shards), 0, 0, 1024,
	    .absent = "0" },
	REVOCATION("who", who, 8, revocation_check_who),
	REVOCATION("how", how, 8, revocation_check_how),
	REVOCATION("confirmation", confirmation, 8,
	    revocation_check_confirmation),
	REVOCATION("reasons", reasons, REASONS, revocation_check_reason),
	REVOCATION("mechanism", mechanism, 2, revocation_check_mechanism),
	{ "revocation", "decision_max", CONF_DURATION,
	    AT(revocation.decision_max), 0, USEC, 24 * HOUR,
	    .clause = "REV-6.2.4-01" },
	{ "revocation", "status_max", CONF_DURATION,
	    AT(revocation.status_max), 0, USEC, 24 * HOUR,
	    .clause = "REV-6.2.4-01" },
	{ "revocation", "batch_max_alone", CONF_NUMBER,
	    AT(revocation.batch_max_alone), 0, 0, 250000, .absent = "1000" },
	{ "revocation", "exception", CONF_TEXT, AT(revocation.exception),
	    ROOM(revocation.exception), .clause = "REV-6.2.4-03BA" },
	{ "revocation", "deadlines", CONF_LIST, AT(revocation.deadlines),
	    ROOM(revocation.deadlines[0]), 0, REASONS, .absent = "" },
	{ "notices", "command", CONF_TEXT, AT(notices.command),
	    ROOM(notices.command), .absent = "", .may_be_empty = true,
	    .check = check_command },
	{ "notices", "user", CONF_TEXT, AT(notices.user), ROOM(notices.user),
	    .absent = "nobody", .check = check_user },
	{ "notices", "timeout", CONF_DURATION, AT(notices.timeout), 0, USEC,
	    600 * USEC, .absent = "30 s" },
	{ "notices", "retry", CONF_DURATION, AT(notices.retry), 0, USEC,
	    HOUR, .absent = "1 min" },
	{ "notices", "tries", CONF_NUMBER, AT(notices.tries), 0, 1, 100,
	    .absent = "8" },
	{ "limits", "request_max", CONF_SIZE, AT(request_max), 0, 4 * KIB,
	    128 * KIB, .absent = "128 KiB" },
	{ "limits", "scratch_max", CONF_SIZE, AT(scratch_max), 0, 4 * KIB,
	    64 * KIB * KIB, .absent = "1 MiB" },
	{ "limits", "scratch_age", CONF_DURATION, AT(scratch_age), 0, USEC,
	    7 * USEC_DAY, .absent = "1 h" },
	{ "limits", "open_requests_max", CONF_NUMBER, AT(open_requests_max),
	    0, 1, 1000000, .absent = "100" },
	{ "limits", "open_reports_max", CONF_NUMBER, AT(open_reports_max),
	    0, 1, 100000, .absent = "20" },
	{ "intake", "users", CONF_LIST, AT(intake_users),
	    ROOM(intake_users[0]), 0, INTAKE_USERS, .absent = "" },
	{ "processes", "user", CONF_TEXT, AT(user), ROOM(user),
	    .check = check_user },
	{ "processes", "signer_user", CONF_TEXT, AT(signer_user),
	    ROOM(signer_user), .check = check_user },
	{ "processes", "responder_user", CONF_TEXT, AT(responder_user),
	    ROOM(responder_user), .absent = "pkifs-responder",
	    .check = check_user },
	{ "token", "module", CONF_TEXT, AT(module), ROOM(module),
	    .check = check_absolute },
};

/* --- parts --------------------------------------------------------------- */

static void
digest_add(struct reading *r, const char *file, struct slice bytes)
{
	char sha256[SHA256_TEXT];

	sha256_text(sha256, bytes);
	bytes_printf(&r->digests, "%s  %s\n", sha256, file);
}

static int
read_part(struct reading *r, const char *file, struct bytes *to,
    struct err *err)
{
	char path[800];

	snprintf(path, sizeof(path), "%s/%s", r->config.home, file);
	if (file_read(path, CONF_TEXT_MAX, to, err) == -1)
		return -1;
	digest_add(r, file, SLICE(to));
	return 0;
}

static int
roles_split(struct reading *r, struct err *err)
{
	struct role_rule *rule;
	size_t i, k, groups, users;
	const char *item;

	for (i = 0; i < 5; i++) {
		rule = &r->config.roles[i];
		groups = users = 0;
		snprintf(rule->name, sizeof(rule->name), "%s", role_rows[i]);
		rule->line = conf_line_of(SLICE(&r->conf), "roles",
		    role_rows[i]);
		for (k = 0; k < ROLE_ITEMS && r->roles[i][k][0] != '\0';
		    k++) {
			item = r->roles[i][k];
			if (strncmp(item, "user:", 5) == 0 && users < 8)
				snprintf(rule->users[users++], 64, "%s",
				    item + 5);
			else if (strncmp(item, "user:", 5) != 0 && groups < 8)
				snprintf(rule->groups[groups++], 64, "%s",
				    item);
			else
				return err_set(err, EINVAL, "pkifs.conf line "
				    "%d: [roles] %s: wanted at most 8 groups "
				    "and 8 users", rule->line,
				    role_rows[i]);
		}
	}
	return 0;
}

/* What is served must not lie among what is kept. */
static int
check_publish_place(const struct config *c, struct err *err)
{
	size_t n = strlen(c->home);
	const char *place = c->publish_dir;

	if (strncmp(place, c->home, n) != 0 || (place[n] != '/' &&
	    place[n] != '\0') || strcmp(place + n, "/published") == 0)
		return 0;
	return err_set(err, EINVAL, "pkifs.conf: [status] publish_dir: wanted "
	    "a folder outside of the home (or its published), found \"%s\"",
	    place);
}

static int
conf_part(struct reading *r, struct err *err)
{
	struct config *c = &r->config;
	struct err why;
	char key[24];

	if (read_part(r, "pkifs.conf", &r->conf, err) == -1 ||
	    conf_read("pkifs.conf", SLICE(&r->conf), keys,
	    sizeof(keys) / sizeof(keys[0]), r, err) == -1 ||
	    roles_split(r, err) == -1)
		return -1;
	c->ocsp_unknown_revoked = strcmp(r->ocsp_unknown, "revoked") == 0;
	c->signed_decisions = strcmp(r->decisions, "signed") == 0;
	if (check_publish_place(c, err) == -1)
		return -1;
	c->ocsp_sign_all = strcmp(r->ocsp_sign, "all") == 0;
	sha256_text(c->conf_sha256, SLICE(&r->conf));
	if (revocation_rules_check(&c->revocation, &why) == -1) {
		/* The sentence begins with the key. */
		snprintf(key, sizeof(key), "%.*s", (int)strcspn(why.text,
		    ":"), why.text);
		return err_set(err, EINVAL, "pkifs.conf line %d: [revocation]"
		    " %s", conf_line_of(SLICE(&r->conf), "revocation", key),
		    why.text);
	}
	return 0;
}

static int
own_part(struct reading *r, struct err *err)
{
	struct config *c = &r->config;
	struct own *own = &r->own;
	char file[40];
	size_t i;

	if (own_read(own, c->home, err) == -1)
		return -1;
	if (strstr(own->name, r->name) == NULL)
		return err_set(err, EINVAL, "pkifs.conf line %d: [ca] name: "
		    "wanted a part of the name in ca/issuing.der, \"%s\", "
		    "found \"%s\"", conf_line_of(SLICE(&r->conf), "ca",
		    "name"), own->name, r->name);
	snprintf(c->name, sizeof(c->name), "%s", own->name);
	c->sandbox = strstr(own->name, "SANDBOX") != NULL;
	digest_add(r, "ca/root.der", SLICE(&own->root_der));
	digest_add(r, "ca/issuing.der", SLICE(&own->issuing_der));
	c->root_not_after = own->root_not_after;
	c->issuing_not_after = own->issuing_not_after;
	bytes_take(&c->root_der, &own->root_der);
	bytes_take(&c->issuing_der, &own->issuing_der);
	bytes_take(&c->root_crl_der, &own->root_crl_der);
	for (i = 0; i < OWN_KEYS; i++) {
		snprintf(file, sizeof(file), "ca/%s.spki", own->keys[i].name);
		digest_add(r, file, SLICE(&own->keys[i].spki));
		c->keys[i] = own->keys[i];
		memset(&own->keys[i].spki, 0, sizeof(struct bytes));
	}
	return 0;
}

/* --- profiles ------------------------------------------------------------ */

static int
profile_fits(const struct reading *r, const struct profile *p,
    const char *file, struct err *err)
{
	size_t stem = strlen(file) - strlen("profiles/") - strlen(".conf");

	if (strlen(p->name) != stem ||
	    strncmp(p->name, file + strlen("profiles/"), stem) != 0)
		return err_set(err, EINVAL, "%s: [profile] name: wanted the "
		    "name of the file, found \"%s\"", file, p->name);
	if (r->config.sandbox && strcmp(p->base_policy, "test") != 0)
		return err_set(err, EINVAL, "%s: [profile] base_policy: "
		    "wanted test, for this CA is a sandbox from birth, found "
		    "\"%s\"", file, p->base_policy);
	if (!own_has_policy(&r->own, p->policy_oid))
		return err_set(err, EINVAL, "%s: [profile] policy_oid: wanted "
		    "a policy of ca/issuing.der, \"%s\", found \"%s\"", file,
		    r->own.policies[0], p->policy_oid);
	return 0;
}

static int
profile_each(void *arg, const char *name, struct err *err)
{
	struct reading *r = arg;
	struct config *c = &r->config;
	struct profile *p;
	struct bytes text = { 0 };
	char file[300];
	int result = -1;

	snprintf(file, sizeof(file), "profiles/%s", name);
	p = realloc(c->profiles, (c->profile_count + 1) * sizeof(*p));
	if (p == NULL)
		die("config: out of memory");
	c->profiles = p;
	p += c->profile_count;
	if (c->profile_count == 64)
		err_set(err, EINVAL, "%s: wanted at most 64 profiles", file);
	else if (read_part(r, file, &text, err) == 0 &&
	    profile_parse(p, file, SLICE(&text), err) == 0 &&
	    profile_fits(r, p, file, err) == 0) {
		c->profile_count++;
		result = 0;
	}
	bytes_free(&text);
	return result;
}

static int
profiles_part(struct reading *r, struct err *err)
{
	char dir[600];
	size_t i, own = 0;

	snprintf(dir, sizeof(dir), "%s/profiles", r->config.home);
	if (file_list(dir, ".conf", profile_each, r, err) == -1)
		return -1;
	for (i = 0; i < r->config.profile_count; i++)
		own += r->config.profiles[i].internal;
	if (own == 0 || own == r->config.profile_count)
		return err_set(err, EINVAL, "profiles/: wanted a profile for "
		    "subscribers and one of the CA itself ([profile] internal"
		    " = yes)");
	return 0;
}

/* --- papers -------------------------------------------------------------- */

/* Called in order of version: the last one stays. */
static int
paper_each(void *arg, const char *name, struct err *err)
{
	struct paper *paper = arg;
	size_t stem = strlen(name) - strlen(".txt");

	if (stem >= sizeof(paper->version) || strspn(name,
	    "abcdefghijklmnopqrstuvwxyz0123456789.-") < stem)
		return err_set(err, EINVAL, "%s/%s: wanted a version of at "
		    "most %zu characters a-z, 0-9, . and -", paper->kind,
		    name, sizeof(paper->version) - 1);
	snprintf(paper->version, sizeof(paper->version), "%.*s", (int)stem,
	    name);
	return 0;
}

/* All versions and templates first: papers name each other's versions. */
static int
papers_find(struct reading *r, struct err *err)
{
	struct config *c = &r->config;
	char path[600];
	size_t i;

	if ((c->papers = calloc(3, sizeof(*c->papers))) == NULL)
		die("config: out of memory");
	c->paper_count = 3;
	for (i = 0; i < 3; i++) {
		c->papers[i].bit = paper_rows[i].bit;
		snprintf(c->papers[i].kind, sizeof(c->papers[i].kind), "%s",
		    paper_rows[i].kind);
		snprintf(path, sizeof(path), "%s/%s", c->home,
		    c->papers[i].kind);
		if (file_list(path, ".txt", paper_each, &c->papers[i],
		    err) == -1)
			return -1;
		if (c->papers[i].version[0] == '\0')
			return err_set(err, EINVAL, "%s/: wanted a "
			    "<version>.txt", c->papers[i].kind);
		snprintf(path, sizeof(path), "%s/%s.txt", c->papers[i].kind,
		    c->papers[i].version);
		if (read_part(r, path, &r->templates[i], err) == -1)
			return -1;
	}
	return 0;
}

static int
papers_part(struct reading *r, struct err *err)
{
	struct config *c = &r->config;
	struct paper_values values = { 0 };
	struct paper *paper;
	char where[40];
	size_t i;
	int result = -1;

	if (papers_find(r, err) == -1)
		return -1;
	config_values(c, &values);
	for (i = 0; i < 3; i++) {
		paper = &c->papers[i];
		snprintf(where, sizeof(where), "%s/%s.txt", paper->kind,
		    paper->version);
		if (paper_render(&values, paper->bit, where,
		    SLICE(&r->templates[i]), &paper->text, err) == -1)
			goto out;
		if (paper->bit == PAPER_TERMS && terms_check(where,
		    SLICE(&paper->text), err) == -1)
			goto out;
		sha256_text(paper->sha256, SLICE(&paper->text));
	}
	result = 0;
out:
	values_free(&values);
	return result;
}

/* --- the whole ----------------------------------------------------------- */

static void
config_clear(struct config *c)
{
	size_t i;

	bytes_free(&c->root_der);
	bytes_free(&c->issuing_der);
	bytes_free(&c->root_crl_der);
	for (i = 0; i < OWN_KEYS; i++)
		bytes_free(&c->keys[i].spki);
	for (i = 0; i < c->paper_count; i++)
		bytes_free(&c->papers[i].text);
	appointments_free(c->appointments);
	free(c->papers);
	free(c->profiles);
}

struct config *
config_read(const char *home, struct err *err)
{
	struct reading *r;
	struct config *c = NULL;
	size_t i;

	if ((r = calloc(1, sizeof(*r))) == NULL)
		die("config: out of memory");
	if ((size_t)snprintf(r->config.home, sizeof(r->config.home), "%s",
	    home) >= sizeof(r->config.home))
		err_set(err, ENAMETOOLONG, "%s: the path is too long", home);
	else if (conf_part(r, err) == 0 && own_part(r, err) == 0 &&
	    profiles_part(r, err) == 0 && config_read_people(&r->config,
	    SLICE(&r->conf), &r->digests, err) == 0 &&
	    papers_part(r, err) == 0) {
		sha256_text(r->config.sha256, SLICE(&r->digests));
		if ((c = malloc(sizeof(*c))) == NULL)
			die("config: out of memory");
		*c = r->config;
	}
	if (c == NULL)
		config_clear(&r->config);
	own_free(&r->own);
	bytes_free(&r->conf);
	bytes_free(&r->digests);
	for (i = 0; i < 3; i++)
		bytes_free(&r->templates[i]);
	free(r);
	return c;
}

void
config_free(struct config *c)
{

	if (c == NULL)
		return;
	config_clear(c);
	free(c);
}

const struct profile *
config_profile(const struct config *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->profile_count; i++)
		if (strcmp(c->profiles[i].name, name) == 0)
			return &c->profiles[i];
	return NULL;
}

const struct paper *
config_paper(const struct config *c, const char *kind)
{
	const struct paper *found = NULL;
	size_t i;

	for (i = 0; i < c->paper_count; i++)
		if (strcmp(c->papers[i].kind, kind) == 0)
			found = &c->papers[i];
	return found;
}

const struct ca_key *
config_key(const struct config *c, const char *name)
{
	size_t i;

	for (i = 0; i < OWN_KEYS; i++)
		if (strcmp(c->keys[i].name, name) == 0)
			return &c->keys[i];
	return NULL;
}

static void
fact_add(struct config_fact *to, size_t room, size_t *count,
    const char *kind, const char *name, const char *sha256)
{

	if (*count < room) {
		snprintf(to[*count].name, sizeof(to->name), "%s%s", kind,
		    name);
		snprintf(to[*count].sha256, sizeof(to->sha256), "%s", sha256);
	}
	(*count)++;
}

size_t
config_facts(const struct config *c, struct config_fact *to, size_t room)
{
	char kind[16], sha256[SHA256_TEXT];
	size_t i, count = 0;

	fact_add(to, room, &count, "pkifs.conf", "", c->conf_sha256);
	for (i = 0; i < c->profile_count; i++)
		fact_add(to, room, &count, "profile/", c->profiles[i].name,
		    c->profiles[i].sha256);
	for (i = 0; i < c->paper_count; i++) {
		snprintf(kind, sizeof(kind), "%s/", c->papers[i].kind);
		fact_add(to, room, &count, kind, c->papers[i].version,
		    c->papers[i].sha256);
	}
	for (i = 0; i < OWN_KEYS; i++) {
		sha256_text(sha256, SLICE(&c->keys[i].spki));
		fact_add(to, room, &count, "keys/", c->keys[i].name, sha256);
	}
	if (c->appointments_sha256[0] != '\0')
		fact_add(to, room, &count, "appointments.conf", "",
		    c->appointments_sha256);
	fact_add(to, room, &count, "configuration", "", c->sha256);
	return count < room ? count : room;
}
