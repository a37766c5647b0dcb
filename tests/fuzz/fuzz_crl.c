/*
 * A CRL, ours or another's: whatever it is, reading ends, what is read lies in
 * it, and what says that it is one can be walked through to its end.  What is
 * on it the signer finds, too, or it does not read it at all.
 */
#include <stdlib.h>

#include "ca/der.h"
#include "hsm/issuer.h"
#include "status/crl.h"

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

static void
must_be_inside(struct slice part, struct slice whole)
{
	if (part.size > 0 && (part.data < whole.data ||
	    part.data + part.size > whole.data + whole.size))
		abort();
}

static void
must_be_listed(struct slice entry, struct slice whole)
{
	struct slice content, serial;

	if (der_get(&entry, DER_SEQUENCE, &content) == -1 ||
	    der_get(&content, DER_INTEGER, &serial) == -1 ||
	    issuer_lists(whole, serial) == 0)
		abort();
}

static void
walk(struct slice entries, struct slice whole)
{
	struct bytes again = { 0 };
	struct slice before, back;
	struct crl_entry entry, same;
	size_t left = entries.size;

	while (crl_next_entry(&entries, &entry) == 1) {
		before = entry.serial;
		must_be_inside(before, whole);
		if (before.size < 1 || before.size > 20 ||
		    entries.size >= left)
			abort();
		left = entries.size;
		/* What was understood is said again, and understood again. */
		bytes_clear(&again);
		crl_put_entry(&again, &entry);
		must_be_listed(SLICE(&again), whole);
		back = SLICE(&again);
		if (crl_next_entry(&back, &same) != 1 || back.size != 0 ||
		    crl_order(same.serial, before) != 0 ||
		    same.revoked != entry.revoked ||
		    same.reason != entry.reason ||
		    same.invalidity != entry.invalidity)
			abort();
	}
	bytes_free(&again);
}

/* What reads it piece by piece, not looking into it, sees the same. */
static void
walk_octets(struct slice whole, const struct crl_facts *facts)
{
	struct slice in = facts->entries, parsed = facts->entries, cut;
	struct slice octets, serial;
	struct crl_entry entry;
	size_t begin, size;
	int got;

	if (facts->next_update == 0)
		return;
	if (crl_find_entries(whole, &begin, &size) != 0 ||
	    size != facts->entries.size || (size > 0 &&
	    whole.data + begin != facts->entries.data))
		abort();
	while (in.size > 0) {
		for (cut = in, cut.size = 0; cut.size < in.size; cut.size++) {
			struct slice part = cut;

			if ((got = crl_next_octets(&part, &octets,
			    &serial)) != 0)
				break;
			if (part.data != cut.data || part.size != cut.size)
				abort();
		}
		got = crl_next_octets(&in, &octets, &serial);
		if (crl_next_entry(&parsed, &entry) != 1 || got != 1)
			return;
		must_be_inside(octets, whole);
		if (crl_order(serial, entry.serial) != 0 ||
		    in.data != parsed.data)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct slice whole = { data, size };
	struct crl_facts facts;
	struct err err;

	if (crl_read(whole, &facts, &err) != 0)
		return 0;
	must_be_inside(facts.tbs, whole);
	must_be_inside(facts.entries, facts.tbs);
	must_be_inside(facts.issuer, facts.tbs);
	must_be_inside(facts.key_id, facts.tbs);
	must_be_inside(facts.point, facts.tbs);
	must_be_inside(facts.freshest, facts.tbs);
	must_be_inside(facts.signature, whole);
	walk(facts.entries, whole);
	walk_octets(whole, &facts);
	return 0;
}
