/*
 * `init`: a CA's home that works at once and is meant to be edited.  The order
 * is: look at everything asked for, make the folder and the files, have the
 * keys made, read all of it back as `mount` will, record the birth.  What goes
 * wrong on the way takes away what was made; what a kill leaves is marked as
 * unfinished.
 */
#include <sys/stat.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <getopt.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ca/conf.h"
#include "../ca/embedded.h"
#include "../ca/file.h"
#include "../ca/names.h"
#include "../ca/stop.h"
#include "../hsm/ceremony.h"
#include "birth.h"
#include "context.h"
#include "drop_names.h"
#include "init.h"
#include "unfinished.h"

/* Of the profiles in examples/home; 2.999 is the example arc. */
#define SANDBOX_POLICIES "2.999.411.1 2.999.411.2 2.999.411.3"
#define NAME_MAX_OCTETS	48		/* a commonName has 64 */

const char init_usage[] =
    "usage: pkifs init HOME [--names NAME]... [--user USER] [--url BASE]\n"
    "                  [--key ec:P-256|ec:P-384|rsa:3072] [--name CA-NAME]\n"
    "                  [--publish]\n"
    "\n"
    "Makes a CA in HOME, which must not exist or be empty: a sandbox, in which\n"
    "one person has every role.\n"
    "\n"
    "  --names NAME    a DNS name or address/prefix that its first subscriber\n"
    "                  may have certificates for, with everything under it;\n"
    "                  repeatable (default example.org)\n"
    "  --user USER     the person with the roles (default: who runs init)\n"
    "  --url BASE      where the world reads this CA\n"
    "                  (default http://localhost/pki)\n"
    "  --key TYPE      of the CA's keys (default ec:P-256)\n"
    "  --name CA-NAME  (default \"Example SANDBOX\")\n"
    "  --publish       its first subscriber agrees that its certificates are\n"
    "                  published in ca/certificates/\n";

/* What was asked for, and what was found out about it. */
struct init {
	const char	*home, *user, *url, *key, *module;
	char		 path[PATH_MAX];	/* absolute */
	char		 name[NAME_MAX_OCTETS + 16];
	char		 core_user[64], signer_user[64];
	uid_t		 core_uid, signer_uid;
	gid_t		 core_gid, signer_gid;
	bool		 made_home;	/* else it was there, empty */
	bool		 made_parts;
	struct birth	 birth;
};

static const char *const key_types[] = { "ec:P-256", "ec:P-384", "rsa:3072" };

static const char *const modules[] = {
	"/usr/lib/softhsm/libsofthsm2.so",
	"/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
	"/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
	"/usr/lib64/pkcs11/libsofthsm2.so",
	"/usr/local/lib/softhsm/libsofthsm2.so",
};

/* --- what was asked for -------------------------------------------------- */

static int
address_check(const char *text, struct err *err)
{
	unsigned char octets[16];
	char address[64], *slash, *end;
	long bits, most;

	snprintf(address, sizeof(address), "%s", text);
	if ((slash = strchr(address, '/')) != NULL)
		*slash = '\0';
	most = inet_pton(AF_INET, address, octets) == 1 ? 32 :
	    inet_pton(AF_INET6, address, octets) == 1 ? 128 : -1;
	bits = most;
	if (slash != NULL) {
		bits = strtol(slash + 1, &end, 10);
		if (slash[1] == '\0' || *end != '\0')
			bits = -1;
	}
	if (most != -1 && bits >= 0 && bits <= most)
		return 0;
	return err_set(err, EINVAL, "--names: wanted a DNS name or "
	    "address/prefix, found \"%s\"", text);
}

