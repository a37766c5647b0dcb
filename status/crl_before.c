/*
 * A list and the one before it.  See crl_before.h.
 */
#include "../ca/store_status.h"
#include "crl.h"
#include "crl_before.h"
#include "crl_reader.h"

struct merge {
	struct crl_reader before;
	struct crl_entries *to;
	int		 ret;
	struct err	*err;
};

static int
put_octets(struct merge *m, struct slice entry)
{
	struct bytes *to = memory_file_tail(m->to->file);

	bytes_put(to, entry.data, entry.size);
	m->to->count++;
	return memory_file_flush(m->to->file, m->err);
}

static int
put_row(struct merge *m, const struct crl_row *row)
{
	struct crl_entry entry = { row->serial, row->effective, row->reason,
	    row->invalidity };

	crl_put_entry(memory_file_tail(m->to->file), &entry);
	m->to->count++;
	return memory_file_flush(m->to->file, m->err);
}

/* All that stand before this one; NULL: all. */
static int
keep_until(struct merge *m, const struct slice *serial)
{
	while (m->before.has_entry && (serial == NULL ||
	    crl_order(m->before.serial, *serial) < 0))
		if (put_octets(m, m->before.entry) != 0 ||
		    crl_reader_next(&m->before, m->err) != 0)
			return -1;
	return 0;
}

static int
take_change(void *arg, const struct crl_row *row)
{
	struct merge *m = arg;

	m->ret = -1;
	if (keep_until(m, &row->serial) != 0)
		return -1;
	if (m->before.has_entry &&
	    crl_order(m->before.serial, row->serial) == 0 &&
	    crl_reader_next(&m->before, m->err) != 0)
		return -1;
	if (row->reason != REASON_REINSTATED && put_row(m, row) != 0)
		return -1;
	m->ret = 0;
	return 0;
}

int
crl_from_before(struct view *view, const struct crl_wanted *wanted,
    const struct crl *before, struct crl_entries *to, struct err *err)
{
	struct merge m = { .to = to, .err = err };
	int ret = -1;

	if (crl_reader_begin(&m.before, view, before, err) != 0)
		goto out;
	if (!crl_changes(view, wanted, before, take_change, &m))
		ret = 0;
	else if (m.ret == 0 && keep_until(&m, NULL) == 0 &&
	    crl_reader_check(&m.before, err) == 0)
		ret = 1;
out:
	crl_reader_end(&m.before);
	return ret;
}
