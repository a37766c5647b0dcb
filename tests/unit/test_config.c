/*
 * A home read as one configuration.  The home is made from the shipped
 * templates with certificates of the test's own; each story changes one thing
 * in it and looks for the sentence.
 */
#include <sys/stat.h>

#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/conf.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "ca/conf.h"
#include "ca/config.h"
#include "ca/embedded.h"
#include "ca/file.h"
#include "ca/text.h"

static char home[64];

/* --- the home ------------------------------------------------------------ */

static void
put(const char *file, struct slice bytes)
{
	struct err err;
	char path[200];

	snprintf(path, sizeof(path), "%s/%s", home, file);
	unlink(path);
	assert_int_equal(file_write(path, bytes, 0644, &err), 0);
}

static void
get(const char *file, struct bytes *to)
{
	struct err err;
	char path[200];

	snprintf(path, sizeof(path), "%s/%s", home, file);
	assert_int_equal(file_read(path, 1 << 20, to, &err), 0);
}

static void
put_key(const char *name, EVP_PKEY *key)
{
	unsigned char *der = NULL;
	char file[40];
	int size;

	size = i2d_PUBKEY(key, &der);
	assert_true(size > 0);
	snprintf(file, sizeof(file), "ca/%s.spki", name);
	put(file, (struct slice){ der, (size_t)size });
	OPENSSL_free(der);
}

static X509 *
make_certificate(const char *file, const char *cn, EVP_PKEY *key,
    X509 *issuer, EVP_PKEY *issuer_key)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;
	CONF *none = NCONF_new(NULL);
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	unsigned char *der = NULL;
	int size;

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), issuer == NULL ? 1 : 2);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	    (const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(x, issuer == NULL ? name :
	    X509_get_subject_name(issuer));
	ASN1_TIME_set_string(X509_getm_notBefore(x), "260101000000Z");
	ASN1_TIME_set_string(X509_getm_notAfter(x), "360101000000Z");
	X509_set_pubkey(x, key);
	X509V3_set_ctx(&ctx, issuer == NULL ? x : issuer, x, NULL, NULL, 0);
	X509V3_set_nconf(&ctx, none);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, NID_basic_constraints,
	    "critical,CA:TRUE");
	X509_add_ext(x, ext, -1);
	X509_EXTENSION_free(ext);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, NID_certificate_policies,
	    "2.999.411.1,2.999.411.2,2.999.411.3,1.3.6.1.4.1.99999.1");
	X509_add_ext(x, ext, -1);
	X509_EXTENSION_free(ext);
	assert_true(X509_sign(x, issuer_key, EVP_sha256()) > 0);
	size = i2d_X509(x, &der);
	put(file, (struct slice){ der, (size_t)size });
	OPENSSL_free(der);
	NCONF_free(none);
	return x;
}

static void
make_crl(X509 *root, EVP_PKEY *key)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *time = ASN1_TIME_set(NULL, 1780000000);
	unsigned char *der = NULL;
	int size;

	X509_CRL_set_version(crl, 1);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(root));
	X509_CRL_set1_lastUpdate(crl, time);
	X509_CRL_set1_nextUpdate(crl, time);
	assert_true(X509_CRL_sign(crl, key, EVP_sha256()) > 0);
	size = i2d_X509_CRL(crl, &der);
	put("ca/root.crl", (struct slice){ der, (size_t)size });
	OPENSSL_free(der);
	ASN1_TIME_free(time);
	X509_CRL_free(crl);
}

/* `sandbox` stands in the names, or does not. */
static void
make_ca(const char *sandbox)
{
	EVP_PKEY *root = EVP_EC_gen("P-256"), *issuing = EVP_EC_gen("P-384");
	EVP_PKEY *ocsp = EVP_RSA_gen(3072), *evidence = EVP_EC_gen("P-256");
	char name[64];
	X509 *r, *i;

	put_key("root", root);
	put_key("issuing", issuing);
	put_key("ocsp", ocsp);
	put_key("evidence", evidence);
	put_key("handover", evidence);
	snprintf(name, sizeof(name), "Example %sRoot CA", sandbox);
	r = make_certificate("ca/root.der", name, root, NULL, root);
	snprintf(name, sizeof(name), "Example %sIssuing CA", sandbox);
	i = make_certificate("ca/issuing.der", name, issuing, r, root);
	make_crl(r, root);
	X509_free(r);
	X509_free(i);
	EVP_PKEY_free(root);
	EVP_PKEY_free(issuing);
	EVP_PKEY_free(ocsp);
	EVP_PKEY_free(evidence);
}

