/*
 * The text of NAME.status.  The part on gates is the same in every state of
 * one request, so it can be taken over from the text before.
 */
#include <stdio.h>
#include <string.h>

#include "status_text.h"
#include "text.h"

#define GATES_TITLE	"\nGates, each with its answer:\n"
#define CERTIFICATE	"certificate"
#define SERIAL		"serial"
#define REVOKED		"revoked"
#define SUSPENDED	"suspended"
#define ACCEPTANCE	"acceptance"

static void
put_number(struct bytes *to, const char *name, int64_t value)
{
	if (value != 0)
		bytes_printf(to, "%s: %lld\n", name, (long long)value);
}

void
status_text_name(struct bytes *to, const char *name)
{
	unsigned char	c;

	for (; (c = (unsigned char)*name) != '\0'; name++)
		if (c < ' ' || c == 0x7f)
			bytes_printf(to, "%%%02X", c);
		else
			bytes_put(to, &c, 1);
}

static void
put_file(struct bytes *to, const char *what, const struct status_facts *f,
    const char *name, const char *suffix)
{
	bytes_printf(to, "%s: %s/", what, f->box_path);
	status_text_name(to, name);
	bytes_printf(to, "%s\n", suffix);
}

static void
put_facts(const struct status_facts *f, struct bytes *to)
{
	put_file(to, "file", f, f->slot->file_name, "");
	put_number(to, "request", f->request);
	put_number(to, "dossier", f->dossier);
	text_put_line(to, "subscriber", f->subscriber);
	text_put_line(to, "profile", f->profile);
	text_put_line(to, "key", f->key_type);
	text_put_line(to, "path", f->path);
	text_put_line(to, "predecessor", f->predecessor);
	text_put_time(to, "received", f->received);
	text_put_time(to, "decided", f->decided);
	text_put_line(to, SERIAL, f->serial);
	text_put_time(to, "not-before", f->not_before);
	text_put_time(to, "not-after", f->not_after);
	text_put_time(to, "renew-after", f->renew_after);
	if (f->state == ISSUED)
		put_file(to, CERTIFICATE, f, f->slot->name, ".crt");
	text_put_line(to, ACCEPTANCE, f->acceptance);
	text_put_line(to, "reason", f->fault);
	if (f->sandbox)
		bytes_put_text(to, "sandbox: yes; nothing in it is verified, "
		    "do not rely on it\n");
}

static const char *
finding_word(const struct finding *finding)
{
	return finding->kind == FINDING_NO ? "refused" : "waiting";
}

/* Two spaces, and the word to the left of its column. */
static void
put_column(struct bytes *to, const char *word, size_t width)
{
	size_t	size = strlen(word);

	bytes_put(to, "  ", 2);
	bytes_put(to, word, size);
	for (; size < width; size++)
		bytes_put(to, " ", 1);
}

/* Some forty an application. */
static void
put_gate(struct bytes *to, const char *word, const char *rule,
    const char *text, const char *requirements)
{
	put_column(to, word, 7);
	put_column(to, rule, 22);
	put_column(to, text, 0);
	if (requirements[0] != '\0') {
		put_column(to, "[", 0);
		bytes_put_text(to, requirements);
		bytes_put_text(to, "]");
	}
	bytes_put_text(to, "\n");
}

/* Findings first: who reads wants to know what stands in the way. */
void
status_text_put_gates(const struct verdict *v, struct bytes *to)
{
	size_t	i;

	bytes_put_text(to, GATES_TITLE);
	for (i = 0; i < v->finding_count; i++)
		put_gate(to, finding_word(&v->findings[i]),
		    v->findings[i].rule, v->findings[i].text,
		    v->findings[i].requirements);
	for (i = 0; i < v->passed_count; i++)
		put_gate(to, "passed", v->passed[i].rule, v->passed[i].text,
		    v->passed[i].requirements);
	if (!v->complete)
		bytes_put_text(to, "  The rules after these were not asked.\n");
}

static void
put_findings(const struct status_facts *f, enum finding_kind kind,
    struct bytes *to)
{
	const struct finding	*finding;
	size_t			 i;

	for (i = 0; f->verdict != NULL && i < f->verdict->finding_count; i++) {
		finding = &f->verdict->findings[i];
		if (finding->kind == kind)
			bytes_printf(to, "  %s\n", finding->text);
	}
}

/* Whose turn is it: of who has to agree, of an officer, of both? */
static void
put_turn(const struct status_facts *f, struct bytes *to)
{
	bool	agreement = false, officer = f->verdict == NULL;
	size_t	i;

	for (i = 0; f->verdict != NULL && i < f->verdict->finding_count; i++)
		if (strcmp(f->verdict->findings[i].rule,
		    "agreement-in-force") == 0)
			agreement = true;
		else
			officer = true;
	if (agreement)
		bytes_put_text(to, "\nWho has not agreed does: terms.txt is "
		    "copied to agreement.txt in the subscriber's box\n(by a "
		    "subject who is another person to subject-agreement.txt) "
		    "and the form at its\nend filled in.\n");
	bytes_put_text(to, officer ? "\nA person of the registration "
	    "authority decides. " : "\nNo decision of an officer is wanted. ");
}

static void
put_missing(const struct status_facts *f, struct bytes *to)
{
	bytes_put_text(to, "\nMissing:\n");
	put_findings(f, FINDING_WAIT, to);
	put_turn(f, to);
	bytes_put_text(to, "The request is kept and survives a\nrestart; it "
	    "is judged again by itself when a registration, an agreement, the "
	    "terms\nor the configuration change. Nothing has to be dropped "
	    "again.\n");
}

