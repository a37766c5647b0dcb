/*
 * May this key of a package be unwrapped with the key handover?  Its form, and
 * a point on our curve; whose package it is only core can know, once it is
 * open.
 */
#include <errno.h>
#include <stdio.h>

#include "../ca/handover_key.h"
#include "../ca/text.h"
#include "handover.h"
#include "rules_parts.h"

#define POINT_DIGITS 40		/* of its SHA-256, in the journal */

int
judge_handover(struct judging *j, struct slice content)
{
	const struct algorithm *a = j->rules->algorithm[KEY_HANDOVER];
	struct handover_key k;
	struct bytes spki = { 0 };
	char digest[SHA256_TEXT];
	struct err why;
	int ret;

	ret = handover_peer(a, j->order->tbs, &spki, &why);
	bytes_free(&spki);
	if (ret == -1)
		return refuse(j, "%s", why.text);
	handover_key_get(j->order->tbs, &k);
	sha256_text(digest, k.ephemeral);
	snprintf(j->what, 48, "point=%.*s", POINT_DIGITS, digest);
	return 0;
}
