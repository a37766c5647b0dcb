/*
 * Bytes: `struct bytes` owns a growing buffer, `struct slice` borrows one.
 * The put and get functions are the framing of every pipe and record: numbers
 * big-endian, strings and blobs with a 32-bit length in front.
 */
#ifndef CA_BYTES_H
#define CA_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice {
	const unsigned char	*data;
	size_t			 size;
};

struct bytes {
	unsigned char	*data;	/* NULL while nothing was ever put */
	size_t		 size;
	size_t		 room;
};

#define SLICE(b)	((struct slice){ (b)->data, (b)->size })

struct slice	slice_text(const char *);
bool		slice_equal(struct slice, struct slice);
bool		slice_begins(struct slice, const char *text);
/* Takes a line, without its '\n', from the front; false: nothing is left. */
bool		slice_take_line(struct slice *from, struct slice *line);

void	bytes_free(struct bytes *);		/* leaves it empty */
void	bytes_wipe(struct bytes *);		/* cleansed, then freed */
void	bytes_clear(struct bytes *);		/* size 0, memory kept */
void	bytes_resize(struct bytes *, size_t);	/* new octets are zero */
/* Where so many octets have room behind the last; `size` is the caller's. */
unsigned char *bytes_room(struct bytes *, size_t);
void	bytes_put(struct bytes *, const void *, size_t);
void	bytes_put_text(struct bytes *, const char *);
void	bytes_printf(struct bytes *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
void	bytes_copy(struct bytes *, struct slice);	/* replaces */
void	bytes_take(struct bytes *to, struct bytes *from); /* from is empty */

/* A NUL behind the last octet, not counted; the text is borrowed. */
const char *bytes_text(struct bytes *);

void	put_u8(struct bytes *, uint8_t);
void	put_u32(struct bytes *, uint32_t);
void	put_u64(struct bytes *, uint64_t);
void	put_blob(struct bytes *, struct slice);
void	put_text(struct bytes *, const char *);

/* Each takes from the front; 0, or -1 when too little is left. */
int	get_u8(struct slice *, uint8_t *);
int	get_u32(struct slice *, uint32_t *);
int	get_u64(struct slice *, uint64_t *);
int	get_blob(struct slice *, struct slice *);
/* Copies into `to` with a NUL; -1 also when it does not fit or holds a NUL. */
int	get_text(struct slice *, char *to, size_t room);

#endif
