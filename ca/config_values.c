/*
 * What a configuration says, as values for the papers and as files of the
 * tree.  docs/FORMAT.papers lists the names; a row here is a row there.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "embedded.h"
#include "methods.h"
#include "registration.h"
#include "text.h"

/* Service components of EN 319 411-1 clause 4.3, in the order of event.h. */
static const char *const component_names[8] = {
	"registration", "certificate-generation", "dissemination",
	"revocation-management", "revocation-status", "subject-device",
	"key-management", "operation"
};

/* What each key signs (OVR-5.2-10); the signer's rules hold it to that. */
static const struct {
	const char	*key, *signs;
} key_rows[OWN_KEYS] = {
	{ "root", "its own certificate, the issuing CA's certificate and the "
	    "root CRL" },
	{ "issuing", "subscribers' certificates, those of the CA's own keys "
	    "ocsp, evidence and handover, and the CRL" },
	{ "ocsp", "OCSP responses" },
	{ "evidence", "receipts for what external RAs handed over" },
	{ "handover", "nothing; external RAs encrypt to it" },
};

static const char sandbox_sentence[] =
    "This CA is a SANDBOX from birth: one person may hold every role, names "
    "are\nasserted and not verified, its policy is a test policy. Its "
    "certificates must not\nbe relied upon.";

/* --- tables -------------------------------------------------------------- */

static void
put_components(const struct config *c, struct bytes *to)
{
	size_t i;

	bytes_printf(to, "%-24s%-28s%s\n", "component", "owner",
	    "performed by");
	for (i = 0; i < 8; i++)
		bytes_printf(to, "%-24s%-28s%s\n", component_names[i],
		    c->component_owner[i], c->component_performer[i]);
}

static void
put_roles(const struct config *c, struct bytes *to)
{
	const struct role_rule *rule;
	size_t i, k, count;

	for (i = 0; i < 5; i++) {
		rule = &c->roles[i];
		bytes_printf(to, "%-24s", rule->name);
		count = 0;
		for (k = 0; k < 8 && rule->groups[k][0] != '\0'; k++)
			bytes_printf(to, "%sgroup %s", count++ ? ", " : "",
			    rule->groups[k]);
		/* Persons stand in pkifs.conf, not in what is published. */
		for (k = 0; k < 8 && rule->users[k][0] != '\0'; k++)
			;
		if (k > 0)
			bytes_printf(to, "%s%zu named %s", count ? ", " : "",
			    k, k == 1 ? "person" : "persons");
		bytes_put_text(to, count + k == 0 ? "nobody\n" : "\n");
	}
}

/* What the rules between people are here, as the program holds them. */
static void
put_separation(const struct config *c, struct bytes *to)
{
	const char *conflict, *before = NULL;
	unsigned a, b;

	if (!c->separation) {
		bytes_printf(to, "One person may have every role and decide "
		    "alone.%s", config_appoints(c) ? " A role counts with an "
		    "appointment only." : "");
		return;
	}
	bytes_put_text(to, "Nobody decides on what is their own or what they "
	    "wrote, and nobody counts twice.\nA role counts with an "
	    "appointment that has begun and was accepted, until its\n"
	    "training ends.");
	for (a = ROLE_AUDITOR; a > 0; a >>= 1)
		for (b = 1; b < a; b <<= 1) {
			conflict = roles_conflict(a | b);
			if (conflict != NULL && conflict != before)
				bytes_printf(to, "\nOf them %s.", conflict);
			if (conflict != NULL)
				before = conflict;
		}
}

static const char *
decisions_sentence(const struct config *c)
{

	return c->signed_decisions ? "Every decision is signed by the "
	    "officer's own certificate." : "A decision is made by moving its "
	    "folder; it is signed where the profile says so.";
}

