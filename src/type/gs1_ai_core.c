/*-------------------------------------------------------------------------
 *
 * gs1_ai_core.c
 *	  The application identifiers of GS1.
 *
 * GS1 General Specifications, section 3, as the GS1 Barcode Syntax Dictionary
 * states them for machines; test/core/gs1.c compares this table with that
 * file.  Rows ascend.  A new release of the dictionary changes rows here and
 * the version; values that are stored stay valid when an identifier is added,
 * unless they break the format that it got.
 *
 *-------------------------------------------------------------------------
 */
#include "type/gs1_ai_core.h"

#include <string.h>

#define CHECK(name) IMS_GS1_CHECK_##name
#define PART(set, least, most, ...)                                                      \
	{                                                                                    \
		set, least, most, false,                                                         \
		{                                                                                \
			__VA_ARGS__                                                                  \
		}                                                                                \
	}
#define OPTIONAL(set, least, most, ...)                                                  \
	{                                                                                    \
		set, least, most, true,                                                          \
		{                                                                                \
			__VA_ARGS__                                                                  \
		}                                                                                \
	}

static const ImsGs1Format sscc = {1, {PART('N', 18, 18, CHECK(csum), CHECK(gcppos2))}};
static const ImsGs1Format gtin = {1, {PART('N', 14, 14, CHECK(csum), CHECK(gcppos2))}};
static const ImsGs1Format x_to_20 = {1, {PART('X', 1, 20, CHECK(none))}};
static const ImsGs1Format date_zero = {1, {PART('N', 6, 6, CHECK(yymmd0))}};
static const ImsGs1Format n2 = {1, {PART('N', 2, 2, CHECK(none))}};
static const ImsGs1Format x_to_28 = {1, {PART('X', 1, 28, CHECK(none))}};
static const ImsGs1Format x_to_30 = {1, {PART('X', 1, 30, CHECK(none))}};
static const ImsGs1Format n_to_6 = {1, {PART('N', 1, 6, CHECK(none))}};
static const ImsGs1Format gdti = {2,
								  {PART('N', 13, 13, CHECK(csum), CHECK(gcppos1)),
								   OPTIONAL('X', 1, 17, CHECK(none))}};
static const ImsGs1Format gcn = {2,
								 {PART('N', 13, 13, CHECK(csum), CHECK(gcppos1)),
								  OPTIONAL('N', 1, 12, CHECK(none))}};
static const ImsGs1Format n_to_8 = {1, {PART('N', 1, 8, CHECK(none))}};
static const ImsGs1Format n6 = {1, {PART('N', 6, 6, CHECK(none))}};
static const ImsGs1Format n_to_15 = {1, {PART('N', 1, 15, CHECK(none))}};
static const ImsGs1Format amount = {2,
									{PART('N', 3, 3, CHECK(iso4217)),
									 PART('N', 1, 15, CHECK(none))}};
static const ImsGs1Format n4 = {1, {PART('N', 4, 4, CHECK(none))}};
static const ImsGs1Format prefixed_30 = {1, {PART('X', 1, 30, CHECK(gcppos1))}};
static const ImsGs1Format gsin = {1, {PART('N', 17, 17, CHECK(csum), CHECK(gcppos1))}};
static const ImsGs1Format gln = {1, {PART('N', 13, 13, CHECK(csum), CHECK(gcppos1))}};
static const ImsGs1Format post_code = {2,
									   {PART('N', 3, 3, CHECK(iso3166)),
										PART('X', 1, 9, CHECK(none))}};
static const ImsGs1Format country = {1, {PART('N', 3, 3, CHECK(iso3166))}};
static const ImsGs1Format countries = {5,
									   {PART('N', 3, 3, CHECK(iso3166)),
										OPTIONAL('N', 3, 3, CHECK(iso3166)),
										OPTIONAL('N', 3, 3, CHECK(iso3166)),
										OPTIONAL('N', 3, 3, CHECK(iso3166)),
										OPTIONAL('N', 3, 3, CHECK(iso3166))}};
static const ImsGs1Format x_to_3 = {1, {PART('X', 1, 3, CHECK(none))}};
static const ImsGs1Format x_to_35_pcenc = {1, {PART('X', 1, 35, CHECK(pcenc))}};
static const ImsGs1Format x_to_70_pcenc = {1, {PART('X', 1, 70, CHECK(pcenc))}};
static const ImsGs1Format country_letters = {1, {PART('X', 2, 2, CHECK(iso3166alpha2))}};
static const ImsGs1Format place = {2,
								   {PART('N', 10, 10, CHECK(latitude)),
									PART('N', 10, 10, CHECK(longitude))}};
static const ImsGs1Format yes_no = {1, {PART('N', 1, 1, CHECK(yesno))}};
static const ImsGs1Format date_zero_and_time = {2,
												{PART('N', 6, 6, CHECK(yymmd0)),
												 PART('N', 4, 4, CHECK(hhmi))}};
static const ImsGs1Format date = {1, {PART('N', 6, 6, CHECK(yymmdd))}};
static const ImsGs1Format temperature = {2,
										 {PART('N', 6, 6, CHECK(none)),
										  OPTIONAL('X', 1, 1, CHECK(hyphen))}};
