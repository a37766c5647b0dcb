/*
 * What the responder says by itself, without a core: from the file of a serial
 * while it holds, about exactly what was asked; each row has a sentence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <sys/stat.h>

#include <cmocka.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/ocsp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ca/file.h"
#include "fake_ca.h"
#include "status/ocsp_response.h"
#include "status/replies.h"

#define SERIAL	"01000000000000000000000000000000AB"
#define OTHER	"01000000000000000000000000000000AC"

static struct {
	char		 dir[64];
	struct fake_ca	 ca;
	EVP_PKEY	*key;
	X509		*certificate;
	struct signatory *responder;
	struct served	*served;
	struct link	*no_link;
	struct rates	*rates;
	struct replies	*replies;
} bed;

/* A CertID and the request for it, as OpenSSL makes them. */
static void
make_request(const char *serial, const EVP_MD *digest, struct bytes *id,
    struct bytes *request)
{
	X509 *leaf = fake_certificate(bed.key, &bed.ca, "leaf", serial, 10);
	OCSP_REQUEST *r = OCSP_REQUEST_new();
	unsigned char *der = NULL;
	int size;

	OCSP_request_add0_id(r, OCSP_cert_to_id(digest, leaf,
	    bed.ca.certificate));
	size = i2d_OCSP_CERTID(OCSP_onereq_get0_id(OCSP_request_onereq_get0(r,
	    0)), &der);
	bytes_copy(id, (struct slice){ der, (size_t)size });
	OPENSSL_free(der);
	der = NULL;
	size = i2d_OCSP_REQUEST(r, &der);
	bytes_copy(request, (struct slice){ der, (size_t)size });
	OPENSSL_free(der);
	OCSP_REQUEST_free(r);
	X509_free(leaf);
}

/* A file as it would be published. */
static void
publish(const char *name, struct slice id, usec_t from, usec_t until)
{
	struct ocsp_frame frame = { .responder = bed.responder,
	    .this_update = clock_now() / USEC * USEC + from,
	    .next_update = clock_now() / USEC * USEC + until };
	struct ocsp_single single = { .cert_id = id };
	struct bytes tbs = { 0 }, signature = { 0 }, der = { 0 };
	char path[200], new[200];
	struct err err;

	ocsp_put_data(&tbs, &frame, &single, 1);
	fake_sign(bed.key, SLICE(&tbs), &signature);
	ocsp_assemble(&der, SLICE(&tbs), bed.responder, SLICE(&signature));
	snprintf(new, sizeof(new), "%s/status/ocsp-by-serial/.new", bed.dir);
	snprintf(path, sizeof(path), "%s/status/ocsp-by-serial/%s", bed.dir,
	    name);
	(void)unlink(new);
	assert_int_equal(file_write(new, SLICE(&der), 0644, &err), 0);
	assert_int_equal(rename(new, path), 0);
	bytes_free(&tbs);
	bytes_free(&signature);
	bytes_free(&der);
}

static enum ocsp_file
ask(struct slice request)
{
	struct sockaddr_in client = { .sin_family = AF_INET };
	enum ocsp_file file;
	struct reply reply;

	assert_true(replies_find(bed.replies, request,
	    (struct sockaddr *)&client, &reply));
	assert_int_equal(reply.kept != NULL, reply.file == OCSP_ANSWER);
	file = reply.file;
	reply_clear(&reply);
	return file;
}

static int
make_bed(void **state)
{
	struct bytes der = { 0 };
	char path[100];
	struct err err;

	strcpy(bed.dir, "/tmp/pkifs-replies.XXXXXX");
	assert_non_null(mkdtemp(bed.dir));
	snprintf(path, sizeof(path), "%s/status", bed.dir);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/status/ocsp-by-serial", bed.dir);
	assert_int_equal(mkdir(path, 0755), 0);
	fake_ca_make(&bed.ca, "P-256", "replies");
	bed.key = fake_key("P-256");
	bed.certificate = fake_certificate(bed.key, &bed.ca, "responder",
	    "77", 14);
	fake_der(bed.certificate, &der);
	bed.responder = signatory_new(SLICE(&der), &err);
	bytes_free(&der);
	bed.served = served_open(bed.dir, &err);
	assert_non_null(bed.served);
	bed.rates = rates_new(1, 1);
	bed.replies = replies_new(&(struct replies_plan){ &bed.served,
	    &bed.no_link, 1, 100, bed.rates, bed.rates });
	return 0;
}

static int
unmake_bed(void **state)
{
	char command[100];

	replies_free(bed.replies);
	rates_free(bed.rates);
	served_close(bed.served);
	signatory_free(bed.responder);
	X509_free(bed.certificate);
	EVP_PKEY_free(bed.key);
	fake_ca_free(&bed.ca);
	snprintf(command, sizeof(command), "rm -rf '%s'", bed.dir);
	return system(command);
}

