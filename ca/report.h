/*
 * A problem report as it lies in revoke/reports/NAME.txt: text that anybody
 * wrote.  A line of it may name what it is about,
 *
 *	serial: SERIAL		a certificate, colons and lower case as well
 *	key: SHA256		all with this key (of its SubjectPublicKeyInfo)
 *
 * and the lines before the first empty one how it came (pkifs(1) intake):
 *
 *	received: TIME		by the transport's clock, RFC 3339
 *	via: WORD		"mail", "form"
 *
 * Behind the text one block DOCUMENT may stand: what came, whole, as base64.
 * And the two files by which a revocation officer decides on it.
 */
#ifndef CA_REPORT_H
#define CA_REPORT_H

#include "bytes.h"
#include "clock.h"
#include "err.h"
#include "text.h"

#define REPORT_MOST	((size_t)2 << 20)	/* octets of the file */
#define REPORT_TEXT	((size_t)64 << 10)	/* without the DOCUMENT */
#define REPORT_NAMED	32			/* serials, and keys */
#define REPORT_SERIAL	41

struct report_named {
	char	serial[REPORT_NAMED][REPORT_SERIAL];	/* upper case */
	char	key[REPORT_NAMED][SHA256_TEXT];			/* lower case */
	size_t	serials, keys;
	size_t	unreadable;	/* lines that name nothing */
};
struct report {
	struct report_named named;
	usec_t	received;		/* 0: not said */
	char	via[16];		/* "" not said */
	struct bytes text;		/* without the DOCUMENT */
	struct bytes document;		/* decoded; empty: none */
};
/* EINVAL, EFBIG with the sentence; nothing to free then. */
int	report_parse(struct slice, struct report *, struct err *);
void	report_free(struct report *);
/*
 * NAME.txt or NAME.p7m, NAME of 1 to 100 letters, digits, ".", "_" and "-", no
 * dot first.  EPERM, as of every name that has no place at the desk.
 */
int	report_name_check(const char *, struct err *);
/* What a program's own file is asked for as, until it has such a name. */
#define REPORT_SCRATCH		"scratch"

/*
 * reason.txt of its approval: in the first line what is written into
 * revoke/SERIAL (not parsed here); lines serial: and key: below it name what is
 * revoked instead of what the report names.  EINVAL.
 */
#define REPORT_ACT	1024
int	report_reason_parse(struct slice, char act[REPORT_ACT],
	    struct report_named *, struct err *);
/*
 * confirmation.txt: "confirmed" or "exception", then in words how or why
 * (REV-6.2.4-03BA, -03BB), blanks and line ends as one blank.  EINVAL.
 */
#define REPORT_WHY	400
int	report_confirmation_parse(struct slice, bool *exception,
	    char why[REPORT_WHY], struct err *);

#endif
