/*
 * The ledger: see ledger.h.  A page with the head, then a power of two of
 * 32-octet slots, probed in a line; an empty slot has a key of zeros.  Slots
 * never cross a sector, so a slot is there or not there after a power cut, and
 * the head's mark is written after all slots before it are on disk.
 *
 * The file is allocated when made: a mapped file with holes would end the
 * process by SIGBUS when the disk is full.
 */
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ca/stop.h"
#include "ledger.h"

#define MAGIC		0x6c65646765723031ULL	/* "ledger01" */
#define HEAD_SIZE	4096
#define FIRST_SLOTS	8192

struct head {
	uint64_t	magic;
	uint64_t	slots;
	uint64_t	count;		/* a hint: recounted when made anew */
	uint64_t	synced;
	struct journal_mark mark;
	uint64_t	has_mark;
	unsigned char	check[SHA256_OCTETS];	/* of mark and slots */
};

struct slot {
	unsigned char	key[LEDGER_KEY];
	uint64_t	begin, end;
};

struct ledger {
	char		 path[1024];
	struct head	*head;		/* mapped */
	struct slot	*slots;
	size_t		 size;		/* of the map */
	pthread_mutex_t	 map;		/* held while it must not move */
	bool		 told;		/* that it could not grow */
	bool		 unmarked;	/* it grew since the last checkpoint */
	bool		 lost;		/* a sync failed */
};

static const unsigned char empty[LEDGER_KEY];

void
ledger_key(unsigned char key[LEDGER_KEY], const char *sort,
    struct slice thing)
{
	unsigned char digest[SHA256_OCTETS];
	struct bytes b = { 0 };

	put_text(&b, sort);
	bytes_put(&b, thing.data, thing.size);
	sha256(digest, SLICE(&b));
	memcpy(key, digest, LEDGER_KEY);
	bytes_free(&b);
}

static void
check_of(const struct head *h, unsigned char check[SHA256_OCTETS])
{
	struct bytes b = { 0 };

	put_u64(&b, h->slots);
	put_u64(&b, h->mark.offset);
	put_u64(&b, h->mark.seq);
	put_u64(&b, h->has_mark);
	bytes_put(&b, h->mark.hash, SHA256_OCTETS);
	sha256(check, SLICE(&b));
	bytes_free(&b);
}

static struct ledger *
ledger_of(const char *path, void *map, size_t size)
{
	struct ledger *l;

	if ((l = calloc(1, sizeof(*l))) == NULL)
		die("out of memory");
	snprintf(l->path, sizeof(l->path), "%s", path);
	l->head = map;
	l->slots = (struct slot *)((unsigned char *)map + HEAD_SIZE);
	l->size = size;
	pthread_mutex_init(&l->map, NULL);
	return l;
}

static bool
head_is_sound(const struct head *h, uint64_t size)
{
	unsigned char check[SHA256_OCTETS];

	if (h->magic != MAGIC || h->slots < FIRST_SLOTS ||
	    (h->slots & (h->slots - 1)) != 0 ||
	    size != HEAD_SIZE + h->slots * sizeof(struct slot) ||
	    h->count > h->slots)
		return false;
	check_of(h, check);
	return memcmp(check, h->check, sizeof(check)) == 0;
}

struct ledger *
ledger_open(const char *path, struct err *err)
{
	struct stat st;
	void *map;
	int fd;

	if ((fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)) == -1) {
		err_set(err, errno, "%s: %m", path);
		return NULL;
	}
	if (fstat(fd, &st) == -1 || st.st_size < HEAD_SIZE ||
	    (uint64_t)st.st_blocks * 512 < (uint64_t)st.st_size ||
	    (map = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0)) == MAP_FAILED) {
		close(fd);
		err_set(err, EBADMSG, "%s is no ledger", path);
		return NULL;
	}
	close(fd);
	if (!head_is_sound(map, (uint64_t)st.st_size)) {
		munmap(map, (size_t)st.st_size);
		err_set(err, EBADMSG, "%s is damaged", path);
		return NULL;
	}
	return ledger_of(path, map, (size_t)st.st_size);
}

/* A new file, allocated whole and mapped; MAP_FAILED and a sentence. */
static void *
map_new(const char *path, size_t size, struct err *err)
{
	void *map = MAP_FAILED;
	int fd, e;

	if ((fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC |
	    O_NOFOLLOW, 0600)) == -1) {
		err_set(err, errno, "%s: %m", path);
		return MAP_FAILED;
	}
	if ((e = posix_fallocate(fd, 0, (off_t)size)) == 0) {
		map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
		    fd, 0);
		e = errno;
	}
	close(fd);
	if (map == MAP_FAILED) {
		unlink(path);
		errno = e;
		err_set(err, e, "the ledger cannot be made: %m");
	}
	return map;
}

static int
put_in_place(const char *fresh, const char *path, void *map, size_t size,
    struct err *err)
{
	if (msync(map, size, MS_SYNC) == -1 || rename(fresh, path) == -1) {
		err_set(err, errno, "the new ledger cannot be put in place: "
		    "%m");
		unlink(fresh);
		return -1;
	}
	return 0;
}

