/*
 * The measuring programs of `make bench`, each a verb that prints one line of
 * numbers.  run.sh puts them side by side as ratios of one run.
 *
 *	bench requests DIR COUNT		make COUNT requests in DIR
 *	bench limit HOME DIR THREADS SECONDS	verify a request, sign once in
 *						the token: certificates a
 *						second, CPU ms of each
 *	bench issue BOX DIR FIRST COUNT THREADS	drop through the mount and read
 *						each certificate: the same, the
 *						CPU being the writers' only
 *	bench cp BOX DIR FIRST COUNT		median and p99 of cp until the
 *						certificate can be read, in us
 *	bench revoke CA DIR FIRST COUNT		the same of a revocation until
 *						the CRL carries it
 */
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <p11-kit/pkcs11.h>

#define PATH_ROOM	4096

extern char **environ;

static _Noreturn void
give_up(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double
seconds_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Certificates a second, and the CPU ms that each took in this process. */
static void
print_rate(long count, double start)
{
	struct rusage used;
	double seconds = seconds_now() - start, cpu;

	getrusage(RUSAGE_SELF, &used);
	cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	    (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
	printf("%.1f %.3f\n", (double)count / seconds,
	    cpu * 1e3 / (double)count);
}

/* --- requests ------------------------------------------------------------- */

static void
write_request(const char *dir, int number, EVP_PKEY *key)
{
	X509_REQ *req = X509_REQ_new();
	STACK_OF(X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null();
	char path[PATH_ROOM], name[64], san[80];
	FILE *to;

	snprintf(name, sizeof(name), "b%d.example.org", number);
	snprintf(san, sizeof(san), "DNS:%s", name);
	X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(req), "CN",
	    MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
	sk_X509_EXTENSION_push(extensions,
	    X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, san));
	X509_REQ_add_extensions(req, extensions);
	X509_REQ_set_pubkey(req, key);
	X509_REQ_sign(req, key, EVP_sha256());
	snprintf(path, sizeof(path), "%s/b%d.csr", dir, number);
	if ((to = fopen(path, "w")) == NULL)
		give_up(path);
	PEM_write_X509_REQ(to, req);
	fclose(to);
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
	X509_REQ_free(req);
}

static int
requests(char **argv)
{
	int count = atoi(argv[1]);

	mkdir(argv[0], 0755);
	for (int i = 0; i < count; i++) {
		EVP_PKEY *key = EVP_EC_gen("P-256");

		write_request(argv[0], i, key);
		EVP_PKEY_free(key);
	}
	return 0;
}

static size_t
slurp(const char *path, char *to, size_t room)
{
	int fd = open(path, O_RDONLY);
	ssize_t n;

	if (fd == -1)
		return 0;
	n = read(fd, to, room);
	close(fd);
	return n > 0 ? (size_t)n : 0;
}

/* --- limit ---------------------------------------------------------------- */

struct limit {
	CK_FUNCTION_LIST	*p11;
	CK_SLOT_ID		 slot;
	X509_REQ		*req;
	double			 until;
	long			 done;
};

static void *
limit_thread(void *arg)
{
	struct limit *l = arg;
	CK_SESSION_HANDLE session;
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE template = { CKA_CLASS, &class, sizeof(class) };
	CK_OBJECT_HANDLE key;
	CK_MECHANISM mechanism = { CKM_ECDSA, NULL, 0 };
	CK_ULONG found = 0;
	unsigned char digest[32] = { 1 }, signature[128];

	l->p11->C_OpenSession(l->slot, CKF_SERIAL_SESSION, NULL, NULL,
	    &session);
	l->p11->C_FindObjectsInit(session, &template, 1);
	l->p11->C_FindObjects(session, &key, 1, &found);
	l->p11->C_FindObjectsFinal(session);
	if (found != 1)
		give_up("no key in the token");
	while (seconds_now() < l->until) {
		CK_ULONG size = sizeof(signature);

		/* As a CA does: from the bytes, nothing cached. */
		X509_REQ *req = X509_REQ_dup(l->req);
		EVP_PKEY *pkey = X509_REQ_get_pubkey(req);

		if (X509_REQ_verify(req, pkey) != 1)
			give_up("verify");
		EVP_PKEY_free(pkey);
		X509_REQ_free(req);
		if (l->p11->C_SignInit(session, &mechanism, key) != CKR_OK ||
		    l->p11->C_Sign(session, digest, sizeof(digest), signature,
		    &size) != CKR_OK)
			give_up("C_Sign");
		l->done++;
	}
	return NULL;
}

static CK_SLOT_ID
find_slot(CK_FUNCTION_LIST *p11, const char *label)
{
	CK_SLOT_ID slots[32];
	CK_ULONG count = 32;
	CK_TOKEN_INFO info;

	p11->C_GetSlotList(CK_TRUE, slots, &count);
	for (CK_ULONG i = 0; i < count; i++)
		if (p11->C_GetTokenInfo(slots[i], &info) == CKR_OK &&
		    strncmp((char *)info.label, label, strlen(label)) == 0)
			return slots[i];
	give_up("no token of that label");
}

static int
limit(char **argv)
{
	int threads = atoi(argv[2]);
	double length = atof(argv[3]);
	struct limit *each = calloc((size_t)threads, sizeof(*each));
	pthread_t *thread = calloc((size_t)threads, sizeof(*thread));
	char path[PATH_ROOM], pin[256];
	CK_C_INITIALIZE_ARGS init = { .flags = CKF_OS_LOCKING_OK };
	CK_FUNCTION_LIST *p11;
	CK_SESSION_HANDLE session;
	CK_RV (*list)(CK_FUNCTION_LIST **);
	FILE *from;
	X509_REQ *req;
	size_t size;
	long done = 0;

	snprintf(path, sizeof(path), "%s/signer/softhsm2.conf", argv[0]);
	setenv("SOFTHSM2_CONF", path, 1);
	*(void **)&list = dlsym(dlopen("/usr/lib/softhsm/libsofthsm2.so",
	    RTLD_NOW), "C_GetFunctionList");
	list(&p11);
	p11->C_Initialize(&init);
	each->slot = find_slot(p11, "pkifs-issuing");
	snprintf(path, sizeof(path), "%s/signer/pin-issuing", argv[0]);
	size = slurp(path, pin, sizeof(pin));
	while (size > 0 && pin[size - 1] == '\n')
		size--;
	p11->C_OpenSession(each->slot, CKF_SERIAL_SESSION, NULL, NULL,
	    &session);
	if (p11->C_Login(session, CKU_USER, (unsigned char *)pin, size) !=
	    CKR_OK)
		give_up("login");
	snprintf(path, sizeof(path), "%s/b0.csr", argv[1]);
	if ((from = fopen(path, "r")) == NULL)
		give_up(path);
	req = PEM_read_X509_REQ(from, NULL, NULL, NULL);
	fclose(from);

	double start = seconds_now();
	for (int i = 0; i < threads; i++) {
		each[i] = (struct limit){ p11, each->slot, req,
		    start + length, 0 };
		pthread_create(&thread[i], NULL, limit_thread, &each[i]);
	}
	for (int i = 0; i < threads; i++) {
		pthread_join(thread[i], NULL);
		done += each[i].done;
	}
	print_rate(done, start);
	return 0;
}

/* --- issue ---------------------------------------------------------------- */

struct writer {
	const char	*box, *dir;
	int		 first, step, end;
};

static void
drop(const char *box, const char *dir, int number)
{
	char path[PATH_ROOM], bytes[16384];
	size_t size;
	int fd;

	snprintf(path, sizeof(path), "%s/b%d.csr", dir, number);
	if ((size = slurp(path, bytes, sizeof(bytes))) == 0)
		give_up(path);
	snprintf(path, sizeof(path), "%s/b%d.csr", box, number);
	if ((fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644)) == -1 ||
	    write(fd, bytes, size) != (ssize_t)size || close(fd) == -1)
		give_up(path);
	snprintf(path, sizeof(path), "%s/b%d.crt", box, number);
	if (slurp(path, bytes, sizeof(bytes)) < 500)
		give_up(path);
}

static void *
issue_thread(void *arg)
{
	struct writer *w = arg;

	for (int i = w->first; i < w->end; i += w->step)
		drop(w->box, w->dir, i);
	return NULL;
}

static int
issue(char **argv)
{
	int first = atoi(argv[2]), count = atoi(argv[3]);
	int threads = atoi(argv[4]);
	struct writer *each = calloc((size_t)threads, sizeof(*each));
	pthread_t *thread = calloc((size_t)threads, sizeof(*thread));
	double start = seconds_now();

	for (int i = 0; i < threads; i++) {
		each[i] = (struct writer){ argv[0], argv[1], first + i,
		    threads, first + count };
		pthread_create(&thread[i], NULL, issue_thread, &each[i]);
	}
	for (int i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	print_rate(count, start);
	return 0;
}

/* --- cp and revoke -------------------------------------------------------- */

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
print_quantiles(double *took, int count)
{
	qsort(took, (size_t)count, sizeof(*took), compare);
	printf("%.0f %.0f\n", took[count / 2] * 1e6,
	    took[count * 99 / 100] * 1e6);
}

static void
run(char *const argv[])
{
	pid_t pid;
	int status;

	if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) != 0 ||
	    waitpid(pid, &status, 0) == -1 || status != 0)
		give_up(argv[0]);
}

