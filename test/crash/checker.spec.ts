import { judge } from './checker/judge.js';
import type { NotedEvent, Notes, ReaderNote, SenderNote } from './checker/notes.js';
import { sameForAll } from './checker/order.js';
import type { EntryView, RecordView, TransferView, Views } from './checker/views.js';

const SENDER = '310200018';
const READER = '310300012';
const NOTICE = 'no.stafett.notice.v1';
const TYPE = 'no.stafett.early-notice.v1';

type Changeable<T> =
  T extends ReadonlyMap<infer K, infer V>
    ? Map<K, Changeable<V>>
    : T extends object
      ? { -readonly [Key in keyof T]: Changeable<T[Key]> }
      : T;

interface Story {
  readonly sender: SenderNote[];
  readonly reader: Changeable<ReaderNote>[];
  readonly records: Changeable<RecordView>[];
  readonly inbox: Changeable<NotedEvent>[];
  readonly reread: Changeable<NotedEvent>[];
  readonly entries: Changeable<EntryView>[];
  /** Records that their sender cannot look up. */
  readonly unknown: string[];
}

const eventOf = (n: number): NotedEvent => ({
  transferId: `t${n}`,
  recordId: `r${n}`,
  eventId: `e${n}`,
  source: `urn:stafett:agency:${SENDER}`,
  type: TYPE,
  sequence: `000${n}.0000`,
  withheld: '',
  hash: `h${n}`,
});

/** Five requests one after the other: the fourth is refused, the fifth gets no answer and is there all the same. */
function story(): Story {
  const numbers = [1, 2, 3, 4, 5];
  const delivered = [1, 2, 3, 5];
  const notice = { ...eventOf(4), eventId: 't4', source: 'urn:stafett:hub', type: NOTICE, hash: 'notice' };
  const inbox = [eventOf(1), eventOf(2), eventOf(3), notice, eventOf(5)];
  const transfersOf = (n: number): TransferView[] =>
    n === 4
      ? []
      : [{ transferId: `t${n}`, recipient: `urn:stafett:agency:${READER}`, state: 'acknowledged' }];
  const entry = (act: string, n: number): EntryView => ({
    act,
    recordId: `r${n}`,
    transferId: act.startsWith('record') ? null : `t${n}`,
  });
  return {
    sender: numbers.flatMap((n): SenderNote[] => [
      {
        is: 'made',
        request: `q${n}`,
        events: [{ id: `e${n}`, type: TYPE, to: n === 4 ? [] : [READER], refused: n === 4, hash: `h${n}` }],
      },
      { is: 'sent', request: `q${n}`, attempt: 1 },
      n === 5
        ? { is: 'failed', request: `q${n}`, attempt: 1, why: 'ECONNRESET' }
        : {
            is: 'answered',
            request: `q${n}`,
            attempt: 1,
            receipts: [{ eventId: `e${n}`, recordId: `r${n}`, duplicate: false }],
          },
    ]),
    reader: [
      { is: 'origin', cursor: 'c0' },
      { is: 'asked', after: 'c0' },
      { is: 'page', after: 'c0', cursor: 'c2', more: true, events: inbox.slice(0, 2) },
      { is: 'acknowledged', transfers: ['t1', 't2'] },
      { is: 'asked', after: 'c2' },
      { is: 'page', after: 'c2', cursor: 'c5', more: false, events: inbox.slice(2) },
      { is: 'acknowledged', transfers: ['t3', 't4', 't5'] },
    ],
    records: numbers.map((n) => ({
      recordId: `r${n}`,
      eventId: `e${n}`,
      type: TYPE,
      state: n === 4 ? 'refused' : 'dispatched',
      transfers: transfersOf(n),
    })),
    inbox,
    reread: inbox.slice(2),
    unknown: [],
    entries: [
      ...numbers.map((n) => entry('record-received', n)),
      entry('record-refused', 4),
      ...delivered.flatMap((n) =>
        ['transfer-available', 'transfer-disclosed', 'transfer-acknowledged'].map((act) => entry(act, n)),
      ),
    ],
  };
}

