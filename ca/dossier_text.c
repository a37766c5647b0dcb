/*
 * decision.txt, state and request.txt of a dossier.  Each line of decision.txt
 * is `name: value`; everything an approval binds stands in it by digest, so a
 * signature over it binds that too (GEN-6.3.2-00A, GEN-6.5.5-04).
 */
#include <stdio.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/x509.h>

#include "dossier_text.h"
#include "text.h"

/* --- decision.txt --------------------------------------------------------- */

static void
put_subscriber(const struct dossier_facts *f, struct bytes *to)
{
	const struct registration_version	*r = f->registration;

	if (f->subscriber != NULL)
		bytes_printf(to, "subscriber: %s (%lld)\n",
		    f->subscriber->name, (long long)f->subscriber->id);
	if (r == NULL)
		return;
	bytes_printf(to, "registration: version %d\n", r->version);
	text_put_line(to, "subject-kind", subject_kind_name(r->kind));
	text_put_line(to, "subject-is-subscriber", r->subject_is_subscriber ?
	    "yes" : "no, another one");
}

static void
put_names(const struct application *app, struct bytes *to)
{
	const struct dn_attribute	*a = app->subject.attribute;
	size_t				 i;

	for (i = 0; i < app->subject.count; i++)
		bytes_printf(to, "subject: %s %s\n", a[i].type->name,
		    a[i].value);
	for (i = 0; i < app->name_count; i++)
		bytes_printf(to, "name: %s %s\n", app->names[i].kind,
		    app->names[i].text);
}

static void
put_request(const struct dossier_facts *f, struct bytes *to)
{
	const struct application	*app = f->app;

	bytes_printf(to, "request: %lld\n", (long long)app->request.id);
	bytes_printf(to, "file: %s/", app->box_path);
	bytes_printf(to, "%s\n", app->file_name);
	text_put_line(to, "path", succession_name(app->succession));
	text_put_line(to, "profile", app->profile == NULL ? "none" :
	    app->profile->name);
	if (app->profile != NULL)
		bytes_printf(to, "validity: %d days from issuance\n",
		    app->profile->days);
	text_put_line(to, "key", app->csr->csr->key_type);
	put_names(app, to);
}

static void
put_what(const struct dossier_facts *f, struct bytes *to)
{
	switch (f->dossier->kind) {
	case DOSSIER_REQUEST:
		text_put_line(to, "decision", "approve this request");
		put_request(f, to);
		return;
	case DOSSIER_REGISTRATION:
		text_put_line(to, "decision", "put this registration in force");
		break;
	case DOSSIER_AUTHORITY:
		text_put_line(to, "decision", "recognise this external "
		    "registration authority");
		break;
	case DOSSIER_REVOCATION:
		text_put_line(to, "decision", "revoke this certificate");
		text_put_line(to, "serial", f->certificate->serial);
		bytes_printf(to, "reason: %d\n", f->dossier->reason);
		return;
	case DOSSIER_CLOSING:
		text_put_line(to, "decision", "issue the last CRL of this CA "
		    "and nothing after it");
		return;
	case DOSSIER_REPORT:
		text_put_line(to, "decision",
		    "revoke what this report comes to");
		dossier_case_decision(f, to);
		return;
	case DOSSIER_BATCH:
		text_put_line(to, "decision", "do what this batch of "
		    "revocations says");
		text_put_line(to, "batch", f->batch->name);
		bytes_printf(to, "lines: %lld\n", (long long)f->batch->lines);
		text_put_line(to, "dry-run-sha256", f->dry_run_sha256);
		return;
	}
	text_put_line(to, "folder", f->draft->name);
}

static void
put_basis(const struct dossier_basis *b, struct bytes *to)
{
	text_put_line(to, "registration-sha256", b->registration_sha256);
	text_put_line(to, "spki-sha256", b->spki_sha256);
	text_put_line(to, "profile-sha256", b->profile_sha256);
	text_put_line(to, "names-sha256", b->names_sha256);
	text_put_line(to, "content-sha256", b->content_sha256);
	text_put_line(to, "documents-sha256", b->documents_sha256);
}

void
dossier_text_decision(const struct dossier_facts *f, struct bytes *to)
{
	bytes_printf(to, "pkifs: a decision of %s\n", f->config->name);
	bytes_printf(to, "dossier: %lld\n", (long long)f->dossier->id);
	text_put_line(to, "kind", dossier_kind_name(f->dossier->kind));
	put_what(f, to);
	put_subscriber(f, to);
	bytes_printf(to, "asked-by: uid %u, %s\n",
	    (unsigned)f->dossier->author, f->asked_by);
	text_put_time(to, "opened", f->dossier->opened);
	put_basis(&f->dossier->basis, to);
	bytes_printf(to, "documents: %zu\n", f->document_count);
	bytes_put(to, f->documents.data, f->documents.size);
}

/* --- what to do ----------------------------------------------------------- */

bool
dossier_finding_is_decidable(const struct finding *finding)
{
	struct gate_rule	rule;
	size_t			i;

	if (finding->kind != FINDING_WAIT)
		return false;
	if (strcmp(finding->rule, "approved-by-officers") == 0 ||
	    strcmp(finding->rule, "approval-binds") == 0)
		return true;
	for (i = 0; gates_rule(i, &rule); i++)
		if (strcmp(rule.name, finding->rule) == 0)
			return rule.decidable;
	return false;
}

