/*
 * A revocation case that people decide on: see report_case.h.
 */
#include <errno.h>
#include <string.h>

#include "report_case.h"
#include "store_desk.h"
#include "store_events.h"
#include "store_registry.h"

static bool
read_file(struct view *v, int64_t dossier, const char *name,
    struct desk_file *file, struct bytes *to)
{
	return desk_file_find(v, DESK_FOLDER(DESK_DOSSIER, dossier), name,
	    file) == 1 && documents_read(v, file->sha256, to) == 1;
}

void
confirmation_read(struct view *v, int64_t dossier,
    struct confirmation_said *to)
{
	struct desk_file file;
	struct bytes text = { 0 };

	memset(to, 0, sizeof(*to));
	if (read_file(v, dossier, "confirmation.txt", &file, &text)) {
		to->there = true;
		to->time = file.time;
		to->uid = file.uid;
		(void)report_confirmation_parse(SLICE(&text), &to->exception,
		    to->why, &to->fault);
	}
	bytes_free(&text);
}

static void
read_reason(struct view *v, int64_t dossier, struct report_case *to)
{
	struct desk_file file;
	struct bytes text = { 0 };

	to->has_reason = read_file(v, dossier, "reason.txt", &file, &text);
	if (to->has_reason)
		(void)report_reason_parse(SLICE(&text), to->act, &to->named,
		    &to->reason_fault);
	if (to->named.serials == 0 && to->named.keys == 0)
		to->named = to->said.named;
	bytes_free(&text);
}

int
report_case_read(struct view *v, const struct dossier *d,
    struct report_case *to, struct err *err)
{
	struct bytes whole = { 0 };
	int ret = -1;

	memset(to, 0, sizeof(*to));
	if (report_get(v, d->object, &to->row) != 1 ||
	    documents_read(v, to->row.sha256, &whole) != 1)
		err_set(err, EIO, "the report of dossier %lld is gone",
		    (long long)d->id);
	else
		ret = report_parse(SLICE(&whole), &to->said, err);
	bytes_free(&whole);
	if (ret == -1)
		return -1;
	confirmation_read(v, d->id, &to->confirmation);
	read_reason(v, d->id, to);
	return 0;
}

void
report_case_free(struct report_case *c)
{
	report_free(&c->said);
}

void
report_certificates(struct view *v, const struct report_named *named,
    certificate_each *each, void *arg)
{
	struct certificate c;
	struct key key;
	size_t i;

	for (i = 0; i < named->serials; i++)
		if (certificate_find(v, named->serial[i], &c) == 1 &&
		    each(arg, &c) != 0)
			return;
	for (i = 0; i < named->keys; i++)
		if (keys_find(v, named->key[i], &key) == 1)
			certificates_of_key(v, key.id, 0, each, arg);
}

void
report_unknown(struct view *v, const struct report_named *named,
    report_unknown_each *each, void *arg)
{
	struct certificate c;
	size_t i;

	for (i = 0; i < named->serials; i++)
		if (certificate_find(v, named->serial[i], &c) != 1 &&
		    each(arg, named->serial[i]) != 0)
			return;
}
