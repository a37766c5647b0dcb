/*
 * Which system calls each process may make.  Core, herald and detacher have a
 * list of what they need: anything else is answered ENOSYS, so that a C
 * library that tries something newer first falls back, and what only an
 * intruder would try ends the process.  The signer loads foreign modules whose
 * needs nobody knows; it has a list of what it may not.
 */
#include <sys/socket.h>

#include <errno.h>
#include <sched.h>
#include <string.h>

#include <seccomp.h>

#include "sandbox.h"

static const char *const every[] = {
	"brk", "clock_getres", "clock_gettime", "clock_nanosleep", "close",
	"exit", "exit_group", "fcntl", "fstat", "futex", "getegid",
	"geteuid", "getgid", "getpid", "getppid", "getrandom", "gettid",
	"gettimeofday", "getuid", "madvise", "mmap", "mprotect",
	"mremap", "munmap", "nanosleep", "newfstatat", "poll", "ppoll",
	"prctl", "read", "readv", "recvfrom", "recvmsg",
	"restart_syscall", "rseq",
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait",
	"sched_yield", "sendmsg", "set_robust_list", "sigaltstack", "tgkill",
	"time", "write", "writev", NULL
};

static const char *const core[] = {
	/* threads; clone and unshare are below */
	"close_range", "getcpu", "membarrier", "sched_getaffinity", "set_tid_address",
	/* the store's files */
	"access", "chmod", "dup", "dup3", "faccessat", "faccessat2",
	"fallocate", "fchmod", "fchmodat", "fchown", "fdatasync", "flock",
	"fstatfs", "fsync", "ftruncate", "getcwd", "getdents64", "link",
	"linkat", "lseek", "lstat", "mkdir", "mkdirat", "msync", "open",
	"openat", "pread64", "preadv", "preadv2", "pwrite64", "pwritev",
	"pwritev2", "readlink", "readlinkat", "rename", "renameat",
	"renameat2", "rmdir", "stat", "statfs", "statx", "symlinkat",
	"sync_file_range", "umask", "unlink", "unlinkat", "utimensat",
	/* waiting, and the signer's and the herald's sockets */
	"epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_wait", "eventfd2",
	"getsockopt", "memfd_create", "pipe2", "pselect6", "select",
	"sendto", "setsockopt", "shutdown", "signalfd4",
	"socketpair", "timerfd_create", "timerfd_gettime", "timerfd_settime",
	/* facts about itself and the clock */
	"adjtimex", "clock_adjtime", "getrlimit", "getrusage", "prlimit64",
	"sysinfo", "times", "truncate", "uname", NULL
};

static const char *const herald[] = {
	"mkdirat", "openat2", "utimensat", NULL
};

static const char *const detacher[] = {
	"umount2", NULL
};

/*
 * It answers those who come, and goes to core's socket by itself: new sockets
 * can be of the kind AF_UNIX alone (add_sockets).
 */
static const char *const responder[] = {
	/* threads */
	"getcpu", "membarrier", "sched_getaffinity", "set_tid_address",
	/* the network */
	"accept4", "connect", "epoll_create1", "epoll_ctl", "epoll_pwait",
	"epoll_wait", "eventfd2", "getpeername", "getsockname", "getsockopt",
	"recvfrom", "sendfile", "sendto", "setsockopt", "shutdown",
	/* what was published, to read */
	"fadvise64", "fchdir", "fstatfs", "getdents64", "lseek", "openat",
	"openat2", "pread64", "readlinkat", "stat", "statx",
	/* facts about itself */
	"getrlimit", "getrusage", "prlimit64", "sysinfo", "uname", NULL
};

/*
 * What is forbidden, and to whom.  Core, herald and detacher need none of it,
 * nor does the responder but for its work: whoever tries is not our program.
 * What no PKCS#11 module needs: servers, other processes, the machine.
 */
enum {
	OURS = 1,		/* core, herald, detacher */
	RESPONDER = 2, SIGNER = 4, ALL = OURS | RESPONDER | SIGNER
};

static const struct {
	const char	*name;
	unsigned	 of;
} forbidden[] = {
	{ "accept",		OURS | SIGNER },
	{ "accept4",		OURS | SIGNER },
	{ "acct",		SIGNER },
	{ "add_key",		SIGNER },
	{ "adjtimex",		SIGNER },
	{ "bind",		OURS | RESPONDER },
	{ "bpf",		ALL },
	{ "chroot",		ALL },
	{ "clock_adjtime",	SIGNER },
	{ "clock_settime",	SIGNER },
	{ "connect",		OURS },
	{ "create_module",	ALL },
	{ "delete_module",	ALL },
	{ "execve",		ALL },
	{ "execveat",		ALL },
	{ "fanotify_init",	SIGNER },
	{ "finit_module",	ALL },
	{ "fork",		OURS | RESPONDER },
	{ "fsconfig",		ALL },
	{ "fsmount",		ALL },
	{ "fsopen",		ALL },
	{ "init_module",	ALL },
	{ "io_uring_enter",	ALL },
	{ "io_uring_register",	ALL },
	{ "io_uring_setup",	ALL },
	{ "kexec_file_load",	ALL },
	{ "kexec_load",		ALL },
	{ "keyctl",		SIGNER },
	{ "listen",		ALL },
	{ "mount",		ALL },
	{ "mount_setattr",	ALL },
	{ "move_mount",		ALL },
	{ "name_to_handle_at",	SIGNER },
	{ "open_by_handle_at",	ALL },
	{ "open_tree",		ALL },
	{ "perf_event_open",	ALL },
	{ "personality",	SIGNER },
	{ "pidfd_getfd",	ALL },
	{ "pidfd_open",		SIGNER },
	{ "pivot_root",		ALL },
	{ "process_vm_readv",	ALL },
	{ "process_vm_writev",	ALL },
	{ "ptrace",		ALL },
	{ "quotactl",		SIGNER },
	{ "reboot",		ALL },
	{ "request_key",	SIGNER },
	{ "setdomainname",	SIGNER },
	{ "sethostname",	SIGNER },
	{ "setns",		ALL },
	{ "settimeofday",	SIGNER },
	{ "swapoff",		ALL },
	{ "swapon",		ALL },
	{ "umount2",		SIGNER },
	{ "userfaultfd",	ALL },
	{ "vfork",		OURS | RESPONDER },
};

