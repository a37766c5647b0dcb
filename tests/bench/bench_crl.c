/*
 * What CRLs cost at size: so many revoked certificates, spread over shards, in
 * a store of its own, signed by a signer process; wall time, CPU time of both
 * processes, and the most memory both had (PSS, memory files counted once).
 *
 *	bench_crl [REVOKED] [SHARDS] [KEY]
 */
#include <sys/resource.h>

#include <malloc.h>
#include <stdatomic.h>

#include "../unit/hsm_signer.h"
#include "../unit/quiet_sink.h"
#include "ca/commit.h"
#include "ca/config.h"
#include "ca/store_shards.h"
#include "status/compare_crl.h"
#include "status/crl_round.h"

#define AT_ONCE	10000		/* rows in a transaction */

static struct config config;
static struct authority_parts parts;
static struct desk desk;
static struct hsm_home home;
static struct signer_process signer;
static struct client *client;
static struct store *store;
static char store_dir[300];
static struct err fault;

static void
must_do(int ret)
{
	if (ret != 0)
		die("%s", fault.text);
}

static struct tx *
begin(void)
{
	struct tx *tx = tx_begin(store, &fault);

	if (tx == NULL)
		die("%s", fault.text);
	return tx;
}

/* --- memory -------------------------------------------------------------- */

static atomic_bool watching;
static long most_kib;

static long
pss_of(pid_t pid)
{
	char path[64], line[200];
	long kib = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	if ((f = fopen(path, "r")) == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "Pss: %ld kB", &kib) == 1)
			break;
	fclose(f);
	return kib;
}

static void *
watch(void *arg)
{
	long kib;

	while (atomic_load(&watching)) {
		kib = pss_of(getpid()) + pss_of(signer.pid);
		if (kib > most_kib)
			most_kib = kib;
		usleep(20000);
	}
	return NULL;
}

static double
cpu_ms(void)
{
	unsigned long user = 0, system = 0;
	char path[64], line[1000], *p;
	struct rusage u;
	FILE *f;

	getrusage(RUSAGE_SELF, &u);
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)signer.pid);
	if ((f = fopen(path, "r")) != NULL) {
		if (fgets(line, sizeof(line), f) != NULL &&
		    (p = strrchr(line, ')')) != NULL)
			sscanf(p, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u "
			    "%*u %lu %lu", &user, &system);
		fclose(f);
	}
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000 +
	    (double)(user + system) * 1000 / (double)sysconf(_SC_CLK_TCK);
}

/* --- rows ---------------------------------------------------------------- */

static int shard_count;

static void
make_shards(const char *base)
{
	struct shard shard = { .issuer = "issuing" };
	struct tx *tx = begin();

	for (int i = 0; i < shard_count; i++)
		must_do(shard_add(tx, &shard, base, &fault));
	must_do(tx_commit(tx, &fault));
}

static void
put_one(struct tx *tx, bool published)
{
	static const int reasons[] = { 0, 1, 3, 4, 5 };
	struct revocation r = { .on_crl = published, .on_ocsp = 1 };
	unsigned char serial[17] = { 1 };

	chance_octets(serial + 1, 16);
	hex_upper(r.serial, serial, sizeof(serial));
	strcpy(r.issuer, "issuing");
	r.reason = reasons[serial[1] % 5];
	if (shard_count > 0)
		r.shard = 1 + serial[2] % shard_count;
	r.received = r.decided = clock_now() -
	    (usec_t)(serial[3] * 256 + serial[4]) * 100 * USEC;
	must_do(revocation_put(tx, &r, &fault));
}

static void
fill(long count)
{
	struct tx *tx = NULL;

	for (long i = 0; i < count; i++) {
		if (tx == NULL)
			tx = begin();
		put_one(tx, true);
		if (i % AT_ONCE == AT_ONCE - 1 || i == count - 1) {
			must_do(tx_commit(tx, &fault));
			tx = NULL;
		}
	}
}

/* What filling it left in memory is none of a CRL's. */
static void
reopen(void)
{
	committer_free(parts.committer);
	store_close(store);
	if ((store = store_open(store_dir, &fault)) == NULL)
		die("no store: %s", fault.text);
	parts.store = store;
	parts.committer = committer_new(store);
	malloc_trim(0);
}

/* --- rounds -------------------------------------------------------------- */

static struct bell bell;
static struct specimen *specimen;

