import { idAt, MAX_ID, NIL } from '../../common/ids.js';
import { isDay } from '../../common/days.js';
import { Problem } from '../../common/problems.js';
import { commonActs, reads, refusals, type ActName } from '../acts.js';

export const kinds = ['refusals', 'reads-by-people'] as const;
export type Kind = (typeof kinds)[number];

/** What an auditor asks, as it stands in a query: all that is given must hold. */
export interface Asked {
  readonly record?: string;
  readonly transfer?: string;
  readonly agency?: string;
  readonly person?: string;
  readonly act?: ActName;
  readonly kind?: Kind;
  readonly from?: string;
  readonly to?: string;
}

/** Where entries are looked for: by the condition that leaves the fewest to look at. Each has its statement and its index. */
export type Lead = 'record' | 'transfer' | 'person' | 'act' | 'people' | 'agency' | 'controller';

export interface Question {
  readonly lead: Lead;
  readonly record: string | null;
  readonly transfer: string | null;
  /** Organisation number. */
  readonly agency: string | null;
  readonly person: string | null;
  /** Acts of which the entry must tell; null lets all pass. */
  readonly acts: readonly ActName[] | null;
  readonly byPeople: boolean;
  readonly from: Date | null;
  /** The first moment that is too late. */
  readonly to: Date | null;
  /** Between these two are the ids of the period, and of a little more. */
  readonly afterId: string;
  readonly beforeId: string;
}

/** An entry's id is made in its own time, right after `at` was read; clocks are set back by less than this. */
const SLACK_MS = 60_000;
const DAY_MS = 86_400_000;

const ofKind: Record<Kind, readonly ActName[]> = { refusals, 'reads-by-people': reads };
const common: ReadonlySet<ActName> = new Set(commonActs);

/** @throws Problem invalid-request where a day does not exist */
export function questionOf(asked: Asked): Question {
  const { record = null, transfer = null, person = null, act, kind } = asked;
  const agency = asked.agency?.slice(-9) ?? null;
  const from = momentOf(asked.from, '/query/from', 0);
  const to = momentOf(asked.to, '/query/to', 1);
  const some = kind && ofKind[kind];
  const acts = act ? (some && !some.includes(act) ? [] : [act]) : (some ?? null);
  const byPeople = kind === 'reads-by-people';
  return {
    lead: leadOf({ record, transfer, person, agency, acts, byPeople }),
    record,
    transfer,
    agency,
    person,
    acts,
    byPeople,
    from,
    to,
    afterId: from ? idAt(from.getTime() - SLACK_MS) : NIL,
    beforeId: to ? idAt(to.getTime() + SLACK_MS) : MAX_ID,
  };
}

function leadOf(
  given: Pick<Question, 'record' | 'transfer' | 'person' | 'agency' | 'acts' | 'byPeople'>,
): Lead {
  if (given.record) return 'record';
  if (given.transfer) return 'transfer';
  if (given.person) return 'person';
  if (given.acts?.every((act) => !common.has(act))) return 'act';
  if (given.byPeople) return 'people';
  return given.agency ? 'agency' : 'controller';
}

/** A day stands for its first moment, or as the end of a period for the first moment after it (UTC). */
function momentOf(text: string | undefined, pointer: string, days: number): Date | null {
  if (text === undefined) return null;
  if (!isDay(text.slice(0, 10))) throw new Problem('invalid-request', [{ pointer, code: 'day' }]);
  return text.length === 10
    ? new Date(new Date(`${text}T00:00:00Z`).getTime() + days * DAY_MS)
    : new Date(text);
}
