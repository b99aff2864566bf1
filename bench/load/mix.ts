import { randomInt } from 'node:crypto';
import { educationInterrupted } from '../../src/catalogue/types/education-interrupted.js';
import { eventTypeOf } from '../../src/catalogue/record-type.js';
import { syntheticYouths } from '../../src/cli/youths.js';
import { addDays, dayOf } from '../../src/common/days.js';
import { urnOfOrgNumber, type OrgNumber } from '../../src/common/ids.js';
import type { Ledger } from './ledger.js';

/** Of the records are about a youth whom the hub has not seen before: every fifth, here as in the floor. */
export const NEW_EVERY = 5;
/** Days of leaving that a record type of today may name: today and 60 days ahead. */
const DAYS = 61;
/** More than any run sends; a bit more than a million there are. */
const MOST_YOUTHS = 1_000_000;
/** Made ahead of a slice, where it costs nothing. */
const AHEAD = 20_000;

export interface Inbox {
  readonly orgNumber: OrgNumber;
  /** The municipality whose youths the unit serves. */
  readonly home: string;
}

interface Pupil {
  /** data.youth, as JSON. */
  readonly text: string;
  readonly inbox: number;
  /** How many records there are about this youth. Each names another day, so that none tells the same event as another. */
  told: number;
}

interface School {
  readonly orgNumber: OrgNumber;
  /** The event's text before its number, before the youth, before the day, and after it. */
  readonly parts: readonly [string, string, string, string];
  readonly pupils: Pupil[];
  sent: number;
}

/** An event's text with its place in the ledger. */
export interface Outgoing {
  readonly number: number;
  readonly text: string;
}

const MARK = '@@';
export const EVENT_ID = 'bench-';

/**
 * What schools send: education-interrupted records about their own pupils, of which every fifth is new to the hub. Each youth belongs
 * to one school, and lives where one OT unit serves. Texts are put together from parts: 2 µs an event, where building and
 * serialising objects took 9.
 */
export class Mix {
  private readonly schools: readonly School[];
  private readonly days: readonly string[];
  private readonly fresh: Generator<{ readonly homeMunicipality?: string }>;
  private readonly ahead: Pupil[] = [];
  private readonly inboxOf: ReadonlyMap<string, number>;

  constructor(
    schools: readonly OrgNumber[],
    readonly inboxes: readonly Inbox[],
    private readonly ledger: Ledger,
    now: Date,
  ) {
    const today = dayOf(now);
    this.days = Array.from({ length: DAYS }, (_, i) => addDays(today, i));
    this.schools = schools.map((orgNumber) => {
      const event = {
        specversion: '1.0',
        id: `${EVENT_ID}${MARK}`,
        source: urnOfOrgNumber(orgNumber),
        type: eventTypeOf(educationInterrupted),
        time: now.toISOString(),
        datacontenttype: 'application/json',
        data: { ...educationInterrupted.example(today), school: orgNumber, youth: MARK, lastDay: MARK },
      };
      const [id = '', youth = '', day = '', end = ''] = JSON.stringify(event)
        .replace(`"youth":"${MARK}"`, `"youth":${MARK}`)
        .split(MARK);
      return { orgNumber, parts: [id, youth, day, end], pupils: [], sent: 0 };
    });
    this.inboxOf = new Map(inboxes.map(({ home }, i) => [home, i]));
    this.fresh = syntheticYouths(MOST_YOUTHS, 1, now, [...this.inboxOf.keys()]);
    this.prepare();
  }

  get senders(): readonly OrgNumber[] {
    return this.schools.map(({ orgNumber }) => orgNumber);
  }

  /** Makes youths ahead: 4 to 8 µs each, which need not fall into a slice. */
  prepare(): void {
    while (this.ahead.length < AHEAD) this.ahead.push(this.newPupil());
  }

  /** The next event of a school, noted as sent. */
  next(sender: number): Outgoing {
    const school = this.schools[sender % this.schools.length];
    if (!school) throw new RangeError('no schools');
    const pupil = this.pupilOf(school);
    const number = this.ledger.send(pupil.inbox);
    const [id, youth, day, end] = school.parts;
    const lastDay = this.days[pupil.told % DAYS] ?? '';
    pupil.told += 1;
    return { number, text: id + number + youth + pupil.text + day + lastDay + end };
  }

  private pupilOf(school: School): Pupil {
    school.sent += 1;
    if (school.sent % NEW_EVERY !== 0) {
      const known = school.pupils[school.pupils.length > 0 ? randomInt(school.pupils.length) : 0];
      if (known && known.told < DAYS) return known;
    }
    const pupil = this.ahead.pop() ?? this.newPupil();
    school.pupils.push(pupil);
    return pupil;
  }

  private newPupil(): Pupil {
    const { value: youth, done } = this.fresh.next();
    if (done) throw new Error('the synthetic youths have run out');
    return {
      text: JSON.stringify(youth),
      inbox: this.inboxOf.get(youth.homeMunicipality ?? '') ?? 0,
      told: 0,
    };
  }
}
