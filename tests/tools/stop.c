/*
 * The test's side of the stop page (ca/stop.c tells its states):
 *
 *	stop FILE init			make the page, or clear it
 *	stop FILE arm POINT		the next thread to reach POINT waits
 *	stop FILE wait [SECONDS]	until it is there (default 10); prints
 *					the pid; exit 1 when it is not
 *	stop FILE release		let it go on
 *	stop FILE fault NAME COUNT	NAME fails COUNT times from now; 0: none
 *	stop FILE left NAME		how many of them are left
 */
#include <sys/mman.h>
#include <sys/stat.h>

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../ca/stop_page.h"

static struct stop_page *page;

/* Mode 0666 whatever the umask: processes of several users map it. */
static void
page_make(const char *path)
{
	static const struct stop_page empty = { .magic = STOP_MAGIC };
	char octets[STOP_PAGE_SIZE] = "";
	int fd;

	memcpy(octets, &empty, sizeof empty);
	if ((fd = open(path, O_RDWR | O_CREAT, 0666)) == -1 ||
	    fchmod(fd, 0666) == -1 ||
	    pwrite(fd, octets, sizeof octets, 0) != sizeof octets)
		err(2, "%s", path);
	close(fd);
}

static void
page_map(const char *path)
{
	int fd;

	if ((fd = open(path, O_RDWR)) == -1)
		err(2, "%s", path);
	page = mmap(NULL, STOP_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	if (page == MAP_FAILED)
		err(2, "%s", path);
	if (page->magic != STOP_MAGIC)
		errx(2, "%s is no stop file", path);
	close(fd);
}

static int
do_arm(int argc, char **argv)
{
	uint32_t next;

	if (argc != 1 || strlen(argv[0]) >= STOP_NAME)
		errx(2, "arm wants the name of a point");
	next = (atomic_load(&page->word) & ~3u) + 4;
	atomic_store(&page->word, next | STOP_IDLE);
	atomic_store(&page->pid, 0);
	memset(page->point, 0, STOP_NAME);
	memcpy(page->point, argv[0], strlen(argv[0]));
	atomic_store(&page->word, next | STOP_ARMED);
	return 0;
}

static int
do_wait(int argc, char **argv)
{
	static const struct timespec pause = { 0, 1000000 };
	struct timespec start, now;
	double limit;

	limit = argc > 0 ? atof(argv[0]) : 10;
	clock_gettime(CLOCK_MONOTONIC, &start);
	while ((atomic_load(&page->word) & 3) != STOP_REACHED ||
	    atomic_load(&page->pid) == 0) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec - start.tv_sec +
		    (now.tv_nsec - start.tv_nsec) / 1e9 > limit) {
			warnx("%s is not reached in %g s", page->point, limit);
			return 1;
		}
		nanosleep(&pause, NULL);
	}
	printf("%d\n", (int)atomic_load(&page->pid));
	return 0;
}

static int
do_release(int argc, char **argv)
{
	uint32_t word;

	word = atomic_load(&page->word);
	atomic_store(&page->pid, 0);
	atomic_store(&page->word, (word & ~3u) | ((word & 3) == STOP_REACHED ?
	    STOP_RELEASED : STOP_IDLE));
	return 0;
}

static struct stop_fault *
fault_find(const char *name)
{
	struct stop_fault *f;

	for (f = page->faults; f < page->faults + STOP_FAULTS; f++)
		if (strncmp(f->name, name, STOP_NAME) == 0)
			return f;
	return NULL;
}

static int
do_fault(int argc, char **argv)
{
	struct stop_fault *f;

	if (argc != 2 || strlen(argv[0]) >= STOP_NAME)
		errx(2, "fault wants a name and a count");
	if ((f = fault_find(argv[0])) == NULL && (f = fault_find("")) == NULL)
		errx(2, "no more than %d faults", STOP_FAULTS);
	memcpy(f->name, argv[0], strlen(argv[0]));
	atomic_store(&f->left, atoi(argv[1]));
	return 0;
}

static int
do_left(int argc, char **argv)
{
	struct stop_fault *f;

	if (argc != 1)
		errx(2, "left wants the name of a fault");
	f = fault_find(argv[0]);
	printf("%d\n", f == NULL ? 0 : (int)atomic_load(&f->left));
	return 0;
}

static const struct {
	const char	*name;
	int		(*run)(int, char **);
} commands[] = {
	{ "arm",	do_arm },
	{ "wait",	do_wait },
	{ "release",	do_release },
	{ "fault",	do_fault },
	{ "left",	do_left },
};

int
main(int argc, char **argv)
{
	size_t i;

	if (argc < 3)
		errx(2, "usage: stop FILE init|arm|wait|release|fault|left");
	if (strcmp(argv[2], "init") == 0) {
		page_make(argv[1]);
		return 0;
	}
	page_map(argv[1]);
	for (i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (strcmp(argv[2], commands[i].name) == 0)
			return commands[i].run(argc - 3, argv + 3);
	errx(2, "%s: no such command", argv[2]);
}
