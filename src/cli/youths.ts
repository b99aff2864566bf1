import { syntheticNationalId } from '../catalogue/synthetic.js';
import { addDays, dayOf, type Day } from '../common/days.js';
import { CommandError } from './command-error.js';

export interface SyntheticYouth {
  readonly nationalId: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly birthDate: Day;
  readonly homeMunicipality?: string;
}

// prettier-ignore
const givenNames = [
  'Ronja', 'Emil', 'Sara', 'Jonas', 'Amina', 'Oskar', 'Ingrid', 'Yusuf', 'Nora', 'Aslak', 'Leah', 'Mathias', 'Maja', 'Elias',
  'Frida', 'Noah', 'Thea', 'Isak', 'Hedda', 'Tobias', 'Zainab', 'Sander', 'Ida', 'Adam', 'Biret', 'Håkon', 'Selma', 'Øystein',
] as const;
/** Names that nobody bears: whoever sees one knows what it is. */
// prettier-ignore
const familyNames = [
  'Testheim', 'Prøvestad', 'Eksempelsen', 'Skisseberg', 'Utkastvik', 'Modellrud', 'Oppdiktet', 'Liksomdal', 'Attrapshaug',
  'Øvingsmo', 'Narreby', 'Papplund', 'Tenkeli', 'Malstrøm',
] as const;

/** Individual numbers of those born 2000 to 2039: 500 to 999. One in six has no valid check digits. */
const FIRST_SERIAL = 500;
const SERIALS = 500;
const YOUNGEST = 15;
const OLDEST = 21;
const GOLDEN = 0.618_033_988_75;

/**
 * Synthetic youths (birth month + 80) of 15 to 21 years, each once; a bit more than a million there are. The same seed gives the
 * same ones for the whole year: those who are of this age all year come first. Who bears a number, and lives where, follows
 * from the number, so that no number ever has two names.
 * @param homes municipalities to live in; without any, youths have none
 * @throws CommandError where the numbers have run out
 */
export function* syntheticYouths(
  count: number,
  seed: number,
  now: Date,
  homes: readonly string[],
): Generator<SyntheticYouth> {
  let made = 0;
  for (const { birthDate, serial } of places(dayOf(now), seed)) {
    if (made === count) return;
    const nationalId = numberAt(birthDate, serial);
    if (nationalId === undefined) continue;
    made += 1;
    const key = Number(nationalId.slice(0, 9));
    const home = pick(homes, key, 3);
    yield {
      nationalId,
      givenName: pick(givenNames, key, 1) ?? '',
      familyName: pick(familyNames, key, 2) ?? '',
      birthDate,
      ...(home !== undefined && { homeMunicipality: home }),
    };
  }
  if (made < count)
    throw new CommandError(`There are only ${made} synthetic numbers of this age: ask for fewer.`);
}

interface Place {
  readonly birthDate: Day;
  readonly serial: number;
}

/** Every day of birth with every individual number, once, in an order that the seed decides. */
function* places(today: Day, seed: number): Generator<Place> {
  const year = Number(today.slice(0, 4));
  const firstAllYear = `${year - OLDEST}-01-01` as Day;
  const afterAllYear = `${year - YOUNGEST}-01-01` as Day;
  yield* walk(firstAllYear, afterAllYear, seed);
  yield* walk(addDays(yearsBefore(today, OLDEST + 1), 1), firstAllYear, seed);
  yield* walk(afterAllYear, addDays(yearsBefore(today, YOUNGEST), 1), seed);
}

/** A stride without a common divisor with the size comes by each place once; near the golden ratio it spreads them evenly. */
function* walk(first: Day, end: Day, seed: number): Generator<Place> {
  const size = daysBetween(first, end) * SERIALS;
  const days: Day[] = [];
  let stride = Math.floor(size * GOLDEN);
  while (divisor(stride, size) > 1) stride += 1;
  for (let step = 0, at = mix(seed, 0) % size; step < size; step += 1, at = (at + stride) % size) {
    const day = Math.floor(at / SERIALS);
    yield { birthDate: (days[day] ??= addDays(first, day)), serial: FIRST_SERIAL + (at % SERIALS) };
  }
}

/** The number with exactly this individual number, or undefined where its check digits do not exist. */
function numberAt(birthDate: Day, serial: number): string | undefined {
  try {
    const nationalId = syntheticNationalId(birthDate, serial);
    return Number(nationalId.slice(6, 9)) === serial ? nationalId : undefined;
  } catch {
    return undefined;
  }
}

const daysBetween = (first: Day, end: Day): number => (Date.parse(end) - Date.parse(first)) / 86_400_000;

function yearsBefore(day: Day, years: number): Day {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCFullYear(at.getUTCFullYear() - years);
  return at.toISOString().slice(0, 10) as Day;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

const pick = <T>(from: readonly T[], key: number, salt: number): T | undefined =>
  from[mix(key, salt) % from.length];

/** Spreads a number over 32 bits (the finaliser of MurmurHash3). Not a secret, and not meant to be one. */
function mix(value: number, salt: number): number {
  let hash = Math.imul(value ^ Math.imul(salt, 0x9e37_79b1), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
