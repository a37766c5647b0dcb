/*
 * Where a PKCS#11 module and its tokens lie: see place.h.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/conf.h>

#include "../ca/file.h"
#include "place.h"

#define CONF_MAX (256 * 1024)

int
place_module(const char *path, char *to, size_t room, struct err *err)
{
	struct bytes text = { 0 };
	CONF *conf = NULL;
	BIO *bio = NULL;
	char *module;
	long line;
	int ret = -1;

	if (file_read(path, CONF_MAX, &text, err) == -1)
		goto out;
	if ((bio = BIO_new_mem_buf(text.data, (int)text.size)) == NULL ||
	    (conf = NCONF_new(NULL)) == NULL)
		die("out of memory");
	if (NCONF_load_bio(conf, bio, &line) != 1 ||
	    (module = NCONF_get_string(conf, "token", "module")) == NULL ||
	    strlen(module) >= room)
		err_set(err, EINVAL, "%s names no module in [token]", path);
	else {
		strcpy(to, module);
		ret = 0;
	}
out:
	NCONF_free(conf);
	BIO_free(bio);
	bytes_free(&text);
	return ret;
}

void
place_softhsm(const char *dir)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s/softhsm2.conf", dir);
	setenv("SOFTHSM2_CONF", path, 1);
}

int
place_make_softhsm(const char *dir, struct err *err)
{
	struct bytes text = { 0 };
	char path[1024];
	int ret;

	snprintf(path, sizeof(path), "%s/tokens", dir);
	if (mkdir(path, 0700) == -1)
		return err_set(err, errno, "%s: %m", path);
	bytes_printf(&text, "# SoftHSMv2; SOFTHSM2_CONF names this file.\n"
	    "directories.tokendir = %s\n"
	    "objectstore.backend = file\n"
	    "log.level = ERROR\n"
	    "slots.removable = false\n", path);
	snprintf(path, sizeof(path), "%s/softhsm2.conf", dir);
	ret = file_write(path, SLICE(&text), 0600, err);
	bytes_free(&text);
	return ret;
}

/* SoftHSM syncs nothing that it writes. */
static int
settle_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	int fd, ret;

	if (type != FTW_F && type != FTW_DP)
		return 0;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) == -1)
		return -1;
	ret = type == FTW_F ? fchmod(fd, 0400) : 0;
	if (ret == 0)
		ret = fsync(fd);
	close(fd);
	return ret;
}

/*
 * At each login SoftHSM 2.6 empties token.object and writes it again, to
 * count wrong PINs; a signer killed in between would leave no token.  When it
 * cannot write the file it goes on without (tried 2026-11-21).
 */
int
place_settle_softhsm(const char *dir, struct err *err)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s/tokens", dir);
	if (nftw(path, settle_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		return err_set(err, errno, "%s: %m", path);
	return 0;
}
