/*
 * One event of the evidence, DESIGN section 5, built by whoever decides and
 * handed to store_events for its number and its place in the chain.  Setters
 * copy; out of memory ends the process.  An event holds no personal data.
 */
#ifndef CA_EVENT_H
#define CA_EVENT_H

#include <sys/types.h>

#include "bytes.h"
#include "clock.h"
#include "text.h"

struct event;

/* What stands in every event; set once at start, before threads. */
struct event_context {
	char	ca[128];		/* the CA's name */
	char	ca_sha256[SHA256_TEXT];		/* of its certificate */
	/* of the running configuration */
	char	config_sha256[SHA256_TEXT];
	char	cp[16], cps[16], terms[16];	/* versions in force */
	bool	sandbox;
	int64_t	node;			/* of the evidence log */
	char	owner[8][64], performer[8][64];	/* of each component */
};
enum component {	/* the service components of EN 319 411-1 4.3 */
	REGISTRATION, CERTIFICATE_GENERATION, DISSEMINATION,
	REVOCATION_MANAGEMENT, REVOCATION_STATUS, SUBJECT_DEVICE,
	KEY_MANAGEMENT, OPERATION
};
void	event_context_set(const struct event_context *);
/*
 * Gives the pseudonym of whoever is behind a uid (person.h), for every actor;
 * set once at start.  Without it: a digest of the CA and the uid.
 */
void	event_persons(void (*)(uid_t, char to[PERSON_TEXT]));
/* As it stands for the actor in events. */
void	event_person(uid_t, char to[PERSON_TEXT]);
/* One person may have several accounts, with one appointment. */
bool	event_person_is_same(uid_t, uid_t);
const struct event_context *event_context(void);

/* `name` as in the file's name: "request-decided", "certificate-issued". */
struct event *event_new(const char *name, enum component);
void	event_free(struct event *);
const char *event_name(const struct event *);

void	event_actor(struct event *, uid_t, const char *role);
void	event_actor_self(struct event *);	/* the program by itself */
void	event_request(struct event *, int64_t request, const char *slot);
void	event_certificate(struct event *, int64_t certificate,
	    const char *serial, const char *sha256, const char *spki_sha256,
	    const char *predecessor);
void	event_policy(struct event *, const char *profile,
	    const char *policy_oid, const char *base_policy);
void	event_signing(struct event *, const char *tbs_sha256, const char *key,
	    const char *algorithm, uint64_t journal, int64_t approval);
void	event_requirement(struct event *, const char *identifier);
void	event_input(struct event *, const char *name, size_t size,
	    const char *sha256);
void	event_outcome(struct event *, const char *outcome); /* "approved" */
void	event_rule(struct event *, const char *rule, const char *answer,
	    const char *sentence);
void	event_detail(struct event *, const char *key, const char *text);
void	event_detail_number(struct event *, const char *key, int64_t);

/* The cases it belongs to, for the by-certificate and by-request links. */
int64_t	event_of_certificate(const struct event *);	/* 0: none */
int64_t	event_of_request(const struct event *);

/*
 * The file's bytes: JSON, a newline at the end, fields in the order of DESIGN
 * section 5.  `previous` is the SHA-256 of the file before.
 */
void	event_render(const struct event *, int64_t seq, usec_t time,
	    const char *previous, struct bytes *to);

#endif
