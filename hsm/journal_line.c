/*
 * One line of the journal.  Fields are separated by one space; the last is the
 * hash, the first are number and time:
 *
 *	17 2026-11-21T22:10:03.123456Z begin certificate issuing 9 TBS WHAT HASH
 *	18 2026-11-21T22:10:03.123456Z end 17 TBS SIGNATURE HASH
 *	19 2026-11-21T22:10:03.123456Z refuse crl issuing 10 TBS WHAT TEXT HASH
 *	20 2026-11-21T22:10:03.123456Z note TEXT HASH
 *
 * TBS is a SHA-256 in hexadecimal, SIGNATURE is base64 (or -: a key that was
 * handed out and is not kept), WHAT is serial=.., number=.., point=.. or -,
 * TEXT a sentence with spaces.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/der.h"
#include "journal_line.h"

static const char *const types[] = { "begin", "end", "refuse", "note" };
static const char *const kinds[] = { "certificate", "crl", "ocsp",
    "evidence", "handover" };
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void
hash_line(unsigned char to[SHA256_OCTETS],
    const unsigned char before[SHA256_OCTETS], struct slice line)
{
	unsigned char room[64 + JOURNAL_RECORD_MAX];
	char hex[SHA256_TEXT];

	hex_lower(hex, before, SHA256_OCTETS);
	memcpy(room, hex, 64);
	memcpy(room + 64, line.data, line.size);
	sha256(to, (struct slice){ room, 64 + line.size });
}

/* A sentence on one line: what is no printable ASCII becomes `?`. */
static void
put_sentence(struct bytes *b, const char *text)
{
	for (; *text != '\0'; text++)
		put_u8(b, *text >= ' ' && *text <= '~' ? (uint8_t)*text : '?');
}

void
journal_line_put(struct bytes *b, const struct journal_record *r,
    unsigned char hash[SHA256_OCTETS])
{
	char time[CLOCK_TEXT], hex[SHA256_TEXT], tbs[SHA256_TEXT];
	size_t begin = b->size;

	clock_text(time, r->time);
	hex_lower(tbs, r->tbs, SHA256_OCTETS);
	bytes_printf(b, "%" PRIu64 " %s %s", r->seq, time, types[r->type]);
	if (r->type == JOURNAL_BEGIN || r->type == JOURNAL_REFUSE)
		bytes_printf(b, " %s %s %" PRId64 " %s %s", kinds[r->kind],
		    r->key, r->intent, tbs, r->what[0] != '\0' ? r->what :
		    "-");
	if (r->type == JOURNAL_END) {
		bytes_printf(b, " %" PRIu64 " %s ", r->begin, tbs);
		if (r->signature.size == 0)
			put_u8(b, '-');
		base64_encode(b, SLICE(&r->signature));
	}
	if (r->type == JOURNAL_REFUSE || r->type == JOURNAL_NOTE) {
		put_u8(b, ' ');
		put_sentence(b, r->text);
	}
	hash_line(hash, hash, (struct slice){ b->data + begin,
	    b->size - begin });
	hex_lower(hex, hash, SHA256_OCTETS);
	bytes_printf(b, " %s\n", hex);
}

/* The next field of the line, as a string of its own; -1 when there is none. */
static int
take_field(char **rest, char **field)
{
	char *space;

	if (*rest == NULL || **rest == '\0')
		return -1;
	*field = *rest;
	if ((space = strchr(*rest, ' ')) != NULL)
		*space++ = '\0';
	*rest = space;
	return **field == '\0' ? -1 : 0;
}

static int
take_number(char **rest, uint64_t *to)
{
	char *field, *end;

	if (take_field(rest, &field) == -1 || *field < '0' || *field > '9')
		return -1;
	*to = strtoull(field, &end, 10);
	return *end == '\0' ? 0 : -1;
}

static int
take_word(char **rest, const char *const *words, size_t count, size_t *which)
{
	char *field;

	if (take_field(rest, &field) == -1)
		return -1;
	for (*which = 0; *which < count; (*which)++)
		if (strcmp(field, words[*which]) == 0)
			return 0;
	return -1;
}

static int
take_text(char **rest, char *to, size_t room)
{
	char *field;

	if (take_field(rest, &field) == -1 || strlen(field) >= room)
		return -1;
	strcpy(to, field);
	return 0;
}