function judged(spoil: (story: Story) => void): string[] {
  // Through JSON, so that no two lists share an event and a spoiler changes one of them.
  const told = JSON.parse(JSON.stringify(story())) as Story;
  spoil(told);
  const notes: Notes = {
    senders: [{ client: 'sender', agency: SENDER, notes: told.sender }],
    readers: [{ client: 'reader', agency: READER, notes: told.reader }],
  };
  const views: Views = {
    outboxes: new Map([[SENDER, told.records]]),
    records: new Map(
      told.records.map((r) => [r.recordId, told.unknown.includes(r.recordId) ? undefined : r]),
    ),
    inboxes: new Map([[READER, told.inbox]]),
    rereads: new Map([[READER, [{ cursor: 'c2', events: told.reread }]]]),
    entries: told.entries,
  };
  return judge(notes, views);
}

const remove = <T>(all: T[], which: (item: T) => boolean): void => {
  const at = all.findIndex(which);
  if (at < 0) throw new Error('nothing to spoil');
  all.splice(at, 1);
};
const act = (name: string, id: string) => (entry: EntryView) =>
  entry.act === name && (entry.transferId ?? entry.recordId) === id;
const page = (told: Story, nth: number): Extract<Story['reader'][number], { is: 'page' }> =>
  told.reader.filter((note) => note.is === 'page')[nth] as ReturnType<typeof page>;
const swap = <T>(all: T[], a: number, b: number): void => {
  [all[a], all[b]] = [all[b] as T, all[a] as T];
};

it('finds nothing where every promise was kept', () => {
  expect(judged(() => undefined)).toEqual([]);
});

it('takes it as kept when what had no answer is not there at all', () => {
  const none = (told: Story): void => {
    remove(told.records, ({ recordId }) => recordId === 'r5');
    for (const list of [told.inbox, told.reread, page(told, 1).events])
      remove(list, ({ recordId }) => recordId === 'r5');
    for (const name of [
      'record-received',
      'transfer-available',
      'transfer-disclosed',
      'transfer-acknowledged',
    ])
      remove(told.entries, act(name, name === 'record-received' ? 'r5' : 't5'));
    told.reader.pop();
  };
  expect(judged(none)).toEqual([]);
});

