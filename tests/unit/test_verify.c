/*
 * Verifying a folder: a log the store wrote is intact, and each thing somebody
 * may do to a copy is found and named.
 */
#include <sys/stat.h>

#include "ca/verify.h"
#include "store.h"

#define EVENTS	30

static char copy[64];		/* the folder with evidence/ in it */
static char hour[CLOCK_TEXT];
static char document[65];

static void	in_copy(char to[300], const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));

static void
in_copy(char to[300], const char *fmt, ...)
{
	char below[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(below, sizeof(below), fmt, ap);
	va_end(ap);
	snprintf(to, 300, "%s/evidence/%s", copy, below);
}

static void
write_file(const char *path, struct slice s)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(s.data, 1, s.size, f), s.size);
	fclose(f);
}

static void
make_folders(void)
{
	char path[300];
	size_t i;

	snprintf(path, sizeof(path), "%s/evidence", copy);
	mkdir(path, 0700);
	in_copy(path, "documents");
	mkdir(path, 0700);
	for (i = 4; i <= 13; i += 3) {
		in_copy(path, "%.*s", (int)i, hour);
		mkdir(path, 0700);
	}
}

static const char *
name_of(int n)
{
	return n % 3 == 0 ? "certificate-issued" : "request-decided";
}

static void
write_log(void)
{
	struct bytes bytes = { 0 };
	struct event *e;
	char path[300];
	struct tx *tx = begin();
	int64_t seq;
	int n;

	assert_done(documents_put(tx, slice_text("the request"), document,
	    &test_err));
	in_copy(path, "documents/%s", document);
	write_file(path, slice_text("the request"));
	for (n = 1; n <= EVENTS; n++) {
		e = event_new(name_of(n), REGISTRATION);
		event_input(e, "request", 11, document);
		assert_done(events_append(tx, e, &seq, &test_err));
		event_free(e);
		assert_int_equal(events_bytes(tx_view(tx), seq, &bytes), 1);
		in_copy(path, "%s/%012d-%s.json", hour, n, name_of(n));
		write_file(path, SLICE(&bytes));
	}
	tx_abort(tx);
	bytes_free(&bytes);
}

static int
setup(void **state)
{
	store_make();
	strcpy(copy, "/tmp/pkifs-verify-XXXXXX");
	assert_non_null(mkdtemp(copy));
	clock_text_hour(hour, clock_now());
	make_folders();
	write_log();
	return 0;
}

