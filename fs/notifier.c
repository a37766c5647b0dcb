/*
 * The notifier; see notifier.h.  Publications come from any thread and go
 * through one queue; for each, in this order: every changed name is
 * invalidated in the kernel, its `done` is called (from then on a reader gets
 * the new one), and what is worth it is announced by the herald.
 *
 * Announcements never hold anything up: they have a queue of their own and are
 * sent without waiting.  Each costs core a handful of requests, so a folder has
 * at most BURST of them in 100 ms; where more is wished for, one every 100 ms,
 * in turn of its newest names (DETAILS, Herald): who waits for the CRL is not
 * to miss it because its PEM came behind it.
 */
#include <sys/socket.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "invalidator.h"
#include "notifier.h"

#define WAITING_MOST	256
#define PACE		(100 * USEC / 1000)
#define BURST		10	/* announcements of a folder in one PACE */
#define RETRY_MS	5	/* the herald did not take one */
#define HELD_MS		20	/* is it the turn of a name held back? */
#define HELD_MOST	4	/* names of a folder */
#define FOLDERS		64	/* whose pace is kept */
#define PERIODS		4	/* year, month, day, hour */
#define HOUR_PATH	40	/* evidence/YYYY/MM/DD/HH/ */

struct publication_item {
	struct publication_item *next;
	char	**paths;
	size_t	  count;
	void	(*done)(void *);
	void	 *arg;
	bool	  forgets;	/* told to the kernel alone */
};

struct announcement {
	struct announcement *next;
	char	path[];
};

/* What was wished for in one PACE, and the newest names that had to wait. */
struct folder {
	uint64_t hash;
	usec_t	 since;
	unsigned wishes;
	bool	 crowded;	/* more than BURST in the one before */
	struct announcement *held;	/* the oldest first */
	unsigned held_count;
};

struct notifier {
	struct publication_sink sink;	/* first: sink_changed casts */
	pthread_t	thread;
	pthread_mutex_t	lock;
	pthread_cond_t	more;
	struct publication_item *first, **last;
	struct invalidator *kernel;	/* NULL: not attached yet */
	struct tree	*tree;
	int		 herald;	/* not yet the thread's own */
	pid_t		 herald_pid;
	bool		 new_herald, leaving;
	bool		 held;		/* what comes wakes nobody yet */

	/* The thread's own. */
	struct announcement *waiting, **waiting_last;
	size_t		 waiting_count;
	struct folder	 folders[FOLDERS];
	size_t		 held_count;
	int		 connection;
	char		 hour[HOUR_PATH];	/* of the last event announced */
	int64_t		 event;		/* whose folders are announced */
};

/* --- announcements ------------------------------------------------------- */

static size_t
folder_of(const char *path)
{
	size_t n = strlen(path);

	while (n > 0 && path[n - 1] == '/')
		n--;
	while (n > 0 && path[n - 1] != '/')
		n--;
	return n;
}

/* Out of those held back. */
static struct announcement *
take_out(struct notifier *n, struct folder *f, struct announcement **at)
{
	struct announcement *a = *at;

	*at = a->next;
	f->held_count--;
	n->held_count--;
	return a;
}

static void
let_go(struct notifier *n, struct folder *f)
{
	while (f->held != NULL)
		free(take_out(n, f, &f->held));
}

/* Where the name is held back, or the end. */
static struct announcement **
place_of(struct folder *f, const char *path)
{
	struct announcement **at = &f->held;

	while (*at != NULL && strcmp((*at)->path, path) != 0)
		at = &(*at)->next;
	return at;
}

/* One that is held keeps its turn: of two lists neither waits for ever. */
static void
hold_back(struct notifier *n, struct folder *f, struct announcement *a)
{
	struct announcement **at = place_of(f, a->path);

	if (*at != NULL) {
		free(a);
		return;
	}
	a->next = NULL;
	*at = a;
	f->held_count++;
	n->held_count++;
	if (f->held_count > HELD_MOST)
		free(take_out(n, f, &f->held));
}

