/*
 * What a name means at the desk: one row a name, the first that fits.  The
 * form of all names is the same: UTF-8 that can be shown on one line and does
 * not hide itself.
 */
#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "agreement_act.h"
#include "batch_line.h"
#include "closing.h"
#include "desk_meanings.h"
#include "desk_private.h"
#include "report.h"
#include "text.h"

#define KIB		((size_t)1024)
#define DOCUMENT_MAX	((size_t)64 << 20)
#define NAME_MOST	255

static const struct desk_name names[] = {
	{ DESK_DOSSIER, "reason.txt", 64 * KIB, "reason-written", false,
	    dossier_may, dossier_meaning },
	{ DESK_DOSSIER, "confirmation.txt", 64 * KIB, "confirmation-written",
	    false, confirmation_may, confirmation_means },
	{ DESK_DOSSIER, "decision*.p7s", 256 * KIB, "signature-received",
	    false, dossier_may, dossier_meaning },
	{ DESK_DOSSIER_DOCUMENTS, "*", DOCUMENT_MAX, "document-received",
	    true, dossier_may_evidence, dossier_meaning },
	{ DESK_DRAFT, "registration.conf", 256 * KIB, "draft-written", false,
	    draft_may, draft_meaning },
	{ DESK_DRAFT, "authority.conf", 256 * KIB, "draft-written", false,
	    draft_may, draft_meaning },
	{ DESK_DRAFT, "*", DOCUMENT_MAX, "document-received", true,
	    draft_may, draft_meaning },
	{ DESK_DRAFT_DOCUMENTS, "*", DOCUMENT_MAX, "document-received", true,
	    draft_may, draft_meaning },
	{ DESK_BOX, "agreement.txt", 0, "agreement-received", false,
	    agreement_may, agreement_means },
	{ DESK_BOX, "subject-agreement.txt", 0, "agreement-received",
	    false, agreement_may, agreement_means },
	{ DESK_BATCH, CLOSING_FILE, 64 * KIB, "last-crl-asked", false,
	    closing_may, closing_means },
	{ DESK_BATCH, "*", BATCH_MOST, "revocation-batch-received", true,
	    batch_may, batch_means },
	{ DESK_REPORTS, "*.p7m", REPORT_MOST, "revocation-package-received",
	    true, report_may, report_means },
	{ DESK_REPORTS, "*", REPORT_MOST, "revocation-report-received",
	    true, report_may, report_means },
};

/* What we write; nobody else does. */
static const struct {
	enum desk_kind	 folder;
	const char	*name;
} ours[] = {
	{ DESK_DOSSIER, "request.csr" }, { DESK_DOSSIER, "request.txt" },
	{ DESK_DOSSIER, "request.p7m" }, { DESK_DOSSIER, "summary.html" },
	{ DESK_DOSSIER, "decision.txt" }, { DESK_DOSSIER, "state" },
	{ DESK_DOSSIER, "subscriber" }, { DESK_DOSSIER, "documents" },
	{ DESK_DOSSIER, "registration.conf" },
	{ DESK_DOSSIER, "authority.conf" }, { DESK_DOSSIER, "changes.txt" },
	{ DESK_DOSSIER, "report.txt" },
	{ DESK_DOSSIER, "batch.txt" }, { DESK_DOSSIER, "dry-run.txt" },
	{ DESK_DRAFT, "state" }, { DESK_DRAFT, "documents" },
	{ DESK_DRAFT, "agreement" }, { DESK_DRAFT, "changes.txt" },
	{ DESK_BOX, "agreement.status" }, { DESK_BOX, "terms.txt" },
};

static bool
is_control(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0);
}

int
desk_name_check(const char *name, size_t most, struct err *e)
{
	struct slice	s = slice_text(name);
	uint32_t	point;
	size_t		octets;

	if (name[0] == '\0' || name[0] == '.')
		return err_set(e, EINVAL, "a name here does not begin with a "
		    "dot");
	if (strlen(name) > most)
		return err_set(e, ENAMETOOLONG, "a name here has at most %zu "
		    "octets", most);
	for (; s.size > 0; s.data += octets, s.size -= octets) {
		octets = utf8_character(s, &point);
		if (octets == 0 || point == '/' || is_control(point))
			return err_set(e, EINVAL, "a name here is UTF-8 "
			    "without control characters and slashes");
	}
	return 0;
}

static bool
is_ours(enum desk_kind folder, const char *name)
{
	size_t	i;

	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (ours[i].folder == folder &&
		    strcmp(ours[i].name, name) == 0)
			return true;
	return false;
}

const struct desk_name *
desk_name_find(int64_t folder, const char *name, struct err *e)
{
	size_t	i;

	if (desk_name_check(name, NAME_MOST, e) == -1)
		return NULL;
	if (is_ours(DESK_KIND(folder), name)) {
		err_set(e, EPERM, "%s is written by the CA alone", name);
		return NULL;
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].folder == DESK_KIND(folder) &&
		    fnmatch(names[i].pattern, name, 0) == 0)
			return &names[i];
	err_set(e, EPERM, DESK_KIND(folder) == DESK_DOSSIER ?
	    "here go reason.txt and decision.p7s; documents go into "
	    "documents/" : "no file of that name has a place here");
	return NULL;
}