static int
home_make(void **state)
{
	static const char *const folders[] = {
		"ca", "profiles", "cp", "cps", "terms", "officers"
	};
	char path[200];
	size_t i;

	snprintf(home, sizeof(home), "/tmp/pkifs-test-config-XXXXXX");
	if (mkdtemp(home) == NULL)
		return -1;
	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", home, folders[i]);
		mkdir(path, 0755);
	}
	for (i = 0; i < embedded_count; i++)
		if (strncmp(embedded_files[i].path, "home/", 5) == 0)
			put(embedded_files[i].path + 5,
			    embedded_files[i].bytes);
	make_ca("SANDBOX ");
	return 0;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{

	return remove(path);
}

static int
home_remove(void **state)
{

	return nftw(home, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* --- what is read -------------------------------------------------------- */

static void
the_shipped_home_is_read(void **state)
{
	struct config *c;
	struct err err = { 0 };

	if ((c = config_read(home, &err)) == NULL)
		fail_msg("%s", err.text);
	assert_string_equal(c->name, "Example SANDBOX Issuing CA");
	assert_true(c->sandbox);
	assert_string_equal(c->url, "http://localhost/pki");
	assert_true(c->wait == 5 * USEC);
	assert_true(c->crl_next_update == USEC_DAY);
	assert_int_equal(c->request_max, 131072);
	assert_int_equal(c->open_requests_max, 100);
	assert_string_equal(c->roles[0].name, "ra");
	assert_string_equal(c->roles[4].users[0], "root");
	assert_string_equal(c->component_owner[5], "not provided");
	assert_int_equal(c->profile_count, 6);
	assert_non_null(config_profile(c, "tls-server"));
	assert_null(config_profile(c, "nonsense"));
	assert_string_equal(config_key(c, "issuing")->algorithm, "ec:P-384");
	assert_string_equal(config_key(c, "issuing")->signature,
	    "ecdsa-with-SHA384");
	assert_string_equal(config_key(c, "ocsp")->algorithm, "rsa:3072");
	assert_true(c->issuing_not_after == (usec_t)2082758400 * USEC);
	assert_string_equal(config_paper(c, "cps")->version, "1");
	assert_int_equal(strlen(c->sha256), 64);
	config_free(c);
}

static void
papers_carry_the_running_values(void **state)
{
	struct config *c;
	struct bytes text = { 0 };
	struct err err = { 0 };

	assert_non_null(c = config_read(home, &err));
	bytes_copy(&text, SLICE(&config_paper(c, "cps")->text));
	assert_non_null(strstr(bytes_text(&text), "nextUpdate is 24 h after"));
	assert_non_null(strstr(bytes_text(&text), "every 12 h, and at once"));
	assert_non_null(strstr(bytes_text(&text), "ec:P-384, "
	    "ecdsa-with-SHA384"));
	assert_non_null(strstr(bytes_text(&text), "One person may have every "
	    "role"));
	assert_null(strstr(bytes_text(&text), "${"));
	bytes_copy(&text, SLICE(&config_paper(c, "cp")->text));
	assert_non_null(strstr(bytes_text(&text), "2.999.411.1"));
	config_free(c);
	bytes_free(&text);
}

static void
files_of_the_tree_are_rendered(void **state)
{
	static const struct {
		const char *path, *part;
	} files[] = {
		{ "README.txt", "SANDBOX" }, { "README.txt", "5 s" },
		{ "ca/keys.txt", "sha256WithRSAEncryption" },
		{ "ca/scope.txt", "certificate-generation" },
		{ "ca/profiles/tls-server.txt", "Policy OID:" },
		{ "ca/profiles/tls-server.txt", "is a SANDBOX from birth" },
	};
	struct config *c;
	struct bytes text = { 0 };
	struct err err = { 0 };
	size_t i;

	assert_non_null(c = config_read(home, &err));
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		bytes_clear(&text);
		if (config_render(c, files[i].path, &text, &err) == -1)
			fail_msg("%s", err.text);
		assert_non_null(strstr(bytes_text(&text), files[i].part));
		assert_null(strstr(bytes_text(&text), "${"));
	}
	assert_int_equal(config_render(c, "ca/profiles/x.txt", &text, &err),
	    -1);
	assert_int_equal(err.code, ENOENT);
	config_free(c);
	bytes_free(&text);
}

static void
the_digest_covers_every_file(void **state)
{
	static const char *const files[] = {
		"pkifs.conf", "profiles/tls-server.conf", "cps/1.txt",
		"terms/1.txt", "cp/1.txt"
	};
	struct config *c;
	struct bytes was = { 0 }, text = { 0 };
	struct err err = { 0 };
	char sha256[65];
	size_t i;

	assert_non_null(c = config_read(home, &err));
	snprintf(sha256, sizeof(sha256), "%s", c->sha256);
	config_free(c);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		get(files[i], &was);
		bytes_copy(&text, SLICE(&was));
		bytes_put_text(&text, "\n");
		put(files[i], SLICE(&text));
		assert_non_null(c = config_read(home, &err));
		assert_string_not_equal(c->sha256, sha256);
		config_free(c);
		put(files[i], SLICE(&was));
	}
	assert_non_null(c = config_read(home, &err));
	assert_string_equal(c->sha256, sha256);
	config_free(c);
	bytes_free(&was);
	bytes_free(&text);
}

