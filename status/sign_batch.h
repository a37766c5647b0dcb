/*
 * A batch of orders to the signer, waited for together by a thread that can
 * give up: orders still out then end by themselves.
 */
#ifndef STATUS_SIGN_BATCH_H
#define STATUS_SIGN_BATCH_H

#include "../ca/clock.h"
#include "../ca/signing.h"
#include "bell.h"

struct sign_batch;

struct sign_batch *sign_batch_new(struct signing *, size_t most);
void	sign_batch_free(struct sign_batch *);
/* Takes the octets of `tbs`; returns its index. */
size_t	sign_batch_add(struct sign_batch *, enum sign_kind, const char *key,
	    int64_t intent, struct bytes *tbs);
/* Takes the file, which is sealed. */
size_t	sign_batch_add_file(struct sign_batch *, enum sign_kind,
	    const char *key, int64_t intent, struct memory_file *);
/* What became of an old intent, by the digest of its TBS. */
size_t	sign_batch_ask(struct sign_batch *, enum sign_kind, const char *key,
	    int64_t intent, const char *tbs_sha256);
/* Submits all; then waits for all: 0, or -1: the bell was closed meanwhile. */
void	sign_batch_submit(struct sign_batch *);
int	sign_batch_wait(struct sign_batch *, struct bell *);
int	sign_batch_run(struct sign_batch *, struct bell *);	/* both */
bool	sign_batch_answered(struct sign_batch *);	/* all; never waits */
/* After that; borrowed until the batch is freed. */
const struct sign_answer *sign_batch_answer(struct sign_batch *, size_t);
struct slice	sign_batch_tbs(struct sign_batch *, size_t);

#endif
