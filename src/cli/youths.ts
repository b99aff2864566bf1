import { syntheticNationalId } from '../catalogue/synthetic.js';
import { addDays, dayOf, type Day } from '../common/days.js';

export interface SyntheticYouth {
  readonly nationalId: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly birthDate: Day;
  readonly homeMunicipality: string;
}

const givenNames = [
  'Ronja',
  'Emil',
  'Sara',
  'Jonas',
  'Amina',
  'Oskar',
  'Ingrid',
  'Yusuf',
  'Nora',
  'Aslak',
  'Leah',
  'Mathias',
];
const familyNames = [
  'Testheim',
  'Prøvestad',
  'Eksempelsen',
  'Skisseberg',
  'Utkastvik',
  'Modellrud',
  'Oppdiktet',
  'Liksomdal',
];
const municipalities = ['0501', '0502', '0521', '0528', '0529', '0532', '0534', '0536', '0542', '0517'];

const DAYS = 6 * 365;
/** Individual numbers of those born from 2000 on: 500 to 999. */
const SERIALS = 500;

/**
 * Synthetic youths (birth month + 80) of 15 to 21 years by today, each once: the same count and seed give the same ones. About
 * 900,000 fit; more is refused.
 * @throws RangeError where the numbers have run out
 */
export function* syntheticYouths(count: number, seed: number, now: Date): Generator<SyntheticYouth> {
  const first = addDays(dayOf(now), -21 * 366);
  const nextSerial = new Uint16Array(DAYS).fill(500);
  // A stride without a common divisor with the number of days visits each day once before it comes back.
  const start = (seed * 7919) % DAYS;
  const pick = generator(seed);
  let made = 0;
  for (let step = 0; made < count; step += 1) {
    if (step >= DAYS * SERIALS) throw new RangeError(`only ${made} synthetic numbers fit`);
    const day = (start + step * 1009) % DAYS;
    const serial = nextSerial[day] ?? 1000;
    const birthDate = addDays(first, day);
    let nationalId: string;
    try {
      nationalId = syntheticNationalId(birthDate, serial);
    } catch {
      nextSerial[day] = 1000;
      continue;
    }
    nextSerial[day] = Number(nationalId.slice(6, 9)) + 1;
    made += 1;
    yield {
      nationalId,
      givenName: pick(givenNames),
      familyName: pick(familyNames),
      birthDate,
      homeMunicipality: pick(municipalities),
    };
  }
}

/** A small linear congruential generator (Numerical Recipes): for names only, and the same on every machine. */
function generator(seed: number): (from: readonly string[]) => string {
  let state = seed >>> 0;
  return (from) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return from[Math.floor((state / 2 ** 32) * from.length)] ?? '';
  };
}
