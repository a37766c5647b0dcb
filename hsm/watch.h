/*
 * A PKCS#11 module that hangs takes the signer with it and nothing else: who
 * stays inside it for longer than the patience lasts ends the process, and
 * main starts another.
 */
#ifndef HSM_WATCH_H
#define HSM_WATCH_H

#include "../ca/clock.h"

/* Starts the watching thread; once in a process. */
void	watch_start(usec_t patience);
/* The calling thread goes into the module, and comes out of it. */
void	watch_in(const char *what);
void	watch_out(void);

#endif
