/*
 * Names below status/ocsp/; see ocsp_path.h.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/clock.h"
#include "../ca/err.h"
#include "../status/ocsp_request.h"
#include "../status/publisher.h"
#include "ocsp_path.h"

#define LOST_MOST	2	/* slashes put back at most */
#define GENERATIONS	46	/* bits in an inode number */

/* --- text ---------------------------------------------------------------- */

static int
sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (c - 'A');
	if (c >= 'a' && c <= 'z')
		return (c - 'a' + 26);
	if (c >= '0' && c <= '9')
		return (c - '0' + 52);
	return (c == '+' ? 62 : c == '/' ? 63 : -1);
}

/* Whole octets of `n` digits. */
static void
decode(const char *text, size_t n, struct bytes *to)
{
	uint32_t	bits = 0;
	unsigned	held = 0;
	size_t		i;

	bytes_clear(to);
	for (i = 0; i < n; i++) {
		bits = bits << 6 | (uint32_t)sextet(text[i]);
		held += 6;
		if (held >= 8) {
			held -= 8;
			put_u8(to, (uint8_t)(bits >> held));
		}
	}
}

/* Digits in front, then nothing or the padding that fits; else -1. */
static int
measure(const char *text, size_t *digits, size_t *padding)
{
	size_t	n = 0, p = 0;

	while (text[n] != '\0' && sextet(text[n]) != -1)
		n++;
	while (text[n + p] == '=')
		p++;
	*digits = n;
	*padding = p;
	return (n == 0 || text[n + p] != '\0' || p > 2 ? -1 : 0);
}

static bool
is_request(const char *text, size_t digits, struct bytes *der)
{
	struct ocsp_ids	ids;

	decode(text, digits, der);
	return (ocsp_is_complete(SLICE(der)) == 1 &&
	    ocsp_request_decode(SLICE(der), &ids) == 0);
}

/*
 * A slash was lost beside one of those that are there.  Tried only when it
 * makes a request of it, which the middle of another never does.
 */
static bool
restore_slashes(const char *text, size_t digits, int lost, struct bytes *der)
{
	char	longer[OCSP_TEXT_MOST + LOST_MOST + 1];
	size_t	i;
	bool	found = false;

	for (i = 0; i < digits && !found; i++) {
		if (text[i] != '/' || (i > 0 && text[i - 1] == '/'))
			continue;
		memcpy(longer, text, i);
		longer[i] = '/';
		memcpy(longer + i + 1, text + i, digits - i);
		found = is_request(longer, digits + 1, der) ||
		    (lost > 1 && restore_slashes(longer, digits + 1,
		    lost - 1, der));
	}
	return (found);
}

enum ocsp_text
ocsp_text_read(const char *text, struct bytes *der)
{
	size_t	digits, padding;

	if (strlen(text) > OCSP_TEXT_MOST ||
	    measure(text, &digits, &padding) == -1)
		return (OCSP_TEXT_NEVER);
	decode(text, digits, der);
	switch (ocsp_is_complete(SLICE(der))) {
	case 1:
		return (OCSP_TEXT_REQUEST);
	case 0:
		if (restore_slashes(text, digits, LOST_MOST, der))
			return (OCSP_TEXT_REQUEST);
		/* Behind padding nothing can follow. */
		return (padding > 0 ? OCSP_TEXT_NEVER : OCSP_TEXT_PART);
	default:
		return (OCSP_TEXT_NEVER);
	}
}

/* --- folders ------------------------------------------------------------- */

struct ocsp_paths {
	pthread_mutex_t	 lock;
	struct {
		char	*text;
		uint64_t generation;
		uint64_t used;		/* tick of the last question */
	} rows[OCSP_PATHS];
	uint64_t	 ticks;
	uint64_t	 generation;	/* of the row made last */
};

struct ocsp_paths *
ocsp_paths_new(void)
{
	struct ocsp_paths	*paths = calloc(1, sizeof(*paths));

	if (paths == NULL)
		die("out of memory");
	pthread_mutex_init(&paths->lock, NULL);
	/* Another core's folders must not be taken for ours. */
	chance_octets(&paths->generation, sizeof(paths->generation));
	return (paths);
}

void
ocsp_paths_free(struct ocsp_paths *paths)
{
	size_t	i;

	if (paths == NULL)
		return;
	for (i = 0; i < OCSP_PATHS; i++)
		free(paths->rows[i].text);
	pthread_mutex_destroy(&paths->lock);
	free(paths);
}

struct ocsp_path
ocsp_paths_put(struct ocsp_paths *paths, const char *text)
{
	struct ocsp_path	path;
	size_t			i, oldest = 0;

	pthread_mutex_lock(&paths->lock);
	for (i = 0; i < OCSP_PATHS; i++) {
		if (paths->rows[i].text != NULL &&
		    strcmp(paths->rows[i].text, text) == 0)
			break;
		if (paths->rows[i].used < paths->rows[oldest].used)
			oldest = i;
	}
	if (i == OCSP_PATHS) {
		i = oldest;
		free(paths->rows[i].text);
		if ((paths->rows[i].text = strdup(text)) == NULL)
			die("out of memory");
		paths->rows[i].generation = ++paths->generation &
		    ((UINT64_C(1) << GENERATIONS) - 1);
	}
	paths->rows[i].used = ++paths->ticks;
	path.row = i;
	path.generation = paths->rows[i].generation;
	pthread_mutex_unlock(&paths->lock);
	return (path);
}

bool
ocsp_paths_get(struct ocsp_paths *paths, struct ocsp_path path,
    struct bytes *to)
{
	bool	there;

	pthread_mutex_lock(&paths->lock);
	there = path.row < OCSP_PATHS &&
	    paths->rows[path.row].text != NULL &&
	    paths->rows[path.row].generation == path.generation;
	if (there) {
		paths->rows[path.row].used = ++paths->ticks;
		bytes_put_text(to, paths->rows[path.row].text);
	}
	pthread_mutex_unlock(&paths->lock);
	return (there);
}
