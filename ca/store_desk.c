/*
 * The desk in the store: files that people write below ra/, texts that we put
 * beside them, and drafts.  See store_desk.h.
 *
 * A file that was removed keeps its row, so that whoever has it open reads on
 * and its number is never given again.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store_desk.h"
#include "store_events.h"
#include "store_private.h"

/* --- files --------------------------------------------------------------- */

#define SELECT_FILES \
    "SELECT id, folder, name, uid, time, mtime, size, sha256, generated," \
    " removed FROM desk_files "

static void
take_file(struct query *q, struct desk_file *f)
{
	f->id = take_number(q);
	f->folder = take_number(q);
	take_text(q, f->name, sizeof(f->name));
	f->uid = (uid_t)take_number(q);
	f->time = take_number(q);
	f->mtime = take_number(q);
	f->size = (size_t)take_number(q);
	take_hex(q, f->sha256, sizeof(f->sha256));
	f->generated = take_number(q) != 0;
	f->removed = take_number(q);
}

static int
one_file(struct query *q, struct desk_file *f)
{
	int found = query_next(q);

	if (found)
		take_file(q, f);
	query_done(q);
	return found;
}

static int
put_writer(struct tx *tx, const struct desk_file *f, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO desk_writers (folder, name,"
	    " uid, time) VALUES (?, ?, ?, ?) ON CONFLICT (folder, name, uid)"
	    " DO UPDATE SET time = excluded.time");
	bind_number(q, f->folder);
	bind_text(q, f->name);
	bind_number(q, f->uid);
	bind_number(q, f->time);
	return query_write(q, err);
}

int
desk_file_put(struct tx *tx, struct desk_file *f, struct err *err)
{
	struct query *q;

	if (f->id == 0 && meta_take_numbers(tx, "next-file-id", 1, &f->id,
	    err) != 0)
		return -1;
	q = query_new(tx->view.sql, "INSERT INTO desk_files (id, folder, name,"
	    " uid, time, mtime, size, sha256, generated, removed)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)"
	    " ON CONFLICT (id) DO UPDATE SET folder = excluded.folder,"
	    " name = excluded.name, uid = excluded.uid, time = excluded.time,"
	    " mtime = excluded.mtime, size = excluded.size,"
	    " sha256 = excluded.sha256, removed = NULL");
	bind_number(q, f->id);
	bind_number(q, f->folder);
	bind_text(q, f->name);
	bind_number(q, f->uid);
	bind_number(q, f->time);
	bind_number(q, f->mtime);
	bind_number(q, (int64_t)f->size);
	bind_hex(q, f->sha256);
	bind_number(q, f->generated);
	f->removed = 0;
	if (query_write(q, err) != 0)
		return -1;
	return f->generated ? 0 : put_writer(tx, f, err);
}

void
desk_writers(struct view *v, int64_t folder, const char *name, usec_t since,
    desk_writer_each *each, void *arg)
{
	struct query *q;

	q = query_new(v->sql, "SELECT uid FROM desk_writers WHERE folder = ?"
	    " AND name = ? AND time > ? ORDER BY uid");
	bind_number(q, folder);
	bind_text(q, name);
	bind_number(q, since);
	while (query_next(q))
		if (each(arg, (uid_t)take_number(q)) != 0)
			break;
	query_done(q);
}

int
desk_writers_carry(struct tx *tx, const struct desk_file *f, int64_t folder,
    const char *name, usec_t since, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO desk_writers (folder, name,"
	    " uid, time) SELECT ?, ?, uid, ? FROM desk_writers"
	    " WHERE folder = ? AND name = ? AND time > ?"
	    " ON CONFLICT (folder, name, uid)"
	    " DO UPDATE SET time = max(time, excluded.time)");
	bind_number(q, f->folder);
	bind_text(q, f->name);
	bind_number(q, f->time);
	bind_number(q, folder);
	bind_text(q, name);
	bind_number(q, since);
	return query_write(q, err);
}

