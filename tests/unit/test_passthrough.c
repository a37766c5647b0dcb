/*
 * The octets of FUSE passthrough, against the structures of <linux/fuse.h>: of
 * those it may know only what was there before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/fuse.h>
#include <string.h>

#include "fs/passthrough.h"

struct init {
	struct fuse_in_header	head;
	struct fuse_init_in	in;
};

static bool
offered(uint32_t flags, uint32_t flags2, size_t size)
{
	struct init init = { .in = { .major = 7, .minor = 45,
	    .flags = flags, .flags2 = flags2 } };

	return passthrough_offered((struct slice){
	    (const unsigned char *)&init, size });
}

static void
a_kernel_offers_it_or_not(void **state)
{
	const size_t whole = sizeof(struct init);

	assert_true(offered(FUSE_INIT_EXT, 1 << 5, whole));
	assert_false(offered(0, 1 << 5, whole));	/* what flags2? */
	assert_false(offered(FUSE_INIT_EXT, ~(1U << 5), whole));
	assert_false(offered(FUSE_INIT_EXT, 1 << 5,
	    offsetof(struct init, in.flags2)));		/* before 5.17 */
	assert_false(offered(FUSE_INIT_EXT, 1 << 5, 0));
}

static void
it_is_taken(void **state)
{
	struct fuse_init_out out = { .major = 7, .flags = FUSE_ASYNC_READ,
	    .flags2 = 2, .max_pages = 17 }, before = out;

	passthrough_accept(&out, FUSE_COMPAT_22_INIT_OUT_SIZE);
	assert_memory_equal(&out, &before, sizeof(out));
	passthrough_accept(&out, sizeof(out));
	assert_int_equal(out.flags, FUSE_ASYNC_READ | FUSE_INIT_EXT);
	assert_int_equal(out.flags2, 2 | 1 << 5);
	/* max_stack_depth follows flags2. */
	assert_int_equal(*(&out.flags2 + 1), 1);
	assert_int_equal(out.max_pages, 17);
}

static void
an_open_names_its_backing_file(void **state)
{
	struct fuse_open_out out;
	unsigned char octets[PASSTHROUGH_OPEN_OUT];
	uint32_t id;

	assert_int_equal(sizeof(out), sizeof(octets));
	passthrough_open_out(octets, UINT64_C(0x123456789a), 12);
	memcpy(&out, octets, sizeof(out));
	assert_int_equal(out.fh, UINT64_C(0x123456789a));
	assert_int_equal(out.open_flags, FOPEN_NOFLUSH | 1 << 7);
	memcpy(&id, octets + 12, sizeof(id));
	assert_int_equal(id, 12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kernel_offers_it_or_not),
		cmocka_unit_test(it_is_taken),
		cmocka_unit_test(an_open_names_its_backing_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
