/*
 * What signing costs: C_Sign alone with one and two threads (Cryptoki itself,
 * the key found once), against the signer from end to end through the client
 * with 1, 8 and 32 orders outstanding.  Signatures per second, and as a part
 * of the better of the two limits.
 *
 *	bench_sign [SECONDS] [KEY]
 */
#include <p11-kit/pkcs11.h>

#include <dlfcn.h>
#include <sys/resource.h>

#include "../unit/hsm_signer.h"

#define ORDERS 32

static double seconds = 2;

/* Of the children that have ended, in microseconds; it tells what load hides. */
static double
cpu_of_children(void)
{
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * USEC +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

/* --- the limit ----------------------------------------------------------- */

struct raw {
	CK_FUNCTION_LIST *call;
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
	CK_MECHANISM_TYPE mechanism;
	long		 done;
};

static void
must_ck(CK_RV rv, const char *what)
{
	if (rv != CKR_OK)
		die("%s: 0x%lx", what, (unsigned long)rv);
}

static CK_SLOT_ID
slot_of(CK_FUNCTION_LIST *call, const char *label)
{
	CK_SLOT_ID slots[16];
	CK_ULONG count = 16, i;
	CK_TOKEN_INFO info;

	must_ck(call->C_GetSlotList(CK_TRUE, slots, &count), "C_GetSlotList");
	for (i = 0; i < count; i++)
		if (call->C_GetTokenInfo(slots[i], &info) == CKR_OK &&
		    memcmp(info.label, label, strlen(label)) == 0)
			return slots[i];
	die("no token %s", label);
}

static void
raw_open(struct raw *r, CK_FUNCTION_LIST *call, const struct hsm_home *h,
    bool first)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE find = { CKA_CLASS, &class, sizeof(class) };
	struct bytes pin = { 0 };
	char path[500];
	CK_ULONG count;
	struct err err;

	r->call = call;
	r->mechanism = h->algorithm->curve != NULL ? CKM_ECDSA :
	    CKM_SHA256_RSA_PKCS;
	must_ck(call->C_OpenSession(slot_of(call, "pkifs-issuing"),
	    CKF_SERIAL_SESSION, NULL, NULL, &r->session), "C_OpenSession");
	snprintf(path, sizeof(path), "%s/pin-issuing", h->signer);
	must(file_read(path, 100, &pin, &err), &err);
	if (first)
		must_ck(call->C_Login(r->session, CKU_USER, pin.data,
		    pin.size), "C_Login");
	must_ck(call->C_FindObjectsInit(r->session, &find, 1), "find");
	must_ck(call->C_FindObjects(r->session, &r->key, 1, &count), "find");
	must_ck(call->C_FindObjectsFinal(r->session), "find");
	bytes_free(&pin);
}

static void *
raw_run(void *arg)
{
	struct raw *r = arg;
	CK_MECHANISM mechanism = { r->mechanism, NULL, 0 };
	CK_BYTE digest[32] = { 1 }, signature[1024];
	usec_t until = clock_steady() + (usec_t)(seconds * USEC);
	CK_ULONG size;

	for (r->done = 0; clock_steady() < until; r->done++) {
		size = sizeof(signature);
		must_ck(r->call->C_SignInit(r->session, &mechanism, r->key),
		    "C_SignInit");
		must_ck(r->call->C_Sign(r->session, digest, sizeof(digest),
		    signature, &size), "C_Sign");
	}
	return NULL;
}

/* In a child, so that the module is not in this process; the rates. */
static void
limits(const struct hsm_home *h, double rate[2])
{
	CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK };
	CK_FUNCTION_LIST *call;
	CK_RV (*get)(CK_FUNCTION_LIST **);
	struct raw raw[2];
	pthread_t thread;
	char path[500];
	void *symbol;
	int p[2];

	if (pipe(p) == -1)
		die("pipe: %m");
	if (fork() == 0) {
		snprintf(path, sizeof(path), "%s/softhsm2.conf", h->signer);
		setenv("SOFTHSM2_CONF", path, 1);
		symbol = dlsym(dlopen(SOFTHSM, RTLD_NOW),
		    "C_GetFunctionList");
		memcpy(&get, &symbol, sizeof(get));
		must_ck(get(&call), "C_GetFunctionList");
		must_ck(call->C_Initialize(&args), "C_Initialize");
		raw_open(&raw[0], call, h, true);
		raw_open(&raw[1], call, h, false);
		raw_run(&raw[0]);
		rate[0] = (double)raw[0].done / seconds;
		pthread_create(&thread, NULL, raw_run, &raw[1]);
		raw_run(&raw[0]);
		pthread_join(thread, NULL);
		rate[1] = (double)(raw[0].done + raw[1].done) / seconds;
		_exit(write(p[1], rate, 2 * sizeof(*rate)) < 0);
	}
	if (read(p[0], rate, 2 * sizeof(*rate)) != 2 * sizeof(*rate))
		die("the limit was not measured");
	wait(NULL);
}

