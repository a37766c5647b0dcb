/*
 * Who may move what: role by place by separation by how they stand to it, as
 * a table.  Every row is a move somebody will try.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "ca/desk_rules.h"

#define PEN	PLACE_PENDING
#define CNT	PLACE_COUNTERSIGN
#define APP	PLACE_APPROVED
#define REJ	PLACE_REJECTED
#define REQ	DOSSIER_REQUEST
#define REG	DOSSIER_REGISTRATION
#define REV	DOSSIER_REVOCATION
#define RA	ROLE_RA

/* How the officer stands to it, as letters. */
#define AUTHOR		'a'
#define SUBJECT		's'
#define DECIDED		'd'
#define NO_REASON	'n'
#define ROOT		'0'
#define LENIENT		'l'
#define WITHDRAWN	'w'

static const struct row {
	const char	*what;
	int		 code;		/* 0: yes */
	enum dossier_kind kind;
	enum dossier_place lies, from, to;
	int		 officers;
	unsigned	 roles;
	const char	*how;
} rows[] = {
	{ "an officer approves", 0, REQ, PEN, PEN, APP, 1, RA, "" },
	{ "a registration", 0, REG, PEN, PEN, APP, 1, RA, "" },
	{ "the first of two", 0, REQ, PEN, PEN, CNT, 2, RA, "" },
	{ "the second of two", 0, REQ, CNT, CNT, APP, 2, RA, "" },
	{ "a rejection", 0, REQ, PEN, PEN, REJ, 1, RA, "" },
	{ "a rejection of two", 0, REQ, CNT, CNT, REJ, 2, RA, "" },
	{ "the first one rejects later", 0, REQ, CNT, CNT, REJ, 2, RA, "d" },
	{ "a revocation", 0, REV, PEN, PEN, APP, 1, ROLE_REVOCATION, "" },
	{ "a batch of them", 0, DOSSIER_BATCH, PEN, PEN, APP, 1,
	    ROLE_REVOCATION, "" },
	{ "a sandbox's only person", 0, REQ, PEN, PEN, APP, 1, RA, "lasd" },
	{ "root in a lenient sandbox", 0, REQ, PEN, PEN, APP, 1, RA, "l0" },
	{ "both steps in a lenient sandbox", 0, REQ, CNT, CNT, APP, 2, RA,
	    "ld" },

	{ "nobody", EACCES, REQ, PEN, PEN, APP, 1, 0, "" },
	{ "an auditor", EACCES, REQ, PEN, PEN, APP, 1, ROLE_AUDITOR, "" },
	{ "an operator", EACCES, REG, PEN, PEN, APP, 1, ROLE_OPERATOR, "" },
	{ "a revocation officer", EACCES, REQ, PEN, PEN, APP, 1,
	    ROLE_REVOCATION, "" },
	{ "an RA officer on a batch", EACCES, DOSSIER_BATCH, PEN, PEN, APP, 1,
	    RA, "" },
	{ "the author of a batch", EPERM, DOSSIER_BATCH, PEN, PEN, APP, 1,
	    ROLE_REVOCATION, "a" },
	{ "an RA officer on a revocation", EACCES, REV, PEN, PEN, APP, 1, RA,
	    "" },
	{ "root with no role", EACCES, REQ, PEN, PEN, APP, 1, 0, "l0" },
	{ "root with a role", EACCES, REQ, PEN, PEN, APP, 1, RA, "0" },
	{ "an officer who is an auditor too", EACCES, REQ, PEN, PEN, APP, 1,
	    RA | ROLE_AUDITOR, "" },
	{ "nobody rejects", EACCES, REQ, PEN, PEN, REJ, 1, 0, "" },

	{ "who asked for it", EPERM, REQ, PEN, PEN, APP, 1, RA, "a" },
	{ "who wrote it", EPERM, REG, PEN, PEN, APP, 1, RA, "a" },
	{ "its subject", EPERM, REQ, PEN, PEN, APP, 1, RA, "s" },
	{ "its subject rejects", EPERM, REQ, PEN, PEN, REJ, 1, RA, "s" },
	{ "the same officer again", EPERM, REQ, CNT, CNT, APP, 2, RA, "d" },
	{ "one where two are wanted", EPERM, REQ, PEN, PEN, APP, 2, RA, "" },
	{ "one too many", EPERM, REQ, PEN, PEN, CNT, 1, RA, "" },
	{ "back from approved", EPERM, REQ, APP, APP, PEN, 1, RA, "" },
	{ "back from rejected", EPERM, REQ, REJ, REJ, PEN, 1, RA, "" },
	{ "rejected after approval", EPERM, REQ, APP, APP, REJ, 1, RA, "" },
	{ "approved after rejection", EPERM, REQ, REJ, REJ, APP, 1, RA, "" },
	{ "back from countersign", EPERM, REQ, CNT, CNT, PEN, 2, RA, "" },
	{ "to where it is", EPERM, REQ, PEN, PEN, PEN, 1, RA, "" },

	{ "it lies elsewhere", ENOENT, REQ, APP, PEN, REJ, 1, RA, "" },
	{ "it was withdrawn", ESTALE, REQ, REJ, PEN, APP, 1, RA, "w" },
	{ "no reason", ENODATA, REQ, PEN, PEN, REJ, 1, RA, "n" },
	{ "no reason, of two", ENODATA, REQ, CNT, CNT, REJ, 2, RA, "n" },
	{ "an approval needs none", 0, REQ, PEN, PEN, APP, 1, RA, "n" },
};

static bool
is(const struct row *r, char how)
{
	return strchr(r->how, how) != NULL;
}

static void
each_move_is_judged(void **state)
{
	struct err err;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct move move = {
			.kind = r->kind, .lies = r->lies, .from = r->from,
			.to = r->to, .officers = r->officers,
			.uid = is(r, ROOT) ? 0 : 1001, .roles = r->roles,
			.withdrawn = is(r, WITHDRAWN),
			.separation = !is(r, LENIENT),
			.is_author = is(r, AUTHOR),
			.is_subject = is(r, SUBJECT),
			.has_decided = is(r, DECIDED),
			.has_reason = !is(r, NO_REASON)
		};

		memset(&err, 0, sizeof(err));
		rc = move_judge(&move, &err);
		if ((rc == 0) != (r->code == 0) || err.code != r->code ||
		    (rc == -1 && err.text[0] == '\0'))
			fail_msg("%s: %d %d %s", r->what, rc, err.code,
			    err.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_move_is_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
