/*
 * Countries and identifiers: see identifiers.h.  An identifier is three
 * letters that say what kind of number it is, the country it is of, a hyphen
 * and the number; or a national scheme, two letters and a colon in place of
 * the three.
 */
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "identifiers.h"

/* ISO 3166-1 alpha-2, as of 2024. */
static const char countries[] =
    " AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI"
    " BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN"
    " CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK"
    " FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM"
    " HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN"
    " KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK"
    " ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP"
    " NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW"
    " SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF"
    " TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI"
    " VN VU WF WS YE YT ZA ZM ZW ";

enum owner { A_PERSON, AN_ORGANISATION };

/* What else than a country may stand in its place. */
struct scheme {
	const char	*letters;
	enum owner	 owner;
	const char	*also;		/* besides countries; or NULL */
	const char	*only;		/* instead of countries; or NULL */
	int		(*check)(const char *, struct err *);
};

/* ISO 17442: 18 letters or digits and two that check them (ISO 7064). */
static int
check_lei(const char *number, struct err *err)
{
	unsigned rest = 0;
	size_t i;

	for (i = 0; isdigit((unsigned char)number[i]) ||
	    isupper((unsigned char)number[i]); i++)
		rest = isdigit((unsigned char)number[i]) ?
		    (rest * 10 + (unsigned)(number[i] - '0')) % 97 :
		    (rest * 100 + (unsigned)(number[i] - 'A') + 10) % 97;
	if (i == 20 && number[i] == '\0' && rest == 1)
		return 0;
	return err_set(err, EINVAL, "wanted a legal entity identifier of 20 "
	    "letters and digits whose check digits are right (ISO 17442)");
}

/* TS 119 495: the authority's letters, a hyphen, its number. */
static int
check_psd(const char *number, struct err *err)
{
	size_t n = strspn(number, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	if (n >= 2 && n <= 8 && number[n] == '-' && number[n + 1] != '\0')
		return 0;
	return err_set(err, EINVAL, "wanted the authority's 2 to 8 letters, a "
	    "hyphen and its number (TS 119 495, 5.2.1)");
}

/* TAX is deprecated in favour of TIN, so it is not for new certificates. */
static const struct scheme schemes[] = {
	{ "PAS", A_PERSON }, { "IDC", A_PERSON }, { "PNO", A_PERSON },
	{ "TIN", A_PERSON }, { "EID", A_PERSON },
	{ "VAT", AN_ORGANISATION, "EL XI" }, { "NTR", AN_ORGANISATION },
	{ "PSD", AN_ORGANISATION, .check = check_psd },
	{ "LEI", AN_ORGANISATION, .only = "XG", .check = check_lei },
	{ "EOR", AN_ORGANISATION, "EL XI" }, { "EXC", AN_ORGANISATION, "EL" },
};
#define SCHEMES	(sizeof(schemes) / sizeof(schemes[0]))

bool
country_is_known(const char *code)
{
	char item[] = "    ";

	if (strlen(code) != 2)
		return false;
	memcpy(item + 1, code, 2);
	return strchr(code, ' ') == NULL && strstr(countries, item) != NULL;
}

static const struct scheme *
scheme_of(const char *text)
{
	size_t i;

	for (i = 0; i < SCHEMES; i++)
		if (strncmp(text, schemes[i].letters, 3) == 0)
			return &schemes[i];
	return NULL;
}

/* "EI:": two letters of a country's own scheme. */
static bool
is_national(const char *text)
{
	return isupper((unsigned char)text[0]) &&
	    isupper((unsigned char)text[1]) && text[2] == ':';
}

static bool
is_visible(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text <= 0x20 || *text >= 0x7f)
			return false;
	return true;
}

/* The country, or what this scheme has in its place. */
static bool
is_place(const struct scheme *scheme, const char *code)
{
	if (!isupper((unsigned char)code[0]) ||
	    !isupper((unsigned char)code[1]))
		return false;
	if (scheme != NULL && scheme->only != NULL)
		return strcmp(code, scheme->only) == 0;
	return country_is_known(code) || (scheme != NULL &&
	    scheme->also != NULL && strstr(scheme->also, code) != NULL);
}

static int
identifier_check(const char *text, enum owner owner, const char *wanted,
    struct err *err)
{
	const struct scheme *scheme = scheme_of(text);
	char country[3] = "";

	if (!is_national(text) && (scheme == NULL || scheme->owner != owner))
		return err_set(err, EINVAL, "wanted an identifier that begins "
		    "with %s or two letters and a colon (EN 319 412-1, %s)",
		    wanted, owner == A_PERSON ? "5.1.3" : "5.1.4");
	if (is_national(text))
		scheme = NULL;
	if (strlen(text) > 3)
		memcpy(country, text + 3, strnlen(text + 3, 2));
	if (!is_place(scheme, country) || text[5] != '-')
		return err_set(err, EINVAL, "wanted a country of ISO 3166-1 "
		    "and a hyphen behind the first three characters (EN 319 "
		    "412-1, 5.1)");
	if (text[6] == '\0' || !is_visible(text + 6))
		return err_set(err, EINVAL, "wanted a number of visible ASCII "
		    "characters behind the hyphen (EN 319 412-1, 5.1)");
	return scheme != NULL && scheme->check != NULL ?
	    scheme->check(text + 6, err) : 0;
}

int
identifier_check_person(const char *text, struct err *err)
{
	return identifier_check(text, A_PERSON, "PAS, IDC, PNO, TIN, EID",
	    err);
}

int
identifier_check_organisation(const char *text, struct err *err)
{
	return identifier_check(text, AN_ORGANISATION, "VAT, NTR, PSD, LEI, "
	    "EOR, EXC", err);
}

bool
identifier_is_of_organisation(const char *text)
{
	const struct scheme *scheme = scheme_of(text);

	return scheme != NULL && scheme->owner == AN_ORGANISATION &&
	    strlen(text) > 6 && text[5] == '-';
}
