/*
 * Reading one event's file for verification: JSON from a stranger.  See
 * verify.h; tests/fuzz/fuzz_verify.c.
 */
#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "verify.h"

static bool
is_digest(const char *s)
{
	size_t i;

	for (i = 0; i < 64; i++)
		if (!(s[i] >= '0' && s[i] <= '9') &&
		    !(s[i] >= 'a' && s[i] <= 'f'))
			return false;
	return s[64] == '\0';
}

static int
read_digest(json_t *object, const char *key, char to[SHA256_TEXT],
    struct err *err)
{
	const char *s = json_string_value(json_object_get(object, key));

	if (s == NULL || !is_digest(s))
		return err_set(err, EBADMSG, "\"%s\" is no SHA-256 in lower "
		    "case hexadecimal", key);
	memcpy(to, s, 65);
	return 0;
}

static int
read_number(json_t *object, const char *key, int64_t minimum, int64_t *to,
    struct err *err)
{
	json_t *number = json_object_get(object, key);

	if (!json_is_integer(number) ||
	    json_integer_value(number) < minimum)
		return err_set(err, EBADMSG, "\"%s\" is no number from %lld "
		    "on", key, (long long)minimum);
	*to = json_integer_value(number);
	return 0;
}

/* As in a file's name: lower case words with hyphens. */
static int
read_name(json_t *object, char to[64], struct err *err)
{
	const char *s = json_string_value(json_object_get(object, "event"));
	size_t size;

	size = s == NULL ? 0 : strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "0123456789-");
	if (size == 0 || size >= 64 || s[size] != '\0')
		return err_set(err, EBADMSG, "\"event\" is no name of an "
		    "event");
	memcpy(to, s, size + 1);
	return 0;
}

/* "2026-11-21T22:10:03.123456Z" into "2026/11/21/22". */
static int
read_hour(json_t *object, char to[14], struct err *err)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd.ddddddZ";
	const char *s = json_string_value(json_object_get(object, "time"));
	size_t i;

	for (i = 0; s != NULL && i < sizeof(form); i++)
		if (form[i] == 'd' ? !isdigit((unsigned char)s[i]) :
		    s[i] != form[i])
			break;
	if (s == NULL || i < sizeof(form))
		return err_set(err, EBADMSG, "\"time\" is not of the form "
		    "2026-11-21T22:10:03.123456Z");
	memcpy(to, s, 13);
	to[4] = to[7] = to[10] = '/';
	to[13] = '\0';
	return 0;
}

static int
read_inputs(struct verify_event *e, json_t *list, struct err *err)
{
	size_t i, count = json_array_size(list);

	if (!json_is_array(list))
		return err_set(err, EBADMSG, "\"input\" is no list");
	if (count == 0)
		return 0;
	e->inputs = calloc(count, sizeof(e->inputs[0]));
	if (e->inputs == NULL)
		die("verify: out of memory");
	e->input_count = count;
	for (i = 0; i < count; i++) {
		json_t *input = json_array_get(list, i);

		if (read_digest(input, "sha256", e->inputs[i].sha256,
		    err) != 0 || read_number(input, "size", 0,
		    &e->inputs[i].size, err) != 0)
			return err_in(err, "input %zu", i + 1);
	}
	return 0;
}

int
verify_event_read(struct verify_event *e, struct slice file, struct err *err)
{
	json_error_t fault;
	json_t *root;
	int result = -1;

	memset(e, 0, sizeof(*e));
	root = json_loadb((const char *)file.data, file.size,
	    JSON_REJECT_DUPLICATES, &fault);
	if (root == NULL)
		return err_set(err, EBADMSG, "it is not JSON: %s (line %d)",
		    fault.text, fault.line);
	if (!json_is_object(root)) {
		err_set(err, EBADMSG, "it is no JSON object");
		goto out;
	}
	if (read_name(root, e->name, err) != 0 ||
	    read_number(root, "seq", 1, &e->seq, err) != 0 ||
	    read_hour(root, e->hour, err) != 0 ||
	    read_digest(root, "previous", e->previous, err) != 0 ||
	    read_inputs(e, json_object_get(root, "input"), err) != 0)
		goto out;
	result = 0;
out:
	json_decref(root);
	return result;
}

void
verify_event_free(struct verify_event *e)
{
	free(e->inputs);
	e->inputs = NULL;
	e->input_count = 0;
}
