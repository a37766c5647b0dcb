/*
 * The thread that keeps publish_dir.  Publications and answers are followed by
 * their numbers, certificates by the events of their publication, and answers
 * that were withdrawn by the time, with some overlap: doing one again is
 * nothing.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ca/store_certificates.h"
#include "../ca/store_consents.h"
#include "../ca/store_events.h"
#include "../ca/store_status.h"
#include "../ca/text.h"
#include "bell.h"
#include "mirror.h"
#include "mirror_files.h"
#include "ocsp_status.h"

#define LOOK		(1 * USEC)	/* for what nobody rings */
#define LOOK_PAST	(USEC / 20)
#define LOOK_LIVE	(10 * USEC)
#define RETRY		(5 * USEC)
#define OVERLAP		(60 * USEC)	/* of withdrawals: a commit's time */
#define PIECE		((size_t)1 << 20)
#define AT_ONCE		500		/* answers in one look */

static const char *const folders[] = {
	"ca", "ca/cp", "ca/cps", "ca/terms", "ca/profiles", "status",
	"status/crl",
};

struct mirror {
	const struct desk *desk;
	struct live	*live;
	struct crl_past	*past;
	bool		 held;		/* CRLs are not written yet */
	int		 dir;
	struct ocsp_issuer issuer;
	struct bell	 bell;
	pthread_t	 thread;

	/* how far it has come */
	int64_t		 publication, answer, event;
	usec_t		 withdrawn;
	usec_t		 live_at;	/* steady: when to look again */
};

/* One look: all from one moment of the store. */
struct look {
	struct mirror	*mirror;
	struct view	*view;
	struct err	*err;
	int		 result;	/* -1: stopped, and why */
	int64_t		 newest;
	int		 answers;
};

static int
put_bytes(struct look *look, const char *path, usec_t time, struct slice octets)
{
	struct mirror_file file;

	if (mirror_is(look->mirror->dir, path, time, octets))
		return 0;
	if (mirror_begin(&file, look->mirror->dir, look->err) != 0)
		return -1;
	if (mirror_add(&file, octets, look->err) != 0) {
		mirror_give_up(&file);
		return -1;
	}
	return mirror_end(&file, path, time, look->err);
}

/* --- publications -------------------------------------------------------- */

static int
put_file(struct look *look, const struct publication *p, const char *path)
{
	struct mirror_file file;
	struct bytes piece = { 0 };
	size_t done = 0;
	int result;

	if (mirror_has(look->mirror->dir, path, p->size, p->time))
		return 0;
	result = mirror_begin(&file, look->mirror->dir, look->err);
	while (result == 0 && done < p->size) {
		if (publication_part(look->view, p->seq, done, PIECE,
		    &piece) != 1 || piece.size == 0)
			result = err_set(look->err, EIO,
			    "publish_dir: %s cannot be read", path);
		else
			result = mirror_add(&file, SLICE(&piece), look->err);
		done += piece.size;
	}
	bytes_free(&piece);
	if (result == 0)
		return mirror_end(&file, path, p->time, look->err);
	mirror_give_up(&file);
	return -1;
}

static int
put_link(struct look *look, const struct publication *p, const char *path)
{
	struct bytes target = { 0 };
	int result;

	if (mirror_has(look->mirror->dir, path, p->size, p->time))
		return 0;
	if (publication_bytes(look->view, p->seq, &target) != 1)
		return err_set(look->err, EIO,
		    "publish_dir: %s cannot be read", path);
	result = mirror_link(look->mirror->dir, path, bytes_text(&target),
	    p->time, look->err);
	bytes_free(&target);
	return result;
}

static bool
is_list(const char *path)
{
	return strncmp(path, "status/crl/", 11) == 0 ||
	    strncmp(path, "status/issuing", 14) == 0;
}

