/*
 * The files of a dossier.  See dossier_folder.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authentication.h"
#include "authority_own.h"
#include "changes.h"
#include "dossier.h"
#include "dossier_folder.h"
#include "dossier_text.h"
#include "event.h"
#include "store_events.h"
#include "text.h"

/* --- documents ------------------------------------------------------------ */

struct listing {
	struct bytes	*text;
	const char	*but;
	size_t		 count;
};

static int
list_file(void *arg, const struct desk_file *file)
{
	struct listing	*l = arg;

	if (file->generated ||
	    (l->but != NULL && strcmp(file->name, l->but) == 0))
		return 0;
	bytes_printf(l->text, "%s  %zu  %s\n", file->sha256, file->size,
	    file->name);
	l->count++;
	return 0;
}

static int
compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In order of the lines, so that a copy has the same list. */
static void
sort_lines(struct bytes *text, size_t count)
{
	struct bytes	 sorted = { 0 };
	char		**lines, *copy, *rest = NULL;
	size_t		 i;

	if (count < 2)
		return;
	lines = calloc(count, sizeof(*lines));
	copy = strdup(bytes_text(text));
	if (lines == NULL || copy == NULL)
		die("out of memory");
	for (i = 0; i < count; i++)
		lines[i] = strtok_r(i == 0 ? copy : NULL, "\n", &rest);
	qsort(lines, count, sizeof(*lines), compare_lines);
	for (i = 0; i < count; i++)
		bytes_printf(&sorted, "%s\n", lines[i]);
	bytes_take(text, &sorted);
	free(lines);
	free(copy);
}

static size_t
list_documents(struct view *v, int64_t dossier, struct bytes *to)
{
	struct listing	l = { .text = to };

	desk_files_of(v, DESK_FOLDER(DESK_DOSSIER_DOCUMENTS, dossier), 0,
	    list_file, &l);
	sort_lines(to, l.count);
	return l.count;
}

void
dossier_folder_digest(struct view *v, int64_t draft, const char *but,
    char sha256[SHA256_TEXT])
{
	struct bytes	text = { 0 };
	struct listing	l = { .text = &text, .but = but };

	desk_files_of(v, DESK_FOLDER(DESK_DRAFT, draft), 0, list_file, &l);
	desk_files_of(v, DESK_FOLDER(DESK_DRAFT_DOCUMENTS, draft), 0,
	    list_file, &l);
	sort_lines(&text, l.count);
	sha256_text(sha256, SLICE(&text));
	bytes_free(&text);
}

struct copying {
	struct tx	*tx;
	const char	*but;
	int64_t		 to;
	struct desk_file *files;
	size_t		 count, room;
};

static int
collect(void *arg, const struct desk_file *file)
{
	struct copying	*c = arg;

	if (file->generated ||
	    (c->but != NULL && strcmp(file->name, c->but) == 0))
		return 0;
	if (c->count == c->room) {
		c->room = 2 * c->room + 16;
		c->files = realloc(c->files, c->room * sizeof(*c->files));
		if (c->files == NULL)
			die("out of memory");
	}
	c->files[c->count++] = *file;
	return 0;
}

int
dossier_folder_copy(struct tx *tx, int64_t folder, const char *but,
    int64_t dossier, struct err *e)
{
	struct copying		 c = { .but = but };
	struct desk_file	 there, *file;
	size_t			 i;
	int			 rc = 0;

	desk_files_of(tx_view(tx), folder, 0, collect, &c);
	for (i = 0; i < c.count && rc == 0; i++) {
		file = &c.files[i];
		file->id = 0;
		file->folder = DESK_FOLDER(DESK_DOSSIER_DOCUMENTS, dossier);
		/* The one in documents/ is the one that is meant. */
		if (desk_file_find(tx_view(tx), file->folder, file->name,
		    &there) == 1)
			rc = desk_file_remove(tx, there.id, e);
		if (rc == 0)
			rc = desk_file_put(tx, file, e);
	}
	free(c.files);
	return rc;
}

/* --- facts ---------------------------------------------------------------- */

