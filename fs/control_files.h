/*
 * Control files act on `write`: one write, one line, one command, and the
 * errno of the write is the verdict (DESIGN 2.2).  revoke/<serial> is one,
 * revoke/by-key/<sha256> and HEX/accept are others.
 */
#ifndef FS_CONTROL_FILES_H
#define FS_CONTROL_FILES_H

#include "nodes.h"

/*
 * A serial as the tree spells it: upper case, no colons.  -1: not hexadecimal
 * or too long.
 */
int	serial_normalise(const char *, char to[SERIAL_TEXT]);
/* A SHA-256 in lower case; -1: it is none. */
int	digest_normalise(const char *, char to[SHA256_TEXT]);
/*
 * The one line of a command without its newline.  -1: empty, a NUL or another
 * newline inside, or too long (`room` counts the NUL).
 */
int	command_line(struct slice, char *to, size_t room);

/* `accept_acts` of issued/by-serial/HEX/accept (ca/acceptance.h). */
extern const struct node_acts revoke_acts, revoke_folder_acts, control_acts,
		accept_acts;

#endif
