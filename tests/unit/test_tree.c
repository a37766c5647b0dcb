/*
 * The tree over a real store: whatever is listed can be looked up and is the
 * same node; what stat says of its size is what reading gives; a listing goes
 * on from any of its keys; every folder has a parent that lists it.
 */
#include "tests/unit/authority_bed.h"

#include <sys/stat.h>

#include "ca/store_consents.h"
#include "ca/store_desk.h"
#include "ca/store_dossiers.h"
#include "fs/drops.h"
#include "fs/tree_parts.h"
#include "fs/tree_state.h"

#define ENTRIES	400

static struct tree	*tree;
static char		 spool[64];

static gid_t
role_group(enum role role)
{
	return (200 + (gid_t)role);
}

static int
tree_setup(void **state)
{
	struct tree_parts	parts;

	bed_setup(state);
	bed_config.scratch_max = 1 << 20;
	bed_config.scratch_age = 3600 * USEC;
	snprintf(spool, sizeof(spool), "%s/spool", test_dir);
	assert_int_equal(mkdir(spool, 0700), 0);
	memset(&parts, 0, sizeof(parts));
	parts.config = &bed_config;
	parts.store = test_store;
	parts.committer = bed_parts.committer;
	parts.authority = bed;
	parts.roles_of = bed_no_roles;
	parts.role_gid = role_group;
	parts.slab = memfd_create("slab", MFD_CLOEXEC);
	parts.spool = spool;
	parts.uid = 77;
	parts.gid = 78;
	tree = tree_new(&parts, &test_err);
	if (tree == NULL)
		fail_msg("%s", test_err.text);
	return (0);
}

static int
tree_teardown(void **state)
{
	int	slab = tree->parts.slab;

	tree_free(tree);
	close(slab);
	return (bed_teardown(state));
}

/* --- walking ------------------------------------------------------------- */

struct entries {
	struct listing	listing;	/* first */
	size_t		count, most;
	struct {
		char		name[256];
		struct node	node;
		uint64_t	key;
		struct stat	st;
		bool		known;
	} entry[ENTRIES];
};

static int
keep_entry(struct listing *listing, const char *name, struct node node,
    uint64_t key, const struct stat *st)
{
	struct entries	*to = (struct entries *)listing;

	if (to->count == to->most)
		return (1);
	snprintf(to->entry[to->count].name, 256, "%s", name);
	to->entry[to->count].node = node;
	to->entry[to->count].key = key;
	to->entry[to->count].known = st != NULL;
	if (st != NULL)
		to->entry[to->count].st = *st;
	to->count++;
	return (0);
}

static struct entries *
list_all(struct ask *ask, struct node folder, uint64_t after, size_t most)
{
	struct entries	*to = calloc(1, sizeof(*to));

	to->listing.put = keep_entry;
	to->most = most;
	node_list(ask, folder, after, &to->listing);
	return (to);
}

/* In pieces of one, two, three ...: the same names. */
static void
assert_resumes(struct ask *ask, struct node folder, const struct entries *all)
{
	struct entries	*some;
	uint64_t	 after = 0;
	size_t		 i = 0, j, piece = 1;

	while (i < all->count) {
		some = list_all(ask, folder, after, piece++);
		assert_true(some->count > 0);
		for (j = 0; j < some->count; j++, i++)
			assert_string_equal(some->entry[j].name,
			    all->entry[i].name);
		after = some->entry[j - 1].key;
		free(some);
	}
}

static void
assert_reads(struct ask *ask, struct node node, const struct stat *st,
    const char *name)
{
	struct bytes	content = { 0 };

	assert_non_null(node_type(node)->bytes);
	if (node_type(node)->bytes(ask, node, &content) != 1)
		fail_msg("%s cannot be read", name);
	if ((off_t)content.size != st->st_size)
		fail_msg("%s has %zu octets, not %lld", name, content.size,
		    (long long)st->st_size);
	bytes_free(&content);
}