static struct folder *
folder_slot(struct notifier *n, const char *path)
{
	uint64_t hash = 14695981039346656037u;	/* FNV-1a */
	size_t i, size = folder_of(path);
	struct folder *f;

	for (i = 0; i < size; i++)
		hash = (hash ^ (unsigned char)path[i]) * 1099511628211u;
	f = &n->folders[hash % FOLDERS];
	if (f->hash != hash) {
		let_go(n, f);
		*f = (struct folder){ .hash = hash };
	}
	return f;
}

/* May one more be announced now? */
static bool
is_its_turn(struct folder *f, usec_t now)
{
	if (now - f->since >= PACE) {
		f->crowded = f->wishes > BURST && now - f->since < 2 * PACE;
		f->since = now;
		f->wishes = 0;
	}
	f->wishes++;
	return f->wishes <= (f->crowded ? 1 : BURST);
}

static void
drop_first(struct notifier *n)
{
	struct announcement *a = n->waiting;

	if ((n->waiting = a->next) == NULL)
		n->waiting_last = &n->waiting;
	n->waiting_count--;
	free(a);
}

static void
enqueue(struct notifier *n, struct announcement *a)
{
	if (n->waiting_count >= WAITING_MOST)
		drop_first(n);
	a->next = NULL;
	*n->waiting_last = a;
	n->waiting_last = &a->next;
	n->waiting_count++;
}

static void
announce(struct notifier *n, const char *path)
{
	size_t size = strlen(path) + 1;
	struct announcement *a, **at;
	struct folder *f;

	if (n->connection == -1)
		return;
	if ((a = malloc(sizeof(*a) + size)) == NULL)
		die("out of memory");
	memcpy(a->path, path, size);
	if (n->tree != NULL)
		tree_will_announce(n->tree, path);
	f = folder_slot(n, path);
	if (!is_its_turn(f, clock_steady())) {
		hold_back(n, f, a);
		return;
	}
	at = place_of(f, path);
	if (*at != NULL)
		free(take_out(n, f, at));
	enqueue(n, a);
}

/* Names held back whose folder may be announced again. */
static void
take_held(struct notifier *n)
{
	usec_t now = clock_steady();
	struct folder *f;

	for (f = n->folders; f < n->folders + FOLDERS; f++) {
		if (f->held == NULL || now - f->since < PACE)
			continue;
		(void)is_its_turn(f, now);
		enqueue(n, take_out(n, f, &f->held));
	}
}

static void
herald_is_gone(struct notifier *n)
{
	struct folder *f;

	while (n->waiting != NULL)
		drop_first(n);
	for (f = n->folders; f < n->folders + FOLDERS; f++)
		let_go(n, f);
	if (n->connection != -1)
		close(n->connection);
	n->connection = -1;
}

/* Sends what may go now; the rest waits for RETRY_MS. */
static void
send_waiting(struct notifier *n)
{
	struct announcement *a;

	if (n->held_count > 0)
		take_held(n);
	while ((a = n->waiting) != NULL) {
		if (send(n->connection, a->path, strlen(a->path),
		    MSG_DONTWAIT | MSG_NOSIGNAL) == -1) {
			if (errno != EAGAIN && errno != ENOBUFS)
				herald_is_gone(n);
			return;
		}
		drop_first(n);
	}
}

static bool
is_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 && path[n] == '/';
}

static bool
has_suffix(const char *path, const char *suffix)
{
	size_t n = strlen(path), m = strlen(suffix);

	return n >= m && strcmp(path + n - m, suffix) == 0;
}

/* The folders that are new with an event, those outside first. */
static void
announce_periods(struct notifier *n, const char *event)
{
	size_t size = folder_of(event), ends[PERIODS], i = 0, count;
	char path[HOUR_PATH];

	if (n->tree == NULL || size >= sizeof(path) ||
	    (strncmp(event, n->hour, size) == 0 && n->hour[size] == '\0'))
		return;
	memcpy(n->hour, event, size);
	n->hour[size] = '\0';
	count = tree_new_periods(n->tree, event, &n->event);
	memcpy(path, n->hour, size + 1);
	for (; i < count && i < PERIODS; i++) {
		ends[i] = strlen(path);
		path[folder_of(path)] = '\0';
	}
	while (i-- > 0) {
		memcpy(path, n->hour, ends[i]);
		path[ends[i]] = '\0';
		announce(n, path);
	}
}

