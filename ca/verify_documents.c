/*
 * Verifying documents/: each file's content against its name.  See verify.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#include "verify_private.h"

static int
digest_file(int fd, char to[SHA256_TEXT])
{
	unsigned char buffer[65536], digest[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *ctx;
	ssize_t n;

	ctx = EVP_MD_CTX_new();
	if (ctx == NULL || EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1)
		die("verify: no SHA-256");
	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		EVP_DigestUpdate(ctx, buffer, (size_t)n);
	EVP_DigestFinal_ex(ctx, digest, NULL);
	EVP_MD_CTX_free(ctx);
	hex_lower(to, digest, SHA256_OCTETS);
	return n < 0 ? -1 : 0;
}

static void
check_document(struct verifier *v, const char *name)
{
	char digest[SHA256_TEXT];
	int fd;

	fd = openat(v->documents, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW |
	    O_NONBLOCK);
	if (fd < 0 || digest_file(fd, digest) != 0)
		tell(v, VERIFY_UNKNOWN, "documents/%s cannot be read: %s",
		    name, strerror(errno));
	else if (strcmp(digest, name) != 0)
		tell(v, VERIFY_FAULT, "documents/%s has another content: its "
		    "digest is %s", name, digest);
	else
		v->sum->documents++;
	if (fd >= 0)
		close(fd);
}

static bool
is_withheld_name(const char *name)
{
	return strlen(name) == 64 + 9 && strspn(name, "0123456789abcdef") ==
	    64 && strcmp(name + 64, ".withheld") == 0;
}

void
verify_documents(struct verifier *v)
{
	struct dirent *entry;
	const char *name;
	DIR *dir;

	if (v->documents == -1)
		return;
	dir = verify_open_folder(v, "documents");
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		name = entry->d_name;
		if (strspn(name, "0123456789abcdef") == 64 &&
		    name[64] == '\0')
			check_document(v, name);
		else if (is_withheld_name(name))
			v->sum->withheld++;
		else if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
			tell(v, VERIFY_FAULT, "documents/%s is not the name of "
			    "a document", name);
	}
	closedir(dir);
}
