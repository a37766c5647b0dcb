/*
 * Finding an embedded file.  See embedded.h.
 */
#include <string.h>

#include "embedded.h"
#include "err.h"

struct slice
embedded_find(const char *path)
{
	size_t i;

	for (i = 0; i < embedded_count; i++)
		if (strcmp(embedded_files[i].path, path) == 0)
			return embedded_files[i].bytes;
	die("embedded file %s is missing", path);
}
