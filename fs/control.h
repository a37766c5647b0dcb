/*
 * What main and its children say to each other: small typed messages on
 * SEQPACKET socket pairs, some with descriptors.  docs/PROTOCOL.control lists
 * them; the end of the socket means: leave.
 */
#ifndef FS_CONTROL_H
#define FS_CONTROL_H

#include <sys/types.h>

#include "../ca/bytes.h"
#include "../ca/err.h"
#include "../ca/text.h"

#define CONTROL_FD	3	/* a child's end, from its first instruction */
#define CONTROL_FDS	3	/* most descriptors in one message */
#define CONTROL_MOST	(128 * 1024)	/* octets in one message */
#define CONTROL_IDS	1024		/* of a CONTROL_KEEP */

enum control_type {
	CONTROL_START = 'S',	/* to core: serve this mount */
	CONTROL_PEOPLE = 'R',	/* to core: the table of people */
	CONTROL_SIGNER = 's',	/* to core: a connection to the signer */
	CONTROL_HERALD = 'h',	/* to core: a connection to the herald */
	CONTROL_CONNECTION = 'c', /* to signer, herald: a connection to core */
	CONTROL_MOUNTED = 'm',	/* to herald, detacher: the mount point */
	CONTROL_LEAVE = 'l',	/* to core, detacher: end in good order */
	CONTROL_READY = 'r',	/* from core, main: the tree can be read */
	CONTROL_FAILED = 'f',	/* from core, main: one sentence */
	CONTROL_NO_RESEND = 'n', /* from core: this kernel cannot resend */
	CONTROL_RELOAD = 'H',	/* to main: hand over to the new program */
	CONTROL_RESPONDER = 'd', /* to core: a responder's connection */
	CONTROL_TELL = 'T',	/* to main: a notice (ca/letter.h) */
	CONTROL_TOLD = 't',	/* to core: what became of it */
	CONTROL_BACKING = 'b',	/* to main: a backing id, of a document */
	CONTROL_BACKED = 'B',	/* to core: the id, or none */
	CONTROL_UNBACK = 'u',	/* to main: nobody needs that id */
	CONTROL_KEEP = 'k'	/* to main: a new core needs these ids */
};

struct control_message {
	enum control_type type;
	struct bytes	body;
	int		fd[CONTROL_FDS];	/* -1: taken, or none */
};

/* Two connected ends, both close-on-exec. */
int	control_pair(int pair[2], struct err *);
/*
 * Never waits: EAGAIN when the other side does not read.  Descriptors are
 * borrowed.
 */
int	control_send(int fd, enum control_type, struct slice body,
	    const int *fds, size_t count, struct err *);
int	control_send_text(int fd, enum control_type, const char *,
	    struct err *);
/*
 * Waits for a message of one of the types in `accepted` (their letters): 1, 0
 * at the end of the socket, -1 for anything else.  Then control_clear.
 */
int	control_receive(int fd, const char *accepted,
	    struct control_message *, struct err *);
void	control_clear(struct control_message *);	/* closes descriptors */
/* Hands over the descriptor of that place. */
int	control_take(struct control_message *, size_t place);

/* What the octets of a message must be, whoever sent them; -1: no message. */
int	control_check(struct slice message, size_t fds, struct err *);

/*
 * CONTROL_START; descriptors: /dev/fuse, the slab, and as in CONTROL_PEOPLE a
 * memory file with the octets of ca/people.h.
 */
struct control_start {
	bool		first;		/* no core has served this mount yet */
	struct slice	init;		/* FUSE_INIT as the kernel sent it */
};
void	control_start_put(struct bytes *, const struct control_start *);
int	control_start_get(struct slice, struct control_start *, struct err *);

/* CONTROL_HERALD; descriptor: the connection. */
void	control_herald_put(struct bytes *, pid_t);
int	control_herald_get(struct slice, pid_t *, struct err *);

/* CONTROL_BACKING: an inode number, which comes back, and a digest in hex. */
void	control_backing_put(struct bytes *, uint64_t ino,
	    const char sha256[SHA256_TEXT]);
int	control_backing_get(struct slice, uint64_t *ino,
	    char sha256[SHA256_TEXT],
	    struct err *);

/* CONTROL_BACKED, id as in backings_told.  CONTROL_UNBACK: inode number 0. */
void	control_backed_put(struct bytes *, uint64_t ino, uint32_t id);
int	control_backed_get(struct slice, uint64_t *ino, uint32_t *id,
	    struct err *);

/* CONTROL_KEEP; `to` has room for CONTROL_IDS. */
void	control_keep_put(struct bytes *, const uint32_t *ids, size_t count);
int	control_keep_get(struct slice, uint32_t *to, size_t *count,
	    struct err *);

/* CONTROL_MOUNTED, CONTROL_FAILED: the text is the body. */
int	control_text_get(struct slice, char *to, size_t room, struct err *);

#endif
