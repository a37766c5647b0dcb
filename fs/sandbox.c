/*
 * Who a process is and what it can reach; see sandbox.h.  Capabilities and
 * Landlock are asked of the kernel directly: both are a few numbers, and the
 * headers of Debian 12 know only the first of Landlock's versions.
 */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "sandbox.h"

/* The kernel's struct landlock_ruleset_attr, as of ABI 6. */
struct ruleset {
	uint64_t	fs, net, scoped;
};
/* struct landlock_path_beneath_attr, packed there. */
struct beneath {
	uint64_t	allowed;
	int32_t		parent;
} __attribute__((packed));

#define LANDLOCK_VERSION	1
#define LANDLOCK_BENEATH	1

/* Rights of Landlock, by their bits in the kernel's header. */
#define FS_EXECUTE	(1u << 0)
#define FS_WRITE_FILE	(1u << 1)
#define FS_READ_FILE	(1u << 2)
#define FS_READ_DIR	(1u << 3)
#define FS_MAKE		0x1ff0u		/* remove and make of every kind */
#define FS_REFER	(1u << 13)	/* ABI 2 */
#define FS_TRUNCATE	(1u << 14)	/* ABI 3 */
#define FS_IOCTL_DEV	(1u << 15)	/* ABI 5 */
#define NET_BIND	1u		/* ABI 4 */
#define NET_CONNECT	2u
#define SCOPE_ABSTRACT	1u		/* ABI 6: abstract Unix sockets */
#define SCOPE_SIGNAL	2u

#define ON_A_FILE	(FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | \
			    FS_TRUNCATE | FS_IOCTL_DEV)

static const uint64_t access_bits[] = {
	[SANDBOX_READ] = FS_READ_FILE | FS_READ_DIR,
	[SANDBOX_RUN] = FS_READ_FILE | FS_READ_DIR | FS_EXECUTE,
	[SANDBOX_DEVICE] = FS_READ_FILE | FS_READ_DIR | FS_WRITE_FILE |
	    FS_TRUNCATE | FS_IOCTL_DEV,
	[SANDBOX_WRITE] = FS_READ_FILE | FS_READ_DIR | FS_WRITE_FILE |
	    FS_MAKE | FS_REFER | FS_TRUNCATE
};

bool
sandbox_is_root(void)
{
	return geteuid() == 0;
}

static int
capabilities_set(uint64_t keep)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2] = {
		{ (uint32_t)keep, (uint32_t)keep, 0 },
		{ (uint32_t)(keep >> 32), (uint32_t)(keep >> 32), 0 }
	};

	return (int)syscall(SYS_capset, &head, data);
}

static int
become_user(const struct sandbox_person *who, const struct passwd *pw)
{
	if (who->keep != 0 && prctl(PR_SET_KEEPCAPS, 1L, 0L, 0L, 0L) == -1)
		return -1;
	if (setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) == -1 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) == -1)
		return -1;
	return capabilities_set(who->keep);
}

int
sandbox_become(const struct sandbox_person *who, struct err *err)
{
	struct passwd *pw;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == -1)
		return err_set(err, errno, "no_new_privs: %s",
		    strerror(errno));
	if (!sandbox_is_root())
		return 0;
	if ((pw = getpwnam(who->user)) == NULL)
		return err_set(err, ENOENT, "there is no user %s (user and "
		    "signer_user in pkifs.conf)", who->user);
	if (who->groups ? initgroups(who->user, pw->pw_gid) == -1 :
	    setgroups(0, NULL) == -1)
		return err_set(err, errno, "groups of %s: %s", who->user,
		    strerror(errno));
	if (who->root != NULL &&
	    (chroot(who->root) == -1 || chdir("/") == -1))
		return err_set(err, errno, "chroot to %s: %s", who->root,
		    strerror(errno));
	if (become_user(who, pw) == -1)
		return err_set(err, errno, "becoming %s: %s", who->user,
		    strerror(errno));
	if (pw->pw_uid != 0 && setuid(0) == 0)
		die("rights of root are still there");
	return 0;
}

