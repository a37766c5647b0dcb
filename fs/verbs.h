/*
 * Verbs that talk to a running CA or look at what it left; argv[0] is the
 * verb, the result an exit status: 0 done, 1 failed, 2 usage.
 */
#ifndef FS_VERBS_H
#define FS_VERBS_H

int	verb_umount(int argc, char **argv);
int	verb_reload(int argc, char **argv);
/* 0 intact, 1 a fault was found, 2 could not tell. */
int	verb_verify(int argc, char **argv);
/* pkifs signer HOME USER MODULE: confined, then hsm/signer. */
int	verb_signer(int argc, char **argv);

#endif
