/*
 * Inode numbers: six bits of node class and a layout per class below them; from
 * class 63 on eight more bits tell the class, and 50 are left.  A number is an address for ever: permanent, never reused, valid over restarts
 * and in NFS handles; the server keeps no table of inodes.  DESIGN section 2,
 * rule 2.
 */
#ifndef FS_INODE_H
#define FS_INODE_H

#include <stdint.h>

/* The values are in numbers that others have kept: add, never change. */
enum node_class {
	NODE_ROOT		= 0,	/* a: 1 */
	NODE_PUBLISHED		= 1,	/* a: row of published_folders */
	NODE_PUBLICATION	= 2,	/* a: sequence number */
	NODE_PUBLICATION_LINK	= 3,
	NODE_BOX		= 4,	/* a: box */
	NODE_DROP		= 5,	/* a: file id */
	NODE_STATUS		= 6,	/* a: status text, b: reason + 1, or 0 */
	NODE_CHAIN		= 7,	/* a: slot, b: certificate */
	NODE_UNREGISTERED	= 8,	/* a: row of the slab, b: verdict */
	NODE_ISSUED		= 9,
	NODE_BY_SERIAL		= 10,
	NODE_CERTIFICATE	= 11,	/* a: certificate, and so on */
	NODE_CERT_PEM		= 12,
	NODE_CERT_DER		= 13,
	NODE_FULLCHAIN		= 14,
	NODE_CERT_TEXT		= 15,
	NODE_CERT_STATUS	= 16,	/* a: certificate, b: enum case_state */
	NODE_CERT_REVOKED	= 17,	/* a: sequence number of the case */
	NODE_CERT_REQUEST	= 18,
	NODE_CERT_EVIDENCE	= 19,
	NODE_EVENT_LINK		= 20,	/* a: how deep, b: event */
	NODE_BY_DATE		= 21,	/* a: enum period_level, b: hour */
	NODE_BY_NAME		= 22,
	NODE_NAME		= 23,	/* a: indexed name */
	NODE_BY_KEY		= 24,
	NODE_KEY		= 25,	/* a: key */
	NODE_EXPIRING		= 26,
	NODE_EXPIRY		= 27,	/* a: day */
	NODE_CERT_LINK		= 28,	/* a: how deep, b: certificate */
	NODE_REVOKE		= 29,
	NODE_CASE		= 30,	/* a: sequence number of its text */
	NODE_CASE_BARE		= 31,	/* a: revocation, never published */
	NODE_CONTROL		= 32,	/* a: certificate without a case */
	NODE_OCSP		= 33,
	NODE_OCSP_PART		= 34,	/* a: row, b: generation */
	NODE_OCSP_ANSWER	= 35,	/* a: answer */
	NODE_OCSP_FIXED		= 36,	/* a: enum ocsp_file */
	NODE_EVIDENCE		= 37,
	NODE_PERIOD		= 38,	/* a: enum period_level, b: hour */
	NODE_EVENT		= 39,	/* a: sequence number */
	NODE_DOCUMENTS		= 40,
	NODE_DOCUMENT		= 41,	/* a: document */
	NODE_BY_CERTIFICATE	= 42,
	NODE_CERT_EVENTS	= 43,	/* a: certificate */
	NODE_BY_REQUEST		= 44,
	NODE_REQUEST_EVENTS	= 45,	/* a: request */
	NODE_RA			= 46,	/* a: row of ra_folders */
	NODE_DESK		= 47,	/* a: folder of the desk */
	NODE_DESK_FILE		= 48,	/* a: file id, as NODE_DROP */
	NODE_DESK_TEXT		= 49,	/* a: file id, a text of ours */
	NODE_DESK_LINK		= 50,	/* a: dossier */
	NODE_ACCEPT		= 51,	/* a: certificate, b: accepted */
	NODE_PUBLIC		= 52,
	NODE_PUBLIC_PEM		= 53,	/* a: certificate */
	NODE_TERMS		= 54,	/* a: publication, b: box */
	NODE_RECEIPT		= 55,	/* a: package */
	NODE_REVOKE_FOLDER	= 56,	/* a: row of revoke_folders */
	NODE_KEY_CONTROL	= 57,	/* a: key, 0: never certified */
	NODE_REFUSALS		= 58,	/* a: sequence number of the text */
	NODE_CERT_REFUSED	= 59,	/* a: sequence number, b: case_state */
	NODE_CERT_CHANGES	= 60,	/* a: certificate */
	NODE_PROOF		= 61,	/* a: certificate */
	NODE_STAPLES		= 62,
	/* From here on 50 bits. */
	NODE_LIVE		= 63,	/* a: row of live files, b: version */
	NODE_NOTICE		= 64,	/* a: notice */
	NODE_CLASSES		= 65
};

struct node {
	enum node_class	class;
	uint64_t	a, b;
};

#define INODE_BITS	58		/* below the six of the class */

/* A node whose numbers do not fit its layout ends the process. */
uint64_t	inode_pack(struct node);
/* 0, or -1 for a number that no version of pkifs ever gave out. */
int		inode_unpack(uint64_t, struct node *);

static inline struct node
node_of(enum node_class class, uint64_t a)
{
	return ((struct node){ class, a, 0 });
}

static inline struct node
node_of_two(enum node_class class, uint64_t a, uint64_t b)
{
	return ((struct node){ class, a, b });
}

#endif