static unsigned	folders_seen, files_seen;

static void
walk(struct ask *ask, struct node folder, const char *path, unsigned depth);

static void
assert_entry(struct ask *ask, struct node folder, const char *path,
    const char *name, struct node node, const struct stat *known,
    unsigned depth)
{
	struct node	found, parent;
	struct stat	st;
	char		inner[1024];

	snprintf(inner, sizeof(inner), "%s/%s", path, name);
	if (node_lookup(ask, folder, name, &found) != 1)
		fail_msg("%s is listed and not found", inner);
	if (inode_pack(found) != inode_pack(node))
		fail_msg("%s is another node when it is listed", inner);
	if (!node_stat(ask, node, &st))
		fail_msg("%s is listed and not there", inner);
	assert_true(st.st_ino == inode_pack(node));
	assert_true(st.st_mtim.tv_sec > 0);
	if (known != NULL && memcmp(known, &st, sizeof(st)) != 0)
		fail_msg("%s looks otherwise when it is listed", inner);
	if (!node_is_folder(node)) {
		files_seen++;
		assert_reads(ask, node, &st, inner);
		return;
	}
	assert_int_equal(node_parent(ask, node, &parent), 1);
	if (inode_pack(parent) != inode_pack(folder))
		fail_msg("%s has another parent", inner);
	walk(ask, node, inner, depth + 1);
}

static void
walk(struct ask *ask, struct node folder, const char *path, unsigned depth)
{
	struct entries	*all = list_all(ask, folder, 0, ENTRIES);
	size_t		 i;

	folders_seen++;
	assert_true(depth < 12);
	assert_true(tree_resolve(tree, path) == inode_pack(folder));
	assert_resumes(ask, folder, all);
	for (i = 0; i < fixed_entry_count; i++)
		if (inode_pack(fixed_entries[i].folder) ==
		    inode_pack(folder))
			assert_entry(ask, folder, path,
			    fixed_entries[i].name, fixed_entries[i].node,
			    NULL, depth);
	for (i = 0; i < all->count; i++)
		assert_entry(ask, folder, path, all->entry[i].name,
		    all->entry[i].node, all->entry[i].known ?
		    &all->entry[i].st : NULL, depth);
	free(all);
}

/* --- what is in it ------------------------------------------------------- */

static void
issue(const char *file, const char *names)
{
	struct bytes	 request = { 0 };
	EVP_PKEY	*key = fake_key("P-256");

	bed_request(&request, key, names);
	assert_int_equal(bed_put(file, BED_UID, SLICE(&request)), 0);
	bytes_free(&request);
	EVP_PKEY_free(key);
}

/* As a handle that was closed leaves it. */
static void
leave_file_in(int64_t box, uint64_t id, const char *name,
    const char *content, int code)
{
	struct slab_file	*file = slab_file_new(tree->slab);

	file->id = id;
	file->box = box;
	file->uid = BED_UID;
	file->touched = clock_now();
	slab_file_keep(tree->slab, file, name);
	assert_done(slab_write(tree->slab, &file->content,
	    slice_text(content), 0, &test_err));
	if (code != 0) {
		file->code = code;
		file->refused = clock_now();
		file->verdict = slab_next_verdict(tree->slab);
		snprintf(file->reason, sizeof(file->reason), "half of it");
	}
}

static void
leave_file(uint64_t id, const char *name, const char *content, int code)
{
	leave_file_in(BOX_ROOT, id, name, content, code);
}

/* --- the registration desk ----------------------------------------------- */

static int64_t	draft_id, dossier_id;

static void
put_file(struct tx *tx, int64_t folder, int64_t id, const char *name,
    const char *text)
{
	struct desk_file	file = { .id = id, .folder = folder,
				    .uid = 3001 };

	snprintf(file.name, sizeof(file.name), "%s", name);
	file.time = file.mtime = clock_now();
	file.size = strlen(text);
	assert_done(documents_put(tx, slice_text(text), file.sha256,
	    &test_err));
	assert_done(desk_file_put(tx, &file, &test_err));
}

