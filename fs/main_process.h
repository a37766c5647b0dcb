/*
 * The main process and the verbs around it.  Main holds /dev/fuse and the
 * mount, and does nothing but wait, restart the others and unmount.
 */
#ifndef FS_MAIN_PROCESS_H
#define FS_MAIN_PROCESS_H

/* pkifs mount HOME MOUNTPOINT [-f]; an exit status. */
int	verb_mount(int argc, char **argv);
/* pkifs check HOME: would this program start with this configuration? */
int	verb_check(int argc, char **argv);

#endif
