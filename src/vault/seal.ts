import { createCipheriv, createDecipheriv } from 'node:crypto';
import { publicRandom } from '../common/random.js';

const VERSION = 1;
const NONCE = 12;
const HEAD = 1 + NONCE;
const TAG = 16;

/** A sealed value that does not open: it was changed, moved to another row, or sealed under another key. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

/**
 * AES-256-GCM (NIST SP 800-38D): one version byte, a fresh random 12-byte nonce, ciphertext, 16-byte tag. `context` goes in as
 * additional data, as a JSON array so that no two contexts give the same bytes: what is sealed for one row does not
 * open in another.
 */
export function seal(key: Buffer, plain: Buffer, context: readonly string[]): Buffer {
  const head = publicRandom(HEAD);
  head[0] = VERSION;
  const cipher = createCipheriv('aes-256-gcm', key, head.subarray(1), { authTagLength: TAG });
  cipher.setAAD(Buffer.from(JSON.stringify(context)));
  const sealed = cipher.update(plain);
  // A stream cipher: nothing is left for the end but the tag.
  cipher.final();
  return Buffer.concat([head, sealed, cipher.getAuthTag()]);
}

/** @throws SealBroken */
export function open(key: Buffer, sealed: Buffer, context: readonly string[]): Buffer {
  if (sealed.length < HEAD + TAG || sealed[0] !== VERSION) throw new SealBroken();
  // authTagLength: without it Node 20 takes a tag cut down to 4 bytes.
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, HEAD), {
    authTagLength: TAG,
  });
  decipher.setAAD(Buffer.from(JSON.stringify(context)));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
  try {
    const plain = decipher.update(sealed.subarray(HEAD, sealed.length - TAG));
    // Throws where the tag is not that of what was read: until then nothing of it counts.
    decipher.final();
    return plain;
  } catch {
    throw new SealBroken();
  }
}
