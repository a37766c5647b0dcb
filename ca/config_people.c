/*
 * Appointments as a part of the configuration.  See config_people.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "conf.h"
#include "config_people.h"
#include "file.h"
#include "text.h"

#define FILE_NAME	"appointments.conf"
#define CERTIFICATE_MAX	(64 * 1024)

/* --- what is read -------------------------------------------------------- */

/* A file of HOME: 1; 0 when it is not there. */
static int
read_if_there(const struct config *c, const char *file, size_t most,
    struct bytes *to, struct err *err)
{
	char path[800];

	snprintf(path, sizeof(path), "%s/%s", c->home, file);
	if (file_read(path, most, to, err) == 0)
		return 1;
	return err->code == ENOENT ? 0 : -1;
}

static void
digest_add(struct bytes *digests, const char *file, struct slice bytes)
{
	char sha256[SHA256_TEXT];

	sha256_text(sha256, bytes);
	bytes_printf(digests, "%s  %s\n", sha256, file);
}

/* The SHA-256 of the DER of one certificate in PEM. */
static int
certificate_digest(const char *file, struct slice pem, char sha256[SHA256_TEXT],
    struct err *err)
{
	BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.size);
	unsigned char *der = NULL;
	X509 *x = NULL;
	int size;

	if (bio == NULL)
		die("config: out of memory");
	x = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	if (x == NULL || (size = i2d_X509(x, &der)) <= 0) {
		X509_free(x);
		return err_openssl(err, EINVAL, "%s: wanted a certificate in "
		    "PEM", file);
	}
	sha256_text(sha256, (struct slice){ der, (size_t)size });
	OPENSSL_free(der);
	X509_free(x);
	return 0;
}

static int
read_certificate(struct config *c, size_t row, struct bytes *digests,
    struct err *err)
{
	const struct appointment *a = appointments_row(c->appointments, row);
	struct bytes pem = { 0 };
	char file[100], sha256[SHA256_TEXT];
	int found, result = -1;

	snprintf(file, sizeof(file), "officers/%s.pem", a->section);
	found = read_if_there(c, file, CERTIFICATE_MAX, &pem, err);
	if (found == 1) {
		digest_add(digests, file, SLICE(&pem));
		if (certificate_digest(file, SLICE(&pem), sha256, err) == 0)
			result = appointments_certify(c->appointments,
			    FILE_NAME, row, sha256, err);
	} else
		result = found;
	bytes_free(&pem);
	return result;
}

/* The fact is all of it: the file and every certificate beside it. */
static int
read_appointments(struct config *c, struct bytes *digests, struct err *err)
{
	struct bytes text = { 0 }, own = { 0 };
	size_t i;
	int found, result = -1;

	found = read_if_there(c, FILE_NAME, CONF_TEXT_MAX, &text, err);
	if (found != 1) {
		result = found;
		goto out;
	}
	digest_add(&own, FILE_NAME, SLICE(&text));
	c->appointments = appointments_parse(FILE_NAME, SLICE(&text), err);
	if (c->appointments == NULL)
		goto out;
	for (i = 0; appointments_row(c->appointments, i) != NULL; i++)
		if (read_certificate(c, i, &own, err) == -1)
			goto out;
	sha256_text(c->appointments_sha256, SLICE(&own));
	bytes_put(digests, own.data, own.size);
	result = 0;
out:
	bytes_free(&text);
	bytes_free(&own);
	return result;
}

/* --- what must not be ---------------------------------------------------- */

static int
separation_fits(struct config *c, struct slice conf, struct err *err)
{
	const int line = conf_line_of(conf, "ra", "separation");

	if (c->sandbox || c->separation)
		return 0;
	if (line != 0)
		return err_set(err, EINVAL, "pkifs.conf line %d: [ra] "
		    "separation: wanted yes, for this CA is no sandbox "
		    "(REQ-7.1.3-01, REQ-7.4.1-10), found \"no\"", line);
	c->separation = true;
	return 0;
}

/*
 * A login alone must not cause issuance (BR 6.5.1: two factors), and no command
 * goes around it (open-eidas audit finding ).  A profile's own `signed`
 * is not enough: what is registered is issued by itself, so registrations count.
 */
static int
decisions_fit(const struct config *c, struct slice conf, struct err *err)
{
	const struct profile *p;
	size_t i;

	if (c->sandbox || c->signed_decisions)
		return 0;
	for (i = 0; i < c->profile_count; i++) {
		p = &c->profiles[i];
		if (p->internal || strcmp(p->base_policy, "test") == 0)
			continue;
		return err_set(err, EINVAL, "pkifs.conf line %d: [ra] "
		    "decisions: wanted signed, for profile %s builds on %s "
		    "(GEN-6.5.5-04: a login alone must not cause issuance)",
		    conf_line_of(conf, "ra", "decisions"), p->name,
		    p->base_policy);
	}
	return 0;
}

/* Here by name and line; who is in the groups is people.h's to look at. */
static int
matrix_fits(const struct config *c, struct err *err)
{
	const struct appointment *a;
	const char *conflict;
	size_t i;

	if (!c->separation)
		return 0;
	for (i = 0; (a = appointments_row(c->appointments, i)) != NULL; i++) {
		conflict = roles_conflict(a->roles);
		if (conflict != NULL)
			return err_set(err, EINVAL, FILE_NAME " line %d: [%s] "
			    "roles: %s", a->line, a->section, conflict);
	}
	return 0;
}

int
config_read_people(struct config *c, struct slice conf,
    struct bytes *digests, struct err *err)
{

	return separation_fits(c, conf, err) == -1 ||
	    decisions_fit(c, conf, err) == -1 ||
	    read_appointments(c, digests, err) == -1 ||
	    matrix_fits(c, err) == -1 ? -1 : 0;
}

bool
config_appoints(const struct config *c)
{

	return c->separation || appointments_row(c->appointments, 0) != NULL;
}
