/*
 * The confinement of each process.  Under root each is its own user, core in
 * a chroot; under an ordinary user all have one uid and only Landlock and
 * seccomp separate them, where the kernel has them (OVR-6.5.7-01..-05: what a
 * process does not need it has not; NCSSR 1.7 (root zone): nothing that mounts
 * reaches the root's key).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "confine.h"
#include "sandbox.h"

#define CAP(n)	(UINT64_C(1) << (n))
#define PLACES	24

int
confine_core(const struct config *config, const struct authority_parts *parts,
    char store[PATH_MAX], struct err *err)
{
	struct sandbox_person who = { .user = config->user, .root = store };
	struct sandbox_place places[3] = { { store, SANDBOX_WRITE } };
	size_t count = 1;
	bool rooted = sandbox_is_root();

	if (snprintf(store, PATH_MAX, "%s/store", config->home) >= PATH_MAX)
		return err_set(err, ENAMETOOLONG, "%s is too long",
		    config->home);
	if (sandbox_become(&who, err) == -1)
		return -1;
	if (sandbox_is_root())
		return err_set(err, EPERM, "core may not be root: user in "
		    "pkifs.conf");
	if (rooted)
		strcpy(store, "/");
	if (parts->publish_dir > 0)
		places[count++] = (struct sandbox_place){ NULL, SANDBOX_WRITE,
		    parts->publish_dir };
	if (parts->probe_dir > 0)
		places[count++] = (struct sandbox_place){ NULL, SANDBOX_READ,
		    parts->probe_dir };
	if (sandbox_places(places, count, SANDBOX_NO_NETWORK | SANDBOX_NO_SIGNALS, err) == -1)
		return -1;
	return sandbox_calls(SANDBOX_CORE, err);
}

/*
 * What a PKCS#11 module may need: itself, libraries, its configuration,
 * devices.  HOME's other folders are not among them; a place that holds HOME
 * itself is left out where the mode bits do not protect those folders.
 */
int
confine_signer(const char *home, const char *user, const char *module,
    struct err *err)
{
	static const struct sandbox_place system[] = {
		{ "/usr", SANDBOX_RUN }, { "/lib", SANDBOX_RUN },
		{ "/lib64", SANDBOX_RUN }, { "/opt", SANDBOX_RUN },
		{ "/etc", SANDBOX_READ }, { "/sys", SANDBOX_READ },
		{ "/dev", SANDBOX_DEVICE }
	};
	struct sandbox_person who = { .user = user, .groups = true };
	struct sandbox_place places[PLACES];
	char own[4][PATH_MAX];
	bool shared = !sandbox_is_root();
	size_t i, n = 0, length;

	if (strlen(home) + sizeof("/pkifs.conf") > PATH_MAX)
		return err_set(err, ENAMETOOLONG, "%s is too long", home);
	for (i = 0; i < sizeof(system) / sizeof(system[0]); i++) {
		length = strlen(system[i].path);
		if (shared && strncmp(home, system[i].path, length) == 0 &&
		    home[length] == '/')
			continue;
		places[n++] = system[i];
	}
	snprintf(own[0], PATH_MAX, "%s/signer", home);
	snprintf(own[1], PATH_MAX, "%s/pkifs.conf", home);
	snprintf(own[2], PATH_MAX, "%s/profiles", home);
	snprintf(own[3], PATH_MAX, "%s/ca", home);
	places[n++] = (struct sandbox_place){ own[0], SANDBOX_WRITE };
	for (i = 1; i < 4; i++)
		places[n++] = (struct sandbox_place){ own[i], SANDBOX_READ };
	places[n++] = (struct sandbox_place){ module, SANDBOX_RUN };
#ifdef PKIFS_STOPS
	if (getenv("PKIFS_SHIM_FILE") != NULL)	/* counts calls of C_Sign */
		places[n++] = (struct sandbox_place){
		    getenv("PKIFS_SHIM_FILE"), SANDBOX_DEVICE };
#endif
	if (sandbox_become(&who, err) == -1)
		return -1;
	if (sandbox_is_root())
		return err_set(err, EPERM, "the signer may not be root: "
		    "signer_user in pkifs.conf");
	sandbox_die_with_parent();
	sandbox_keep_secrets();
	if (sandbox_places(places, n, SANDBOX_NO_SIGNALS, err) == -1)
		return -1;
	return sandbox_calls(SANDBOX_SIGNER, err);
}

