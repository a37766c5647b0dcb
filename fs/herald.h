/*
 * The herald and the detacher: the two processes that act on the mount from
 * outside and never have /dev/fuse.
 *
 * The herald makes names appear: core publishes, and the herald's open and
 * close of the name is what inotify sees.  The detacher waits for main's
 * socket to end and then detaches the mount.
 */
#ifndef FS_HERALD_H
#define FS_HERALD_H

/* pkifs herald HOME USER; pkifs detacher HOME.  Exit statuses. */
int	verb_herald(int argc, char **argv);
int	verb_detacher(int argc, char **argv);

/*
 * Announce one path below the folder `root`: a file, or a folder with a slash
 * at its end.  Whatever happens is fine; nothing outside is touched.
 */
void	herald_announce(int root, const char *path);

#endif