static void
an_answer_is_given_while_it_holds(void **state)
{
	static const struct {
		const char *what;
		usec_t from, until;
		enum ocsp_file wanted;
	} rows[] = {
		{ "one that holds", 0, 3600 * USEC, OCSP_ANSWER },
		{ "one that ends soon", -3600 * USEC, 60 * USEC,
		    OCSP_ANSWER },
		{ "one that has ended", -3600 * USEC, -USEC,
		    OCSP_TRY_LATER },
		{ "one that has begun, for a clock that went back a little",
		    60 * USEC, 3600 * USEC, OCSP_ANSWER },
		{ "one that begins tomorrow", USEC_DAY, 2 * USEC_DAY,
		    OCSP_TRY_LATER },
		{ "a new one in place of it", 0, 3600 * USEC, OCSP_ANSWER },
	};
	struct bytes id = { 0 }, request = { 0 };

	make_request(SERIAL, EVP_sha1(), &id, &request);
	assert_int_equal(ask(SLICE(&request)), OCSP_UNAUTHORIZED);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		publish(SERIAL ".der", SLICE(&id), rows[i].from,
		    rows[i].until);
		for (int twice = 0; twice < 2; twice++)
			if (ask(SLICE(&request)) != rows[i].wanted)
				fail_msg("%s", rows[i].what);
	}
	bytes_free(&id);
	bytes_free(&request);
}

static void
a_file_about_something_else_is_no_answer(void **state)
{
	struct bytes id = { 0 }, other = { 0 }, request = { 0 };
	struct bytes request256 = { 0 }, ignored = { 0 };
	char path[200];

	make_request(SERIAL, EVP_sha1(), &id, &request);
	make_request(SERIAL, EVP_sha256(), &ignored, &request256);
	make_request(OTHER, EVP_sha1(), &other, &ignored);
	publish(SERIAL ".der", SLICE(&other), 0, 3600 * USEC);
	assert_int_equal(ask(SLICE(&request)), OCSP_UNAUTHORIZED);
	/* Under the name of SHA-256 one by SHA-1. */
	publish(SERIAL ".der", SLICE(&id), 0, 3600 * USEC);
	publish(SERIAL ".sha256.der", SLICE(&id), 0, 3600 * USEC);
	assert_int_equal(ask(SLICE(&request)), OCSP_ANSWER);
	assert_int_equal(ask(SLICE(&request256)), OCSP_UNAUTHORIZED);
	/* Cut short, empty, gone, a folder, a link to elsewhere. */
	snprintf(path, sizeof(path), "%s/status/ocsp-by-serial/" SERIAL
	    ".der", bed.dir);
	assert_int_equal(truncate(path, 100), 0);
	assert_int_equal(ask(SLICE(&request)), OCSP_UNAUTHORIZED);
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(ask(SLICE(&request)), OCSP_UNAUTHORIZED);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(ask(SLICE(&request)), OCSP_UNAUTHORIZED);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(ask(SLICE(&request)), OCSP_UNAUTHORIZED);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(ask(SLICE(&request)), OCSP_UNAUTHORIZED);
	assert_int_equal(unlink(path), 0);
	bytes_free(&id);
	bytes_free(&other);
	bytes_free(&request);
	bytes_free(&request256);
	bytes_free(&ignored);
}

/* More than it may keep: each is read again, and none is wrong. */
static void
what_is_kept_is_bounded(void **state)
{
	struct bytes id = { 0 }, request = { 0 };
	char serial[40], name[60];

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 600; i++) {
			snprintf(serial, sizeof(serial),
			    "0100000000000000000000000000%06X", i);
			snprintf(name, sizeof(name), "%s.der", serial);
			make_request(serial, EVP_sha1(), &id, &request);
			if (round == 0)
				publish(name, SLICE(&id), 0, 3600 * USEC);
			assert_int_equal(ask(SLICE(&request)), OCSP_ANSWER);
		}
	bytes_free(&id);
	bytes_free(&request);
}

static void
files_are_below_and_nowhere_else(void **state)
{
	char path[200];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/status/issuing.crl", bed.dir);
	fd = open(path, O_CREAT | O_WRONLY, 0644);
	assert_int_not_equal(fd, -1);
	close(fd);
	fd = served_file(bed.served, "status/issuing.crl", &st);
	assert_int_not_equal(fd, -1);
	close(fd);
	assert_int_equal(served_file(bed.served, "status/../../x", &st), -1);
	assert_int_equal(served_file(bed.served, "status/ocsp-by-serial",
	    &st), -1);
	snprintf(path, sizeof(path), "%s/status/out.crl", bed.dir);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(served_file(bed.served, "status/out.crl", &st), -1);
	snprintf(path, sizeof(path), "%s/status/in.crl", bed.dir);
	assert_int_equal(symlink("issuing.crl", path), 0);
	fd = served_file(bed.served, "status/in.crl", &st);
	assert_int_not_equal(fd, -1);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    an_answer_is_given_while_it_holds, make_bed, unmake_bed),
		cmocka_unit_test_setup_teardown(
		    a_file_about_something_else_is_no_answer, make_bed,
		    unmake_bed),
		cmocka_unit_test_setup_teardown(what_is_kept_is_bounded,
		    make_bed, unmake_bed),
		cmocka_unit_test_setup_teardown(
		    files_are_below_and_nowhere_else, make_bed, unmake_bed),
	};

	return cmocka_run_group_tests_name("replies", tests, NULL, NULL);
}
