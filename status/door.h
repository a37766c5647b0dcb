/*
 * Core's side of docs/PROTOCOL.responder: one thread that takes the questions
 * of responders and gives back what the OCSP service answers.  Whoever asks
 * too much, or what is no question, is put out; nothing here waits for them.
 */
#ifndef STATUS_DOOR_H
#define STATUS_DOOR_H

#include "ocsp_service.h"

struct door;

struct door	*door_new(const struct desk *, struct ocsp_service *);
/* After this the service may go; answers still under way end by themselves. */
void		 door_free(struct door *);
/* A connection main accepted; becomes the door's. */
void		 door_enter(struct door *, int fd);

#endif