static void
the_last_version_is_in_force(void **state)
{
	struct config *c;
	struct bytes text = { 0 };
	struct err err = { 0 };
	char path[200];

	get("terms/1.txt", &text);
	put("terms/10.txt", SLICE(&text));
	put("terms/2.txt", slice_text("not even a paper\n"));
	assert_non_null(c = config_read(home, &err));
	assert_string_equal(config_paper(c, "terms")->version, "10");
	config_free(c);
	snprintf(path, sizeof(path), "%s/terms/10.txt", home);
	unlink(path);
	snprintf(path, sizeof(path), "%s/terms/2.txt", home);
	unlink(path);
	bytes_free(&text);
}

static void
facts_name_what_is_watched(void **state)
{
	static const char *const names[] = {
		"pkifs.conf", "profile/tls-server", "cp/1", "cps/1", "terms/1",
		"keys/issuing", "appointments.conf", "configuration"
	};
	struct config_fact facts[32];
	struct config *c;
	struct err err = { 0 };
	size_t i, k, count;

	assert_non_null(c = config_read(home, &err));
	count = config_facts(c, facts, 32);
	assert_int_equal(count, 1 + c->profile_count + c->paper_count +
	    OWN_KEYS + 1 + 1);
	for (i = k = 0; i < count && k < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(facts[i].name, names[k]) == 0)
			k++;
	if (k < sizeof(names) / sizeof(names[0]))
		fail_msg("not watched: %s", names[k]);
	assert_int_equal(config_facts(c, facts, 3), 3);
	config_free(c);
}

/* --- what is refused ----------------------------------------------------- */