static int
cp(char **argv)
{
	int first = atoi(argv[2]), count = atoi(argv[3]);
	double *took = calloc((size_t)count, sizeof(*took));
	char from[PATH_ROOM], crt[PATH_ROOM], bytes[16384];

	for (int i = 0; i < count; i++) {
		char *const command[] = { "cp", from, argv[0], NULL };
		double start = seconds_now();

		snprintf(from, sizeof(from), "%s/b%d.csr", argv[1], first + i);
		snprintf(crt, sizeof(crt), "%s/b%d.crt", argv[0], first + i);
		run(command);
		if (slurp(crt, bytes, sizeof(bytes)) < 500)
			give_up(crt);
		took[i] = seconds_now() - start;
	}
	print_quantiles(took, count);
	return 0;
}

static void
serial_of(const char *crt, char *to, size_t room, unsigned char raw[32],
    int *raw_size)
{
	FILE *from = fopen(crt, "r");
	X509 *x = from == NULL ? NULL : PEM_read_X509(from, NULL, NULL, NULL);

	if (x == NULL)
		give_up(crt);
	fclose(from);
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
	*raw_size = serial->length;
	memcpy(raw, serial->data, (size_t)serial->length);
	for (int i = 0; i < serial->length; i++)
		snprintf(to + 2 * i, room - 2 * (size_t)i, "%02X", raw[i]);
	X509_free(x);
}

