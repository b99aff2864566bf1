import { timingSafeEqual } from 'node:crypto';
import { hmacSha256 } from './hmac.js';
import { Problem } from './problems.js';

const MAC_BYTES = 12;
const MAX_CHARS = 2000;

/**
 * An opaque place in a list: where it stands, and whose list it is. It is signed, so that nobody can make one, and a cursor
 * given to one agency or filter is refused by another.
 */
export class Cursors {
  constructor(private readonly key: Buffer) {}

  /** @param list everything that the list depends on: the endpoint, the agency, the filter */
  encode(list: readonly string[], place: string): string {
    const body = Buffer.from(place, 'utf8');
    return Buffer.concat([this.mac(['place', place]), this.mac(['list', place, ...list]), body]).toString(
      'base64url',
    );
  }

  /** Reads the place of a cursor that the hub gave out, whoever it was given to. @throws Problem cursor-invalid */
  peek<T>(cursor: string, read: (place: string) => T): T {
    return read(this.open(cursor).place);
  }

  /** @throws Problem cursor-invalid where the hub never gave this out, cursor-foreign where it did for another list */
  decode(list: readonly string[], cursor: string): string {
    const { place, listMac } = this.open(cursor);
    if (!timingSafeEqual(listMac, this.mac(['list', place, ...list]))) throw new Problem('cursor-foreign');
    return place;
  }

  private open(cursor: string): { place: string; listMac: Buffer } {
    if (cursor.length > MAX_CHARS || !/^[A-Za-z0-9_-]+$/.test(cursor)) throw new Problem('cursor-invalid');
    const bytes = Buffer.from(cursor, 'base64url');
    if (bytes.length < 2 * MAC_BYTES || bytes.toString('base64url') !== cursor)
      throw new Problem('cursor-invalid');
    const place = bytes.subarray(2 * MAC_BYTES).toString('utf8');
    if (!timingSafeEqual(bytes.subarray(0, MAC_BYTES), this.mac(['place', place])))
      throw new Problem('cursor-invalid');
    return { place, listMac: bytes.subarray(MAC_BYTES, 2 * MAC_BYTES) };
  }

  private mac(parts: readonly string[]): Buffer {
    return hmacSha256(this.key, JSON.stringify(parts)).subarray(0, MAC_BYTES);
  }
}
