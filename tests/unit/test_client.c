/*
 * Client and signer together, each order ending once and right: whatever is
 * killed, whatever the token does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>

#include "ca/key.h"
#include "hsm_signer.h"

#define MANY 60

static struct hsm_home home;
static struct signer_process signer;
static struct client *client;
static char shim_file[400], journal[400];

static void
begin(void)
{
	signer_start(&signer, &home);
	client = client_new();
	signer_connect(&signer, client);
	if (!key_within(client, "issuing", true, 20))
		die("the issuing key is not ready");
}

static void
end(void)
{
	int status = signer_end(&signer);

	client_free(client);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("the signer ended with %d", status);
}

static void
certificate(struct test_order *t)
{
	struct tbs_plan plan;

	order_init(t, SIGN_CERTIFICATE, "issuing");
	plan_certificate(&plan, &home);
	make_certificate(&t->order.tbs, &plan);
}

static void
verify(struct test_order *t)
{
	char type[KEY_TYPE];
	struct err err = { 0 };
	EVP_PKEY *key = key_from_spki(home.issuing.spki, type, &err);

	assert_int_equal(t->answer.outcome, SIGNED);
	if (key_verify(key, home.algorithm->signature, SLICE(&t->order.tbs),
	    SLICE(&t->signature), &err) == -1)
		fail_msg("%s", err.text);
	EVP_PKEY_free(key);
}

static void
signs_and_remembers(void **state)
{
	struct test_order t;
	struct bytes first = { 0 };
	size_t signs, number;

	begin();
	certificate(&t);
	order_submit(client, &t);
	assert_true(orders_wait(&t, 1, 10));
	verify(&t);
	assert_true(t.answer.journal > 0);
	bytes_take(&first, &t.signature);
	signs = lines_of(shim_file, "");
	number = (size_t)t.answer.journal;
	/* The same again, to the same signer and to its successor. */
	order_submit(client, &t);
	assert_true(orders_wait(&t, 1, 10));
	assert_true(slice_equal(SLICE(&first), SLICE(&t.signature)));
	assert_int_equal(t.answer.journal, number);
	signer_kill(&signer);
	signer_start(&signer, &home);
	signer_connect(&signer, client);
	t.order.recover = true;
	order_submit(client, &t);
	assert_true(orders_wait(&t, 1, 10));
	assert_int_equal(t.answer.outcome, SIGNED);
	assert_true(slice_equal(SLICE(&first), SLICE(&t.signature)));
	assert_int_equal(lines_of(shim_file, ""), signs);
	end();
	order_free(&t);
	bytes_free(&first);
}

static void
refuses_and_never_began(void **state)
{
	struct test_order t[2];
	struct tbs_plan plan;
	size_t signs = lines_of(shim_file, "");

	begin();
	order_init(&t[0], SIGN_CERTIFICATE, "issuing");
	plan_certificate(&plan, &home);
	plan.ca = true;
	make_certificate(&t[0].order.tbs, &plan);
	certificate(&t[1]);
	t[1].order.recover = true;
	order_submit(client, &t[0]);
	order_submit(client, &t[1]);
	assert_true(orders_wait(t, 2, 10));
	assert_int_equal(t[0].answer.outcome, REFUSED);
	assert_non_null(strstr(t[0].answer.reason, "CA"));
	assert_int_equal(t[1].answer.outcome, NEVER_BEGUN);
	assert_int_equal(lines_of(shim_file, ""), signs);
	end();
	assert_true(lines_of(journal, " refuse certificate issuing ") > 0);
	order_free(&t[0]);
	order_free(&t[1]);
}