static int64_t
open_dossier(struct tx *tx, enum dossier_kind kind, int64_t object)
{
	struct dossier	dossier = { .kind = kind, .place = PLACE_PENDING,
			    .object = object, .subscriber = bed_acme,
			    .author = 3001 };

	dossier.opened = dossier.moved = clock_now();
	assert_done(dossier_put(tx, &dossier, &test_err));
	assert_done(desk_file_write(tx, DESK_FOLDER(DESK_DOSSIER,
	    dossier.id), "state", slice_text("state: open\n"), &test_err));
	put_file(tx, DESK_FOLDER(DESK_DOSSIER_DOCUMENTS, dossier.id),
	    910000 + dossier.id, "scan.pdf", "%PDF");
	return (dossier.id);
}

/* A draft, its dossier, one that nobody made a draft for, an agreement. */
static void
lay_out_desk(void)
{
	struct draft	 draft = { .kind = DRAFT_SUBSCRIBER, .uid = 3001,
			    .name = "example-ab" };
	struct tx	*tx = begin();
	int64_t		 box = DESK_FOLDER(DESK_BOX, bed_acme_box);

	draft.since = draft.changed = clock_now();
	assert_done(draft_put(tx, &draft, &test_err));
	draft_id = draft.id;
	assert_done(desk_file_write(tx, DESK_FOLDER(DESK_DRAFT, draft_id),
	    "state", slice_text("state: faulty\n"), &test_err));
	put_file(tx, DESK_FOLDER(DESK_DRAFT, draft_id), 905001,
	    "registration.conf", "[subscriber]\n");
	put_file(tx, DESK_FOLDER(DESK_DRAFT_DOCUMENTS, draft_id), 905002,
	    "passport.jpg", "a face");
	dossier_id = open_dossier(tx, DOSSIER_REGISTRATION, draft_id);
	(void)open_dossier(tx, DOSSIER_REQUEST, 1);
	put_file(tx, box, 905003, "agreement.txt", "the terms\n");
	assert_done(desk_file_write(tx, box, "agreement.status",
	    slice_text("state: nothing was said\n"), &test_err));
	assert_done(tx_commit(tx, &test_err));
	leave_file_in(-DESK_FOLDER(DESK_DRAFT, draft_id), 900101,
	    ".registration.conf.swp", "b0VIM", 0);
	leave_file_in(-DESK_FOLDER(DESK_DRAFT_DOCUMENTS, draft_id), 900102,
	    "empty", "", 0);
	leave_file_in(-box, 900103, "subject-agreement.txt", "", 0);
}

/* --- publication and acceptance ------------------------------------------ */

/* Acme consents, or takes it back; its profile asks for acceptance. */
static void
let_publish(bool publish)
{
	struct consent	 consent = { .subscriber = bed_acme,
			    .publish = publish, .withdrawn = !publish,
			    .agreement = 1, .changed = clock_now() };
	struct tx	*tx = begin();

	assert_done(consent_put(tx, &consent, &test_err));
	assert_done(tx_commit(tx, &test_err));
	bed_config.profiles[0].acceptance = true;
}