static int
see_publication(void *arg, const struct publication *p)
{
	struct look *look = arg;
	char path[sizeof p->dir + sizeof p->name];

	if (p->seq <= look->mirror->publication)
		return 0;
	snprintf(path, sizeof path, "%s/%s", p->dir, p->name);
	if (look->mirror->held && is_list(path))
		return 0;
	look->result = p->link ? put_link(look, p, path) :
	    put_file(look, p, path);
	if (p->seq > look->newest)
		look->newest = p->seq;
	return look->result;
}

/* While some are held all are looked at again. */
static int
follow_publications(struct look *look)
{
	look->mirror->held = !crl_past_settled(look->mirror->past);
	look->newest = look->mirror->publication;
	for (size_t i = 0; i < sizeof folders / sizeof folders[0] &&
	    look->result == 0; i++)
		publications_of(look->view, folders[i], 0, see_publication,
		    look);
	if (look->result == 0 && !look->mirror->held)
		look->mirror->publication = look->newest;
	return look->result;
}

/* --- answers ------------------------------------------------------------- */

#define BY_SERIAL	"status/ocsp-by-serial"
#define BY_REQUEST	"status/ocsp"

static const struct {
	enum ocsp_form	form;
	enum ocsp_hash	hash;
	const char	*suffix;
} forms[] = {
	{ OCSP_FORM_SHA1, OCSP_SHA1, ".der" },
	{ OCSP_FORM_SHA256, OCSP_SHA256, ".sha256.der" },
};
#define FORMS	(sizeof forms / sizeof forms[0])

struct answer_names {
	struct bytes	cert_id;
	char		by_serial[sizeof BY_SERIAL + SERIAL_TEXT + 16];
	char		by_request[PATH_MAX];
};

static void
name_answer(struct mirror *m, const char *serial, size_t form,
    struct answer_names *to)
{
	struct bytes request = { 0 }, text = { 0 };
	size_t length;

	bytes_clear(&to->cert_id);
	ocsp_issuer_question(&m->issuer, serial, forms[form].hash,
	    &to->cert_id);
	ocsp_request_put(&request, SLICE(&to->cert_id));
	base64_encode(&text, SLICE(&request));
	/* No file can be named by a path that ends in a slash. */
	length = text.size;
	while (length > 0 && text.data[length - 1] == '/')
		length--;
	snprintf(to->by_serial, sizeof to->by_serial, BY_SERIAL "/%s%s",
	    serial, forms[form].suffix);
	snprintf(to->by_request, sizeof to->by_request, BY_REQUEST "/%.*s",
	    (int)length, bytes_text(&text));
	bytes_free(&request);
	bytes_free(&text);
}

static void
remove_answer(struct mirror *m, const struct answer_names *names)
{
	mirror_remove(m->dir, names->by_serial);
	mirror_remove(m->dir, names->by_request);
}

static int
put_answer(struct look *look, const struct ocsp_answer *a,
    const struct answer_names *names)
{
	struct bytes der = { 0 };
	int result;

	if (ocsp_bytes(look->view, a->id, &der) != 1)
		return 0;		/* withdrawn and removed since */
	result = put_bytes(look, names->by_serial, a->this_update,
	    SLICE(&der));
	bytes_free(&der);
	if (result != 0)
		return -1;
	return mirror_also(look->mirror->dir, names->by_serial,
	    names->by_request, look->err);
}

static size_t
row_of_form(enum ocsp_form form)
{
	size_t i;

	for (i = 0; i < FORMS && forms[i].form != form; i++)
		;
	return i;
}

/* To be read now: neither ended nor of a day to come. */
static bool
is_for(const struct ocsp_answer *a, usec_t now)
{
	return a->next_update > now && !ocsp_is_later(a, now);
}

static int
see_answer(void *arg, const struct ocsp_answer *a)
{
	struct look *look = arg;
	struct answer_names names = { 0 };
	size_t form = row_of_form(a->form);

	if (form < FORMS) {
		name_answer(look->mirror, a->serial, form, &names);
		if (is_for(a, clock_now()))
			look->result = put_answer(look, a, &names);
		bytes_free(&names.cert_id);
	}
	if (look->result != 0)
		return -1;
	look->mirror->answer = a->id;
	return ++look->answers == AT_ONCE;
}