static int
revocation(char **argv)
{
	int first = atoi(argv[2]), count = atoi(argv[3]), raw_size, fd;
	double *took = calloc((size_t)count, sizeof(*took));
	static char crl[64 << 20];
	char path[PATH_ROOM], serial[80];
	unsigned char raw[32];

	for (int i = 0; i < count; i++) {
		size_t size;

		snprintf(path, sizeof(path), "%s/requests/b%d.crt", argv[0],
		    first + i);
		serial_of(path, serial, sizeof(serial), raw, &raw_size);
		double start = seconds_now();
		snprintf(path, sizeof(path), "%s/revoke/%s", argv[0], serial);
		if ((fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644)) ==
		    -1 || write(fd, "superseded\n", 11) != 11)
			give_up(path);
		close(fd);
		snprintf(path, sizeof(path), "%s/status/issuing.crl", argv[0]);
		size = slurp(path, crl, sizeof(crl));
		took[i] = seconds_now() - start;
		if (memmem(crl, size, raw, (size_t)raw_size) == NULL)
			give_up("the CRL a reader got does not carry it");
	}
	print_quantiles(took, count);
	return 0;
}

static const struct verb {
	const char *name;
	int arguments;
	int (*run)(char **);
} verbs[] = {
	{ "requests", 2, requests },
	{ "limit", 4, limit },
	{ "issue", 5, issue },
	{ "cp", 4, cp },
	{ "revoke", 4, revocation },
};

int
main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (argc > 1 && strcmp(argv[1], verbs[i].name) == 0 &&
		    argc - 2 == verbs[i].arguments)
			return verbs[i].run(argv + 2);
	fprintf(stderr, "usage: see the first lines of bench.c\n");
	return 2;
}
