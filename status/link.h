/*
 * The responder's side of docs/PROTOCOL.responder: a thread that keeps a
 * connection to one core, asks what it is given to ask, and hears what has
 * changed.  A core that is away is no fault: what was asked comes back without
 * an answer, and the connection is made again.
 */
#ifndef STATUS_LINK_H
#define STATUS_LINK_H

#include "../ca/err.h"
#include "ocsp_request.h"
#include "responder_wire.h"

struct link;

/* For what a link hears; from its thread, `arg` first. */
struct link_ears {
	void	(*changed)(void *arg, const char *serial);	/* "": any */
	void	(*tick)(void *arg);	/* once a second, connected or not */
	void	*arg;
};

/* `run` is HOME/run, opened before the process is confined. */
struct link	*link_new(const char *run, struct err *);
void		 link_start(struct link *, const struct link_ears *);
/* Whatever is under way, or asked from now on, gets no answer. */
void		 link_stop(struct link *);
void		 link_free(struct link *);

/* 1: its CA is asked; 0: another; -1: not known, it was never there. */
int		 link_serves(struct link *, const struct ocsp_ids *);
/* Which connection it is; 0: it is away. */
uint64_t	 link_connection(struct link *);

/* `answer` NULL: core did not say; from the link's thread, or before
 * link_ask returns. */
typedef void	 link_done(void *arg, const struct responder_answer *answer,
		    uint64_t connection);
void		 link_ask(struct link *, struct slice request, bool fresh,
		    link_done *, void *arg);

#endif