/* A CRL too large for a message, and several numbers at once. */
static void
signs_large_lists(void **state)
{
	struct list_plan plan;
	struct test_order t[4];
	int i;

	begin();
	for (i = 0; i < 3; i++) {
		order_init(&t[i], SIGN_CRL, "issuing");
		plan_list(&plan, &home, i == 2 ? 20 : 20 + i);
		plan.entries = i == 0 ? 20000 : 3;
		make_list(&t[i].order.tbs, &plan);
		if (i == 0)
			order_to_file(&t[i]);
		order_submit(client, &t[i]);
	}
	assert_true(t[0].order.tbs.size > 512 * 1024);
	assert_true(orders_wait(t, 3, 10));
	verify(&t[0]);
	verify(&t[1]);
	assert_int_equal(t[2].answer.outcome, REFUSED);
	assert_non_null(strstr(t[2].answer.reason, "not above"));
	/* Who only asks hears it, too. */
	order_init(&t[3], SIGN_CRL, "issuing");
	t[3].order.recover = true;
	memset(t[3].order.tbs_sha256, '0', 64);
	order_submit(client, &t[3]);
	assert_true(orders_wait(t, 4, 10));
	assert_int_equal(t[3].answer.outcome, NEVER_BEGUN);
	assert_int_equal(t[3].answer.crl_number, 21);
	end();
	for (i = 0; i < 4; i++)
		order_free(&t[i]);
}

static void
tells_its_keys(void **state)
{
	struct signing *s;
	struct bytes spki = { 0 };
	struct err err;

	begin();
	s = client_signing(client);
	assert_true(key_within(client, "ocsp", true, 5));
	assert_int_equal(s->public_key(s, "ocsp", &spki, &err), 0);
	assert_true(slice_equal(SLICE(&spki), SLICE(&home.ocsp_spki)));
	assert_int_equal(s->public_key(s, "root", &spki, &err), -1);
	assert_false(s->ready(s, "root"));
	signer_kill(&signer);
	assert_true(key_within(client, "ocsp", false, 5));
	assert_int_equal(s->public_key(s, "ocsp", &spki, &err), -1);
	assert_int_equal(err.code, EAGAIN);
	client_free(client);
	bytes_free(&spki);
}

/* So many lines of the file have that in them, before so many seconds. */
static bool
lines_within(const char *path, const char *with, size_t wanted, int seconds)
{
	int i;

	for (i = 0; i < seconds * 1000; i++, usleep(1000))
		if (lines_of(path, with) >= wanted)
			return true;
	return false;
}

/*
 * Killed in the midst of many: each order ends once, as signed or as begun and
 * lost; the journal has a beginning for every C_Sign, an end for each signed.
 */
static void
survives_kills(void **state)
{
	struct test_order t[MANY];
	size_t i, kills, signed_ones = 0, lost = 0, begun, ended, some;

	begun = lines_of(journal, " begin ");
	ended = lines_of(journal, " end ");
	setenv("PKIFS_SHIM_DELAY", "4", 1);
	begin();
	for (kills = 0; kills < 3; kills++) {
		for (i = kills * MANY / 3; i < (kills + 1) * MANY / 3; i++) {
			certificate(&t[i]);
			order_submit(client, &t[i]);
		}
		/* In the middle: some are signed, most are not. */
		some = lines_of(journal, " end ") + 2;
		assert_true(lines_within(journal, " end ", some, 10));
		signer_kill(&signer);
		signer_start(&signer, &home);
		signer_connect(&signer, client);
	}
	assert_true(orders_wait(t, MANY, 30));
	for (i = 0; i < MANY; i++) {
		assert_int_equal(t[i].calls, 1);
		if (t[i].answer.outcome == SIGNED) {
			verify(&t[i]);
			signed_ones++;
		} else {
			assert_int_equal(t[i].answer.outcome, ABANDONED);
			lost++;
		}
		order_free(&t[i]);
	}
	end();
	unsetenv("PKIFS_SHIM_DELAY");
	assert_true(lost > 0 && signed_ones > 0);
	assert_int_equal(lines_of(journal, " begin ") - begun, MANY);
	assert_int_equal(lines_of(journal, " end ") - ended, signed_ones);
}