/* `from` is replaced by `to` in the file; the sentence has these words. */
static const struct {
	const char *file, *from, *to, *words;
} changes[] = {
	{ "pkifs.conf", "crl_next_update = 24 h", "crl_nextupdate = 24 h",
	    "pkifs.conf line 55: [status] crl_nextupdate: no such key" },
	{ "pkifs.conf", "crl_next_update = 24 h", "crl_next_update = 49 h",
	    "[status] crl_next_update: wanted 2 s to 48 h (CSS-6.3.9-05" },
	{ "pkifs.conf", "ocsp_next_update = 12 h", "ocsp_next_update = soon",
	    "[status] ocsp_next_update: wanted a duration" },
	{ "pkifs.conf", "ocsp_sign = asked", "publish_dir = www",
	    "[status] publish_dir: wanted an absolute path or none" },
	{ "pkifs.conf", "ocsp_sign = asked", "ocsp_sign = some",
	    "[status] ocsp_sign: wanted asked or all" },
	{ "pkifs.conf", "outage_max = 24 h", "outage_max = 32 d",
	    "[status] outage_max: wanted" },
	{ "pkifs.conf", "[limits]", "[notices]\ncommand = tell\n[limits]",
	    "[notices] command: wanted an absolute path, found \"tell\"" },
	{ "pkifs.conf", "[limits]", "[notices]\ntimeout = 0 s\n[limits]",
	    "[notices] timeout: wanted 1 s to 10 min" },
	{ "pkifs.conf", "[limits]", "[notices]\ntries = 0\n[limits]",
	    "[notices] tries: wanted 1 to 100" },
	{ "pkifs.conf", "status_max = 1 h", "status_max = 13 h",
	    "[revocation] status_max: wanted at most 24 h together with "
	    "decision_max" },
	/* REV-6.2.4-01 a to g, -03BA, -06A. */
	{ "pkifs.conf", "who = officer, subscriber, holder,",
	    "who = officer, subscriber,", "holder, proof and proof stand" },
	{ "pkifs.conf", "how = file, key, proof,", "how = file, key,",
	    "holder, proof and proof stand" },
	{ "pkifs.conf", "holder, ra, reporter", "holder, ra",
	    "reporter, report and report stand" },
	{ "pkifs.conf", "how = file, key, proof, batch, ra, ",
	    "how = file, key, proof, batch, ", "ra, ra and ra stand" },
	{ "pkifs.conf", "confirmation = login, proof, ra, report",
	    "confirmation = login, proof, ra", "reporter, report and report" },
	{ "pkifs.conf", "who = officer, subscriber", "who = subscriber",
	    "[revocation] who: wanted officer among its words" },
	{ "pkifs.conf", "who = officer, subscriber", "who = officer, anybody",
	    "[revocation] who: wanted words of officer, subscriber, holder, "
	    "ra, reporter, found" },
	{ "pkifs.conf", "how = file, key", "how = key",
	    "[revocation] how: wanted file among" },
	{ "pkifs.conf", "confirmation = login", "confirmation = trust",
	    "[revocation] confirmation: wanted words of login" },
	{ "pkifs.conf", "mechanism = crl, ocsp", "mechanism = crl",
	    "[revocation] mechanism: wanted ocsp among" },
	{ "pkifs.conf", "reasons = unspecified, keyCompromise,",
	    "reasons = unspecified,", "[revocation] reasons: wanted "
	    "keyCompromise among them" },
	{ "pkifs.conf", "reasons = unspecified, keyCompromise,",
	    "reasons = removeFromCRL, keyCompromise,",
	    "[revocation] reasons: wanted reasons of RFC 5280 5.3.1" },
	{ "pkifs.conf", "exception = An officer", "# An officer",
	    "[revocation] exception: " },
	{ "pkifs.conf", "decision_max = 12 h",
	    "decision_max = 12 h\ndeadlines = keyCompromise 14 h",
	    "[revocation] deadlines: keyCompromise: wanted at most 13 h" },
	{ "pkifs.conf", "decision_max = 12 h",
	    "decision_max = 12 h\ndeadlines = keyCompromise 4",
	    "[revocation] deadlines: wanted a reason" },
	{ "pkifs.conf", "decision_max = 12 h", "decision_max = 12 h\n"
	    "deadlines = superseded 4 h, superseded 5 h",
	    "[revocation] deadlines: superseded stands twice" },
	{ "pkifs.conf", "name = Example SANDBOX", "name = Another",
	    "[ca] name: wanted a part of the name in ca/issuing.der" },
	{ "pkifs.conf", "url = http://localhost/pki", "url = ldap://x/y",
	    "[ca] url: wanted http://host/path" },
	{ "pkifs.conf", "url = http://localhost/pki",
	    "url = http://localhost/pki/", "without a slash at the end" },
	{ "pkifs.conf", "url = http://localhost/pki",
	    "url = https://localhost/pki", "not https: RFC 5280 section 8" },
	{ "pkifs.conf", "ra = user:root", "ra = user:",
	    "[roles] ra: wanted a group, or user:NAME" },
	{ "pkifs.conf", "decisions = moved", "decisions = guessed",
	    "pkifs.conf line 30: [ra] decisions: wanted moved or signed" },
	{ "pkifs.conf", "separation = no", "separation = perhaps",
	    "pkifs.conf line 29: [ra] separation: wanted yes or no" },
	{ "pkifs.conf", "module = /usr", "module = usr",
	    "[token] module: wanted an absolute path" },
	{ "pkifs.conf", "operation.owner = Example SANDBOX\n", "\n",
	    "[components] operation.owner: wanted, but it is not there" },
	{ "profiles/tls-server.conf", "= 2.999.411.1", "= 2.23.140.1.2.1",
	    "profiles/tls-server.conf line 9: [profile] policy_oid: "
	    "2.23.140.1.2.1 is a CA/B Forum policy" },
	{ "profiles/tls-server.conf", "= 2.999.411.1", "= 0.4.0.2042.1.7",
	    "0.4.0.2042.1.7 is OVCP, an ETSI web policy" },
	{ "profiles/tls-server.conf", "= 2.999.411.1", "= 2.999.7",
	    "[profile] policy_oid: wanted a policy of ca/issuing.der" },
	{ "profiles/tls-server.conf", "base_policy = test\npolicy_oid = "
	    "2.999.411.1", "base_policy = NCP\npolicy_oid = 0.4.0.2042.1.1",
	    "[profile] base_policy: wanted test, for this CA is a sandbox" },
	{ "profiles/tls-server.conf", "name = tls-server", "name = tls",
	    "[profile] name: wanted the name of the file" },
	{ "profiles/ocsp-responder.conf", "internal = yes", "internal = no",
	    "profiles/ocsp-responder.conf line" },
	/* the hand-edited number */
	{ "cps/1.txt", "nextUpdate is ${crl.next_update} after",
	    "nextUpdate is 48 h after", "cps/1.txt line 100: crl.next_update:"
	    " \"48 h\" is written by hand, the configuration says 24 h" },
	{ "cps/1.txt", "nextUpdate is ${crl.next_update} after",
	    "nextUpdate is ${crl.next_update = 48 h} after",
	    "crl.next_update: \"48 h\" is written by hand, the configuration "
	    "says 24 h" },
	{ "cps/1.txt", "${key.issuing.algorithm}", "ec:P-521",
	    "cps/1.txt: key.issuing.algorithm: wanted" },
	{ "terms/1.txt", "${revocation.status_max}", "2 days",
	    "terms/1.txt line 48: revocation.status_max: \"2 days\"" },
	{ "cp/1.txt", "${policies.table}", "", "cp/1.txt: policies.table" },
	/* by hand, and of the right name */
	{ "cps/1.txt", "${limits.open_requests_max}", "500",
	    "cps/1.txt: limits.open_requests_max" },
	{ "cps/1.txt", "${request.wait}", "99 s", "request.wait: \"99 s\" is "
	    "written by hand, the configuration says 5 s" },
	{ "cps/1.txt", "${limits.request_max}", "1 MiB",
	    "limits.request_max: \"1 MiB\" is written by hand" },
	{ "cp/1.txt", "${cp.version}", "7", "cp/1.txt: cp.version" },
	{ "terms/1.txt", "${terms.version}", "7", "terms.version" },
	{ "terms/1.txt", "${ca.sandbox}", "", "terms/1.txt: ca.sandbox" },
	/* terms are complete, by the names of their sections and fields */
	/* OVR-6.9.4-01, -02; OVR-6.3.5-02, OVR-6.3.5-03 */
	{ "terms/1.txt", "3. Acceptance of a certificate", "3. Of use",
	    "terms/1.txt: wanted a section \"N. Acceptance of a certificate\" "
	    "(OVR-6.3.4-01), found none" },
	{ "terms/1.txt", "   A sandbox promises none.\n", "",
	    "\"N. Availability\" (REQ-6.2-02), found nothing below" },
	{ "terms/1.txt", "published (yes/no):", "published (yes/no): yes",
	    "wanted the line \"certificates may be published (yes/no):\" in "
	    "part one of the form, with nothing behind it (REG-6.3.4-10A)" },
	{ "terms/1.txt", "\nsubject:\n", "\n",
	    "wanted the line \"subject:\" in part two" },
	{ "terms/1.txt", "\nFORM\n", "\n", "wanted a line \"FORM\"" },
};

