/*
 * The papers of a CA: CP, CPS, terms and the texts of the tree, written as
 * templates and rendered with the values of the running configuration, so
 * that what is published and what is done cannot differ (OVR-6.8.6-02).
 * docs/FORMAT.papers has the whole form:
 *
 *	${crl.next_update}		the running value
 *	${crl.next_update = 24 h}	the same, written out; must be equal
 *	${fixed: 7 years}		a number that is none of the values
 *
 * A number with a unit of time or size outside of these is refused, and so is
 * a paper that no longer states a value it has to state: in both cases by the
 * value's name.
 */
#ifndef CA_PAPERS_H
#define CA_PAPERS_H

#include "bytes.h"
#include "err.h"

/* Papers a value must be stated in, as bits. */
enum paper_kind { PAPER_CP = 1, PAPER_CPS = 2, PAPER_TERMS = 4,
		  PAPER_TREE = 8 };

enum value_kind { VALUE_TEXT, VALUE_DURATION, VALUE_SIZE };

struct paper_value {
	char		 name[64];	/* "crl.next_update" */
	enum value_kind	 kind;
	unsigned	 needed;	/* in these papers */
	int64_t		 number;	/* of a duration or size */
	struct bytes	 text;		/* as rendered; may be of many lines */
};

/* A growing list; the values of one running configuration. */
struct paper_values {
	struct paper_value *list;
	size_t		 count, room;
};

void	values_add_text(struct paper_values *, const char *name,
	    unsigned needed, const char *);
void	values_add_duration(struct paper_values *, const char *name,
	    unsigned needed, int64_t usec);
void	values_add_size(struct paper_values *, const char *name,
	    unsigned needed, size_t);
/* The text of a value of many lines, to be put into. */
struct bytes *values_add_table(struct paper_values *, const char *name,
	    unsigned needed);
const struct paper_value *values_find(const struct paper_values *,
	    const char *name);
void	values_free(struct paper_values *);

/*
 * Render a template; `where` is its file as named in faults, `kind` what it
 * is.  0, or -1 EINVAL: the sentence names file, line and value, what was
 * wanted and found.
 */
int	paper_render(const struct paper_values *, enum paper_kind,
	    const char *where, struct slice template, struct bytes *to,
	    struct err *);

#endif