static void
put_keys(const struct config *c, struct bytes *to)
{
	const struct ca_key *key;
	char sha256[SHA256_TEXT];
	size_t i;

	for (i = 0; i < OWN_KEYS; i++) {
		key = &c->keys[i];
		sha256_text(sha256, SLICE(&key->spki));
		bytes_printf(to, "%s%s\n    algorithm    %s, signatures %s\n"
		    "    signs        %s\n    fingerprint  SHA-256 of the "
		    "SubjectPublicKeyInfo\n                 %s\n",
		    i > 0 ? "\n" : "", key->name, key->algorithm,
		    key->signature, key_rows[i].signs, sha256);
	}
}

static void
put_policies(const struct config *c, struct bytes *to)
{
	size_t i;

	for (i = 0; i < c->profile_count; i++)
		bytes_printf(to, "%-24s%-24sbuilds on %s\n",
		    c->profiles[i].name, c->profiles[i].policy_oid,
		    c->profiles[i].base_policy);
}

static void
put_profiles(const struct config *c, struct bytes *to)
{
	size_t i;

	for (i = 0; i < c->profile_count; i++) {
		if (i > 0)
			bytes_put_text(to, "\n");
		profile_render(&c->profiles[i], to);
	}
}

/* Upper case without colons, as auditors compare them. */
static void
put_fingerprint(const char *name, struct slice der, struct bytes *to)
{
	unsigned char digest[SHA256_OCTETS];
	char hex[SHA256_TEXT];

	sha256(digest, der);
	hex_upper(hex, digest, sizeof(digest));
	bytes_printf(to, "%-9s%s\n", name, hex);
}

static void
put_fingerprints(const struct config *c, struct bytes *to)
{

	put_fingerprint("root", SLICE(&c->root_der), to);
	put_fingerprint("issuing", SLICE(&c->issuing_der), to);
}

/* --- values -------------------------------------------------------------- */

static void
add_identity(const struct config *c, struct paper_values *to)
{
	const struct paper *paper;
	char name[64], date[CLOCK_TEXT];
	size_t i;

	values_add_text(to, "ca.name", PAPER_CP | PAPER_CPS | PAPER_TERMS,
	    c->name);
	values_add_text(to, "ca.url", PAPER_CP | PAPER_CPS | PAPER_TERMS,
	    c->url);
	values_add_text(to, "ca.sandbox", c->sandbox ? PAPER_CP | PAPER_CPS |
	    PAPER_TERMS : 0, c->sandbox ? sandbox_sentence :
	    "This CA was made in a key ceremony.");
	for (i = 0; i < c->paper_count; i++) {
		paper = &c->papers[i];
		snprintf(name, sizeof(name), "%s.version", paper->kind);
		values_add_text(to, name, paper->bit, paper->version);
	}
	clock_text_seconds(date, c->root_not_after);
	values_add_text(to, "root.not_after", PAPER_CPS, date);
	clock_text_seconds(date, c->issuing_not_after);
	values_add_text(to, "issuing.not_after", PAPER_CPS, date);
	put_fingerprints(c, values_add_table(to, "ca.fingerprints", 0));
}

static void
add_keys(const struct config *c, struct paper_values *to)
{
	char name[64];
	size_t i;

	put_keys(c, values_add_table(to, "keys.table", 0));
	for (i = 0; i < OWN_KEYS; i++) {
		snprintf(name, sizeof(name), "key.%s.algorithm",
		    c->keys[i].name);
		values_add_text(to, name, PAPER_CPS, c->keys[i].algorithm);
		snprintf(name, sizeof(name), "key.%s.signature",
		    c->keys[i].name);
		values_add_text(to, name, PAPER_CPS, c->keys[i].signature);
		snprintf(name, sizeof(name), "key.%s.signs",
		    c->keys[i].name);
		values_add_text(to, name, PAPER_CPS, key_rows[i].signs);
	}
}

