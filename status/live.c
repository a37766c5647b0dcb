/*
 * Versions of live files.  See live.h.
 */
#include <pthread.h>
#include <stdlib.h>

#include "../ca/counters.h"
#include "../ca/err.h"
#include "live.h"

#define FRESH	USEC
#define MSEC	(USEC / 1000)

static const char *const names[LIVE_FILES] = {
	[LIVE_METRICS] = "metrics.prom", [LIVE_PAGE] = "index.html",
};

struct version {
	struct version	*older;
	uint64_t	 number;
	usec_t		 time;
	unsigned	 handles;
	struct bytes	 content;
};

struct file {
	pthread_mutex_t	 rendering;	/* one at a time; others wait for it */
	struct version	*newest;
	usec_t		 rendered;	/* steady */
};

struct live {
	live_render	*render;
	void		*arg;
	pthread_mutex_t	 mutex;		/* all below */
	struct file	 files[LIVE_FILES];
	uint64_t	 last;		/* number */
	size_t		 octets;
};

const char *
live_name(enum live_file file)
{
	return file < LIVE_FILES ? names[file] : NULL;
}

struct live *
live_new(live_render *render, void *arg, usec_t after)
{
	struct live *live = calloc(1, sizeof *live);

	if (live == NULL)
		die("out of memory");
	live->render = render;
	live->arg = arg;
	live->last = (uint64_t)(after / MSEC);
	if (pthread_mutex_init(&live->mutex, NULL) != 0)
		die("cannot make a mutex");
	for (size_t i = 0; i < LIVE_FILES; i++)
		if (pthread_mutex_init(&live->files[i].rendering, NULL) != 0)
			die("cannot make a mutex");
	return live;
}

static void
forget(struct live *live, struct version **at)
{
	struct version *v = *at;

	*at = v->older;
	live->octets -= v->content.size;
	bytes_free(&v->content);
	free(v);
}

void
live_free(struct live *live)
{
	if (live == NULL)
		return;
	for (size_t i = 0; i < LIVE_FILES; i++) {
		while (live->files[i].newest != NULL)
			forget(live, &live->files[i].newest);
		pthread_mutex_destroy(&live->files[i].rendering);
	}
	pthread_mutex_destroy(&live->mutex);
	free(live);
}

/* --- keeping; all with the mutex ----------------------------------------- */

static struct version *
find(struct live *live, enum live_file file, uint64_t number)
{
	struct version *v;

	if (file >= LIVE_FILES)
		return NULL;
	for (v = live->files[file].newest; v != NULL; v = v->older)
		if (v->number == number)
			return v;
	return NULL;
}

/* What is neither among the newest nor named by a handle. */
static void
forget_unnamed(struct live *live, struct file *file)
{
	struct version **at = &file->newest;

	for (size_t i = 0; *at != NULL; i++)
		if (i >= LIVE_KEPT && (*at)->handles == 0)
			forget(live, at);
		else
			at = &(*at)->older;
}

/* The oldest of all files, but never the newest of one; NULL: no more. */
static struct version **
oldest(struct live *live)
{
	struct version **found = NULL, **at;

	for (size_t i = 0; i < LIVE_FILES; i++) {
		at = &live->files[i].newest;
		if (*at == NULL || (*at)->older == NULL)
			continue;
		while ((*at)->older != NULL)
			at = &(*at)->older;
		if (found == NULL || (*at)->number < (*found)->number)
			found = at;
	}
	return found;
}

static void
make_room(struct live *live)
{
	struct version **at;

	while (live->octets > LIVE_OCTETS && (at = oldest(live)) != NULL)
		forget(live, at);
}

static uint64_t
keep(struct live *live, struct file *file, struct version *v)
{
	uint64_t number = (uint64_t)(v->time / MSEC);

	if (number <= live->last)
		number = live->last + 1;
	v->number = live->last = number;
	v->older = file->newest;
	file->newest = v;
	file->rendered = clock_steady();
	live->octets += v->content.size;
	forget_unnamed(live, file);
	make_room(live);
	return number;
}

/* --- asking -------------------------------------------------------------- */

/* 0: there is none that is fresh. */
static uint64_t
fresh(struct live *live, struct file *file)
{
	uint64_t number = 0;

	pthread_mutex_lock(&live->mutex);
	if (file->newest != NULL && clock_steady() - file->rendered < FRESH)
		number = file->newest->number;
	pthread_mutex_unlock(&live->mutex);
	return number;
}

static uint64_t
render(struct live *live, enum live_file which, struct file *file,
    struct view *view)
{
	struct version *v = calloc(1, sizeof *v);
	uint64_t number;

	if (v == NULL)
		die("out of memory");
	v->time = clock_now();
	live->render(live->arg, which, view, &v->content);
	counter_add(COUNT_LIVE_RENDERED, 1);
	pthread_mutex_lock(&live->mutex);
	number = keep(live, file, v);
	pthread_mutex_unlock(&live->mutex);
	return number;
}

uint64_t
live_newest(struct live *live, enum live_file which, struct view *view)
{
	struct file *file = &live->files[which];
	uint64_t number;

	if ((number = fresh(live, file)) != 0)
		return number;
	pthread_mutex_lock(&file->rendering);
	if ((number = fresh(live, file)) == 0)
		number = render(live, which, file, view);
	pthread_mutex_unlock(&file->rendering);
	return number;
}

bool
live_stat(struct live *live, enum live_file file, uint64_t number,
    size_t *size, usec_t *time)
{
	struct version *v;

	pthread_mutex_lock(&live->mutex);
	if ((v = find(live, file, number)) != NULL) {
		*size = v->content.size;
		*time = v->time;
	}
	pthread_mutex_unlock(&live->mutex);
	return v != NULL;
}

bool
live_read(struct live *live, enum live_file file, uint64_t number,
    struct bytes *to)
{
	struct version *v;

	pthread_mutex_lock(&live->mutex);
	if ((v = find(live, file, number)) != NULL)
		bytes_copy(to, SLICE(&v->content));
	pthread_mutex_unlock(&live->mutex);
	return v != NULL;
}

bool
live_hold(struct live *live, enum live_file file, uint64_t number)
{
	struct version *v;

	pthread_mutex_lock(&live->mutex);
	if ((v = find(live, file, number)) != NULL)
		v->handles++;
	pthread_mutex_unlock(&live->mutex);
	return v != NULL;
}

/* A handle of the core before names what this one never had. */
void
live_let_go(struct live *live, enum live_file file, uint64_t number)
{
	struct version *v;

	pthread_mutex_lock(&live->mutex);
	if ((v = find(live, file, number)) != NULL && v->handles > 0) {
		v->handles--;
		forget_unnamed(live, &live->files[file]);
	}
	pthread_mutex_unlock(&live->mutex);
}
