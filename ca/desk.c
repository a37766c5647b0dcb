/*
 * Files that people write at the desk.  Every accepted write is one job:
 * document, file row, event, and what the file means there; a refused one is
 * an event.  A write that comes again (its core was killed before it could
 * answer) finds the same bytes in place and changes nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agreement_act.h"
#include "desk_meanings.h"
#include "desk_people.h"
#include "desk_private.h"
#include "receipts.h"
#include "recording.h"
#include "stop.h"
#include "store_events.h"

/* --- who may -------------------------------------------------------------- */

static size_t
most_of(struct authority *authority, const struct desk_name *row)
{
	return row->max != 0 ? row->max : agreement_max(authority);
}

static int
may_write(struct authority *authority, struct view *v, int64_t folder,
    const char *name, uid_t uid, const struct desk_name **row,
    struct err *e)
{
	if ((*row = desk_name_find(folder, name, e)) == NULL)
		return -1;
	return (*row)->may(authority, v, DESK_OBJECT(folder), name, uid, e);
}

int
desk_may_write(struct authority *authority, int64_t folder, const char *name,
    uid_t uid, size_t *max, struct err *e)
{
	const struct desk_name	*row;
	struct view		*v;
	int			 rc;

	v = view_take(authority->parts->store);
	rc = may_write(authority, v, folder, name, uid, &row, e);
	view_put(v);
	if (rc == -1)
		desk_refused(authority, folder, uid, "may-write", e);
	else
		*max = most_of(authority, row);
	return rc;
}

/* --- a write -------------------------------------------------------------- */

struct writing {
	struct job		 job;
	struct authority	*authority;
	struct desk_write	 write;
	struct desk_file	 file;
	struct desk_act		 act;
	struct document_prepared document;
	bool			 is_same;	/* as it was kept before */
	desk_done		*done;
	void			*arg;
};

/* In a box it is somebody of the subscriber's, whatever else they are. */
static const char *
role_in(struct authority *authority, int64_t folder, uid_t uid)
{
	return DESK_KIND(folder) == DESK_BOX ? "subscriber" :
	    desk_role(authority, uid);
}

static int
put_event(struct writing *w, struct tx *tx, const struct desk_name *row,
    struct err *e)
{
	struct event	*event;
	char		 name[64];

	event = desk_event(tx_view(tx), row->event, w->file.folder,
	    w->write.uid, role_in(w->authority, w->file.folder,
	    w->write.uid));
	record_requirements(event, "REG-6.4.5-03 REG-6.4.5-04");
	snprintf(name, sizeof(name), "document %lld",
	    (long long)w->file.id);
	event_input(event, row->is_document ? name : w->file.name,
	    w->file.size, w->file.sha256);
	event_outcome(event, w->act.fault.code != 0 ? "kept, and faulty" :
	    "received");
	return desk_event_append(tx, event, e);
}

/* Another file of this name gives way, as with rename(2). */
static int
replace(struct tx *tx, int64_t folder, const char *name, int64_t id,
    struct err *e)
{
	struct desk_file	old;

	if (desk_file_find(tx_view(tx), folder, name, &old) != 1 ||
	    old.id == id)
		return 0;
	return desk_file_remove(tx, old.id, e);
}

static bool
is_kept_already(const struct writing *w, struct view *v, const char *sha256)
{
	struct desk_file	old;

	return w->write.file != 0 &&
	    desk_file_get(v, w->write.file, &old) == 1 &&
	    old.removed == 0 && old.folder == w->write.folder &&
	    strcmp(old.name, w->write.name) == 0 &&
	    strcmp(old.sha256, sha256) == 0;
}

static int
keep(struct writing *w, struct tx *tx, struct err *e)
{
	struct desk_file	*file = &w->file;

	memset(file, 0, sizeof(*file));
	if (documents_put_prepared(tx, w->write.bytes, &w->document,
	    e) == -1)
		return -1;
	memcpy(file->sha256, w->document.sha256, sizeof(file->sha256));
	w->is_same = is_kept_already(w, tx_view(tx), file->sha256);
	if (w->is_same)
		return desk_file_get(tx_view(tx), w->write.file, file) == 1 ?
		    0 : err_set(e, EIO, "a file is gone");
	file->id = w->write.file;
	file->folder = w->write.folder;
	snprintf(file->name, sizeof(file->name), "%s", w->write.name);
	file->uid = w->write.uid;
	file->time = clock_now();
	file->mtime = w->write.mtime != 0 ? w->write.mtime : file->time;
	file->size = w->write.bytes.size;
	if (replace(tx, file->folder, file->name, file->id, e) == -1 ||
	    desk_file_put(tx, file, e) == -1)
		return -1;
	return w->write.origin == 0 ? 0 : people_carry(tx, file,
	    w->write.origin, w->write.origin_name, e);
}

