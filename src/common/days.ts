/** A calendar day as `YYYY-MM-DD`. */
export type Day = string & { readonly __is: 'Day' };

/** PostgreSQL, as the Gregorian calendar, has no year 0. */
const shape = /^(?!0000)\d{4}-\d{2}-\d{2}$/;

/** Whether a text is a day that exists: 2026-02-30 is not one, although `Date` takes it. */
export function isDay(text: unknown): text is Day {
  if (typeof text !== 'string' || text.length !== 10 || !shape.test(text)) return false;
  return exists(text);
}

/**
 * A day has many records: what was found out about a text or a quarter of an hour is kept, up to this many. Youths of ten years have 3,650
 * days of birth; with room for a thousand, each was looked into again.
 */
const KEPT = 10_000;
const QUARTER_MS = 900_000;

function remember<Key, Value>(find: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      value = find(key);
      if (known.size >= KEPT) known.clear();
      known.set(key, value);
    }
    return value;
  };
}

const exists = remember((text: string): boolean => {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === text;
});

const rfc3339 =
  /^(\d{4}-\d{2}-\d{2})T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** Milliseconds since 1970 of an instant (RFC 3339 section 5.6, a leap second counted as the second before it); undefined where a text is none. */
export function instantOf(text: string): number | undefined {
  if (!isDay(rfc3339.exec(text)?.[1])) return undefined;
  return Date.parse(text.replace(':60', ':59'));
}

const osloDay = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Oslo' });

/** The day in Norway at an instant: deadlines and dates of law follow Norwegian days, not UTC. */
export function dayOf(at: Date): Day {
  // No time zone of today changes its day within a quarter of an hour of UTC.
  return dayOfQuarter(Math.floor(at.getTime() / QUARTER_MS));
}

const dayOfQuarter = remember((quarter: number) => osloDay.format(quarter * QUARTER_MS) as Day);

const HOUR_MS = 3_600_000;

/** The first moment of a day in Norway, which is one or two hours ahead of UTC. */
export function midnightOf(day: Day): Date {
  const inUtc = Date.parse(`${day}T00:00:00Z`);
  const inSummer = new Date(inUtc - 2 * HOUR_MS);
  return dayOf(inSummer) === day ? inSummer : new Date(inUtc - HOUR_MS);
}

export const addDays = (day: Day, days: number): Day => dayAt(`${day}${days < 0 ? '' : '+'}${days}`);

/** @param sum a day and a signed number of days, as in `2026-08-01+10` */
const dayAt = remember((sum: string): Day => {
  const at = new Date(`${sum.slice(0, 10)}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + Number(sum.slice(10)));
  return at.toISOString().slice(0, 10) as Day;
});

/** Easter Sunday of a year in the Gregorian calendar, by the anonymous algorithm (Meeus, Astronomical Algorithms, ch. 8). */
function easter(year: number): Day {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const e = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - d - (c % 4)) % 7;
  const f = d + e - 7 * Math.floor((a + 11 * d + 22 * e) / 451) + 114;
  const month = Math.floor(f / 31);
  return `${year}-${String(month).padStart(2, '0')}-${String((f % 31) + 1).padStart(2, '0')}` as Day;
}

/** Days from Easter Sunday that are public holidays in Norway (lov om helligdager og helligdagsfred, LOV-1995-02-24-12, § 2). */
const movable = [-7, -3, -2, 0, 1, 39, 49, 50];
/** Fixed ones; 1 and 17 May by LOV-1947-04-26-1. */
const fixed = ['01-01', '05-01', '05-17', '12-25', '12-26'];

/** Whether a day is a working day in Norway: Monday to Friday and no public holiday. */
export function isWorkingDay(day: Day): boolean {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  if (weekday === 0 || weekday === 6 || fixed.includes(day.slice(5))) return false;
  const sunday = easter(Number(day.slice(0, 4)));
  return !movable.some((days) => addDays(sunday, days) === day);
}

/** The day `count` working days after a day. */
export function addWorkingDays(day: Day, count: number): Day {
  let at = day;
  for (let left = count; left > 0;) {
    at = addDays(at, 1);
    if (isWorkingDay(at)) left -= 1;
  }
  return at;
}

/** The school year a day belongs to, 1 August to 31 July: the year OT registers by, and in which an end date may be set back. */
export function schoolYearOf(day: Day): { first: Day; last: Day } {
  const year = Number(day.slice(0, 4)) - (day.slice(5) < '08-01' ? 1 : 0);
  return { first: `${year}-08-01` as Day, last: `${year + 1}-07-31` as Day };
}
