import { isUtf8 } from 'node:buffer';

/** What every leaf of the hub looks like (docs/log.md), and no other text that has this shape is anything but canonical. */
const leaf =
  /^\{"act":"[a-z-]+","commitment":"[A-Za-z0-9_-]*","day":"[0-9-]*","id":"[0-9a-f-]*","v":(0|[1-9][0-9]{0,14})\}$/;

/**
 * Is it the one way to write this JSON value in UTF-8 (RFC 8785)? Then two readers cannot understand it differently, as with
 * a key that stands there twice. 6 µs for an entry of 150 bytes, a fifth of a verification; 0.6 µs for a leaf of the hub.
 */
export function isCanonicalJson(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (leaf.test(buffer.toString('latin1'))) return true;
  if (!isUtf8(bytes)) return false;
  const text = buffer.toString();
  try {
    return canonical(JSON.parse(text)) === text;
  } catch {
    // No JSON, or nested deeper than the stack is.
    return false;
  }
}

function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
}
