import { createHash, createHmac } from 'node:crypto';
import fc from '../support/properties.js';
import { hmacSha256, sha256Of } from '../../src/common/hmac.js';

const keys = fc.uint8Array({ maxLength: 100 });
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 2000 }),
  fc.string({ unit: 'grapheme', maxLength: 100 }),
);

it('is HMAC-SHA-256, of any text and bytes under any key', () => {
  fc.assert(
    fc.property(keys, fc.oneof(texts, fc.uint8Array({ maxLength: 6000 })), (key, data) => {
      expect(hmacSha256(key, data).toString('hex')).toBe(
        createHmac('sha256', key).update(data).digest('hex'),
      );
    }),
  );
});

it.each([64, 65])(
  'knows a key of %i bytes, and what fills the room to the last byte and beyond',
  (length) => {
    const key = Buffer.alloc(length, 7);
    for (const size of [0, 1, 4095, 4096, 4097, 20_000])
      expect(hmacSha256(key, Buffer.alloc(size, 1))).toEqual(
        createHmac('sha256', key).update(Buffer.alloc(size, 1)).digest(),
      );
  },
);

it('hashes a text after a prefix', () => {
  fc.assert(
    fc.property(keys, texts, (prefix, text) => {
      expect(sha256Of(prefix, text)).toBe(
        createHash('sha256').update(prefix).update(text).digest('base64url'),
      );
    }),
  );
});
