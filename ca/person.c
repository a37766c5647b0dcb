/*
 * Pseudonyms of people.  See person.h.
 */
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "clock.h"
#include "person.h"
#include "text.h"

#define KEY_NAME	"person-key"

int
person_key_get(struct view *v, struct person_key *key)
{
	struct bytes text = { 0 };
	int found;

	found = meta_text(v, KEY_NAME, &text) == 1 && hex_decode(key->octets,
	    sizeof(key->octets), bytes_text(&text)) == 0;
	bytes_wipe(&text);
	return found;
}

int
person_key_take(struct tx *tx, struct person_key *key, struct err *err)
{
	char text[sizeof(key->octets) * 2 + 1];
	int rc;

	if (person_key_get(tx_view(tx), key) == 1)
		return 0;
	chance_octets(key->octets, sizeof(key->octets));
	hex_lower(text, key->octets, sizeof(key->octets));
	rc = meta_set_text(tx, KEY_NAME, text, err);
	OPENSSL_cleanse(text, sizeof(text));
	return rc;
}

void
person_pseudonym(const struct person_key *key, const char *kind,
    const char *who, char to[PERSON_TEXT])
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	struct bytes text = { 0 };
	char hex[SHA256_TEXT];

	bytes_printf(&text, "pkifs %s %s", kind, who);
	if (HMAC(EVP_sha256(), key->octets, sizeof(key->octets), text.data,
	    text.size, mac, NULL) == NULL)
		die("person: no HMAC");
	hex_lower(hex, mac, SHA256_OCTETS);
	snprintf(to, PERSON_TEXT, "p-%.16s", hex);
	bytes_free(&text);
}
