/*
 * Names in requests/; see drop_names.h.
 */
#include <ctype.h>
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
	{ ".p7m",	NAME_REQUEST },
	{ ".status",	NAME_STATUS },
	{ ".crt",	NAME_CHAIN },
	{ ".notice",	NAME_NOTICE },
	{ ".receipt.p7s", NAME_RECEIPT },
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

bool
drop_name_is_agreement(const char *name)
{
	static const char *const	names[] = {
		"agreement.txt", "subject-agreement.txt", "agreement.status",
		"subject-agreement.status",
	};
	size_t				i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return (true);
	return (false);
}

/* sedXXXXXX of sed -i, as mkostemp makes it; "sedatives" is a word. */
static bool
is_sed_file(const char *name)
{
	const char	*p = name + 3;
	bool		 random = false;

	if (strncmp(name, "sed", 3) != 0 || strlen(p) != 6)
		return (false);
	for (; *p != '\0'; p++) {
		if (!isalnum((unsigned char)*p))
			return (false);
		random |= !islower((unsigned char)*p);
	}
	return (random);
}

/*
 * As programs were seen to write: .x.swp and the like, .goutputstream-*,
 * rsync's .x.Qk3s2f, x~, x.partial~, #x#, x.part.
 */
bool
drop_name_is_programs(const char *name)
{
	static const char *const	ends[] = { "~", ".swp", ".part" };
	size_t				length = strlen(name), i, n;

	if (name[0] == '.' || is_sed_file(name) ||
	    (name[0] == '#' && length > 1 && name[length - 1] == '#'))
		return (true);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		n = strlen(ends[i]);
		if (length > n && strcmp(name + length - n, ends[i]) == 0)
			return (true);
	}
	return (false);
}
