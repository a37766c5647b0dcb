/*
 * The signer's keys: see keys.h.  Two locks: `opening` belongs to who opens
 * and closes (the tick, or a signature that found its session gone); `lock` is
 * held for reading while signing, for writing while what is opened changes.
 * Closing the module ends all sessions of all tokens, so it is done for all.
 */
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "keys.h"
#include "place.h"
#include "token.h"
#include "watch.h"

#define KEYS		(RULES_KEYS - 1)	/* all but the root's */
#define PIN_MAX		256
#define FIRST_WAIT	USEC	/* between tries, doubled each time */
#define LONGEST_WAIT	(60 * USEC)
#define REPAIR_EVERY	(5 * USEC)	/* at most */

struct key {
	const char	*name;
	struct token	*token;		/* NULL: not ready */
	char		 reason[REASON_MAX];	/* why not */
	bool		 pin_refused;
	struct stat	 pin;		/* of the file that was tried */
	usec_t		 next, wait;	/* when to try again */
};

struct keys {
	char		 dir[1024], module_path[256];
	const struct rules *rules;
	pthread_mutex_t	 opening;
	pthread_rwlock_t lock;
	struct token_module *module;
	unsigned	 generation;	/* of the module */
	usec_t		 repaired;
	usec_t		 next, wait;	/* when to open the module (again) */
	bool		 absent;	/* a token was not there */
	bool		 changed;
	struct key	 key[KEYS];
	char		*pin;		/* a locked page */
};

struct keys *
keys_new(const char *dir, const char *module, const struct rules *rules)
{
	struct keys *k;
	int i;

	if ((k = calloc(1, sizeof(*k))) == NULL)
		die("out of memory");
	snprintf(k->dir, sizeof(k->dir), "%s", dir);
	snprintf(k->module_path, sizeof(k->module_path), "%s", module);
	k->rules = rules;
	pthread_mutex_init(&k->opening, NULL);
	pthread_rwlock_init(&k->lock, NULL);
	for (i = 0; i < KEYS; i++) {
		k->key[i].name = rules_keys[i + 1];
		snprintf(k->key[i].reason, REASON_MAX, "not opened yet");
	}
	k->changed = true;
	k->pin = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (k->pin == MAP_FAILED)
		die("out of memory");
	mlock(k->pin, 4096);
	madvise(k->pin, 4096, MADV_DONTDUMP);
	return k;
}

static void
close_all(struct keys *k, const char *why)
{
	int i;

	pthread_rwlock_wrlock(&k->lock);
	watch_in("C_Finalize");
	for (i = 0; i < KEYS; i++) {
		if (k->key[i].token == NULL)
			continue;
		token_close(k->key[i].token);
		k->key[i].token = NULL;
		snprintf(k->key[i].reason, REASON_MAX, "%s", why);
		k->key[i].next = k->key[i].wait = 0;
		k->changed = true;
	}
	token_module_close(k->module);
	k->module = NULL;
	watch_out();
	pthread_rwlock_unlock(&k->lock);
}

void
keys_free(struct keys *k)
{
	if (k == NULL)
		return;
	close_all(k, "closed");
	munmap(k->pin, 4096);
	pthread_rwlock_destroy(&k->lock);
	pthread_mutex_destroy(&k->opening);
	free(k);
}

static void
put_off(usec_t *next, usec_t *wait)
{
	*wait = *wait == 0 ? FIRST_WAIT : *wait * 2;
	if (*wait > LONGEST_WAIT)
		*wait = LONGEST_WAIT;
	*next = clock_steady() + *wait;
}

/* --- one key ------------------------------------------------------------- */

