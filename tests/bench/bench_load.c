/*
 * So many certificates that were revoked and published, straight into the store
 * of a home that is not mounted: what a CRL of a size is made of, and no more.
 *
 *	bench_load HOME COUNT
 */
#include <sys/stat.h>

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ca/bytes.h"
#include "ca/clock.h"
#include "ca/store.h"
#include "ca/store_status.h"
#include "ca/text.h"

#define AT_ONCE	10000		/* rows in a transaction */

static struct err fault;

static void
must_do(int ret)
{
	if (ret != 0)
		die("%s", fault.text);
}

static void
put_one(struct tx *tx)
{
	static const int reasons[] = { 0, 1, 3, 4, 5 };
	struct revocation r = { .on_crl = 1, .on_ocsp = 1 };
	unsigned char serial[17] = { 1 };

	chance_octets(serial + 1, 16);
	hex_upper(r.serial, serial, sizeof(serial));
	strcpy(r.issuer, "issuing");
	r.reason = reasons[serial[1] % 5];
	r.received = r.decided = clock_now() -
	    (usec_t)(serial[3] * 256 + serial[4]) * 100 * USEC;
	must_do(revocation_put(tx, &r, &fault));
}

/* What root leaves there core could not open. */
static void
become_owner(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		die("%s: no such folder", path);
	if (geteuid() == 0 && (setgroups(0, NULL) != 0 ||
	    setgid(st.st_gid) != 0 || setuid(st.st_uid) != 0))
		die("cannot become the owner of %s", path);
}

int
main(int argc, char **argv)
{
	struct store *store;
	struct tx *tx = NULL;
	char path[300];
	long count;

	if (argc != 3)
		die("usage: bench_load HOME COUNT");
	count = atol(argv[2]);
	snprintf(path, sizeof(path), "%s/store", argv[1]);
	become_owner(path);
	if ((store = store_open(path, &fault)) == NULL)
		die("%s", fault.text);
	for (long i = 0; i < count; i++) {
		if (tx == NULL && (tx = tx_begin(store, &fault)) == NULL)
			die("%s", fault.text);
		put_one(tx);
		if (i % AT_ONCE == AT_ONCE - 1 || i == count - 1) {
			must_do(tx_commit(tx, &fault));
			tx = NULL;
		}
	}
	store_close(store);
	return 0;
}
