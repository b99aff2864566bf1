import type { Clock } from '../../common/clock.js';
import type { Cursors } from '../../common/cursor.js';
import { idAt, MAX_ID, NIL } from '../../common/ids.js';

/**
 * Entries are listed by id, an id is made before its transaction commits, and those of several processes by several clocks: for a
 * moment an entry may still come that stands before one that was read. Whoever reads on from there would never see it. So the
 * cursor at a list's end stands this far back. A statement may take 30 s (database.statementTimeoutMs), and entries are among
 * the last of their transactions. To wait for the oldest transaction that is under way would let any session that idles hold
 * up every reader, and to hide what is young would keep from auditors what they look for.
 */
export const LATE_MS = 60_000;

const BACK = '~';

/** A place in a list, as a cursor has it: where the next page begins, and where the list is read on from after its end. */
interface Place {
  readonly after: string;
  /** What was young when a page passed it: a reader who takes an hour from here to the end goes on from here all the same. */
  readonly back: string;
}

const START: Place = { after: NIL, back: MAX_ID };

/** One reader's list of entries: where this page begins, and the cursor that stands after it. */
export class EntryList {
  private readonly place: Place;

  /**
   * @param name what the cursors are bound to: no other list takes them
   * @param cursor undefined: from the beginning
   * @throws Problem where the cursor is another list's
   */
  constructor(
    private readonly cursors: Cursors,
    private readonly clock: Clock,
    private readonly name: readonly string[],
    cursor: string | undefined,
  ) {
    this.place = cursor === undefined ? START : placeOf(cursors.decode(name, cursor));
  }

  /** The page has what comes after this id. */
  get after(): string {
    return this.place.after;
  }

  /**
   * @param reached the last id that the page looked at; null where there was none
   * @param more whether the list goes on from there now
   * @returns null at the beginning of a list that has nothing
   */
  cursor(reached: string | null, more: boolean): string | null {
    const next = nextPlace(this.place, reached, more, this.clock.now().getTime());
    return next && this.cursors.encode(this.name, next);
  }
}

function placeOf(text: string): Place {
  const [after = NIL, back = MAX_ID] = text.split(BACK);
  return { after, back };
}

function nextPlace(from: Place, reached: string | null, more: boolean, now: number): string | null {
  const end = reached ?? from.after;
  const back = lower(from.back, idAt(now - LATE_MS));
  const next = more ? end : lower(end, back);
  if (next === NIL) return null;
  return next > back ? `${next}${BACK}${back}` : next;
}

const lower = (a: string, b: string): string => (a < b ? a : b);