static int
name_add(struct birth *birth, const char *text, struct err *err)
{
	char *name = birth->names[birth->name_count], *p;
	unsigned char octets[16];
	const char *kind;

	if (birth->name_count == BIRTH_NAMES)
		return err_set(err, EINVAL, "--names: wanted at most %d",
		    BIRTH_NAMES);
	if (strlen(text) >= sizeof(birth->names[0]))
		return err_set(err, EINVAL, "--names: %.40s...: too long",
		    text);
	strcpy(name, text);
	for (p = name; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	kind = strchr(name, '/') != NULL || strchr(name, ':') != NULL ||
	    inet_pton(AF_INET, name, octets) == 1 ? "ip" : "dns";
	if (strcmp(kind, "ip") == 0 ? address_check(name, err) == -1 :
	    dns_name_check(name, err) == -1 && err_in(err, "--names") == -1)
		return -1;
	if (name[0] == '*')
		return err_set(err, EINVAL, "--names: %s: wanted the name "
		    "itself, everything under it is included", name);
	snprintf(birth->kinds[birth->name_count], sizeof(birth->kinds[0]),
	    "%s", kind);
	birth->name_count++;
	return 0;
}

/* A CA's name says that it is a sandbox; conf_set refuses what breaks lines. */
static int
name_set(struct init *init, const char *name, struct err *err)
{

	if (name[0] == '\0' || name[0] == ' ' ||
	    strlen(name) > NAME_MAX_OCTETS ||
	    strpbrk(name, "\n\r\t,;+=<>/") != NULL)
		return err_set(err, EINVAL, "--name: wanted 1 to %d octets "
		    "without , ; + = < > /, found \"%s\"", NAME_MAX_OCTETS,
		    name);
	snprintf(init->name, sizeof(init->name), "%s%s", name,
	    strstr(name, "SANDBOX") != NULL ? "" : " SANDBOX");
	return conf_text_check("--name", slice_text(init->name), err);
}

static int
key_set(struct init *init, const char *key, struct err *err)
{
	size_t i;

	for (i = 0; i < sizeof(key_types) / sizeof(key_types[0]); i++)
		if (strcmp(key_types[i], key) == 0) {
			init->key = key_types[i];
			return 0;
		}
	return err_set(err, EINVAL, "--key: wanted ec:P-256, ec:P-384 or "
	    "rsa:3072, found \"%s\"", key);
}

static int
url_set(struct init *init, const char *url, struct err *err)
{

	init->url = url;
	return config_check_url(url, err) == 0 ? 0 : err_in(err, "--url");
}

/* 0; -1 with a sentence, or with an empty one when the usage is wanted. */
static int
options_read(struct init *init, int argc, char **argv, struct err *err)
{
	static const struct option options[] = {
		{ "names", required_argument, NULL, 'n' },
		{ "user", required_argument, NULL, 'u' },
		{ "url", required_argument, NULL, 'l' },
		{ "key", required_argument, NULL, 'k' },
		{ "name", required_argument, NULL, 'c' },
		{ "publish", no_argument, NULL, 'p' },
		{ NULL, 0, NULL, 0 }
	};
	int option, fault = 0;

	init->url = "http://localhost/pki";
	init->key = key_types[0];
	if (name_set(init, "Example SANDBOX", err) == -1)
		return -1;
	optind = 0;
	while (!fault && (option = getopt_long(argc, argv, "", options,
	    NULL)) != -1) {
		if (option == 'n')
			fault = name_add(&init->birth, optarg, err);
		else if (option == 'u')
			init->user = optarg;
		else if (option == 'l')
			fault = url_set(init, optarg, err);
		else if (option == 'k')
			fault = key_set(init, optarg, err);
		else if (option == 'c')
			fault = name_set(init, optarg, err);
		else if (option == 'p')
			init->birth.publish = true;
		else
			return -1;
	}
	if (fault || argc - optind != 1)
		return -1;
	init->home = argv[optind];
	if (init->birth.name_count == 0)
		return name_add(&init->birth, "example.org", err);
	return 0;
}

/* --- who ----------------------------------------------------------------- */

static int
person_find(struct init *init, struct err *err)
{
	const struct passwd *person;
	char slot[SLOT_NAME + 1];

	errno = 0;
	person = init->user != NULL ? getpwnam(init->user) :
	    getpwuid(getuid());
	if (person == NULL && init->user != NULL)
		return err_set(err, EINVAL, "--user: wanted a user of this "
		    "system, found \"%s\"", init->user);
	if (person == NULL)
		return err_set(err, EINVAL, "uid %u has no name in the user "
		    "database; give one with --user", (unsigned)getuid());
	if (geteuid() != 0 && person->pw_uid != geteuid())
		return err_set(err, EPERM, "--user: only root makes a CA for "
		    "another user");
	/* It becomes a folder in requests/, beside the slots. */
	if (strlen(person->pw_name) >= sizeof(init->birth.login) ||
	    person->pw_name[0] == '.' || strchr(person->pw_name, '/') != NULL ||
	    drop_name_kind(person->pw_name, slot) != NAME_SCRATCH)
		return err_set(err, EINVAL, "the name %s cannot be that of a "
		    "folder", person->pw_name);
	snprintf(init->birth.login, sizeof(init->birth.login), "%s",
	    person->pw_name);
	init->birth.uid = person->pw_uid;
	init->birth.gid = person->pw_gid;
	return 0;
}

static int
process_user(const char *name, char to[64], uid_t *uid, gid_t *gid,
    struct err *err)
{
	const struct passwd *user = getpwnam(name);

	if (user == NULL)
		return err_set(err, ENOENT, "under root the processes run as "
		    "the users pkifs and pkifs-signer, and there is no %s; "
		    "make them with: useradd --system --no-create-home "
		    "--shell /usr/sbin/nologin %s", name, name);
	snprintf(to, 64, "%s", user->pw_name);
	*uid = user->pw_uid;
	*gid = user->pw_gid;
	return 0;
}

static int
processes_find(struct init *init, struct err *err)
{

	if (geteuid() == 0)
		return process_user("pkifs", init->core_user, &init->core_uid,
		    &init->core_gid, err) == -1 ||
		    process_user("pkifs-signer", init->signer_user,
		    &init->signer_uid, &init->signer_gid, err) == -1 ? -1 : 0;
	snprintf(init->core_user, 64, "%s", init->birth.login);
	snprintf(init->signer_user, 64, "%s", init->birth.login);
	init->core_uid = init->signer_uid = geteuid();
	init->core_gid = init->signer_gid = getegid();
	return 0;
}

static int
module_find(struct init *init, struct err *err)
{
	size_t i;

	for (i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
		if (access(modules[i], R_OK) == 0) {
			init->module = modules[i];
			return 0;
		}
	return err_set(err, ENOENT, "SoftHSM is not installed: wanted %s "
	    "(apt-get install softhsm2)", modules[0]);
}

/* --- files --------------------------------------------------------------- */

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{

	/* Of a folder that was there before only what is in it. */
	if (at->level == 0)
		return 0;
	return remove(path);
}

static void
home_remove(const struct init *init)
{

	if (init->made_parts)
		nftw(init->path, remove_one, 16, FTW_DEPTH | FTW_PHYS |
		    FTW_MOUNT);
	if (init->made_home)
		rmdir(init->path);
}

static int
folder_make(const struct init *init, const char *name, mode_t mode, uid_t uid,
    gid_t gid, struct err *err)
{
	char path[PATH_MAX + 300];

	snprintf(path, sizeof(path), "%s/%s", init->path, name);
	if (mkdir(path, mode) == -1 || chmod(path, mode) == -1 ||
	    chown(path, uid, gid) == -1)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	return 0;
}

/* Hidden files count: what goes wrong later removes all that is in it. */
static int
is_empty(const char *path, struct err *err)
{
	const struct dirent *entry;
	DIR *dir;
	int result = 0;

	if ((dir = opendir(path)) == NULL)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	while (result == 0 && (entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			result = err_set(err, ENOTEMPTY, "%s: exists and is "
			    "not empty (%s); a CA is made in a folder of its "
			    "own", path, entry->d_name);
	closedir(dir);
	return result;
}

static int
home_make(struct init *init, struct err *err)
{
	struct stat st;

	if (mkdir(init->home, 0755) == 0)
		init->made_home = true;
	else if (errno != EEXIST)
		return err_set(err, errno, "%s: %s", init->home,
		    strerror(errno));
	if (realpath(init->home, init->path) == NULL ||
	    stat(init->path, &st) == -1)
		return err_set(err, errno, "%s: %s", init->home,
		    strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ENOTDIR, "%s: exists and is no folder",
		    init->home);
	if (strlen(init->path) > 400)
		return err_set(err, ENAMETOOLONG, "%s: the path is too long",
		    init->path);
	if (unfinished_check(init->path, err) == -1 ||
	    is_empty(init->path, err) == -1)
		return -1;
	if (chmod(init->path, 0755) == -1)
		return err_set(err, errno, "%s: %s", init->path,
		    strerror(errno));
	init->made_parts = true;
	return unfinished_mark(init->path, err);
}

static int
folders_make(const struct init *init, struct err *err)
{
	const struct {
		const char	*name;
		mode_t		 mode;
		uid_t		 uid;
		gid_t		 gid;
	} rows[] = {
		{ "profiles", 0755, geteuid(), getegid() },
		{ "terms", 0755, geteuid(), getegid() },
		{ "cp", 0755, geteuid(), getegid() },
		{ "cps", 0755, geteuid(), getegid() },
		{ "published", 0755, init->core_uid, init->core_gid },
		{ "probes", 0755, geteuid(), getegid() },
		{ "run", 0755, geteuid(), getegid() },
		{ "store", 0700, geteuid(), getegid() },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (folder_make(init, rows[i].name, rows[i].mode, rows[i].uid,
		    rows[i].gid, err) == -1)
			return -1;
	return 0;
}

/* The values of pkifs.conf that were asked for or found out. */
static int
conf_fill(const struct init *init, struct bytes *text, struct err *err)
{
	static const char *const roles[] = {
		"ra", "revocation", "operator", "security", "auditor"
	};
	static const char *const components[] = {
		"registration", "certificate-generation", "dissemination",
		"revocation-management", "revocation-status",
		"key-management", "operation"
	};
	char user[80], key[64];
	size_t i;

	snprintf(user, sizeof(user), "user:%s", init->birth.login);
	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (conf_set(text, "roles", roles[i], user, err) == -1)
			return -1;
	for (i = 0; i < sizeof(components) / sizeof(components[0]); i++) {
		snprintf(key, sizeof(key), "%s.owner", components[i]);
		if (conf_set(text, "components", key, init->name, err) == -1)
			return -1;
		snprintf(key, sizeof(key), "%s.performer", components[i]);
		if (conf_set(text, "components", key, init->name, err) == -1)
			return -1;
	}
	if (conf_set(text, "ca", "name", init->name, err) == -1 ||
	    conf_set(text, "ca", "url", init->url, err) == -1 ||
	    conf_set(text, "processes", "user", init->core_user, err) == -1 ||
	    conf_set(text, "processes", "signer_user", init->signer_user,
	    err) == -1 ||
	    conf_set(text, "token", "module", init->module, err) == -1)
		return -1;
	return 0;
}

static int
templates_write(const struct init *init, struct err *err)
{
	const struct embedded *file;
	struct bytes text = { 0 };
	char path[PATH_MAX + 300];
	size_t i;
	int result = 0;

	for (i = 0; i < embedded_count && result == 0; i++) {
		file = &embedded_files[i];
		if (strncmp(file->path, "home/", 5) != 0)
			continue;
		bytes_copy(&text, file->bytes);
		if (strcmp(file->path, "home/pkifs.conf") == 0)
			result = conf_fill(init, &text, err);
		snprintf(path, sizeof(path), "%s/%s", init->path,
		    file->path + 5);
		if (result == 0)
			result = file_write(path, SLICE(&text), 0644, err);
	}
	bytes_free(&text);
	return result;
}

/* --- the CA -------------------------------------------------------------- */

static int
keys_make(const struct init *init, struct err *err)
{
	const struct ceremony_plan plan = {
		.home = init->path, .key = init->key, .name = init->name,
		.url = init->url, .policies = SANDBOX_POLICIES,
		.module = init->module, .signer_uid = init->signer_uid,
		.signer_gid = init->signer_gid
	};

	return ceremony_run(&plan, err);
}

static uid_t store_uid;
static gid_t store_gid;

static int
give_one(const char *path, const struct stat *st, int type, struct FTW *at)
{

	return lchown(path, store_uid, store_gid);
}

/* The store was written as root; from now on it is core's alone. */
static int
store_give(const struct init *init, struct err *err)
{
	char path[PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s/store", init->path);
	store_uid = init->core_uid;
	store_gid = init->core_gid;
	if (nftw(path, give_one, 16, FTW_PHYS) != 0)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	return 0;
}

static int
ca_make(struct init *init, struct err *err)
{
	struct config *config;
	int result = -1;

	if (folders_make(init, err) == -1 || templates_write(init, err) == -1)
		return -1;
	stop_at("init.files-written");
	if (keys_make(init, err) == -1)
		return -1;
	stop_at("init.keys-made");
	if ((config = config_read(init->path, err)) == NULL)
		return -1;
	context_set(config);
	init->birth.config = config;
	if (birth_record(&init->birth, err) == 0)
		result = store_give(init, err);
	config_free(config);
	stop_at("init.recorded");
	return result == 0 ? unfinished_clear(init->path, err) : -1;
}

static int
complain(const char *verb, const char *usage, const struct err *err)
{

	if (err->text[0] != '\0')
		fprintf(stderr, "pkifs %s: %s\n", verb, err->text);
	else
		fputs(usage, stderr);
	return err->text[0] == '\0' ? 2 : 1;
}

int
verb_init(int argc, char **argv)
{
	struct init *init;
	struct err err = { 0 };
	int status = 0;

	if ((init = calloc(1, sizeof(*init))) == NULL)
		die("init: out of memory");
	stop_open();
	umask(022);
	if (options_read(init, argc, argv, &err) == -1) {
		complain("init", init_usage, &err);
		status = 2;
	} else if (person_find(init, &err) == -1 ||
	    processes_find(init, &err) == -1 ||
	    module_find(init, &err) == -1 || home_make(init, &err) == -1 ||
	    ca_make(init, &err) == -1) {
		status = complain("init", init_usage, &err);
		home_remove(init);
	} else {
		printf("%s: a CA in %s, a sandbox; %s has every role\n",
		    init->name, init->path, init->birth.login);
		printf("mount it: pkifs mount %s MOUNTPOINT\n", init->path);
	}
	free(init);
	return status;
}