static void
consent_shows_a_certificate_to_everybody(void **state)
{
	struct certificate	row;
	struct node		folder = node_of(NODE_PUBLIC, 0), node;
	struct acceptance	accepted = { .uid = BED_UID };
	struct entries		*all;
	struct stat		st;
	struct bytes		pem = { 0 };
	struct tx		*tx;
	struct ask		ask;
	char			name[64];

	let_publish(true);
	issue("www.csr", "DNS:www.example.org");
	tree_ask(tree, &ask);
	assert_int_equal(certificates_last(ask.view, &row), 1);
	snprintf(name, sizeof(name), "%s.pem", row.serial);
	assert_int_equal(node_lookup(&ask, folder, name, &node), 1);
	assert_int_equal(node_stat(&ask, node, &st), 1);
	assert_int_equal(st.st_mode, S_IFREG | 0444);
	assert_int_equal(public_pem_content(&ask, node, &pem), 1);
	assert_int_equal(pem.size, st.st_size);
	assert_int_equal(node_lookup(&ask, folder, row.serial, &node), 0);
	assert_int_equal(node_lookup(&ask, folder, ".pem", &node), 0);
	assert_int_equal(node_lookup(&ask, folder, "0x.pem", &node), 0);
	/* Who is asked to accept it can, once. */
	assert_int_equal(node_lookup(&ask, node_of(NODE_CERTIFICATE,
	    (uint64_t)row.id), "accept", &node), 1);
	assert_int_equal(node_stat(&ask, node, &st), 1);
	assert_int_equal(st.st_mode, S_IFREG | 0660);
	tree_answered(&ask);
	tx = begin();
	accepted.certificate = row.id;
	accepted.time = clock_now();
	assert_done(acceptance_put(tx, &accepted, &test_err));
	assert_done(tx_commit(tx, &test_err));
	let_publish(false);
	tree_ask(tree, &ask);
	assert_int_equal(node_lookup(&ask, node_of(NODE_CERTIFICATE,
	    (uint64_t)row.id), "accept", &node), 1);
	assert_int_equal(node_stat(&ask, node, &st), 1);
	assert_int_equal(st.st_mode, S_IFREG | 0440);
	/* A withdrawal hides it before its row was reached. */
	assert_int_equal(node_lookup(&ask, folder, name, &node), 0);
	assert_int_equal(node_stat(&ask, node_of(NODE_PUBLIC_PEM,
	    (uint64_t)row.id), &st), 0);
	all = list_all(&ask, folder, 0, ENTRIES);
	assert_int_equal(all->count, 0);
	free(all);
	tree_answered(&ask);
	bytes_free(&pem);
}

static void
everything_listed_is_there(void **state)
{
	struct node	root = node_of(NODE_ROOT, 1);
	struct ask	ask;
	char		file[32], name[64];
	int		i;

	let_publish(true);
	for (i = 0; i < 9; i++) {
		snprintf(file, sizeof(file), "www%d.csr", i);
		snprintf(name, sizeof(name), "DNS:www%d.example.org", i);
		issue(file, name);
	}
	issue("pending.csr", "DNS:www.example.net");
	leave_file(900001, "half.csr", "half", EBADMSG);
	leave_file(900002, ".scratch.swp", "anything", 0);
	leave_file(900003, "empty.csr", "", 0);
	lay_out_desk();
	tree_ask(tree, &ask);
	folders_seen = files_seen = 0;
	walk(&ask, root, "", 0);
	tree_answered(&ask);
	/* Nine certificates have a folder in each view, with its files. */
	assert_true(folders_seen > 9 * 4);
	assert_true(files_seen > 9 * 12);
}

/* --- single sentences ---------------------------------------------------- */

static fuse_ino_t
inode_of(const char *folder, const char *name)
{
	struct node	node, found;
	struct ask	ask;
	fuse_ino_t	ino = 0;

	assert_int_equal(inode_unpack(tree_resolve(tree, folder), &node), 0);
	tree_ask(tree, &ask);
	if (node_lookup(&ask, node, name, &found) == 1)
		ino = inode_pack(found);
	tree_answered(&ask);
	return (ino);
}

static void
a_new_status_is_a_new_inode(void **state)
{
	fuse_ino_t	before, csr;

	issue("a.csr", "DNS:a.example.org");
	before = inode_of("requests", "a.status");
	csr = inode_of("requests", "a.crt");
	assert_true(before != 0 && csr != 0);
	issue("a.csr", "DNS:a.example.org");	/* another key: a re-key */
	assert_true(inode_of("requests", "a.status") != before);
	assert_true(inode_of("requests", "a.crt") != csr);
	assert_true(inode_of("requests", "b.crt") == 0);
}

