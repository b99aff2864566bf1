import type { Caller } from '../common/access.js';
import type { AgencyId, RecordId } from '../common/ids.js';
import { Problem } from '../common/problems.js';
import type { Prepared, RecordState } from './record.js';

/** An event on its way in, with the id that its record gets if it is new. */
export interface Submission {
  readonly caller: Caller;
  readonly prepared: Prepared;
  readonly id: RecordId;
}

/** What became of one event. */
export type Outcome =
  | { readonly recordId: RecordId; readonly state: RecordState; readonly duplicate: boolean }
  | { readonly problem: Problem };

/** A record that holds an event id already. */
export interface Earlier {
  readonly id: RecordId;
  readonly senderId: AgencyId;
  readonly eventId: string;
  readonly contentHash: Buffer;
  readonly state: RecordState;
  readonly shard: number;
}

/** (sender, event id) as one key; an agency's id has a fixed length. */
export const nameOf = (sender: AgencyId, eventId: string): string => `${sender}|${eventId}`;

/** By name, the first event that has it. */
export function firstOfEachEvent<One extends Submission>(submissions: readonly One[]): Map<string, One> {
  const first = new Map<string, One>();
  for (const submission of submissions) {
    const name = nameOf(submission.caller.agencyId, submission.prepared.eventId);
    if (!first.has(name)) first.set(name, submission);
  }
  return first;
}

/** The id stands for something else that this sender has sent. */
export const idReused = (): Problem => new Problem('event-id-reused', [{ pointer: '/id', code: 'reused' }]);

/**
 * The receipt of an event: its own record; or the record that holds the event id with the same content; or a conflict.
 * @param first the first event of each name in this group
 * @param inserted the records that this group has made
 * @param earlier by name, records that were there before
 */
export function outcomeOf(
  submission: Submission,
  first: ReadonlyMap<string, Submission>,
  inserted: ReadonlySet<RecordId>,
  earlier: ReadonlyMap<string, Earlier>,
): Outcome {
  const { caller, prepared, id } = submission;
  const name = nameOf(caller.agencyId, prepared.eventId);
  const leader = first.get(name);
  const holder: Pick<Earlier, 'id' | 'contentHash' | 'state'> | undefined =
    leader && inserted.has(leader.id)
      ? // Also of what was dispatched at once: all first receipts say so (docs/decisions/0017).
        { id: leader.id, contentHash: leader.prepared.contentHash, state: 'received' }
      : earlier.get(name);
  if (!holder) throw new Error('an event id was in conflict, but no record holds it');
  if (!holder.contentHash.equals(prepared.contentHash)) return { problem: idReused() };
  return { recordId: holder.id, state: holder.state, duplicate: holder.id !== id };
}