/* --- the signer ---------------------------------------------------------- */

static struct client *client;
static struct bytes *prepared;
static size_t prepared_count;
static atomic_size_t next_one, answered;
static usec_t until;

static void
again(struct sign_order *o, const struct sign_answer *a)
{
	struct test_order *t = (struct test_order *)o;
	size_t i;

	if (a->outcome != SIGNED)
		die("outcome %d: %s", (int)a->outcome, a->reason);
	atomic_fetch_add(&answered, 1);
	i = atomic_fetch_add(&next_one, 1);
	if (clock_steady() >= until || i >= prepared_count) {
		order_done(o, a);
		return;
	}
	bytes_take(&o->tbs, &prepared[i]);
	client_signing(client)->submit(client_signing(client), &t->order);
}

static double
end_to_end(size_t outstanding)
{
	struct test_order t[ORDERS];
	usec_t begun = clock_steady();
	size_t i;

	atomic_store(&answered, 0);
	until = begun + (usec_t)(seconds * USEC);
	for (i = 0; i < outstanding; i++) {
		order_init(&t[i], SIGN_CERTIFICATE, "issuing");
		t[i].order.done = again;
		bytes_take(&t[i].order.tbs,
		    &prepared[atomic_fetch_add(&next_one, 1)]);
	}
	for (i = 0; i < outstanding; i++)
		order_submit(client, &t[i]);
	if (!orders_wait(t, outstanding, 60))
		die("orders were not answered");
	for (i = 0; i < outstanding; i++)
		order_free(&t[i]);
	return (double)atomic_load(&answered) * USEC /
	    (double)(clock_steady() - begun);
}

int
main(int argc, char **argv)
{
	static const size_t outstanding[] = { 1, 8, 32 };
	const char *key = argc > 2 ? argv[2] : "ec:P-256";
	struct signer_process signer;
	struct hsm_home home;
	struct tbs_plan plan;
	double rate[2], best, got, cpu, all = 0;
	size_t i;

	if (argc > 1)
		seconds = atof(argv[1]);
	home_make(&home, key);
	cpu = cpu_of_children();
	limits(&home, rate);
	cpu = (cpu_of_children() - cpu) / (seconds * (rate[0] + rate[1]));
	best = rate[1] > rate[0] ? rate[1] : rate[0];
	printf("C_Sign alone, %s, 1 thread:   %8.0f/s\n", key, rate[0]);
	printf("C_Sign alone, %s, 2 threads:  %8.0f/s\n", key, rate[1]);
	printf("C_Sign alone, CPU:                %8.0f us\n", cpu);
	prepared_count = (size_t)(best * seconds * 4) + 100;
	prepared = calloc(prepared_count, sizeof(*prepared));
	for (i = 0; i < prepared_count; i++) {
		plan_certificate(&plan, &home);
		make_certificate(&prepared[i], &plan);
	}
	signer_start(&signer, &home);
	client = client_new();
	signer_connect(&signer, client);
	if (!key_within(client, "issuing", true, 20))
		die("the issuing key is not ready");
	for (i = 0; i < 3; i++) {
		got = end_to_end(outstanding[i]);
		printf("signer, %2zu outstanding:           %8.0f/s  %.2f\n",
		    outstanding[i], got, got / best);
		all += (double)atomic_load(&answered);
	}
	cpu = cpu_of_children();
	signer_end(&signer);
	printf("signer, CPU for a signature:      %8.0f us\n",
	    (cpu_of_children() - cpu) / all);
	client_free(client);
	home_free(&home);
	return 0;
}