static void
add_profiles(const struct config *c, struct paper_values *to)
{
	const struct profile *p;
	char name[64];
	size_t i;

	put_policies(c, values_add_table(to, "policies.table", PAPER_CP));
	put_profiles(c, values_add_table(to, "profiles.table", PAPER_CP));
	for (i = 0; i < c->profile_count; i++) {
		p = &c->profiles[i];
		snprintf(name, sizeof(name), "profile.%s.validity", p->name);
		values_add_duration(to, name, 0, p->days * USEC_DAY);
		snprintf(name, sizeof(name), "profile.%s.renewal", p->name);
		values_add_duration(to, name, 0, p->renew_days * USEC_DAY);
		snprintf(name, sizeof(name), "profile.%s.oid", p->name);
		values_add_text(to, name, 0, p->policy_oid);
	}
}

/* How long and how often a validation counts (REG-6.3.1-00D, -00E). */
static void
put_reuse(const struct config *c, struct bytes *to)
{
	const struct profile *p;
	size_t i;

	for (i = 0; i < c->profile_count; i++) {
		p = &c->profiles[i];
		if (p->internal)
			continue;
		bytes_printf(to, "%-24s", p->name);
		if (p->reuse_days > 0)
			bytes_printf(to, "validated in the last %d d",
			    p->reuse_days);
		else
			bytes_put_text(to, "until the validation ends");
		if (p->reuse_count > 0)
			bytes_printf(to, ", for %d certificates",
			    p->reuse_count);
		bytes_put_text(to, "\n");
	}
}

static void
add_registration(const struct config *c, struct paper_values *to)
{

	methods_render(values_add_table(to, "registration.methods",
	    PAPER_CPS));
	put_reuse(c, values_add_table(to, "registration.reuse", PAPER_CPS));
	values_add_duration(to, "registration.session", PAPER_CPS,
	    REGISTRATION_SESSION);
}

