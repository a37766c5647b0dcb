/* Texts packed against one of their kind: see store_packed.h. */
#include <limits.h>
#include <lz4.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_packed.h"
#include "store_private.h"

#define LEAST		256	/* octets: less is not worth a second look-up */
#define DICTIONARY_MAX	16384
#define USES		4096	/* texts, behind which another one begins */
#define HELPED		4	/* a text is packed to less than one of so many */
#define PATIENCE	16	/* so many were not: one of them joins it */
#define EXPANDS		255	/* to how many octets one does at most */

struct packer {
	struct packer	*next;
	char		 kind[64];
	int64_t		 day, id;	/* of the dictionary; id 0: not known */
	bool		 fresh;		/* made by the open transaction */
	unsigned	 uses, unhelped, patience;
	struct bytes	 dictionary;
};

struct packers {			/* the writer's */
	struct packer	*first;
	LZ4_stream_t	 stream;
	struct bytes	 block;		/* what was packed last */
	struct bytes	 again;		/* and what comes out of it */
};

struct packers *
packers_new(void)
{
	struct packers *all = calloc(1, sizeof(*all));

	if (all == NULL)
		die("store: out of memory");
	LZ4_initStream(&all->stream, sizeof(all->stream));
	return all;
}

void
packers_free(struct packers *all)
{
	struct packer *p;

	while ((p = all->first) != NULL) {
		all->first = p->next;
		bytes_free(&p->dictionary);
		free(p);
	}
	bytes_free(&all->block);
	bytes_free(&all->again);
	free(all);
}

void
packers_begin(struct packers *all)
{
	struct packer *p;

	packers_undo(all);
	for (p = all->first; p != NULL; p = p->next)
		p->fresh = false;
}

void
packers_undo(struct packers *all)
{
	struct packer *p;

	for (p = all->first; p != NULL; p = p->next)
		if (p->fresh)
			p->id = 0;
}

static struct packer *
packer_of(struct packers *all, const char *kind)
{
	struct packer *p = all->first;

	while (p != NULL && strcmp(p->kind, kind) != 0)
		p = p->next;
	if (p != NULL)
		return p;
	if ((p = calloc(1, sizeof(*p))) == NULL)
		die("store: out of memory");
	snprintf(p->kind, sizeof(p->kind), "%s", kind);
	p->day = INT64_MIN;
	p->next = all->first;
	all->first = p;
	return p;
}

/* The newest of the day, if there is one. */
static void
dictionary_find(struct view *v, struct packer *p)
{
	struct query *q;

	bytes_clear(&p->dictionary);
	p->uses = 0;
	q = query_new(v->sql, "SELECT id, bytes FROM dictionaries"
	    " WHERE kind = ? AND day = ? ORDER BY id DESC LIMIT 1");
	bind_text(q, p->kind);
	bind_number(q, p->day);
	if (query_next(q)) {
		p->id = take_number(q);
		bytes_copy(&p->dictionary, take_blob(q));
	}
	query_done(q);
}

/* What there is and the model behind it, as far as there is room. */
static void
dictionary_grow(struct bytes *dictionary, struct slice model)
{
	size_t over;

	if (model.size > DICTIONARY_MAX)
		model.size = DICTIONARY_MAX;
	bytes_put(dictionary, model.data, model.size);
	if (dictionary->size <= DICTIONARY_MAX)
		return;
	over = dictionary->size - DICTIONARY_MAX;
	memmove(dictionary->data, dictionary->data + over, DICTIONARY_MAX);
	dictionary->size = DICTIONARY_MAX;
}

static int
dictionary_put(struct tx *tx, struct packer *p, struct slice model,
    struct err *err)
{
	struct query *q;

	dictionary_grow(&p->dictionary, model);
	p->uses = 0;
	p->id = 0;
	q = query_new(tx->view.sql, "INSERT OR FAIL INTO dictionaries"
	    " (day, kind, bytes) VALUES (?, ?, ?)");
	bind_number(q, p->day);
	bind_text(q, p->kind);
	bind_blob(q, SLICE(&p->dictionary));
	if (query_write(q, err) != 0)
		return -1;
	p->id = sql_last_id(tx->view.sql);
	p->fresh = true;
	return 0;
}

