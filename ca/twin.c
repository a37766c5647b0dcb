/*
 * Changes in another place; see twin.h.
 */
#include <errno.h>
#include <string.h>

#include "crl_reason.h"
#include "succession.h"
#include "twin.h"

struct search {
	struct application	*app;
	struct view		*view;
	usec_t			 now;
	struct err		*err;
	int			 rc;
};

static bool
is_forbidden(const struct profile *p, enum succession path)
{
	return (path == RENEWAL && !p->renewal) ||
	    (path == MODIFICATION && !p->modification);
}

/* It still counts, and is one of the same kind. */
static bool
may_be(const struct search *s, const struct certificate *c)
{
	return (c->revoked == 0 || c->reason == REASON_HOLD) &&
	    c->not_after > s->now && c->subscriber == s->app->subscriber.id &&
	    strcmp(c->profile, s->app->profile->name) == 0;
}

static int
look(void *arg, const struct certificate *c)
{
	struct search		*s = arg;
	const struct csr	*csr = s->app->csr->csr;
	struct wanted		 wanted = {
		s->app->profile, csr->spki_sha256, &s->app->subject,
		s->app->names, s->app->name_count
	};
	struct bytes		 der = { 0 };
	enum succession		 path = NEW_APPLICATION;

	if (!may_be(s, c))
		return 0;
	if (certificate_der(s->view, c->id, &der) != 1)
		s->rc = err_set(s->err, EIO, "certificate %s is not in the "
		    "store", c->serial);
	else
		s->rc = succession_compare(SLICE(&der), &wanted, &path,
		    s->err);
	bytes_free(&der);
	if (s->rc == 0 && is_forbidden(s->app->profile, path)) {
		s->app->twin.certificate = *c;
		s->app->twin.path = path;
	}
	return s->rc == -1 || s->app->twin.certificate.id != 0;
}

int
twin_find(struct application *app, struct view *v, usec_t now, struct err *e)
{
	struct search	s = { app, v, now, e, 0 };
	struct key	key;

	app->twin.certificate.id = 0;
	if (app->predecessor.id != 0 || app->profile == NULL ||
	    app->subscriber.id == 0 ||
	    (app->profile->renewal && app->profile->modification) ||
	    keys_find(v, app->csr->csr->spki_sha256, &key) != 1)
		return 0;
	certificates_of_key(v, key.id, 0, look, &s);
	return s.rc;
}