static const ImsGs1Format n13 = {1, {PART('N', 13, 13, CHECK(none))}};
static const ImsGs1Format date_and_time = {2,
										   {PART('N', 6, 6, CHECK(yymmdd)),
											PART('N', 4, 4, CHECK(hhmi))}};
static const ImsGs1Format n_to_4 = {1, {PART('N', 1, 4, CHECK(none))}};
static const ImsGs1Format x_to_12 = {1, {PART('X', 1, 12, CHECK(none))}};
static const ImsGs1Format date_or_range = {2,
										   {PART('N', 6, 6, CHECK(yymmdd)),
											OPTIONAL('N', 6, 6, CHECK(yymmdd))}};
static const ImsGs1Format x_to_10 = {1, {PART('X', 1, 10, CHECK(none))}};
static const ImsGs1Format x_to_2 = {1, {PART('X', 1, 2, CHECK(none))}};
static const ImsGs1Format date_or_time = {2,
										  {PART('N', 6, 6, CHECK(yymmdd)),
										   OPTIONAL('N', 4, 4, CHECK(hhmi))}};
static const ImsGs1Format processor = {2,
									   {PART('N', 3, 3, CHECK(iso3166999)),
										PART('X', 1, 27, CHECK(none))}};
static const ImsGs1Format identification_code = {4,
												 {PART('N', 1, 1, CHECK(none)),
												  PART('X', 1, 1, CHECK(none)),
												  PART('X', 1, 1, CHECK(none)),
												  PART('X', 1, 1, CHECK(importeridx))}};
static const ImsGs1Format package_type = {1, {PART('X', 1, 4, CHECK(packagetype))}};
static const ImsGs1Format certification = {2,
										   {PART('X', 2, 2, CHECK(none)),
											PART('X', 1, 28, CHECK(none))}};
static const ImsGs1Format media_type = {1, {PART('N', 2, 2, CHECK(mediatype))}};
static const ImsGs1Format x_to_25 = {1, {PART('X', 1, 25, CHECK(none))}};
static const ImsGs1Format long_date = {1, {PART('N', 8, 8, CHECK(yyyymmdd))}};
static const ImsGs1Format long_date_and_time = {2,
												{PART('N', 8, 8, CHECK(yyyymmdd)),
												 PART('N', 4, 4, CHECK(hhmi))}};
static const ImsGs1Format sex = {1, {PART('N', 1, 1, CHECK(iso5218))}};
static const ImsGs1Format x_to_40_pcenc = {1, {PART('X', 1, 40, CHECK(pcenc))}};
static const ImsGs1Format x_to_90_pcenc = {1, {PART('X', 1, 90, CHECK(pcenc))}};
static const ImsGs1Format position = {1, {PART('X', 3, 3, CHECK(posinseqslash))}};
static const ImsGs1Format roll = {5,
								  {PART('N', 4, 4, CHECK(nonzero)),
								   PART('N', 5, 5, CHECK(nonzero)),
								   PART('N', 3, 3, CHECK(nonzero)),
								   PART('N', 1, 1, CHECK(winding)),
								   PART('N', 1, 1, CHECK(none))}};
static const ImsGs1Format grai = {3,
								  {PART('N', 1, 1, CHECK(zero)),
								   PART('N', 13, 13, CHECK(csum), CHECK(gcppos1)),
								   OPTIONAL('X', 1, 16, CHECK(none))}};
static const ImsGs1Format itip = {2,
								  {PART('N', 14, 14, CHECK(csum), CHECK(gcppos2)),
								   PART('N', 4, 4, CHECK(pieceoftotal))}};
static const ImsGs1Format account = {1, {PART('X', 1, 34, CHECK(iban))}};
static const ImsGs1Format date_and_time_to_seconds = {4,
													  {PART('N', 6, 6, CHECK(yymmdd)),
													   PART('N', 2, 2, CHECK(hh)),
													   OPTIONAL('N', 2, 2, CHECK(mi)),
													   OPTIONAL('N', 2, 2, CHECK(ss))}};
static const ImsGs1Format x_to_50 = {1, {PART('X', 1, 50, CHECK(none))}};
static const ImsGs1Format cpid = {1, {PART('Y', 1, 30, CHECK(gcppos1))}};
static const ImsGs1Format cpid_serial = {1, {PART('N', 1, 12, CHECK(nozeroprefix))}};
static const ImsGs1Format gmn = {1, {PART('X', 1, 25, CHECK(csumalpha), CHECK(gcppos1))}};
static const ImsGs1Format mudi = {1,
								  {PART('X', 1, 25, CHECK(csumalpha), CHECK(gcppos1),
										CHECK(hasnondigit))}};
static const ImsGs1Format gsrn = {1, {PART('N', 18, 18, CHECK(csum), CHECK(gcppos1))}};
static const ImsGs1Format n_to_10 = {1, {PART('N', 1, 10, CHECK(none))}};
static const ImsGs1Format z_to_90 = {1, {PART('Z', 1, 90, CHECK(none))}};
static const ImsGs1Format n15 = {1, {PART('N', 15, 15, CHECK(none))}};
static const ImsGs1Format n32 = {1, {PART('N', 32, 32, CHECK(none))}};
static const ImsGs1Format psim = {2,
								  {PART('N', 18, 18, CHECK(none)),
								   OPTIONAL('N', 1, 2, CHECK(none))}};
