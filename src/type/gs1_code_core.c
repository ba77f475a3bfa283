/*-------------------------------------------------------------------------
 *
 * gs1_code_core.c
 *	  Code lists that values of GS1 element strings are taken from.
 *
 * ISO 3166 (countries), ISO 4217 (currencies by number), the GS1 lists of
 * package types and AIDC media types, as of the dictionary in gs1_ai_core.c;
 * and ISO 13616 account numbers, which begin with a country.  Codes of one
 * list have one width, padded with spaces, and ascend.
 *
 *-------------------------------------------------------------------------
 */
#include "type/gs1_digit_core.h"
#include "type/gs1_rule_core.h"

#include <string.h>

#define IBAN_MIN_LENGTH 11
#define IBAN_MAX_LENGTH 34
#define MAX_CODE_WIDTH 3

static const char countries[] =
	"ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBY"
	"BZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFK"
	"FMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIR"
	"ISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMK"
	"MLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPM"
	"PNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTF"
	"TGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZW";

static const char country_numbers[] =
	"004008010012016020024028031032036040044048050051052056060064068070072074076084"
	"086090092096100104108112116120124132136140144148152156158162166170174175178180"
	"184188191192196203204208212214218222226231232233234238239242246248250254258260"
	"262266268270275276288292296300304308312316320324328332334336340344348352356360"
	"364368372376380384388392398400404408410414417418422426428430434438440442446450"
	"454458462466470474478480484492496498499500504508512516520524528531533534535540"
	"548554558562566570574578580581583584585586591598600604608612616620624626630634"
	"638642643646652654659660662663666670674678682686688690694702703704705706710716"
	"724728729732740744748752756760762764768772776780784788792795796798800804807818"
	"826831832833834840850854858860862876882887894";

static const char currency_numbers[] =
	"008012032036044048050051052060064068072084090096104108116124132136144152156170"
	"174188192203208214222230232238242262270292320324328332340344348352356360364368"
	"376388392396398400404408410414417418422426430434446454458462480484496498504512"
	"516524532533548554558566578586590598600604608634643646654682690702704706710728"
	"748752756760764776780784788800807818826834840858860882886901924925926927928929"
	"930933934936938940941943944946947948949950951952953955956957958959960961962963"
	"964965967968969970971972973975976977978979980981984985986990994997999";

static const char package_types[] =
	"1A 1B 1D 1F 1G 1W 2002012022032042052062102112122C 3A 3H 43 44 4A 4B 4C 4D 4F "
	"4G 4H 5H 5L 5M 6H 6P 7A 7B 8  8A 8B 8C 9  AA AB AC AD AF AG AH AI AJ AL AM AP "
	"APEAT AV B4 BB BC BD BE BF BG BGEBH BI BJ BK BL BM BMEBN BO BP BQ BR BRIBS BT "
	"BU BV BW BX BY BZ CA CB CBLCC CCECD CE CF CG CH CI CJ CK CL CM CN CO CP CQ CR "
	"CS CT CU CV CW CX CY CZ DA DB DC DG DH DI DJ DK DL DM DN DP DPEDR DS DT DU DV "
	"DW DX DY E1 E2 E3 EC ED EE EF EG EH EI EN FB FC FD FE FI FL FO FOBFP FPEFR FT "
	"FW FX GB GI GL GR GU GY GZ HA HB HC HG HN HR IA IB IC ID IE IF IG IH IK IL IN "
	"IZ JB JC JG JR JT JY KG KI LABLE LG LT LU LV LZ MA MB MC ME MPEMR MS MT MW MX "
	"NA NE NF NG NS NT NU NV OA OB OC OD OE OF OK OPEOT OU P2 PA PAEPB PC PD PE PF "
	"PG PH PI PJ PK PL PLPPN PO POPPP PPEPR PT PU PUEPV PX PY PZ QA QB QC QD QF QG "
	"QH QJ QK QL QM QN QP QQ QR QS RB1RB2RB3RCBRD RG RJ RK RL RO RT RZ S1 SA SB SC "
	"SD SE SECSH SI SK SL SM SO SP SS ST STLSU SV SW SX SY SZ T1 TB TC TD TE TEVTG "
	"THETI TK TL TN TO TR TRETS TT TTETU TV TW TWETY TZ UC UN UUEVA VG VI VK VL VN "
	"VO VP VQ VR VS VY WA WB WC WD WF WG WH WJ WK WL WM WN WP WQ WR WRPWS WT WU WV "
	"WW WX WY WZ X11X12X15X16X17X18X19X20X3 XA XB XC XD XF XG XH XJ XK YA YB YC YD "
	"YF YG YH YJ YK YL YM YN YP YQ YR YS YT YV YW YX YY YZ ZA ZB ZC ZD ZF ZG ZH ZJ "
	"ZK ZL ZM ZN ZP ZQ ZR ZS ZT ZU ZV ZW ZX ZY ZZ ";