int
desk_file_remove(struct tx *tx, int64_t id, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "UPDATE desk_files SET removed = ?"
	    " WHERE id = ? AND removed IS NULL");
	bind_number(q, clock_now());
	bind_number(q, id);
	if (query_write(q, err) != 0)
		return -1;
	if (sql_changes(tx->view.sql) != 1)
		return err_set(err, ENOENT, "there is no file %lld",
		    (long long)id);
	return 0;
}

int
desk_file_write(struct tx *tx, int64_t folder, const char *name,
    struct slice bytes, struct err *err)
{
	return desk_file_write_for(tx, folder, name, 0, bytes, err);
}

int
desk_file_write_for(struct tx *tx, int64_t folder, const char *name,
    uid_t uid, struct slice bytes, struct err *err)
{
	struct desk_file old, new = { .folder = folder, .uid = uid,
	    .generated = true };

	if (documents_put(tx, bytes, new.sha256, err) != 0)
		return -1;
	if (desk_file_find(&tx->view, folder, name, &old)) {
		if (strcmp(old.sha256, new.sha256) == 0)
			return 0;
		if (desk_file_remove(tx, old.id, err) != 0)
			return -1;
	}
	snprintf(new.name, sizeof(new.name), "%s", name);
	new.size = bytes.size;
	new.time = new.mtime = clock_now();
	return desk_file_put(tx, &new, err);
}

int
desk_file_get(struct view *v, int64_t id, struct desk_file *f)
{
	struct query *q;

	q = query_new(v->sql, SELECT_FILES "WHERE id = ?");
	bind_number(q, id);
	return one_file(q, f);
}

int
desk_file_find(struct view *v, int64_t folder, const char *name,
    struct desk_file *f)
{
	struct query *q;

	q = query_new(v->sql, SELECT_FILES
	    "WHERE folder = ? AND name = ? AND removed IS NULL");
	bind_number(q, folder);
	bind_text(q, name);
	return one_file(q, f);
}

void
desk_files_of(struct view *v, int64_t folder, int64_t after,
    desk_file_each *each, void *arg)
{
	struct desk_file f;
	struct query *q;

	q = query_new(v->sql, SELECT_FILES "WHERE folder = ? AND id > ?"
	    " AND removed IS NULL ORDER BY id");
	bind_number(q, folder);
	bind_number(q, after);
	while (query_next(q)) {
		take_file(q, &f);
		if (each(arg, &f) != 0)
			break;
	}
	query_done(q);
}

usec_t
desk_changed(struct view *v, int64_t folder)
{
	usec_t written = 0, removed = 0;
	struct query *q;

	q = query_new(v->sql, "SELECT max(time), max(removed) FROM desk_files"
	    " WHERE folder = ?");
	bind_number(q, folder);
	if (query_next(q)) {
		written = take_number(q);
		removed = take_number(q);
	}
	query_done(q);
	return written > removed ? written : removed;
}

/* --- drafts -------------------------------------------------------------- */

#define SELECT_DRAFTS \
    "SELECT id, kind, name, uid, since, changed, object, dossier FROM drafts "

static void
take_draft(struct query *q, struct draft *d)
{
	d->id = take_number(q);
	d->kind = (enum draft_kind)take_number(q);
	take_text(q, d->name, sizeof(d->name));
	d->uid = (uid_t)take_number(q);
	d->since = take_number(q);
	d->changed = take_number(q);
	d->object = take_number(q);
	d->dossier = take_number(q);
}

static int
one_draft(struct query *q, struct draft *d)
{
	int found = query_next(q);

	if (found)
		take_draft(q, d);
	query_done(q);
	return found;
}

static void
name_of_change(char to[32], enum draft_kind kind)
{
	snprintf(to, 32, "drafts-changed-%d", (int)kind);
}

static int
folder_changed(struct tx *tx, enum draft_kind kind, struct err *err)
{
	char name[32];

	name_of_change(name, kind);
	return meta_set_number(tx, name, clock_now(), err);
}

