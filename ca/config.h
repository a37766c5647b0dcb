/*
 * The running configuration: pkifs.conf, the profiles, the papers and the CA's
 * own certificates, read once at start from HOME before anything is dropped.
 * Everything in it is constant afterwards.
 */
#ifndef CA_CONFIG_H
#define CA_CONFIG_H

#include <stdbool.h>
#include <sys/types.h>

#include "appointments.h"
#include "bytes.h"
#include "clock.h"
#include "err.h"
#include "own.h"
#include "papers.h"
#include "profile.h"
#include "revocation_rules.h"
#include "roles.h"

/*
 * The version in force of cp, cps or terms, rendered.  Older versions are not
 * read: what was published of them is kept by the store and never changes.
 */
struct paper {
	enum paper_kind bit;
	char	kind[8], version[16], sha256[SHA256_TEXT];
	struct bytes text;
};

/* [notices]: what delivers them beside the files; "": nothing. */
struct notice_rules {
	char	command[256];		/* run by main, */
	char	user[64];		/* as this user when that is root */
	usec_t	timeout, retry;		/* the second try; later and later */
	int	tries;			/* then it is given up */
};

#define INTAKE_USERS	8

struct config {
	char	home[512];
	char	sha256[SHA256_TEXT];		/* of everything read */
	char	name[128];		/* the CA's name, from its certificate */
	bool	sandbox;
	char	url[256];		/* BASE, no slash at the end */
	char	user[64], signer_user[64], responder_user[64];
	char	module[256];		/* of the PKCS#11 token */
	struct role_rule roles[5];
	char	component_owner[8][64], component_performer[8][64];
	usec_t	wait;			/* a flush waits so long: 5 s */
	usec_t	crl_next_update;	/* 24 h; signed anew after half of it */
	usec_t	outage_max;		/* of each service, in a month */
	char	publish_dir[256];	/* "": HOME/published; "none" */
	bool	ocsp_sign_all;		/* answers ahead, not only asked ones */
	usec_t	ocsp_next_update;	/* 12 h; renewed at half */
	int	ocsp_fresh_rate;	/* signed for one question, a second */
	bool	ocsp_unknown_revoked;	/* never issued: revoked; unauthorized */
	bool	ocsp_archive_cutoff;	/* says since when status is kept */
	int	shards;			/* of the CRL, in use; 0: none */
	bool	expired_on_crl;		/* entries stay for ever */
	size_t	request_max, scratch_max;	/* octets */
	/* [ra]: the rules between people hold, as always outside a sandbox */
	bool	separation;
	struct appointments *appointments;
	bool	signed_decisions;	/* every decision, not a profile's */
	int	open_requests_max;	/* in a box, then EDQUOT */
	int	open_reports_max;	/* of a user; problem reports */
	char	intake_users[INTAKE_USERS][64];	/* believed for receipt */
	usec_t	scratch_age;		/* swept after: 1 h */
	struct revocation_rules revocation;
	struct notice_rules notices;
	struct bytes root_der, issuing_der, root_crl_der;
	usec_t	root_not_after, issuing_not_after;
	struct ca_key keys[OWN_KEYS];
	struct profile *profiles;	/* array */
	size_t	profile_count;
	struct paper *papers;		/* array; the last of a kind in force */
	size_t	paper_count;
	char	conf_sha256[SHA256_TEXT];	/* of pkifs.conf alone */
	char	appointments_sha256[SHA256_TEXT];	/* "": no such file */
};

/*
 * Reads and checks HOME.  A hand-edited number in a paper that differs from
 * the configuration is refused by name; so are unknown keys and the policy
 * OIDs that are not for us (DESIGN 1).  NULL and a sentence.
 */
struct config	*config_read(const char *home, struct err *);
void		 config_free(struct config *);
/*
 * Does a role need an appointment here, or is the Unix group enough?  It does
 * with separation, and as soon as anybody is appointed.
 */
bool		 config_appoints(const struct config *);
/* The form of [ca] url, which stands in certificates. */
int		 config_check_url(const char *, struct err *);
const struct profile *config_profile(const struct config *, const char *name);
const struct paper *config_paper(const struct config *, const char *kind);
const struct ca_key *config_key(const struct config *, const char *name);

/*
 * What is watched for changes, each with its digest (fact_put; an event with
 * old and new): "pkifs.conf", "profile/<name>", "cp/<version>", "cps/...",
 * "terms/...", "keys/<name>", "appointments.conf" with the officers'
 * certificates, and "configuration", which is all of them.
 */
struct config_fact {
	char	name[64], sha256[SHA256_TEXT];
};
size_t	config_facts(const struct config *, struct config_fact *to,
	    size_t room);

/* The values that papers may state (docs/FORMAT.papers lists them). */
void	config_values(const struct config *, struct paper_values *to);
/*
 * A file of the tree that follows from the configuration alone: "README.txt",
 * "ca/keys.txt", "ca/scope.txt", "ca/profiles/<name>.txt".
 */
int	config_render(const struct config *, const char *path,
	    struct bytes *to, struct err *);

#endif