static void
act_clear(struct desk_act *act)
{
	memset(&act->fault, 0, sizeof(act->fault));
	memset(act->tell, 0, sizeof(act->tell));
	act->take_up = act->package = 0;
}

static int
write_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct writing		*w = (struct writing *)job;
	const struct desk_name	*row;

	act_clear(&w->act);
	if (may_write(w->authority, tx_view(tx), w->write.folder,
	    w->write.name, w->write.uid, &row, e) == -1)
		return -1;
	if (w->write.bytes.size > most_of(w->authority, row))
		return err_set(e, EFBIG, "at most %zu octets are taken here",
		    most_of(w->authority, row));
	if (keep(w, tx, e) == -1 || (row->meaning != NULL &&
	    row->meaning(&w->act, tx, e) == -1))
		return -1;
	return w->is_same ? 0 : put_event(w, tx, row, e);
}

static void
write_end(struct writing *w)
{
	desk_job_end(w->authority);
	free(w);
}

static void
write_done(struct job *job, const struct err *fault)
{
	struct writing		*w = (struct writing *)job;
	struct desk_act		*act = &w->act;

	documents_unprepare(w->authority->parts->store, &w->document);
	if (fault != NULL) {
		desk_refused(w->authority, w->write.folder, w->write.uid,
		    "may-write", fault);
		w->done(w->arg, false, fault);
		write_end(w);
		return;
	}
	stop_at("core.desk-write-committed");
	desk_publish(w->authority, act->tell, DESK_TELL);
	if (act->take_up != 0)
		authority_take_up(w->authority, act->take_up);
	if (act->package != 0) {
		receipts_sign(w->authority->receipts, act->package);
		authority_revoke_decided(w->authority);
	}
	w->done(w->arg, true, act->fault.code != 0 ? &act->fault : NULL);
	write_end(w);
}

void
desk_submit(struct authority *authority, const struct desk_write *write,
    desk_done *done, void *arg)
{
	struct writing	*w;
	struct err	 e = { 0 };

	if ((w = calloc(1, sizeof(*w))) == NULL)
		die("out of memory");
	/* Large contents are hashed and synced here, not where all commit. */
	if (documents_prepare(authority->parts->store, write->bytes,
	    &w->document, &e) == -1) {
		free(w);
		done(arg, false, &e);
		return;
	}
	w->authority = authority;
	w->write = *write;
	w->act.authority = authority;
	w->act.write = &w->write;
	w->act.file = &w->file;
	w->done = done;
	w->arg = arg;
	w->job.apply = write_apply;
	w->job.done = write_done;
	desk_job_submit(authority, &w->job);
}

/* --- what is no write ----------------------------------------------------- */

/* The part of an act that another kind of change comes to. */
struct change {
	struct job		 job;
	struct authority	*authority;
	struct desk_write	 write;		/* folder, file, name, uid */
	struct desk_file	 file;
	struct desk_act		 act;
	struct err		 fault;		/* under its new name */
};

int
desk_folder_moved(struct desk_act *act, struct tx *tx, int64_t folder,
    struct err *e)
{
	switch (DESK_KIND(folder)) {
	case DESK_DRAFT:
	case DESK_DRAFT_DOCUMENTS:
		return draft_look(act->authority, tx, DESK_OBJECT(folder),
		    act->write->uid, act, e);
	case DESK_DOSSIER:
	case DESK_DOSSIER_DOCUMENTS:
		return dossier_look(act, tx, DESK_OBJECT(folder), e);
	case DESK_REPORTS:
		return report_left(e);
	case DESK_BATCH:
		return batch_left(act, tx, e);
	default:
		return 0;
	}
}

static int
put_change(struct change *c, struct tx *tx, const char *name,
    const char *outcome, struct err *e)
{
	struct event	*event;
	char		 document[64];

	event = desk_event(tx_view(tx), name, c->file.folder, c->write.uid,
	    role_in(c->authority, c->file.folder, c->write.uid));
	record_requirements(event, "REG-6.4.5-03");
	snprintf(document, sizeof(document), "document %lld",
	    (long long)c->file.id);
	event_input(event, document, c->file.size, c->file.sha256);
	event_outcome(event, outcome);
	return desk_event_append(tx, event, e);
}

