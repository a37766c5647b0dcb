/*
 * pkifs probe: looks at a CA from outside and writes down what it found.
 */
#ifndef FS_PROBE_H
#define FS_PROBE_H

extern const char probe_usage[];

/* 0 all is well, 1 a fault was found, 2 could not tell (or usage). */
int	verb_probe_services(int argc, char **argv);

#endif