/* REV-6.2.4-01 a to g, and -03BA. */
static void
add_revocation(const struct config *c, struct paper_values *to)
{
	const struct revocation_rules *r = &c->revocation;
	static const struct {
		const char	*name;
		void		(*put)(const struct revocation_rules *,
				    struct bytes *);
	} rows[] = {
		{ "revocation.who", revocation_put_who },
		{ "revocation.how", revocation_put_how },
		{ "revocation.confirmation", revocation_put_confirmation },
		{ "revocation.reasons", revocation_put_reasons },
		{ "revocation.mechanism", revocation_put_mechanism },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		rows[i].put(r, values_add_table(to, rows[i].name, PAPER_CPS));
	values_add_text(to, "revocation.exception", PAPER_CPS, r->exception);
	values_add_duration(to, "revocation.decision_max", PAPER_CPS,
	    r->decision_max);
	values_add_duration(to, "revocation.status_max",
	    PAPER_CPS | PAPER_TERMS, r->status_max);
}

/* Which CRLs there are, and which of them a certificate names. */
static void
put_lists(const struct config *c, struct bytes *to)
{

	if (c->shards > 0)
		bytes_printf(to, "A certificate names one of %d CRLs, chosen "
		    "by chance as it is issued:\n"
		    "%s/status/crl/<shard>.crl\n"
		    "All certificates are on %s/status/issuing.crl\n",
		    c->shards, c->url, c->url);
	else
		bytes_printf(to, "A certificate names %s/status/issuing.crl, "
		    "where all are.\n", c->url);
	bytes_printf(to, "What changed since is on "
	    "%s/status/issuing-delta.crl\n%s", c->url, c->expired_on_crl ?
	    "What is revoked stays listed when it has ended "
	    "(ExpiredCertsOnCRL)." : "What is revoked stays listed until a "
	    "CRL after its end had it.");
}

static void
add_operation(const struct config *c, struct paper_values *to)
{
	char number[32];

	put_components(c, values_add_table(to, "components.table",
	    PAPER_CPS));
	put_roles(c, values_add_table(to, "roles.table", PAPER_CPS));
	put_separation(c, values_add_table(to, "roles.separation",
	    PAPER_CPS));
	values_add_text(to, "roles.decisions", PAPER_CPS,
	    decisions_sentence(c));
	values_add_duration(to, "crl.next_update", PAPER_CPS,
	    c->crl_next_update);
	values_add_duration(to, "crl.renewal", PAPER_CPS,
	    c->crl_next_update / 2);
	/* With how old each may be when they differ (CSS-6.3.10-09A). */
	put_lists(c, values_add_table(to, "crl.lists", PAPER_CPS));
	values_add_duration(to, "ocsp.next_update", PAPER_CPS,
	    c->ocsp_next_update);
	values_add_duration(to, "ocsp.renewal", PAPER_CPS,
	    c->ocsp_next_update / 2);
	values_add_duration(to, "status.outage_max", PAPER_CPS,
	    c->outage_max);
	values_add_duration(to, "request.wait", PAPER_CPS, c->wait);
	values_add_size(to, "limits.request_max", PAPER_CPS, c->request_max);
	values_add_size(to, "limits.scratch_max", 0, c->scratch_max);
	values_add_duration(to, "limits.scratch_age", 0, c->scratch_age);
	snprintf(number, sizeof(number), "%d", c->open_requests_max);
	values_add_text(to, "limits.open_requests_max", PAPER_CPS, number);
	values_add_text(to, "processes.user", 0, c->user);
	values_add_text(to, "processes.signer_user", 0, c->signer_user);
	values_add_text(to, "processes.separation", 0,
	    strcmp(c->user, c->signer_user) == 0 ? "All processes run as the "
	    "same user; Landlock and a system call filter\nseparate them." :
	    "The processes run as users of their own, under Landlock and a "
	    "system call filter.");
}

void
config_values(const struct config *c, struct paper_values *to)
{

	add_identity(c, to);
	add_keys(c, to);
	add_profiles(c, to);
	add_operation(c, to);
	add_revocation(c, to);
	add_registration(c, to);
}

/* --- files of the tree --------------------------------------------------- */

/* Files rendered from a template of the program's own. */
static const struct {
	const char	*path, *template;
} tree_files[] = {
	{ "README.txt", "tree/README.txt" },
	{ "revoke/HOWTO.txt", "tree/HOWTO.txt" },
	{ "ca/keys.txt", "tree/keys.txt" },
	{ "ca/scope.txt", "tree/scope.txt" },
};

static int
render_template(const struct config *c, const char *template,
    struct bytes *to, struct err *err)
{
	struct paper_values values = { 0 };
	struct slice text;
	int result;

	text = embedded_find(template);
	config_values(c, &values);
	result = paper_render(&values, PAPER_TREE, template, text, to, err);
	values_free(&values);
	return result;
}

static int
render_profile(const struct config *c, const char *file, struct bytes *to,
    struct err *err)
{
	const struct profile *p;
	char name[64];
	size_t n = strlen(file);

	if (n > 4 && n < sizeof(name) && strcmp(file + n - 4, ".txt") == 0) {
		snprintf(name, sizeof(name), "%.*s", (int)(n - 4), file);
		if ((p = config_profile(c, name)) != NULL) {
			/* Whoever copies it elsewhere copies this too. */
			if (c->sandbox)
				bytes_printf(to, "%s\n\n", sandbox_sentence);
			profile_render(p, to);
			return 0;
		}
	}
	return err_set(err, ENOENT, "ca/profiles/%s: no such profile", file);
}

int
config_render(const struct config *c, const char *path, struct bytes *to,
    struct err *err)
{
	size_t i;

	for (i = 0; i < sizeof(tree_files) / sizeof(tree_files[0]); i++)
		if (strcmp(tree_files[i].path, path) == 0)
			return render_template(c, tree_files[i].template, to,
			    err);
	if (strncmp(path, "ca/profiles/", 12) == 0)
		return render_profile(c, path + 12, to, err);
	return err_set(err, ENOENT, "%s: not rendered from the configuration",
	    path);
}
