/*
 * Names in requests/; see drop_names.h.
 */
#include <string.h>

#include "drop_names.h"

#define FILE_NAME_MOST	255

static const struct {
	const char	*suffix;
	enum drop_name	 kind;
} suffixes[] = {
	{ ".csr",	NAME_REQUEST },
	{ ".req",	NAME_REQUEST },
	{ ".p10",	NAME_REQUEST },
	{ ".pem",	NAME_REQUEST },
	{ ".der",	NAME_REQUEST },
	{ ".status",	NAME_STATUS },
	{ ".crt",	NAME_CHAIN },
};

/*
 * A leading dot is what programs give to files of their own (.x.swp,
 * .goutputstream-x, ._x, .x.csr.Qk3s2f): never a request.
 */
enum drop_name
drop_name_kind(const char *name, char slot[SLOT_NAME + 1])
{
	size_t	length = strlen(name), cut, i;

	slot[0] = '\0';
	if (length > FILE_NAME_MOST)
		return (NAME_TOO_LONG);
	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		if (length <= strlen(suffixes[i].suffix) || name[0] == '.')
			continue;
		cut = length - strlen(suffixes[i].suffix);
		if (strcmp(name + cut, suffixes[i].suffix) != 0)
			continue;
		if (cut > SLOT_NAME)
			return (NAME_TOO_LONG);
		memcpy(slot, name, cut);
		slot[cut] = '\0';
		return (suffixes[i].kind);
	}
	return (NAME_SCRATCH);
}

const char *
drop_suffix(size_t i)
{
	if (i >= sizeof(suffixes) / sizeof(suffixes[0]) ||
	    suffixes[i].kind != NAME_REQUEST)
		return (NULL);
	return (suffixes[i].suffix);
}