bool
dossier_is_decidable(const struct dossier_facts *f)
{
	size_t	i;

	if (f->app == NULL)
		return true;
	for (i = 0; i < f->app->verdict.finding_count; i++)
		if (dossier_finding_is_decidable(&f->app->verdict.findings[i]))
			return true;
	return false;
}

static bool
waits_for(const struct dossier_facts *f, const char *rule)
{
	size_t	i;

	for (i = 0; f->app != NULL && i < f->app->verdict.finding_count; i++)
		if (strcmp(f->app->verdict.findings[i].rule, rule) == 0)
			return true;
	return false;
}

static void
steps_of_request(const struct dossier_facts *f, step_each *each, void *arg)
{
	if (waits_for(f, "names-validated"))
		each(arg, f->document_count > 0 ?
		    "Look at the documents: do they show that the subscriber "
		    "may have the names asked for?" :
		    "Validate the names by a method of the CPS and drop the "
		    "evidence (a scan, a mail, a printout) into documents/.");
	if (waits_for(f, "agreement-in-force"))
		each(arg, "The subscriber has to agree to the terms in force: "
		    "in its box it copies terms.txt to agreement.txt and fills "
		    "in the form at the end. No decision replaces that.");
	if (!dossier_is_decidable(f))
		each(arg, "There is nothing in it for an officer to approve: "
		    "it is judged again by itself as soon as what is missing "
		    "is there. It can be rejected.");
}

void
dossier_steps(const struct dossier_facts *f, step_each *each, void *arg)
{
	if (f->dossier->kind == DOSSIER_REQUEST)
		steps_of_request(f, each, arg);
	if (f->dossier->kind == DOSSIER_CLOSING)
		each(arg, "Read request.txt. Once it is approved this CA "
		    "issues nothing any more; every certificate that has not "
		    "ended has to be revoked before, and the CA's own are "
		    "revoked with it. The last CRL has no end, and none "
		    "follows it. There is no way back.");
	else if (dossier_is_confirmed(f->dossier->kind))
		dossier_case_steps(f, each, arg);
	if (!dossier_is_decidable(f))
		goto reject;
	if (f->is_signed)
		each(arg, "Sign decision.txt with your own certificate, last "
		    "of all: openssl cms -sign -binary -in decision.txt -signer "
		    "you.pem -outform PEM -out decision.p7s, and drop "
		    "decision.p7s here.");
	if (f->officers < 2)
		each(arg, "To approve, move this folder to approved/. What "
		    "follows happens by itself.");
	else if (f->dossier->place == PLACE_PENDING)
		each(arg, "To approve, move this folder to countersign/; "
		    "another officer then moves it on to approved/.");
	else
		each(arg, "One officer has approved it. Another one moves it "
		    "on to approved/.");
reject:
	each(arg, "To reject, write the reason into reason.txt here and move "
	    "this folder to rejected/.");
}

/* --- state ---------------------------------------------------------------- */

static void
put_step(void *arg, const char *text)
{
	bytes_printf(arg, "- %s\n", text);
}

static void
put_missing(const struct dossier_facts *f, struct bytes *to)
{
	const struct finding	*finding;
	size_t			 i;

	if (f->app == NULL || f->app->verdict.finding_count == 0)
		return;
	bytes_put_text(to, "\nMissing:\n");
	for (i = 0; i < f->app->verdict.finding_count; i++) {
		finding = &f->app->verdict.findings[i];
		bytes_printf(to, "- %s\n", finding->text);
	}
}

static const char *
state_word(const struct dossier *d)
{
	return d->withdrawn ? "withdrawn" : dossier_place_name(d->place);
}

void
dossier_text_state(const struct dossier_facts *f, struct bytes *to)
{
	const struct dossier	*d = f->dossier;

	bytes_printf(to, "state: %s\n", state_word(d));
	text_put_line(to, "kind", dossier_kind_name(d->kind));
	text_put_time(to, "opened", d->opened);
	if (d->moved != d->opened)
		text_put_time(to, "moved", d->moved);
	if (d->place <= PLACE_COUNTERSIGN && !d->withdrawn) {
		bytes_printf(to, "wanted: %s%s with the role %s\n",
		    f->officers == 2 ? "two officers" : "one officer",
		    f->is_signed ? ", signing," : "",
		    dossier_is_of_revocation(d->kind) ? "revocation" : "ra");
	}
	if (f->refused != NULL)
		bytes_printf(to, "%s: %s\n", d->withdrawn ? "why" :
		    "refused", f->refused);
	if (f->decisions.size > 0) {
		bytes_put_text(to, "\nDecisions:\n");
		bytes_put(to, f->decisions.data, f->decisions.size);
	}
	if (d->place > PLACE_COUNTERSIGN || d->withdrawn)
		return;
	put_missing(f, to);
	bytes_put_text(to, "\nWhat to do:\n");
	dossier_steps(f, put_step, to);
}

/* --- request.txt ---------------------------------------------------------- */

void
dossier_text_request(struct slice der, struct bytes *to)
{
	const unsigned char	*p = der.data;
	X509_REQ		*request;
	BIO			*bio;
	char			*text;
	long			 size;

	if ((bio = BIO_new(BIO_s_mem())) == NULL)
		die("out of memory");
	request = d2i_X509_REQ(NULL, &p, (long)der.size);
	if (request != NULL && X509_REQ_print_ex(bio, request,
	    XN_FLAG_ONELINE, 0) == 1) {
		size = BIO_get_mem_data(bio, &text);
		bytes_put(to, text, (size_t)size);
	} else
		bytes_put_text(to, "The request cannot be shown as text.\n");
	X509_REQ_free(request);
	BIO_free(bio);
}
