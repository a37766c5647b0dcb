/*
 * The reserve: 16 MiB allocated beforehand, given to the file system slice by
 * slice when it is full, so that a revocation, its evidence and its CRL can
 * still be written (DESIGN 2.3).  While it is not whole, nothing is issued.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "store_private.h"

#define RESERVE		((off_t)16 << 20)
#define SLICE_OCTETS	((off_t)1 << 20)
/*
 * It is taken back only when so much more is free, or the disk would be full
 * again at the next certificate.
 */
#define MARGIN		((off_t)4 << 20)
#define ROOM_UNKNOWN	MARGIN
/* How long an answer stands: statfs adds up what each processor has counted. */
#define ROOMY_FOR	(USEC / 200)

/* What others than root may write; a disk that cannot tell is not full. */
static off_t
room(struct store *s)
{
	struct statvfs fs;
	char path[PATH_MAX];

	store_path(s, path, ".");
	if (statvfs(path, &fs) != 0)
		return ROOM_UNKNOWN;
	return (off_t)(fs.f_bavail * fs.f_frsize);
}

/*
 * What could not be had is given back, so that whatever else is written finds
 * what room there is; what there was before is kept.
 */
static int
fill_up(int fd, const struct stat *before)
{
	int code = posix_fallocate(fd, 0, RESERVE);

	if (code != 0)
		while (ftruncate(fd, before->st_size) != 0 && errno == EINTR)
			continue;
	return code;
}

/* 0 or an errno: then it is what it was. */
static int
allocate(struct store *s)
{
	char path[PATH_MAX];
	struct stat st;
	int fd, code;

	store_path(s, path, "reserve");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return errno;
	if (fstat(fd, &st) != 0)
		code = errno;
	else if (st.st_size >= RESERVE && st.st_blocks >= RESERVE / 512)
		code = 0;
	else
		code = fill_up(fd, &st);
	close(fd);
	return code;
}

int
store_reserve_make(struct store *s, bool is_new, struct err *err)
{
	int code = allocate(s);

	s->reserve_whole = code == 0;
	if (code == 0)
		return 0;
	if (is_new) {
		char path[PATH_MAX];

		store_path(s, path, "db");
		unlink(path);
		return err_set(err, code, "cannot set aside %lld octets: %s",
		    (long long)RESERVE, strerror(code));
	}
	/* Reading and revoking go on; issuing waits for room. */
	log_line("store: the reserve is not whole and cannot be made so: %s; "
	    "nothing is issued", strerror(code));
	return 0;
}

/*
 * Issuing stops a little before the disk is full, so that what is under way
 * finds room for its result, here and in the signer's journal.
 */
bool
store_reserve_whole(struct store *s)
{
	return store_reserve_is_kept(s) && !store_is_nearly_full(s);
}

bool
store_reserve_is_kept(struct store *s)
{
	bool whole;

	pthread_mutex_lock(&s->reserve_lock);
	whole = s->reserve_whole;
	pthread_mutex_unlock(&s->reserve_lock);
	return whole;
}

/*
 * Gives one slice of it: whatever filled the disk may still be at work, and
 * would take all of it at once.  A file system with a journal gives freed
 * blocks out again only once that is written, hence the sync.
 */
static int
release_slice(struct store *s)
{
	char path[PATH_MAX];
	struct stat st;
	int fd, code = 0;

	store_path(s, path, "reserve");
	if ((fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)) == -1)
		return errno;
	if (fstat(fd, &st) != 0)
		code = errno;
	else if (st.st_size > 0 && (ftruncate(fd, st.st_size > SLICE_OCTETS ?
	    st.st_size - SLICE_OCTETS : 0) != 0 || fsync(fd) != 0))
		code = errno;
	close(fd);
	return code;
}

bool
store_reserve_is_needed(struct store *s)
{
	return room(s) < SLICE_OCTETS;
}

void
store_reserve_open(struct store *s)
{
	int code;

	pthread_mutex_lock(&s->reserve_lock);
	if ((code = release_slice(s)) != 0)
		log_line("store: cannot open the reserve: %s", strerror(code));
	else if (s->reserve_whole)
		log_line("store: the disk is full; the reserve is open and "
		    "nothing is issued");
	s->reserve_whole = false;
	pthread_mutex_unlock(&s->reserve_lock);
}

void
store_reserve_restore(struct store *s)
{
	pthread_mutex_lock(&s->reserve_lock);
	if (!s->reserve_whole && room(s) >= RESERVE + MARGIN &&
	    allocate(s) == 0) {
		s->reserve_whole = true;
		log_line("store: the reserve is whole again");
	}
	pthread_mutex_unlock(&s->reserve_lock);
}

bool
store_is_nearly_full(struct store *s)
{
	usec_t now = clock_steady();

	if (now < atomic_load(&s->roomy_until))
		return false;
	if (room(s) < MARGIN)
		return true;
	atomic_store(&s->roomy_until, now + ROOMY_FOR);
	return false;
}
