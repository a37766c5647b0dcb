/*
 * May this TBSCertList be signed by the issuing key?  RFC 5280 5.1; a list of
 * a million entries is walked through and not copied.  A CA has three kinds of
 * list, each with numbers of its own that rise:
 *
 *	complete	KEY		number=N
 *	delta		KEY/delta	number=N/delta
 *	shard		KEY/ID		number=N/ID
 *
 * and of each but the delta one that is its last (number=N/last, N/ID/last).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../ca/crl_reason.h"
#include "rules_parts.h"

#define NEVER	((usec_t)253402300799 * USEC)	/* 99991231235959Z */
#define URI_MAX	300

/* What it says it is. */
struct list {
	struct slice	entries;
	usec_t		this_update, next_update;
	int64_t		number, base;		/* base 0: no delta */
	char		shard[20];		/* digits; "": no shard */
	bool		last;
	unsigned	seen;			/* extensions, bit by bit */
};

/* As pkifs.conf bounds it, which is less than BR 7.2.2 and BR 4.9.7 allow. */
static int
judge_times(struct judging *j, struct list *l, struct slice *s)
{
	usec_t now = j->order->now;

	if (der_get_time(s, &l->this_update) == -1)
		return refuse(j, "thisUpdate is malformed (RFC 5280 5.1.2.4)");
	if (der_get_time(s, &l->next_update) == -1)
		return refuse(j, "nextUpdate is missing (RFC 5280 5.1.2.5)");
	l->last = l->next_update == NEVER;
	if (l->this_update > now + CLOCK_LEEWAY)
		return refuse(j, "thisUpdate lies in the future");
	if (l->next_update <= l->this_update || l->next_update <= now)
		return refuse(j, "nextUpdate has passed already");
	if (!l->last && l->next_update - l->this_update >
	    j->row->lifetime_max)
		return refuse(j, "nextUpdate is more than %d days after "
		    "thisUpdate", (int)(j->row->lifetime_max / USEC_DAY));
	return 0;
}

/* --- entries ------------------------------------------------------------- */

/* removeFromCRL in a delta alone (RFC 5280 5.3.1). */
static bool
is_reason(const struct list *l, struct slice value)
{
	int64_t number;

	return der_get_number(&value, DER_ENUMERATED, &number) == 0 &&
	    value.size == 0 && number > REASON_UNSPECIFIED &&
	    number < REASONS && reason_name((int)number) != NULL &&
	    (number != REASON_REINSTATED || l->base != 0);
}

static bool
is_invalidity(struct slice value)
{
	usec_t time;

	return der_get_generalized_time(&value, &time) == 0 &&
	    value.size == 0;
}

/* reasonCode, invalidityDate, each once, not critical (5.3). */
static bool
are_entry_extensions(const struct list *l, struct slice list)
{
	bool reason = false, invalidity = false;
	struct der_extension e;
	int got;

	while ((got = next_extension(&list, &e)) == 1) {
		if (slice_equal(e.oid, OID_REASON) && !reason &&
		    is_reason(l, e.value))
			reason = true;
		else if (slice_equal(e.oid, OID_INVALIDITY) && !invalidity &&
		    is_invalidity(e.value))
			invalidity = true;
		else
			return false;
		if (e.critical)
			return false;
	}
	return got == 0 && (reason || invalidity);
}

static int
judge_entries(struct judging *j, const struct list *l)
{
	struct slice in = l->entries, entry, serial, date, rest;
	unsigned char tag;

	while (in.size > 0) {
		rest.size = 0;
		if (der_get(&in, DER_SEQUENCE, &entry) == -1 ||
		    der_get(&entry, DER_INTEGER, &serial) == -1 ||
		    serial.size == 0 || serial.size > 20 ||
		    der_get_any(&entry, &tag, &date) == -1 ||
		    (tag != DER_UTC_TIME && tag != DER_GENERALIZED_TIME) ||
		    (entry.size > 0 &&
		    (der_get(&entry, DER_SEQUENCE, &rest) == -1 ||
		    entry.size > 0)))
			return refuse(j, "an entry of revokedCertificates is "
			    "malformed (RFC 5280 5.1)");
		if (rest.size > 0 && !are_entry_extensions(l, rest))
			return refuse(j, "an entry's extensions are not a "
			    "reason and an invalidityDate (RFC 5280 5.3)");
	}
	return 0;
}

/* --- extensions ---------------------------------------------------------- */

static int
authority_key(struct judging *j, struct list *l, struct slice value)
{
	return judge_authority_key(j, value);
}

