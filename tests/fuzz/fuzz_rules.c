/*
 * What the signer is asked to sign.  The first octet says which kind; whatever
 * is permitted must be what OpenSSL reads as that kind too, whole, and never a
 * CA's certificate.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/x509v3.h>

#include "hsm/ceremony_papers.h"
#include "hsm/rules.h"

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

/* P-256 keys: all that is looked at is their form. */
static unsigned char spki[RULES_KEYS][91];

static bool
has_serial(void *arg, const char *serial)
{
	return serial[2] == 'A';
}

static int64_t
crl_number(void *arg, const char *key)
{
	return 3;
}

static enum rules_last
crl_last(void *arg, const char *list)
{
	return strcmp(list, "issuing/5") == 0 ? RULES_ENDED : RULES_NEVER;
}

static struct rules *
make_rules(void)
{
	static const unsigned char head[] = { 0x30, 0x59, 0x30, 0x13, 0x06,
	    0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
	    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
	    0x04 };
	struct bytes tbs = { 0 }, der = { 0 };
	struct slice borrowed[RULES_KEYS];
	struct ca_plan p = { .name = "Fuzz SANDBOX", .url = "http://x",
	    .policies = "2.999.411.1", .serial =
	    "0100000000000000000000000000000000" };
	struct rules *rules;
	struct err err;
	int i;

	for (i = 0; i < RULES_KEYS; i++) {
		memcpy(spki[i], head, sizeof(head));
		spki[i][90] = (unsigned char)i;
		borrowed[i] = (struct slice){ spki[i], sizeof(spki[i]) };
	}
	p.algorithm = algorithm_by_name("ec:P-256");
	p.root_spki = borrowed[0];
	p.spki = borrowed[1];
	p.not_after = 4000000000 * USEC;
	if (ceremony_issuing_tbs(&p, &tbs, &err) == -1)
		abort();
	ceremony_assemble(SLICE(&tbs), p.algorithm, slice_text("signature"),
	    &der);
	if ((rules = rules_new(SLICE(&der), borrowed, &err)) == NULL)
		die("%s", err.text);
	bytes_free(&tbs);
	bytes_free(&der);
	return rules;
}

static void
check_certificate(const struct rules *rules, struct slice tbs)
{
	const struct algorithm *a = algorithm_by_name("ec:P-256");
	const unsigned char *p;
	struct bytes der = { 0 };
	X509 *x;

	ceremony_assemble(tbs, a, slice_text("signature"), &der);
	p = der.data;
	if ((x = d2i_X509(NULL, &p, (long)der.size)) == NULL)
		goto out;	/* a subject OpenSSL does not take */
	if (X509_check_ca(x) == 1 ||
	    (X509_get_key_usage(x) != UINT32_MAX &&
	    (X509_get_key_usage(x) & (KU_KEY_CERT_SIGN | KU_CRL_SIGN)) != 0))
		abort();
out:
	X509_free(x);
	bytes_free(&der);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static const char *const keys[] = { "issuing", "issuing", "ocsp",
	    "evidence", "handover", "issuing", "issuing", "issuing" };
	static struct rules *rules;
	struct rules_past past = { has_serial, crl_number, crl_last,
	    NULL };
	struct rules_order order;
	struct err err = { 0 };
	char what[48];

	if (rules == NULL)
		rules = make_rules();
	if (size < 1)
		return 0;
	order = (struct rules_order){ (enum sign_kind)((data[0] & 7) % 5),
	    keys[data[0] & 7], { data + 1, size - 1 }, 1790000000 * USEC };
	if (rules_judge(rules, &order, &past, what, &err) == -1) {
		if (err.text[0] == '\0' || strchr(err.text, '\n') != NULL)
			abort();
		return 0;
	}
	if (order.kind == SIGN_CERTIFICATE)
		check_certificate(rules, order.tbs);
	return 0;
}