static int
teardown(void **state)
{
	nftw(copy, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	store_unmake();
	return 0;
}

static char said[8192];

static void
collect(void *arg, enum verify_kind kind, const char *sentence)
{
	size_t used = strlen(said);

	snprintf(said + used, sizeof(said) - used, "%c %s\n",
	    "nf?"[kind], sentence);
}

static struct verify_summary sum;

static int
verify(void)
{
	said[0] = '\0';
	return verify_directory(copy, collect, NULL, &sum);
}

static void
a_copy_is_intact(void **state)
{
	char path[300];

	if (verify() != 0)
		fail_msg("%s", said);
	assert_string_equal(said, "");
	assert_int_equal(sum.first, 1);
	assert_int_equal(sum.last, EVENTS);
	assert_int_equal(sum.events, EVENTS);
	assert_int_equal(sum.documents, 1);
	snprintf(path, sizeof(path), "%s/evidence", copy);
	said[0] = '\0';
	assert_int_equal(verify_directory(path, collect, NULL, &sum), 0);
	assert_int_equal(sum.events, EVENTS);
}

/* --- what may be done to it ---------------------------------------------- */

static void
path_of(char path[300], int n)
{
	in_copy(path, "%s/%012d-%s.json", hour, n, name_of(n));
}

static void
edit(int n, const char *from, const char *to)
{
	char path[300], text[8192], *at;
	struct bytes edited = { 0 };
	size_t size;
	FILE *f;

	path_of(path, n);
	f = fopen(path, "r");
	assert_non_null(f);
	size = fread(text, 1, sizeof(text) - 1, f);
	text[size] = '\0';
	fclose(f);
	at = strstr(text, from);
	assert_non_null(at);
	bytes_put(&edited, text, (size_t)(at - text));
	bytes_put_text(&edited, to);
	bytes_put_text(&edited, at + strlen(from));
	write_file(path, SLICE(&edited));
	bytes_free(&edited);
}

static void
change_one(void)
{
	edit(7, "\"decision\": null", "\"decision\": true");
}

static void
change_the_last_number(void)
{
	edit(EVENTS, "\"seq\": 30", "\"seq\": 31");
}

static void
change_the_name_inside(void)
{
	edit(EVENTS, "certificate-issued", "certificate-burned");
}

static void
change_the_hour(void)
{
	edit(EVENTS, "\"time\": \"2", "\"time\": \"3");
}

static void
break_the_json(void)
{
	edit(EVENTS, "\"seq\"", "seq");
}

static void
remove_one_event(void)
{
	char path[300];

	path_of(path, 9);
	assert_int_equal(unlink(path), 0);
}

static void
remove_the_first(void)
{
	char path[300];

	path_of(path, 1);
	assert_int_equal(unlink(path), 0);
}

static void
begin_with_a_strange_predecessor(void)
{
	edit(1, "\"previous\": \"0", "\"previous\": \"1");
}

static void
rename_one(void)
{
	char path[300], to[300];

	path_of(path, EVENTS);
	in_copy(to, "%s/%012d-%s.json", hour, EVENTS, "another-name");
	assert_int_equal(rename(path, to), 0);
}

static void
put_one_twice(void)
{
	char path[300], to[300];

	path_of(path, 5);
	in_copy(to, "%s/%012d-%s.json", hour, 5, "another-name");
	assert_int_equal(link(path, to), 0);
}

static void
put_into_another_hour(void)
{
	char path[300], to[300], other[CLOCK_TEXT];

	strcpy(other, hour);
	other[12] = other[12] == '3' ? '2' : (char)(other[12] + 1);
	if (other[11] == '2' && other[12] > '3')
		other[12] = '0';
	in_copy(to, "%s", other);
	assert_int_equal(mkdir(to, 0700), 0);
	path_of(path, EVENTS);
	in_copy(to, "%s/%012d-%s.json", other, EVENTS, name_of(EVENTS));
	assert_int_equal(rename(path, to), 0);
}

static void
put_a_stranger(void)
{
	char path[300];

	in_copy(path, "%s/notes.txt", hour);
	write_file(path, slice_text("x"));
}

static void
change_the_document(void)
{
	char path[300];

	in_copy(path, "documents/%s", document);
	write_file(path, slice_text("the_request"));
}

static void
cut_the_document(void)
{
	char path[300];

	in_copy(path, "documents/%s", document);
	write_file(path, slice_text("the"));
}

static void
remove_the_document(void)
{
	char path[300];

	in_copy(path, "documents/%s", document);
	assert_int_equal(unlink(path), 0);
}

static void
withhold_the_document(void)
{
	char path[300];

	remove_the_document();
	in_copy(path, "documents/%s.withheld", document);
	write_file(path, slice_text("personal data\n"));
}

static void
empty_it(void)
{
	char path[300];

	in_copy(path, ".");
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	in_copy(path, ".");
	path[strlen(path) - 2] = '\0';
	mkdir(path, 0700);
}

static void
remove_all(void)
{
	nftw(copy, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const struct {
	void		(*deed)(void);
	int		 result;
	const char	*said;
} deeds[] = {
	{ change_one, 1, "is not the digest of the event before" },
	{ change_the_last_number, 1, "the event in it has number 31" },
	{ change_the_name_inside, 1, "is named certificate-burned" },
	{ change_the_hour, 1, "is of the hour 3" },
	{ break_the_json, 1, "it is not JSON" },
	{ remove_one_event, 1, "f 1 events are missing: 9 to 9" },
	{ remove_the_first, 0, "n the evidence begins with event 2" },
	{ begin_with_a_strange_predecessor, 1, "000000000001-request" },
	{ rename_one, 1, "the event in it is named certificate-issued" },
	{ put_one_twice, 1, "event 5 is there twice" },
	{ put_into_another_hour, 1, "is of the hour" },
	{ put_a_stranger, 1, "notes.txt is not the name of an event" },
	{ change_the_document, 1, "has another content" },
	{ cut_the_document, 1, "should have 11 octets and has 3" },
	{ remove_the_document, 1, "is missing" },
	{ withhold_the_document, 0, "" },
	{ empty_it, 2, "? " },
	{ remove_all, 2, "cannot be opened" },
};

static void
each_deed_is_found(void **state)
{
	size_t i;
	int result;

	for (i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
		if (i > 0) {
			teardown(state);
			setup(state);
		}
		deeds[i].deed();
		result = verify();
		if (result != deeds[i].result ||
		    strstr(said, deeds[i].said) == NULL)
			fail_msg("deed %zu (wanted %d, %s): %d\n%s", i,
			    deeds[i].result, deeds[i].said, result, said);
	}
}

/* A clock set back: numbers rise while hours do not. */
static void
a_clock_set_back_is_no_fault(void **state)
{
	struct bytes bytes = { 0 };
	char path[300], previous[65];
	struct event *e;
	usec_t now = 1700000000 * USEC;
	int n;

	nftw(copy, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	mkdir(copy, 0700);
	memset(previous, '0', 64);
	previous[64] = '\0';
	for (n = 1; n <= 9; n++) {
		usec_t time = now + (n > 3 && n < 7 ? 3600 * USEC : 0);

		clock_text_hour(hour, time);
		make_folders();
		e = event_new(name_of(n), REGISTRATION);
		event_render(e, n, time, previous, &bytes);
		path_of(path, n);
		write_file(path, SLICE(&bytes));
		sha256_text(previous, SLICE(&bytes));
		event_free(e);
	}
	if (verify() != 0)
		fail_msg("%s", said);
	assert_int_equal(sum.events, 9);
	assert_string_equal(sum.last_sha256, previous);
	bytes_free(&bytes);
}

/* --- the reader ---------------------------------------------------------- */

#define D64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define T "2026-11-21T22:10:03.123456Z"
static const struct {
	const char	*json;
	bool		 good;
} files[] = {
	{ "{\"event\":\"a-b\",\"seq\":1,\"time\":\"" T "\",\"input\":[],"
	  "\"previous\":\"" D64 "\"}", true },
	{ "", false },
	{ "[]", false },
	{ "{}", false },
	{ "{\"event\":\"a-b\",\"seq\":0,\"time\":\"" T "\",\"input\":[],"
	  "\"previous\":\"" D64 "\"}", false },
	{ "{\"event\":\"a-b\",\"seq\":1.5,\"time\":\"" T "\",\"input\":[],"
	  "\"previous\":\"" D64 "\"}", false },
	{ "{\"event\":\"A\",\"seq\":1,\"time\":\"" T "\",\"input\":[],"
	  "\"previous\":\"" D64 "\"}", false },
	{ "{\"event\":\"../x\",\"seq\":1,\"time\":\"" T "\",\"input\":[],"
	  "\"previous\":\"" D64 "\"}", false },
	{ "{\"event\":\"a\",\"seq\":1,\"time\":\"2026-11-21\",\"input\":[],"
	  "\"previous\":\"" D64 "\"}", false },
	{ "{\"event\":\"a\",\"seq\":1,\"time\":\"" T "x\",\"input\":[],"
	  "\"previous\":\"" D64 "\"}", false },
	{ "{\"event\":\"a\",\"seq\":1,\"time\":\"" T "\",\"input\":{},"
	  "\"previous\":\"" D64 "\"}", false },
	{ "{\"event\":\"a\",\"seq\":1,\"time\":\"" T "\",\"input\":[5],"
	  "\"previous\":\"" D64 "\"}", false },
	{ "{\"event\":\"a\",\"seq\":1,\"time\":\"" T "\",\"input\":"
	  "[{\"sha256\":\"" D64 "\",\"size\":-1}],\"previous\":\"" D64 "\"}",
	  false },
	{ "{\"event\":\"a\",\"seq\":1,\"time\":\"" T "\",\"input\":"
	  "[{\"sha256\":\"" D64 "\",\"size\":1}],\"previous\":\"" D64 "\"}",
	  true },
	{ "{\"event\":\"a\",\"seq\":1,\"time\":\"" T "\",\"input\":[],"
	  "\"previous\":\"" D64 "0\"}", false },
	{ "{\"event\":\"a\",\"seq\":1,\"seq\":1,\"time\":\"" T "\","
	  "\"input\":[],\"previous\":\"" D64 "\"}", false },
	{ "{\"event\":\"a\",\"seq\":1,\"time\":\"" T "\",\"input\":[],"
	  "\"previous\":\"" D64 "\"}}", false },
};

static void
the_reader_is_strict(void **state)
{
	struct verify_event e;
	struct err err;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if ((verify_event_read(&e, slice_text(files[i].json), &err)
		    == 0) != files[i].good)
			fail_msg("%zu: %s", i, files[i].json);
		verify_event_free(&e);
	}
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_copy_is_intact),
		TEST(each_deed_is_found),
		TEST(a_clock_set_back_is_no_fault),
		cmocka_unit_test(the_reader_is_strict),
	};

	/* So that no log spans two hours. */
	setenv("PKIFS_TEST_CLOCK", "1700000000", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