int
sandbox_give_up(struct err *err)
{
	if (capabilities_set(0) == -1)
		return err_set(err, errno, "capabilities: %s",
		    strerror(errno));
	return 0;
}

int
sandbox_bound(uint64_t keep, struct err *err)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2];
	uint64_t has;
	unsigned long cap;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == -1)
		return err_set(err, errno, "no_new_privs: %s",
		    strerror(errno));
	for (cap = 0; cap < 64; cap++)
		if ((keep & UINT64_C(1) << cap) == 0 &&
		    prctl(PR_CAPBSET_DROP, cap, 0L, 0L, 0L) == -1 &&
		    errno == EINVAL)
			break;		/* the last one was before */
	if (syscall(SYS_capget, &head, data) == -1)
		return err_set(err, errno, "capabilities: %s",
		    strerror(errno));
	has = data[0].permitted | (uint64_t)data[1].permitted << 32;
	if (capabilities_set(keep & has) == -1)
		return err_set(err, errno, "capabilities: %s",
		    strerror(errno));
	return 0;
}

/* Masks of what the running kernel's Landlock knows. */
static void
known_to(long abi, struct ruleset *rules)
{
	if (abi < 2)
		rules->fs &= ~(uint64_t)FS_REFER;
	if (abi < 3)
		rules->fs &= ~(uint64_t)FS_TRUNCATE;
	if (abi < 5)
		rules->fs &= ~(uint64_t)FS_IOCTL_DEV;
	if (abi < 4)
		rules->net = 0;
	if (abi < 6)
		rules->scoped = 0;
}

static int
allow_place(int ruleset, const struct sandbox_place *place, uint64_t handled,
    struct err *err)
{
	struct beneath rule = { .allowed = access_bits[place->access] };
	int fd, rc = 0;

	fd = place->path == NULL ? dup(place->fd) :
	    open(place->path, O_PATH | O_CLOEXEC | O_DIRECTORY);
	if (fd == -1 && errno == ENOTDIR) {
		fd = open(place->path, O_PATH | O_CLOEXEC);
		rule.allowed &= ON_A_FILE;
	}
	if (fd == -1)
		return 0;
	rule.allowed &= handled;
	rule.parent = fd;
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_BENEATH, &rule,
	    0) == -1)
		rc = err_set(err, errno, "Landlock: %s: %s",
		    place->path == NULL ? "a folder" : place->path,
		    strerror(errno));
	close(fd);
	return rc;
}

int
sandbox_places(const struct sandbox_place *places, size_t count,
    unsigned more, struct err *err)
{
	struct ruleset rules = { .fs = FS_EXECUTE | FS_WRITE_FILE |
	    FS_READ_FILE | FS_READ_DIR | FS_MAKE | FS_REFER | FS_TRUNCATE |
	    FS_IOCTL_DEV };
	size_t i, size = sizeof(rules);
	long abi;
	int fd, rc = -1;

	abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION);
	if (abi < 1)
		return 0;	/* ENOSYS, or EOPNOTSUPP: switched off */
	rules.net = more & SANDBOX_NO_NETWORK ? NET_BIND | NET_CONNECT :
	    NET_BIND;
	rules.scoped = (more & SANDBOX_NO_NETWORK ? SCOPE_ABSTRACT : 0) |
	    (more & SANDBOX_NO_SIGNALS ? SCOPE_SIGNAL : 0);
	known_to(abi, &rules);
	fd = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
	if (fd == -1)
		return err_set(err, errno, "Landlock: %s", strerror(errno));
	for (i = 0; i < count; i++)
		if (allow_place(fd, &places[i], rules.fs, err) == -1)
			goto out;
	if (syscall(SYS_landlock_restrict_self, fd, 0) == -1) {
		err_set(err, errno, "Landlock: %s", strerror(errno));
		goto out;
	}
	rc = 1;
out:
	close(fd);
	return rc;
}

void
sandbox_keep_secrets(void)
{
	struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
}

void
sandbox_die_with_parent(void)
{
	(void)prctl(PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);
}
