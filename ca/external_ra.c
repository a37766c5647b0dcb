/*
 * A recognised external RA: see external_ra.h.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "blocks.h"
#include "cms_signer.h"
#include "conf.h"
#include "external_ra.h"
#include "names.h"
#include "text.h"

/* "example.org", "@example.org", "192.0.2.0/24", "2001:db8::1" */
static int
check_scope(const char *text, struct err *err)
{
	const char *at = strchr(text, '@');
	char address[256];

	if (strpbrk(text, "/:") != NULL ||
	    text[strspn(text, "0123456789.")] == '\0') {
		snprintf(address, sizeof(address), "%.*s",
		    (int)strcspn(text, "/"), text);
		return address_is_inside(address, text) ? 0 :
		    err_set(err, EINVAL, "wanted an address, or a network "
		    "like 192.0.2.0/24");
	}
	if (text[0] == '*')
		return err_set(err, EINVAL, "wanted a domain: everything "
		    "under it is inside");
	return dns_name_check(at != NULL ? at + 1 : text, err);
}

#define RA(name) "authority", #name
#define TEXT(name) RA(name), CONF_TEXT, offsetof(struct external_ra, name), \
	sizeof(((struct external_ra *)0)->name)
#define LIST(name, least, most) RA(name), CONF_LIST, \
	offsetof(struct external_ra, name), \
	sizeof(((struct external_ra *)0)->name[0]), least, most
static const struct conf_key keys[] = {
	{ TEXT(name) },
	{ TEXT(contract) },
	{ TEXT(contact), .absent = "", .may_be_empty = true },
	{ RA(until), CONF_LAST_DAY, offsetof(struct external_ra, until) },
	{ LIST(subscribers, 1, RA_LIST) },
	{ LIST(names, 1, RA_LIST), .check = check_scope },
	{ LIST(profiles, 1, 8) },
	{ LIST(users, 0, RA_LIST), .absent = "" },
	{ RA(validates), CONF_YES, offsetof(struct external_ra, validates),
	    .absent = "no" },
};

/* --- its certificate ------------------------------------------------------ */

static int
check_certificate(const char *where, X509 *x, struct external_ra *to,
    struct err *err)
{
	struct tm tm;

	if (X509_check_ca(x) == 1)
		return err_set(err, EINVAL, "%s: the certificate is that of a "
		    "CA; wanted the one the RA signs its packages with",
		    where);
	if (cms_signer_check_certificate(x, err) == -1) {
		err->code = EINVAL;
		return err_in(err, "%s", where);
	}
	if (ASN1_TIME_to_tm(X509_get0_notAfter(x), &tm) != 1)
		return err_set(err, EINVAL, "%s: the certificate has no end",
		    where);
	to->certificate_end = (usec_t)timegm(&tm) * USEC;
	return 0;
}

static int
read_certificate(const char *where, const struct block *b,
    struct external_ra *to, struct err *err)
{
	const unsigned char *p;
	X509 *x = NULL;
	int ret = -1;

	if (strcmp(b->label, "CERTIFICATE") != 0 || to->certificate.size > 0)
		return err_set(err, EINVAL, "%s: wanted one block CERTIFICATE "
		    "behind the keys, that of the RA", where);
	if (block_decode(where, b, &to->certificate, err) == -1)
		return -1;
	p = to->certificate.data;
	x = d2i_X509(NULL, &p, (long)to->certificate.size);
	if (x == NULL || p != to->certificate.data + to->certificate.size)
		err_set(err, EINVAL, "%s: the block CERTIFICATE is none",
		    where);
	else
		ret = check_certificate(where, x, to, err);
	X509_free(x);
	ERR_clear_error();
	sha256_text(to->certificate_sha256, SLICE(&to->certificate));
	return ret;
}

static int
read_ra(const char *where, struct slice s, struct external_ra *to,
    struct err *err)
{
	struct block b;
	int got;

	if (conf_read(where, blocks_keys(&s), keys,
	    sizeof(keys) / sizeof(keys[0]), to, err) == -1)
		return -1;
	while ((got = block_take(where, &s, &b, err)) == 1)
		if (read_certificate(where, &b, to, err) == -1)
			return -1;
	if (got == 0 && to->certificate.size == 0)
		return err_set(err, EINVAL, "%s: wanted the certificate of the "
		    "RA as PEM behind the keys", where);
	return got;
}

int
external_ra_parse(const char *where, struct slice in, struct external_ra *to,
    struct err *err)
{
	struct bytes text = { 0 };
	int ret = -1;

	memset(to, 0, sizeof(*to));
	if (blocks_text(in, &text, err) == 0)
		ret = read_ra(where, SLICE(&text), to, err);
	bytes_free(&text);
	if (ret == -1)
		external_ra_free(to);
	return ret;
}

void
external_ra_free(struct external_ra *ra)
{
	bytes_free(&ra->certificate);
	memset(ra, 0, sizeof(*ra));
}

/* --- scope ---------------------------------------------------------------- */

bool
external_ra_has_subscriber(const struct external_ra *ra, const char *name)
{
	size_t i;

	for (i = 0; i < RA_LIST && ra->subscribers[i][0] != '\0'; i++)
		if (strcmp(ra->subscribers[i], name) == 0)
			return true;
	return false;
}

bool
external_ra_has_profile(const struct external_ra *ra, const char *name)
{
	size_t i;

	for (i = 0; i < 8 && ra->profiles[i][0] != '\0'; i++)
		if (strcmp(ra->profiles[i], name) == 0)
			return true;
	return false;
}

bool
external_ra_has_name(const struct external_ra *ra, const char *kind,
    const char *name)
{
	size_t i;

	for (i = 0; i < RA_LIST && ra->names[i][0] != '\0'; i++)
		if (name_is_inside(kind, name, ra->names[i]))
			return true;
	return false;
}
