/*
 * What an external RA may drop, by the first octet: the CMS that is sealed to
 * us (and opened with a key of nothing), the CMS inside, the text in that, and
 * the file of a recognition.
 */
#include <stdlib.h>
#include <string.h>

#include "ca/cms_sealed.h"
#include "ca/cms_signed.h"
#include "ca/external_ra.h"
#include "ca/package.h"

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

static bool
has_serial(void *arg, const char *serial)
{
	return strcmp(serial, "07") == 0;
}

static void
check_sealed(struct slice in)
{
	static const unsigned char key[HANDOVER_KEY];
	struct sealed_recipient us = { .has_serial = has_serial };
	struct bytes ber = { 0 }, content = { 0 }, item = { 0 };
	struct handover_key again;
	struct sealed sealed;
	struct err err;

	/* "CN=Us", as in the seeds. */
	us.issuer = (struct slice){ (const unsigned char *)"\x30\x0d\x31\x0b"
	    "\x30\x09\x06\x03\x55\x04\x03\x0c\x02Us", 15 };
	(void)sealed_begins(in);
	if (sealed_whole(in, &ber, &err) != 1 ||
	    sealed_read(SLICE(&ber), &us, &sealed, &err) == -1)
		goto out;
	/* What core takes apart, the signer must be able to read. */
	handover_key_put(&item, &sealed.key);
	(void)handover_key_get(SLICE(&item), &again);
	(void)sealed_open(&sealed, (struct slice){ key, sizeof(key) },
	    &content, &err);
	sealed_free(&sealed);
out:
	bytes_free(&ber);
	bytes_free(&content);
	bytes_free(&item);
}

static void
check_certificate(struct slice in)
{
	struct sealed_recipient us;

	(void)sealed_recipient_of(in, &us);
}

static void
check_signed(struct slice in)
{
	struct signed_content s;
	struct err err;

	if (signed_read(in, &s, &err) == 0)
		signed_free(&s);
	check_certificate(in);
}

static void
check_text(struct slice in)
{
	struct package p;
	struct err err;

	if (package_parse(in, &p, &err) == -1)
		return;
	if ((p.request.size == 0) == (p.revocation.size == 0) || p.id[0] == '\0' ||
	    p.documents > PACKAGE_DOCUMENTS)
		abort();
	package_free(&p);
}

static void
check_authority(struct slice in)
{
	struct external_ra ra;
	struct err err;

	if (external_ra_parse("fuzz", in, &ra, &err) == -1)
		return;
	if (ra.certificate.size == 0 || ra.subscribers[0][0] == '\0' ||
	    ra.names[0][0] == '\0')
		abort();
	(void)external_ra_has_name(&ra, "dns", "www.example.net");
	external_ra_free(&ra);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct slice in = { data + 1, size - 1 };

	if (size < 1)
		return 0;
	switch (data[0]) {
	case 's':
		check_signed(in);
		break;
	case 't':
		check_text(in);
		break;
	case 'a':
		check_authority(in);
		break;
	default:
		check_sealed((struct slice){ data, size });
	}
	return 0;
}
