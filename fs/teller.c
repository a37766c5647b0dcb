/*
 * Running the command of [notices]; see teller.h.  Main is one thread, so what
 * stands between fork and exec may be any function.  The notice is a memory
 * file and not a pipe: a command that does not read holds up nobody.
 */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sandbox.h"
#include "teller.h"

#define NOT_STARTED	127
#define VARIABLES	12
#define VARIABLE	320

/* --- the new process ----------------------------------------------------- */

/* With no other user, group or capability than that user has. */
static int
become(const char *user)
{
	const struct passwd *who;

	if (!sandbox_is_root())
		return 0;
	if ((who = getpwnam(user)) == NULL || who->pw_uid == 0)
		return -1;
	if (initgroups(user, who->pw_gid) == -1 ||
	    setresgid(who->pw_gid, who->pw_gid, who->pw_gid) == -1 ||
	    setresuid(who->pw_uid, who->pw_uid, who->pw_uid) == -1)
		return -1;
	return 0;
}

/* Of what main was told, what may be in a line of a script. */
static void
put_variable(char to[VARIABLE], const char *name, const char *value)
{
	char *p;

	snprintf(to, VARIABLE, "%s=%s", name, value);
	for (p = to; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
}

static void
environment(const struct config *config, const struct letter *l,
    char to[VARIABLES][VARIABLE])
{
	const struct {
		const char	*name, *value;
	} all[] = {
		{ "PATH", "/usr/local/bin:/usr/bin:/bin" },
		{ "LANG", "C.UTF-8" }, { "HOME", "/" },
		{ "PKIFS_CA", config->name }, { "PKIFS_URL", config->url },
		{ "PKIFS_WHAT", l->what }, { "PKIFS_SERIAL", l->serial },
		{ "PKIFS_PROFILE", l->profile },
		{ "PKIFS_SUBSCRIBER", l->subscriber },
		{ "PKIFS_SUBJECT", l->subject },
		{ "PKIFS_CONTACT", l->contact }
	};
	size_t i;

	memset(to, 0, VARIABLES * VARIABLE);
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		put_variable(to[i], all[i].name, all[i].value);
}

static void
signals_as_new(void)
{
	sigset_t none;
	int i;

	for (i = 1; i < NSIG; i++)
		(void)signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void
run(const struct config *config, const struct letter *l, int text)
{
	static char variables[VARIABLES][VARIABLE];
	char *argv[] = { (char *)(uintptr_t)config->notices.command, NULL };
	char *envp[VARIABLES + 1] = { NULL };
	struct rlimit none = { 0, 0 };
	int null, i;

	(void)setsid();
	signals_as_new();
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null == -1 || dup2(text, 0) == -1 || dup2(null, 1) == -1 ||
	    dup2(null, 2) == -1 || close_range(3, ~0U, 0) == -1 ||
	    lseek(0, 0, SEEK_SET) == -1 || chdir("/") == -1)
		_exit(NOT_STARTED);
	umask(077);
	(void)setrlimit(RLIMIT_CORE, &none);
	if (become(config->notices.user) == -1)
		_exit(NOT_STARTED);
	/* Cleared by a change of user, so behind it. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	environment(config, l, variables);
	for (i = 0; i < VARIABLES && variables[i][0] != '\0'; i++)
		envp[i] = variables[i];
	execve(argv[0], argv, envp);
	_exit(NOT_STARTED);
}

/* --- main's side --------------------------------------------------------- */

int
teller_start(struct teller *t, const struct config *config,
    const struct letter *l, struct err *err)
{
	pid_t pid;
	int fd;

	fd = memfd_create("notice", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd == -1)
		return err_set(err, errno, "memfd_create: %s",
		    strerror(errno));
	if (pwrite(fd, l->text.data, l->text.size, 0) !=
	    (ssize_t)l->text.size || fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL |
	    F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == -1) {
		err_set(err, EIO, "a memory file for a notice");
		close(fd);
		return -1;
	}
	if ((pid = fork()) == 0)
		run(config, l, fd);
	close(fd);
	if (pid == -1)
		return err_set(err, errno, "fork: %s", strerror(errno));
	*t = (struct teller){ .pid = pid, .id = l->id,
	    .until = clock_steady() + config->notices.timeout };
	return 0;
}

/* Not reaped yet, so that the number of its group is nobody else's. */
static bool
has_ended(pid_t pid, siginfo_t *info)
{
	info->si_pid = 0;
	if (waitid(P_PID, (id_t)pid, info, WEXITED | WNOHANG | WNOWAIT) == -1)
		return errno == ECHILD;
	return info->si_pid == pid;
}

static void
end_group(const struct teller *t)
{
	/* Before setsid() of the child there is no such group. */
	if (kill(-t->pid, SIGKILL) == -1)
		(void)kill(t->pid, SIGKILL);
}

bool
teller_ended(struct teller *t, struct letter_outcome *outcome)
{
	siginfo_t info;

	if (t->pid == 0)
		return false;
	if (!has_ended(t->pid, &info)) {
		if (clock_steady() >= t->until) {
			t->late = true;
			end_group(t);
		}
		return false;
	}
	(void)kill(-t->pid, SIGKILL);
	(void)waitpid(t->pid, NULL, 0);
	outcome->id = t->id;
	outcome->number = (uint32_t)info.si_status;
	outcome->end = t->late ? LETTER_LATE : info.si_code == CLD_EXITED ?
	    LETTER_EXITED : LETTER_KILLED;
	t->pid = 0;
	return true;
}

pid_t
teller_kill(struct teller *t)
{
	pid_t pid = t->pid;

	if (pid == 0)
		return 0;
	end_group(t);
	t->pid = 0;
	return waitpid(pid, NULL, WNOHANG) == 0 ? pid : 0;
}

int
teller_check(const struct config *config, struct err *err)
{
	const struct notice_rules *n = &config->notices;
	const struct passwd *who;

	if (n->command[0] == '\0')
		return 0;
	if (access(n->command, X_OK) == -1)
		return err_set(err, EINVAL, "pkifs.conf: [notices] command: "
		    "%s: %s", n->command, strerror(errno));
	if (!sandbox_is_root())
		return 0;
	if ((who = getpwnam(n->user)) == NULL)
		return err_set(err, EINVAL, "pkifs.conf: [notices] user: "
		    "there is no user %s", n->user);
	if (who->pw_uid == 0 || strcmp(n->user, config->user) == 0 ||
	    strcmp(n->user, config->signer_user) == 0)
		return err_set(err, EINVAL, "pkifs.conf: [notices] user: "
		    "wanted one of its own, not root, [processes] user or "
		    "signer_user, found \"%s\"", n->user);
	return 0;
}
