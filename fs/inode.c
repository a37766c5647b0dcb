/*
 * Packing of inode numbers; see inode.h.  Most classes have one number of 58
 * bits; the table names those that have two.
 */
#include <stddef.h>

#include "../ca/err.h"
#include "inode.h"

/* How many of the 58 bits belong to `b`. */
static const unsigned char bits_of_b[NODE_CLASSES] = {
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
};

/* Classes that are one single folder: no numbers at all. */
static const unsigned char single[NODE_CLASSES] = {
	[NODE_ISSUED] = 1, [NODE_BY_SERIAL] = 1, [NODE_BY_NAME] = 1,
	[NODE_BY_KEY] = 1, [NODE_EXPIRING] = 1, [NODE_REVOKE] = 1,
	[NODE_OCSP] = 1, [NODE_EVIDENCE] = 1, [NODE_DOCUMENTS] = 1,
	[NODE_BY_CERTIFICATE] = 1, [NODE_BY_REQUEST] = 1, [NODE_PUBLIC] = 1,
};

uint64_t
inode_pack(struct node node)
{
	unsigned	b_bits;

	if ((unsigned)node.class >= NODE_CLASSES)
		die("inode: no class %d", (int)node.class);
	b_bits = bits_of_b[node.class];
	if (node.a >> (INODE_BITS - b_bits) != 0 || node.b >> b_bits != 0)
		die("inode: class %d cannot hold %llu and %llu",
		    (int)node.class, (unsigned long long)node.a,
		    (unsigned long long)node.b);
	return ((uint64_t)node.class << INODE_BITS | node.a << b_bits |
	    node.b);
}

int
inode_unpack(uint64_t ino, struct node *to)
{
	uint64_t	rest = ino & ((UINT64_C(1) << INODE_BITS) - 1);
	uint64_t	class = ino >> INODE_BITS;
	unsigned	b_bits;

	if (class >= NODE_CLASSES)
		return (-1);
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
