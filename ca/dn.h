/*
 * A subject's distinguished name (RFC 5280, 4.1.2.4 and 4.1.2.6): which
 * attributes there are, and a name of them, one in each RDN.  Faults never
 * spell a value: they stand in events, and a value may be a person's name.
 */
#ifndef CA_DN_H
#define CA_DN_H

#include "bytes.h"
#include "err.h"
#include "text.h"

#define DN_ATTRIBUTES	12
#define DN_VALUE	256

struct dn_type {
	const char	*name;		/* "countryName" */
	unsigned char	 number;	/* the OID is 2.5.4.number */
	unsigned char	 tag;		/* PrintableString or UTF8String */
	int		 most;		/* characters: RFC 5280, A.1 */
};
const struct dn_type *dn_type_find(const char *name);	/* NULL: none */
const struct dn_type *dn_type_row(size_t);		/* NULL: behind it */

struct dn_attribute {
	const struct dn_type	*type;
	char			 value[DN_VALUE];
};
struct dn {
	struct dn_attribute	attribute[DN_ATTRIBUTES];
	size_t			count;		/* 0: the empty name */
};

/*
 * May this stand in a certificate under this type?  UTF-8 (PrintableString
 * where the type says so) without control characters, blanks at its ends or
 * doubled, at most `most` characters (0: those of the type).  EINVAL.
 */
int	dn_value_check(const struct dn_type *, const char *value, int most,
	    struct err *);
/* Behind the last; a full name or too long a value ends the program. */
void	dn_add(struct dn *, const struct dn_type *, const char *value);
const char *dn_value(const struct dn *, const char *type);	/* NULL */
bool	dn_is_same(const struct dn *, const struct dn *);	/* exactly */

/* The whole Name. */
void	dn_put(struct bytes *, const struct dn *);
/*
 * A whole Name, strictly: types of the table, each in its own string type,
 * one in each RDN, values without control characters.  EBADMSG.
 */
int	dn_parse(struct dn *, struct slice name, struct err *);

/*
 * The digest of the normal form, by which two names are the same one to people
 * (GEN-6.3.3-10): compatibility forms and case folded (RFC 4518), blanks
 * squeezed, without regard to order.  "" for the empty name.
 */
void	dn_digest(const struct dn *, char sha256[SHA256_TEXT]);
/* One value in that form, to compare it with another. */
bool	dn_value_is_like(const char *, const char *);

#endif