static const ImsGs1Format coupon = {1, {PART('X', 1, 70, CHECK(couponcode))}};
static const ImsGs1Format offer = {1, {PART('X', 1, 70, CHECK(couponposoffer))}};
static const ImsGs1Format x_to_70 = {1, {PART('X', 1, 70, CHECK(none))}};
static const ImsGs1Format x_to_90 = {1, {PART('X', 1, 90, CHECK(none))}};

/* clang-format off */
static const ImsGs1Ai table[] = {
	/* from, to, digits, attribute, format, required, excluded, qualifiers, title */
	{0, 0, 2, true, &sscc, NULL, NULL, "", "SSCC"},
	{100, 100, 2, true, &gtin, NULL, "255,37", "22,10,21|235", "GTIN"},
	{200, 200, 2, true, &gtin, "37", "01,03", NULL, "CONTENT"},
	{300, 300, 2, false, &gtin, NULL, "01,02,37,235", NULL, "MTO GTIN"},
	{1000, 1000, 2, true, &x_to_20, "01,02,03,8006,8026", NULL, NULL, "BATCH/LOT"},
	{1100, 1100, 2, true, &date_zero, "01,02,03,8006,8026", NULL, NULL, "PROD DATE"},
	{1200, 1200, 2, true, &date_zero, "8020", NULL, NULL, "DUE DATE"},
	{1300, 1300, 2, true, &date_zero, "01,02,03,8006,8026", NULL, NULL, "PACK DATE"},
	{1500, 1500, 2, true, &date_zero, "01,02,03,8006,8026", NULL, NULL, "BEST BEFORE or BEST BY"},
	{1600, 1600, 2, true, &date_zero, "01,02,03,8006,8026", NULL, NULL, "SELL BY"},
	{1700, 1700, 2, true, &date_zero, "01,02,03,255,8006,8026", NULL, NULL, "USE BY or EXPIRY"},
	{2000, 2000, 2, true, &n2, "01,02,03,8006,8026", NULL, NULL, "VARIANT"},
	{2100, 2100, 2, false, &x_to_20, "01,03,8006", "235", NULL, "SERIAL"},
	{2200, 2200, 2, false, &x_to_20, "01", NULL, NULL, "CPV"},
	{2350, 2350, 3, false, &x_to_28, "01", NULL, NULL, "TPX"},
	{2400, 2400, 3, true, &x_to_30, "01,02,03,8006,8026", NULL, NULL, "ADDITIONAL ID"},
	{2410, 2410, 3, true, &x_to_30, "01,02,03,8006,8026", NULL, NULL, "CUST. PART No."},
	{2420, 2420, 3, true, &n_to_6, "01,02,8006,8026", NULL, NULL, "MTO VARIANT"},
	{2430, 2430, 3, true, &x_to_20, "01,03", NULL, NULL, "PCN"},
	{2500, 2500, 3, true, &x_to_30, "01+21,03+21,8006+21", NULL, NULL, "SECONDARY SERIAL"},
	{2510, 2510, 3, true, &x_to_30, "01,03,8006", NULL, NULL, "REF. TO SOURCE"},
	{2530, 2530, 3, true, &gdti, NULL, NULL, "", "GDTI"},
	{2540, 2540, 3, false, &x_to_20, "414", NULL, NULL, "GLN EXTENSION COMPONENT"},
	{2550, 2550, 3, true, &gcn, NULL, "01,02,415,8006,8020,8026", "", "GCN"},
	{3000, 3000, 2, true, &n_to_8, "01,02", NULL, NULL, "VAR. COUNT"},
	{3100, 3105, 4, true, &n6, "01,02", "310n", NULL, "NET WEIGHT (kg)"},
	{3110, 3115, 4, true, &n6, "01,02", "311n", NULL, "LENGTH (m)"},
	{3120, 3125, 4, true, &n6, "01,02", "312n", NULL, "WIDTH (m)"},
	{3130, 3135, 4, true, &n6, "01,02", "313n", NULL, "HEIGHT (m)"},
	{3140, 3145, 4, true, &n6, "01,02", "314n", NULL, "AREA (m²)"},
	{3150, 3155, 4, true, &n6, "01,02", "315n", NULL, "NET VOLUME (l)"},
	{3160, 3165, 4, true, &n6, "01,02", "316n", NULL, "NET VOLUME (m³)"},
	{3200, 3205, 4, true, &n6, "01,02", "320n", NULL, "NET WEIGHT (lb)"},
	{3210, 3215, 4, true, &n6, "01,02", "321n", NULL, "LENGTH (in)"},
	{3220, 3225, 4, true, &n6, "01,02", "322n", NULL, "LENGTH (ft)"},
	{3230, 3235, 4, true, &n6, "01,02", "323n", NULL, "LENGTH (yd)"},
	{3240, 3245, 4, true, &n6, "01,02", "324n", NULL, "WIDTH (in)"},
	{3250, 3255, 4, true, &n6, "01,02", "325n", NULL, "WIDTH (ft)"},
	{3260, 3265, 4, true, &n6, "01,02", "326n", NULL, "WIDTH (yd)"},
	{3270, 3275, 4, true, &n6, "01,02", "327n", NULL, "HEIGHT (in)"},
	{3280, 3285, 4, true, &n6, "01,02", "328n", NULL, "HEIGHT (ft)"},
	{3290, 3295, 4, true, &n6, "01,02", "329n", NULL, "HEIGHT (yd)"},
	{3300, 3305, 4, true, &n6, "00,01", "330n", NULL, "GROSS WEIGHT (kg)"},
	{3310, 3315, 4, true, &n6, "00,01", "331n", NULL, "LENGTH (m), log"},
	{3320, 3325, 4, true, &n6, "00,01", "332n", NULL, "WIDTH (m), log"},
	{3330, 3335, 4, true, &n6, "00,01", "333n", NULL, "HEIGHT (m), log"},
	{3340, 3345, 4, true, &n6, "00,01", "334n", NULL, "AREA (m²), log"},
	{3350, 3355, 4, true, &n6, "00,01", "335n", NULL, "VOLUME (l), log"},
	{3360, 3365, 4, true, &n6, "00,01", "336n", NULL, "VOLUME (m³), log"},
	{3370, 3375, 4, true, &n6, "01", "337n", NULL, "KG PER m²"},
	{3400, 3405, 4, true, &n6, "00,01", "340n", NULL, "GROSS WEIGHT (lb)"},
	{3410, 3415, 4, true, &n6, "00,01", "341n", NULL, "LENGTH (in), log"},
	{3420, 3425, 4, true, &n6, "00,01", "342n", NULL, "LENGTH (ft), log"},
	{3430, 3435, 4, true, &n6, "00,01", "343n", NULL, "LENGTH (yd), log"},
	{3440, 3445, 4, true, &n6, "00,01", "344n", NULL, "WIDTH (in), log"},
	{3450, 3455, 4, true, &n6, "00,01", "345n", NULL, "WIDTH (ft), log"},
	{3460, 3465, 4, true, &n6, "00,01", "346n", NULL, "WIDTH (yd), log"},
	{3470, 3475, 4, true, &n6, "00,01", "347n", NULL, "HEIGHT (in), log"},
	{3480, 3485, 4, true, &n6, "00,01", "348n", NULL, "HEIGHT (ft), log"},
	{3490, 3495, 4, true, &n6, "00,01", "349n", NULL, "HEIGHT (yd), log"},
	{3500, 3505, 4, true, &n6, "01,02", "350n", NULL, "AREA (in²)"},
	{3510, 3515, 4, true, &n6, "01,02", "351n", NULL, "AREA (ft²)"},
	{3520, 3525, 4, true, &n6, "01,02", "352n", NULL, "AREA (yd²)"},
	{3530, 3535, 4, true, &n6, "00,01", "353n", NULL, "AREA (in²), log"},
	{3540, 3545, 4, true, &n6, "00,01", "354n", NULL, "AREA (ft²), log"},
	{3550, 3555, 4, true, &n6, "00,01", "355n", NULL, "AREA (yd²), log"},
	{3560, 3565, 4, true, &n6, "01,02", "356n", NULL, "NET WEIGHT (tr oz)"},
	{3570, 3575, 4, true, &n6, "01,02", "357n", NULL, "NET VOLUME (oz)"},
	{3600, 3605, 4, true, &n6, "01,02", "360n", NULL, "NET VOLUME (qt (US))"},
	{3610, 3615, 4, true, &n6, "01,02", "361n", NULL, "NET VOLUME (gal.)"},
	{3620, 3625, 4, true, &n6, "00,01", "362n", NULL, "VOLUME (qt (US)), log"},
	{3630, 3635, 4, true, &n6, "00,01", "363n", NULL, "VOLUME (gal (US)), log"},
	{3640, 3645, 4, true, &n6, "01,02", "364n", NULL, "NET VOLUME (in³)"},
	{3650, 3655, 4, true, &n6, "01,02", "365n", NULL, "NET VOLUME (ft³)"},
	{3660, 3665, 4, true, &n6, "01,02", "366n", NULL, "NET VOLUME (yd³)"},
	{3670, 3675, 4, true, &n6, "00,01", "367n", NULL, "VOLUME (in³), log"},
	{3680, 3685, 4, true, &n6, "00,01", "368n", NULL, "VOLUME (ft³), log"},
	{3690, 3695, 4, true, &n6, "00,01", "369n", NULL, "VOLUME (yd³), log"},
	{3700, 3700, 2, true, &n_to_8, "00+02,00+8026", NULL, NULL, "COUNT"},
	{3900, 3909, 4, true, &n_to_15, "255,8020", "390n,391n,394n,8111", NULL, "AMOUNT"},
	{3910, 3919, 4, true, &amount, "8020", "391n", NULL, "AMOUNT"},
	{3920, 3929, 4, true, &n_to_15, "01+30,01+31nn,01+32nn,01+35nn,01+36nn", "392n,393n", NULL, "PRICE"},
	{3930, 3939, 4, true, &amount, "30,31nn,32nn,35nn,36nn", "393n", NULL, "PRICE"},
	{3940, 3943, 4, true, &n4, "255", "394n,8111", NULL, "PRCNT OFF"},
	{3950, 3955, 4, true, &n6, "30,31nn,32nn,35nn,36nn", "392n,393n,395n,8005", NULL, "PRICE/UoM"},
	{4000, 4000, 3, true, &x_to_30, NULL, NULL, NULL, "ORDER NUMBER"},
	{4010, 4010, 3, true, &prefixed_30, NULL, NULL, "", "GINC"},
	{4020, 4020, 3, true, &gsin, NULL, NULL, "", "GSIN"},
	{4030, 4030, 3, true, &x_to_30, "00", NULL, NULL, "ROUTE"},
	{4100, 4100, 3, true, &gln, NULL, NULL, NULL, "SHIP TO LOC"},
	{4110, 4110, 3, true, &gln, NULL, NULL, NULL, "BILL TO"},
	{4120, 4120, 3, true, &gln, NULL, NULL, NULL, "PURCHASE FROM"},
	{4130, 4130, 3, true, &gln, NULL, NULL, NULL, "SHIP FOR LOC"},
	{4140, 4140, 3, true, &gln, NULL, NULL, "254|7040", "LOC No."},
	{4150, 4150, 3, true, &gln, "8020", NULL, "8020", "PAY TO"},
	{4160, 4160, 3, true, &gln, NULL, NULL, NULL, "PROD/SERV LOC"},
	{4170, 4170, 3, true, &gln, NULL, NULL, "7040", "PARTY"},
	{4200, 4200, 3, true, &x_to_20, NULL, "421", NULL, "SHIP TO POST"},
	{4210, 4210, 3, true, &post_code, NULL, "4307", NULL, "SHIP TO POST"},
	{4220, 4220, 3, true, &country, "01,02,03,8006,8026", "426", NULL, "ORIGIN"},
	{4230, 4230, 3, true, &countries, "01,02,03", "426", NULL, "COUNTRY - INITIAL PROCESS"},
	{4240, 4240, 3, true, &country, "01,02,03", "426", NULL, "COUNTRY - PROCESS"},
	{4250, 4250, 3, true, &countries, "01,02,03", "426", NULL, "COUNTRY - DISASSEMBLY"},
	{4260, 4260, 3, true, &country, "01,02,03", NULL, NULL, "COUNTRY - FULL PROCESS"},
	{4270, 4270, 3, true, &x_to_3, "01+422,02+422,03+422", NULL, NULL, "ORIGIN SUBDIVISION"},
	{4300, 4300, 4, true, &x_to_35_pcenc, "00", NULL, NULL, "SHIP TO COMP"},
	{4301, 4301, 4, true, &x_to_35_pcenc, "00", NULL, NULL, "SHIP TO NAME"},
	{4302, 4302, 4, true, &x_to_70_pcenc, "00", NULL, NULL, "SHIP TO ADD1"},
	{4303, 4303, 4, true, &x_to_70_pcenc, "4302", NULL, NULL, "SHIP TO ADD2"},
	{4304, 4304, 4, true, &x_to_70_pcenc, "00", NULL, NULL, "SHIP TO SUB"},
	{4305, 4305, 4, true, &x_to_70_pcenc, "00", NULL, NULL, "SHIP TO LOC"},
	{4306, 4306, 4, true, &x_to_70_pcenc, "00", NULL, NULL, "SHIP TO REG"},
	{4307, 4307, 4, true, &country_letters, "00", NULL, NULL, "SHIP TO COUNTRY"},
	{4308, 4308, 4, true, &x_to_30, "00", NULL, NULL, "SHIP TO PHONE"},
	{4309, 4309, 4, true, &place, "00", NULL, NULL, "SHIP TO GEO"},
	{4310, 4310, 4, true, &x_to_35_pcenc, "00", NULL, NULL, "RTN TO COMP"},
	{4311, 4311, 4, true, &x_to_35_pcenc, "00", NULL, NULL, "RTN TO NAME"},
	{4312, 4312, 4, true, &x_to_70_pcenc, "00", NULL, NULL, "RTN TO ADD1"},
	{4313, 4313, 4, true, &x_to_70_pcenc, "4312", NULL, NULL, "RTN TO ADD2"},
	{4314, 4314, 4, true, &x_to_70_pcenc, "00", NULL, NULL, "RTN TO SUB"},
	{4315, 4315, 4, true, &x_to_70_pcenc, "00", NULL, NULL, "RTN TO LOC"},
	{4316, 4316, 4, true, &x_to_70_pcenc, "00", NULL, NULL, "RTN TO REG"},
	{4317, 4317, 4, true, &country_letters, "00", NULL, NULL, "RTN TO COUNTRY"},
	{4318, 4318, 4, true, &x_to_20, "00", NULL, NULL, "RTN TO POST"},
	{4319, 4319, 4, true, &x_to_30, "00", NULL, NULL, "RTN TO PHONE"},
	{4320, 4320, 4, true, &x_to_35_pcenc, "00", NULL, NULL, "SRV DESCRIPTION"},
	{4321, 4321, 4, true, &yes_no, "00", NULL, NULL, "DANGEROUS GOODS"},
	{4322, 4322, 4, true, &yes_no, "00", NULL, NULL, "AUTH TO LEAVE"},
	{4323, 4323, 4, true, &yes_no, "00", NULL, NULL, "SIG REQUIRED"},
	{4324, 4324, 4, true, &date_zero_and_time, "00", NULL, NULL, "NOT BEF DEL DT"},
	{4325, 4325, 4, true, &date_zero_and_time, "00", NULL, NULL, "NOT AFT DEL DT"},
	{4326, 4326, 4, true, &date, "00", NULL, NULL, "REL DATE"},
	{4330, 4330, 4, true, &temperature, "00", "4331", NULL, "MAX TEMP F."},
	{4331, 4331, 4, true, &temperature, "00", "4330", NULL, "MAX TEMP C."},
	{4332, 4332, 4, true, &temperature, "00", "4333", NULL, "MIN TEMP F."},
	{4333, 4333, 4, true, &temperature, "00", "4332", NULL, "MIN TEMP C."},
	{7001, 7001, 4, true, &n13, "01,02,8006,8026", NULL, NULL, "NSN"},
	{7002, 7002, 4, true, &x_to_30, "01,02", NULL, NULL, "MEAT CUT"},
	{7003, 7003, 4, true, &date_and_time, "01,02,03", NULL, NULL, "EXPIRY TIME"},
	{7004, 7004, 4, true, &n_to_4, "01+10,03+10", NULL, NULL, "ACTIVE POTENCY"},
	{7005, 7005, 4, true, &x_to_12, "01,02", NULL, NULL, "CATCH AREA"},
	{7006, 7006, 4, true, &date, "01,02", NULL, NULL, "FIRST FREEZE DATE"},
	{7007, 7007, 4, true, &date_or_range, "01,02", NULL, NULL, "HARVEST DATE"},
	{7008, 7008, 4, true, &x_to_3, "01,02", NULL, NULL, "AQUATIC SPECIES"},
	{7009, 7009, 4, true, &x_to_10, "01,02", NULL, NULL, "FISHING GEAR TYPE"},
	{7010, 7010, 4, true, &x_to_2, "01,02,03", NULL, NULL, "PROD METHOD"},
	{7011, 7011, 4, true, &date_or_time, "01,02,03", NULL, NULL, "TEST BY DATE"},
	{7020, 7020, 4, true, &x_to_20, "01+416,03+416,8006+416", NULL, NULL, "REFURB LOT"},
	{7021, 7021, 4, true, &x_to_20, "01,03,8006", NULL, NULL, "FUNC STAT"},
	{7022, 7022, 4, true, &x_to_20, "01+7021,03+7021,8006+7021", NULL, NULL, "REV STAT"},
	{7023, 7023, 4, true, &prefixed_30, NULL, NULL, NULL, "GIAI - ASSEMBLY"},
	{7030, 7030, 4, true, &processor, "01,02", NULL, NULL, "PROCESSOR # 0"},
	{7031, 7031, 4, true, &processor, "01,02", NULL, NULL, "PROCESSOR # 1"},
	{7032, 7032, 4, true, &processor, "01,02", NULL, NULL, "PROCESSOR # 2"},
	{7033, 7033, 4, true, &processor, "01,02", NULL, NULL, "PROCESSOR # 3"},
	{7034, 7034, 4, true, &processor, "01,02", NULL, NULL, "PROCESSOR # 4"},
	{7035, 7035, 4, true, &processor, "01,02", NULL, NULL, "PROCESSOR # 5"},
	{7036, 7036, 4, true, &processor, "01,02", NULL, NULL, "PROCESSOR # 6"},
	{7037, 7037, 4, true, &processor, "01,02", NULL, NULL, "PROCESSOR # 7"},
	{7038, 7038, 4, true, &processor, "01,02", NULL, NULL, "PROCESSOR # 8"},
	{7039, 7039, 4, true, &processor, "01,02", NULL, NULL, "PROCESSOR # 9"},
	{7040, 7040, 4, false, &identification_code, NULL, NULL, NULL, "UIC+EXT"},
	{7041, 7041, 4, false, &package_type, "00", NULL, NULL, "UFRGT UNIT TYPE"},
	{7100, 7100, 3, true, &x_to_20, "01", NULL, NULL, "NHRN PZN"},
	{7110, 7110, 3, true, &x_to_20, "01", NULL, NULL, "NHRN CIP"},
	{7120, 7120, 3, true, &x_to_20, "01", NULL, NULL, "NHRN CN"},
	{7130, 7130, 3, true, &x_to_20, "01", NULL, NULL, "NHRN DRN"},
	{7140, 7140, 3, true, &x_to_20, "01", NULL, NULL, "NHRN AIM"},
	{7150, 7150, 3, true, &x_to_20, "01", NULL, NULL, "NHRN NDC"},
	{7160, 7160, 3, true, &x_to_20, "01", NULL, NULL, "NHRN AIC"},
	{7170, 7170, 3, true, &x_to_20, "01", NULL, NULL, "NHRN SRN"},
	{7230, 7230, 4, true, &certification, "01,8004", NULL, NULL, "CERT # 1"},
	{7231, 7231, 4, true, &certification, "01,8004", NULL, NULL, "CERT # 2"},
	{7232, 7232, 4, true, &certification, "01,8004", NULL, NULL, "CERT # 3"},
	{7233, 7233, 4, true, &certification, "01,8004", NULL, NULL, "CERT # 4"},
	{7234, 7234, 4, true, &certification, "01,8004", NULL, NULL, "CERT # 5"},
	{7235, 7235, 4, true, &certification, "01,8004", NULL, NULL, "CERT # 6"},
	{7236, 7236, 4, true, &certification, "01,8004", NULL, NULL, "CERT # 7"},
	{7237, 7237, 4, true, &certification, "01,8004", NULL, NULL, "CERT # 8"},
	{7238, 7238, 4, true, &certification, "01,8004", NULL, NULL, "CERT # 9"},
	{7239, 7239, 4, true, &certification, "01,8004", NULL, NULL, "CERT # 10"},
	{7240, 7240, 4, true, &x_to_20, "01,8006", "03", NULL, "PROTOCOL"},
	{7241, 7241, 4, true, &media_type, "8017,8018", NULL, NULL, "AIDC MEDIA TYPE"},
	{7242, 7242, 4, true, &x_to_25, "8017,8018", NULL, NULL, "VCN"},
	{7250, 7250, 4, true, &long_date, "8018", "7251", NULL, "DOB"},
	{7251, 7251, 4, true, &long_date_and_time, "8018", "7250", NULL, "DOB TIME"},
	{7252, 7252, 4, true, &sex, "8018", NULL, NULL, "BIO SEX"},
	{7253, 7253, 4, true, &x_to_40_pcenc, "8017,8018", "7256,7259", NULL, "FAMILY NAME"},
	{7254, 7254, 4, true, &x_to_40_pcenc, "8017,8018", "7256,7259", NULL, "GIVEN NAME"},
	{7255, 7255, 4, true, &x_to_10, "8017,8018", "7256,7259", NULL, "SUFFIX"},
	{7256, 7256, 4, true, &x_to_90_pcenc, "8017,8018", NULL, NULL, "FULL NAME"},
	{7257, 7257, 4, true, &x_to_70_pcenc, "8018", NULL, NULL, "PERSON ADDR"},
	{7258, 7258, 4, true, &position, "8018+7259", NULL, NULL, "BIRTH SEQUENCE"},
	{7259, 7259, 4, true, &x_to_40_pcenc, "8018", "7256", NULL, "BABY"},
	{8001, 8001, 4, true, &roll, "01", NULL, NULL, "DIMENSIONS"},
	{8002, 8002, 4, true, &x_to_20, NULL, NULL, NULL, "CMT No."},
	{8003, 8003, 4, true, &grai, NULL, NULL, "", "GRAI"},
	{8004, 8004, 4, true, &prefixed_30, NULL, NULL, "7040", "GIAI"},
	{8005, 8005, 4, true, &n6, "01,02", NULL, NULL, "PRICE PER UNIT"},
	{8006, 8006, 4, true, &itip, NULL, "01,03,37", "22,10,21", "ITIP"},
	{8007, 8007, 4, true, &account, "415", NULL, NULL, "IBAN"},
	{8008, 8008, 4, true, &date_and_time_to_seconds, "01,02,03", NULL, NULL, "PROD TIME"},
	{8009, 8009, 4, true, &x_to_50, "00,01,03", NULL, NULL, "OPTSEN"},
	{8010, 8010, 4, true, &cpid, NULL, NULL, "8011", "CPID"},
	{8011, 8011, 4, false, &cpid_serial, "8010", NULL, NULL, "CPID SERIAL"},
	{8012, 8012, 4, true, &x_to_20, "01,03,8006", NULL, NULL, "VERSION"},
	{8013, 8013, 4, true, &gmn, NULL, NULL, "", "GMN"},
	{8014, 8014, 4, false, &mudi, "01", NULL, NULL, "MUDI"},
	{8017, 8017, 4, true, &gsrn, NULL, "8018", "8019", "GSRN - PROVIDER"},
	{8018, 8018, 4, true, &gsrn, NULL, "8017", "8019", "GSRN - RECIPIENT"},
	{8019, 8019, 4, false, &n_to_10, "8017,8018", NULL, NULL, "SRIN"},
	{8020, 8020, 4, false, &x_to_25, "415", NULL, NULL, "REF No."},
	{8026, 8026, 4, true, &itip, "37", "02,03,8006", NULL, "ITIP CONTENT"},
	{8030, 8030, 4, true, &z_to_90, "00,01+21,03+21,253,255,8003,8004,8006+21,8010+8011,8017,8018", NULL, NULL, "DIGSIG"},
	{8040, 8040, 4, false, &n15, "01+21", NULL, NULL, "IMEI"},
	{8041, 8041, 4, false, &n15, "01+21+8040", NULL, NULL, "IMEI2"},
	{8042, 8042, 4, false, &n32, "01+21+8040", NULL, NULL, "ESIM"},
	{8043, 8043, 4, false, &psim, "01+21+8040", NULL, NULL, "PSIM"},
	{8110, 8110, 4, true, &coupon, NULL, NULL, NULL, ""},
	{8111, 8111, 4, true, &n4, "255", NULL, NULL, "POINTS"},
	{8112, 8112, 4, true, &offer, NULL, NULL, NULL, ""},
	{8200, 8200, 4, false, &x_to_70, "01", NULL, NULL, "PRODUCT URL"},
	{9000, 9000, 2, true, &x_to_30, NULL, NULL, NULL, "INTERNAL"},
	{9100, 9900, 2, true, &x_to_90, NULL, NULL, NULL, "INTERNAL"},
};
/* clang-format on */

