import { randomFillSync } from 'node:crypto';

/** A call into the system's generator costs 7 µs, whether it is asked for 12 bytes or for thousands. */
const POOL_BYTES = 8192;
const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/** Random bytes that need not be secret: nonces and ids. Keys ask the system themselves. */
export function publicRandom(bytes: number): Buffer {
  if (used + bytes > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const fresh = Buffer.allocUnsafe(bytes);
  pool.copy(fresh, 0, used, used + bytes);
  used += bytes;
  return fresh;
}