static void
replace(struct bytes *text, const char *from, const char *to)
{
	struct bytes changed = { 0 };
	const char *at, *start = bytes_text(text);

	if ((at = strstr(start, from)) == NULL)
		fail_msg("not there: %s", from);
	bytes_put(&changed, start, (size_t)(at - start));
	bytes_put_text(&changed, to);
	bytes_put_text(&changed, at + strlen(from));
	bytes_take(text, &changed);
}

static void
each_fault_is_refused_by_name(void **state)
{
	struct bytes was = { 0 }, text = { 0 };
	struct config *c;
	struct err err;
	size_t i;

	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		get(changes[i].file, &was);
		bytes_copy(&text, SLICE(&was));
		replace(&text, changes[i].from, changes[i].to);
		put(changes[i].file, SLICE(&text));
		memset(&err, 0, sizeof(err));
		c = config_read(home, &err);
		put(changes[i].file, SLICE(&was));
		if (c != NULL)
			fail_msg("taken: %s", changes[i].to);
		if (strstr(err.text, changes[i].words) == NULL)
			fail_msg("wanted: %s\nfound: %s", changes[i].words,
			    err.text);
	}
	bytes_free(&was);
	bytes_free(&text);
}

static void
a_changed_number_changes_the_papers(void **state)
{
	struct bytes was = { 0 }, text = { 0 };
	struct config *c;
	struct err err = { 0 };

	get("pkifs.conf", &was);
	bytes_copy(&text, SLICE(&was));
	replace(&text, "crl_next_update = 24 h", "crl_next_update = 8 h");
	put("pkifs.conf", SLICE(&text));
	assert_non_null(c = config_read(home, &err));
	put("pkifs.conf", SLICE(&was));
	bytes_copy(&text, SLICE(&config_paper(c, "cps")->text));
	assert_non_null(strstr(bytes_text(&text), "nextUpdate is 8 h after"));
	assert_non_null(strstr(bytes_text(&text), "every 4 h, and at once"));
	config_free(c);
	bytes_free(&was);
	bytes_free(&text);
}