/* A reason is logged when it is new, not each time it is met. */
static void
explain(struct keys *k, struct key *key, const char *why)
{
	char reason[REASON_MAX];

	place_hide(k->dir, why, reason, sizeof(reason));
	if (strcmp(key->reason, reason) == 0)
		return;
	pthread_rwlock_wrlock(&k->lock);
	memcpy(key->reason, reason, sizeof(reason));
	k->changed = true;
	pthread_rwlock_unlock(&k->lock);
	log_line("key %s is not available: %s", key->name, why);
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void
pin_path(const struct keys *k, const struct key *key, char *to, size_t room)
{
	snprintf(to, room, "%s/pin-%s", k->dir, key->name);
}

/* Into the locked page; a file being written is left for the next time. */
static int
read_pin(struct keys *k, struct key *key, struct err *err)
{
	char path[1100];
	struct stat after;
	ssize_t n;
	int fd;

	pin_path(k, key, path, sizeof(path));
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) == -1)
		return err_set(err, errno, "the PIN cannot be read from %s: "
		    "%m", path);
	if (fstat(fd, &key->pin) == -1 ||
	    (n = read(fd, k->pin, PIN_MAX)) == -1 ||
	    fstat(fd, &after) == -1) {
		close(fd);
		return err_set(err, errno, "%s: %m", path);
	}
	close(fd);
	while (n > 0 && (k->pin[n - 1] == '\n' || k->pin[n - 1] == '\r'))
		n--;
	k->pin[n < PIN_MAX ? n : 0] = '\0';
	if (n == 0 || n == PIN_MAX || !same_file(&key->pin, &after))
		return err_set(err, EAGAIN, "%s holds no PIN", path);
	return 0;
}

static struct token *
open_pinned(struct keys *k, struct key *key, struct err *err)
{
	char label[32];
	struct token *t;

	snprintf(label, sizeof(label), TOKEN_LABEL, key->name);
	watch_in("C_Login");
	t = token_open(k->module, label, k->pin, err);
	watch_out();
	if (t == NULL)
		return NULL;
	if (!slice_equal(token_spki(t), rules_spki(k->rules, key->name))) {
		token_close(t);
		err_set(err, ENOKEY, "the key in token %s is not the one of "
		    "%s.spki", label, key->name);
		return NULL;
	}
	return t;
}

/* May this key be tried now? */
static bool
is_due(struct keys *k, struct key *key)
{
	char path[1100];
	struct stat now;

	if (key->pin_refused) {
		pin_path(k, key, path, sizeof(path));
		if (stat(path, &now) == -1 || same_file(&now, &key->pin))
			return false;
		key->pin_refused = false;
		return true;
	}
	return clock_steady() >= key->next;
}

static void __attribute__((format(printf, 2, 3)))
append(struct err *err, const char *fmt, ...)
{
	size_t n = strlen(err->text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->text + n, sizeof(err->text) - n, fmt, ap);
	va_end(ap);
}

static void
open_key(struct keys *k, struct key *key)
{
	struct token *t = NULL;
	struct err err;

	if (read_pin(k, key, &err) == 0)
		t = open_pinned(k, key, &err);
	OPENSSL_cleanse(k->pin, PIN_MAX);
	if (t == NULL) {
		if (err.code == EKEYREJECTED) {
			key->pin_refused = true;
			append(&err, "; not tried again until the file pin-%s "
			    "changes", key->name);
		}
		k->absent |= err.code == ENODEV;
		put_off(&key->next, &key->wait);
		explain(k, key, err.text);
		return;
	}
	pthread_rwlock_wrlock(&k->lock);
	key->token = t;
	key->reason[0] = '\0';
	key->wait = 0;
	k->changed = true;
	pthread_rwlock_unlock(&k->lock);
	log_line("key %s is ready (%s)", key->name,
	    token_algorithm(t)->name);
}

/* --- all of them --------------------------------------------------------- */

static int
open_module(struct keys *k)
{
	struct err err;
	int i;

	watch_in("C_Initialize");
	if (place_softhsm(k->dir, &err) == 0)
		k->module = token_module_open(k->module_path, &err);
	watch_out();
	if (k->module == NULL) {
		for (i = 0; i < KEYS; i++)
			explain(k, &k->key[i], err.text);
		return -1;
	}
	k->generation++;
	k->absent = false;
	for (i = 0; i < KEYS; i++)
		k->key[i].next = 0;
	return 0;
}

/* What is not open and due; with `opening`. */
static void
open_all(struct keys *k)
{
	bool all = true;
	int i;

	if (k->module == NULL && open_module(k) == -1)
		all = false;
	for (i = 0; i < KEYS && k->module != NULL; i++) {
		if (k->key[i].token == NULL && is_due(k, &k->key[i]))
			open_key(k, &k->key[i]);
		all &= k->key[i].token != NULL;
	}
	if (all)
		k->next = k->wait = 0;
	else if (clock_steady() >= k->next)
		put_off(&k->next, &k->wait);
}

