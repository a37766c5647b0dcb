/*
 * The signer's book: see book.h.  The journal is the truth and the ledger its
 * index.  An entry of the ledger may name records that a power cut took from
 * the journal; so what it finds is compared with the journal, and what is not
 * there any more counts as begun.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "book.h"
#include "ledger.h"

#define MARK_EVERY 65536	/* records, which take a second to read again */
#define KEYS_MOST 5		/* that one record enters in the ledger */

struct book {
	struct journal	*journal;
	struct ledger	*ledger;
	pthread_mutex_t	 lock;		/* the ledger and marked */
	uint64_t	 marked;	/* seq of the last mark */
	atomic_bool	 lost;		/* slots of the ledger, perhaps */
};

/* Keys of the ledger: one sort for each question that is asked. */
static void
key_of_tbs(unsigned char *key, const unsigned char *tbs)
{
	ledger_key(key, "tbs", (struct slice){ tbs, SHA256_OCTETS });
}

static bool
key_of_what(unsigned char *key, const struct journal_record *r)
{
	static const char serial[] = "serial=";

	if (r->kind != SIGN_CERTIFICATE ||
	    strncmp(r->what, serial, sizeof(serial) - 1) != 0)
		return false;
	ledger_key(key, "serial", slice_text(r->what + sizeof(serial) - 1));
	return true;
}

/*
 * A CRL is "number=N", "number=N/delta" or "number=N/ID", with "/last" behind
 * it when it is: its list and number, and whether it is the last.
 */
static bool
list_of(const struct journal_record *r, char list[48], uint64_t *number,
    bool *last)
{
	static const char end[] = "/last";
	int at = 0;
	size_t n;

	if (r->kind != SIGN_CRL ||
	    sscanf(r->what, "number=%" SCNu64 "%n", number, &at) != 1)
		return false;
	snprintf(list, 48, "%s%.30s", r->key, r->what + at);
	n = strlen(list);
	*last = n >= sizeof(end) - 1 &&
	    strcmp(list + n - (sizeof(end) - 1), end) == 0;
	if (*last)
		list[n - (sizeof(end) - 1)] = '\0';
	return true;
}

static void
enter_number(struct ledger *l, const char *list, uint64_t offset,
    uint64_t number)
{
	unsigned char key[LEDGER_KEY];
	struct ledger_value old;

	ledger_key(key, "number", slice_text(list));
	if (!ledger_find(l, key, &old) || old.end < number)
		ledger_put(l, key, &(struct ledger_value){ offset, number });
}

static void
enter_list(struct ledger *l, const struct journal_record *r)
{
	struct ledger_value v = { r->offset, 0 };
	unsigned char key[LEDGER_KEY];
	char list[48], all[32];
	uint64_t number;
	bool last;

	if (!list_of(r, list, &number, &last))
		return;
	snprintf(all, sizeof(all), "%s/all", r->key);
	enter_number(l, list, r->offset, number);
	enter_number(l, all, r->offset, number);
	if (!last)
		return;
	ledger_key(key, "last", slice_text(list));
	ledger_put(l, key, &v);
	ledger_key(key, "last", slice_text(all));
	ledger_put(l, key, &v);
}

static void
enter_begin(struct ledger *l, const struct journal_record *r)
{
	struct ledger_value v = { r->offset, 0 }, old;
	unsigned char key[LEDGER_KEY];

	key_of_tbs(key, r->tbs);
	/* Read again after a crash: the end may be known already. */
	if (ledger_find(l, key, &old) && old.begin == v.begin)
		v.end = old.end;
	ledger_put(l, key, &v);
	if (key_of_what(key, r)) {
		v.end = 0;
		ledger_put(l, key, &v);
	}
	enter_list(l, r);
}

static void
enter_end(struct ledger *l, const struct journal_record *r)
{
	unsigned char key[LEDGER_KEY];
	struct ledger_value v;

	key_of_tbs(key, r->tbs);
	if (!ledger_find(l, key, &v))
		return;
	v.end = r->offset;
	ledger_put(l, key, &v);
}

static int
enter(void *arg, const struct journal_record *r, struct err *err)
{
	struct ledger *l = arg;

	if (ledger_room(l, KEYS_MOST, err) == -1)
		return -1;
	if (r->type == JOURNAL_BEGIN)
		enter_begin(l, r);
	if (r->type == JOURNAL_END)
		enter_end(l, r);
	return 0;
}