/* That of the day, made of the model when there is none. */
static int
packer_prepare(struct tx *tx, struct packer *p, struct slice model,
    struct err *err)
{
	const struct slice nothing = { 0 };
	int64_t today = clock_now() / USEC_DAY;

	if (p->day != today) {
		p->day = today;
		p->id = 0;
		p->unhelped = 0;
		p->patience = PATIENCE;
	}
	if (p->id == 0)
		dictionary_find(&tx->view, p);
	if (p->id != 0)
		return ++p->uses <= USES ? 0 :
		    dictionary_put(tx, p, nothing, err);
	return model.size < LEAST ? 0 : dictionary_put(tx, p, model, err);
}

/* The size of the block; 0: there is none. */
static size_t
pack(struct packers *all, const struct packer *p, struct slice text)
{
	int room = LZ4_compressBound((int)text.size);

	bytes_clear(&all->block);
	LZ4_loadDict(&all->stream, (const char *)p->dictionary.data,
	    (int)p->dictionary.size);
	all->block.size = (size_t)LZ4_compress_fast_continue(&all->stream,
	    (const char *)text.data, (char *)bytes_room(&all->block,
	    (size_t)room), (int)text.size, room, 1);
	return all->block.size;
}

/*
 * Whether the text is one too many that the dictionary did not help; the next
 * time that takes twice as many.
 */
static bool
patience_is_over(struct packer *p, size_t size, size_t packed)
{
	if (packed * HELPED <= size || ++p->unhelped < p->patience)
		return false;
	p->unhelped = 0;
	p->patience *= 2;
	return true;
}

/* The row is going to be the only copy. */
static bool
comes_out_again(struct packers *all, const struct packer *p, struct slice text)
{
	const struct packed packed = { p->id, SLICE(&all->block) };

	return text_unpack(&packed, SLICE(&p->dictionary), text.size,
	    &all->again) && slice_equal(SLICE(&all->again), text);
}

int
text_pack(struct tx *tx, const char *kind, struct slice text,
    struct slice model, struct packed *to, struct err *err)
{
	struct packers *all = tx->view.store->packers;
	struct packer *p;
	size_t size;

	*to = (struct packed){ .octets = text };
	if (text.size < LEAST || text.size > LZ4_MAX_INPUT_SIZE)
		return 0;
	p = packer_of(all, kind);
	if (packer_prepare(tx, p, model, err) != 0)
		return -1;
	if (p->id == 0)
		return 0;
	size = pack(all, p, text);
	if (model.size >= LEAST && patience_is_over(p, text.size, size)) {
		if (dictionary_put(tx, p, model, err) != 0)
			return -1;
		size = pack(all, p, text);
	}
	if (size == 0 || size >= text.size || !comes_out_again(all, p, text))
		return 0;
	to->dictionary = p->id;
	to->octets = SLICE(&all->block);
	return 0;
}

bool
text_unpack(const struct packed *p, struct slice dictionary, size_t size,
    struct bytes *to)
{
	int got;

	bytes_clear(to);
	if (p->dictionary == 0) {
		bytes_put(to, p->octets.data, p->octets.size);
		return p->octets.size == size;
	}
	if (size > LZ4_MAX_INPUT_SIZE || size / EXPANDS > p->octets.size ||
	    p->octets.size > INT_MAX || dictionary.size > DICTIONARY_MAX)
		return false;
	got = LZ4_decompress_safe_usingDict((const char *)p->octets.data,
	    (char *)bytes_room(to, size), (int)p->octets.size, (int)size,
	    (const char *)dictionary.data, (int)dictionary.size);
	if (got < 0 || (size_t)got != size)
		return false;
	to->size = size;
	return true;
}

bool
take_unpacked(struct query *q, struct bytes *to)
{
	struct packed packed;
	size_t size;

	packed.dictionary = take_number(q);
	packed.octets = take_blob(q);
	size = (size_t)take_number(q);
	return text_unpack(&packed, take_blob(q), size, to);
}
