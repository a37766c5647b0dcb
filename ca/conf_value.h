/*
 * One value of a configuration text: from its octets to its place in the
 * target, by the row of its key.  For conf.c only.
 */
#ifndef CA_CONF_VALUE_H
#define CA_CONF_VALUE_H

#include <stdbool.h>

#include "conf.h"

/* 0, or -1 EINVAL: what was wanted, what was found. */
int	conf_value_put(const struct conf_key *, const char *text, void *target,
	    struct err *);
bool	conf_is_blank(unsigned char);
/* Copies text without blanks around it; -1 when it does not fit. */
int	conf_copy_trimmed(char *to, size_t room, const unsigned char *from,
	    size_t size);

#endif
