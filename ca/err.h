/*
 * A fault as one sentence for the person at fault: where, which clause, what
 * was wanted, what was found.  It is the last parameter of whatever can fail
 * and ends in the .status file beside a request.
 */
#ifndef CA_ERR_H
#define CA_ERR_H

#include <stdarg.h>

struct err {
	int	code;		/* the errno a caller of the tree sees */
	char	text[500];	/* one sentence, no newline, no secret */
};

/* Set code and sentence; always returns -1, so that `return err_set(...)`. */
int	err_set(struct err *, int code, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
int	err_vset(struct err *, int code, const char *fmt, va_list)
	    __attribute__((format(printf, 3, 0)));

/* Put "what: " in front of the sentence; returns -1. */
int	err_in(struct err *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/* As err_set, with OpenSSL's own words for the newest error in its queue. */
int	err_openssl(struct err *, int code, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

/* Out of memory and broken invariants end the process: a line, then abort. */
_Noreturn void	die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A line to stderr (the daemon's log): "pkifs[name]: text". */
void	log_name(const char *name);
void	log_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
