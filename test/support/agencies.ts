/** Agencies of the example directory, named for their part in the tests' story. */
export const agencies = {
  /** Upper-secondary school of the county authority, in Lillehammer. */
  school: '310200018',
  /** Another school of the same controller. */
  otherSchool: '310200026',
  ot: '310300012',
  nav: '310400017',
  /** Nav in Gjøvik: another office of the same controllers' kinds. */
  otherNav: '310400033',
  otherOt: '310300020',
  county: '310100013',
} as const;
