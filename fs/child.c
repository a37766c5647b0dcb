/*
 * Starting, watching and ending main's children; see child.h.  Fork and exec:
 * no child begins with threads, secrets or descriptors of anybody else's.
 */
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "control.h"

#define SOON		(10 * USEC)	/* a death so soon is a failure */
#define BACKOFF_LEAST	(50 * USEC / 1000)
#define BACKOFF_MOST	(5 * USEC)
#define LEADERLESS	USEC		/* ending may take so long */
#define LEADERLESS_MOST	(30 * USEC)	/* with a sync of a busy disk */
#define STRAYS		16
#define WELL		3	/* 100 ms: something may kill it each time */

/*
 * What a terminal or a service manager sends to all is for main; children
 * leave when their socket ends.
 */
static void
signals_of_a_child(void)
{
	static const int ignored[] = { SIGINT, SIGHUP, SIGTERM, SIGPIPE };
	sigset_t none;
	size_t i;

	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void
run(const char *program, char *const argv[], int control, int other)
{
	int high;

	signals_of_a_child();
	/* Out of the way of 3 and 4 first; dup2 clears close-on-exec. */
	if ((high = fcntl(control, F_DUPFD, CHILD_OTHER + 1)) == -1)
		_exit(127);
	if (other != -1 &&
	    (other = fcntl(other, F_DUPFD, CHILD_OTHER + 1)) == -1)
		_exit(127);
	if (dup2(high, CONTROL_FD) == -1 ||
	    (other != -1 && dup2(other, CHILD_OTHER) == -1))
		_exit(127);
	if (close_range(other != -1 ? CHILD_OTHER + 1 : CHILD_OTHER, ~0U,
	    0) == -1)
		_exit(127);
	execv(program, argv);
	log_line("%s: %s", program, strerror(errno));
	_exit(127);
}

int
child_start(struct child *child, const char *program, char *const argv[],
    int other, struct err *err)
{
	int pair[2];
	pid_t pid;

	if (control_pair(pair, err) == -1)
		return -1;
	if ((pid = fork()) == -1) {
		close(pair[0]);
		close(pair[1]);
		return err_set(err, errno, "fork: %s", strerror(errno));
	}
	if (pid == 0)
		run(program, argv, pair[1], other);
	close(pair[1]);
	child->pid = pid;
	child->leaderless = 0;
	child->control = pair[0];
	child->started = clock_steady();
	child->again = 0;
	return 0;
}

static void
forget(struct child *child)
{
	child->pid = 0;
	if (child->control != -1)
		close(child->control);
	child->control = -1;
}

/* Given up before they could be reaped; 0: free. */
static pid_t strays[STRAYS];

bool
child_set_aside(pid_t pid)
{
	size_t i;

	for (i = 0; i < STRAYS && strays[i] != 0; i++)
		;
	if (i == STRAYS)
		return false;
	strays[i] = pid;
	return true;
}

static bool
set_aside(struct child *child)
{
	if (!child_set_aside(child->pid))
		return false;
	forget(child);
	return true;
}

/* How many are left. */
static size_t
reap_strays(void)
{
	size_t i, left = 0;

	for (i = 0; i < STRAYS; i++) {
		if (strays[i] != 0 && waitpid(strays[i], NULL, WNOHANG) != 0)
			strays[i] = 0;
		left += strays[i] != 0;
	}
	return left;
}

void
child_strays_put(struct bytes *to)
{
	size_t i;

	put_u32(to, (uint32_t)reap_strays());
	for (i = 0; i < STRAYS; i++)
		if (strays[i] != 0)
			put_u32(to, (uint32_t)strays[i]);
}

int
child_strays_get(struct slice *from)
{
	uint32_t count, pid, i;

	if (get_u32(from, &count) == -1 || count > STRAYS)
		return -1;
	for (i = 0; i < count; i++)
		if (get_u32(from, &pid) == -1 || pid == 0 || pid > INT32_MAX)
			return -1;
		else
			strays[i] = (pid_t)pid;
	return 0;
}

bool
child_has_no_strays(void)
{
	return reap_strays() == 0;
}

void
child_wait_strays(usec_t patience)
{
	usec_t until = clock_steady() + patience;

	while (reap_strays() > 0 && clock_steady() < until)
		usleep(2000);
}

/* "tid (name) Z ...": our names have no parenthesis.  False: it is gone. */
static bool
read_thread(int task, const char *tid, char name[32], char *state)
{
	char path[300], stat[128] = "";
	bool is_read;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/stat", tid);
	if ((fd = openat(task, path, O_RDONLY | O_CLOEXEC)) == -1)
		return false;
	n = read(fd, stat, sizeof(stat) - 1);
	is_read = n > 0 &&
	    sscanf(stat, "%*d (%31[^)]) %c", name, state) == 2;
	close(fd);
	return is_read;
}

/* What runs still, by /proc. */
struct left {
	bool	leader;		/* its first thread */
	int	others;		/* but for those that may linger */
};

static struct left
what_is_left(pid_t pid)
{
	struct left left = { .leader = true };
	char path[32], name[32], state;
	struct dirent *entry;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	if ((tasks = opendir(path)) == NULL)
		return left;
	while ((entry = readdir(tasks)) != NULL) {
		if (entry->d_name[0] == '.' ||
		    !read_thread(dirfd(tasks), entry->d_name, name, &state))
			continue;
		if (atoi(entry->d_name) == pid)
			left.leader = state != 'Z';
		else if (strcmp(name, CHILD_LINGERS) != 0)
			left.others++;
	}
	closedir(tasks);
	return left;
}

bool
child_give_up(struct child *child)
{
	struct left left;

	if (child->pid == 0)
		return false;
	left = what_is_left(child->pid);
	if (left.leader)
		return false;
	if (child->leaderless == 0)
		child->leaderless = clock_steady();
	if (clock_steady() - child->leaderless <
	    (left.others > 0 ? LEADERLESS_MOST : LEADERLESS))
		return false;
	return set_aside(child);
}

bool
child_has_ended(const struct child *child)
{
	siginfo_t info = { 0 };

	reap_strays();
	return child->pid != 0 && waitid(P_PID, (id_t)child->pid, &info,
	    WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child->pid;
}

bool
child_reap(struct child *child, int *status)
{
	reap_strays();
	if (child->pid == 0 ||
	    waitpid(child->pid, status, WNOHANG) != child->pid)
		return false;
	forget(child);
	return true;
}

void
child_again(struct child *child)
{
	usec_t now = clock_steady(), wait = 0;
	unsigned i;

	if (now - child->started > SOON)
		child->failures = 0;
	if (child->failures++ > 0)
		wait = BACKOFF_LEAST;
	for (i = 2; i < child->failures && wait < BACKOFF_MOST; i++)
		wait *= 2;
	child->again = now + (wait < BACKOFF_MOST ? wait : BACKOFF_MOST);
}

void
child_is_well(struct child *child)
{
	if (child->failures > WELL)
		child->failures = WELL;
}

bool
child_wait(struct child *child, usec_t patience)
{
	usec_t until = clock_steady() + patience;
	int status;

	while (child->pid != 0 && !child_reap(child, &status)) {
		if (clock_steady() > until)
			return false;
		usleep(2000);
	}
	return true;
}

void
child_kill(struct child *child)
{
	if (child->pid != 0)
		kill(child->pid, SIGKILL);
	if (child_wait(child, 2 * USEC))
		return;
	log_line("process %d still waits in the kernel", (int)child->pid);
	if (!set_aside(child))
		forget(child);
}

void
child_stop(struct child *child, usec_t patience)
{
	child->again = 0;
	if (child->pid == 0)
		return;
	if (child->control != -1)
		close(child->control);
	child->control = -1;
	if (!child_wait(child, patience))
		child_kill(child);
}

void
child_lost(struct child *child)
{
	if (child->control != -1)
		close(child->control);
	child->control = -1;
	if (child->pid != 0)
		kill(child->pid, SIGKILL);
}