/* --- people --------------------------------------------------------------- */

#define ANNA	"[anna]\nuser = root\nroles = ra, revocation\n"		\
		"since = 2026-01-01\naccepted = 2026-01-01\n"		\
		"training_until = 2026-12-31\nappointed_by = HR-1\n"

/* Reads with this as appointments.conf, and puts the shipped one back. */
static struct config *
read_appointed(const char *text, struct err *err)
{
	struct bytes was = { 0 };
	struct config *c;

	get("appointments.conf", &was);
	put("appointments.conf", slice_text(text));
	memset(err, 0, sizeof(*err));
	c = config_read(home, err);
	put("appointments.conf", SLICE(&was));
	bytes_free(&was);
	return c;
}

static void
appointments_are_part_of_the_configuration(void **state)
{
	struct bytes pem = { 0 };
	struct config *c;
	struct err err;
	char path[200], sha256[65], der[200];

	assert_non_null(c = config_read(home, &err));
	assert_false(config_appoints(c));
	snprintf(sha256, sizeof(sha256), "%s", c->appointments_sha256);
	config_free(c);
	if ((c = read_appointed(ANNA, &err)) == NULL)
		fail_msg("%s", err.text);
	assert_true(config_appoints(c));
	assert_false(c->separation);
	assert_string_not_equal(c->appointments_sha256, sha256);
	snprintf(sha256, sizeof(sha256), "%s", c->appointments_sha256);
	config_free(c);
	/* a certificate in officers/ is the person's, and changes the fact */
	snprintf(path, sizeof(path), "openssl x509 -inform DER -in "
	    "%s/ca/root.der -out %s/officers/anna.pem", home, home);
	assert_int_equal(system(path), 0);
	assert_non_null(c = read_appointed(ANNA, &err));
	assert_string_not_equal(c->appointments_sha256, sha256);
	sha256_text(der, SLICE(&c->root_der));
	assert_string_equal(appointments_row(c->appointments,
	    0)->certificate_sha256, der);
	config_free(c);
	snprintf(path, sizeof(path), "%s/officers/anna.pem", home);
	unlink(path);
	put("officers/anna.pem", slice_text("no certificate\n"));
	assert_null(read_appointed(ANNA, &err));
	assert_non_null(strstr(err.text, "officers/anna.pem: wanted a "
	    "certificate in PEM"));
	unlink(path);
	bytes_free(&pem);
}

