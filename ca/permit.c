/*
 * Permits.  See permit.h: the only function that makes one wants a complete
 * verdict without findings, and the only one that makes a to-be-signed
 * certificate wants a permit.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "permit.h"
#include "tbs.h"
#include "text.h"

struct permit {
	struct judged	judged;
	atomic_flag	spent;
};

struct permit *
permit_make(const struct verdict *verdict, const struct judged *judged)
{
	struct permit *permit;
	size_t size;

	if (!verdict->complete || verdict->finding_count != 0 ||
	    judged->profile == NULL || judged->spki.size == 0)
		return NULL;
	size = judged->name_count * sizeof *judged->names;
	if ((permit = calloc(1, sizeof *permit)) == NULL ||
	    (permit->judged.names = malloc(size + 1)) == NULL)
		die("out of memory: a permit");
	permit->judged.profile = judged->profile;
	permit->judged.end = judged->end;
	permit->judged.crl_point = judged->crl_point;
	permit->judged.name_count = judged->name_count;
	if (size > 0)
		memcpy(permit->judged.names, judged->names, size);
	bytes_copy(&permit->judged.spki, SLICE(&judged->spki));
	memcpy(permit->judged.key_type, judged->key_type,
	    sizeof judged->key_type);
	permit->judged.subject = judged->subject;
	atomic_flag_clear(&permit->spent);
	return permit;
}

void
permit_free(struct permit *permit)
{
	if (permit == NULL)
		return;
	bytes_free(&permit->judged.spki);
	free(permit->judged.names);
	free(permit);
}

/*
 * From now (BR 7.1.2.7.x); inclusive of both ends (RFC 5280 4.1.2.5), hence one
 * second less.
 */
static int
choose_validity(struct tbs_content *content, const struct config *config,
    usec_t now, usec_t end, struct err *err)
{
	struct issuer issuer;

	if (issuer_get(&issuer, config, err) == -1)
		return -1;
	content->not_before = now - now % USEC;
	content->not_after = content->not_before +
	    content->profile->days * USEC_DAY - USEC;
	if (content->not_after > issuer.not_after)
		content->not_after = issuer.not_after;
	if (end != 0 && content->not_after > end)
		content->not_after = end;
	if (content->not_before < issuer.not_before ||
	    content->not_after <= content->not_before)
		return err_set(err, EINVAL, "the issuing certificate is not "
		    "valid now (GEN-6.3.3-05)");
	return 0;
}

int
permit_spend(struct permit *permit, const struct config *config, usec_t now,
    char serial[SERIAL_TEXT], struct bytes *tbs, struct err *err)
{
	const struct judged *judged = &permit->judged;
	struct tbs_content content = {
		.profile = judged->profile,
		.spki = SLICE(&judged->spki),
		.key_type = judged->key_type,
		.subject = &judged->subject,
		.names = judged->names,
		.name_count = judged->name_count,
		.crl_point = judged->crl_point,
	};

	if (atomic_flag_test_and_set(&permit->spent))
		return err_set(err, EPERM, "this permit is spent: one "
		    "judgement allows one signature (GEN-6.3.2-00A)");
	if (strcmp(judged->profile->issuer_key, "issuing") != 0)
		return err_set(err, EINVAL, "the profile %s wants the key "
		    "'%s', which issues nothing", judged->profile->name,
		    judged->profile->issuer_key);
	if (choose_validity(&content, config, now, judged->end, err) == -1)
		return -1;
	/*
	 * GEN-6.3.3-02A, BR 7.1.2.7: 128 bits of chance; the 1 keeps length
	 * and sign.
	 */
	content.serial[0] = 0x01;
	chance_octets(content.serial + 1, SERIAL_OCTETS - 1);
	hex_upper(serial, content.serial, SERIAL_OCTETS);
	return tbs_build(tbs, &content, config, err);
}
