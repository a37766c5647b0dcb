/*
 * Approvals as the gates see them.  See approval.h.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "approval.h"
#include "store_desk.h"
#include "text.h"

#define OFFICERS_MAX	8	/* more than any profile wants */

struct officers {
	struct decision	 decisions[OFFICERS_MAX];
	int		 count, all;
	bool		 is_signed;
	usec_t		 time;
};

static bool
decided_by_same(const struct decision *a, const struct decision *b)
{
	return a->uid == b->uid ||
	    (a->person[0] != '\0' && strcmp(a->person, b->person) == 0);
}

static int
count_officer(void *arg, const struct decision *decision)
{
	struct officers	*o = arg;
	int		 i;

	if (decision->to == PLACE_REJECTED)
		return 0;
	o->all++;
	if (decision->signature_sha256[0] == '\0')
		o->is_signed = false;
	if (decision->time > o->time)
		o->time = decision->time;
	for (i = 0; i < o->count; i++)
		if (decided_by_same(&o->decisions[i], decision))
			return 0;
	if (o->count < OFFICERS_MAX)
		o->decisions[o->count++] = *decision;
	return 0;
}

static int
found_one(void *arg, const struct desk_file *file)
{
	*(bool *)arg = true;
	return 1;
}

int
approval_of_request(struct view *v, int64_t request, struct approval *a)
{
	struct officers	officers = { .is_signed = true };
	struct dossier	dossier;

	if (dossier_of(v, DOSSIER_REQUEST, request, &dossier) != 1 ||
	    dossier.place != PLACE_APPROVED || dossier.withdrawn)
		return 0;
	memset(a, 0, sizeof(*a));
	decisions_of(v, dossier.id, count_officer, &officers);
	desk_files_of(v, DESK_FOLDER(DESK_DOSSIER_DOCUMENTS, dossier.id), 0,
	    found_one, &a->has_evidence);
	a->dossier = dossier.id;
	a->officers = officers.count;
	a->decisions = officers.all;
	a->is_signed = officers.is_signed && officers.count > 0;
	a->time = officers.time;
	a->basis = dossier.basis;
	return 1;
}

/* Each with its length in front, so that no two lists read the same. */
void
names_digest(const struct csr_name *names, size_t count,
    const char *subject_sha256, char sha256[SHA256_TEXT])
{
	struct bytes	text = { 0 };
	size_t		i;

	put_text(&text, subject_sha256);
	for (i = 0; i < count; i++) {
		put_text(&text, names[i].kind);
		put_text(&text, names[i].text);
	}
	sha256_text(sha256, SLICE(&text));
	bytes_free(&text);
}

const char *
approval_differs(const struct dossier_basis *approved,
    const struct dossier_basis *today)
{
	static const struct {
		const char	*what;
		size_t		 offset;
	} bound[] = {
#define BOUND(what, field) { what, offsetof(struct dossier_basis, field) }
		BOUND("registration", registration_sha256),
		BOUND("public key", spki_sha256),
		BOUND("profile", profile_sha256),
		BOUND("names", names_sha256),
		BOUND("content", content_sha256)
#undef BOUND
	};
	size_t	i;

	for (i = 0; i < sizeof(bound) / sizeof(bound[0]); i++)
		if (strcmp((const char *)approved + bound[i].offset,
		    (const char *)today + bound[i].offset) != 0)
			return bound[i].what;
	return NULL;
}
