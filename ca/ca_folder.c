/*
 * The files of ca/, README.txt and revoke/HOWTO.txt: what relying parties and
 * users need, rendered from the running configuration.  Publishing what did
 * not change is nothing, so all of it is put at each start.
 */
#include <stdio.h>
#include <string.h>

#include "facts.h"
#include "store_status.h"
#include "text.h"

struct folder {
	struct tx		*tx;
	const struct config	*config;
	void			(*each)(void *, const char *path);
	void			*arg;
};

static int
put(struct folder *f, const char *dir, const char *name, struct slice bytes,
    bool link, struct err *e)
{
	struct publication	old = { 0 }, new = { 0 };
	char			path[512];

	publication_find(tx_view(f->tx), dir, name, &old);
	snprintf(new.dir, sizeof(new.dir), "%s", dir);
	snprintf(new.name, sizeof(new.name), "%s", name);
	new.time = clock_now();
	new.size = bytes.size;
	new.link = link;
	if (publication_put(f->tx, &new, bytes, e) == -1)
		return -1;
	if (new.seq == old.seq)
		return 0;
	snprintf(path, sizeof(path), "%s%s%s", dir, dir[0] == '\0' ? "" : "/",
	    name);
	f->each(f->arg, path);
	return 0;
}

static int
put_certificates(struct folder *f, struct err *e)
{
	const struct config	*c = f->config;
	struct bytes		 issuing = { 0 }, root = { 0 }, chain = { 0 };
	int			 rc = -1;

	pem_encode(&issuing, "CERTIFICATE", SLICE(&c->issuing_der));
	pem_encode(&root, "CERTIFICATE", SLICE(&c->root_der));
	bytes_put(&chain, issuing.data, issuing.size);
	bytes_put(&chain, root.data, root.size);
	if (put(f, "ca", "issuing.der", SLICE(&c->issuing_der), false,
	    e) == -1 ||
	    put(f, "ca", "issuing.pem", SLICE(&issuing), false, e) == -1 ||
	    put(f, "ca", "root.der", SLICE(&c->root_der), false, e) == -1 ||
	    put(f, "ca", "root.pem", SLICE(&root), false, e) == -1 ||
	    put(f, "ca", "chain.pem", SLICE(&chain), false, e) == -1)
		goto out;
	rc = 0;
out:
	bytes_free(&chain);
	bytes_free(&root);
	bytes_free(&issuing);
	return rc;
}

/* A version, and if it is the one in force the link to it. */
static int
put_paper(struct folder *f, const struct paper *paper, struct err *e)
{
	char	dir[64], name[64];

	snprintf(dir, sizeof(dir), "ca/%s", paper->kind);
	snprintf(name, sizeof(name), "%s.txt", paper->version);
	if (put(f, dir, name, SLICE(&paper->text), false, e) == -1)
		return -1;
	if (config_paper(f->config, paper->kind) != paper)
		return 0;
	return put(f, dir, "current.txt", slice_text(name), true, e);
}

static int
put_rendered(struct folder *f, const char *dir, const char *name,
    struct err *e)
{
	struct bytes	text = { 0 };
	char		path[128];
	int		rc;

	snprintf(path, sizeof(path), "%s%s%s", dir,
	    dir[0] == '\0' ? "" : "/", name);
	rc = config_render(f->config, path, &text, e);
	if (rc == 0)
		rc = put(f, dir, name, SLICE(&text), false, e);
	bytes_free(&text);
	return rc;
}

int
ca_folder_publish(struct tx *tx, const struct config *config,
    void (*each)(void *, const char *path), void *arg, struct err *e)
{
	struct folder	f = { tx, config, each, arg };
	char		name[64];
	size_t		i;

	if (put_certificates(&f, e) == -1 ||
	    put_rendered(&f, "ca", "keys.txt", e) == -1 ||
	    put_rendered(&f, "ca", "scope.txt", e) == -1 ||
	    put_rendered(&f, "", "README.txt", e) == -1 ||
	    put_rendered(&f, "revoke", "HOWTO.txt", e) == -1)
		return -1;
	for (i = 0; i < config->paper_count; i++)
		if (put_paper(&f, &config->papers[i], e) == -1)
			return -1;
	for (i = 0; i < config->profile_count; i++) {
		snprintf(name, sizeof(name), "%s.txt",
		    config->profiles[i].name);
		if (put_rendered(&f, "ca/profiles", name, e) == -1)
			return -1;
	}
	return 0;
}
