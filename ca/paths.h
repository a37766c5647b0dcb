/*
 * Paths below the mount, as they are announced: "requests/www.crt",
 * "issued/by-serial/<hex>", "evidence/YYYY/MM/DD/HH/<seq>-<event>.json".
 */
#ifndef CA_PATHS_H
#define CA_PATHS_H

#include "store_registry.h"
#include "store_requests.h"

#define PATH_TEXT	512

/* The directory of a box: "requests", "requests/NAME", with "/PROFILE". */
void	path_box(char to[PATH_TEXT], struct view *, int64_t box);
/* A file of a slot in its box's directory; `suffix` as ".crt". */
void	path_slot(char to[PATH_TEXT], const char *box_path, const char *slot,
	    const char *suffix);
/* A directory, so it ends in a slash. */
void	path_serial(char to[PATH_TEXT], const char *serial);
/* Of a certificate, once something follows it. */
void	path_successor(char to[PATH_TEXT], const char *serial);
/* In ca/certificates/, where its subscriber consented. */
void	path_public(char to[PATH_TEXT], const char *serial);
/* A CRL of the issuing CA: all it issues (0), its delta (-1), or a shard. */
void	path_crl(char to[PATH_TEXT], int64_t scope);
/* The number has twelve digits. */
void	path_event(char to[PATH_TEXT], int64_t seq, usec_t time,
	    const char *event);

#endif
