/*
 * Looks for the officer's signature among the files of a dossier.  When none
 * is right, what is wrong with the last one is said.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "authority_own.h"
#include "decision_signature.h"
#include "desk_signature.h"
#include "store_certificates.h"
#include "store_desk.h"
#include "store_events.h"

struct search {
	struct view		*view;
	const char		*certificate;	/* appointed */
	struct slice		 content;
	bool			 found;
	char			 sha256[SHA256_TEXT];
	struct err		 why;		/* of the last one */
};

/* A certificate of our own that was revoked signs nothing any more. */
static int
check_certificate(const struct search *s,
    const struct decision_signature *signature, struct err *e)
{
	struct certificate	c;

	if (strcmp(signature->certificate_sha256, s->certificate) != 0)
		return err_set(e, EKEYREJECTED, "it was made with another "
		    "certificate than that of your appointment");
	if (certificate_find(s->view, signature->serial, &c) == 1 &&
	    strcmp(c.sha256, signature->certificate_sha256) == 0 &&
	    c.revoked != 0)
		return err_set(e, EKEYREJECTED, "the certificate it was made "
		    "with is revoked");
	return 0;
}

static int
look_at(void *arg, const struct desk_file *file)
{
	struct decision_signature	 signature;
	struct search			*s = arg;
	struct bytes			 cms = { 0 };

	if (fnmatch("decision*.p7s", file->name, 0) != 0)
		return 0;
	if (documents_read(s->view, file->sha256, &cms) == 1 &&
	    decision_signature_verify(SLICE(&cms), s->content, clock_now(),
	    &signature, &s->why) == 0 &&
	    check_certificate(s, &signature, &s->why) == 0) {
		s->found = true;
		memcpy(s->sha256, file->sha256, sizeof(s->sha256));
	}
	bytes_free(&cms);
	return s->found;
}

int
desk_signature_find(struct authority *authority, struct view *v,
    const struct dossier *d, uid_t uid, char sha256[SHA256_TEXT], struct err *e)
{
	const struct authority_parts	*parts = authority->parts;
	struct appointment		 officer;
	struct search			 s = { .view = v };
	struct bytes			 content = { 0 };

	if (parts->appointment_of == NULL ||
	    parts->appointment_of(uid, &officer) != 1 ||
	    officer.certificate_sha256[0] == '\0')
		return err_set(e, EKEYREJECTED, "the decision has to be "
		    "signed, and no certificate for that is appointed to uid "
		    "%u", (unsigned)uid);
	if (documents_read(v, d->decision_sha256, &content) != 1)
		return err_set(e, EIO, "decision.txt is gone");
	s.certificate = officer.certificate_sha256;
	s.content = SLICE(&content);
	desk_files_of(v, DESK_FOLDER(DESK_DOSSIER, d->id), 0, look_at, &s);
	bytes_free(&content);
	if (s.found) {
		memcpy(sha256, s.sha256, sizeof(s.sha256));
		return 0;
	}
	if (s.why.code == 0)
		return err_set(e, EKEYREJECTED, "the decision has to be "
		    "signed: drop decision.p7s, a detached signature over "
		    "decision.txt, into the dossier");
	return err_set(e, EKEYREJECTED, "decision.p7s: %.400s", s.why.text);
}
