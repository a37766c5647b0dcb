/*
 * The parts of the page, in their order; each is a section of its own.
 */
#ifndef STATUS_PAGE_PARTS_H
#define STATUS_PAGE_PARTS_H

#include "page_text.h"
#include "readings.h"

/* What is wrong, worst first; one sentence when nothing is. */
void	part_problems(const struct readings *, struct bytes *);
void	part_issuing(const struct readings *, struct bytes *);
void	part_root(const struct readings *, struct bytes *);
void	part_certificates(const struct readings *, struct bytes *);
void	part_clocks(const struct readings *, struct bytes *);
void	part_probes(const struct readings *, struct bytes *);
void	part_machine(const struct readings *, struct bytes *);
void	part_evidence(const struct readings *, struct bytes *);
void	part_checks(const struct readings *, struct bytes *);

enum page_mark part_mark(enum health_state);
/* The worst state of all checks, and how many are in a state. */
enum health_state part_worst(const struct readings *);
size_t	part_count(const struct readings *, enum health_state);

#endif
