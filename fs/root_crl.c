/*
 * pkifs root-crl: the root's key, in HOME/offline, is used by this verb alone.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "../ca/crl_reason.h"
#include "../hsm/ceremony.h"
#include "root_crl.h"

const char root_crl_usage[] =
    "usage: pkifs root-crl [--revoke SERIAL --reason REASON] HOME\n"
    "\n"
    "Signs a new CRL of the root with its key in HOME/offline, valid for at\n"
    "most a year, and puts it in HOME/ca/root.crl. After it: pkifs reload "
    "HOME.\n"
    "\n"
    "  --revoke SERIAL  a certificate that the root issued is on it from now\n"
    "                   on: the issuing CA's, which then issues nothing more\n"
    "  --reason REASON  cACompromise, affiliationChanged, superseded,\n"
    "                   cessationOfOperation, privilegeWithdrawn\n";

struct wanted {
	const char	*home, *reason;
	struct ceremony_revocation revocation;
};

static int
check(struct wanted *w, struct err *err)
{
	const char *serial = w->revocation.serial;
	size_t length;

	if (serial == NULL && w->reason != NULL)
		return err_set(err, EINVAL, "--reason goes with --revoke");
	if (serial == NULL)
		return 0;
	if (w->reason == NULL)
		return err_set(err, EINVAL, "--revoke goes with --reason");
	length = strlen(serial);
	if (length == 0 || length > 40 || length % 2 != 0 ||
	    strspn(serial, "0123456789ABCDEF") != length)
		return err_set(err, EINVAL, "\"%s\" is no serial: wanted "
		    "upper-case hexadecimal digits, two for an octet, 40 at "
		    "most", serial);
	w->revocation.reason = reason_find(w->reason);
	if (w->revocation.reason == -1)
		return err_set(err, EINVAL, "\"%s\" is no reason of RFC 5280 "
		    "5.3.1", w->reason);
	return 0;
}

/* -1 without a sentence: how it is used. */
static int
read_options(struct wanted *w, int argc, char **argv, struct err *err)
{
	static const struct option options[] = {
		{ "revoke", required_argument, NULL, 'r' },
		{ "reason", required_argument, NULL, 'w' },
		{ NULL, 0, NULL, 0 }
	};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (c == 'r')
			w->revocation.serial = optarg;
		else if (c == 'w')
			w->reason = optarg;
		else
			return -1;
	if (argc - optind != 1)
		return -1;
	w->home = argv[optind];
	return check(w, err);
}

int
verb_root_crl(int argc, char **argv)
{
	struct wanted w = { .home = NULL };
	struct err err = { 0 };

	if (read_options(&w, argc, argv, &err) == -1 ||
	    ceremony_root_crl(w.home, w.revocation.serial != NULL ?
	    &w.revocation : NULL, &err) == -1) {
		if (err.text[0] == '\0') {
			fputs(root_crl_usage, stderr);
			return 2;
		}
		fprintf(stderr, "pkifs root-crl: %s\n", err.text);
		return 1;
	}
	printf("%s/ca/root.crl is new; show it with: pkifs reload %s\n",
	    w.home, w.home);
	return 0;
}
