/** What a field discloses. The gate delivers or withholds by category, never by content. */
export const dataCategories = [
  'identity',
  'contact',
  'education',
  'attendance',
  'adaptation',
  'attainment',
  'follow-up',
  'own-words',
  'measure',
  'measure-detail',
  'health',
  'case',
  'economy',
] as const;
export type DataCategory = (typeof dataCategories)[number];
