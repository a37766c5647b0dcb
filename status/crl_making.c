/*
 * One CRL on its way.  See crl_making.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../ca/paths.h"
#include "../ca/store_events.h"
#include "../ca/store_status.h"
#include "../ca/text.h"
#include "closing_watch.h"
#include "crl_before.h"
#include "crl_making.h"

#define RESERVE_TRIES	16	/* slices of the reserve for a large one */

/* --- from the store ------------------------------------------------------ */

struct entries {
	struct crl_making *making;
	struct err	   err;
	int		   ret;
};

static int
add_entry(void *arg, const struct crl_row *row)
{
	struct entries *e = arg;
	struct crl_entry entry = { row->serial, row->effective, row->reason,
	    row->invalidity };

	crl_put_entry(memory_file_tail(e->making->file), &entry);
	e->making->crl.entries++;
	e->ret = memory_file_flush(e->making->file, &e->err);
	return e->ret;
}

/*
 * What the certificates name, which are its, and where the delta is.  A
 * delta's base is the oldest complete one that somebody may still hold.
 */
static int
fill_frame(struct crl_making *m, const struct desk *desk, struct view *view,
    const struct crl_scope *scope, struct crl_wanted *wanted,
    struct err *err)
{
	const char *base = desk->parts->config->url;
	struct crl_frame *f = &m->frame;
	struct crl newest;

	f->issuer = desk->issuing;
	f->number = m->crl.number;
	f->this_update = m->crl.this_update;
	f->next_update = m->crl.next_update;
	snprintf(m->point, sizeof m->point, "%s", scope->url);
	f->point = slice_text(m->point);
	snprintf(m->freshest, sizeof m->freshest, "%s/status/%s-delta.crl",
	    base, m->crl.issuer);
	f->last = f->next_update == CRL_NEVER;
	if (m->crl.scope == CRL_COMPLETE && !f->last)
		f->freshest = slice_text(m->freshest);
	*wanted = (struct crl_wanted){ m->crl.issuer, 0, f->this_update, -1 };
	if (m->crl.scope > 0)
		wanted->shard = m->crl.scope;
	/* A scheduled one carries it after its end (CSS-6.3.10-04, BR 4.10.1). */
	if (crl_newest_scheduled(view, m->crl.issuer, m->crl.scope == CRL_DELTA
	    ? CRL_COMPLETE : m->crl.scope, &newest) == 1 &&
	    newest.this_update < wanted->since)
		wanted->since = newest.this_update;
	/* From the beginning on (EN 319 411-2 CSS-6.3.10-02). */
	if (desk->parts->config->expired_on_crl) {
		f->expired_on = signatory_not_before(desk->issuing);
		wanted->since = 0;
	}
	if (m->crl.scope != CRL_DELTA)
		return 0;
	if (crl_base(view, m->crl.issuer, f->this_update, &newest) != 1)
		return err_set(err, EAGAIN, "no complete CRL is valid that a "
		    "delta could build upon");
	m->crl.base = f->base = newest.number;
	wanted->after = newest.change;
	return 0;
}

/*
 * While one is known to differ from the store nothing follows it; the last of
 * a CA is all rows, read once more.
 */
static bool
find_before(const struct crl_making *m, const struct desk *desk,
    struct view *view, struct crl *before)
{
	struct health_line consistency;

	health_line(desk->health, HEALTH_CONSISTENCY, &consistency);
	return m->crl.scope != CRL_DELTA && !m->frame.last &&
	    consistency.state == HEALTH_OK &&
	    crl_newest(view, m->crl.issuer, m->crl.scope, before) == 1;
}

static int
begin_file(struct crl_making *m, struct err *err)
{
	memory_file_free(m->file);
	m->file = memory_file_new(err);
	m->crl.entries = 0;
	return m->file == NULL ? -1 : 0;
}

static int
put_rows(struct crl_making *m, struct view *view,
    const struct crl_wanted *wanted, struct err *err)
{
	struct entries e = { .making = m };

	if (begin_file(m, err) != 0)
		return -1;
	crl_rows(view, wanted, add_entry, &e);
	if (e.ret != 0)
		*err = e.err;
	return e.ret;
}

/* What stands around the entries; then it is whole, and is it a CRL? */
static int
finish_tbs(struct crl_making *m, struct err *err)
{
	struct bytes front = { 0 };
	int ret;

	crl_put_frame(&m->frame, memory_file_size(m->file), &front,
	    memory_file_tail(m->file));
	ret = memory_file_seal(m->file, SLICE(&front), err);
	bytes_free(&front);
	if (ret != 0)
		return -1;
	m->tbs = memory_file_octets(m->file);
	if (crl_check(m->tbs, &m->frame, m->crl.entries, err) != 0 ||
	    specimen_check(m->specimen, m->tbs, err) != 0)
		return -1;
	sha256_text(m->intent.tbs_sha256, m->tbs);
	return 0;
}