static int
number(struct judging *j, struct list *l, struct slice value)
{
	if (der_get_number(&value, DER_INTEGER, &l->number) == -1 ||
	    value.size != 0)
		return refuse(j, "the cRLNumber is malformed (RFC 5280 5.2.3)");
	return 0;
}

static int
base(struct judging *j, struct list *l, struct slice value)
{
	if (der_get_number(&value, DER_INTEGER, &l->base) == -1 ||
	    value.size != 0 || l->base == 0)
		return refuse(j, "the BaseCRLNumber is malformed (RFC 5280 "
		    "5.2.4)");
	return 0;
}

/* The one http URI of a DistributionPoint, as text; -1. */
static int
get_uri(struct slice in, char to[URI_MAX])
{
	struct slice one, name, full, uri;

	if (der_get(&in, DER_SEQUENCE, &one) == -1 || in.size != 0 ||
	    der_get(&one, DER_CONTEXT(0), &name) == -1 || one.size != 0 ||
	    der_get(&name, DER_CONTEXT(0), &full) == -1 || name.size != 0 ||
	    der_get(&full, DER_IMPLICIT(6), &uri) == -1 || full.size != 0 ||
	    uri.size >= URI_MAX)
		return -1;
	for (size_t i = 0; i < uri.size; i++)
		if (uri.data[i] <= ' ' || uri.data[i] > '~')
			return -1;
	memcpy(to, uri.data, uri.size);
	to[uri.size] = '\0';
	return strncmp(to, "http://", 7) == 0 ? 0 : -1;
}

/* .../status/crl/ID.crl: the number tells which list it is. */
static int
point(struct judging *j, struct list *l, struct slice value)
{
	static const char path[] = "/status/crl/";
	char uri[URI_MAX], *id;
	size_t digits;

	if (get_uri(value, uri) == -1 || (id = strstr(uri, path)) == NULL)
		return refuse(j, "the issuingDistributionPoint is not the one "
		    "http URI of a shard (RFC 5280 5.2.5)");
	id += sizeof(path) - 1;
	digits = strspn(id, "0123456789");
	if (digits == 0 || digits >= sizeof(l->shard) || id[0] == '0' ||
	    strcmp(id + digits, ".crl") != 0)
		return refuse(j, "the issuingDistributionPoint does not end "
		    "in the number of a shard (RFC 5280 5.2.5)");
	snprintf(l->shard, sizeof(l->shard), "%.*s", (int)digits, id);
	return 0;
}

static int
freshest(struct judging *j, struct list *l, struct slice value)
{
	static const char path[] = "/status/issuing-delta.crl";
	struct slice list;
	char uri[URI_MAX];
	size_t n;

	if (der_get(&value, DER_SEQUENCE, &list) == -1 || value.size != 0 ||
	    get_uri(list, uri) == -1 || (n = strlen(uri)) < sizeof(path) ||
	    strcmp(uri + n - (sizeof(path) - 1), path) != 0)
		return refuse(j, "the freshestCRL is not the one http URI of "
		    "the delta (RFC 5280 5.2.6)");
	return 0;
}

/* All that ever ended stays, so since the CA's beginning. */
static int
expired(struct judging *j, struct list *l, struct slice value)
{
	usec_t since;

	if (der_get_generalized_time(&value, &since) == -1 ||
	    value.size != 0 || since != j->rules->issuing.not_before)
		return refuse(j, "the expiredCertsOnCRL is not the beginning "
		    "of the issuing certificate (X.509 9.5.2.9)");
	return 0;
}

enum { AUTHORITY, NUMBER, BASE, POINT, FRESHEST, EXPIRED, EXTENSIONS };

static int
judge_extension(struct judging *j, struct list *l,
    const struct der_extension *e)
{
	const struct {
		struct slice	oid;
		bool		critical;
		int		(*judge)(struct judging *, struct list *,
				    struct slice);
	} rows[EXTENSIONS] = {
		{ OID_AUTHORITY_KEY_ID, false, authority_key },
		{ OID_CRL_NUMBER, false, number },
		{ OID_DELTA_INDICATOR, true, base },
		{ OID_ISSUING_POINT, true, point },
		{ OID_FRESHEST_CRL, false, freshest },
		{ OID_EXPIRED_ON_CRL, false, expired },
	};
	size_t i;

	for (i = 0; i < EXTENSIONS; i++)
		if (slice_equal(e->oid, rows[i].oid))
			break;
	if (i == EXTENSIONS || (l->seen & 1u << i) != 0)
		return refuse(j, "a CRL extension is not among those the "
		    "issuing key signs, or stands twice");
	if (e->critical != rows[i].critical)
		return refuse(j, "a CRL extension is critical and must not "
		    "be, or the reverse (RFC 5280 5.2)");
	l->seen |= 1u << i;
	return rows[i].judge(j, l, e->value);
}

