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

/* Octets of the UTF-8 character at p (RFC 3629), 0: none. */
static size_t
utf8_octets(const unsigned char *p)
{
	static const struct {
		unsigned char	lead_min, lead_max, next_min, next_max;
		size_t		octets;
	} forms[] = {
		{ 0x20, 0x7e, 0, 0, 1 },
		{ 0xc3, 0xdf, 0x80, 0xbf, 2 }, { 0xc2, 0xc2, 0xa0, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	size_t	i, k;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (p[0] < forms[i].lead_min || p[0] > forms[i].lead_max)
			continue;
		for (k = 1; k < forms[i].octets; k++)
			if (p[k] < (k == 1 ? forms[i].next_min : 0x80) ||
			    p[k] > (k == 1 ? forms[i].next_max : 0xbf))
				return 0;
		return forms[i].octets;
	}
	return 0;
}

int
desk_name_check(const char *name, size_t most, struct err *e)
{
	const unsigned char	*p = (const unsigned char *)name;
	size_t			 octets;

	if (name[0] == '\0' || name[0] == '.')
		return err_set(e, EINVAL, "a name here does not begin with a "
		    "dot");
	if (strlen(name) > most)
		return err_set(e, ENAMETOOLONG, "a name here has at most %zu "
		    "octets", most);
	for (; *p != '\0'; p += octets) {
		octets = utf8_octets(p);
		if (octets == 0 || *p == '/')
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
