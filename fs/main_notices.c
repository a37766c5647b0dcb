/*
 * Main and the command of [notices]: core, which may start nothing, hands a
 * notice over; main runs the command, a few at a time, and tells whatever core
 * there is then how it ended.  Nothing of it is kept: what main does not live
 * to tell is due again (status/notices.c).
 */
#include "../ca/stop.h"
#include "control.h"
#include "main_state.h"

static void
say(struct keeper *k, const struct letter_outcome *outcome)
{
	struct bytes body = { 0 };
	struct err err;

	letter_outcome_put(&body, outcome);
	/* A core that does not get it asks again. */
	if (k->children[CORE].control != -1)
		(void)control_send(k->children[CORE].control, CONTROL_TOLD,
		    SLICE(&body), NULL, 0, &err);
	bytes_free(&body);
}

/* A free one; NULL: none is, or one is telling this already. */
static struct teller *
choose(struct keeper *k, uint64_t id, bool *running)
{
	struct teller *found = NULL;
	size_t i;

	*running = false;
	for (i = 0; i < TELLERS; i++) {
		if (k->tellers[i].pid == 0)
			found = &k->tellers[i];
		else if (k->tellers[i].id == id)
			*running = true;
	}
	return *running ? NULL : found;
}

void
keeper_tell_notice(struct keeper *k, struct slice body)
{
	struct letter_outcome busy = { .end = LETTER_BUSY };
	struct teller *teller;
	struct letter letter;
	struct err err;
	bool running;

	if (letter_get(body, &letter, &err) == -1) {
		log_line("%s", err.text);
		return;
	}
	teller = choose(k, letter.id, &running);
	if (running)
		return;
	busy.id = letter.id;
	if (teller == NULL || k->leave)
		say(k, &busy);
	else if (teller_start(teller, k->config, &letter, &err) == -1) {
		log_line("%s: %s", k->config->notices.command, err.text);
		say(k, &busy);
	} else
		stop_at("main.notice-begun");
}

void
keeper_reap_notices(struct keeper *k)
{
	struct letter_outcome outcome;
	size_t i;

	for (i = 0; i < TELLERS; i++)
		if (teller_ended(&k->tellers[i], &outcome)) {
			stop_at("main.notice-ended");
			say(k, &outcome);
		}
}

void
keeper_stop_notices(struct keeper *k)
{
	pid_t left;
	size_t i;

	for (i = 0; i < TELLERS; i++)
		if ((left = teller_kill(&k->tellers[i])) != 0 &&
		    !child_set_aside(left))
			log_line("the command of [notices], process %d, still "
			    "waits in the kernel", (int)left);
}
