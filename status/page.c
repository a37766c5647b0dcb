/*
 * The page.  See page.h.
 */
#include "page.h"

void
page_render(const struct readings *r, struct bytes *to)
{
	bytes_put_text(to, "<!DOCTYPE html>\n<title>pkifs</title>\n");
}