static void
paths_lead_to_folders_only(void **state)
{
	assert_true(tree_resolve(tree, "") == 1);
	assert_true(tree_resolve(tree, "/") == 1);
	assert_true(tree_resolve(tree, "evidence/documents/") != 0);
	assert_true(tree_resolve(tree, "requests/nobody") == 0);
	assert_true(tree_resolve(tree, "requests/acme") != 0);
	assert_true(tree_resolve(tree, "evidence/1970") == 0);
	issue("a.csr", "DNS:a.example.org");
	assert_true(tree_resolve(tree, "requests/a.csr") == 0);
}

/* What the notifier tells is told of the very folders that are shown. */
static void
the_kernel_is_told_of_publications(void **state)
{
	size_t	i;

	for (i = 0; i < published_folder_count; i++)
		assert_true(tree_folder_to_tell(tree, published_folders[i])
		    == tree_resolve(tree, published_folders[i]));
	assert_true(tree_folder_to_tell(tree, "requests") == 0);
	assert_true(tree_folder_to_tell(tree, "revoke") == 0);
	assert_true(tree_folder_to_tell(tree, "evidence/documents") == 0);
	assert_true(tree_folder_to_tell(tree, "ra/pending") == 0);
}

/* What people wrote has one inode for ever, what we wrote a new one. */
static void
the_desk_keeps_what_people_wrote(void **state)
{
	fuse_ino_t	 state_before, scan;
	struct dossier	 dossier;
	struct node	 node;
	struct bytes	 text = { 0 };
	struct ask	 ask;
	struct tx	*tx;
	char		 before[64], after[64];

	lay_out_desk();
	snprintf(before, sizeof(before), "ra/pending/%lld",
	    (long long)dossier_id);
	snprintf(after, sizeof(after), "ra/approved/%lld",
	    (long long)dossier_id);
	state_before = inode_of(before, "state");
	scan = tree_resolve(tree, before);
	tx = begin();
	assert_done(desk_file_write(tx, DESK_FOLDER(DESK_DOSSIER,
	    dossier_id), "state", slice_text("state: done\n"), &test_err));
	assert_int_equal(dossier_get(tx_view(tx), dossier_id, &dossier), 1);
	dossier.place = PLACE_APPROVED;
	assert_done(dossier_put(tx, &dossier, &test_err));
	assert_done(tx_commit(tx, &test_err));
	/* The folder is the same one elsewhere, and so is all that is in it. */
	assert_true(tree_resolve(tree, before) == 0);
	assert_true(tree_resolve(tree, after) == scan);
	assert_true(inode_of(after, "state") != 0);
	assert_true(inode_of(after, "state") != state_before);
	/* Who has the old text open reads on. */
	assert_int_equal(inode_unpack(state_before, &node), 0);
	tree_ask(tree, &ask);
	assert_int_equal(node_type(node)->bytes(&ask, node, &text), 1);
	tree_answered(&ask);
	assert_string_equal(bytes_text(&text), "state: open\n");
	bytes_free(&text);
}

static const char *
link_in(const char *folder)
{
	static struct bytes	target;
	struct node		node;
	struct ask		ask;

	bytes_clear(&target);
	assert_int_equal(inode_unpack(inode_of(folder, "subscriber"), &node),
	    0);
	tree_ask(tree, &ask);
	assert_int_equal(node_type(node)->bytes(&ask, node, &target), 1);
	tree_answered(&ask);
	return (bytes_text(&target));
}

static void
a_dossier_leads_to_its_subscriber(void **state)
{
	char	folder[64];

	lay_out_desk();
	snprintf(folder, sizeof(folder), "ra/pending/%lld",
	    (long long)dossier_id);
	assert_string_equal(link_in(folder), "../../subscribers/example-ab");
	snprintf(folder, sizeof(folder), "ra/pending/%lld",
	    (long long)dossier_id + 1);
	assert_string_equal(link_in(folder), "../../../requests/acme");
}

