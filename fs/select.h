/*
 * pkifs select: writes a batch of revocations (revoke/batch/) of the
 * certificates in a mount that are asked for, as whoever runs it reads them.
 */
#ifndef FS_SELECT_H
#define FS_SELECT_H

extern const char select_usage[];
/* 0, also when none is found; 1 something could not be read; 2 usage. */
int	verb_select(int argc, char **argv);

#endif
