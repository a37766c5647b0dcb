/*
 * Verbs that make what `mount` shows: `init` a CA's home, `root-crl` a new CRL
 * of its root.  argv[0] is the verb; the exit status is 0, 1 or 2 (usage).
 */
#ifndef FS_INIT_H
#define FS_INIT_H

extern const char init_usage[], root_crl_usage[];

int	verb_init(int argc, char **argv);
int	verb_root_crl(int argc, char **argv);

#endif