/* A new ledger from the whole journal. */
static int
make_anew(struct book *b, const char *journal, const char *ledger,
    uint64_t synced, struct err *err)
{
	ledger_close(b->ledger);
	if ((b->ledger = ledger_create(ledger, err)) == NULL)
		return -1;
	b->journal = journal_open(journal, NULL, synced, enter, b->ledger,
	    err);
	return b->journal == NULL ? -1 : 0;
}

static int
open_both(struct book *b, const char *dir, struct err *err)
{
	char journal[1024], ledger[1024];
	struct journal_mark mark;
	uint64_t synced = 0;

	snprintf(journal, sizeof(journal), "%s/journal", dir);
	snprintf(ledger, sizeof(ledger), "%s/ledger", dir);
	if ((b->ledger = ledger_open(ledger, err)) != NULL) {
		synced = ledger_synced(b->ledger);
		if (ledger_mark(b->ledger, &mark)) {
			b->journal = journal_open(journal, &mark, synced,
			    enter, b->ledger, err);
			if (b->journal != NULL)
				return 0;
			if (err->code != ESTALE)
				return -1;
		}
	} else if (err->code != ENOENT && err->code != EBADMSG)
		return -1;
	return make_anew(b, journal, ledger, synced, err);
}

static int
checkpoint(struct book *b, struct err *err)
{
	struct journal_mark mark;

	/* Entries follow their records, so all before the mark are there. */
	pthread_mutex_lock(&b->lock);
	journal_mark(b->journal, &mark);
	pthread_mutex_unlock(&b->lock);
	if (journal_sync(b->journal, err) == -1)
		return -1;
	if (ledger_checkpoint(b->ledger, &mark, err) == -1) {
		atomic_store(&b->lost, true);
		return -1;
	}
	pthread_mutex_lock(&b->lock);
	ledger_set_synced(b->ledger, mark.offset);
	b->marked = mark.seq;
	pthread_mutex_unlock(&b->lock);
	return 0;
}

struct book *
book_open(const char *dir, struct err *err)
{
	struct book *b;

	if ((b = calloc(1, sizeof(*b))) == NULL)
		die("out of memory");
	pthread_mutex_init(&b->lock, NULL);
	if (open_both(b, dir, err) == -1 || checkpoint(b, err) == -1) {
		book_close(b);
		return NULL;
	}
	return b;
}

bool
book_is_in_doubt(struct book *b)
{
	return atomic_load(&b->lost) || journal_is_in_doubt(b->journal);
}

