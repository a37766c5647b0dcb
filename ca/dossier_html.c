/*
 * summary.html: one file that needs nothing else, made to be double-clicked by
 * an officer.  It has no script and loads nothing, and says so to the browser;
 * whatever came from outside is escaped.
 */
#include <stdio.h>
#include <string.h>

#include "dossier_text.h"
#include "html.h"
#include "subject.h"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
    "'none'; style-src 'unsafe-inline'\">\n"
    "<style>\n"
    "body { font: 15px/1.45 sans-serif; max-width: 52em; margin: 2em auto;"
    " padding: 0 1em; color: #222; background: #fff }\n"
    "h1 { font-size: 1.4em } h2 { font-size: 1.1em; margin-top: 1.8em;"
    " border-bottom: 1px solid #bbb }\n"
    "table { border-collapse: collapse } th { text-align: left;"
    " font-weight: normal; color: #555; padding: .15em 1.2em .15em 0;"
    " vertical-align: top; white-space: nowrap }\n"
    "td { overflow-wrap: anywhere; padding: .15em 0 }\n"
    "li { margin: .3em 0 } small { color: #666 }\n"
    ".missing { border-left: .3em solid #b00; padding-left: .7em }\n"
    ".passed { border-left: .3em solid #080; padding-left: .7em }\n"
    "pre { background: #f4f4f4; padding: .6em; white-space: pre-wrap;"
    " overflow-wrap: anywhere }\n"
    "</style>\n";

static void
put_row(struct bytes *to, const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	bytes_printf(to, "<tr><th>%s</th><td>", name);
	html_put_text(to, value);
	bytes_put_text(to, "</td></tr>\n");
}

static void
put_time(struct bytes *to, const char *name, usec_t time)
{
	char	text[CLOCK_TEXT];

	clock_text_seconds(text, time);
	put_row(to, name, text);
}

/* --- what is asked -------------------------------------------------------- */

static void
put_request(const struct dossier_facts *f, struct bytes *to)
{
	const struct application	*app = f->app;
	const struct csr		*csr = app->csr->csr;
	struct bytes			 text = { 0 };
	size_t				 i;

	put_row(to, "Profile", app->profile == NULL ? "none" :
	    app->profile->title[0] != '\0' ? app->profile->title :
	    app->profile->name);
	put_row(to, "What it is", app->succession == NEW_APPLICATION ?
	    "a new application" : succession_name(app->succession));
	for (i = 0; i < app->subject.count; i++)
		put_row(to, app->subject.attribute[i].type->name,
		    app->subject.attribute[i].value);
	for (i = 0; i < app->name_count; i++) {
		bytes_clear(&text);
		bytes_printf(&text, "%s (%s)", app->names[i].text,
		    app->names[i].kind);
		put_row(to, i == 0 ? "Names" : "", bytes_text(&text));
	}
	put_row(to, "Key", csr->key_type);
	if (app->profile != NULL) {
		bytes_clear(&text);
		bytes_printf(&text, "%d days from issuance",
		    app->profile->days);
		put_row(to, "Validity", bytes_text(&text));
	}
	put_row(to, "Ignored", csr->ignored);
	bytes_free(&text);
}

static void
put_asked(const struct dossier_facts *f, struct bytes *to)
{
	const struct dossier	*d = f->dossier;
	char			 uid[80];

	bytes_put_text(to, "<h2>What is asked</h2>\n<table>\n");
	put_row(to, "Kind", dossier_kind_name(d->kind));
	if (f->draft != NULL)
		put_row(to, "Folder", f->draft->name);
	put_row(to, "Subscriber", f->subscriber == NULL ? "" :
	    f->subscriber->name);
	if (f->registration != NULL)
		put_row(to, "Subject", subject_kind_name(
		    f->registration->kind));
	if (f->app != NULL)
		put_request(f, to);
	if (f->certificate != NULL) {
		put_row(to, "Certificate", f->certificate->serial);
		put_row(to, "Common name", f->certificate->common_name);
		put_time(to, "Valid until", f->certificate->not_after);
	}
	if (f->report != NULL) {
		put_row(to, "Report", f->report->row.name);
		put_row(to, "By", f->report->row.via);
		put_time(to, "Received", f->report->row.received);
	}
	snprintf(uid, sizeof(uid), "uid %u, %s", (unsigned)d->author,
	    f->asked_by);
	put_row(to, "Asked by", uid);
	put_time(to, "Since", d->opened);
	bytes_put_text(to, "</table>\n");
	if (f->changes.size == 0)
		return;
	bytes_put_text(to, "<pre>");
	html_put(to, f->changes);
	bytes_put_text(to, "</pre>\n");
}

