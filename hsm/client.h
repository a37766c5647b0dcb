/*
 * Core's end of the way to the signer: batches what is ordered, sends it
 * again to a new signer, and hands each answer to its order once.
 */
#ifndef HSM_CLIENT_H
#define HSM_CLIENT_H

#include "../ca/signing.h"

struct client;

struct client	*client_new(void);		/* starts its thread */
void		 client_free(struct client *);
/* A connection to a (new) signer; takes the descriptor. */
void		 client_connect(struct client *, int fd);
/* While held, orders gather; let go, they are sent together. */
void		 client_hold(struct client *, bool hold);
struct signing	*client_signing(struct client *);	/* borrowed */

#endif
