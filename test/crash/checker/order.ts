import type { NotedEvent } from './notes.js';
import type { SentEvent } from './sent.js';

/**
 * Order, as design.md defines it. `inOrder` is some order of records (an inbox's, or that of `sequence`), and no record may
 * stand behind one that its sender only sent when it had the 202 for this one.
 */
export function orderFaults(where: string, inOrder: readonly SentEvent[]): string[] {
  const faults: string[] = [];
  const earliestTold = new Map<string, SentEvent>();
  for (const one of [...inOrder].reverse()) {
    const later = earliestTold.get(one.sender);
    if (later && later.told < one.firstSent)
      faults.push(
        `${where}: event ${later.made.id} stands behind ${one.made.id}, but had its 202 before that was sent`,
      );
    if (!later || one.told < later.told) earliestTold.set(one.sender, one);
  }
  return [...faults, ...requestFaults(where, inOrder)];
}

/** Within one request: the order of the array, for what one answer took in alike (new, or known already). */
function requestFaults(where: string, inOrder: readonly SentEvent[]): string[] {
  const last = new Map<string, SentEvent>();
  return inOrder.flatMap((one) => {
    const [first] = one.receipts;
    if (!first) return [];
    const name = `${one.request}|${first.line}|${first.receipt.duplicate}`;
    const before = last.get(name);
    last.set(name, one);
    return before && before.place > one.place
      ? [`${where}: event ${before.made.id} stands before ${one.made.id}, against the order of their request`]
      : [];
  });
}

/** What two inboxes both have, both have in the same order. */
export function sameForAll(inboxes: ReadonlyMap<string, readonly NotedEvent[]>): string[] {
  const all = [...inboxes].map(([agency, events]) => ({
    agency,
    ids: events.map(({ recordId }) => recordId),
  }));
  return all.flatMap((a, i) =>
    all.slice(i + 1).flatMap((b) => {
      const inA = new Set(a.ids);
      const inB = new Set(b.ids);
      const ofA = a.ids.filter((id) => inB.has(id));
      const ofB = b.ids.filter((id) => inA.has(id));
      const at = ofA.findIndex((id, place) => id !== ofB[place]);
      return at === -1
        ? []
        : [`record ${ofA[at]}: inboxes of ${a.agency} and ${b.agency} have another order`];
    }),
  );
}