/* One that is no more goes, unless there is a newer one. */
static void
remove_old(struct look *look, const char *serial, size_t form)
{
	struct answer_names names = { 0 };
	struct ocsp_answer now;

	name_answer(look->mirror, serial, form, &names);
	if (ocsp_find(look->view, SLICE(&names.cert_id), &now) != 1 ||
	    !is_for(&now, clock_now()))
		remove_answer(look->mirror, &names);
	bytes_free(&names.cert_id);
}

static int
see_withdrawn(void *arg, const struct ocsp_answer *a)
{
	size_t form = row_of_form(a->form);

	if (form < FORMS)
		remove_old(arg, a->serial, form);
	return 0;
}

/* A good that was withdrawn goes before anything else is written. */
static int
follow_answers(struct look *look)
{
	usec_t now = clock_now();

	ocsp_superseded(look->view, look->mirror->withdrawn, see_withdrawn,
	    look);
	look->mirror->withdrawn = now - OVERLAP;
	ocsp_current(look->view, look->mirror->answer, see_answer, look);
	return look->result;
}

/* --- certificates -------------------------------------------------------- */

#define CERTIFICATES	"ca/certificates"

static int
see_certificate(void *arg, const struct certificate *c)
{
	struct look *look = arg;
	struct bytes der = { 0 }, pem = { 0 };
	char path[sizeof CERTIFICATES + SERIAL_TEXT + 8];

	snprintf(path, sizeof path, CERTIFICATES "/%s.pem", c->serial);
	if (c->published == 0) {
		mirror_remove(look->mirror->dir, path);
		return 0;
	}
	if (certificate_der(look->view, c->id, &der) == 1) {
		pem_encode(&pem, "CERTIFICATE", SLICE(&der));
		look->result = put_bytes(look, path, c->issued, SLICE(&pem));
	}
	bytes_free(&der);
	bytes_free(&pem);
	return look->result;
}

static int
follow_certificates(struct look *look)
{
	int64_t last = events_last(look->view);

	if (look->mirror->event == 0)
		certificates_published(look->view, 0, see_certificate, look);
	else if (last > look->mirror->event)
		certificates_republished(look->view, look->mirror->event,
		    see_certificate, look);
	if (look->result == 0)
		look->mirror->event = last;
	return look->result;
}

/* --- live files ---------------------------------------------------------- */

static int
follow_live(struct look *look)
{
	struct mirror *m = look->mirror;
	struct bytes text = { 0 };
	char path[64];
	uint64_t version;
	usec_t time;
	size_t size;

	if (clock_steady() < m->live_at)
		return 0;
	for (int i = 0; i < LIVE_FILES && look->result == 0; i++) {
		version = live_newest(m->live, (enum live_file)i, look->view);
		if (!live_stat(m->live, (enum live_file)i, version, &size,
		    &time) || !live_read(m->live, (enum live_file)i, version,
		    &text))
			continue;
		snprintf(path, sizeof path, "status/%s",
		    live_name((enum live_file)i));
		look->result = put_bytes(look, path, time, SLICE(&text));
	}
	bytes_free(&text);
	m->live_at = clock_steady() + LOOK_LIVE;
	return look->result;
}

/* --- at start ------------------------------------------------------------ */

static void
check_answer(void *arg, const char *name)
{
	char serial[SERIAL_TEXT];
	size_t digits = strcspn(name, "."), form;

	for (form = 0; form < FORMS; form++)
		if (strcmp(name + digits, forms[form].suffix) == 0)
			break;
	if (form == FORMS || digits >= sizeof serial)
		return;
	snprintf(serial, sizeof serial, "%.*s", (int)digits, name);
	if (strspn(serial, "0123456789ABCDEF") == digits && digits % 2 == 0)
		remove_old(arg, serial, form);
}

