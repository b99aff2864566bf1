/** Ten characters, as VIGO writes a programme area: `HSHEA2----`. */
export const PROGRAMME_AREA = '^[A-ZÆØÅ0-9]{5}[A-ZÆØÅ0-9-]{5}$';
/** A subject code of Grep (Utdanningsdirektoratet): `NOR1261`. */
export const SUBJECT = '^[A-ZÆØÅ]{3}\\d{4}$';
/** A competence goal of Grep: `KM12345`. */
export const COMPETENCE_GOAL = '^KM\\d{1,6}$';
/** A Nav unit's number in Norg. */
export const NAV_UNIT = '^\\d{4}$';
/** The id of a pupil's enrolment (FINT, Elevforhold.systemId) in the county's own systems. Never a birth number. */
export const ENROLMENT = '^[A-Za-z0-9][A-Za-z0-9_.:-]{0,39}$';
/** A case number of the sender's own archive. */
export const CASE_REFERENCE = '^[A-Za-z0-9][A-Za-z0-9/.-]{0,29}$';
