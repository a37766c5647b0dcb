/*
 * The slab: rows, names and contents survive another opening (core killed),
 * what is small and what is spooled reads back alike, ids are never given
 * twice, and a full table says so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "fs/slab.h"

static char	spool[] = "/tmp/pkifs-slab.XXXXXX";

static int
make_spool(void **state)
{
	return (mkdtemp(spool) == NULL ? -1 : 0);
}

static int
remove_spool(void **state)
{
	/* It is empty when the last row that named a file was freed. */
	return (rmdir(spool));
}

static struct slab *
open_slab(int fd)
{
	struct err	 err = { 0 };
	struct slab	*slab = slab_open(fd, spool, &err);

	if (slab == NULL)
		print_error("%s\n", err.text);
	assert_non_null(slab);
	return (slab);
}

static void
assert_content(struct slab *slab, struct slab_bytes *bytes, uint64_t offset,
    const char *wanted, size_t size)
{
	struct bytes	got = { 0 };
	struct err	err;

	assert_int_equal(slab_read(slab, bytes, offset, size, &got, &err), 0);
	assert_int_equal(got.size, size);
	assert_memory_equal(got.data, wanted, size);
	bytes_free(&got);
}

static void
rows_survive(void **state)
{
	int			 fd = memfd_create("slab", MFD_CLOEXEC);
	struct slab		*slab = open_slab(fd);
	struct slab_file	*file, *forgotten;
	struct slab_handle	*handle;
	struct err		 err;
	uint64_t		 id;

	file = slab_file_new(slab);
	file->id = 77;
	file->box = 3;
	slab_file_keep(slab, file, "a.tmp");
	assert_int_equal(slab_write(slab, &file->content,
	    slice_text("hello"), 0, &err), 0);
	handle = slab_handle_new(slab, 1000);
	handle->file = 77;
	handle->unique = 42;
	slab_handle_keep(handle);
	id = handle->id;
	/* Killed before they were kept: as if they had never been. */
	forgotten = slab_file_new(slab);
	forgotten->id = 78;
	(void)slab_handle_new(slab, 1000);
	slab_close(slab);

	slab = open_slab(fd);
	file = slab_file_find(slab, 77);
	assert_non_null(file);
	assert_ptr_equal(slab_file_named(slab, 3, "a.tmp"), file);
	assert_null(slab_file_named(slab, 4, "a.tmp"));
	assert_null(slab_file_find(slab, 78));
	assert_content(slab, &file->content, 0, "hello", 5);
	handle = slab_handle_find(slab, id);
	assert_non_null(handle);
	assert_ptr_equal(slab_handle_of_unique(slab, 42), handle);
	assert_null(slab_handle_of_unique(slab, 43));

	slab_file_rename(slab, file, 4, "b.csr");
	assert_null(slab_file_named(slab, 3, "a.tmp"));
	assert_ptr_equal(slab_file_named(slab, 4, "b.csr"), file);
	assert_string_equal(slab_file_name(file), "b.csr");
	slab_handle_free(slab, handle);
	assert_null(slab_handle_find(slab, id));
	slab_file_free(slab, file);
	assert_null(slab_file_find(slab, 77));
	slab_close(slab);
	close(fd);
}

/* What was never made has its name apart, beside a file that has it. */
static void
what_was_never_made_is_found_apart(void **state)
{
	static const struct {
		int64_t		 box;
		const char	*name;
		uint64_t	 named, absent;		/* ids; 0: none */
	} rows[] = {
		{ 3, "a.csr",	0,	10 },
		{ 3, "b.csr",	12,	11 },
		{ 3, "c.csr",	13,	0 },
		{ 4, "a.csr",	0,	0 },
	};
	int			 fd = memfd_create("slab", MFD_CLOEXEC);
	struct slab		*slab = open_slab(fd);
	struct slab_file	*file;
	uint64_t		 id;
	size_t			 i;

	for (id = 10; id <= 13; id++) {
		file = slab_file_new(slab);
		file->id = id;
		file->box = 3;
		file->absent = id <= 11;
		slab_file_keep(slab, file, id == 10 ? "a.csr" :
		    id == 13 ? "c.csr" : "b.csr");
	}
	slab_close(slab);
	slab = open_slab(fd);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		file = slab_file_named(slab, rows[i].box, rows[i].name);
		assert_int_equal(file == NULL ? 0 : file->id, rows[i].named);
		file = slab_file_absent(slab, rows[i].box, rows[i].name);
		assert_int_equal(file == NULL ? 0 : file->id,
		    rows[i].absent);
	}
	for (id = 10; id <= 13; id++)
		slab_file_free(slab, slab_file_find(slab, id));
	slab_close(slab);
	close(fd);
}