bool
keys_tick(struct keys *k)
{
	bool changed, due = clock_steady() >= k->next;

	pthread_mutex_lock(&k->opening);
	/* A module shows a token that came later only when opened anew. */
	if (k->module != NULL && k->absent && due)
		close_all(k, "the PKCS#11 module is being opened anew");
	if (k->module != NULL || due)
		open_all(k);
	pthread_rwlock_wrlock(&k->lock);
	changed = k->changed;
	k->changed = false;
	pthread_rwlock_unlock(&k->lock);
	pthread_mutex_unlock(&k->opening);
	return changed;
}

static struct key *
key_of(struct keys *k, const char *name)
{
	int i;

	for (i = 0; i < KEYS; i++)
		if (strcmp(k->key[i].name, name) == 0)
			return &k->key[i];
	return NULL;
}

int
keys_ready(struct keys *k, const char *name, char reason[REASON_MAX])
{
	struct key *key = key_of(k, name);
	int ready;

	reason[0] = '\0';
	if (key == NULL)
		return -1;
	pthread_rwlock_rdlock(&k->lock);
	ready = key->token != NULL;
	if (!ready)
		snprintf(reason, REASON_MAX, "%s", key->reason);
	pthread_rwlock_unlock(&k->lock);
	return ready;
}

void
keys_put(struct keys *k, const char *trouble, struct bytes *message)
{
	size_t begin = message->size;
	struct wire_key w;
	int i;

	message_open(message, MESSAGE_KEYS);
	for (i = 0; i < KEYS; i++) {
		memset(&w, 0, sizeof(w));
		snprintf(w.name, sizeof(w.name), "%s", rules_keys[i + 1]);
		if (k != NULL) {
			w.ready = keys_ready(k, w.name, w.reason) == 1;
			w.spki = rules_spki(k->rules, w.name);
		}
		if (trouble != NULL) {
			w.ready = false;
			snprintf(w.reason, sizeof(w.reason), "%s", trouble);
		}
		wire_key_put(message, &w);
	}
	message_close(message, begin, KEYS);
}

/* What a token does with its key. */
typedef int token_use(struct token *, struct slice, struct bytes *,
	    struct err *);
struct use {
	token_use	*use;
	const char	*call;		/* for who watches */
};
static const struct use to_sign = { token_sign, "C_Sign" };
static const struct use to_agree = { token_agree, "C_DeriveKey" };

/* One try; `generation` gets that of the module it was made with. */
static int
try_use(struct keys *k, struct key *key, const struct use *use,
    struct slice in, struct bytes *out, unsigned *generation, struct err *err)
{
	int ret;

	pthread_rwlock_rdlock(&k->lock);
	*generation = k->generation;
	if (key->token == NULL)
		ret = err_set(err, ENOKEY, "%s", key->reason);
	else {
		watch_in(use->call);
		ret = use->use(key->token, in, out, err);
		watch_out();
	}
	pthread_rwlock_unlock(&k->lock);
	return ret;
}

/* Opens all anew, unless another did so or it was done a moment ago. */
static void
repair(struct keys *k, unsigned generation)
{
	usec_t now = clock_steady();

	pthread_mutex_lock(&k->opening);
	if (k->generation == generation &&
	    (k->repaired == 0 || now - k->repaired >= REPAIR_EVERY)) {
		k->repaired = now;
		log_line("the PKCS#11 module is being opened anew");
		close_all(k, "its session or device is gone");
		open_all(k);
	}
	pthread_mutex_unlock(&k->opening);
}

static int
use_key(struct keys *k, const char *name, const struct use *use,
    struct slice in, struct bytes *out, struct err *err)
{
	struct key *key = key_of(k, name);
	unsigned generation;

	if (key == NULL)
		return err_set(err, ENOKEY, "there is no key %s here", name);
	if (try_use(k, key, use, in, out, &generation, err) == 0)
		return 0;
	log_line("key %s: %s", name, err->text);
	repair(k, generation);
	return try_use(k, key, use, in, out, &generation, err);
}

int
keys_sign(struct keys *k, const char *name, struct slice tbs,
    struct bytes *signature, struct err *err)
{
	return use_key(k, name, &to_sign, tbs, signature, err);
}

int
keys_agree(struct keys *k, const char *name, struct slice peer,
    struct bytes *secret, struct err *err)
{
	return use_key(k, name, &to_agree, peer, secret, err);
}
