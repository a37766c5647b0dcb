/*
 * Letters between core and main; see letter.h.
 */
#include <errno.h>

#include "letter.h"

void
letter_put(struct bytes *to, const struct letter *l)
{
	put_u64(to, l->id);
	put_text(to, l->what);
	put_text(to, l->serial);
	put_text(to, l->profile);
	put_text(to, l->subscriber);
	put_text(to, l->subject);
	put_text(to, l->contact);
	put_blob(to, l->text);
}

int
letter_get(struct slice from, struct letter *l, struct err *err)
{
	if (get_u64(&from, &l->id) == -1 ||
	    get_text(&from, l->what, sizeof(l->what)) == -1 ||
	    get_text(&from, l->serial, sizeof(l->serial)) == -1 ||
	    get_text(&from, l->profile, sizeof(l->profile)) == -1 ||
	    get_text(&from, l->subscriber, sizeof(l->subscriber)) == -1 ||
	    get_text(&from, l->subject, sizeof(l->subject)) == -1 ||
	    get_text(&from, l->contact, sizeof(l->contact)) == -1 ||
	    get_blob(&from, &l->text) == -1 || from.size != 0)
		return err_set(err, EBADMSG, "a notice to be told does not "
		    "parse");
	return 0;
}

void
letter_outcome_put(struct bytes *to, const struct letter_outcome *o)
{
	put_u64(to, o->id);
	put_u8(to, (uint8_t)o->end);
	put_u32(to, o->number);
}

int
letter_outcome_get(struct slice from, struct letter_outcome *o,
    struct err *err)
{
	uint8_t end;

	if (get_u64(&from, &o->id) == -1 || get_u8(&from, &end) == -1 ||
	    end >= LETTER_ENDS || get_u32(&from, &o->number) == -1 ||
	    from.size != 0)
		return err_set(err, EBADMSG, "what became of a notice does "
		    "not parse");
	o->end = (enum letter_end)end;
	return 0;
}
