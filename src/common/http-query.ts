/** A query string taken apart: a list where a parameter came more than once. It has no prototype. */
export type Query = Readonly<Record<string, string | readonly string[]>>;

const broken = Symbol('broken');
const MAX_PARAMETERS = 50;

/** Whether the query could not be read: bad percent-encoding, not UTF-8, or too many parameters. */
export const isBrokenQuery = (query: unknown): boolean =>
  typeof query === 'object' && query !== null && broken in query;

/**
 * Reads `a=1&b=2` (WHATWG URL, application/x-www-form-urlencoded) and no more than that: no nesting, no `a[b]`. Never
 * throws, because the router calls it where nothing would catch: what cannot be read is marked for the edge to refuse.
 */
export function parseQuery(text: string): Query {
  const query = Object.create(null) as Record<string | symbol, string | string[] | true>;
  const parts = text.split('&', MAX_PARAMETERS + 1).filter((part) => part !== '');
  try {
    if (parts.length > MAX_PARAMETERS) throw new URIError('too many parameters');
    for (const part of parts) add(query, part);
  } catch {
    query[broken] = true;
  }
  return query as Query;
}

function add(query: Record<string | symbol, string | string[] | true>, part: string): void {
  const at = part.indexOf('=');
  const key = decode(at < 0 ? part : part.slice(0, at));
  const value = at < 0 ? '' : decode(part.slice(at + 1));
  const before = query[key] as string | string[] | undefined;
  if (before === undefined) query[key] = value;
  else if (Array.isArray(before)) before.push(value);
  else query[key] = [before, value];
}

/** @throws URIError where a percent sign stands alone, or the bytes are not UTF-8 */
const decode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));