#define NROWS ((int) (sizeof(table) / sizeof(table[0])))

/*
 * How many digits identifiers have that begin with two digits, and how many
 * characters the value has where that is predefined, 0 where a separator tells
 * (sections 3.1 and 7.8.4).  The second list is closed for ever.
 */
static const char digits_by_prefix[] = "22222222222222222222"
									   "22233300002444444204"
									   "33340000000000000000"
									   "00000000004340000000"
									   "44400000002222222222";
const uint8_t ims_gs1_length_by_prefix[100] = {
	[0] = 18, [1] = 14, [2] = 14, [3] = 14, [4] = 16, [11] = 6,	 [12] = 6, [13] = 6,
	[14] = 6, [15] = 6, [16] = 6, [17] = 6, [18] = 6, [19] = 6,	 [20] = 2, [31] = 6,
	[32] = 6, [33] = 6, [34] = 6, [35] = 6, [36] = 6, [41] = 13,
};
/*
 * The first row that ends at or after the identifiers that begin with two
 * digits; one more entry ends the last.  With it the usual identifiers are
 * found at the first comparison.
 */
/* clang-format off */
static const unsigned char first_row[101] = {
	0, 1, 2, 3, 4, 4, 4, 4, 4, 4, 4, 5, 6, 7, 8, 8, 9, 10, 11, 11,
	11, 12, 13, 14, 15, 19, 24, 24, 24, 24, 24, 25, 32, 42, 50, 60, 68, 78, 79, 79,
	85, 89, 97, 105, 136, 136, 136, 136, 136, 136, 136, 136, 136, 136, 136, 136, 136, 136, 136, 136,
	136, 136, 136, 136, 136, 136, 136, 136, 136, 136, 136, 163, 171, 194, 194, 194, 194, 194, 194, 194,
	194, 218, 221, 222, 222, 222, 222, 222, 222, 222, 222, 223, 223, 223, 223, 223, 223, 223, 223, 223,
	224,
};
/* clang-format on */
/* clang-format off */
static const char two_digits[100][2] = {
#define TEN(c) {c, '0'}, {c, '1'}, {c, '2'}, {c, '3'}, {c, '4'}, \
			   {c, '5'}, {c, '6'}, {c, '7'}, {c, '8'}, {c, '9'}
	TEN('0'), TEN('1'), TEN('2'), TEN('3'), TEN('4'),
	TEN('5'), TEN('6'), TEN('7'), TEN('8'), TEN('9')
#undef TEN
};
/* clang-format on */
static const uint16_t powers[IMS_GS1_MAX_AI_DIGITS + 1] = {10000, 1000, 100, 10, 1};