static bool
has(const struct list *l, int extension)
{
	return (l->seen & 1u << extension) != 0;
}

static int
judge_extensions(struct judging *j, struct list *l, struct slice s)
{
	struct slice inner, list;
	struct der_extension e;
	int got;

	if (der_get(&s, DER_CONTEXT(0), &inner) == -1 || s.size != 0 ||
	    der_get(&inner, DER_SEQUENCE, &list) == -1 || inner.size != 0)
		return refuse(j, "crlExtensions is missing or malformed (RFC "
		    "5280 5.2)");
	while ((got = next_extension(&list, &e)) == 1)
		if (judge_extension(j, l, &e) == -1)
			return -1;
	if (got == -1)
		return refuse(j, "a CRL extension is malformed");
	if (!has(l, AUTHORITY) || !has(l, NUMBER))
		return refuse(j, "authorityKeyIdentifier or cRLNumber is "
		    "missing (RFC 5280 5.2)");
	if (has(l, BASE) + has(l, POINT) + has(l, FRESHEST) > 1)
		return refuse(j, "a delta has no distribution point, and only "
		    "the complete list says where the delta is (RFC 5280 "
		    "5.2.4)");
	return 0;
}

/* --- among the others ---------------------------------------------------- */

/* After the last list there is none, but for what was lost of the last. */
static int
judge_last(struct judging *j, const struct list *l, const char *list)
{
	const struct rules_past *past = j->past;
	char all[RULES_LIST];

	snprintf(all, sizeof(all), "%s/all", j->row->key);
	if (l->last && l->base != 0)
		return refuse(j, "a delta is not the last list (CSS-6.3.9-06)");
	if (past->crl_last(past->arg, list) == RULES_ENDED)
		return refuse(j, "the last list of this kind was signed "
		    "(CSS-6.3.9-06)");
	if (!l->last && past->crl_last(past->arg, all) != RULES_NEVER)
		return refuse(j, "the CA issued its last CRL (CSS-6.3.9-06)");
	return 0;
}

/* It rises (RFC 5280 5.2.3, BR 7.2.2), in each list by itself. */
static int
judge_number(struct judging *j, const struct list *l)
{
	const struct rules_past *past = j->past;
	char list[RULES_LIST];
	int64_t before;

	snprintf(list, sizeof(list), "%s%s%s", j->row->key,
	    l->base != 0 || l->shard[0] != '\0' ? "/" : "",
	    l->base != 0 ? "delta" : l->shard);
	snprintf(j->what, 48, "number=%" PRId64 "%s%s", l->number,
	    list + strlen(j->row->key), l->last ? "/last" : "");
	before = past->crl_number(past->arg, list);
	if (l->number <= before)
		return refuse(j, "the cRLNumber %" PRId64 " is not above %"
		    PRId64 ", the last one (RFC 5280 5.2.3)", l->number,
		    before);
	if (l->base != 0 && (l->base >= l->number ||
	    l->base > past->crl_number(past->arg, j->row->key)))
		return refuse(j, "the BaseCRLNumber %" PRId64 " is not that "
		    "of a complete list before this one (RFC 5280 5.2.4)",
		    l->base);
	return judge_last(j, l, list);
}

int
judge_crl(struct judging *j, struct slice s)
{
	struct list l = { 0 };
	struct slice version;

	if (der_get(&s, DER_INTEGER, &version) == -1 || version.size != 1 ||
	    version.data[0] != 1)
		return refuse(j, "this is no version 2 CRL to be signed (RFC "
		    "5280 5.1.2.1)");
	if (judge_algorithm(j, &s) == -1 || judge_issuer(j, &s) == -1 ||
	    judge_times(j, &l, &s) == -1)
		return -1;
	/* OPTIONAL: nothing is revoked. */
	if (der_next_is(s, DER_SEQUENCE) &&
	    (der_get(&s, DER_SEQUENCE, &l.entries) == -1 ||
	    l.entries.size == 0))
		return refuse(j, "revokedCertificates is empty or malformed "
		    "(RFC 5280 5.1.2.6)");
	/* They say which entries there may be. */
	if (judge_extensions(j, &l, s) == -1 || judge_number(j, &l) == -1)
		return -1;
	return judge_entries(j, &l);
}
