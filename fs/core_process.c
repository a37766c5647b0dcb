/*
 * The life of a core: told what to serve, it reads the configuration with the
 * rights it was started with, drops them, opens everything bottom up and
 * serves until main's socket ends, main says leave, or the mount is gone.
 * Nothing has to be put in order at the end: what was not answered the next
 * core is asked again, so a core that takes too long to leave just goes.
 */
#include <sys/stat.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../ca/commit.h"
#include "../ca/stop.h"
#include "../hsm/client.h"
#include "backings.h"
#include "confine.h"
#include "context.h"
#include "control.h"
#include "core_process.h"
#include "notifier.h"
#include "passthrough.h"
#include "persons.h"
#include "session.h"

#define LEAVE_MS	5000	/* then without good order */
#define STEP_MS		20
#define PAST_MOST	(2 * USEC)	/* for a signer that is not there */

/* One core in a process; callbacks of others carry no argument for it. */
static struct {
	struct config	*config;
	struct store	*store;
	struct committer *committer;
	struct client	*client;
	struct notifier	*notifier;
	struct authority *authority;
	struct publisher *publisher;
	struct tree	*tree;
	pthread_mutex_t	 tree_lock;	/* for its end */
	struct fuse_session *se;
	struct authority_parts parts;
	pthread_t	 listener;
	atomic_bool	 ended;
} core = { .tree_lock = PTHREAD_MUTEX_INITIALIZER };

/* --- listening to main --------------------------------------------------- */

static void
on_people(struct control_message *m)
{
	struct err err;

	if (persons_read(core.config, control_take(m, 0), &err) == -1)
		log_line("%s", err.text);
	else
		persons_changed();
}

static void
on_signer(struct control_message *m)
{
	client_connect(core.client, control_take(m, 0));
}

static void
on_herald(struct control_message *m)
{
	struct err err;
	pid_t pid;

	if (control_herald_get(SLICE(&m->body), &pid, &err) == -1)
		log_line("%s", err.text);
	else
		notifier_set_herald(core.notifier, control_take(m, 0), pid);
}

static void
on_told(struct control_message *m)
{
	struct letter_outcome outcome;
	struct err err;

	if (letter_outcome_get(SLICE(&m->body), &outcome, &err) == -1)
		log_line("%s", err.text);
	else
		publisher_told(core.publisher, &outcome);
}

/* Also at the very end, when there is no tree any more. */
static void
on_backed(struct control_message *m)
{
	struct err err;
	uint64_t ino;
	uint32_t id;

	if (control_backed_get(SLICE(&m->body), &ino, &id, &err) == -1) {
		log_line("%s", err.text);
		return;
	}
	pthread_mutex_lock(&core.tree_lock);
	if (core.tree != NULL)
		tree_backed(core.tree, ino, id);
	pthread_mutex_unlock(&core.tree_lock);
}

static void
on_responder(struct control_message *m)
{
	publisher_responder(core.publisher, control_take(m, 0));
}

/* parts->tell: main is the one who may start a program. */
static int
tell_main(const struct letter *letter, struct err *err)
{
	struct bytes body = { 0 };
	int rc;

	letter_put(&body, letter);
	rc = control_send(CONTROL_FD, CONTROL_TELL, SLICE(&body), NULL, 0,
	    err);
	bytes_free(&body);
	return rc;
}

/* tree_parts: backing files are main's to give. */
static int
ask_backing(uint64_t ino, const char *sha256)
{
	struct bytes body = { 0 };
	struct err err;
	int rc;

	control_backing_put(&body, ino, sha256);
	rc = control_send(CONTROL_FD, CONTROL_BACKING, SLICE(&body), NULL, 0,
	    &err);
	bytes_free(&body);
	return rc;
}

_Static_assert(BACKING_ROWS <= CONTROL_IDS, "all of them in one message");

/* Those the core before used; main takes back what it gave beside them. */
static int
keep_backings(struct err *err)
{
	uint32_t ids[BACKING_ROWS];
	struct bytes body = { 0 };
	int rc;

	control_keep_put(&body, ids, tree_backing_ids(core.tree, ids));
	rc = control_send(CONTROL_FD, CONTROL_KEEP, SLICE(&body), NULL, 0,
	    err);
	bytes_free(&body);
	return rc;
}

static void
drop_backing(uint32_t id)
{
	struct bytes body = { 0 };
	struct err err;

	control_backed_put(&body, 0, id);
	if (control_send(CONTROL_FD, CONTROL_UNBACK, SLICE(&body), NULL, 0,
	    &err) == -1)
		log_line("%s", err.text);
	bytes_free(&body);
}

