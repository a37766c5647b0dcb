/*
 * NAME.status: where a request stands, for a person and for a script.  The
 * first line is `state: pending|approved|issued|rejected`; other facts follow
 * as `name: value`, then what is missing or was refused, the gates one by one,
 * and what was asked and ignored.
 *
 * Names of files and people stand before the gates and nowhere else: the store
 * keeps the gates' answers for good (store_requests.h, status_text_answers).
 */
#ifndef CA_STATUS_TEXT_H
#define CA_STATUS_TEXT_H

#include "bytes.h"
#include "clock.h"
#include "store_certificates.h"
#include "store_requests.h"
#include "text.h"
#include "verdict.h"

struct status_facts {		/* borrowed; "", NULL and 0 are left out */
	enum request_state state;
	const char	*box_path;	/* "requests/acme" */
	const struct slot *slot;
	int64_t		 request, dossier;
	const char	*path;		/* "renewal" */
	const char	*predecessor;	/* its serial */
	const char	*subscriber, *profile, *key_type;
	usec_t		 received, decided;
	const char	*serial;	/* issued */
	usec_t		 not_before, not_after, renew_after;
	const char	*acceptance;	/* its profile asks for it */
	const char	*kept;		/* serial that stays, when refused */
	const char	*fault;		/* a refusal that no gate spoke */
	const char	*ignored;
	bool		 registered;	/* the subject, so the asked one, too */
	const struct verdict *verdict;
	struct slice	 gates;		/* its text made before, or NULL's */
	bool		 sandbox;
};

void	status_text_render(const struct status_facts *, struct bytes *to);
/* A file's name, which may hold anything but a slash, on one line: %0A. */
void	status_text_name(struct bytes *to, const char *name);
/* The part on gates, which is the same in every text of one verdict. */
void	status_text_put_gates(const struct verdict *, struct bytes *to);
/* The part on gates of an earlier text; empty when it has none. */
struct slice	status_text_gates(struct slice text);
/* Of it the gates' answers alone, which name nobody. */
struct slice	status_text_answers(struct slice text);
/* The serial of the certificate it names, which was issued; false: none. */
bool	status_text_serial(struct slice text, char serial[SERIAL_TEXT]);
/*
 * An earlier text, with a line that its certificate is revoked; what an
 * earlier such line said is replaced.  False: it names no certificate.
 */
bool	status_text_revoke(struct slice old, const char *reason, usec_t when,
	    struct bytes *to);
/* The same, that it is suspended since then, or (0) reinstated now. */
bool	status_text_suspend(struct slice old, usec_t since, struct bytes *to);
/* The same, that it was accepted. */
bool	status_text_accept(struct slice old, usec_t when, uid_t,
	    struct bytes *to);
/* "accepted at 2026-11-22T01:02:03Z by uid 1001" */
void	status_text_acceptance(char to[80], usec_t when, uid_t);

#endif