/* A new dossier is not there for herald until it has made it: CREATE. */
static void
herald_makes_what_appears(void **state)
{
	struct node	node;
	char		path[64];

	lay_out_desk();
	snprintf(path, sizeof(path), "ra/pending/%lld/",
	    (long long)dossier_id);
	assert_int_equal(inode_unpack(tree_resolve(tree, path), &node), 0);
	assert_false(tree_announces(tree, node));
	tree_will_announce(tree, path);
	tree_will_announce(tree, "ra/pending/999/");
	tree_will_announce(tree, "issued/by-serial/");
	assert_true(tree_announces(tree, node));
	tree_announced(tree, node);
	assert_false(tree_announces(tree, node));
}

static void
dossiers_are_named_by_their_number(void **state)
{
	static const char *const	others[] = {
		"", "0", "-1", "01", "+1", "1 ", " 1", "1x", "0x1",
		"99999999999999999999", "..", "documents",
	};
	int64_t				id;
	size_t				i;

	assert_int_equal(dossier_number("42", &id), 1);
	assert_true(id == 42);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (dossier_number(others[i], &id))
			fail_msg("'%s' is a number", others[i]);
}

static void
modes_are_honest(void **state)
{
	static const struct {
		const char	*folder, *name;
		mode_t		 mode;
		gid_t		 gid;
	} rows[] = {
		{ "", "requests", S_IFDIR | 0777, 78 },
		{ "", "revoke", S_IFDIR | 0777, 78 },
		{ "", "status", S_IFDIR | 0755, 78 },
		{ "", "issued", S_IFDIR | 0751, 200 + ROLE_RA },
		{ "issued", "by-serial", S_IFDIR | 0751, 200 + ROLE_RA },
		{ "issued", "by-date", S_IFDIR | 0750, 200 + ROLE_RA },
		{ "issued", "by-key", S_IFDIR | 0750, 200 + ROLE_RA },
		{ "issued", "expiring", S_IFDIR | 0750, 200 + ROLE_RA },
		{ "issued", "by-name", S_IFDIR | 0750, 200 + ROLE_RA },
		{ "issued/by-name", "a.example.org", S_IFDIR | 0750,
		    200 + ROLE_RA },
		{ "ca", "certificates", S_IFDIR | 0755, 78 },
		{ "requests/acme", "terms.txt", S_IFREG | 0444, 78 },
		{ "", "ra", S_IFDIR | 02770, 200 + ROLE_RA },
		{ "ra", "pending", S_IFDIR | 02770, 200 + ROLE_RA },
		{ "ra", "rejected", S_IFDIR | 02770, 200 + ROLE_RA },
		{ "ra/subscribers", "example-ab", S_IFDIR | 02770,
		    200 + ROLE_RA },
		{ "ra/subscribers/example-ab", "documents", S_IFDIR | 02770,
		    200 + ROLE_RA },
		{ "ra/subscribers/example-ab", "registration.conf",
		    S_IFREG | 0660, 200 + ROLE_RA },
		{ "ra/subscribers/example-ab", "state", S_IFREG | 0440,
		    200 + ROLE_RA },
		{ "requests/acme", "agreement.txt", S_IFREG | 0660, 100 },
		{ "requests/acme", "agreement.status", S_IFREG | 0440, 100 },
		{ "", "evidence", S_IFDIR | 02750, 200 + ROLE_AUDITOR },
		{ "requests", "acme", S_IFDIR | 02770, 100 },
		{ "requests", "a.csr", S_IFREG | 0640, 100 },
		{ "requests", "a.crt", S_IFREG | 0440, 100 },
		{ "requests", "a.status", S_IFREG | 0440, 100 },
	};
	struct ask		ask;
	struct node		node;
	struct stat		st;
	size_t			i;

	issue("a.csr", "DNS:a.example.org");
	lay_out_desk();
	tree_ask(tree, &ask);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(inode_unpack(inode_of(rows[i].folder,
		    rows[i].name), &node), 0);
		assert_int_equal(node_stat(&ask, node, &st), 1);
		if (st.st_mode != rows[i].mode || st.st_gid != rows[i].gid)
			fail_msg("%s is %o of %u", rows[i].name, st.st_mode,
			    st.st_gid);
	}
	tree_answered(&ask);
}