static const struct {
	enum control_type type;
	void	(*act)(struct control_message *);	/* NULL: leave */
} acts[] = {
	{ CONTROL_PEOPLE, on_people }, { CONTROL_SIGNER, on_signer },
	{ CONTROL_HERALD, on_herald }, { CONTROL_TOLD, on_told },
	{ CONTROL_RESPONDER, on_responder }, { CONTROL_BACKED, on_backed },
	{ CONTROL_LEAVE, NULL }
};

/* 1: go on; 0: leave. */
static int
listen_once(void)
{
	struct control_message m;
	struct err err;
	size_t i;
	int rc;

	if ((rc = control_receive(CONTROL_FD, "RshtdBl", &m, &err)) != 1) {
		if (rc == -1)
			log_line("%s", err.text);
		return 0;
	}
	for (i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (acts[i].type == m.type)
			break;
	rc = acts[i].act != NULL;
	if (rc)
		acts[i].act(&m);
	control_clear(&m);
	return rc;
}

static void *
listen_to_main(void *arg)
{
	int i;

	while (listen_once())
		;
	for (i = 0; i < LEAVE_MS && !atomic_load(&core.ended);
	    i += STEP_MS) {
		session_end(core.se);
		usleep(STEP_MS * 1000);
	}
	if (!atomic_load(&core.ended)) {
		log_line("leaving without good order");
		_exit(0);
	}
	return NULL;
}

/* From the session: it serves, or this kernel cannot send again. */
static void
session_is_open(bool served)
{
	struct err err;

	if (served)
		notifier_attach(core.notifier, core.se, core.tree);
	if (control_send(CONTROL_FD,
	    served ? CONTROL_READY : CONTROL_NO_RESEND,
	    (struct slice){ NULL, 0 }, NULL, 0, &err) == -1)
		log_line("%s", err.text);
}

/* --- opening ------------------------------------------------------------- */

/*
 * What would be loaded at first use, when chroot and filters forbid it:
 * OpenSSL's configuration, and the library behind pthread_cancel.
 */
static void
load_before_chroot(void)
{
	OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG |
	    OPENSSL_INIT_LOAD_CRYPTO_STRINGS, NULL);
	if (dlopen("libgcc_s.so.1", RTLD_NOW | RTLD_GLOBAL) == NULL)
		log_line("%s", dlerror());
	tzset();
}

/* What a batch of commits starts goes out together. */
static void
hold_both(void *arg, bool hold)
{
	client_hold(core.client, hold);
	notifier_hold(core.notifier, hold);
}

static int
open_store(const char *store, char spool[PATH_MAX], struct err *err)
{
	int n;

	n = snprintf(spool, PATH_MAX, "%s/spool",
	    strcmp(store, "/") == 0 ? "" : store);
	if (n >= PATH_MAX)
		return err_set(err, ENAMETOOLONG, "%s is too long", store);
	if (mkdir(spool, 0700) == -1 && errno != EEXIST)
		return err_set(err, errno, "%s: %s", spool, strerror(errno));
	if ((core.store = store_open(store, err)) == NULL)
		return -1;
	core.committer = committer_new(core.store);
	core.client = client_new();
	core.notifier = notifier_new();
	commit_set_together(core.committer, hold_both, NULL);
	return 0;
}

static int
open_authority(struct err *err)
{
	core.parts = (struct authority_parts){
		.publish_dir = core.parts.publish_dir,
		.probe_dir = core.parts.probe_dir,
		.config = core.config, .store = core.store,
		.committer = core.committer,
		.signing = client_signing(core.client),
		.sink = notifier_sink(core.notifier),
		.roles_of = persons_roles, .uid_of = persons_uid,
		.gid_of = persons_gid,
		.appointment_of = persons_appointment, .tell = tell_main
	};

	persons_open(core.store, core.committer);
	core.authority = authority_open(&core.parts, err);
	if (core.authority == NULL)
		return -1;
	persons_start();
	core.publisher = publisher_open(core.authority, &core.parts, err);
	return core.publisher == NULL ? -1 : 0;
}

static int
open_tree(const struct control_start *start, int slab, const char *spool,
    struct err *err)
{
	struct tree_parts parts = {
		.passthrough = passthrough_offered(start->init),
		.ask_backing = ask_backing, .drop_backing = drop_backing,
		.config = core.config, .store = core.store,
		.committer = core.committer, .authority = core.authority,
		.publisher = core.publisher, .roles_of = persons_roles,
		.role_gid = persons_role_gid, .slab = slab, .spool = spool,
		.uid = getuid(), .gid = getgid()
	};