/* As it stands, written by people and not yet removed. */
static int
find_file(struct change *c, struct view *v, struct err *e)
{
	if (desk_file_get(v, c->write.file, &c->file) != 1 ||
	    c->file.removed != 0)
		return err_set(e, ENOENT, "there is no such file");
	return !c->file.generated ? 0 : err_set(e, EPERM, "%s is the CA's "
	    "own", c->file.name);
}

static int
remove_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct change		*c = (struct change *)job;
	const struct desk_name	*row;

	act_clear(&c->act);
	if (find_file(c, tx_view(tx), e) == -1 ||
	    may_write(c->authority, tx_view(tx), c->file.folder,
	    c->file.name, c->write.uid, &row, e) == -1 ||
	    desk_file_remove(tx, c->file.id, e) == -1 ||
	    put_change(c, tx, "document-removed", "removed", e) == -1)
		return -1;
	return desk_folder_moved(&c->act, tx, c->file.folder, e);
}

static int
rename_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct change		*c = (struct change *)job;
	struct view		*v = tx_view(tx);
	const struct desk_name	*row;
	char			 old[256];
	int64_t			 from;

	act_clear(&c->act);
	if (find_file(c, v, e) == -1)
		return -1;
	from = c->file.folder;
	memcpy(old, c->file.name, sizeof(old));
	if (DESK_KIND(from) == DESK_BOX ||
	    DESK_KIND(c->write.folder) == DESK_BOX)
		return err_set(e, EPERM, "an agreement is written, not "
		    "renamed");
	if (from == c->write.folder &&
	    strcmp(c->file.name, c->write.name) == 0)
		return 0;
	if (may_write(c->authority, v, from, c->file.name, c->write.uid,
	    &row, e) == -1 || may_write(c->authority, v, c->write.folder,
	    c->write.name, c->write.uid, &row, e) == -1 ||
	    replace(tx, c->write.folder, c->write.name, c->file.id,
	    e) == -1)
		return -1;
	c->file.folder = c->write.folder;
	memcpy(c->file.name, c->write.name, sizeof(c->file.name));
	c->file.uid = c->write.uid;
	c->file.time = clock_now();
	if (desk_file_put(tx, &c->file, e) == -1 ||
	    people_carry(tx, &c->file, from, old, e) == -1 ||
	    (row->meaning != NULL && row->meaning(&c->act, tx, e) == -1))
		return -1;
	c->fault = c->act.fault;
	if (put_change(c, tx, "document-renamed", c->fault.code != 0 ?
	    "kept, and faulty" : row->event, e) == -1)
		return -1;
	return from == c->file.folder ? 0 :
	    desk_folder_moved(&c->act, tx, from, e);
}

static int
time_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct change	*c = (struct change *)job;

	if (find_file(c, tx_view(tx), e) == -1)
		return -1;
	c->file.mtime = c->write.mtime;
	return desk_file_put(tx, &c->file, e);
}

static int
change_commit(struct change *c, int (*apply)(struct job *, struct tx *,
    struct err *), const char *what, struct err *e)
{
	int	rc;

	c->act.authority = c->authority;
	c->act.write = &c->write;
	c->act.file = &c->file;
	c->job.apply = apply;
	rc = commit_wait(c->authority->parts->committer, &c->job, e);
	if (rc == -1) {
		desk_refused(c->authority, c->file.folder, c->write.uid,
		    what, e);
		return -1;
	}
	desk_publish(c->authority, c->act.tell, DESK_TELL);
	if (c->act.take_up != 0)
		authority_take_up(c->authority, c->act.take_up);
	return 0;
}

int
desk_remove(struct authority *authority, int64_t file, uid_t uid,
    struct err *e)
{
	struct change	c = { .authority = authority,
		.write.file = file, .write.uid = uid };

	return change_commit(&c, remove_apply, "may-remove", e);
}

int
desk_rename(struct authority *authority, int64_t file, int64_t folder,
    const char *name, uid_t uid, struct err *e)
{
	struct change	c = { .authority = authority, .write.file = file,
		.write.folder = folder, .write.uid = uid };

	if (strlen(name) >= sizeof(c.write.name))
		return err_set(e, ENAMETOOLONG, "the name is too long");
	snprintf(c.write.name, sizeof(c.write.name), "%s", name);
	if (change_commit(&c, rename_apply, "may-rename", e) == -1)
		return -1;
	*e = c.fault;
	/* mv says something else than it means of EINVAL. */
	if (e->code == EINVAL)
		e->code = EBADMSG;
	return 0;
}

int
desk_set_time(struct authority *authority, int64_t file, usec_t mtime,
    struct err *e)
{
	struct change	c = { .authority = authority, .write.file = file,
		.write.mtime = mtime };

	return change_commit(&c, time_apply, "may-write", e);
}
