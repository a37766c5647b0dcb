/*
 * pkifs intake: a problem report that came by mail or by a form, filed in
 * revoke/reports/ of a mount with the transport's time of receipt.  It is run
 * by the mail or the web server, as its own user, and holds nothing: what came
 * from outside is read here, and core gets text.
 */
#ifndef FS_INTAKE_H
#define FS_INTAKE_H

/*
 * As a mail server wants it (sysexits.h): 0 filed, 75 try again, 65 it is no
 * report, 2 usage.
 */
int	verb_intake(int argc, char **argv);

#endif