static void
check_certificate(void *arg, const char *name)
{
	struct look *look = arg;
	struct certificate c;
	char path[sizeof CERTIFICATES + NAME_MAX + 1], serial[SERIAL_TEXT];
	size_t digits = strcspn(name, ".");

	snprintf(serial, sizeof serial, "%.*s", (int)digits, name);
	snprintf(path, sizeof path, CERTIFICATES "/%s", name);
	if (digits >= sizeof serial ||
	    certificate_find(look->view, serial, &c) != 1 || c.published == 0)
		mirror_remove(look->mirror->dir, path);
}

/* What was withdrawn while no core was there. */
static void
clean(struct mirror *m)
{
	struct look look = { .mirror = m };

	look.view = view_take(m->desk->parts->store);
	mirror_list(m->dir, BY_SERIAL, check_answer, &look);
	mirror_list(m->dir, CERTIFICATES, check_certificate, &look);
	view_put(look.view);
}

/* --- the thread ---------------------------------------------------------- */

/* 0: all done; 1: there is more; -1. */
static int
follow(struct mirror *m, struct err *err)
{
	static int (*const parts[])(struct look *) = {
		follow_answers, follow_publications, follow_certificates,
		follow_live,
	};
	struct look look = { .mirror = m, .err = err };

	look.view = view_take(m->desk->parts->store);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (parts[i](&look) != 0)
			break;
	view_put(look.view);
	return look.result != 0 ? -1 : look.answers == AT_ONCE;
}

static void
failed(struct mirror *m, const struct err *err)
{
	log_line("%s", err->text);
	health_set(m->desk->health, HEALTH_MIRROR, HEALTH_FAIL,
	    "%s: what is served from it becomes old", err->text);
	bell_sleep(&m->bell, RETRY);
}

static bool
is_in_home(const struct config *config)
{
	size_t n = strlen(config->home);

	return config->publish_dir[0] == '\0' ||
	    (strncmp(config->publish_dir, config->home, n) == 0 &&
	    config->publish_dir[n] == '/');
}

/*
 * A folder outside of the home is the one that remembers the numbers of CRLs
 * when all of the home was put back from a copy (crl_past.h).
 */
static void
tell_well(struct mirror *m)
{
	const struct config *config = m->desk->parts->config;

	if (!is_in_home(config))
		health_set(m->desk->health, HEALTH_MIRROR, HEALTH_OK,
		    "has what was published");
	else
		health_set(m->desk->health, HEALTH_MIRROR, config->sandbox ?
		    HEALTH_OK : HEALTH_WARN, "has what was published, in the "
		    "home: when all of that is put back from a copy nothing "
		    "remembers the CRL numbers since (RFC 5280 5.2.3)");
}

static void *
run(void *arg)
{
	struct mirror *m = arg;
	struct err err;

	clean(m);
	while (!bell_closed(&m->bell))
		switch (follow(m, &err)) {
		case 0:
			tell_well(m);
			bell_wait(&m->bell, m->held ? LOOK_PAST : LOOK);
			break;
		case -1:
			failed(m, &err);
			break;
		}
	return NULL;
}

struct mirror *
mirror_new(const struct desk *desk, struct live *live,
    struct crl_past *past, int dir)
{
	struct mirror *m = calloc(1, sizeof *m);

	if (m == NULL)
		die("out of memory");
	m->desk = desk;
	m->live = live;
	m->past = past;
	m->dir = dir;
	m->withdrawn = clock_now() - OVERLAP;
	ocsp_issuer_set(&m->issuer, desk->issuing);
	bell_init(&m->bell);
	if (pthread_create(&m->thread, NULL, run, m) != 0)
		die("cannot start the thread of publish_dir");
	return m;
}

void
mirror_free(struct mirror *m)
{
	if (m == NULL)
		return;
	bell_close(&m->bell);
	pthread_join(m->thread, NULL);
	bell_destroy(&m->bell);
	close(m->dir);
	free(m);
}

void
mirror_ring(struct mirror *m)
{
	if (m != NULL)
		bell_ring(&m->bell);
}
