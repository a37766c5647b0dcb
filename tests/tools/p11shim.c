/*
 * A PKCS#11 module for tests: it forwards everything to a real one
 * ($PKIFS_SHIM_MODULE) and writes a line for each C_Sign and C_DeriveKey to
 * $PKIFS_SHIM_FILE, which must be there:
 *
 *	<number in this process> <process> <data in hexadecimal>
 *
 * The data is what the token was given: for ECDSA the digest of what is
 * signed, for RSA the digest at the end of the DigestInfo, for ECDH the other
 * side's point with "point=" before it.  The line is written before the token
 * is called, so a crash inside is counted.
 *
 * With PKIFS_SHIM_LOGINS each C_Login is a line, too:
 *
 *	0 <process> login=<label of the token>
 *
 * What else it can do, by the environment:
 *	PKIFS_SHIM_DELAY=ms	each of them takes so much longer
 *	PKIFS_SHIM_CRASH=n	the n-th of a process aborts it ...
 *	PKIFS_SHIM_HANG=n	... or never returns
 *	PKIFS_SHIM_FAIL=n:ckr	... or fails with this code (hexadecimal)
 * and each of crash, hang and fail (with CKR_SESSION_HANDLE_INVALID) once when
 * a file $PKIFS_SHIM_FILE.crash, .hang or .fail is there, which is removed.
 */
#include <p11-kit/pkcs11.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DATA_MAX	64	/* octets of a digest */
#define POINT_MAX	160
#define MODULE	"/usr/lib/softhsm/libsofthsm2.so"

static CK_FUNCTION_LIST *real, ours;
static atomic_int count;

static void
note(int number, const char *what, const CK_BYTE *data, CK_ULONG size)
{
	const char *path = getenv("PKIFS_SHIM_FILE");
	CK_ULONG most = *what == '\0' ? DATA_MAX : POINT_MAX;
	char line[2 * POINT_MAX + 64];
	CK_ULONG from = 0, i;
	int fd, n;

	if (path == NULL || (fd = open(path, O_WRONLY | O_APPEND |
	    O_CLOEXEC)) == -1)
		return;
	/* RSA: a DigestInfo of 19 octets and the digest (RFC 8017 9.2). */
	if (*what == '\0' && (size == 51 || size == 67))
		from = 19;
	n = snprintf(line, sizeof(line), "%d %ld %s", number, (long)getpid(),
	    what);
	for (i = from; i < size && i < from + most; i++)
		n += snprintf(line + n, 3, "%02x", data[i]);
	line[n++] = '\n';
	if (write(fd, line, (size_t)n) != n)
		fprintf(stderr, "p11shim: %s cannot be written\n", path);
	close(fd);
}

/* Is it the turn of this call, by number or by file? */
static int
is_wanted(int number, const char *variable, const char *suffix)
{
	const char *value = getenv(variable), *file = getenv("PKIFS_SHIM_FILE");
	char path[1024];

	if (value != NULL && atoi(value) == number)
		return 1;
	if (file == NULL)
		return 0;
	snprintf(path, sizeof(path), "%s.%s", file, suffix);
	return unlink(path) == 0;
}

static CK_RV
failure(void)
{
	const char *value = getenv("PKIFS_SHIM_FAIL"), *colon;

	if (value == NULL || (colon = strchr(value, ':')) == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	return strtoul(colon + 1, NULL, 16);
}

/* What is done before the token is called; false: it is not called. */
static int
before(const char *what, const CK_BYTE *data, CK_ULONG size)
{
	const char *delay = getenv("PKIFS_SHIM_DELAY");
	int number = atomic_fetch_add(&count, 1) + 1;

	if (is_wanted(number, "PKIFS_SHIM_FAIL", "fail"))
		return 0;
	note(number, what, data, size);
	if (delay != NULL)
		usleep((useconds_t)atoi(delay) * 1000);
	if (is_wanted(number, "PKIFS_SHIM_CRASH", "crash"))
		abort();
	if (is_wanted(number, "PKIFS_SHIM_HANG", "hang"))
		for (;;)
			pause();
	return 1;
}

static CK_RV
counting_sign(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG size,
    CK_BYTE *signature, CK_ULONG *signature_size)
{
	/* A call that only asks for the size signs nothing. */
	if (signature != NULL && !before("", data, size))
		return failure();
	return real->C_Sign(session, data, size, signature, signature_size);
}

static CK_RV
counting_derive(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism,
    CK_OBJECT_HANDLE base, CK_ATTRIBUTE *template, CK_ULONG size,
    CK_OBJECT_HANDLE *key)
{
	const CK_ECDH1_DERIVE_PARAMS *params = mechanism->pParameter;

	if (mechanism->mechanism == CKM_ECDH1_DERIVE &&
	    !before("point=", params->pPublicData, params->ulPublicDataLen))
		return failure();
	return real->C_DeriveKey(session, mechanism, base, template, size,
	    key);
}

static CK_RV
counting_login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR *pin,
    CK_ULONG size)
{
	const char *path = getenv("PKIFS_SHIM_FILE");
	CK_SESSION_INFO where;
	CK_TOKEN_INFO token;
	int fd;

	if (getenv("PKIFS_SHIM_LOGINS") != NULL && path != NULL &&
	    real->C_GetSessionInfo(session, &where) == CKR_OK &&
	    real->C_GetTokenInfo(where.slotID, &token) == CKR_OK &&
	    (fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)) != -1) {
		dprintf(fd, "0 %ld login=%.32s\n", (long)getpid(),
		    (const char *)token.label);
		close(fd);
	}
	return real->C_Login(session, user, pin, size);
}

CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **list)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	const char *path = getenv("PKIFS_SHIM_MODULE");
	CK_C_GetFunctionList get;
	CK_RV rv = CKR_OK;
	void *library, *symbol;

	pthread_mutex_lock(&lock);
	if (real == NULL) {
		library = dlopen(path != NULL ? path : MODULE,
		    RTLD_NOW | RTLD_LOCAL);
		symbol = library == NULL ? NULL :
		    dlsym(library, "C_GetFunctionList");
		if (symbol == NULL) {
			fprintf(stderr, "p11shim: %s\n", dlerror());
			rv = CKR_GENERAL_ERROR;
		} else {
			memcpy(&get, &symbol, sizeof(get));
			rv = get(&real);
		}
		if (rv == CKR_OK) {
			ours = *real;
			ours.C_GetFunctionList = C_GetFunctionList;
			ours.C_Login = counting_login;
			ours.C_Sign = counting_sign;
			ours.C_DeriveKey = counting_derive;
		} else
			real = NULL;
	}
	*list = &ours;
	pthread_mutex_unlock(&lock);
	return rv;
}
