/*
 * What a profile says of changes: which paths lead from a certificate to its
 * successor, what may differ in a re-key (REG-6.3.7-02A), and what becomes of
 * the certificate that was followed.
 */
#include <stdlib.h>
#include <string.h>

#include "profile.h"

#define CHANGES	(sizeof(((struct profile *)0)->re_key_changes) / \
		    sizeof(((struct profile *)0)->re_key_changes[0]))

bool
profile_re_key_may(const struct profile *p, const char *what)
{
	size_t i;

	for (i = 0; i < CHANGES; i++)
		if (strcmp(p->re_key_changes[i], what) == 0)
			return true;
	return false;
}

int
profile_supersede_days(const struct profile *p)
{

	return strcmp(p->supersede, "never") == 0 ? -1 : atoi(p->supersede);
}

static void
render_paths(const struct profile *p, struct bytes *to)
{
	const struct {
		bool		 allowed;
		const char	*name;
	} paths[] = {
		{ p->renewal, "renewal" }, { p->re_key, "re-key" },
		{ p->modification, "modification" }
	};
	size_t i, n = 0;

	bytes_printf(to, "%-22s", "Changes allowed:");
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (paths[i].allowed)
			bytes_printf(to, "%s%s", n++ > 0 ? ", " : "",
			    paths[i].name);
	bytes_put_text(to, n == 0 ? "none\n" : "\n");
}

void
profile_render_changes(const struct profile *p, struct bytes *to)
{
	int days = profile_supersede_days(p);
	size_t i;

	render_paths(p, to);
	bytes_printf(to, "%-22s", "A re-key may change:");
	for (i = 0; i < CHANGES && p->re_key_changes[i][0] != '\0'; i++)
		bytes_printf(to, "%s%s", i > 0 ? ", " : "",
		    p->re_key_changes[i]);
	bytes_put_text(to, i == 0 ? "nothing but the key\n" : "\n");
	if (days == -1)
		bytes_printf(to, "%-22suntil its end, if it stays true\n",
		    "A predecessor stands:");
	else
		bytes_printf(to, "%-22s%d d, then it is revoked as "
		    "superseded\n", "A predecessor stands:", days);
}
