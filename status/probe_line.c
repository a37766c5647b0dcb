/*
 * A line of a probe's log.  See probe_line.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "probe_line.h"

static const char *const names[PROBE_SERVICES] = {
	[PROBE_CERTIFICATES] = "certificates", [PROBE_CRL] = "crl",
	[PROBE_ROOT_CRL] = "root-crl", [PROBE_OCSP] = "ocsp",
	[PROBE_TERMS] = "terms", [PROBE_CPS] = "cps",
};

const char *
probe_service_name(enum probe_service service)
{
	return names[service];
}

/* What is no UTF-8 (of a server's making) is left out of the line. */
static void
set_text(json_t *o, const char *key, const char *text)
{
	json_t *value = json_string(text);

	if (json_object_set_new(o, key, value == NULL ?
	    json_string("not UTF-8") : value) != 0)
		die("out of memory");
}

void
probe_line_put(struct bytes *to, const struct probe_line *line)
{
	char time[CLOCK_TEXT], *text;
	json_t *o = json_object();

	clock_text_seconds(time, line->time);
	set_text(o, "time", time);
	set_text(o, "service", names[line->service]);
	json_object_set_new(o, "ok", json_boolean(line->ok));
	set_text(o, "url", line->url);
	json_object_set_new(o, "milliseconds",
	    json_integer(line->milliseconds));
	if (line->number >= 0)
		json_object_set_new(o, "number", json_integer(line->number));
	if (!line->ok)
		set_text(o, "why", line->why);
	if ((text = json_dumps(o, JSON_COMPACT | JSON_ENSURE_ASCII)) == NULL)
		die("out of memory");
	bytes_put_text(to, text);
	bytes_put_text(to, "\n");
	free(text);
	json_decref(o);
}

static int
take_text(json_t *o, const char *key, char *to, size_t room, struct err *err)
{
	const char *text = json_string_value(json_object_get(o, key));

	if (text == NULL || strlen(text) >= room)
		return err_set(err, EINVAL, "\"%s\" is missing or too long",
		    key);
	snprintf(to, room, "%s", text);
	return 0;
}

static int
take_number(json_t *o, const char *key, int64_t least, int64_t *to,
    struct err *err)
{
	json_t *value = json_object_get(o, key);

	if (!json_is_integer(value) || json_integer_value(value) < least)
		return err_set(err, EINVAL, "\"%s\" is no such number", key);
	*to = json_integer_value(value);
	return 0;
}

static int
get_service(const char *text, enum probe_service *to, struct err *err)
{
	for (int i = 0; i < PROBE_SERVICES; i++)
		if (strcmp(text, names[i]) == 0) {
			*to = (enum probe_service)i;
			return 0;
		}
	return err_set(err, EINVAL, "there is no service \"%s\"", text);
}

static int
get_fields(json_t *o, struct probe_line *line, struct err *err)
{
	char time[CLOCK_TEXT], service[32];
	json_t *ok = json_object_get(o, "ok");

	memset(line, 0, sizeof *line);
	line->number = -1;
	if (!json_is_object(o) || !json_is_boolean(ok))
		return err_set(err, EINVAL, "\"ok\" is neither true nor "
		    "false");
	line->ok = json_is_true(ok);
	if (take_text(o, "time", time, sizeof time, err) != 0 ||
	    take_text(o, "service", service, sizeof service, err) != 0 ||
	    get_service(service, &line->service, err) != 0 ||
	    take_text(o, "url", line->url, sizeof line->url, err) != 0 ||
	    take_number(o, "milliseconds", 0, &line->milliseconds, err) != 0)
		return -1;
	if (clock_parse(time, &line->time) != 0)
		return err_set(err, EINVAL, "\"%s\" is no time", time);
	if (json_object_get(o, "number") != NULL &&
	    take_number(o, "number", 0, &line->number, err) != 0)
		return -1;
	return line->ok ? 0 : take_text(o, "why", line->why, sizeof line->why,
	    err);
}

int
probe_line_get(struct slice text, struct probe_line *line, struct err *err)
{
	json_error_t fault;
	json_t *o;
	int result;

	if (text.size >= PROBE_LINE_MOST)
		return err_set(err, EINVAL, "a line of more than %d octets",
		    PROBE_LINE_MOST);
	o = json_loadb((const char *)text.data, text.size,
	    JSON_REJECT_DUPLICATES, &fault);
	if (o == NULL)
		return err_set(err, EINVAL, "%s", fault.text);
	result = get_fields(o, line, err);
	json_decref(o);
	return result;
}
