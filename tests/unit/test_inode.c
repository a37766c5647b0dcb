/*
 * Inode numbers: every class packs and unpacks, at its borders too, no two
 * nodes share a number, and what was never given out is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fs/inode.h"

#define BITS(n)	((UINT64_C(1) << (n)) - 1)

static const struct {
	struct node	node;
	uint64_t	ino;
} known[] = {
	{ { NODE_ROOT, 1, 0 }, 1 },	/* FUSE_ROOT_ID */
	{ { NODE_PUBLISHED, 3, 0 }, UINT64_C(1) << 58 | 3 },
	{ { NODE_PUBLICATION, BITS(58), 0 }, UINT64_C(2) << 58 | BITS(58) },
	{ { NODE_BOX, 1, 0 }, UINT64_C(4) << 58 | 1 },
	{ { NODE_DROP, 77, 0 }, UINT64_C(5) << 58 | 77 },
	{ { NODE_STATUS, 5, 0 }, UINT64_C(6) << 58 | 5 << 4 },
	{ { NODE_STATUS, BITS(54), 11 },
	    UINT64_C(6) << 58 | BITS(54) << 4 | 11 },
	{ { NODE_CHAIN, 5, 9 }, UINT64_C(7) << 58 | UINT64_C(5) << 30 | 9 },
	{ { NODE_CHAIN, BITS(28), BITS(30) }, UINT64_C(7) << 58 | BITS(58) },
	{ { NODE_CERT_STATUS, 12, 2 }, UINT64_C(16) << 58 | 12 << 4 | 2 },
	{ { NODE_PERIOD, 3, 498000 },
	    UINT64_C(38) << 58 | UINT64_C(3) << 40 | 498000 },
	{ { NODE_OCSP_PART, 1023, 8 },
	    UINT64_C(34) << 58 | UINT64_C(1023) << 46 | 8 },
	{ { NODE_REQUEST_EVENTS, 4, 0 }, UINT64_C(45) << 58 | 4 },
	{ { NODE_RA, 6, 0 }, UINT64_C(46) << 58 | 6 },
	{ { NODE_DESK, 42 * 8 + 1, 0 }, UINT64_C(47) << 58 | 337 },
	{ { NODE_DESK_FILE, 9, 0 }, UINT64_C(48) << 58 | 9 },
	{ { NODE_DESK_TEXT, BITS(58), 0 }, UINT64_C(49) << 58 | BITS(58) },
	{ { NODE_DESK_LINK, 42, 0 }, UINT64_C(50) << 58 | 42 },
	{ { NODE_ACCEPT, 7, 1 }, UINT64_C(51) << 58 | 15 },
	{ { NODE_PUBLIC, 0, 0 }, UINT64_C(52) << 58 },
	{ { NODE_PUBLIC_PEM, 7, 0 }, UINT64_C(53) << 58 | 7 },
	{ { NODE_TERMS, 5, 2 }, UINT64_C(54) << 58 | UINT64_C(5) << 28 | 2 },
	{ { NODE_REVOKE_FOLDER, 1, 0 }, UINT64_C(56) << 58 | 1 },
	{ { NODE_KEY_CONTROL, 9, 0 }, UINT64_C(57) << 58 | 9 },
	{ { NODE_REFUSALS, 9, 0 }, UINT64_C(58) << 58 | 9 },
	{ { NODE_CERT_REFUSED, 12, 2 }, UINT64_C(59) << 58 | 12 << 4 | 2 },
	{ { NODE_CERT_CHANGES, 7, 0 }, UINT64_C(60) << 58 | 7 },
	{ { NODE_STAPLES, 0, 0 }, UINT64_C(62) << 58 },
	{ { NODE_LIVE, 2, 9 },
	    UINT64_C(63) << 58 | UINT64_C(2) << 44 | 9 },
	{ { NODE_NOTICE, 3, 0 },
	    UINT64_C(63) << 58 | UINT64_C(1) << 50 | 3 },
	{ { NODE_NOTICE, BITS(50), 0 },
	    UINT64_C(63) << 58 | UINT64_C(1) << 50 | BITS(50) },
};

static void
known_numbers_stay(void **state)
{
	struct node	node;
	size_t		i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_true(inode_pack(known[i].node) == known[i].ino);
		assert_int_equal(inode_unpack(known[i].ino, &node), 0);
		assert_int_equal(node.class, known[i].node.class);
		assert_true(node.a == known[i].node.a);
		assert_true(node.b == known[i].node.b);
	}
}

static void
strangers_are_refused(void **state)
{
	static const uint64_t	strangers[] = {
		0, 2, UINT64_MAX,
		UINT64_C(63) << 58 | (uint64_t)(NODE_CLASSES - 63) << 50,
		(uint64_t)NODE_REVOKE << 58 | 1, (uint64_t)NODE_PUBLIC << 58 | 1,
	};
	struct node		node;
	size_t			i;

	for (i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
		assert_int_equal(inode_unpack(strangers[i], &node), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_numbers_stay),
		cmocka_unit_test(strangers_are_refused),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
