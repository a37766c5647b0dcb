/*
 * The program: one binary with verbs from a table.  Those without a usage line
 * are how main starts its children, and are not for people.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "confine.h"
#include "core_process.h"
#include "herald.h"
#include "init.h"
#include "intake.h"
#include "main_process.h"
#include "probe.h"
#include "respond.h"
#include "root_crl.h"
#include "select.h"
#include "verbs.h"

static int	verb_help(int, char **);
static int	verb_version(int, char **);

static const char mount_help[] =
    "Show the CA of HOME on MOUNTPOINT.  Returns when the tree can be read,\n"
    "and not before; a dead mount that an earlier crash left is detached\n"
    "first.  The log is HOME/run/log.  With -f the program stays in the\n"
    "foreground and writes its log to standard error.\n";
static const char umount_help[] =
    "End the CA mounted on MOUNTPOINT.  While files are open the mount is\n"
    "detached and they are served for up to five seconds.\n";
static const char reload_help[] =
    "Put a changed configuration, or a new version of the program, in place\n"
    "while the tree is in use.  A configuration with a fault is refused, and\n"
    "what runs goes on.\n";
static const char verify_help[] =
    "Check a copy of evidence/ offline: the chain over the files' bytes,\n"
    "their numbers, and the documents they name.  Exit status: 0 intact, 1 a\n"
    "fault was found, 2 could not tell.\n";
static const char intake_help[] =
    "Read a mail, or a form as CGI gives it, from standard input and file it\n"
    "as a problem report in revoke/reports/ of the CA on MOUNTPOINT.  For the\n"
    "mail and the web server: exit status 0 filed, 75 try again, 65 no report.\n";
static const char version_help[] = "Print the version.\n";
static const char help_help[] = "Print how a verb is used.\n";

static const struct verb {
	const char	*name;
	const char	*usage;		/* NULL: internal */
	const char	*summary;
	const char	*help;
	int		(*run)(int argc, char **argv);
} verbs[] = {
	{ "init", "HOME [options]", "make a CA", init_usage, verb_init },
	{ "mount", "HOME MOUNTPOINT [-f]", "show it as a tree", mount_help,
	    verb_mount },
	{ "umount", "MOUNTPOINT", "end it", umount_help, verb_umount },
	{ "reload", "HOME", "put a new configuration or program in place",
	    reload_help, verb_reload },
	{ "probe", "[options] URL...", "look at a CA from outside",
	    probe_usage, verb_probe_services },
	{ "respond", "--listen HOST:PORT DIR...", "answer OCSP by HTTP",
	    respond_usage, verb_respond },
	{ "select", "MOUNTPOINT --reason R [...]", "write a batch of "
	    "revocations", select_usage, verb_select },
	{ "verify", "DIRECTORY", "check evidence", verify_help, verb_verify },
	{ "root-crl", "[options] HOME", "sign a new CRL of the root",
	    root_crl_usage, verb_root_crl },
	{ "intake", "MOUNTPOINT", "file a report that came by mail or a form",
	    intake_help, verb_intake },
	{ "version", "", "print the version", version_help, verb_version },
	{ "help", "[VERB]", "print how a verb is used", help_help,
	    verb_help },
	{ "core", NULL, NULL, NULL, verb_core },
	{ "signer", NULL, NULL, NULL, verb_signer },
	{ "herald", NULL, NULL, NULL, verb_herald },
	{ "detacher", NULL, NULL, NULL, verb_detacher },
	{ "check", NULL, NULL, NULL, verb_check },
#ifdef PKIFS_STOPS
	{ "probe-confinement", NULL, NULL, NULL, verb_probe },
#endif
};
#define VERBS	(sizeof(verbs) / sizeof(verbs[0]))

static const struct verb *
find_verb(const char *name)
{
	size_t i;

	for (i = 0; i < VERBS; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static void
list(FILE *to)
{
	char line[64];
	size_t i;

	fprintf(to, "usage:\n");
	for (i = 0; i < VERBS; i++) {
		if (verbs[i].usage == NULL)
			continue;
		snprintf(line, sizeof(line), "pkifs %s %s", verbs[i].name,
		    verbs[i].usage);
		fprintf(to, "  %-34s %s\n", line, verbs[i].summary);
	}
}

static void
usage(FILE *to, const struct verb *verb)
{
	fprintf(to, "usage: pkifs %s%s%s\n", verb->name,
	    *verb->usage == '\0' ? "" : " ", verb->usage);
}

static int
verb_help(int argc, char **argv)
{
	const struct verb *verb;

	if (argc > 2)
		return 2;
	if (argc == 1) {
		list(stdout);
		return 0;
	}
	verb = find_verb(argv[1]);
	if (verb == NULL || verb->usage == NULL) {
		fprintf(stderr, "pkifs: there is no verb %s\n", argv[1]);
		return 2;
	}
	if (strncmp(verb->help, "usage", 5) != 0)
		usage(stdout, verb);
	printf("%s", verb->help);
	return 0;
}

/* What people type who do not know that it is `help VERB`. */
static bool
asks_for_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int
verb_version(int argc, char **argv)
{
	if (argc != 1)
		return 2;
	printf("pkifs %s\n", PKIFS_VERSION);
	return 0;
}

int
main(int argc, char **argv)
{
	const struct verb *verb;
	int rc;

	verb = argc < 2 ? NULL : find_verb(argv[1]);
	if (verb == NULL) {
		if (argc == 2 && asks_for_help(argv[1]))
			return verb_help(1, argv);
		if (argc == 2 && strcmp(argv[1], "--version") == 0)
			return verb_version(1, argv);
		list(stderr);
		return 2;
	}
	if (argc == 3 && verb->usage != NULL && asks_for_help(argv[2]))
		return verb_help(2, argv);
	rc = verb->run(argc - 1, argv + 1);
	/*
	 * Who is confined ends as it is: handlers of libraries and modules
	 * may want what is out of reach.
	 */
	if (verb->usage == NULL || verb->run == verb_respond) {
		fflush(NULL);
		_exit(rc);
	}
	/* Some print a usage of their own; `verify` has its own 2. */
	if (rc == 2 && strncmp(verb->help, "usage", 5) != 0 &&
	    verb->run != verb_verify && verb->run != verb_help)
		usage(stderr, verb);
	return rc;
}
