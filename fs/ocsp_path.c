/*
 * Names below status/ocsp/; see ocsp_path.h.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/clock.h"
#include "../ca/der.h"
#include "../ca/err.h"
#include "../status/ocsp_request.h"
#include "../status/publisher.h"
#include "ocsp_path.h"

#define PLACES_MOST	9	/* where slashes may have been lost */
#define TRIES_MOST	200
#define CUT_MOST	3	/* cut off the end, at most */
#define LOST_BEFORE	4	/* lost at one place of a part, at most */
#define OCSP_DIGITS_MOST ((OCSP_REQUEST_MOST * 4 + 2) / 3)
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

/* --- slashes lost on the way --------------------------------------------- */

/*
 * A path walker takes `//` for `/`, and a run of one bits in a serial is a run
 * of slashes.  The length in the outermost header says how many digits are
 * missing.  One can only be a lost slash: a path goes on behind a slash with
 * something.  More may be the rest of a longer path, or lost.
 */
struct lost {
	const char	*text;
	size_t		 digits, missing;
	/* Of the slashes there are, and the end. */
	size_t		 places[PLACES_MOST];
	size_t		 place_count;
	unsigned	 tries;
	bool		 found;
	ocsp_issued	*issued;
	void		*arg;
};

static bool
is_request(const char *text, size_t digits, struct ocsp_ids *ids,
    struct bytes *der)
{
	decode(text, digits, der);
	return (publisher_ocsp_is_complete(SLICE(der)) == 1 &&
	    ocsp_request_decode(SLICE(der), ids) == 0);
}

/* Digits the whole request has, from its first octets; 0: not known. */
static size_t
digits_wanted(const struct bytes *der)
{
	size_t	size;

	if (der_size(SLICE(der), OCSP_REQUEST_MOST, &size) != 1)
		return (0);
	return ((size * 4 + 2) / 3);
}

static void
find_places(struct lost *lost)
{
	size_t	i;

	for (i = 0; i < lost->digits; i++)
		if (lost->text[i] == '/' &&
		    lost->place_count < PLACES_MOST - 1)
			lost->places[lost->place_count++] = i;
	/* There a web server cuts slashes off. */
	lost->places[lost->place_count++] = lost->digits;
}

/* The text with more slashes at two of its places; its new length. */
static size_t
insert(const struct lost *lost, size_t x, size_t at_x, size_t y, size_t at_y,
    char *longer)
{
	size_t	i, n = 0;

	for (i = 0; i <= lost->digits; i++) {
		if (i == x) {
			memset(longer + n, '/', at_x);
			n += at_x;
		}
		if (i == y) {
			memset(longer + n, '/', at_y);
			n += at_y;
		}
		if (i < lost->digits)
			longer[n++] = lost->text[i];
	}
	return (n);
}

/*
 * What was issued is meant; else the first that is a request at all.  Several
 * slashes are cut off the end only of what was issued: mostly a path goes on.
 */
static bool
try_places(struct lost *lost, size_t first, size_t more, size_t second,
    struct bytes *der)
{
	struct bytes	tried = { 0 };
	struct ocsp_ids	ids;
	char		longer[OCSP_DIGITS_MOST + 1];
	size_t		n, cut = 0;
	bool		issued = false, sure;

	if (second == lost->place_count - 1)
		cut = first == second ? more : lost->missing - more;
	if (cut > CUT_MOST)
		return (false);
	sure = cut == 0 || lost->missing == 1;
	n = insert(lost, lost->places[first], more, lost->places[second],
	    lost->missing - more, longer);
	lost->tries++;
	if (is_request(longer, n, &ids, &tried)) {
		issued = lost->issued(lost->arg, ids.id[0].serial,
		    ids.id[0].serial);
		if (issued || (sure && !lost->found))
			bytes_copy(der, SLICE(&tried));
		lost->found |= issued || sure;
	}
	bytes_free(&tried);
	return (issued);
}

/* All at one place is likeliest; then at two.  Bounded: anybody asks. */
static bool
put_back(struct lost *lost, struct bytes *der)
{
	size_t	i, j, more;

	for (i = 0; i < lost->place_count; i++)
		if (try_places(lost, i, lost->missing, i, der))
			return (true);
	for (i = 0; i < lost->place_count; i++)
		for (j = i + 1; j < lost->place_count; j++)
			for (more = 1; more < lost->missing; more++) {
				if (lost->tries > TRIES_MOST)
					return (lost->found);
				if (try_places(lost, i, more, j, der))
					return (true);
			}
	return (lost->found);
}

/*
 * Does a path begin like this whose serial was issued?  Behind these digits
 * comes a slash; the rest may be anything from all zero to all one bits.
 */
static bool
goes_on(const struct lost *lost, char *longer, size_t digits,
    struct bytes *der)
{
	struct ocsp_ids	low, high;
	size_t		wanted = lost->digits + lost->missing;

	if (digits + 1 >= wanted)
		return (false);
	longer[digits] = '/';
	memset(longer + digits + 1, 'A', wanted - digits - 1);
	if (!is_request(longer, wanted, &low, der))
		return (false);
	/* Nothing but slashes would have been cut off, put_back() finds it. */
	memset(longer + digits + 1, '/', wanted - digits - 1);
	longer[wanted - 1] = '+';
	return (is_request(longer, wanted, &high, der) &&
	    lost->issued(lost->arg, low.id[0].serial, high.id[0].serial));
}

/* Perhaps slashes were lost of what is here already, at a place or two. */
static bool
may_go_on(const struct lost *lost, struct bytes *der)
{
	const size_t	*at = lost->places;
	size_t		 i, j, more, n, inside = lost->place_count - 1;
	char		 longer[OCSP_DIGITS_MOST + 1];

	memcpy(longer, lost->text, lost->digits);
	if (goes_on(lost, longer, lost->digits, der))
		return (true);
	for (i = 0; i < inside; i++) {
		for (more = 1; more <= LOST_BEFORE && more < lost->missing;
		    more++) {
			n = insert(lost, at[i], more, 0, 0, longer);
			if (goes_on(lost, longer, n, der))
				return (true);
		}
		for (j = i + 1; j < inside; j++) {
			n = insert(lost, at[i], 1, at[j], 1, longer);
			if (goes_on(lost, longer, n, der))
				return (true);
		}
	}
	return (false);
}

static bool
restore(const char *text, size_t digits, bool ended, ocsp_issued *issued,
    void *arg, struct bytes *der)
{
	struct lost	lost = { .text = text, .digits = digits,
			    .issued = issued, .arg = arg };
	struct bytes	scratch = { 0 };
	size_t		wanted = digits_wanted(der);
	bool		longer = false;

	if (wanted <= digits || wanted > OCSP_DIGITS_MOST)
		return (false);
	lost.missing = wanted - digits;
	find_places(&lost);
	if (!ended && lost.missing > 1)
		longer = may_go_on(&lost, &scratch);
	bytes_free(&scratch);
	return (!longer && put_back(&lost, der));
}

enum ocsp_text
ocsp_text_read(const char *text, ocsp_issued *issued, void *arg,
    struct bytes *der)
{
	size_t	digits, padding;

	if (strlen(text) > OCSP_TEXT_MOST ||
	    measure(text, &digits, &padding) == -1)
		return (OCSP_TEXT_NEVER);
	decode(text, digits, der);
	switch (publisher_ocsp_is_complete(SLICE(der))) {
	case 1:
		return (OCSP_TEXT_REQUEST);
	case 0:
		if (restore(text, digits, padding > 0, issued, arg, der))
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