void
book_close(struct book *b)
{
	struct err err;

	if (b == NULL)
		return;
	if (b->journal != NULL && b->ledger != NULL && !book_is_in_doubt(b) &&
	    checkpoint(b, &err) == -1)
		log_line("%s", err.text);
	journal_close(b->journal);
	ledger_close(b->ledger);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

/* The signature, when the journal has the end that the ledger names. */
static int
read_end(struct book *b, const unsigned char *tbs, uint64_t offset,
    struct book_page *page)
{
	struct journal_record r = { 0 };
	struct err ignored;
	int ret = -1;

	if (journal_read(b->journal, offset, &r, &ignored) == 0 &&
	    r.type == JOURNAL_END && memcmp(r.tbs, tbs, SHA256_OCTETS) == 0) {
		page->begin = r.begin;
		bytes_take(&page->signature, &r.signature);
		ret = 0;
	}
	bytes_free(&r.signature);
	return ret;
}

void
book_find(struct book *b, const unsigned char *tbs, struct book_page *page)
{
	struct journal_record r = { 0 };
	unsigned char key[LEDGER_KEY];
	struct ledger_value v;
	struct err ignored;
	bool found;

	memset(page, 0, sizeof(*page));
	key_of_tbs(key, tbs);
	pthread_mutex_lock(&b->lock);
	found = ledger_find(b->ledger, key, &v);
	pthread_mutex_unlock(&b->lock);
	if (!found)
		return;
	page->state = BOOK_BEGUN;
	if (v.end != 0 && read_end(b, tbs, v.end, page) == 0) {
		page->state = BOOK_ENDED;
		return;
	}
	if (journal_read(b->journal, v.begin, &r, &ignored) == 0 &&
	    r.type == JOURNAL_BEGIN &&
	    memcmp(r.tbs, tbs, SHA256_OCTETS) == 0)
		page->begin = r.seq;
	bytes_free(&r.signature);
}

bool
book_has_serial(struct book *b, const char *serial)
{
	unsigned char key[LEDGER_KEY];
	struct ledger_value v;
	bool found;

	ledger_key(key, "serial", slice_text(serial));
	pthread_mutex_lock(&b->lock);
	found = ledger_find(b->ledger, key, &v);
	pthread_mutex_unlock(&b->lock);
	return found;
}

int64_t
book_crl_number(struct book *b, const char *list)
{
	unsigned char key[LEDGER_KEY];
	struct ledger_value v;
	bool found;

	ledger_key(key, "number", slice_text(list));
	pthread_mutex_lock(&b->lock);
	found = ledger_find(b->ledger, key, &v);
	pthread_mutex_unlock(&b->lock);
	return found ? (int64_t)v.end : -1;
}

enum book_state
book_crl_last(struct book *b, const char *list)
{
	struct journal_record r = { 0 };
	unsigned char key[LEDGER_KEY];
	struct book_page page = { .state = BOOK_BEGUN };
	struct ledger_value v;
	struct err ignored;
	bool found;

	ledger_key(key, "last", slice_text(list));
	pthread_mutex_lock(&b->lock);
	found = ledger_find(b->ledger, key, &v);
	pthread_mutex_unlock(&b->lock);
	if (!found)
		return BOOK_UNKNOWN;
	if (journal_read(b->journal, v.begin, &r, &ignored) == 0 &&
	    r.type == JOURNAL_BEGIN)
		book_find(b, r.tbs, &page);
	bytes_free(&r.signature);
	bytes_free(&page.signature);
	return page.state == BOOK_ENDED ? BOOK_ENDED : BOOK_BEGUN;
}

int
book_begin(struct book *b, struct journal_record *records, size_t count,
    struct err *err)
{
	bool urgent = true;
	size_t i;
	int ret = -1;

	for (i = 0; i < count; i++)
		urgent &= records[i].kind != SIGN_CERTIFICATE &&
		    records[i].kind != SIGN_HANDOVER;
	if (atomic_load(&b->lost))
		return err_set(err, EIO, "the ledger is in doubt");
	pthread_mutex_lock(&b->lock);
	if (journal_room(b->journal, count, urgent, err) == -1 ||
	    ledger_room(b->ledger, KEYS_MOST * count, err) == -1)
		goto out;
	if (journal_append(b->journal, records, count, err) == -1)
		goto out;
	for (i = 0; i < count; i++)
		enter_begin(b->ledger, &records[i]);
	ret = 0;
out:
	pthread_mutex_unlock(&b->lock);
	/* A quota, of journal or ledger, is a full disk. */
	if (ret == -1 && err->code == EDQUOT)
		err->code = ENOSPC;
	/* Begun they stay when it fails: nobody knows what the disk has. */
	if (ret == -1 || journal_sync(b->journal, err) == -1)
		return -1;
	pthread_mutex_lock(&b->lock);
	ledger_set_synced(b->ledger, records[count - 1].offset);
	pthread_mutex_unlock(&b->lock);
	return 0;
}

int
book_end(struct book *b, struct journal_record *records, size_t count,
    struct err *err)
{
	size_t i;
	int ret;

	pthread_mutex_lock(&b->lock);
	if ((ret = journal_append(b->journal, records, count, err)) == 0)
		for (i = 0; i < count; i++)
			enter_end(b->ledger, &records[i]);
	pthread_mutex_unlock(&b->lock);
	return ret;
}

int
book_refuse(struct book *b, struct journal_record *r, struct err *err)
{
	r->type = JOURNAL_REFUSE;
	if (journal_room(b->journal, 1, true, err) == -1)
		return -1;
	return journal_append(b->journal, r, 1, err);
}

void
book_tick(struct book *b)
{
	struct journal_mark mark;
	struct err err;
	int ret = 0;

	if (book_is_in_doubt(b))
		return;
	journal_mark(b->journal, &mark);
	if (mark.seq - b->marked >= MARK_EVERY ||
	    ledger_wants_checkpoint(b->ledger))
		ret = checkpoint(b, &err);
	else if (journal_is_dirty(b->journal))
		ret = journal_sync(b->journal, &err);
	if (ret == -1)
		log_line("%s", err.text);
}