/* Whether a list of codes of one width holds a code, which may be shorter. */
static bool
is_listed(const char *list, size_t size, size_t width, const char *code, size_t length)
{
	char padded[MAX_CODE_WIDTH];
	size_t low = 0;
	size_t high = size / width;

	if (length == 0 || length > width)
		return false;
	memset(padded, ' ', sizeof(padded));
	memcpy(padded, code, length);
	while (low < high)
	{
		size_t middle = low + (high - low) / 2;
		int order = memcmp(padded, list + middle * width, width);

		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

#define IS_LISTED(list, width, code, length)                                             \
	is_listed(list, sizeof(list) - 1, width, code, length)

bool
ims_gs1_is_country(const char *letters)
{
	return IS_LISTED(countries, 2, letters, 2);
}

/* 01 to 10 are international, 80 to 99 national; the rest is reserved. */
static bool
is_media_type(const char *text, size_t length)
{
	int type;

	if (length != 2 || !ims_gs1_is_digits(text, 2))
		return false;
	type = (text[0] - '0') * 10 + (text[1] - '0');
	return (type >= 1 && type <= 10) || type >= 80;
}

ImsGs1Fault
ims_gs1_check_code(ImsGs1Check check, const char *text, size_t length)
{
	ImsGs1ElementRule rule = IMS_GS1_RULE_OK;
	bool is_country = length == 3 && IS_LISTED(country_numbers, 3, text, length);

	switch (check)
	{
	case IMS_GS1_CHECK_iso3166:
		rule = is_country ? IMS_GS1_RULE_OK : IMS_GS1_RULE_NOT_ISO3166;
		break;
	case IMS_GS1_CHECK_iso3166999:
		if (!is_country && !(length == 3 && memcmp(text, "999", 3) == 0))
			rule = IMS_GS1_RULE_NOT_ISO3166_OR_999;
		break;
	case IMS_GS1_CHECK_iso3166alpha2:
		if (length != 2 || !ims_gs1_is_country(text))
			rule = IMS_GS1_RULE_NOT_ISO3166_ALPHA2;
		break;
	case IMS_GS1_CHECK_iso4217:
		if (length != 3 || !IS_LISTED(currency_numbers, 3, text, length))
			rule = IMS_GS1_RULE_NOT_ISO4217;
		break;
	case IMS_GS1_CHECK_packagetype:
		if (!IS_LISTED(package_types, 3, text, length))
			rule = IMS_GS1_RULE_INVALID_PACKAGE_TYPE;
		break;
	default:
		if (!is_media_type(text, length))
			rule = IMS_GS1_RULE_INVALID_MEDIA_TYPE;
		break;
	}
	return ims_gs1_fault(rule, 0);
}

/* The value of a character of an account number, -1 if it cannot be there. */
static int
iban_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'Z' ? c - 'A' + 10 : -1;
}

/* ISO 13616: the number, its first four characters last, is 1 modulo 97. */
ImsGs1Fault
ims_gs1_check_iban(const char *text, size_t length)
{
	int rest = 0;

	if (length < 4)
		return ims_gs1_fault(IMS_GS1_RULE_IBAN_TOO_SHORT, 0);
	if (!ims_gs1_is_country(text))
		return ims_gs1_fault(IMS_GS1_RULE_ILLEGAL_IBAN_COUNTRY_CODE, 0);
	if (length > IBAN_MAX_LENGTH)
		return ims_gs1_fault(IMS_GS1_RULE_IBAN_TOO_LONG, 0);
	if (length < IBAN_MIN_LENGTH)
		return ims_gs1_fault(IMS_GS1_RULE_IBAN_TOO_SHORT, 0);
	for (size_t i = 0; i < length; i++)
	{
		size_t at = (i + 4) % length;
		int value = iban_value(text[at]);

		if (value < 0)
			return ims_gs1_fault(IMS_GS1_RULE_INVALID_IBAN_CHARACTER, at);
		rest = (rest * (value < 10 ? 10 : 100) + value) % 97;
	}
	return ims_gs1_fault(rest == 1 ? IMS_GS1_RULE_OK : IMS_GS1_RULE_INCORRECT_IBAN_CHECKSUM,
						 2);
}
