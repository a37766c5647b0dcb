/*
 * Paths below the mount.
 */
#include <stdio.h>
#include <string.h>

#include "paths.h"

void
path_box(char to[PATH_TEXT], struct view *v, int64_t id)
{
	struct subscriber	subscriber;
	struct box		box;

	snprintf(to, PATH_TEXT, "requests");
	if (id == BOX_ROOT || box_get(v, id, &box) != 1 ||
	    box.subscriber == 0 ||
	    subscriber_get(v, box.subscriber, &subscriber) != 1)
		return;
	snprintf(to, PATH_TEXT, "requests/%s%s%s", subscriber.name,
	    box.profile[0] == '\0' ? "" : "/", box.profile);
}

void
path_slot(char to[PATH_TEXT], const char *box_path, const char *slot,
    const char *suffix)
{
	snprintf(to, PATH_TEXT, "%.200s/%.200s%.16s", box_path, slot, suffix);
}

void
path_serial(char to[PATH_TEXT], const char *serial)
{
	snprintf(to, PATH_TEXT, "issued/by-serial/%s/", serial);
}

void
path_successor(char to[PATH_TEXT], const char *serial)
{
	snprintf(to, PATH_TEXT, "issued/by-serial/%s/successor", serial);
}

void
path_public(char to[PATH_TEXT], const char *serial)
{
	snprintf(to, PATH_TEXT, "ca/certificates/%s.pem", serial);
}

void
path_crl(char to[PATH_TEXT], int64_t scope)
{
	if (scope > 0)
		snprintf(to, PATH_TEXT, "status/crl/%lld.crl",
		    (long long)scope);
	else
		snprintf(to, PATH_TEXT, "status/issuing%s.crl",
		    scope == 0 ? "" : "-delta");
}

void
path_event(char to[PATH_TEXT], int64_t seq, usec_t time, const char *event)
{
	char	hour[CLOCK_TEXT];

	clock_text_hour(hour, time);
	snprintf(to, PATH_TEXT, "evidence/%s/%012lld-%.100s.json", hour,
	    (long long)seq, event);
}
