/*
 * Names that stand in certificates: form (RFC 5280 4.2.1.6, RFC 1034, IDNA),
 * and whether one is covered by what was validated.
 */
#ifndef CA_NAMES_H
#define CA_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

/* A well-formed dNSName, wildcard only as the whole first label. */
int	dns_name_check(const char *, struct err *);
/* "www.example.org" and "*.example.org" are inside "example.org". */
bool	dns_name_is_inside(const char *name, const char *validated);
/* Textual address inside address/prefix (or equal to an address). */
bool	address_is_inside(const char *address, const char *network);
/*
 * Is this mailbox that one, or in "@domain"?  What stands before the @ with
 * regard to case (RFC 5321 2.4), the domain without.
 */
bool	mailbox_is_inside(const char *mailbox, const char *validated);
/* The one of these that is for the kind: "dns", "ip", "email". */
bool	name_is_inside(const char *kind, const char *name,
	    const char *validated);
/*
 * As a file name in issued/by-name: octets outside [A-Za-z0-9._*@-] and a
 * leading dot are %XX; over 200 octets cut plus `~` and a digest.  `to` holds
 * 256.
 */
void	name_escape(char to[256], const char *name);

#endif