/*
 * The herald is the owner of what it announces, but files that pkifs makes
 * are 0444 and a mount point may lie behind folders of others: the one
 * capability, used for one tree only.
 */
int
confine_herald(const char *user, struct err *err)
{
	struct sandbox_person who = { .user = user,
	    .keep = CAP(CAP_DAC_OVERRIDE) };

	if (sandbox_become(&who, err) == -1)
		return -1;
	sandbox_die_with_parent();
	return 0;
}

int
confine_herald_to(const char *mountpoint, struct err *err)
{
	struct sandbox_place place = { mountpoint, SANDBOX_WRITE };
	int landlock;

	landlock = sandbox_places(&place, 1,
	    SANDBOX_NO_NETWORK | SANDBOX_NO_SIGNALS, err);
	if (landlock == -1)
		return -1;
	/* Unbounded it would be root's; without, a name shows as ATTRIB. */
	if (landlock == 0 && sandbox_give_up(err) == -1)
		return -1;
	return sandbox_calls(SANDBOX_HERALD, err);
}

/* fusermount3 is set-uid: for an ordinary user nothing may be given up. */
int
confine_detacher(struct err *err)
{
	struct sandbox_person who = { .user = "root",
	    .keep = CAP(CAP_SYS_ADMIN) | CAP(CAP_DAC_READ_SEARCH) };

	if (!sandbox_is_root())
		return 0;
	if (sandbox_become(&who, err) == -1)
		return -1;
	return sandbox_calls(SANDBOX_DETACHER, err);
}

/*
 * What the whole world talks to has the least: no key, no database, no mount;
 * published files to read and a socket that listens already.
 */
int
confine_responder(const char *user, const char *const *folders, size_t count,
    struct err *err)
{
	struct sandbox_person who = { .user = user };
	struct sandbox_place places[PLACES];
	size_t i;

	if (count > PLACES)
		return err_set(err, E2BIG, "wanted at most %d folders",
		    PLACES);
	for (i = 0; i < count; i++)
		places[i] = (struct sandbox_place){ folders[i],
		    SANDBOX_READ };
	if (sandbox_become(&who, err) == -1)
		return -1;
	if (sandbox_is_root())
		return err_set(err, EPERM, "the responder may not be root: "
		    "--user");
	sandbox_keep_secrets();
	if (sandbox_places(places, count,
	    SANDBOX_NO_NETWORK | SANDBOX_NO_SIGNALS, err) == -1)
		return -1;
	return sandbox_calls(SANDBOX_RESPONDER, err);
}

/*
 * Main mounts, reads the home whoever owns it, and starts its children as
 * others; an ordinary user's keeps fusermount3.
 */
int
confine_main(struct err *err)
{
	if (!sandbox_is_root())
		return 0;
	return sandbox_bound(CAP(CAP_SYS_ADMIN) | CAP(CAP_SYS_CHROOT) |
	    CAP(CAP_SETUID) | CAP(CAP_SETGID) | CAP(CAP_KILL) |
	    CAP(CAP_DAC_OVERRIDE) | CAP(CAP_DAC_READ_SEARCH), err);
}

#ifdef PKIFS_STOPS
static int
confine_as(const char *process, const struct config *config, struct err *err)
{
	struct authority_parts none = { 0 };
	char store[PATH_MAX];

	if (strcmp(process, "core") == 0)
		return confine_core(config, &none, store, err);
	if (strcmp(process, "signer") == 0)
		return confine_signer(config->home, config->signer_user,
		    config->module, err);
	if (strcmp(process, "herald") != 0)
		return err_set(err, EINVAL, "no such process: %s", process);
	if (confine_herald(config->user, err) == -1)
		return -1;
	/* A folder stands for the mount. */
	return confine_herald_to("/proc/self/task", err);
}

int
verb_probe(int argc, char **argv)
{
	struct config *config;
	struct err err;
	int rc = 0;

	if (argc != 4)
		return 2;
	if ((config = config_read(argv[2], &err)) == NULL ||
	    confine_as(argv[1], config, &err) == -1) {
		fprintf(stderr, "pkifs: %s\n", err.text);
		return 2;
	}
	if (open(argv[3], O_RDONLY) == -1) {
		printf("denied: %s: %s\n", argv[3], strerror(errno));
		rc = 1;
	}
	config_free(config);
	return rc;
}
#endif
