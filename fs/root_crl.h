/*
 * `pkifs root-crl` makes a new CRL of the root, and says on it that a CA is
 * revoked.  argv[0] is the verb; the exit status is 0, 1 or 2 (usage).
 */
#ifndef FS_ROOT_CRL_H
#define FS_ROOT_CRL_H

extern const char root_crl_usage[];

int	verb_root_crl(int argc, char **argv);

#endif
