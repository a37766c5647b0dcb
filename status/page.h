/*
 * status/index.html: the readings for a person on duty, as one page without a
 * script that loads nothing else.
 */
#ifndef STATUS_PAGE_H
#define STATUS_PAGE_H

#include "readings.h"

void	page_render(const struct readings *, struct bytes *to);

#endif