static void
make(const char *what, struct crl_scope **scopes, size_t count)
{
	struct crl_order order = { .count = count };
	double cpu = cpu_ms();
	usec_t began;
	pthread_t thread;
	struct crl crl;
	struct view *v;

	memcpy(order.scopes, scopes, count * sizeof(*scopes));
	most_kib = 0;
	atomic_store(&watching, true);
	pthread_create(&thread, NULL, watch, NULL);
	began = clock_steady();
	must_do(crl_round(&desk, specimen, &bell, &order, &fault));
	began = clock_steady() - began;
	atomic_store(&watching, false);
	pthread_join(thread, NULL);
	v = view_take(store);
	if (crl_newest(v, "issuing", scopes[0]->id, &crl) != 1)
		die("no CRL");
	view_put(v);
	printf("%-34s %8.1f ms  CPU %7.1f ms  %6.1f MiB  %lld entries\n",
	    what, (double)began / 1000, cpu_ms() - cpu,
	    (double)most_kib / 1024, (long long)crl.entries);
}

static void
revoke_one(void)
{
	struct tx *tx = begin();

	put_one(tx, false);
	must_do(tx_commit(tx, &fault));
}

static void
compare(const char *what, int64_t scope)
{
	struct differences d = { .count = 0 };
	struct view *v = view_take(store);
	usec_t began = clock_steady();

	compare_crl_whole(v, scope, &d);
	printf("%-34s %8.1f ms  %lld compared, %lld differ\n", what,
	    (double)(clock_steady() - began) / 1000, (long long)d.compared,
	    (long long)d.count);
	view_put(v);
}

static void
open_all(const char *key)
{
	home_make(&home, key);
	signer_start(&signer, &home);
	client = client_new();
	signer_connect(&signer, client);
	if (!key_within(client, "issuing", true, 20))
		die("the issuing key is not ready");
	config.crl_next_update = USEC_DAY;
	strcpy(config.url, "http://localhost/pki");
	bytes_copy(&config.issuing_der, SLICE(&home.issuing_der));
	snprintf(store_dir, sizeof(store_dir), "%s/bench-store", home.path);
	if (mkdir(store_dir, 0700) != 0 ||
	    (store = store_open(store_dir, &fault)) == NULL)
		die("no store: %s", fault.text);
	parts = (struct authority_parts){ .config = &config, .sink = &quiet_sink,
	    .store = store, .signing = client_signing(client),
	    .committer = committer_new(store) };
	desk.parts = &parts;
	desk.issuing = signatory_new(SLICE(&config.issuing_der), &fault);
	if (desk.issuing == NULL)
		die("%s", fault.text);
	desk.timers = timers_new();
	desk.health = health_new(&parts, desk.timers);
	bell_init(&bell);
	specimen = specimen_new(desk.issuing);
}

int
main(int argc, char **argv)
{
	struct crl_scope complete = { .id = CRL_COMPLETE };
	struct crl_scope delta = { .id = CRL_DELTA };
	struct crl_scope shard = { .id = 1 };
	struct crl_scope *both[2] = { &shard, &delta };
	struct crl_scope *list[1];
	long count = argc > 1 ? atol(argv[1]) : 1000000;

	setvbuf(stdout, NULL, _IOLBF, 0);
	shard_count = argc > 2 ? atoi(argv[2]) : 128;
	open_all(argc > 3 ? argv[3] : "ec:P-256");
	make_shards(config.url);
	snprintf(shard.url, sizeof(shard.url), "%s/status/crl/1.crl",
	    config.url);
	fill(count);
	reopen();
	printf("%ld revoked, %d shards; before: %.1f MiB\n", count,
	    shard_count, (double)(pss_of(getpid()) + pss_of(signer.pid)) /
	    1024);
	list[0] = &complete;
	make("complete, of all rows", list, 1);
	make("complete, of the one before", list, 1);
	revoke_one();
	list[0] = &delta;
	make("delta after one", list, 1);
	revoke_one();
	make("shard and delta after one", both, shard_count > 0 ? 2 : 1);
	compare("compare complete", CRL_COMPLETE);
	compare("compare delta", CRL_DELTA);
	compare("compare a shard", 1);
	health_free(desk.health);
	timers_free(desk.timers);
	signer_end(&signer);
	client_free(client);
	committer_free(parts.committer);
	store_close(store);
	home_free(&home);
	return 0;
}
