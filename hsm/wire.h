/*
 * A connection between core and signer: whole messages out of a stream socket
 * that is read without blocking, and the memory files that came along.
 */
#ifndef HSM_WIRE_H
#define HSM_WIRE_H

#include "protocol.h"

struct wire;

struct wire	*wire_new(int fd);	/* takes it, makes it non-blocking */
void		 wire_free(struct wire *);
int		 wire_fd(const struct wire *);
/* What has arrived: 1 something, 0 nothing, -1 the other end is gone. */
int		 wire_read(struct wire *, struct err *);
/* The next whole message: 1, 0, -1 not ours.  Valid until wire_read. */
int		 wire_next(struct wire *, enum message_type *,
		    uint32_t *count, struct slice *items, struct err *);
/* The first file that came along and was not taken; -1 there is none. */
int		 wire_take_file(struct wire *);

/*
 * Sends from `*done` on, with `file` (-1: none) at the first octet.  1 all
 * sent, 0 the socket is full, -1 the other end is gone.
 */
int		 wire_send_some(struct wire *, struct slice, size_t *done,
		    int file);
/* Sends all, waiting at most `ms` for room; 0 or -1. */
int		 wire_send(struct wire *, struct slice, int ms);

/*
 * Maps a file that was sent: `size` octets behind `offset`, at its end.
 * Refuses what is not sealed, as its sender could still change it, and another
 * size.  Unmap with wire_file_unmap.
 */
int		 wire_file_map(int fd, uint64_t offset, uint64_t size,
		    struct slice *, struct err *);
void		 wire_file_unmap(struct slice);

#endif
