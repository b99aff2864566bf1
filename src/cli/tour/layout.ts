const WIDTH = 100;
const LONGEST_TEXT = 60;
const LONGEST_LIST = 12;

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-([0-9a-f]{12})/g;
/** Who a youth is, although invented: a terminal is no place for it. */
const hidden = new Set(['nationalId', 'birthDate', 'familyName']);
/** What every event has, and the story does not need. */
const skipped = new Set(['specversion', 'datacontenttype', 'sequence', 'index', 'eventId', 'cursor']);

/** The end of each id, which differs; of an id's beginning most is the time. */
export const shortIds = (text: string): string => text.replaceAll(uuid, '…$1');

/** A value as JSON that fits on a few lines. */
export function shortened(value: unknown, longest: number): string {
  const text = JSON.stringify(pruned(value));
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}

function pruned(value: unknown): unknown {
  if (typeof value === 'string') {
    const text = shortIds(value);
    return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}…`;
  }
  if (Array.isArray(value)) {
    const shown = value.slice(0, LONGEST_LIST).map(pruned);
    return value.length <= LONGEST_LIST ? shown : [...shown, '…'];
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, member]) => !skipped.has(key) && member !== null)
      .map(([key, member]) => [key, hidden.has(key) ? '…' : pruned(member)]),
  );
}

/** Lines of at most a terminal's width. What has no space to break at is broken anywhere. */
export function wrapped(text: string, indent: string): string[] {
  const room = WIDTH - indent.length;
  const lines: string[] = [];
  let rest = text;
  while (rest.length > room) {
    const space = rest.lastIndexOf(' ', room);
    const comma = rest.lastIndexOf(',', room - 1) + 1;
    const end = space > room / 2 ? space : comma > room / 2 ? comma : room;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest].map((line) => (line === '' ? '' : indent + line));
}