static void
what_never_was_is_not_there(void **state)
{
	static const struct node	nodes[] = {
		{ NODE_PUBLICATION, 999999, 0 }, { NODE_BOX, 999, 0 },
		{ NODE_DROP, 999999, 0 }, { NODE_STATUS, 999999, 0 },
		{ NODE_CHAIN, 9, 9 }, { NODE_UNREGISTERED, 9, 9 },
		{ NODE_PUBLISHED, 50, 0 }, { NODE_CERT_PEM, 9999, 0 },
		{ NODE_CERT_STATUS, 9999, 1 }, { NODE_CERT_REVOKED, 1, 0 },
		{ NODE_EVENT_LINK, 3, 1 }, { NODE_CERT_LINK, 7, 1 },
		{ NODE_BY_DATE, 7, 1 }, { NODE_PERIOD, 9, 1 },
		{ NODE_PERIOD, 4, 12 }, { NODE_EXPIRY, 3, 0 },
		{ NODE_CASE, 1, 0 }, { NODE_CONTROL, 9999, 0 },
		{ NODE_OCSP_PART, 3, 3 }, { NODE_OCSP_ANSWER, 9999, 0 },
		{ NODE_OCSP_FIXED, 99, 0 }, { NODE_EVENT, 99999, 0 },
		{ NODE_DOCUMENT, 99999, 0 }, { NODE_KEY, 9999, 0 },
		{ NODE_NAME, 9999, 0 }, { NODE_REQUEST_EVENTS, 9999, 0 },
		{ NODE_CERT_EVENTS, 9999, 0 }, { NODE_RA, 7, 0 },
		{ NODE_DESK, 9999 * 8, 0 }, { NODE_DESK, 9999 * 8 + 3, 0 },
		{ NODE_DESK, 8 + 4, 0 }, { NODE_DESK, 2 * 8 + 7, 0 },
		{ NODE_DESK_FILE, 999999, 0 }, { NODE_DESK_TEXT, 999999, 0 },
		{ NODE_DESK_LINK, 9999, 0 }, { NODE_ACCEPT, 9999, 0 },
		{ NODE_PUBLIC_PEM, 9999, 0 }, { NODE_TERMS, 999999, 2 },
		{ NODE_RECEIPT, 9999, 0 }, { NODE_NOTICE, 9999, 0 },
	};
	struct ask			ask;
	struct stat			st;
	size_t				i;

	tree_ask(tree, &ask);
	for (i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		if (node_stat(&ask, nodes[i], &st))
			fail_msg("class %d is there", nodes[i].class);
	tree_answered(&ask);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(everything_listed_is_there,
		    tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(
		    consent_shows_a_certificate_to_everybody, tree_setup,
		    tree_teardown),
		cmocka_unit_test_setup_teardown(a_new_status_is_a_new_inode,
		    tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(paths_lead_to_folders_only,
		    tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(
		    the_kernel_is_told_of_publications, tree_setup,
		    tree_teardown),
		cmocka_unit_test_setup_teardown(
		    the_desk_keeps_what_people_wrote, tree_setup,
		    tree_teardown),
		cmocka_unit_test_setup_teardown(
		    a_dossier_leads_to_its_subscriber, tree_setup,
		    tree_teardown),
		cmocka_unit_test_setup_teardown(herald_makes_what_appears,
		    tree_setup, tree_teardown),
		cmocka_unit_test(dossiers_are_named_by_their_number),
		cmocka_unit_test_setup_teardown(modes_are_honest,
		    tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(what_never_was_is_not_there,
		    tree_setup, tree_teardown),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
