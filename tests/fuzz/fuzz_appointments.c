/*
 * Appointments of any kind, and the octets of people that main hands to core:
 * what reads keeps what it promises (one person a user, a certificate and an
 * identity; only known roles), and is written out again as it was.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ca/people.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_rows(const struct appointments *all)
{
	const struct appointment *a, *b;
	size_t i, k;

	for (i = 0; (a = appointments_row(all, i)) != NULL; i++) {
		if (a->roles == 0 || a->roles > 31 || a->user[0] == '\0' ||
		    a->training_until <= a->since)
			die("an appointment that is none");
		for (k = 0; k < i; k++) {
			b = appointments_row(all, k);
			if (strcmp(a->user, b->user) == 0 ||
			    strcmp(a->identity, b->identity) == 0)
				die("one person twice");
		}
	}
}

/* With these appointments, or none. */
static void
check_people(struct config *config, struct slice octets)
{
	struct people *people;
	struct bytes again = { 0 };
	struct err err;
	size_t read;

	if ((people = people_get(config, octets, &err)) == NULL)
		return;
	people_put(people, &again);
	read = again.size;
	people_free(people);
	/* Names are sorted and kept once: what was written reads the same. */
	if ((people = people_get(config, SLICE(&again), &err)) == NULL)
		die("what was written does not read");
	bytes_clear(&again);
	people_put(people, &again);
	if (again.size != read)
		die("people change on the way");
	people_register(people, &again);
	people_free(people);
	bytes_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config config;
	struct err err;

	config.separation = size % 2 == 0;
	config.appointments = appointments_parse("fuzz",
	    (struct slice){ data, size }, &err);
	check_rows(config.appointments);
	check_people(&config, (struct slice){ data, size });
	appointments_free(config.appointments);
	config.appointments = NULL;
	return 0;
}
