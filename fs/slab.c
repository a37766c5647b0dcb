/*
 * The memory file that outlives core; see slab.h.  Its layout is one struct,
 * and a program that has another one does not take over (slab_fits).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../ca/stop.h"
#include "backing_memory.h"
#include "slab.h"
#include "slab_spool.h"
#include "tries.h"

#define MAGIC		UINT64_C(0x706b6966736c6162)	/* "pkifslab" */
#define LAYOUT		5
#define BOXES		64		/* change times, by box modulo */
#define BUCKETS		4096
#define NO_ROW		UINT16_MAX
#define HANDLE_ROWS	12		/* bits of a handle's id */

struct slab_mark {
	uint64_t	magic, layout, size;
};

struct slab_memory {
	struct slab_mark   mark;
	_Atomic uint64_t   id, id_end;		/* the block in use */
	_Atomic uint64_t   spare, spare_end;	/* the one after it */
	_Atomic uint64_t   spools, handles_made, verdicts;
	/* Rows ever used: the memory behind them was never touched. */
	_Atomic uint64_t   file_rows, handle_rows;
	_Atomic int64_t	   changed[BOXES];
	struct slab_file   files[SLAB_FILES];
	struct slab_handle handles[SLAB_HANDLES];
	struct tries	   tries;
	struct backing_memory backings;
};

struct slab {
	struct slab_memory *memory;
	int		    spool;		/* the folder */
	/* Indexes, made anew by each core: rows by id and by name. */
	uint16_t	    by_id[BUCKETS], by_name[BUCKETS];
	uint16_t	    next_id[SLAB_FILES], next_name[SLAB_FILES];
	uint16_t	    free_files[SLAB_FILES];
	uint16_t	    free_handles[SLAB_HANDLES];
	size_t		    free_file_count, free_handle_count;
};

/* --- indexes ------------------------------------------------------------- */

static size_t
bucket_of_id(uint64_t id)
{
	return ((size_t)(id % BUCKETS));
}

static size_t
bucket_of_name(int64_t box, const char *name)
{
	uint64_t	hash = UINT64_C(0xcbf29ce484222325) ^ (uint64_t)box;

	for (; *name != '\0'; name++)
		hash = (hash ^ (unsigned char)*name) *
		    UINT64_C(0x100000001b3);
	return ((size_t)((hash ^ hash >> 32) % BUCKETS));
}

static void
index_add(uint16_t *bucket, uint16_t *next, size_t row)
{
	next[row] = *bucket;
	*bucket = (uint16_t)row;
}

static void
index_remove(uint16_t *bucket, uint16_t *next, size_t row)
{
	while (*bucket != NO_ROW && *bucket != row)
		bucket = &next[*bucket];
	if (*bucket == row)
		*bucket = next[row];
}

size_t
slab_file_number(struct slab *slab, const struct slab_file *file)
{
	return ((size_t)(file - slab->memory->files));
}

const char *
slab_file_name(const struct slab_file *file)
{
	return (file->names[file->name_in_use & 1]);
}

static void
index_file(struct slab *slab, struct slab_file *file)
{
	size_t	row = slab_file_number(slab, file);

	index_add(&slab->by_id[bucket_of_id(file->id)], slab->next_id, row);
	index_add(&slab->by_name[bucket_of_name(file->box,
	    slab_file_name(file))], slab->next_name, row);
}

static void
forget_file(struct slab *slab, struct slab_file *file)
{
	size_t	row = slab_file_number(slab, file);

	index_remove(&slab->by_id[bucket_of_id(file->id)], slab->next_id,
	    row);
	index_remove(&slab->by_name[bucket_of_name(file->box,
	    slab_file_name(file))], slab->next_name, row);
}

