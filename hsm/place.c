/*
 * Where a PKCS#11 module and its tokens lie: see place.h.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/conf.h>

#include "../ca/file.h"
#include "place.h"

#define CONF_MAX	(256 * 1024)
#define FILE_MOST	(1024 * 1024)
#define PATH		1024

/* --- files --------------------------------------------------------------- */

/* A PATH in the folder; too long a name cannot be one of ours. */
static void
join(char to[PATH], const char *dir, const char *name)
{
	if (snprintf(to, PATH, "%s/%s", dir, name) >= PATH)
		die("%s/%s is too long a name", dir, name);
}

/*
 * The file has these octets; one that has them is not touched, and one that
 * has not is written in place, so that a full disk is no hindrance.
 */
static int
refresh(const char *dir, const char *name, struct slice wanted,
    struct err *err)
{
	struct bytes found = { 0 };
	char path[PATH];
	struct err none;
	bool same;
	int fd, ret = 0;

	join(path, dir, name);
	same = file_read(path, FILE_MOST, &found, &none) == 0 &&
	    slice_equal(SLICE(&found), wanted);
	bytes_free(&found);
	if (same)
		return 0;
	if ((fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    0600)) == -1)
		return err_set(err, errno, "%s: %m", path);
	if (pwrite(fd, wanted.data, wanted.size, 0) != (ssize_t)wanted.size ||
	    ftruncate(fd, (off_t)wanted.size) == -1)
		ret = err_set(err, errno, "%s cannot be written: %m", path);
	close(fd);
	return ret;
}

typedef int entry_work(const char *dir, const char *name, const char *other,
	    struct err *);

static int
each_entry(const char *dir, entry_work *work, const char *other,
    struct err *err)
{
	struct dirent *e;
	int ret = 0;
	DIR *d;

	if ((d = opendir(dir)) == NULL)
		return err_set(err, errno, "%s: %m", dir);
	while (ret == 0 && (e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0)
			ret = work(dir, e->d_name, other, err);
	closedir(d);
	return ret;
}

static int
copy_file(const char *dir, const char *name, const char *to, struct err *err)
{
	struct bytes octets = { 0 };
	char path[PATH];
	int ret = -1;

	join(path, dir, name);
	if (file_read(path, FILE_MOST, &octets, err) == 0)
		ret = refresh(to, name, SLICE(&octets), err);
	bytes_free(&octets);
	return ret;
}

static int
drop_file(const char *dir, const char *name, const char *from,
    struct err *err)
{
	char path[PATH], original[PATH];

	join(path, dir, name);
	join(original, from, name);
	if (access(original, F_OK) == -1 && unlink(path) == -1)
		return err_set(err, errno, "%s: %m", path);
	return 0;
}

/* A token is a folder of files. */
static int
copy_token(const char *dir, const char *name, const char *to,
    struct err *err)
{
	char from[PATH], copy[PATH];

	join(from, dir, name);
	join(copy, to, name);
	if (mkdir(copy, 0700) == -1 && errno != EEXIST)
		return err_set(err, errno, "%s: %m", copy);
	if (each_entry(from, copy_file, copy, err) == -1)
		return -1;
	return each_entry(copy, drop_file, from, err);
}

static int
drop_token(const char *dir, const char *name, const char *from,
    struct err *err)
{
	char copy[PATH], original[PATH];

	join(copy, dir, name);
	join(original, from, name);
	if (access(original, F_OK) == 0)
		return 0;
	if (each_entry(copy, drop_file, original, err) == -1)
		return -1;
	return rmdir(copy) == 0 ? 0 : err_set(err, errno, "%s: %m", copy);
}

/* --- the configuration --------------------------------------------------- */

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

/* --- SoftHSM ------------------------------------------------------------- */

static int
write_conf(const char *dir, const char *tokens, struct err *err)
{
	struct bytes text = { 0 };
	int ret;

	bytes_printf(&text, "# SoftHSMv2; SOFTHSM2_CONF names this file.\n"
	    "directories.tokendir = %s\n"
	    "objectstore.backend = file\n"
	    "log.level = ERROR\n"
	    "slots.removable = false\n", tokens);
	ret = refresh(dir, "softhsm2.conf", SLICE(&text), err);
	bytes_free(&text);
	return ret;
}

int
place_make_softhsm(const char *dir, struct err *err)
{
	char tokens[PATH];

	snprintf(tokens, sizeof(tokens), "%s/tokens", dir);
	if (mkdir(tokens, 0700) == -1)
		return err_set(err, errno, "%s: %m", tokens);
	return write_conf(dir, tokens, err);
}

int
place_name_softhsm(const char *dir, const char *path, struct err *err)
{
	char tokens[PATH];

	join(tokens, path, "tokens");
	return write_conf(dir, tokens, err);
}

int
place_softhsm(const char *dir, struct err *err)
{
	char from[PATH], to[PATH], working[PATH], conf[PATH];

	snprintf(from, sizeof(from), "%s/tokens", dir);
	snprintf(working, sizeof(working), "%s/working", dir);
	snprintf(to, sizeof(to), "%s/working/tokens", dir);
	snprintf(conf, sizeof(conf), "%s/working/softhsm2.conf", dir);
	if (access(from, F_OK) == -1 && errno == ENOENT)
		return 0;
	if ((mkdir(working, 0700) == -1 && errno != EEXIST) ||
	    (mkdir(to, 0700) == -1 && errno != EEXIST))
		return err_set(err, errno, "%s: %m", to);
	if (each_entry(from, copy_token, to, err) == -1 ||
	    each_entry(to, drop_token, from, err) == -1 ||
	    write_conf(working, to, err) == -1)
		return -1;
	setenv("SOFTHSM2_CONF", conf, 1);
	return 0;
}

void
place_hide(const char *dir, const char *text, char *to, size_t room)
{
	size_t n = strlen(dir), used = 0;

	while (*text != '\0' && used + 1 < room) {
		if (n > 0 && strncmp(text, dir, n) == 0 && text[n] == '/') {
			text += n + 1;
			continue;
		}
		to[used++] = *text < ' ' || *text > '~' ? '?' : *text;
		text++;
	}
	to[used] = '\0';
}

int
place_sync(const char *dir, struct err *err)
{
	int fd, ret;

	if ((fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return err_set(err, errno, "%s: %m", dir);
	if ((ret = syncfs(fd)) == -1)
		err_set(err, errno, "%s cannot be synced: %m", dir);
	close(fd);
	return ret;
}