const spoiled: [string, (told: Story) => void, RegExp][] = [
  ['a record with a 202 cannot be looked up', (t) => t.unknown.push('r2'), /^lost: record r2 .* looked up/],
  ['a record with a 202 is gone', (t) => remove(t.records, (r) => r.recordId === 'r2'), /^lost: record r2/],
  [
    'a record with a 202 is in no inbox',
    (t) => remove(t.inbox, (e) => e.recordId === 'r2'),
    /^half there: record r2 .*0 times in the inbox/,
  ],
  [
    'a record waits for ever',
    (t) => void (t.records[2]!.state = 'received'),
    /^half there: record r3 is received/,
  ],
  [
    'a record without a 202 is half there',
    (t) => void (t.records[4]!.transfers = []),
    /^half there, without a 202: record r5 goes to \[\]/,
  ],
  [
    'a record without a 202 stands without its trace',
    (t) => remove(t.entries, act('record-received', 'r5')),
    /^audit: record-received of r5 stands 0 times/,
  ],
  [
    'an event has become two records',
    (t) => void t.records.push({ ...t.records[1]!, recordId: 'r9', transfers: [] }),
    /^doubled: event e2 is 2 records/,
  ],
  [
    'a transfer is twice in an inbox',
    (t) => void t.inbox.push(t.inbox[0]!),
    /^doubled: transfer t1 is 2 times/,
  ],
  [
    'a record is in an inbox under two transfers',
    (t) => void t.inbox.push({ ...t.inbox[0]!, transferId: 't9' }),
    /^doubled: record r1 is 2 times/,
  ],
  [
    'a record is in a wrong inbox',
    (t) => void (t.records[0]!.transfers[0]!.recipient = 'urn:stafett:agency:999999999'),
    /r1 goes to/,
  ],
  ['two records have changed places', (t) => swap(t.inbox, 0, 1), /^inbox .*event e1 stands behind e2/],
  [
    '`sequence` tells another order',
    (t) => void (t.inbox[2]!.sequence = '0000.0000'),
    /^sequence in inbox .*event e2 stands behind e3|event e1 stands behind e3/,
  ],
  [
    'a reader skipped one',
    (t) => remove(page(t, 1).events, (e) => e.recordId === 'r3'),
    /^inbox .*a page gave transfer t4 where t3/,
  ],
  [
    'a reader got one twice',
    (t) => void page(t, 1).events.unshift(t.inbox[1]!),
    /^inbox .*a page gave transfer t2 where t3/,
  ],
  [
    'a reader got something else',
    (t) => void (page(t, 0).events[0]!.hash = 'other'),
    /^inbox .*a page gave transfer t1/,
  ],
  [
    'reading again gives less',
    (t) => void t.reread.pop(),
    /^inbox .*reading again .* gave 2 events where 3 stand/,
  ],
  [
    'data were changed on the way',
    (t) => void (t.inbox[1]!.hash = 'other'),
    /event e2 is not as it was sent/,
  ],
  [
    'a refused record was delivered',
    (t) => void (t.records[3]!.state = 'dispatched'),
    /record r4 is dispatched, not refused/,
  ],
  ['a notice is missing', (t) => remove(t.inbox, (e) => e.type === NOTICE), /record r4 has 0 notices/],
  [
    'an acknowledgement was forgotten',
    (t) => void (t.records[0]!.transfers[0]!.state = 'collected'),
    /^transfer t1 was acknowledged and is collected/,
  ],
  [
    'a receipt names another record than the first did',
    (t) =>
      void t.sender.push({
        is: 'answered',
        request: 'q1',
        attempt: 2,
        receipts: [{ eventId: 'e1', recordId: 'r2', duplicate: true }],
      }),
    /^event e1: its receipts name 2 records/,
  ],
  ...(['transfer-available', 'transfer-disclosed', 'transfer-acknowledged'] as const).flatMap(
    (name): (typeof spoiled)[number][] => [
      [
        `${name} is not in the trail`,
        (t) => remove(t.entries, act(name, 't3')),
        new RegExp(`^audit: ${name} of t3 stands 0`),
      ],
      [
        `${name} is in the trail twice`,
        (t) => void t.entries.push(t.entries.find(act(name, 't3'))!),
        new RegExp(`^audit: ${name} of t3 stands 2`),
      ],
    ],
  ),
  [
    'the trail tells of what did not happen',
    (t) => void t.entries.push({ act: 'transfer-available', recordId: 'r9', transferId: 't9' }),
    /^audit: transfer-available of t9, which did not happen/,
  ],
];

it.each(spoiled)('finds that %s', (_, spoil, fault) => {
  expect(judged(spoil)).toContainEqual(expect.stringMatching(fault));
});

it('lets a read without an answer have left a trace or none', () => {
  const unanswered = (told: Story): void => {
    told.reader.push({ is: 'asked', after: 'c2' }, { is: 'no-page', after: 'c2', why: 'timeout' });
  };
  expect(judged(unanswered)).toEqual([]);
  expect(
    judged((told) => {
      unanswered(told);
      told.entries.push(told.entries.find(act('transfer-disclosed', 't3'))!);
    }),
  ).toEqual([]);
});

it('finds that events of one request have changed places', () => {
  const together = (told: Story): void => {
    const [first, , answered] = told.sender.splice(0, 6);
    if (first?.is !== 'made' || answered?.is !== 'answered') throw new Error('another story');
    const two = { id: 'e2', type: TYPE, to: [READER], refused: false, hash: 'h2' };
    told.sender.unshift(
      { ...first, events: [two, ...first.events] },
      { is: 'sent', request: 'q1', attempt: 1 },
      { ...answered, receipts: [{ eventId: 'e2', recordId: 'r2', duplicate: false }, ...answered.receipts] },
    );
  };
  expect(judged(together)).toContainEqual(
    expect.stringMatching(/^inbox .*event e1 stands before e2, against the order of their request/),
  );
});

it('finds that two inboxes have the same records in another order', () => {
  const inboxes = (...second: number[]) =>
    new Map([
      ['310300012', [1, 2, 3].map(eventOf)],
      ['310300020', second.map(eventOf)],
    ]);
  expect(sameForAll(inboxes(2, 3))).toEqual([]);
  expect(sameForAll(inboxes(3, 4, 2))).toEqual([expect.stringMatching(/^record r2: inboxes of /)]);
});