/*
 * Killed while it logs in: SoftHSM writes the token's file in place then, and
 * whoever is killed in between left it empty (1 of 40 kills).
 */
static void
survives_kills_at_login(void **state)
{
	useconds_t i;

	for (i = 0; i < 100; i++) {
		signer_start(&signer, &home);
		usleep(i * 7919 % 9000);
		signer_kill(&signer);
	}
	begin();
	assert_true(key_within(client, "ocsp", true, 5));
	assert_true(key_within(client, "evidence", true, 5));
	end();
}

/* At each step of one signature. */
static void
survives_at_each_step(void **state)
{
	static const struct {
		const char *point;
		enum sign_outcome outcome;
	} rows[] = {
		{ "signer.begin-synced", ABANDONED },
		{ "signer.signed", ABANDONED },
		{ "signer.end-written", SIGNED },
	};
	struct test_order t;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin();
		certificate(&t);
		stop_arm(rows[i].point);
		order_submit(client, &t);
		assert_true(stop_reached(10));
		signer_kill(&signer);
		stop_disarm();
		signer_start(&signer, &home);
		signer_connect(&signer, client);
		assert_true(orders_wait(&t, 1, 10));
		if (t.answer.outcome != rows[i].outcome)
			fail_msg("%s: outcome %d", rows[i].point,
			    (int)t.answer.outcome);
		if (t.answer.outcome == SIGNED)
			verify(&t);
		end();
		order_free(&t);
	}
}

/* Core dies and another asks what became of it. */
static void
serves_another_core(void **state)
{
	struct test_order t[2];

	begin();
	setenv("PKIFS_SHIM_DELAY", "0", 1);
	certificate(&t[0]);
	certificate(&t[1]);
	stop_arm("signer.signed");
	order_submit(client, &t[0]);
	assert_true(stop_reached(10));
	client_free(client);
	client = client_new();
	signer_connect(&signer, client);
	stop_disarm();
	t[0].order.recover = true;
	order_submit(client, &t[0]);
	order_submit(client, &t[1]);
	assert_true(orders_wait(t, 2, 10));
	verify(&t[0]);
	verify(&t[1]);
	end();
	order_free(&t[0]);
	order_free(&t[1]);
}

/* Asked about what a pen is ending just then: it is signed, and not lost. */
static void
waits_for_what_is_ending(void **state)
{
	struct test_order t[2], again;
	size_t ended = lines_of(journal, " end ");
	int i;

	setenv("PKIFS_SHIM_DELAY", "700", 1);
	begin();
	client_hold(client, true);
	for (i = 0; i < 2; i++) {
		certificate(&t[i]);
		order_submit(client, &t[i]);
	}
	i = (int)lines_of(journal, " begin ");
	client_hold(client, false);
	assert_true(lines_within(journal, " begin ", (size_t)i + 2, 10));
	stop_arm("signer.begun-before");
	client_free(client);
	client = client_new();
	signer_connect(&signer, client);
	order_init(&again, SIGN_CERTIFICATE, "issuing");
	bytes_copy(&again.order.tbs, SLICE(&t[0].order.tbs));
	again.order.recover = true;
	order_submit(client, &again);
	assert_true(stop_reached(10));
	assert_true(lines_within(journal, " end ", ended + 2, 10));
	usleep(300000);		/* the pens have nothing more to do */
	stop_disarm();
	assert_true(orders_wait(&again, 1, 10));
	assert_int_equal(again.answer.outcome, SIGNED);
	end();
	unsetenv("PKIFS_SHIM_DELAY");
	order_free(&again);
	order_free(&t[0]);
	order_free(&t[1]);
}