static const struct table {
	const char	*name;
	const char *const *allowed[2];	/* NULL: all */
	bool		 threads;
	bool		 sockets;	/* may make Unix sockets */
	unsigned	 as;		/* its rows of forbidden[] */
	uint32_t	 answer;	/* to those */
} tables[] = {
	[SANDBOX_CORE] = { "core", { every, core }, true, false, OURS,
	    SCMP_ACT_KILL_PROCESS },
	[SANDBOX_SIGNER] = { "signer", { NULL }, false, false, SIGNER,
	    SCMP_ACT_ERRNO(EPERM) },
	[SANDBOX_HERALD] = { "herald", { every, herald }, false, false, OURS,
	    SCMP_ACT_KILL_PROCESS },
	[SANDBOX_DETACHER] = { "detacher", { every, detacher }, false, false,
	    OURS, SCMP_ACT_KILL_PROCESS },
	[SANDBOX_RESPONDER] = { "responder", { every, responder }, true, true,
	    RESPONDER, SCMP_ACT_KILL_PROCESS }
};

/* A name that this machine's kernel or libseccomp does not have is left out. */
static int
add(scmp_filter_ctx filter, uint32_t action, const char *name)
{
	int number = seccomp_syscall_resolve_name(name);

	return number == __NR_SCMP_ERROR || number < 0 ? 0 :
	    seccomp_rule_add(filter, action, number, 0);
}

static int
add_allowed(scmp_filter_ctx filter, const char *const *names)
{
	int rc = 0;

	for (; names != NULL && *names != NULL && rc >= 0; names++)
		rc = add(filter, SCMP_ACT_ALLOW, *names);
	return rc;
}

static int
add_forbidden(scmp_filter_ctx filter, const struct table *t)
{
	int rc = 0;

	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]) &&
	    rc >= 0; i++)
		if ((forbidden[i].of & t->as) != 0)
			rc = add(filter, t->answer, forbidden[i].name);
	return rc;
}

/*
 * Threads, but no processes and no namespaces.  A filter cannot look into the
 * argument of clone3: ENOSYS, and the C library takes clone.
 */
static int
add_threads(scmp_filter_ctx filter)
{
	const scmp_datum_t mask = CLONE_THREAD | CLONE_NEWUSER | CLONE_NEWNS |
	    CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
	    CLONE_NEWCGROUP;

	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
	    SCMP_A0(SCMP_CMP_MASKED_EQ, mask, CLONE_THREAD));
}

/* A thread may have a table of files of its own, but nothing else. */
static int
add_unshare(scmp_filter_ctx filter, const struct table *t)
{
	int rc = 0;

	if (t->allowed[0] != NULL)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW,
		    SCMP_SYS(unshare), 1,
		    SCMP_A0(SCMP_CMP_EQ, CLONE_FILES));
	return rc < 0 ? rc : seccomp_rule_add(filter, t->answer,
	    SCMP_SYS(unshare), 1, SCMP_A0(SCMP_CMP_NE, CLONE_FILES));
}

static int
add_sockets(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
	    SCMP_A0(SCMP_CMP_EQ, AF_UNIX));
}

int
sandbox_calls(enum sandbox_process process, struct err *err)
{
	const struct table *t = &tables[SANDBOX_SANITIZED ? SANDBOX_SIGNER :
	    process];
	scmp_filter_ctx filter;
	int rc;

	/* The signer's would keep these two from their work. */
	if (SANDBOX_SANITIZED && (process == SANDBOX_DETACHER ||
	    process == SANDBOX_RESPONDER))
		return 0;
	filter = seccomp_init(t->allowed[0] != NULL ? SCMP_ACT_ERRNO(ENOSYS) :
	    SCMP_ACT_ALLOW);
	if (filter == NULL)
		die("seccomp_init");
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if ((rc = add_allowed(filter, t->allowed[0])) < 0 ||
	    (rc = add_allowed(filter, t->allowed[1])) < 0 ||
	    (rc = t->threads ? add_threads(filter) : 0) < 0 ||
	    (rc = t->sockets ? add_sockets(filter) : 0) < 0 ||
	    (rc = add_unshare(filter, t)) < 0 ||
	    (rc = add_forbidden(filter, t)) < 0 ||
	    (rc = seccomp_load(filter)) < 0)
		err_set(err, -rc, "seccomp for %s: %s", t->name, strerror(-rc));
	seccomp_release(filter);
	return rc < 0 ? -1 : 0;
}