	core.tree = tree_new(&parts, err);
	return core.tree == NULL ? -1 : keep_backings(err);
}

static int
open_session(const struct control_start *start, int fd, struct err *err)
{
	struct session_plan plan = { .fd = fd, .init = start->init,
	    .first = start->first, .open = session_is_open };

	core.se = session_new(&plan, core.tree, err);
	if (core.se == NULL)
		return -1;
	if (pthread_create(&core.listener, NULL, listen_to_main, NULL) != 0)
		die("no thread to listen to main");
	return 0;
}

/* With the rights core was started with; it is used with its own. */
static int
open_folder(const char *home, const char *name, int *to)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s%s", home, name[0] == '\0' ? "" :
	    "/", name);
	*to = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *to == -1 ? -1 : 0;
}

int
core_open_published(const struct config *c, int *fd, struct err *err)
{
	const char *publish = c->publish_dir;

	*fd = 0;
	if (strcmp(publish, "none") == 0)
		return 0;
	if (publish[0] == '\0' ? open_folder(c->home, "published", fd) == 0 :
	    open_folder(publish, "", fd) == 0)
		return 0;
	return err_set(err, errno, "publish_dir in pkifs.conf: %s: %s",
	    publish[0] == '\0' ? "published" : publish, strerror(errno));
}

static int
open_folders(const struct config *c, struct err *err)
{
	if (open_folder(c->home, "probes", &core.parts.probe_dir) == -1)
		core.parts.probe_dir = 0;
	return core_open_published(c, &core.parts.publish_dir, err);
}

static int
start(const char *home, struct control_message *m, struct err *err)
{
	static char store[PATH_MAX], spool[PATH_MAX];
	struct control_start plan;

	if (control_start_get(SLICE(&m->body), &plan, err) == -1 ||
	    (core.config = config_read(home, err)) == NULL ||
	    persons_read(core.config, control_take(m, 2), err) == -1)
		return -1;
	context_set(core.config);
	load_before_chroot();
	if (open_folders(core.config, err) == -1 ||
	    confine_core(core.config, &core.parts, store, err) == -1 ||
	    open_store(store, spool, err) == -1 ||
	    open_authority(err) == -1)
		return -1;
	if (open_tree(&plan, control_take(m, 1), spool, err) == -1)
		return -1;
	if (open_session(&plan, control_take(m, 0), err) == -1)
		return -1;
	if (plan.first)
		publisher_wait_for_past(core.publisher, PAST_MOST);
	return 0;
}

static void
end(void)
{
	persons_stop();
	publisher_close(core.publisher);
	authority_close(core.authority);
	commit_set_together(core.committer, NULL, NULL);
	client_free(core.client);
	committer_free(core.committer);
	notifier_free(core.notifier);
	session_free(core.se);
	pthread_mutex_lock(&core.tree_lock);
	tree_free(core.tree);
	core.tree = NULL;
	pthread_mutex_unlock(&core.tree_lock);
	store_close(core.store);
	config_free(core.config);
}

static int
say_failed(const struct err *fault)
{
	struct err err;

	log_line("%s", fault->text);
	(void)control_send_text(CONTROL_FD, CONTROL_FAILED, fault->text,
	    &err);
	return 1;
}

/*
 * Whoever is woken waits for its turn instead of pushing aside who runs.  The
 * work between two waits is short, and being switched in the midst of it cost
 * more than it gave: a sixteenth of the CPU time of an issuance.
 */
static void
take_turns(void)
{
	const struct sched_param none = { 0 };

	if (sched_setscheduler(0, SCHED_BATCH, &none) == -1)
		log_line("core is scheduled as any other: %m");
}

int
verb_core(int argc, char **argv)
{
	struct control_message m;
	struct err err;
	int rc;

	stop_open();
	log_name("core");
	if (argc != 2)
		return 2;
	take_turns();
	signal(SIGPIPE, SIG_IGN);
	umask(0077);
	if ((rc = control_receive(CONTROL_FD, "S", &m, &err)) != 1)
		return rc == 0 ? 0 : say_failed(&err);
	if (start(argv[1], &m, &err) == -1)
		return say_failed(&err);
	control_clear(&m);
	if ((rc = session_serve(core.se)) < 0)
		log_line("the session ended: %s", strerror(-rc));
	end();
	atomic_store(&core.ended, true);
	return 0;
}