static void
contents_grow_into_the_spool(void **state)
{
	static char		 large[3 * SLAB_SMALL], zeros[SLAB_SMALL];
	int			 fd = memfd_create("slab", MFD_CLOEXEC);
	struct slab		*slab = open_slab(fd);
	struct slab_file	*file = slab_file_new(slab);
	struct slice		 all = { (unsigned char *)large,
				    sizeof(large) };
	struct err		 err;

	memset(large, 'x', sizeof(large));
	file->id = 1;
	slab_file_keep(slab, file, "large");
	/* A hole reads as zeros, whatever was in the row before. */
	memset(file->content.small, 'o', SLAB_SMALL);
	assert_int_equal(slab_write(slab, &file->content, slice_text("a"), 0,
	    &err), 0);
	assert_int_equal(slab_write(slab, &file->content, slice_text("z"),
	    100, &err), 0);
	assert_content(slab, &file->content, 1, zeros, 99);
	assert_int_equal(slab_write(slab, &file->content, all, 101, &err), 0);
	assert_int_equal(file->content.size, 101 + sizeof(large));
	assert_content(slab, &file->content, 0, "a", 1);
	assert_content(slab, &file->content, 100, "zxx", 3);
	slab_close(slab);

	slab = open_slab(fd);
	file = slab_file_find(slab, 1);
	assert_content(slab, &file->content, 99 + sizeof(large), "xx", 2);
	assert_int_equal(slab_resize(slab, &file->content, 50, &err), 0);
	assert_int_equal(slab_resize(slab, &file->content, 60, &err), 0);
	assert_content(slab, &file->content, 50, zeros, 10);
	assert_int_equal(slab_replace(slab, &file->content,
	    slice_text("new"), &err), 0);
	assert_content(slab, &file->content, 0, "new", 3);
	assert_int_equal(file->content.size, 3);
	slab_file_free(slab, file);
	slab_close(slab);
	close(fd);
}

static void
ids_are_never_given_twice(void **state)
{
	int		 fd = memfd_create("slab", MFD_CLOEXEC);
	struct slab	*slab = open_slab(fd);
	uint64_t	 i;

	assert_true(slab_take_id(slab) == 0);
	slab_add_ids(slab, 100, 3);
	assert_int_equal(slab_ids_left(slab), 3);
	assert_true(slab_take_id(slab) == 100);
	slab_add_ids(slab, 900, 2);
	slab_close(slab);
	slab = open_slab(fd);
	for (i = 101; i < 103; i++)
		assert_true(slab_take_id(slab) == i);
	assert_true(slab_take_id(slab) == 900);
	assert_true(slab_take_id(slab) == 901);
	assert_true(slab_take_id(slab) == 0);
	assert_int_equal(slab_ids_left(slab), 0);
	slab_close(slab);
	close(fd);
}

static void
a_full_table_says_so(void **state)
{
	int			 fd = memfd_create("slab", MFD_CLOEXEC);
	struct slab		*slab = open_slab(fd);
	struct slab_handle	*handle = NULL, *last = NULL;
	size_t			 i;

	for (i = 0; i < SLAB_HANDLES; i++) {
		assert_non_null(handle = slab_handle_new(slab, (uid_t)i));
		slab_handle_keep(handle);
		last = handle;
	}
	assert_null(slab_handle_new(slab, 5000));
	slab_handle_free(slab, last);
	/* The row is used again under another id. */
	assert_non_null(handle = slab_handle_new(slab, (uid_t)i));
	assert_ptr_equal(handle, last);
	slab_close(slab);
	close(fd);
}

/* One user does not take the last ones from the others. */
static void
one_user_leaves_some_to_others(void **state)
{
	int			 fd = memfd_create("slab", MFD_CLOEXEC);
	struct slab		*slab = open_slab(fd);
	struct slab_handle	*handle, *last = NULL;
	size_t			 count;

	for (count = 0; (handle = slab_handle_new(slab, 1000)) != NULL;
	    count++) {
		slab_handle_keep(handle);
		last = handle;
	}
	assert_int_equal(count, SLAB_HANDLES / 2);
	assert_non_null(handle = slab_handle_new(slab, 1001));
	assert_int_equal(handle->uid, 1001);
	slab_handle_free(slab, handle);
	slab_handle_free(slab, last);
	assert_non_null(slab_handle_new(slab, 1000));
	slab_close(slab);
	close(fd);
}

/* Of a program that keeps its rows in another way, or of none at all. */
static void
another_layout_is_refused(void **state)
{
	int			 fd = memfd_create("slab", MFD_CLOEXEC);
	uint64_t		 mark[3], other[3];
	struct err		 err;
	size_t			 i;

	slab_close(open_slab(fd));
	assert_int_equal(slab_fits(fd, &err), 0);
	assert_int_equal(pread(fd, mark, sizeof(mark), 0), sizeof(mark));
	for (i = 0; i < 3; i++) {
		memcpy(other, mark, sizeof(other));
		other[i]++;
		assert_int_equal(pwrite(fd, other, sizeof(other), 0),
		    sizeof(other));
		assert_int_equal(slab_fits(fd, &err), -1);
	}
	assert_null(slab_open(fd, spool, &err));
	assert_int_equal(ftruncate(fd, 4096), 0);
	assert_int_equal(slab_fits(fd, &err), -1);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_survive),
		cmocka_unit_test(what_was_never_made_is_found_apart),
		cmocka_unit_test(contents_grow_into_the_spool),
		cmocka_unit_test(ids_are_never_given_twice),
		cmocka_unit_test(a_full_table_says_so),
		cmocka_unit_test(one_user_leaves_some_to_others),
		cmocka_unit_test(another_layout_is_refused),
	};

	return (cmocka_run_group_tests(tests, make_spool, remove_spool));
}
