/*
 * Packing of inode numbers; see inode.h.  Most classes have one number that
 * fills their bits; the table names those that have two.
 */
#include <stddef.h>

#include "../ca/err.h"
#include "inode.h"

#define FIRST_FAR	63	/* in the six bits: eight more tell the class */
#define FAR_BITS	8

/* How many of the bits belong to `b`. */
static const unsigned char bits_of_b[NODE_CLASSES] = {
	[NODE_STATUS]		= 4,
	[NODE_CHAIN]		= 30,
	[NODE_UNREGISTERED]	= 44,
	[NODE_CERT_STATUS]	= 4,
	[NODE_EVENT_LINK]	= 54,
	[NODE_BY_DATE]		= 40,
	[NODE_CERT_LINK]	= 54,
	[NODE_OCSP_PART]	= 46,
	[NODE_PERIOD]		= 40,
	[NODE_TERMS]		= 28,
	[NODE_ACCEPT]		= 1,
	[NODE_CERT_REFUSED]	= 4,
	[NODE_LIVE]		= 44,
};

/* Classes that are one single folder: no numbers at all. */
static const unsigned char single[NODE_CLASSES] = {
	[NODE_ISSUED] = 1, [NODE_BY_SERIAL] = 1, [NODE_BY_NAME] = 1,
	[NODE_BY_KEY] = 1, [NODE_EXPIRING] = 1, [NODE_REVOKE] = 1,
	[NODE_OCSP] = 1, [NODE_EVIDENCE] = 1, [NODE_DOCUMENTS] = 1,
	[NODE_BY_CERTIFICATE] = 1, [NODE_BY_REQUEST] = 1, [NODE_PUBLIC] = 1,
	[NODE_STAPLES] = 1,
};

/* How many bits a class leaves to its numbers. */
static unsigned
bits_of(unsigned class)
{
	return (class < FIRST_FAR ? INODE_BITS : INODE_BITS - FAR_BITS);
}

static uint64_t
top_of(unsigned class)
{
	if (class < FIRST_FAR)
		return ((uint64_t)class << INODE_BITS);
	return ((uint64_t)FIRST_FAR << INODE_BITS |
	    (uint64_t)(class - FIRST_FAR) << (INODE_BITS - FAR_BITS));
}

static unsigned
class_of(uint64_t ino)
{
	unsigned	near = (unsigned)(ino >> INODE_BITS);

	if (near < FIRST_FAR)
		return (near);
	return (FIRST_FAR +
	    (unsigned)(ino >> (INODE_BITS - FAR_BITS) & ((1 << FAR_BITS) - 1)));
}

uint64_t
inode_pack(struct node node)
{
	unsigned	bits, b_bits;

	if ((unsigned)node.class >= NODE_CLASSES)
		die("inode: no class %d", (int)node.class);
	bits = bits_of(node.class);
	b_bits = bits_of_b[node.class];
	if (node.a >> (bits - b_bits) != 0 || node.b >> b_bits != 0)
		die("inode: class %d cannot hold %llu and %llu",
		    (int)node.class, (unsigned long long)node.a,
		    (unsigned long long)node.b);
	return (top_of(node.class) | node.a << b_bits | node.b);
}

int
inode_unpack(uint64_t ino, struct node *to)
{
	unsigned	class = class_of(ino), b_bits;
	uint64_t	rest;

	if (class >= NODE_CLASSES)
		return (-1);
	rest = ino & ((UINT64_C(1) << bits_of(class)) - 1);
	if (class == NODE_ROOT && rest != 1)
		return (-1);
	if (single[class] && rest != 0)
		return (-1);
	b_bits = bits_of_b[class];
	to->class = (enum node_class)class;
	to->a = rest >> b_bits;
	to->b = rest & ((UINT64_C(1) << b_bits) - 1);
	return (0);
}