const char *
ims_gs1_dictionary_version(void)
{
	return "2026-01-27+WR25-306";
}

int
ims_gs1_ai_count(void)
{
	return NROWS;
}

const ImsGs1Ai *
ims_gs1_ai_row(int row)
{
	return &table[row];
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * The identifier that data begin with: its first two digits tell its length.
 * False if no identifiers begin so, or the data end within it.
 */
bool
ims_gs1_read_key(const char *text, size_t length, ImsGs1Key *key)
{
	int number;
	int digits;

	if (length < 2 || !is_digit(text[0]) || !is_digit(text[1]))
		return false;
	number = (text[0] - '0') * 10 + (text[1] - '0');
	digits = digits_by_prefix[number] - '0';
	if (digits == 0 || length < (size_t) digits)
		return false;
	for (int i = 2; i < digits; i++)
	{
		if (!is_digit(text[i]))
			return false;
		number = number * 10 + (text[i] - '0');
	}
	key->number = (uint16_t) (number * powers[digits]);
	key->digits = (uint8_t) digits;
	return true;
}

/*
 * Writes the digits, unterminated, and returns how many they are.  Behind those of a
 * short identifier the zeros are written that it is padded with, so that there is room
 * for IMS_GS1_MAX_AI_DIGITS in any case.
 */
int
ims_gs1_write_key(ImsGs1Key key, char *text)
{
	memcpy(text, two_digits[key.number / 100], 2);
	memcpy(text + 2, two_digits[key.number % 100], 2);
	return key.digits;
}

/* Null for an identifier that is not in the table. */
const ImsGs1Ai *
ims_gs1_find_ai(ImsGs1Key key)
{
	int low = first_row[key.number / 100];
	int high = first_row[key.number / 100 + 1];

	if (low < NROWS && key.number >= table[low].low && key.number <= table[low].high)
		return table[low].digits == key.digits ? &table[low] : NULL;
	/* A range over several beginnings, as 91 to 99, is one row. */
	if (high < NROWS)
		high++;
	while (low < high)
	{
		int middle = low + (high - low) / 2;

		if (key.number < table[middle].low)
			high = middle;
		else if (key.number > table[middle].high)
			low = middle + 1;
		else
			return table[middle].digits == key.digits ? &table[middle] : NULL;
	}
	return NULL;
}

/*
 * The identifiers that a pattern of a rule stands for: its last digits may be
 * n, any digit.  None if it is longer than any identifier.
 */
ImsGs1Range
ims_gs1_read_pattern(const char *pattern, size_t length)
{
	int low = 0;
	int high = 0;

	if (length > IMS_GS1_MAX_AI_DIGITS)
		return (ImsGs1Range){1, 0, 0};
	for (size_t i = 0; i < length; i++)
	{
		bool is_any = pattern[i] == 'n';

		low = low * 10 + (is_any ? 0 : pattern[i] - '0');
		high = high * 10 + (is_any ? 9 : pattern[i] - '0');
	}
	return (ImsGs1Range){(uint16_t) (low * powers[length]),
						 (uint16_t) (high * powers[length]), (uint8_t) length};
}

bool
ims_gs1_matches(ImsGs1Key key, const char *pattern, size_t length)
{
	return ims_gs1_is_in(key, ims_gs1_read_pattern(pattern, length));
}
