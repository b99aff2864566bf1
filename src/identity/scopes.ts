import { scopes, type AgencyKind, type Scope } from '../common/access.js';

const everyone: readonly Scope[] = ['stafett:records.write', 'stafett:inbox', 'stafett:consents'];
const countyAuthority: readonly Scope[] = [
  ...everyone,
  'stafett:audit',
  'stafett:admin',
  'stafett:reconciliation',
];

const byKind: Readonly<Record<AgencyKind, ReadonlySet<Scope>>> = {
  school: new Set(everyone),
  ot: new Set(everyone),
  nav: new Set(everyone),
  municipality: new Set(everyone),
  'career-centre': new Set(everyone),
  county: new Set(countyAuthority),
};

const known = new Set<string>(scopes);

export const isScope = (text: string): text is Scope => known.has(text);

/** What an agency of this kind may hold, whatever an issuer writes into its tokens. */
export const scopesOfKind = (kind: AgencyKind): ReadonlySet<Scope> => byKind[kind];

/** The scopes of a token that count for an agency of this kind. */
export const heldScopes = (kind: AgencyKind, inToken: readonly Scope[]): ReadonlySet<Scope> =>
  new Set(inToken.filter((scope) => byKind[kind].has(scope)));

/** scope-token of RFC 6749 section 3.3, parted by single spaces: no comma, no other space, no empty member. */
const scopeList = /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/;

/** The members of a scope claim, or undefined where it is no list of scopes. */
export function parseScopes(claim: unknown): readonly string[] | undefined {
  return typeof claim === 'string' && scopeList.test(claim) ? claim.split(' ') : undefined;
}