static void
put_explanation(const struct status_facts *f, struct bytes *to)
{
	if (f->state == PENDING)
		put_missing(f, to);
	if (f->state == APPROVED)
		bytes_put_text(to, "\nEvery gate was passed. The certificate "
		    "is issued as soon as the CA's key has\nsigned it; nothing "
		    "has to be dropped again.\n");
	if (f->state == REJECTED) {
		bytes_put_text(to, "\nRefused:\n");
		if (f->fault != NULL && f->fault[0] != '\0')
			bytes_printf(to, "  %s\n", f->fault);
		put_findings(f, FINDING_NO, to);
	}
	if (f->kept != NULL && f->kept[0] != '\0')
		bytes_printf(to, "\nWhat was registered here before stays as "
		    "it was: certificate %s.\n", f->kept);
}

void
status_text_render(const struct status_facts *f, struct bytes *to)
{
	bytes_printf(to, "state: %s\n", request_state_name(f->state));
	put_facts(f, to);
	put_explanation(f, to);
	if (f->gates.size == 0 && f->verdict != NULL)
		status_text_put_gates(f->verdict, to);
	else
		bytes_put(to, f->gates.data, f->gates.size);
	if (f->registered || (f->ignored != NULL && f->ignored[0] != '\0'))
		bytes_printf(to, "\nAsked for beyond names and key, and "
		    "ignored:\n  %s%s%s\n", f->registered ? "subject CN, for "
		    "it follows from the registration" : "", f->registered &&
		    f->ignored[0] != '\0' ? "; " : "", f->ignored);
}

struct slice
status_text_gates(struct slice text)
{
	static const char	title[] = GATES_TITLE;
	struct slice		none = { NULL, 0 };
	const unsigned char	*at;

	if (text.size == 0)
		return none;
	at = memmem(text.data, text.size, title, sizeof(title) - 1);
	if (at == NULL)
		return none;
	return (struct slice){ at, (size_t)(text.data + text.size - at) };
}

struct slice
status_text_answers(struct slice text)
{
	struct slice		gates = status_text_gates(text);
	const unsigned char	*end = NULL;

	if (gates.size > 0)
		end = memmem(gates.data, gates.size, "\n\n", 2);
	if (end != NULL)
		gates.size = (size_t)(end - gates.data);
	return gates;
}

/* The line that begins with `name: `, with its end; empty: there is none. */
static struct slice
find_line(struct slice text, const char *name)
{
	struct slice	none = { NULL, 0 };
	char		start[32];
	const unsigned char *at, *end;
	int		n;

	n = snprintf(start, sizeof(start), "\n%s: ", name);
	if (text.size == 0 ||
	    (at = memmem(text.data, text.size, start, (size_t)n)) == NULL)
		return none;
	at++;
	end = memchr(at, '\n', (size_t)(text.data + text.size - at));
	if (end == NULL)
		return none;
	return (struct slice){ at, (size_t)(end + 1 - at) };
}

/* The lines up to the first empty one. */
static struct slice
facts_of(struct slice text)
{
	const unsigned char	*end = NULL;

	if (text.size > 0)
		end = memmem(text.data, text.size, "\n\n", 2);
	if (end != NULL)
		text.size = (size_t)(end + 1 - text.data);
	return text;
}

/*
 * The text with "name: value" in place of the line of that name that stood
 * behind the certificate's, or there.
 */
static bool
say_of_certificate(struct slice old, const char *name, const char *value,
    struct bytes *to)
{
	struct slice	after, before, facts = facts_of(old);
	size_t		head;

	after = find_line(facts, CERTIFICATE);
	before = find_line(facts, name);
	if (after.size == 0)
		return false;
	if (before.size == 0)
		before = (struct slice){ after.data + after.size, 0 };
	head = (size_t)(before.data - old.data);
	bytes_put(to, old.data, head);
	bytes_printf(to, "%s: %s\n", name, value);
	head += before.size;
	bytes_put(to, old.data + head, old.size - head);
	return true;
}

bool
status_text_serial(struct slice text, char serial[SERIAL_TEXT])
{
	struct slice	facts = facts_of(text), line;
	size_t		start = strlen(SERIAL ": ");

	line = find_line(facts, SERIAL);
	if (find_line(facts, CERTIFICATE).size == 0 ||
	    line.size <= start + 1 || line.size - start > SERIAL_TEXT)
		return false;
	memcpy(serial, line.data + start, line.size - start - 1);
	serial[line.size - start - 1] = '\0';
	return true;
}

bool
status_text_revoke(struct slice old, const char *reason, usec_t when,
    struct bytes *to)
{
	char	value[CLOCK_TEXT + 64], time[CLOCK_TEXT];

	clock_text_seconds(time, when);
	snprintf(value, sizeof(value), "%s, %s", time, reason);
	return say_of_certificate(old, REVOKED, value, to);
}

bool
status_text_suspend(struct slice old, usec_t since, struct bytes *to)
{
	char	value[CLOCK_TEXT + 32], time[CLOCK_TEXT];

	clock_text_seconds(time, since != 0 ? since : clock_now());
	snprintf(value, sizeof(value), since != 0 ? "since %s" :
	    "no, reinstated at %s", time);
	return say_of_certificate(old, SUSPENDED, value, to);
}

void
status_text_acceptance(char to[80], usec_t when, uid_t uid)
{
	char	time[CLOCK_TEXT];

	clock_text_seconds(time, when);
	snprintf(to, 80, "accepted at %s by uid %u", time, (unsigned)uid);
}

bool
status_text_accept(struct slice old, usec_t when, uid_t uid,
    struct bytes *to)
{
	char	value[80];

	status_text_acceptance(value, when, uid);
	return say_of_certificate(old, ACCEPTANCE, value, to);
}
