/*
 * The detacher: started before /dev/fuse is opened, it holds the lock of the
 * home and waits.  When main's socket ends without a word main was killed, and
 * the mount it left is detached; only then is the home free for another.
 */
#include <limits.h>
#include <unistd.h>

#include "confine.h"
#include "control.h"
#include "herald.h"
#include "mount.h"

int
verb_detacher(int argc, char **argv)
{
	struct control_message m;
	char path[PATH_MAX] = "";
	struct err err;
	bool left = false;
	int rc;

	log_name("detacher");
	if (argc != 2)
		return 2;
	if (confine_detacher(&err) == -1) {
		log_line("%s", err.text);
		return 1;
	}
	while ((rc = control_receive(CONTROL_FD, "ml", &m, &err)) == 1) {
		left = m.type == CONTROL_LEAVE;
		if (m.type == CONTROL_MOUNTED && control_text_get(
		    SLICE(&m.body), path, sizeof(path), &err) == -1)
			path[0] = '\0';
		control_clear(&m);
	}
	if (rc == -1)
		log_line("%s", err.text);
	if (left || path[0] == '\0')
		return 0;
	log_line("main is gone; detaching %s", path);
	if (mount_abort(path, &err) == -1)
		log_line("%s", err.text);
	return 0;
}