static void
make_indexes(struct slab *slab)
{
	struct slab_memory	*memory = slab->memory;
	size_t			 i;

	memset(slab->by_id, 0xff, sizeof(slab->by_id));
	memset(slab->by_name, 0xff, sizeof(slab->by_name));
	for (i = memory->file_rows; i-- > 0;) {
		if (memory->files[i].used)
			index_file(slab, &memory->files[i]);
		else
			slab->free_files[slab->free_file_count++] =
			    (uint16_t)i;
	}
	for (i = memory->handle_rows; i-- > 0;)
		if (!memory->handles[i].used)
			slab->free_handles[slab->free_handle_count++] =
			    (uint16_t)i;
}

/* --- opening ------------------------------------------------------------- */

static bool
spool_is_named(struct slab *slab, uint64_t spool)
{
	struct slab_memory	*memory = slab->memory;
	size_t			 i;

	for (i = 0; i < memory->file_rows; i++)
		if (memory->files[i].used &&
		    memory->files[i].content.spool == spool)
			return (true);
	for (i = 0; i < memory->handle_rows; i++)
		if (memory->handles[i].used &&
		    memory->handles[i].staging.spool == spool)
			return (true);
	return (false);
}

static int
sweep_spool(struct slab *slab, const char *path, struct err *err)
{
	struct dirent	*entry;
	DIR		*dir = opendir(path);
	uint64_t	 spool;

	if (dir == NULL)
		return (err_set(err, errno, "spool folder %s: %s", path,
		    strerror(errno)));
	while ((entry = readdir(dir)) != NULL) {
		spool = strtoull(entry->d_name, NULL, 10);
		if (spool != 0 && !spool_is_named(slab, spool))
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	closedir(dir);
	return (0);
}

/* One without it is of a core that was killed while it made it. */
static bool
is_our_mark(const struct slab_mark *mark)
{
	return (mark->magic == 0 || (mark->magic == MAGIC &&
	    mark->layout == LAYOUT &&
	    mark->size == sizeof(struct slab_memory)));
}

int
slab_fits(int fd, struct err *err)
{
	struct slab_mark	mark;
	struct stat		st;

	if (fstat(fd, &st) == -1)
		return (err_set(err, errno, "slab: %s", strerror(errno)));
	if (st.st_size == 0)
		return (0);
	if (st.st_size != (off_t)sizeof(struct slab_memory) ||
	    pread(fd, &mark, sizeof(mark), 0) != sizeof(mark) ||
	    !is_our_mark(&mark) || fault_here("slab-layout"))
		return (err_set(err, EINVAL, SLAB_IS_ANOTHER));
	return (0);
}

static int
map_memory(struct slab *slab, int fd, struct err *err)
{
	const size_t		 size = sizeof(struct slab_memory);
	struct slab_memory	*memory;

	if (slab_fits(fd, err) == -1)
		return (-1);
	if (ftruncate(fd, (off_t)size) == -1)
		return (err_set(err, errno, "slab: %s", strerror(errno)));
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return (err_set(err, errno, "slab: %s", strerror(errno)));
	memory->mark.layout = LAYOUT;
	memory->mark.size = size;
	memory->mark.magic = MAGIC;
	slab->memory = memory;
	return (0);
}

struct slab *
slab_open(int fd, const char *spool, struct err *err)
{
	struct slab	*slab = calloc(1, sizeof(*slab));

	if (slab == NULL)
		die("out of memory");
	slab->spool = open(spool, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (slab->spool == -1) {
		err_set(err, errno, "spool folder %s: %s", spool,
		    strerror(errno));
		goto fault;
	}
	if (map_memory(slab, fd, err) == -1 ||
	    sweep_spool(slab, spool, err) == -1)
		goto fault;
	make_indexes(slab);
	return (slab);
fault:
	slab_close(slab);
	return (NULL);
}

void
slab_close(struct slab *slab)
{
	if (slab == NULL)
		return;
	if (slab->memory != NULL)
		munmap(slab->memory, sizeof(*slab->memory));
	if (slab->spool != -1)
		close(slab->spool);
	free(slab);
}

struct tries *
slab_tries(struct slab *slab)
{
	return (&slab->memory->tries);
}

struct backing_memory *
slab_backings(struct slab *slab)
{
	return (&slab->memory->backings);
}

int
slab_spool_folder(struct slab *slab)
{
	return (slab->spool);
}

uint64_t
slab_spool_next(struct slab *slab)
{
	return (++slab->memory->spools);
}

/* --- files --------------------------------------------------------------- */

struct slab_file *
slab_file_new(struct slab *slab)
{
	struct slab_file	*file;
	size_t			 row;

	if (slab->free_file_count > 0)
		row = slab->free_files[--slab->free_file_count];
	else if (slab->memory->file_rows < SLAB_FILES)
		row = slab->memory->file_rows++;
	else
		return (NULL);
	file = &slab->memory->files[row];
	/* What is small need not be cleared: size says what counts. */
	memset(file, 0, offsetof(struct slab_file, content.small));
	return (file);
}

void
slab_file_keep(struct slab *slab, struct slab_file *file, const char *name)
{
	snprintf(file->names[file->name_in_use & 1], sizeof(file->names[0]),
	    "%s", name);
	file->used = 1;
	index_file(slab, file);
}

static void
drop_spool(struct slab *slab, struct slab_bytes *bytes)
{
	char	name[24];

	if (bytes->spool != 0) {
		snprintf(name, sizeof(name), "%" PRIu64, bytes->spool);
		unlinkat(slab->spool, name, 0);
	}
	bytes->spool = 0;
	bytes->size = 0;
}

/* Also one that was never kept. */
void
slab_file_free(struct slab *slab, struct slab_file *file)
{
	if (file == NULL)
		return;
	if (file->used)
		forget_file(slab, file);
	file->used = 0;
	drop_spool(slab, &file->content);
	slab->free_files[slab->free_file_count++] =
	    (uint16_t)slab_file_number(slab, file);
}

struct slab_file *
slab_file_row(struct slab *slab, size_t row)
{
	if (row >= slab->memory->file_rows ||
	    !slab->memory->files[row].used)
		return (NULL);
	return (&slab->memory->files[row]);
}

size_t
slab_files_used(const struct slab *slab)
{
	return (slab->memory->file_rows - slab->free_file_count);
}

struct slab_file *
slab_file_find(struct slab *slab, uint64_t id)
{
	uint16_t	row = slab->by_id[bucket_of_id(id)];

	for (; row != NO_ROW; row = slab->next_id[row])
		if (slab->memory->files[row].id == id)
			return (&slab->memory->files[row]);
	return (NULL);
}

static struct slab_file *
find_named(struct slab *slab, int64_t box, const char *name, bool absent)
{
	uint16_t		 row = slab->by_name[bucket_of_name(box, name)];
	struct slab_file	*file;

	for (; row != NO_ROW; row = slab->next_name[row]) {
		file = &slab->memory->files[row];
		if (file->box == box && !file->gone &&
		    (file->absent != 0) == absent &&
		    strcmp(slab_file_name(file), name) == 0)
			return (file);
	}
	return (NULL);
}

struct slab_file *
slab_file_named(struct slab *slab, int64_t box, const char *name)
{
	return (find_named(slab, box, name, false));
}

struct slab_file *
slab_file_absent(struct slab *slab, int64_t box, const char *name)
{
	return (find_named(slab, box, name, true));
}

void
slab_file_rename(struct slab *slab, struct slab_file *file, int64_t box,
    const char *name)
{
	uint32_t	other = ~file->name_in_use & 1;

	forget_file(slab, file);
	snprintf(file->names[other], sizeof(file->names[0]), "%s", name);
	file->box = box;
	file->name_in_use = other;
	index_file(slab, file);
}

void
slab_file_renumber(struct slab *slab, struct slab_file *file, uint64_t id)
{
	forget_file(slab, file);
	file->id = id;
	index_file(slab, file);
}

/* --- handles ------------------------------------------------------------- */

static bool
has_too_many(struct slab *slab, uid_t uid)
{
	size_t	i, count = 0;

	if (slab->memory->handle_rows - slab->free_handle_count <
	    SLAB_HANDLES / 2)
		return (false);
	for (i = 0; i < slab->memory->handle_rows; i++)
		if (slab->memory->handles[i].used &&
		    slab->memory->handles[i].uid == uid)
			count++;
	return (count >= SLAB_OF_ONE);
}

struct slab_handle *
slab_handle_new(struct slab *slab, uid_t uid)
{
	struct slab_handle	*handle;
	size_t			 row;

	if (has_too_many(slab, uid))
		return (NULL);
	if (slab->free_handle_count > 0)
		row = slab->free_handles[--slab->free_handle_count];
	else if (slab->memory->handle_rows < SLAB_HANDLES)
		row = slab->memory->handle_rows++;
	else
		return (NULL);
	handle = &slab->memory->handles[row];
	memset(handle, 0, offsetof(struct slab_handle, staging.small));
	handle->uid = uid;
	handle->id = ++slab->memory->handles_made << HANDLE_ROWS | row;
	return (handle);
}

void
slab_handle_keep(struct slab_handle *handle)
{
	handle->used = 1;
}

void
slab_handle_free(struct slab *slab, struct slab_handle *handle)
{
	if (handle == NULL)
		return;
	handle->used = 0;
	drop_spool(slab, &handle->staging);
	slab->free_handles[slab->free_handle_count++] =
	    (uint16_t)(handle - slab->memory->handles);
}

struct slab_handle *
slab_handle_row(struct slab *slab, size_t row)
{
	if (row >= slab->memory->handle_rows ||
	    !slab->memory->handles[row].used)
		return (NULL);
	return (&slab->memory->handles[row]);
}

struct slab_handle *
slab_handle_find(struct slab *slab, uint64_t id)
{
	struct slab_handle	*handle;

	handle = slab_handle_row(slab, id & (SLAB_HANDLES - 1));
	return (id == 0 || handle == NULL || handle->id != id ? NULL :
	    handle);
}

/* Asked only for requests that were sent again. */
struct slab_handle *
slab_handle_of_unique(struct slab *slab, uint64_t unique)
{
	struct slab_handle	*handle;
	size_t			 i;

	for (i = 0; i < SLAB_HANDLES; i++) {
		handle = slab_handle_row(slab, i);
		if (handle != NULL && handle->unique == unique)
			return (handle);
	}
	return (NULL);
}

/* --- numbers ------------------------------------------------------------- */

uint64_t
slab_take_id(struct slab *slab)
{
	struct slab_memory	*memory = slab->memory;

	if (memory->id == memory->id_end) {
		if (memory->spare == memory->spare_end)
			return (0);
		memory->id = memory->spare;
		memory->id_end = memory->spare_end;
		memory->spare = memory->spare_end;
	}
	return (memory->id++);
}

size_t
slab_ids_left(struct slab *slab)
{
	struct slab_memory	*memory = slab->memory;

	return ((size_t)(memory->id_end - memory->id + memory->spare_end -
	    memory->spare));
}

void
slab_add_ids(struct slab *slab, int64_t first, size_t count)
{
	struct slab_memory	*memory = slab->memory;

	/* An end of zero while the start moves: nobody takes from between. */
	memory->spare_end = memory->spare;
	memory->spare = memory->spare_end = (uint64_t)first;
	memory->spare_end = (uint64_t)first + count;
}

uint64_t
slab_next_verdict(struct slab *slab)
{
	return (++slab->memory->verdicts);
}

void
slab_note_change(struct slab *slab, int64_t box, usec_t when)
{
	slab->memory->changed[(uint64_t)box % BOXES] = when;
}

usec_t
slab_changed(struct slab *slab, int64_t box)
{
	return (slab->memory->changed[(uint64_t)box % BOXES]);
}
