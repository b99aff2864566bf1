import type { NotedEvent, Notes } from './notes.js';
import { orderFaults, sameForAll } from './order.js';
import { readingFaults } from './reading.js';
import { sentEvents, type SentEvent } from './sent.js';
import { NOTICE, trailFaults } from './trail.js';
import type { RecordView, Views } from './views.js';

const urn = (agency: string): string => `urn:stafett:agency:${agency}`;

/**
 * What is wrong, one line each; none where the hub kept its promises: in = out, in order, nothing twice, nothing half, and the
 * audit trail the same story.
 */
export function judge(notes: Notes, views: Views): string[] {
  const sent = sentEvents(notes.senders);
  const faults = [...receiptFaults(sent, views), ...recordFaults(sent, views), ...inboxFaults(sent, views)];
  for (const [agency, inbox] of views.inboxes) {
    const readers = notes.readers.filter((book) => book.agency === agency);
    faults.push(...readingFaults(agency, inbox, readers, views.rereads.get(agency) ?? []));
  }
  return [
    ...faults,
    ...sameForAll(views.inboxes),
    ...answerFaults(notes, views),
    ...trailFaults(notes, views),
  ];
}

/** Every 202 is kept, under the id that it named. */
function receiptFaults(sent: ReadonlyMap<string, SentEvent>, views: Views): string[] {
  return [...sent.values()].flatMap(({ sender, made, receipts }) => {
    const faults: string[] = [];
    const ids = new Set(receipts.map(({ receipt }) => receipt.recordId));
    if (ids.size > 1) faults.push(`event ${made.id}: its receipts name ${ids.size} records`);
    for (const id of ids) {
      const view = views.records.get(id);
      if (views.records.has(id) && (view?.eventId !== made.id || view.type !== made.type))
        faults.push(`lost: record ${id} of event ${made.id} had a 202 and cannot be looked up by its sender`);
      if (
        !views.outboxes.get(sender)?.some(({ recordId, eventId }) => recordId === id && eventId === made.id)
      )
        faults.push(`lost: record ${id} of event ${made.id} had a 202 and is not in the outbox of ${sender}`);
    }
    return faults;
  });
}

/** Whatever is there is there entirely, 202 or not: settled, with the right transfers, each in the right inbox. */
function recordFaults(sent: ReadonlyMap<string, SentEvent>, views: Views): string[] {
  const faults: string[] = [];
  const noticed = countOf([...views.inboxes.values()].flat().filter(isNotice), ({ recordId }) => recordId);
  for (const [sender, records] of views.outboxes) {
    const times = countOf(records, ({ eventId }) => eventId);
    for (const [eventId, count] of times)
      if (count > 1) faults.push(`doubled: event ${eventId} is ${count} records of ${sender}`);
    for (const record of records) {
      const one = sent.get(record.eventId);
      if (one?.sender !== sender)
        faults.push(`record ${record.recordId}: nobody sent event ${record.eventId}`);
      else faults.push(...recordFault(one, record, views, noticed.get(record.recordId) ?? 0));
    }
  }
  return faults;
}

function recordFault({ made, told }: SentEvent, record: RecordView, views: Views, notices: number): string[] {
  const faults: string[] = [];
  const which = told === Infinity ? 'half there, without a 202' : 'half there';
  const wrong = (what: string): void => void faults.push(`${which}: record ${record.recordId} ${what}`);
  const state = made.refused ? 'refused' : 'dispatched';
  if (record.state !== state) wrong(`is ${record.state}, not ${state}`);
  if (notices !== (made.refused ? 1 : 0)) wrong(`has ${notices} notices`);
  const to = record.transfers.map(({ recipient }) => recipient.slice(urn('').length));
  if (to.sort().join() !== [...made.to].sort().join())
    wrong(`goes to [${to.join()}], not [${made.to.join()}]`);
  for (const { transferId, recipient } of record.transfers) {
    const inbox = views.inboxes.get(recipient.slice(urn('').length));
    const found = inbox?.filter((event) => event.transferId === transferId).length ?? 0;
    if (found !== 1)
      wrong(`has transfer ${transferId}, which is ${found} times in the inbox of ${recipient}`);
  }
  return faults;
}

/** What is in an inbox was sent, to it, as it was sent, once; and stands in the right order. */
function inboxFaults(sent: ReadonlyMap<string, SentEvent>, views: Views): string[] {
  const faults: string[] = [];
  const transfers = new Map(
    [...views.outboxes.values()]
      .flat()
      .flatMap((record) =>
        record.transfers.map(({ transferId, recipient }) => [transferId, `${record.recordId}|${recipient}`]),
      ),
  );
  for (const [agency, inbox] of views.inboxes) {
    const events = inbox.filter((event) => !isNotice(event));
    for (const [transferId, count] of countOf(inbox, (event) => event.transferId))
      if (count > 1)
        faults.push(`doubled: transfer ${transferId} is ${count} times in the inbox of ${agency}`);
    for (const [recordId, count] of countOf(events, (event) => event.recordId))
      if (count > 1) faults.push(`doubled: record ${recordId} is ${count} times in the inbox of ${agency}`);
    for (const event of events) {
      const one = sent.get(event.eventId);
      if (transfers.get(event.transferId) !== `${event.recordId}|${urn(agency)}`)
        faults.push(`inbox ${agency}: transfer ${event.transferId} is not what its sender's outbox says`);
      if (!one || event.source !== urn(one.sender) || event.type !== one.made.type || changed(event, one))
        faults.push(`inbox ${agency}: event ${event.eventId} is not as it was sent`);
    }
    const inOrder = (all: readonly NotedEvent[]): SentEvent[] =>
      all.flatMap(({ eventId }) => sent.get(eventId) ?? []);
    faults.push(...orderFaults(`inbox ${agency}`, inOrder(events)));
    const bySequence = [...events].sort((a, b) => (a.sequence < b.sequence ? -1 : 1));
    faults.push(...orderFaults(`sequence in inbox ${agency}`, inOrder(bySequence)));
  }
  return faults;
}

/** What a recipient was told of its acknowledgements holds. */
function answerFaults({ readers }: Notes, views: Views): string[] {
  const states = new Map(
    [...views.outboxes.values()]
      .flat()
      .flatMap(({ transfers }) => transfers.map(({ transferId, state }) => [transferId, state])),
  );
  return readers.flatMap(({ notes }) =>
    notes.flatMap((note) => {
      if (note.is === 'not-acknowledged')
        return [`transfer ${note.transfer} was not acknowledged: ${note.why}`];
      if (note.is === 'page')
        return note.events.flatMap(({ transferId }) =>
          ['available', 'held'].includes(states.get(transferId) ?? '')
            ? [`transfer ${transferId} was read and is not collected`]
            : [],
        );
      return note.is === 'acknowledged'
        ? note.transfers.flatMap((id) =>
            ['acknowledged', undefined].includes(states.get(id))
              ? []
              : [`transfer ${id} was acknowledged and is ${states.get(id)}`],
          )
        : [];
    }),
  );
}

const isNotice = ({ type }: NotedEvent): boolean => type === NOTICE;
const changed = (event: NotedEvent, { made }: SentEvent): boolean =>
  event.withheld === '' && event.hash !== made.hash;

function countOf<T>(all: readonly T[], by: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of all) counts.set(by(item), (counts.get(by(item)) ?? 0) + 1);
  return counts;
}