/* An absent file appoints nobody. */
static void
without_the_file_nobody_is_appointed(void **state)
{
	struct bytes was = { 0 };
	struct config *c;
	struct err err = { 0 };
	char path[200];

	get("appointments.conf", &was);
	snprintf(path, sizeof(path), "%s/appointments.conf", home);
	unlink(path);
	if ((c = config_read(home, &err)) == NULL)
		fail_msg("%s", err.text);
	assert_false(config_appoints(c));
	assert_string_equal(c->appointments_sha256, "");
	config_free(c);
	put("appointments.conf", SLICE(&was));
	bytes_free(&was);
}

/*
 * Outside a sandbox separation has no exception, and a policy of ETSI wants
 * signed decisions (REQ-7.1.3-01, GEN-6.5.5-04, BR 6.5.1; open-eidas audit
 * finding R-1, R-2).  `from` becomes `to`.
 */
static const struct {
	const char *file, *from, *to;
	const char *words;		/* NULL: it is read */
} outside[] = {
	{ "pkifs.conf", "separation = no\n", "\n", NULL },
	{ "pkifs.conf", "separation = no\n", "separation = yes\n", NULL },
	{ "pkifs.conf", "separation = no\n", "separation = no\n",
	    "pkifs.conf line 29: [ra] separation: wanted yes, for this CA is "
	    "no sandbox (REQ-7.1.3-01, REQ-7.4.1-10), found \"no\"" },
	{ "profiles/tls-server.conf", "base_policy = test\npolicy_oid = "
	    "2.999.411.1", "base_policy = NCP\npolicy_oid = "
	    "1.3.6.1.4.1.99999.1", "[ra] decisions: wanted signed, for "
	    "profile tls-server builds on NCP (GEN-6.5.5-04" },
	{ "profiles/tls-server.conf", "base_policy = test\npolicy_oid = "
	    "2.999.411.1", "base_policy = LCP\npolicy_oid = "
	    "1.3.6.1.4.1.99999.1", "profile tls-server builds on LCP" },
	{ "profiles/tls-server.conf", "base_policy = test\npolicy_oid = "
	    "2.999.411.1", "base_policy = NCP+\npolicy_oid = "
	    "1.3.6.1.4.1.99999.1", "profile tls-server builds on NCP+" },
};

/* What this CA's pkifs.conf says where the row changes nothing of it. */
static void
leave_the_sandbox(struct bytes *conf)
{
	struct bytes text = { 0 };

	get("pkifs.conf", conf);
	bytes_copy(&text, SLICE(conf));
	replace(&text, "name = Example SANDBOX", "name = Example");
	replace(&text, "separation = no\n", "separation = yes\n");
	put("pkifs.conf", SLICE(&text));
	bytes_free(&text);
	make_ca("");
}

static void
try_outside(size_t i)
{
	struct bytes was = { 0 }, text = { 0 };
	struct config *c;
	struct err err = { 0 };
	const char *from = outside[i].from;

	if (strcmp(from, "separation = no\n") == 0)
		from = "separation = yes\n";
	get(outside[i].file, &was);
	bytes_copy(&text, SLICE(&was));
	replace(&text, from, outside[i].to);
	put(outside[i].file, SLICE(&text));
	c = config_read(home, &err);
	put(outside[i].file, SLICE(&was));
	if ((c != NULL) != (outside[i].words == NULL))
		fail_msg("row %zu: %s", i, c != NULL ? "taken" : err.text);
	if (c == NULL && strstr(err.text, outside[i].words) == NULL)
		fail_msg("wanted: %s\nfound: %s", outside[i].words,
		    err.text);
	assert_true(c == NULL || (c->separation && !c->sandbox));
	config_free(c);
	bytes_free(&was);
	bytes_free(&text);
}