/* --- what was checked ----------------------------------------------------- */

static void
put_item(struct bytes *to, const char *class, const char *text,
    const char *small)
{
	bytes_printf(to, "<li class=\"%s\">", class);
	html_put_text(to, text);
	if (small[0] != '\0') {
		bytes_put_text(to, " <small>");
		html_put_text(to, small);
		bytes_put_text(to, "</small>");
	}
	bytes_put_text(to, "</li>\n");
}

/* Lines "passed: ..." of a draft; others are what is missing. */
static size_t
put_checks(struct slice checks, bool passed, struct bytes *to)
{
	static const char	word[] = "passed: ";
	struct bytes		line = { 0 };
	const char		*text;
	size_t			 i, n = 0;

	for (i = 0; i < checks.size; i++) {
		if (checks.data[i] != '\n')
			put_u8(&line, checks.data[i]);
		if (checks.data[i] != '\n' && i + 1 < checks.size)
			continue;
		text = bytes_text(&line);
		if ((strncmp(text, word, strlen(word)) == 0) == passed &&
		    text[0] != '\0') {
			put_item(to, passed ? "passed" : "missing", passed ?
			    text + strlen(word) : text, "");
			n++;
		}
		bytes_clear(&line);
	}
	bytes_free(&line);
	return n;
}

static size_t
put_verdict(const struct verdict *v, bool passed, struct bytes *to)
{
	size_t	i, n = passed ? v->passed_count : v->finding_count;

	for (i = 0; i < n; i++)
		if (passed)
			put_item(to, "passed", v->passed[i].text,
			    v->passed[i].requirements);
		else
			put_item(to, "missing", v->findings[i].text,
			    v->findings[i].requirements);
	return n;
}

static void
put_answers(const struct dossier_facts *f, const char *title, bool passed,
    struct bytes *to)
{
	size_t	n = 0;

	bytes_printf(to, "<h2>%s</h2>\n<ul>\n", title);
	if (f->app != NULL)
		n += put_verdict(&f->app->verdict, passed, to);
	n += put_checks(f->checks, passed, to);
	bytes_put_text(to, "</ul>\n");
	if (n == 0)
		bytes_put_text(to, "<p>Nothing.</p>\n");
}

/* As its reporter wrote it. */
static void
put_report(const struct dossier_facts *f, struct bytes *to)
{
	if (f->report == NULL)
		return;
	bytes_put_text(to, "<pre>");
	html_put(to, SLICE(&f->report->said.text));
	bytes_put_text(to, "</pre>\n");
}

static void
put_documents(const struct dossier_facts *f, struct bytes *to)
{
	bytes_printf(to, "<h2>Documents: %zu</h2>\n", f->document_count);
	if (f->document_count == 0)
		return;
	bytes_put_text(to, "<pre>");
	html_put(to, f->documents);
	bytes_put_text(to, "</pre>\n");
}

static void
put_step(void *arg, const char *text)
{
	bytes_put_text(arg, "<li>");
	html_put_text(arg, text);
	bytes_put_text(arg, "</li>\n");
}

void
dossier_html_summary(const struct dossier_facts *f, struct bytes *to)
{
	bytes_put_text(to, head);
	bytes_printf(to, "<title>Dossier %lld</title>\n</head>\n<body>\n"
	    "<h1>Dossier %lld: %s", (long long)f->dossier->id,
	    (long long)f->dossier->id,
	    dossier_kind_name(f->dossier->kind));
	if (f->app != NULL &&
	    subject_common_name(&f->app->subject)[0] != '\0') {
		bytes_put_text(to, " for ");
		html_put_text(to, subject_common_name(&f->app->subject));
	}
	bytes_put_text(to, "</h1>\n<p>");
	html_put_text(to, f->config->name);
	bytes_put_text(to, f->config->sandbox ? "; a sandbox: nothing in it is "
	    "verified</p>\n" : "</p>\n");
	put_asked(f, to);
	put_answers(f, f->certificate != NULL ? "What is not true any more" :
	    f->report != NULL ? "What is reported" : "What is missing", false,
	    to);
	put_report(f, to);
	bytes_put_text(to, "<h2>What to do</h2>\n<ol>\n");
	dossier_steps(f, put_step, to);
	bytes_put_text(to, "</ol>\n");
	put_answers(f, "What was checked and passed", true, to);
	put_documents(f, to);
	bytes_put_text(to, "</body>\n</html>\n");
}