/*
 * What of a publication is announced.  Of evidence the last event; of a box
 * the certificate, or the status when there is none; of issued/ the folder of
 * the certificate; elsewhere (status/, ca/) everything.
 */
static void
announce_publication(struct notifier *n, const struct publication_item *p)
{
	const char *event = NULL, *answer = NULL, *issued = NULL, *path;
	size_t i;

	for (i = 0; i < p->count; i++) {
		path = p->paths[i];
		if (is_below(path, "evidence")) {
			announce_periods(n, path);
			event = path;
		} else if (is_below(path, "requests")) {
			if (answer == NULL || has_suffix(path, ".crt"))
				answer = path;
		} else if (is_below(path, "issued")) {
			if (issued == NULL || is_below(path,
			    "issued/by-serial"))
				issued = path;
		} else
			announce(n, path);
	}
	if (answer != NULL)
		announce(n, answer);
	if (issued != NULL)
		announce(n, issued);
	if (event != NULL)
		announce(n, event);
}

/* --- the kernel ---------------------------------------------------------- */

static void
invalidate(struct invalidator *kernel, struct tree *tree, char *path,
    bool forgets)
{
	size_t size = strlen(path), folder;
	bool slash = size > 0 && path[size - 1] == '/';
	fuse_ino_t parent;
	char before;

	if (slash)
		path[--size] = '\0';
	folder = folder_of(path);
	before = path[folder == 0 ? 0 : folder - 1];
	if (folder > 0)
		path[folder - 1] = '\0';
	parent = folder == 0 ? FUSE_ROOT_ID : forgets ?
	    tree_resolve(tree, path) : tree_folder_to_tell(tree, path);
	if (folder > 0)
		path[folder - 1] = before;
	if (parent != 0 && size > folder)
		invalidator_forget(kernel, parent, path + folder,
		    size - folder);
	if (slash)
		path[size] = '/';
}

static void
item_free(struct publication_item *p)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		free(p->paths[i]);
	free(p->paths);
	free(p);
}

static void
publish(struct notifier *n, struct publication_item *p)
{
	size_t i;

	for (i = 0; i < p->count && n->kernel != NULL; i++)
		invalidate(n->kernel, n->tree, p->paths[i], p->forgets);
	if (p->done != NULL)
		p->done(p->arg);
	if (!p->forgets)
		announce_publication(n, p);
	item_free(p);
}

/* --- the thread ---------------------------------------------------------- */

static void
deadline(struct timespec *to, long ms)
{
	clock_gettime(CLOCK_MONOTONIC, to);
	to->tv_nsec += ms * 1000000;
	if (to->tv_nsec >= 1000000000) {
		to->tv_nsec -= 1000000000;
		to->tv_sec++;
	}
}

/* With the lock: waits for work; NULL: only announcements are due. */
static struct publication_item *
next_item(struct notifier *n)
{
	struct publication_item *p;
	struct timespec until;

	while (!n->new_herald && (n->first == NULL || n->kernel == NULL) &&
	    !n->leaving) {
		if (n->waiting == NULL && n->held_count == 0) {
			pthread_cond_wait(&n->more, &n->lock);
			continue;
		}
		deadline(&until, n->waiting != NULL ? RETRY_MS : HELD_MS);
		if (pthread_cond_timedwait(&n->more, &n->lock, &until) ==
		    ETIMEDOUT)
			return NULL;
	}
	if (n->new_herald) {
		herald_is_gone(n);
		n->connection = n->herald;
		n->new_herald = false;
	}
	if ((p = n->first) == NULL || (n->kernel == NULL && !n->leaving))
		return NULL;
	if ((n->first = p->next) == NULL)
		n->last = &n->first;
	return p;
}

