/*
 * A registration file (registration.conf; docs/FORMAT.registration): who
 * subscriber and subject are, what was validated, how, by whom and until when
 * (EN 319 411-1, 6.2.2).  OpenSSL's configuration format; what a subject kind
 * requires is a table (REG-6.2.2-06 to -16B, registration_rules.c).
 */
#ifndef CA_REGISTRATION_H
#define CA_REGISTRATION_H

#include <sys/types.h>

#include "profile.h"
#include "subject_kind.h"

/*
 * One [attribute.N]: "dns", "ip", "email", or an attribute of X.520 or of the
 * registration only, with all of REG-6.2.2-18.
 */
struct attribute {
	char	label[16];	/* N */
	char	type[32];	/* "organizationName", "dateOfBirth" */
	char	value[256];
	char	method[64];	/* of ca/methods.h */
	char	evidence[128];	/* a name in documents/, or ref:REFERENCE */
	char	verifier[64];	/* a Unix user's name */
	usec_t	validated, until;	/* a day's beginning; behind a day */
};
#define ATTRIBUTES_MAX	500

struct registration {
	char	subscriber[128];	/* full name */
	bool	is_organisation;	/* the subscriber, when it differs */
	bool	subject_is_subscriber;
	char	subject[128];		/* full name, when it is another */
	enum subject_kind kind;
	char	group[64];		/* the one Unix group of its box */
	char	users[16][64];		/* who may act */
	char	subject_user[64];	/* the subject's own; "" none */
	char	profiles[8][32];
	char	representative[128];	/* REG-6.2.2-20 */
	char	representative_authority[128];	/* evidence of it */
	char	subscriber_authority[128];	/* REG-6.2.2-19, evidence */
	char	issuance_authorisation[128];	/* REG-6.3.1-00F, evidence */
	char	contact[256];		/* REG-6.2.2-21 */
	char	assurance_route[64];	/* REG-6.2.2-05 [NCP], a method */
	bool	publish;		/* wished; consent is the agreement's */
	struct attribute *attributes;
	size_t	attribute_count;
};

/* Verification is of the time of registration (REG-6.2.2-02B). */
#define REGISTRATION_SESSION	(30 * USEC_DAY)

/* EINVAL with line: unknown keys, wrong forms, dates. */
struct registration *registration_parse(const char *where, struct slice text,
		    struct err *);
void		 registration_free(struct registration *);

/* What the file alone cannot answer. */
struct registration_questions {
	bool	(*document)(void *arg, const char *name); /* in documents/ */
	bool	(*user)(void *arg, const char *name, uid_t *);
	bool	(*group)(void *arg, const char *name, gid_t *);
	bool	(*same)(void *arg, uid_t, uid_t);	/* of one person */
	const struct profile *(*profile)(void *arg, const char *name);
	void	*arg;
	usec_t	now;
	bool	separation;		/* of duties, between people */
	const struct registration *before;	/* in force; NULL: none */
};
/*
 * What is still missing or wrong for its kind, in words, a line each ("-
 * dateOfBirth and placeOfBirth, or identityDocument (REG-6.2.2-06)"); gives
 * how many.  `fault` gets the first that has to be mended in the file itself
 * (EINVAL); its code is 0 when only documents are awaited.
 */
size_t		 registration_missing(const struct registration *,
		    const struct registration_questions *, struct bytes *to,
		    struct err *fault);
/* The old and the new, field by field; `from` NULL: all is new. */
void		 registration_changes(const struct registration *from,
		    const struct registration *to, struct bytes *text);
/* Every document it names, references (ref:) left out. */
typedef int	 evidence_each(void *arg, const char *name);
void		 registration_evidence(const struct registration *,
		    evidence_each *, void *arg);
/* When the first validation of the identity ends; names end by themselves. */
usec_t		 registration_until(const struct registration *);

#endif
