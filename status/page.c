/*
 * The page.  See page.h.  It is XML, too; its style is let in by its digest, so
 * that a browser runs and loads nothing that is not in it.
 */
#include "../ca/embedded.h"
#include "../ca/html.h"
#include "../ca/text.h"
#include "page.h"
#include "page_parts.h"

#define AGAIN	"60"		/* seconds: the browser asks by itself */

static void
put_policy(struct bytes *to, struct slice style)
{
	unsigned char digest[SHA256_OCTETS];

	sha256(digest, style);
	bytes_put_text(to, "<meta http-equiv=\"Content-Security-Policy\" "
	    "content=\"default-src 'none'; style-src 'sha256-");
	base64_encode(to, (struct slice){ digest, sizeof digest });
	bytes_put_text(to, "'; base-uri 'none'; form-action 'none'\"/>\n");
}

static void
put_head(const struct readings *r, struct bytes *to)
{
	static const char *const words[] = { "well", "warning", "FAILURE" };
	struct slice style = embedded_find("status/page.css");

	bytes_put_text(to, "<!DOCTYPE html>\n<html lang=\"en\" "
	    "xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n"
	    "<meta charset=\"utf-8\"/>\n");
	put_policy(to, style);
	bytes_put_text(to, "<meta name=\"viewport\" content=\""
	    "width=device-width, initial-scale=1\"/>\n"
	    "<meta name=\"robots\" content=\"noindex\"/>\n"
	    "<meta http-equiv=\"refresh\" content=\"" AGAIN "\"/>\n<title>");
	html_put_text(to, r->name);
	bytes_printf(to, ": %s</title>\n<style>", words[part_worst(r)]);
	bytes_put(to, style.data, style.size);
	bytes_put_text(to, "</style>\n</head>\n");
}

static void
put_state(const struct readings *r, struct bytes *to)
{
	struct bytes words = { 0 };
	size_t fail = part_count(r, HEALTH_FAIL);
	size_t warn = part_count(r, HEALTH_WARN);

	if (fail > 0)
		bytes_printf(&words, "%zu failure%s", fail,
		    fail == 1 ? "" : "s");
	if (warn > 0)
		bytes_printf(&words, "%s%zu warning%s", fail > 0 ? ", " : "",
		    warn, warn == 1 ? "" : "s");
	if (fail + warn == 0)
		bytes_put_text(&words, "all is well");
	bytes_put_text(to, "<p class=\"state\">");
	page_mark(to, part_mark(part_worst(r)), bytes_text(&words));
	bytes_put_text(to, "</p>\n");
	bytes_free(&words);
}

static void
put_header(const struct readings *r, struct bytes *to)
{
	bytes_put_text(to, "<header>\n<div>\n<h1>");
	html_put_text(to, r->name);
	if (r->sandbox)
		bytes_put_text(to, " <span class=\"badge\">SANDBOX</span>");
	bytes_put_text(to, "</h1>\n<p class=\"when\">as of ");
	page_time(to, r->now);
	bytes_put_text(to, " UTC, looked at anew every minute</p>\n</div>\n");
	put_state(r, to);
	bytes_put_text(to, "</header>\n");
}

static void
put_footer(struct bytes *to)
{
	bytes_put_text(to, "<footer>\n<p>All times are UTC. The same for "
	    "programs: <a href=\"health.txt\">health.txt</a>, "
	    "<a href=\"metrics.prom\">metrics.prom</a>.</p>\n"
	    "<p>pkifs " PKIFS_VERSION "</p>\n</footer>\n");
}

void
page_render(const struct readings *r, struct bytes *to)
{
	static void (*const parts[])(const struct readings *,
	    struct bytes *) = {
		part_issuing, part_root, part_certificates, part_clocks,
		part_machine, part_evidence, part_probes, part_checks
	};

	put_head(r, to);
	bytes_put_text(to, "<body>\n");
	put_header(r, to);
	bytes_put_text(to, "<main>\n");
	part_problems(r, to);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		parts[i](r, to);
	bytes_put_text(to, "</main>\n");
	put_footer(to);
	bytes_put_text(to, "</body>\n</html>\n");
}