/* The facts, and what they borrow. */
struct gathered {
	struct dossier_facts	facts;
	struct subscriber	subscriber;
	struct registration_version registration;
	struct draft		draft;
	struct certificate	certificate;
	struct report_case	report;
	struct batch		batch;
	struct config		config;		/* a name alone */
	struct bytes		documents, checks, changes, decisions, reason;
};

static int
put_decision(void *arg, const struct decision *d)
{
	struct bytes	*to = arg;
	char		 time[CLOCK_TEXT];

	clock_text_seconds(time, d->time);
	bytes_printf(to, "- %s: moved to %s by uid %u (%s, %s), %s\n", time,
	    dossier_place_name(d->to), (unsigned)d->uid, d->role, d->person,
	    d->signature_sha256[0] != '\0' ? "signed" : "not signed");
	return 0;
}

static void
read_file(struct view *v, int64_t folder, const char *name, struct bytes *to)
{
	struct desk_file	file;

	if (desk_file_find(v, folder, name, &file) == 1)
		documents_read(v, file.sha256, to);
}

static void
gather_object(struct gathered *g, struct view *v, const struct dossier *d)
{
	struct dossier_facts	*f = &g->facts;
	struct err		 ignored = { 0 };
	struct desk_file	 file;

	if (d->subscriber != 0 &&
	    subscriber_get(v, d->subscriber, &g->subscriber) == 1)
		f->subscriber = &g->subscriber;
	if (f->subscriber != NULL && registration_in_force(v, d->subscriber,
	    &g->registration) == 1)
		f->registration = &g->registration;
	if ((d->kind == DOSSIER_REGISTRATION ||
	    d->kind == DOSSIER_AUTHORITY) &&
	    draft_get(v, d->object, &g->draft) == 1)
		f->draft = &g->draft;
	if (d->kind == DOSSIER_REVOCATION &&
	    certificate_get(v, d->object, &g->certificate) == 1)
		f->certificate = &g->certificate;
	if (d->kind == DOSSIER_REPORT &&
	    report_case_read(v, d, &g->report, &ignored) == 0)
		f->report = &g->report;
	if (d->kind == DOSSIER_BATCH && batch_get(v, d->object,
	    &g->batch) == 1)
		f->batch = &g->batch;
	if (f->batch != NULL && desk_file_find(v, DESK_FOLDER(DESK_DOSSIER,
	    d->id), BATCH_DRY_RUN, &file) == 1)
		memcpy(f->dry_run_sha256, file.sha256,
		    sizeof(f->dry_run_sha256));
}

static void
gather(struct gathered *g, const struct config *config, struct view *v,
    const struct dossier *d)
{
	struct dossier_facts	*f = &g->facts;
	int64_t			 folder = DESK_FOLDER(DESK_DOSSIER, d->id);

	memset(g, 0, sizeof(*g));
	if (config == NULL) {
		snprintf(g->config.name, sizeof(g->config.name), "%s",
		    event_context()->ca);
		g->config.sandbox = event_context()->sandbox;
		config = &g->config;
	}
	f->config = config;
	f->dossier = d;
	event_person(d->author, f->asked_by);
	dossier_wanted(config, v, d, &f->officers, &f->is_signed);
	gather_object(g, v, d);
	f->document_count = list_documents(v, d->id, &g->documents);
	read_file(v, DESK_FOLDER(DESK_DOSSIER_OWN, d->id), "checks",
	    &g->checks);
	read_file(v, folder, "changes.txt", &g->changes);
	read_file(v, folder, "reason.txt", &g->reason);
	decisions_of(v, d->id, put_decision, &g->decisions);
	f->documents = SLICE(&g->documents);
	f->checks = SLICE(&g->checks);
	f->changes = SLICE(&g->changes);
	f->decisions = SLICE(&g->decisions);
	f->reason = SLICE(&g->reason);
}

static void
gathered_free(struct gathered *g)
{
	if (g->facts.report != NULL)
		report_case_free(&g->report);
	bytes_free(&g->documents);
	bytes_free(&g->checks);
	bytes_free(&g->changes);
	bytes_free(&g->decisions);
	bytes_free(&g->reason);
}

/* --- texts ---------------------------------------------------------------- */