/* "2026-11-21T22:10:03.123456Z", as clock_text writes it. */
static int
take_time(char **rest, usec_t *t)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd.ddddddZ";
	unsigned char der[17] = { DER_GENERALIZED_TIME, 15 };
	struct slice s = { der, sizeof(der) };
	size_t i, n = 2;
	char *field;

	if (take_field(rest, &field) == -1 ||
	    strlen(field) != sizeof(form) - 1)
		return -1;
	for (i = 0; form[i] != '\0'; i++) {
		if (form[i] == 'd' ? field[i] < '0' || field[i] > '9' :
		    field[i] != form[i])
			return -1;
		if (form[i] == 'd' && n < 16)
			der[n++] = (unsigned char)field[i];
	}
	der[16] = 'Z';
	if (der_get_generalized_time(&s, t) == -1 || *t < 0)
		return -1;
	*t += atoi(field + 20);
	return 0;
}

static int
take_digest(char **rest, unsigned char to[SHA256_OCTETS])
{
	char *field;

	if (take_field(rest, &field) == -1)
		return -1;
	return hex_decode(to, SHA256_OCTETS, field);
}

static int
take_what(char **rest, struct journal_record *r)
{
	char *field, *end;
	size_t kind;

	if (take_word(rest, kinds, KINDS, &kind) == -1 ||
	    take_text(rest, r->key, sizeof(r->key)) == -1 ||
	    take_field(rest, &field) == -1)
		return -1;
	r->kind = (enum sign_kind)kind;
	r->intent = strtoll(field, &end, 10);
	if (*end != '\0' || take_digest(rest, r->tbs) == -1)
		return -1;
	return take_text(rest, r->what, sizeof(r->what));
}

static int
take_sentence(char **rest, char *to, size_t room)
{
	if (*rest == NULL || strlen(*rest) >= room)
		return -1;
	strcpy(to, *rest);
	*rest = NULL;
	return 0;
}

static int
take_record(char **rest, struct journal_record *r)
{
	size_t type;
	char *field;

	if (take_number(rest, &r->seq) == -1 ||
	    take_time(rest, &r->time) == -1 ||
	    take_word(rest, types, 4, &type) == -1)
		return -1;
	r->type = (enum journal_kind)type;
	switch (r->type) {
	case JOURNAL_BEGIN:
		return take_what(rest, r);
	case JOURNAL_END:
		if (take_number(rest, &r->begin) == -1 ||
		    take_digest(rest, r->tbs) == -1 ||
		    take_field(rest, &field) == -1)
			return -1;
		return strcmp(field, "-") == 0 ? 0 :
		    base64_decode(&r->signature, field, strlen(field));
	case JOURNAL_REFUSE:
		if (take_what(rest, r) == -1)
			return -1;
		return take_sentence(rest, r->text, sizeof(r->text));
	default:
		return take_sentence(rest, r->text, sizeof(r->text));
	}
}

int
journal_line_parse(struct slice line, const unsigned char *before,
    struct journal_record *r, unsigned char *hash)
{
	unsigned char wanted[SHA256_OCTETS], found[SHA256_OCTETS];
	char room[JOURNAL_RECORD_MAX + 1], *rest = room;
	size_t text, i;

	memset(r, 0, sizeof(*r));
	if (line.size < 66 || line.size > JOURNAL_RECORD_MAX)
		return -1;
	for (i = 0; i < line.size; i++)
		if (line.data[i] < ' ' || line.data[i] > '~')
			return -1;
	text = line.size - 65;
	memcpy(room, line.data, line.size);
	room[line.size] = '\0';
	if (room[text] != ' ' ||
	    hex_decode(found, sizeof(found), room + text + 1) == -1)
		return -1;
	if (before != NULL) {
		hash_line(wanted, before, (struct slice){ line.data, text });
		if (memcmp(wanted, found, sizeof(found)) != 0)
			return -1;
		memcpy(hash, found, sizeof(found));
	}
	room[text] = '\0';
	if (take_record(&rest, r) == -1 || rest != NULL) {
		bytes_free(&r->signature);
		return -1;
	}
	return 0;
}