static void *
run(void *arg)
{
	struct notifier *n = arg;
	struct publication_item *p;
	bool leaving;

	do {
		pthread_mutex_lock(&n->lock);
		p = next_item(n);
		leaving = n->leaving && p == NULL;
		pthread_mutex_unlock(&n->lock);
		if (p != NULL)
			publish(n, p);
		send_waiting(n);
	} while (!leaving);
	herald_is_gone(n);
	return NULL;
}

static struct publication_item *
item_new(const char *const *paths, size_t count)
{
	struct publication_item *p;
	size_t i;

	if ((p = calloc(1, sizeof(*p))) == NULL ||
	    (p->paths = calloc(count + 1, sizeof(*p->paths))) == NULL)
		die("out of memory");
	for (i = 0; i < count; i++)
		if ((p->paths[i] = strdup(paths[i])) == NULL)
			die("out of memory");
	p->count = count;
	return p;
}

static void
put_item(struct notifier *n, struct publication_item *p)
{
	bool held;

	pthread_mutex_lock(&n->lock);
	*n->last = p;
	n->last = &p->next;
	held = n->held;
	pthread_mutex_unlock(&n->lock);
	if (!held)
		pthread_cond_signal(&n->more);
}

static void
sink_changed(struct publication_sink *sink, const char *const *paths,
    size_t count, void (*done)(void *), void *arg)
{
	struct publication_item *p = item_new(paths, count);

	p->done = done;
	p->arg = arg;
	put_item((struct notifier *)sink, p);
}

static void
sink_forget(struct publication_sink *sink, const char *const *folders,
    size_t count, void (*done)(void *), void *arg)
{
	struct publication_item *p = item_new(folders, count);

	p->done = done;
	p->arg = arg;
	p->forgets = true;
	put_item((struct notifier *)sink, p);
}

void
notifier_hold(struct notifier *n, bool hold)
{
	bool waits;

	pthread_mutex_lock(&n->lock);
	n->held = hold;
	waits = n->first != NULL;
	pthread_mutex_unlock(&n->lock);
	if (!hold && waits)
		pthread_cond_signal(&n->more);
}

struct notifier *
notifier_new(void)
{
	pthread_condattr_t steady;
	struct notifier *n;

	if ((n = calloc(1, sizeof(*n))) == NULL)
		die("out of memory");
	n->sink.changed = sink_changed;
	n->sink.forget = sink_forget;
	n->last = &n->first;
	n->waiting_last = &n->waiting;
	n->herald = n->connection = -1;
	pthread_mutex_init(&n->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&n->more, &steady);
	pthread_condattr_destroy(&steady);
	if (pthread_create(&n->thread, NULL, run, n) != 0)
		die("no thread for the notifier");
	return n;
}

/* What is queued is still told; without a session only to its callers. */
void
notifier_free(struct notifier *n)
{
	if (n == NULL)
		return;
	pthread_mutex_lock(&n->lock);
	n->leaving = true;
	pthread_cond_signal(&n->more);
	pthread_mutex_unlock(&n->lock);
	pthread_join(n->thread, NULL);
	invalidator_free(n->kernel);
	if (n->new_herald && n->herald != -1)
		close(n->herald);
	pthread_cond_destroy(&n->more);
	pthread_mutex_destroy(&n->lock);
	free(n);
}

void
notifier_attach(struct notifier *n, struct fuse_session *se,
    struct tree *tree)
{
	pthread_mutex_lock(&n->lock);
	n->kernel = invalidator_new(se);
	n->tree = tree;
	n->event = tree_last_event(tree);
	tree_set_herald(tree, n->herald_pid);
	pthread_cond_signal(&n->more);
	pthread_mutex_unlock(&n->lock);
}

void
notifier_set_herald(struct notifier *n, int fd, pid_t pid)
{
	pthread_mutex_lock(&n->lock);
	if (n->new_herald && n->herald != -1)
		close(n->herald);
	n->herald = fd;
	n->herald_pid = fd == -1 ? 0 : pid;
	n->new_herald = true;
	if (n->tree != NULL)
		tree_set_herald(n->tree, n->herald_pid);
	pthread_cond_signal(&n->more);
	pthread_mutex_unlock(&n->lock);
}

struct publication_sink *
notifier_sink(struct notifier *n)
{
	return &n->sink;
}