static int
insert_draft(struct tx *tx, struct draft *d, struct err *err)
{
	struct draft there;
	struct query *q;
	int64_t id;

	if (draft_find(&tx->view, d->kind, d->name, &there) == 1)
		return err_set(err, EEXIST, "there is a folder %s already",
		    d->name);
	if (meta_take_numbers(tx, "next-draft-id", 1, &id, err) != 0)
		return -1;
	q = query_new(tx->view.sql, "INSERT INTO drafts (id, kind, name, uid,"
	    " since, changed, object, dossier)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
	bind_number(q, id);
	bind_number(q, d->kind);
	bind_text(q, d->name);
	bind_number(q, d->uid);
	bind_number(q, d->since);
	bind_number(q, d->changed);
	bind_reference(q, d->object);
	bind_reference(q, d->dossier);
	if (query_write(q, err) != 0)
		return -1;
	d->id = id;
	return 0;
}

static int
update_draft(struct tx *tx, const struct draft *d, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "UPDATE drafts SET name = ?, changed = ?,"
	    " object = ?, dossier = ? WHERE id = ?");
	bind_text(q, d->name);
	bind_number(q, d->changed);
	bind_reference(q, d->object);
	bind_reference(q, d->dossier);
	bind_number(q, d->id);
	if (query_write(q, err) != 0)
		return err->code == EEXIST ? err_set(err, EEXIST,
		    "there is a folder %s already", d->name) : -1;
	return sql_changes(tx->view.sql) == 1 ? 0 : err_set(err, ENOENT,
	    "there is no such folder");
}

int
draft_put(struct tx *tx, struct draft *d, struct err *err)
{
	if ((d->id == 0 ? insert_draft(tx, d, err) :
	    update_draft(tx, d, err)) != 0)
		return -1;
	return folder_changed(tx, d->kind, err);
}

int
draft_remove(struct tx *tx, int64_t id, struct err *err)
{
	struct draft d;
	struct query *q;

	if (!draft_get(&tx->view, id, &d))
		return err_set(err, ENOENT, "there is no such folder");
	q = query_new(tx->view.sql, "UPDATE desk_files SET removed = ?"
	    " WHERE folder IN (?, ?) AND removed IS NULL");
	bind_number(q, clock_now());
	bind_number(q, DESK_FOLDER(DESK_DRAFT, id));
	bind_number(q, DESK_FOLDER(DESK_DRAFT_DOCUMENTS, id));
	if (query_write(q, err) != 0)
		return -1;
	q = query_new(tx->view.sql, "DELETE FROM drafts WHERE id = ?");
	bind_number(q, id);
	if (query_write(q, err) != 0)
		return err->code == EPERM ? err_set(err, EPERM, "what was "
		    "decided about is kept: %s cannot be removed", d.name) :
		    -1;
	return folder_changed(tx, d.kind, err);
}

int
draft_get(struct view *v, int64_t id, struct draft *d)
{
	struct query *q;

	q = query_new(v->sql, SELECT_DRAFTS "WHERE id = ?");
	bind_number(q, id);
	return one_draft(q, d);
}

int
draft_find(struct view *v, enum draft_kind kind, const char *name,
    struct draft *d)
{
	struct query *q;

	q = query_new(v->sql, SELECT_DRAFTS "WHERE kind = ? AND name = ?");
	bind_number(q, kind);
	bind_text(q, name);
	return one_draft(q, d);
}

int
draft_of_object(struct view *v, enum draft_kind kind, int64_t object,
    struct draft *d)
{
	struct query *q;

	q = query_new(v->sql, SELECT_DRAFTS "WHERE kind = ? AND object = ?"
	    " ORDER BY id LIMIT 1");
	bind_number(q, kind);
	bind_number(q, object);
	return one_draft(q, d);
}

void
drafts_list(struct view *v, enum draft_kind kind, int64_t after,
    draft_each *each, void *arg)
{
	struct draft d;
	struct query *q;

	q = query_new(v->sql, SELECT_DRAFTS
	    "WHERE kind = ? AND id > ? ORDER BY id");
	bind_number(q, kind);
	bind_number(q, after);
	while (query_next(q)) {
		take_draft(q, &d);
		if (each(arg, &d) != 0)
			break;
	}
	query_done(q);
}

usec_t
drafts_changed(struct view *v, enum draft_kind kind)
{
	char name[32];

	name_of_change(name, kind);
	return meta_number(v, name, 0);
}
