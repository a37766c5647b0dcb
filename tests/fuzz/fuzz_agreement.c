/*
 * What is dropped as agreement.txt, and terms of any kind: the input is the
 * one, and behind the first NUL the other; without a NUL it is an agreement to
 * terms with a form of all fields.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ca/agreement.h"
#include "ca/terms.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const char	form[] =
    "TERMS\nFORM\nsubscriber:\naccepted by:\n"
    "obligations accepted (yes/no):\n"
    "use of a secure device where asked for (yes/no):\n"
    "records may be kept and handed over (yes/no):\n"
    "certificates may be published (yes/no):\n"
    "what I said is correct (yes/no):\n"
    "obligations of the subject accepted (yes/no):\n"
    "subject:\naccepted by:\n"
    "obligations of the subject accepted (yes/no):\n"
    "use of a secure device where asked for (yes/no):\n"
    "records may be kept and handed over (yes/no):\n"
    "certificates that name me may be published (yes/no):\n";

static void
read_part(struct slice dropped, struct slice terms, enum agreement_part part)
{
	struct agreement_form to;
	enum agreement_answer answer;
	struct err err;

	if (agreement_read(dropped, terms, part, &answer, &to, &err) == -1)
		return;
	/* Nobody agrees without a name and without what must be agreed to. */
	if (answer == FORM_FILLED &&
	    terms.data == (const unsigned char *)form &&
	    (to.party[0] == '\0' || to.accepted_by[0] == '\0' ||
	    !to.records || !to.device || !to.subject_obligations))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size == 0 ? NULL : memchr(data, '\0', size);
	struct slice dropped = { data, size }, terms = slice_text(form);
	struct err err;

	if (nul != NULL) {
		dropped.size = (size_t)(nul - data);
		terms = (struct slice){ nul + 1, size - dropped.size - 1 };
		(void)terms_check("fuzz", terms, &err);
	}
	read_part(dropped, terms, OF_SUBSCRIBER);
	read_part(dropped, terms, OF_SUBJECT);
	return 0;
}
