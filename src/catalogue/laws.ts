import type { LawCode } from './record-type.js';

/**
 * The paragraphs that the catalogue answers with. The code names the law and its year, so that a new law is a new code:
 * when the forvaltningslov of 2025 (LOV-2025-06-20-81, §§ 33 to 35; not in force) replaces §§ 13 ff. of 1967, its answers
 * are added with their own `validFrom`, and those below get a `validTo`.
 * Read in consolidated public data of Lovdata, 2026-04-13 (shared/domain.md section 3). Counsel confirms all of it; the
 * remark `counsel` marks what is in real doubt.
 */
const law = (code: string, paragraph: string, counsel?: string): LawCode =>
  Object.freeze({ code, paragraph, ...(counsel !== undefined && { counsel }) });

// On what an agency processes: GDPR art. 6(1)(e) with one of these.
export const OPPL_9_4 = law('OPPL2023_9_4', 'opplæringslova § 9-4');
export const OPPL_10_6 = law('OPPL2023_10_6', 'opplæringslova § 10-6');
export const OPPL_25_1_1 = law('OPPL2023_25_1_1', 'opplæringslova § 25-1 første ledd');
export const OPPL_25_1_3 = law('OPPL2023_25_1_3', 'opplæringslova § 25-1 tredje ledd');
export const OPPL_28_9 = law('OPPL2023_28_9', 'opplæringslova § 28-9');
export const PRIVSKL_7_9 = law('PRIVSKL2003_7_9', 'privatskolelova § 7-9');
export const SCHOOL_OWNER = law(
  'OPPL2023_25_1_1_PRIVSKL2003_7_9',
  'opplæringslova § 25-1 første ledd; for private skular privatskolelova § 7-9',
);
export const NAV_4A = law('NAV2006_4A', 'Nav-loven § 4 a');
export const NAV_14A = law('NAV2006_14A', 'Nav-loven § 14 a, jf. § 4 a');
export const NAV_15A = law('NAV2006_15A', 'Nav-loven § 15 a, jf. § 4 a');
export const SOSTJ_13 = law('SOSTJ2009_13', 'sosialtjenesteloven § 13');

// What lifts confidentiality.
export const FVL_13_1 = law(
  'FVL1967_13_1',
  'forvaltningsloven § 13 første ledd nr. 1: opplysningene gjelder ikke noens personlige forhold',
);
export const FVL_13A_1 = law('FVL1967_13A_1', 'forvaltningsloven § 13 a nr. 1');
/** The same law where a way without a release may be open: the release is the safer answer until counsel has confirmed. */
export const FVL_13A_1_UNTIL_CONFIRMED = law(
  FVL_13A_1.code,
  FVL_13A_1.paragraph,
  'Counsel must confirm whether forvaltningsloven § 13 b første ledd nr. 5 (for Nav with Nav-loven § 7) lets the bare connection be told without a release. Until then one is asked for.',
);
export const FVL_13B_3 = law('FVL1967_13B_3', 'forvaltningsloven § 13 b første ledd nr. 2 og 3');
export const FVL_13B_5 = law(
  'FVL1967_13B_5',
  'forvaltningsloven § 13 b første ledd nr. 5',
  'Counsel must confirm that number 5 reaches this far: that a person is connected to the giving body, what it has decided, and what furthers its own tasks. There is no right to tell in the receiver’s interest.',
);
export const NAV_7_FVL_13B_5 = law(
  'NAV2006_7_FVL1967_13B_5',
  'Nav-loven § 7, jf. forvaltningsloven § 13 b første ledd nr. 5',
  'Counsel must confirm that number 5 is open to Nav: earlier wordings of § 7 closed it.',
);
export const OPPL_25_1_LAST = law('OPPL2023_25_1_LAST', 'opplæringslova § 25-1 siste ledd, jf. tredje ledd');
export const OPPL_25_1_4 = law(
  'OPPL2023_25_1_4',
  'opplæringslova § 25-1 fjerde og siste ledd: løyve frå eleven eller foreldra (frå 15 år eleven, § 24-5)',
);
export const ORDER = law(
  'ARBML2004_19_FTRL1997_21_4',
  'arbeidsmarkedsloven § 19; for ytelser folketrygdloven § 21-4: den paragrafen pålegget nevner',
);

// What allows a special category (GDPR art. 9).
export const OPPL_25_1_5 = law('OPPL2023_25_1_5', 'GDPR art. 9(2)(g), jf. opplæringslova § 25-1 femte ledd');
export const GDPR_9_2A = law('GDPR2016_9_2A', 'GDPR art. 9(2)(a): uttrykkelig samtykke');