static void
outside_a_sandbox_people_are_kept_apart(void **state)
{
	struct bytes conf = { 0 }, text = { 0 }, was = { 0 };
	struct config *c;
	struct err err;
	size_t i;

	leave_the_sandbox(&conf);
	for (i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
		try_outside(i);
	/* signed decisions: a policy of ETSI is taken */
	get("profiles/tls-server.conf", &was);
	bytes_copy(&text, SLICE(&was));
	replace(&text, outside[3].from, outside[3].to);
	put("profiles/tls-server.conf", SLICE(&text));
	get("pkifs.conf", &text);
	replace(&text, "decisions = moved", "decisions = signed");
	put("pkifs.conf", SLICE(&text));
	if ((c = config_read(home, &err)) == NULL)
		fail_msg("%s", err.text);
	assert_true(c->signed_decisions);
	bytes_copy(&text, SLICE(&config_paper(c, "cps")->text));
	assert_non_null(strstr(bytes_text(&text), "nobody counts twice"));
	assert_non_null(strstr(bytes_text(&text), "Of them an auditor has no "
	    "other role (REQ-7.1.3-01, REQ-7.4.1-10).\nOf them a security"));
	assert_non_null(strstr(bytes_text(&text), "Every decision is signed"));
	config_free(c);
	/* the matrix, by name and line */
	assert_null(read_appointed(ANNA "[bo]\nuser = bin\nroles = ra, "
	    "auditor\nsince = 2026-01-01\naccepted = 2026-01-01\n"
	    "training_until = 2026-12-31\nappointed_by = HR-2\n", &err));
	assert_non_null(strstr(err.text, "appointments.conf line 8: [bo] "
	    "roles: an auditor has no other role (REQ-7.1.3-01"));
	put("profiles/tls-server.conf", SLICE(&was));
	put("pkifs.conf", SLICE(&conf));
	make_ca("SANDBOX ");
	bytes_free(&conf);
	bytes_free(&text);
	bytes_free(&was);
}

static void
keys_of_others_are_refused(void **state)
{
	struct bytes root = { 0 }, issuing = { 0 };
	struct err err = { 0 };

	get("ca/root.spki", &root);
	get("ca/issuing.spki", &issuing);
	put("ca/issuing.spki", SLICE(&root));
	assert_null(config_read(home, &err));
	assert_string_equal(err.text,
	    "ca/issuing.der: its key is not that of ca/issuing.spki");
	put("ca/issuing.spki", slice_text("nonsense"));
	assert_null(config_read(home, &err));
	assert_string_equal(err.text, "ca/issuing.spki: wanted a "
	    "SubjectPublicKeyInfo in DER");
	put("ca/issuing.spki", SLICE(&issuing));
	bytes_free(&root);
	bytes_free(&issuing);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_home_is_read),
		cmocka_unit_test(papers_carry_the_running_values),
		cmocka_unit_test(files_of_the_tree_are_rendered),
		cmocka_unit_test(the_digest_covers_every_file),
		cmocka_unit_test(the_last_version_is_in_force),
		cmocka_unit_test(facts_name_what_is_watched),
		cmocka_unit_test(each_fault_is_refused_by_name),
		cmocka_unit_test(a_changed_number_changes_the_papers),
		cmocka_unit_test(appointments_are_part_of_the_configuration),
		cmocka_unit_test(without_the_file_nobody_is_appointed),
		cmocka_unit_test(outside_a_sandbox_people_are_kept_apart),
		cmocka_unit_test(keys_of_others_are_refused),
	};

	setenv("PKIFS_TEST_CLOCK", "1795305600", 1);	/* 2026-11-22 */
	return cmocka_run_group_tests_name("config", tests, home_make,
	    home_remove);
}
