/*
 * The lists in publish_dir.  See crl_published.h.
 */
#include <sys/mman.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "crl.h"
#include "crl_published.h"
#include "mirror_files.h"

#define FOLDER	"status/crl"	/* of the shards */

struct search {
	int		 dir;
	const struct signatory *by;
	int64_t		 highest;
};

/* Of a large one hardly more than its ends are looked at, unless it counts. */
static void
see_octets(struct search *search, struct slice octets)
{
	struct crl_facts facts;
	struct err err;

	if (crl_read(octets, &facts, &err) == 0 &&
	    facts.number > search->highest &&
	    slice_equal(facts.issuer, signatory_name(search->by)) &&
	    signatory_verify(search->by, facts.tbs, facts.signature,
	    &err) == 0)
		search->highest = facts.number;
}

/* A file there never changes: a new version is renamed into its place. */
static void
see_path(struct search *search, const char *path)
{
	struct stat st;
	void *at;
	int fd;

	fd = openat(search->dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
		at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE,
		    fd, 0);
		if (at != MAP_FAILED) {
			see_octets(search, (struct slice){ at,
			    (size_t)st.st_size });
			munmap(at, (size_t)st.st_size);
		}
	}
	close(fd);
}

static void
see_shard(void *arg, const char *name)
{
	char path[sizeof FOLDER + NAME_MAX + 1];

	snprintf(path, sizeof path, FOLDER "/%s", name);
	see_path(arg, path);
}

int64_t
crl_published(int dir, const struct signatory *by, int64_t known)
{
	struct search search = { dir, by, known };

	see_path(&search, "status/issuing.crl");
	see_path(&search, "status/issuing-delta.crl");
	mirror_list(dir, FOLDER, see_shard, &search);
	return search.highest;
}