/* 1; 0: that is no way; -1: it would be wrong. */
static int
follow(struct crl_making *m, const struct desk *desk, struct view *view,
    const struct crl_wanted *wanted, struct err *err)
{
	struct crl_entries to = { .count = 0 };
	struct crl before;
	int got;

	if (!find_before(m, desk, view, &before))
		return 0;
	if (begin_file(m, err) != 0)
		return -1;
	to.file = m->file;
	got = crl_from_before(view, wanted, &before, &to, err);
	m->crl.entries = to.count;
	return got == 1 && finish_tbs(m, err) != 0 ? -1 : got;
}

int
crl_making_build(struct crl_making *m, const struct desk *desk,
    struct view *view, const struct crl_scope *scope, struct err *err)
{
	struct crl_wanted wanted;
	int got;

	if (fill_frame(m, desk, view, scope, &wanted, err) != 0)
		return -1;
	m->crl.since = wanted.since;
	if ((got = follow(m, desk, view, &wanted, err)) == 1)
		return 0;
	if (got == -1) {
		log_line("%s; all rows are read instead", err->text);
		m->before = *err;
	}
	return put_rows(m, view, &wanted, err) == 0 &&
	    finish_tbs(m, err) == 0 ? 0 : -1;
}

/* --- the document -------------------------------------------------------- */

static int
try_write(struct crl_making *m, struct store *store, struct err *err)
{
	draft_free(m->draft);
	m->draft = draft_new(store, m->front);
	if (draft_write(m->draft, m->tbs, err) != 0)
		return -1;
	draft_hurry(m->draft);
	return 0;
}

/* On a full disk with what was set aside for this. */
static int
write_tbs(struct crl_making *m, struct store *store, struct err *err)
{
	for (int i = 0; i < RESERVE_TRIES; i++) {
		if (try_write(m, store, err) == 0)
			return 0;
		if (err->code != ENOSPC)
			return -1;
		store_reserve_open(store);
	}
	return -1;
}

/* The longest signature tells how much stands in front; nearly always. */
int
crl_making_write(struct crl_making *m, struct store *store, struct err *err)
{
	unsigned char longest[1024] = { 0 };
	struct slice signature = { longest,
	    signatory_signature_most(m->frame.issuer) };
	struct bytes front = { 0 }, behind = { 0 };

	crl_put_signature(m->tbs.size, m->frame.issuer, signature, &front,
	    &behind);
	m->front = front.size;
	bytes_free(&front);
	bytes_free(&behind);
	return write_tbs(m, store, err);
}

int
crl_making_finish(struct crl_making *m, struct store *store,
    struct slice signature, struct err *err)
{
	struct bytes front = { 0 }, behind = { 0 };
	struct slice parts[3];
	int ret = 0;

	crl_put_signature(m->tbs.size, m->frame.issuer, signature, &front,
	    &behind);
	if (front.size != m->front) {
		m->front = front.size;
		ret = write_tbs(m, store, err);
	}
	parts[0] = SLICE(&front);
	parts[1] = m->tbs;
	parts[2] = SLICE(&behind);
	if (ret == 0 && (draft_set_front(m->draft, parts[0], err) != 0 ||
	    draft_write(m->draft, parts[2], err) != 0 ||
	    draft_finish(m->draft, parts, 3, err) != 0 ||
	    crl_reread(parts[0], parts[1], parts[2], m->frame.issuer,
	    err) != 0))
		ret = -1;
	if (ret == 0)
		snprintf(m->crl.sha256, sizeof m->crl.sha256, "%s",
		    draft_sha256(m->draft));
	bytes_free(&front);
	bytes_free(&behind);
	return ret;
}

/* --- into the store ------------------------------------------------------ */

static int
put_file(const struct crl_making *m, struct tx *tx, bool pem, usec_t now,
    struct err *err)
{
	struct publication file = { .time = now };
	char path[PATH_TEXT], *name;

	path_crl(path, m->crl.scope);
	name = strrchr(path, '/');
	*name++ = '\0';
	snprintf(file.dir, sizeof file.dir, "%.63s", path);
	snprintf(file.name, sizeof file.name, "%.60s%s", name,
	    pem ? ".pem" : "");
	return publication_put_document(tx, &file, m->crl.sha256, pem, err);
}

int
crl_making_put(struct crl_making *m, struct tx *tx, usec_t now,
    struct err *err)
{
	if (documents_put_draft(tx, m->draft, err) != 0 ||
	    crl_put(tx, &m->crl, err) != 0 ||
	    put_file(m, tx, false, now, err) != 0)
		return -1;
	return m->crl.scope == CRL_COMPLETE ?
	    put_file(m, tx, true, now, err) : 0;
}

void
crl_making_free(struct crl_making *m)
{
	memory_file_free(m->file);
	draft_free(m->draft);
}
