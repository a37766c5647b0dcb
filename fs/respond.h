/*
 * pkifs respond: the OCSP responder, a process of its own that reads what was
 * published and never opens the database.
 */
#ifndef FS_RESPOND_H
#define FS_RESPOND_H

extern const char respond_usage[];

/* Runs until SIGTERM or SIGINT; 0 then, 1 failed, 2 usage. */
int	verb_respond(int argc, char **argv);

#endif
