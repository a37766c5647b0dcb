/*
 * Who opened a personal document to read it (REG-6.4.5-05): an event, once for
 * each person, document and hour; of evidence/documents/ once for each person
 * and hour, or each archive of it would be longer than the one before.
 * Remembered in this process alone: a new one may say it once more.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "desk_private.h"
#include "recording.h"

#define REMEMBERED	512
#define HOUR		(3600 * USEC)

static struct {
	pthread_mutex_t	lock;
	struct {
		uid_t	uid;
		int64_t	file, hour;
	} last[REMEMBERED];
	size_t		next;
} reads = { .lock = PTHREAD_MUTEX_INITIALIZER };

#define EVIDENCE	((int64_t)0)	/* in place of a file */

struct reading {
	struct job		 job;
	struct authority	*authority;
	int64_t			 file, document;
	uid_t			 uid;
};

/* Texts of ours that tell nothing about a person. */
static bool
is_impersonal(const struct desk_file *file)
{
	static const char *const	names[] = {
		"state", "agreement.status"
	};
	size_t	i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (file->generated && strcmp(file->name, names[i]) == 0)
			return true;
	return false;
}

static bool
is_new(int64_t file, uid_t uid)
{
	int64_t	hour = clock_now() / HOUR;
	bool	is_known = false;
	size_t	i;

	pthread_mutex_lock(&reads.lock);
	for (i = 0; i < REMEMBERED && !is_known; i++)
		is_known = reads.last[i].file == file &&
		    reads.last[i].uid == uid && reads.last[i].hour == hour;
	if (!is_known) {
		i = reads.next++ % REMEMBERED;
		reads.last[i].file = file;
		reads.last[i].uid = uid;
		reads.last[i].hour = hour;
	}
	pthread_mutex_unlock(&reads.lock);
	return !is_known;
}

static struct event *
evidence_event(const struct reading *r)
{
	struct event	*event;
	unsigned	 roles = r->authority->parts->roles_of(r->uid);

	event = event_new("personal-document-read", REGISTRATION);
	event_actor(event, r->uid, roles & ROLE_AUDITOR ?
	    role_name(ROLE_AUDITOR) : desk_role(r->authority, r->uid));
	event_detail(event, "where", "evidence/documents");
	event_detail_number(event, "first", r->document);
	return event;
}

static int
reading_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct reading		*r = (struct reading *)job;
	struct desk_file	 file;
	struct event		*event;

	if (r->file == EVIDENCE)
		event = evidence_event(r);
	else if (desk_file_get(tx_view(tx), r->file, &file) != 1 ||
	    is_impersonal(&file))
		return 0;
	else {
		event = desk_event(tx_view(tx), "personal-document-read",
		    file.folder, r->uid, desk_role(r->authority, r->uid));
		event_detail_number(event, "document", file.id);
	}
	record_requirements(event, "REG-6.4.5-05 REG-6.2.2-22");
	event_outcome(event, "read");
	return desk_event_append(tx, event, e);
}

static void
reading_done(struct job *job, const struct err *fault)
{
	if (fault != NULL)
		log_line("a reading is not recorded: %s", fault->text);
	desk_job_end(((struct reading *)job)->authority);
	free(job);
}

static void
was_read(struct authority *authority, int64_t file, int64_t document,
    uid_t uid)
{
	struct reading	*r;

	if (!is_new(file, uid))
		return;
	if ((r = calloc(1, sizeof(*r))) == NULL)
		die("out of memory");
	r->job.apply = reading_apply;
	r->job.done = reading_done;
	r->authority = authority;
	r->file = file;
	r->document = document;
	r->uid = uid;
	desk_job_submit(authority, &r->job);
}

void
desk_was_read(struct authority *authority, int64_t file, uid_t uid)
{
	was_read(authority, file, 0, uid);
}

void
desk_evidence_was_read(struct authority *authority, int64_t document,
    uid_t uid)
{
	was_read(authority, EVIDENCE, document, uid);
}