static int
write_text(struct tx *tx, const struct dossier_facts *f, const char *name,
    void (*render)(const struct dossier_facts *, struct bytes *),
    char sha256[SHA256_TEXT], struct err *e)
{
	struct bytes	text = { 0 };
	int		rc;

	render(f, &text);
	if (sha256 != NULL)
		sha256_text(sha256, SLICE(&text));
	rc = desk_file_write(tx, DESK_FOLDER(DESK_DOSSIER, f->dossier->id),
	    name, SLICE(&text), e);
	bytes_free(&text);
	return rc;
}

static int
write_texts(struct gathered *g, struct tx *tx, struct dossier *d,
    struct err *e)
{
	struct dossier_facts	*f = &g->facts;

	sha256_text(d->basis.documents_sha256, f->documents);
	if (write_text(tx, f, "decision.txt", dossier_text_decision,
	    d->decision_sha256, e) == -1 ||
	    write_text(tx, f, "summary.html", dossier_html_summary, NULL,
	    e) == -1)
		return -1;
	return write_text(tx, f, "state", dossier_text_state, NULL, e);
}

static int
write_request(const struct application *app, struct tx *tx,
    const struct dossier *d, struct err *e)
{
	int64_t		folder = DESK_FOLDER(DESK_DOSSIER, d->id);
	struct bytes	text = { 0 };
	int		rc;

	dossier_text_request(SLICE(&app->csr->csr->der), &text);
	rc = desk_file_write(tx, folder, "request.csr", SLICE(&app->dropped),
	    e);
	if (rc == 0)
		rc = desk_file_write(tx, folder, "request.txt", SLICE(&text),
		    e);
	bytes_free(&text);
	return rc;
}

/* Of a certificate that there is: what would be other than in it. */
static int
write_changes(const struct application *app, struct tx *tx,
    const struct dossier *d, struct err *e)
{
	char			said[AUTHENTICATION];
	struct bytes		der = { 0 }, text = { 0 };
	struct certified	was = { 0 }, now = { .subject = app->subject,
				    .names = app->names,
				    .name_count = app->name_count };
	int			rc = -1;

	if (app->predecessor.id == 0)
		return 0;
	memcpy(now.spki_sha256, app->csr->csr->spki_sha256,
	    sizeof(now.spki_sha256));
	if (certificate_der(tx_view(tx), app->predecessor.id, &der) != 1) {
		err_set(e, EIO, "certificate %s is not in the store",
		    app->predecessor.serial);
		goto out;
	}
	if (certified_read(&was, SLICE(&der), e) == -1)
		goto out;
	authentication_text(app, said);
	bytes_printf(&text, "path: %s\npredecessor: %s\n"
	    "authenticated-by: %s\n\n", succession_name(app->succession),
	    app->predecessor.serial, said);
	changes_text(&was, &now, &text);
	rc = desk_file_write(tx, DESK_FOLDER(DESK_DOSSIER, d->id),
	    "changes.txt", SLICE(&text), e);
out:
	certified_free(&was);
	bytes_free(&der);
	bytes_free(&text);
	return rc;
}

int
dossier_folder_request(struct application *app, struct tx *tx,
    struct dossier *d, const char *refused, struct err *e)
{
	struct gathered	g;
	int		rc;

	if (write_request(app, tx, d, e) == -1 ||
	    write_changes(app, tx, d, e) == -1)
		return -1;
	gather(&g, app->authority->config, tx_view(tx), d);
	g.facts.app = app;
	g.facts.refused = refused;
	rc = write_texts(&g, tx, d, e);
	gathered_free(&g);
	return rc;
}

int
dossier_folder_write(const struct config *config, struct tx *tx,
    struct dossier *d, const char *refused, struct err *e)
{
	struct gathered	g;
	int		rc;

	gather(&g, config, tx_view(tx), d);
	g.facts.refused = refused;
	rc = write_texts(&g, tx, d, e);
	gathered_free(&g);
	return rc;
}

int
dossier_folder_state(struct tx *tx, const struct dossier *d,
    const char *refused, struct err *e)
{
	struct gathered	g;
	int		rc;

	gather(&g, NULL, tx_view(tx), d);
	g.facts.refused = refused;
	rc = write_text(tx, &g.facts, "state", dossier_text_state, NULL, e);
	gathered_free(&g);
	return rc;
}
