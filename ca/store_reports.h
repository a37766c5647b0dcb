/*
 * Problem reports in the store, and the revocations that were ordered: by an
 * officer's decision on a dossier, or by a recognised RA.  An order is done by
 * the publisher, once; what a crash left undone is done at the next start.
 */
#ifndef CA_STORE_REPORTS_H
#define CA_STORE_REPORTS_H

#include "store_status.h"

struct report_row {
	int64_t	id, dossier;		/* 0: not yet */
	int64_t	file;			/* of the desk */
	uid_t	uid;
	usec_t	received, filed;	/* by the transport; here */
	char	via[16], name[112];
	char	sha256[SHA256_TEXT];		/* of its document */
};
/* Inserts (id 0, EEXIST: the name is taken), or sets its dossier. */
int	report_put(struct tx *, struct report_row *, struct err *);
int	report_get(struct view *, int64_t id, struct report_row *);	/* 1/0 */
int	report_find(struct view *, const char *name, struct report_row *);
int	report_of_file(struct view *, int64_t file, struct report_row *);
/* Undecided ones, of a uid and of all. */
void	reports_open(struct view *, uid_t, int64_t *own, int64_t *all);

struct revocation_order {
	int64_t	id, dossier, package;	/* of one of the two */
	enum authentication how;
	enum confirmation confirmation;
	uid_t	uid;			/* who decided, or dropped it */
	usec_t	received, authenticated, confirmed, decided;
	usec_t	done;			/* 0: not yet */
	char	role[40];
	char	line[1024];		/* as for revoke/SERIAL */
	char	exception[400];		/* why it was not confirmed; "" */
	char	outcome[400];		/* of one that is done */
	char	serial[SERIAL_TEXT];	/* one of the two */
	char	key[SHA256_TEXT];
};
int	order_put(struct tx *, struct revocation_order *, struct err *);
int	order_done(struct tx *, int64_t id, usec_t, const char *outcome,
	    struct err *);
int	order_get(struct view *, int64_t id, struct revocation_order *);
typedef int order_each(void *arg, const struct revocation_order *);
void	orders_undone(struct view *, int64_t after, order_each *, void *arg);
void	orders_of_dossier(struct view *, int64_t dossier, order_each *,
	    void *arg);
void	orders_of_package(struct view *, int64_t package, order_each *,
	    void *arg);

#endif
