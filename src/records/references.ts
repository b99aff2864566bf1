import type { Caller } from '../common/access.js';
import type { AgencyId, RecordId, YouthId } from '../common/ids.js';
import { Problem } from '../common/problems.js';
import type { Tx } from '../database/tx.js';
import { references } from './intake.sql.js';
import type { Prepared } from './record.js';

export interface Referring {
  readonly caller: Pick<Caller, 'agencyId'>;
  readonly prepared: Prepared;
}

/** A record that an event answers or cancels, as its caller may know it. */
export interface Reference {
  readonly agencyId: AgencyId;
  readonly id: RecordId;
  readonly type: string;
  readonly as: 'sent' | 'received';
  readonly senderId: AgencyId;
  readonly youthId: YouthId | null;
}

export async function referencesOf(tx: Tx, events: readonly Referring[]): Promise<readonly Reference[]> {
  const asked = events.flatMap(({ caller, prepared }) =>
    [prepared.inReplyTo, prepared.cancels].flatMap((id) => (id === null ? [] : [[id, caller.agencyId]])),
  );
  if (asked.length === 0) return [];
  return tx.query<Reference>(references, [asked.map(([id]) => id), asked.map(([, agencyId]) => agencyId)]);
}

/**
 * The events that answer or cancel a record which their caller may not refer to, by their place in the list. Whether such a
 * record exists for others is not told: it is unknown to this caller.
 * @param youthOf the caller's own youth that the event is about, where the vault has it
 */
export function wrongReferences<Event extends Referring>(
  events: readonly Event[],
  found: readonly Reference[],
  youthOf: (event: Event) => YouthId | undefined,
): Map<number, Problem> {
  const wrong = new Map<number, Problem>();
  events.forEach((event, index) => {
    const own = found.filter(({ agencyId }) => agencyId === event.caller.agencyId);
    const problem = problemOf(event.prepared, own, youthOf(event));
    if (problem) wrong.set(index, problem);
  });
  return wrong;
}

/** An answer must concern a record that its sender received, about the same youth, and goes to who sent that one; a cancellation, one that it sent. */
function problemOf(
  { inReplyTo, cancels, type, youth, recipientId }: Prepared,
  found: readonly Reference[],
  youthId: YouthId | undefined,
): Problem | undefined {
  if (inReplyTo !== null) {
    const target = found.find((reference) => reference.id === inReplyTo && reference.as === 'received');
    const answers = target && (type.answersTypes?.includes(target.type) ?? true);
    if (!answers) return new Problem('in-reply-to-unknown', [{ pointer: '/inreplyto', code: 'unknown' }]);
    if (youth && target.youthId !== youthId)
      return new Problem('in-reply-to-unknown', [{ pointer: '/data/youth', code: 'other-youth' }]);
    // What is lawful to answer is so towards who asked, and towards nobody else.
    if (type.answersTypes && recipientId !== null && recipientId !== target.senderId)
      return new Problem('route-not-allowed', [{ pointer: '/recipient', code: 'route' }]);
  }
  if (cancels !== null) {
    const target = found.find((reference) => reference.id === cancels && reference.as === 'sent');
    if (target?.type !== 'education-interrupted' || target.youthId !== youthId)
      return new Problem('cancels-unknown', [{ pointer: `/data/${type.cancelsField}`, code: 'unknown' }]);
  }
  return undefined;
}
