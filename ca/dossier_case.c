/*
 * What the texts of a dossier say of a case of revocation: what its approval
 * would revoke, how that is confirmed, and what an officer does.
 */
#include <stdio.h>
#include <string.h>

#include "dossier_text.h"
#include "text.h"

/* --- decision.txt --------------------------------------------------------- */

/* A signature over it binds what the officers wrote, too. */
void
dossier_case_decision(const struct dossier_facts *f, struct bytes *to)
{
	const struct report_case	*c = f->report;
	size_t				 i;

	if (c == NULL)
		return;
	bytes_printf(to, "report: %s\n", c->row.name);
	text_put_time(to, "received", c->row.received);
	text_put_time(to, "filed", c->row.filed);
	if (c->confirmation.there && c->confirmation.fault.code == 0)
		bytes_printf(to, "confirmation: %s: %s\n",
		    c->confirmation.exception ? "exception" : "confirmed",
		    c->confirmation.why);
	if (c->has_reason)
		bytes_printf(to, "reason: %s\n", c->act);
	for (i = 0; i < c->named.serials; i++)
		bytes_printf(to, "serial: %s\n", c->named.serial[i]);
	for (i = 0; i < c->named.keys; i++)
		bytes_printf(to, "key: %s\n", c->named.key[i]);
}

/* --- what to do ----------------------------------------------------------- */

static void
step_of_confirmation(const struct dossier_facts *f, step_each *each,
    void *arg)
{
	const struct report_case	*c = f->report;
	struct bytes			 text = { 0 };
	char				 due[CLOCK_TEXT];

	clock_text_seconds(due, (c != NULL ? c->row.received :
	    f->dossier->opened) + f->config->revocation.decision_max);
	bytes_printf(&text, "Decide before %s. Find out whether it is true "
	    "(ask the subscriber, try the key), then write into "
	    "confirmation.txt here the word confirmed and how. When that "
	    "cannot be done in time, write exception and why, and what was "
	    "done. Everybody can read it: no personal data.", due);
	if (f->config->revocation.exception[0] != '\0')
		bytes_printf(&text, " The CPS says: %s",
		    f->config->revocation.exception);
	each(arg, bytes_text(&text));
	bytes_free(&text);
}

void
dossier_case_steps(const struct dossier_facts *f, step_each *each, void *arg)
{
	const struct report_case	*c = f->report;

	if (c == NULL) {
		step_of_confirmation(f, each, arg);
		return;
	}
	each(arg, "Read report.txt, and what came with it in documents/.");
	if (c->confirmation.there && c->confirmation.fault.code != 0)
		each(arg, c->confirmation.fault.text);
	step_of_confirmation(f, each, arg);
	each(arg, "Write into the first line of reason.txt what is written "
	    "into revoke/SERIAL: the reason and a sentence, such as "
	    "keyCompromise the key stands on a web page. To revoke other "
	    "certificates than the report names, write serial: SERIAL or "
	    "key: SHA256 below, a line each. Its reporter reads that first "
	    "line.");
	if (c->has_reason && c->reason_fault.code != 0)
		each(arg, c->reason_fault.text);
}
