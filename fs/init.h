/*
 * `pkifs init` makes a CA's home.  argv[0] is the verb; the exit status is 0, 1
 * or 2 (usage).
 */
#ifndef FS_INIT_H
#define FS_INIT_H

extern const char init_usage[];

int	verb_init(int argc, char **argv);

#endif