struct ledger *
ledger_create(const char *path, struct err *err)
{
	size_t size = HEAD_SIZE + FIRST_SLOTS * sizeof(struct slot);
	char fresh[1024];
	struct head *h;
	void *map;

	snprintf(fresh, sizeof(fresh), "%s.new", path);
	if ((map = map_new(fresh, size, err)) == MAP_FAILED)
		return NULL;
	h = map;
	h->magic = MAGIC;
	h->slots = FIRST_SLOTS;
	check_of(h, h->check);
	if (put_in_place(fresh, path, map, size, err) == -1) {
		munmap(map, size);
		return NULL;
	}
	return ledger_of(path, map, size);
}

void
ledger_close(struct ledger *l)
{
	if (l == NULL)
		return;
	munmap(l->head, l->size);
	pthread_mutex_destroy(&l->map);
	free(l);
}

/* The slot with this key, or the empty one where it would stand. */
static struct slot *
slot_of(struct slot *slots, uint64_t count, const unsigned char *key)
{
	uint64_t i;

	memcpy(&i, key, sizeof(i));
	for (i &= count - 1;; i = (i + 1) & (count - 1))
		if (memcmp(slots[i].key, key, LEDGER_KEY) == 0 ||
		    memcmp(slots[i].key, empty, LEDGER_KEY) == 0)
			return &slots[i];
}

bool
ledger_find(struct ledger *l, const unsigned char *key,
    struct ledger_value *value)
{
	struct slot *s = slot_of(l->slots, l->head->slots, key);

	if (memcmp(s->key, empty, LEDGER_KEY) == 0)
		return false;
	*value = (struct ledger_value){ s->begin, s->end };
	return true;
}

void
ledger_put(struct ledger *l, const unsigned char *key,
    const struct ledger_value *value)
{
	struct slot *s = slot_of(l->slots, l->head->slots, key);

	s->begin = value->begin;
	s->end = value->end;
	if (memcmp(s->key, empty, LEDGER_KEY) == 0) {
		memcpy(s->key, key, LEDGER_KEY);
		l->head->count++;
	}
}

/*
 * All slots into a file of twice the size, which takes this one's place.  It is
 * not synced here, where orders wait: its head is unsound until the next
 * checkpoint, and after a crash before that it is made anew.
 */
static int
grow(struct ledger *l, struct err *err)
{
	uint64_t slots = l->head->slots * 2, i;
	size_t size = HEAD_SIZE + slots * sizeof(struct slot);
	char fresh[1100];
	struct slot *to;
	struct head *h;
	void *map;

	snprintf(fresh, sizeof(fresh), "%s.new", l->path);
	if ((map = map_new(fresh, size, err)) == MAP_FAILED)
		return -1;
	h = map;
	to = (struct slot *)((unsigned char *)map + HEAD_SIZE);
	*h = *l->head;
	h->slots = slots;
	h->count = 0;
	for (i = 0; i < l->head->slots; i++)
		if (memcmp(l->slots[i].key, empty, LEDGER_KEY) != 0) {
			*slot_of(to, slots, l->slots[i].key) = l->slots[i];
			h->count++;
		}
	memset(h->check, 0, sizeof(h->check));
	if (rename(fresh, l->path) == -1) {
		err_set(err, errno, "the new ledger cannot be put in place: "
		    "%m");
		unlink(fresh);
		munmap(map, size);
		return -1;
	}
	l->unmarked = true;
	munmap(l->head, l->size);
	l->head = map;
	l->slots = to;
	l->size = size;
	return 0;
}

int
ledger_room(struct ledger *l, size_t more, struct err *err)
{
	int ret;

	while ((l->head->count + more) * 2 > l->head->slots) {
		pthread_mutex_lock(&l->map);
		ret = grow(l, err);
		pthread_mutex_unlock(&l->map);
		if (ret == 0)
			continue;
		if (!l->told)
			log_line("ledger: %s", err->text);
		l->told = true;
		return (l->head->count + more) * 8 <= l->head->slots * 7 ?
		    0 : -1;
	}
	l->told = false;
	return 0;
}

/* As much of the file; a fault is told once, so it is kept. */
static int
sync_map(struct ledger *l, size_t size, const char *fault, struct err *err)
{
	int ret = -1;

	if (l->lost || fault_here(fault))
		errno = EIO;
	else
		ret = msync(l->head, size, MS_SYNC);
	if (ret == 0)
		return 0;
	l->lost = true;
	memset(l->head->check, 0, sizeof(l->head->check));
	return err_set(err, EIO, "the ledger cannot be synced: %m");
}

int
ledger_checkpoint(struct ledger *l, const struct journal_mark *mark,
    struct err *err)
{
	int ret;

	pthread_mutex_lock(&l->map);
	if ((ret = sync_map(l, l->size, "ledger-sync", err)) == 0) {
		l->head->mark = *mark;
		l->head->has_mark = 1;
		check_of(l->head, l->head->check);
		l->unmarked = false;
		ret = sync_map(l, HEAD_SIZE, "ledger-mark", err);
	}
	pthread_mutex_unlock(&l->map);
	return ret;
}

bool
ledger_wants_checkpoint(struct ledger *l)
{
	bool wants;

	pthread_mutex_lock(&l->map);
	wants = l->unmarked;
	pthread_mutex_unlock(&l->map);
	return wants;
}

bool
ledger_mark(struct ledger *l, struct journal_mark *mark)
{
	*mark = l->head->mark;
	return l->head->has_mark != 0;
}

uint64_t
ledger_synced(struct ledger *l)
{
	return l->head->synced;
}

void
ledger_set_synced(struct ledger *l, uint64_t offset)
{
	if (offset > l->head->synced)
		l->head->synced = offset;
}
