/*
 * Texts in OpenSSL's configuration format, read into a struct by a table of
 * keys: pkifs.conf and the profiles.  What the table does not name is refused
 * by name, file and line; so are a key given twice, `.include` and values from
 * the environment, because what is read must be what is digested.
 */
#ifndef CA_CONF_H
#define CA_CONF_H

#include "bytes.h"
#include "clock.h"
#include "err.h"

enum conf_kind {
	CONF_TEXT,	/* char[room] */
	CONF_LIST,	/* char[most][room], separated by commas */
	CONF_DURATION,	/* usec_t: "24 h"; ms, s, min, h, d */
	CONF_SIZE,	/* size_t: "128 KiB"; B, KiB, MiB, GiB */
	CONF_NUMBER,	/* int */
	CONF_YES,	/* bool: yes or no */
	CONF_DAY,	/* usec_t: "2026-11-22", its beginning (UTC) */
	CONF_LAST_DAY	/* usec_t: the beginning of the day behind it */
};

struct conf_key {
	const char	*section, *key;
	enum conf_kind	 kind;
	size_t		 offset;	/* of the value in the target */
	size_t		 room;		/* of a text or of one item */
	int64_t		 least, most;	/* value, or number of items */
	const char	*absent;	/* its value then; NULL: must be there */
	const char	*clause;	/* behind the bounds; may be NULL */
	/* Further form of a text or of each item; the sentence says "wanted". */
	int		(*check)(const char *, struct err *);
	bool		 may_be_empty;	/* a text */
};

#define CONF_TEXT_MAX	(256 * 1024)

/* `where` is the file as named in faults.  0 or -1 EINVAL. */
int	conf_read(const char *where, struct slice text,
	    const struct conf_key *, size_t rows, void *target, struct err *);

/*
 * As conf_read, where sections [prefix.LABEL] may stand too, in any number up
 * to `most`: each is read by `keys` (their section is not looked at) into an
 * element of `items`, in the order of the text.  The caller frees `items`.
 */
struct conf_many {
	const char	*prefix;
	const struct conf_key *keys;
	size_t		 rows, size;	/* of the table; of an element */
	size_t		 most;
	size_t		 label, label_room;	/* where in it; room 0: not */
	void		*items;
	size_t		 count;
};
int	conf_read_many(const char *where, struct slice text,
	    const struct conf_key *, size_t rows, void *target,
	    struct conf_many *, struct err *);

/*
 * The line of a key in the text, 0 when it is not there: for faults that only
 * a comparison with something else finds.
 */
int	conf_line_of(struct slice text, const char *section, const char *key);

/*
 * Give a key that stands in the text another value, in place, comments and all
 * else kept; -1 when it does not stand there or the value would not read back.
 */
int	conf_set(struct bytes *text, const char *section, const char *key,
	    const char *value, struct err *);

/* UTF-8 without control octets but tab and line ends; 0 or -1 EINVAL. */
int	conf_text_check(const char *where, struct slice, struct err *);

/* "24 h" and back; as text in the unit people say it in. */
int	conf_duration(const char *, usec_t *);		/* 0 or -1 */
int	conf_size(const char *, size_t *);		/* 0 or -1 */
int	conf_day(const char *, usec_t *);		/* 0 or -1 */
void	conf_duration_text(char to[32], usec_t);
void	conf_size_text(char to[32], size_t);

#endif