static void
write_file(const char *name, const char *text)
{
	char path[500];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", home.signer, name);
	chmod(path, 0600);
	if ((fd = open(path, O_WRONLY | O_TRUNC)) == -1 ||
	    write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die("%s: %m", path);
	close(fd);
}

static void
waits_for_the_right_pin(void **state)
{
	struct bytes pin = { 0 };
	struct test_order t[2];
	struct ocsp_plan plan;
	char path[500];
	struct err err;

	snprintf(path, sizeof(path), "%s/pin-ocsp", home.signer);
	must(file_read(path, 100, &pin, &err), &err);
	write_file("pin-ocsp", "wrong");
	begin();
	assert_false(key_within(client, "ocsp", true, 2));
	order_init(&t[0], SIGN_OCSP, "ocsp");
	plan_ocsp(&plan, &home, "01CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC");
	plan.revoked = true;
	make_ocsp(&t[0].order.tbs, &plan);
	certificate(&t[1]);
	order_submit(client, &t[0]);
	order_submit(client, &t[1]);
	assert_true(orders_wait(&t[1], 1, 10));
	verify(&t[1]);
	assert_false(orders_wait(&t[0], 1, 1));
	write_file("pin-ocsp", bytes_text(&pin));
	assert_true(orders_wait(&t[0], 1, 10));
	assert_int_equal(t[0].answer.outcome, SIGNED);
	end();
	order_free(&t[0]);
	order_free(&t[1]);
	bytes_free(&pin);
}

static void
expect_why(const char *key, const char *why)
{
	struct signing *s = client_signing(client);
	char found[SIGN_REASON];
	int i;

	for (i = 0; i < 500; i++, usleep(10000)) {
		s->why_not(s, key, found);
		if (strcmp(found, why) == 0)
			return;
	}
	fail_msg("%s: %s", key, found);
}

/* It is said why a key is not ready, and not where the home is. */
static void
says_why_not(void **state)
{
	struct bytes pin = { 0 };
	char path[500];
	struct err err;

	client = client_new();
	expect_why("ocsp", "the signer is away");
	client_free(client);
	snprintf(path, sizeof(path), "%s/pin-ocsp", home.signer);
	must(file_read(path, 100, &pin, &err), &err);
	write_file("pin-ocsp", "");
	begin();
	expect_why("issuing", "");
	expect_why("ocsp", "pin-ocsp holds no PIN");
	expect_why("root", "the signer does not know the key root");
	write_file("pin-ocsp", bytes_text(&pin));
	expect_why("ocsp", "");
	end();
	bytes_free(&pin);
}

/* A token that is not there is taken up when it comes. */
static void
waits_for_the_token(void **state)
{
	char tokens[500], away[500];

	snprintf(tokens, sizeof(tokens), "%s/tokens", home.signer);
	snprintf(away, sizeof(away), "%s/away", home.signer);
	assert_int_equal(rename(tokens, away), 0);
	assert_int_equal(mkdir(tokens, 0700), 0);
	signer_start(&signer, &home);
	client = client_new();
	signer_connect(&signer, client);
	assert_false(key_within(client, "issuing", true, 2));
	remove_tree(tokens);
	assert_int_equal(rename(away, tokens), 0);
	assert_true(key_within(client, "issuing", true, 15));
	end();
}

/* Nothing is signed that the journal cannot hold; it waits. */
static void
waits_for_the_disk(void **state)
{
	size_t signs = lines_of(shim_file, "");
	struct test_order t;

	begin();
	fault_arm("journal-enospc", 2);
	certificate(&t);
	order_submit(client, &t);
	assert_false(orders_wait(&t, 1, 1));
	assert_int_equal(lines_of(shim_file, ""), signs);
	assert_true(orders_wait(&t, 1, 10));
	verify(&t);
	end();
	order_free(&t);
}

/* A sync that fails: what was begun is in doubt and another signer looks. */
static void
leaves_when_in_doubt(void **state)
{
	size_t signs = lines_of(shim_file, "");
	struct test_order t;
	int status;

	begin();
	fault_arm("journal-sync", 1);
	certificate(&t);
	order_submit(client, &t);
	status = signer_wait(&signer);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	assert_int_equal(lines_of(shim_file, ""), signs);
	signer_start(&signer, &home);
	signer_connect(&signer, client);
	assert_true(orders_wait(&t, 1, 10));
	assert_int_equal(t.answer.outcome, ABANDONED);
	end();
	order_free(&t);
}

/* The same for the sync of ends, which nobody waits for. */
static void
leaves_when_a_later_sync_fails(void **state)
{
	struct test_order t[2];
	siginfo_t left = { 0 };
	size_t signs;
	int i, status;

	begin();
	certificate(&t[0]);
	order_submit(client, &t[0]);
	assert_true(orders_wait(&t[0], 1, 10));
	fault_arm("journal-sync", 1);
	for (i = 0; i < 500 && left.si_pid == 0; i++, usleep(10000))
		waitid(P_PID, (id_t)signer.pid, &left, WEXITED | WNOHANG |
		    WNOWAIT);
	assert_int_equal(left.si_pid, signer.pid);
	status = signer_wait(&signer);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	assert_int_equal(fault_left(), 0);
	signs = lines_of(shim_file, "");
	signer_start(&signer, &home);
	signer_connect(&signer, client);
	/* What it had answered is known to the next one. */
	t[0].order.recover = true;
	order_submit(client, &t[0]);
	assert_true(orders_wait(&t[0], 1, 10));
	assert_int_equal(t[0].answer.outcome, SIGNED);
	assert_int_equal(lines_of(shim_file, ""), signs);
	certificate(&t[1]);
	order_submit(client, &t[1]);
	assert_true(orders_wait(&t[1], 1, 10));
	verify(&t[1]);
	end();
	order_free(&t[0]);
	order_free(&t[1]);
}

static void
touch(const char *suffix)
{
	char path[500];
	int fd;

	snprintf(path, sizeof(path), "%s.%s", shim_file, suffix);
	if ((fd = open(path, O_WRONLY | O_CREAT, 0666)) == -1)
		die("%s: %m", path);
	close(fd);
}

/* A session that is gone is opened anew, and nobody notices. */
static void
repairs_a_session(void **state)
{
	struct test_order t;

	begin();
	certificate(&t);
	touch("fail");
	order_submit(client, &t);
	assert_true(orders_wait(&t, 1, 10));
	verify(&t);
	end();
	order_free(&t);
}

/* A module that crashes or hangs takes the signer with it, nothing else. */
static void
outlives_the_module(void **state)
{
	static const char *const how[] = { "crash", "hang" };
	struct test_order t;
	int i, status;

	setenv("PKIFS_TEST_PATIENCE", "700", 1);
	for (i = 0; i < 2; i++) {
		begin();
		certificate(&t);
		touch(how[i]);
		order_submit(client, &t);
		status = signer_wait(&signer);
		assert_true(i == 0 ? WIFSIGNALED(status) :
		    WIFEXITED(status) && WEXITSTATUS(status) == 70);
		signer_start(&signer, &home);
		signer_connect(&signer, client);
		assert_true(orders_wait(&t, 1, 10));
		assert_int_equal(t.answer.outcome, ABANDONED);
		end();
		order_free(&t);
	}
	unsetenv("PKIFS_TEST_PATIENCE");
}

/* Core that says what is no message: the signer leaves. */
static void
leaves_what_is_out_of_step(void **state)
{
	int pair[2], status;

	begin();
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		die("socketpair: %m");
	signer_send(&signer, pair[1]);
	close(pair[1]);
	assert_int_equal(write(pair[0], "\0\0\0\011nonsense!", 13), 13);
	status = signer_wait(&signer);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	close(pair[0]);
	client_free(client);
}

/* Its connection lost, and core at the other end none the wiser. */
static void
leaves_when_left_alone(void **state)
{
	int pair[2], status;
	usec_t start;

	setenv("PKIFS_TEST_PATIENCE", "600", 1);
	begin();
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		die("socketpair: %m");
	signer_send(&signer, pair[1]);
	close(pair[1]);
	close(pair[0]);
	/* Another one in time, and it stays: past its patience it signs. */
	signer_connect(&signer, client);
	for (start = clock_steady(); clock_steady() < start + 2 * 600000;
	    usleep(1000))
		assert_int_equal(waitpid(signer.pid, &status, WNOHANG), 0);
	assert_true(key_within(client, "ocsp", true, 5));
	client_free(client);
	status = signer_wait(&signer);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	unsetenv("PKIFS_TEST_PATIENCE");
}

static void
responder(struct test_order *t)
{
	struct tbs_plan plan;

	order_init(t, SIGN_CERTIFICATE, "issuing");
	plan_certificate(&plan, &home);
	plan.spki = SLICE(&home.ocsp_spki);
	plan.usage = OID_OCSP_SIGNING;
	plan.no_check = plan.no_policies = true;
	plan.not_after = plan.not_before + 14 * USEC_DAY - USEC;
	make_certificate(&t->order.tbs, &plan);
}

/*
 * Whom the root revoked signs no certificate any more, whatever core says; nor
 * while nobody knows whether it did.  Status goes on, so that its CRLs are
 * signed and the OCSP responder is certified.
 */
static void
a_revoked_ca_issues_nothing(void **state)
{
	struct ceremony_revocation revocation = { .reason = 2 };
	struct list_plan plan;
	struct test_order t[3];
	char serial[41], path[400];
	struct err err;

	hex_upper(serial, home.issuing.serial.data, home.issuing.serial.size);
	revocation.serial = serial;
	must(ceremony_root_crl(home.path, &revocation, &err), &err);
	assert_int_equal(ceremony_root_crl(home.path, &revocation, &err), -1);
	assert_int_equal(err.code, EEXIST);
	snprintf(path, sizeof(path), "%s/root.crl", home.ca);
	for (int broken = 0; broken < 2; broken++) {
		begin();
		certificate(&t[0]);
		order_init(&t[1], SIGN_CRL, "issuing");
		plan_list(&plan, &home, 9000 + broken);
		make_list(&t[1].order.tbs, &plan);
		responder(&t[2]);
		for (int i = 0; i < 3; i++)
			order_submit(client, &t[i]);
		assert_true(orders_wait(t, 3, 10));
		assert_int_equal(t[0].answer.outcome, REFUSED);
		assert_non_null(strstr(t[0].answer.reason, broken ?
		    "cannot be read" : "the root revoked"));
		verify(&t[1]);
		verify(&t[2]);
		end();
		for (int i = 0; i < 3; i++)
			order_free(&t[i]);
		unlink(path);
		must(file_write(path, slice_text("torn"), 0644, &err), &err);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_and_remembers),
		cmocka_unit_test(refuses_and_never_began),
		cmocka_unit_test(signs_large_lists),
		cmocka_unit_test(tells_its_keys),
		cmocka_unit_test(survives_kills),
		cmocka_unit_test(survives_kills_at_login),
		cmocka_unit_test(survives_at_each_step),
		cmocka_unit_test(serves_another_core),
		cmocka_unit_test(waits_for_what_is_ending),
		cmocka_unit_test(waits_for_the_right_pin),
		cmocka_unit_test(says_why_not),
		cmocka_unit_test(waits_for_the_token),
		cmocka_unit_test(waits_for_the_disk),
		cmocka_unit_test(leaves_when_in_doubt),
		cmocka_unit_test(leaves_when_a_later_sync_fails),
		cmocka_unit_test(repairs_a_session),
		cmocka_unit_test(outlives_the_module),
		cmocka_unit_test(leaves_what_is_out_of_step),
		cmocka_unit_test(leaves_when_left_alone),
		/* The last: its CA is one of the past. */
		cmocka_unit_test(a_revoked_ca_issues_nothing),
	};
	int failed;

	home_make(&home, "ec:P-256");
	snprintf(journal, sizeof(journal), "%s/journal", home.signer);
	shim_use(&home, shim_file);
	stops_page();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	home_free(&home);
	return failed;
}
