import { createHash } from 'node:crypto';
import fc from '../support/properties.js';
import { acts } from '../../src/audit/acts.js';
import { canonicalTold, commitment, leafBytes, type Told } from '../../src/audit/entry.js';
import type { LeafId } from '../../src/common/ids.js';
import { canonicalJson } from '../../src/common/json.js';

const text = fc.option(fc.string({ unit: 'binary' }));
const word = fc.stringMatching(/^[a-z][a-zA-Z]{0,12}$/);
const tellings: fc.Arbitrary<Told> = fc.record({
  act: fc.constantFrom(...acts),
  at: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  controller: text,
  otherController: text,
  agency: text,
  otherAgency: text,
  recordType: text,
  record: text,
  transfer: text,
  consent: text,
  person: text,
  detail: fc.dictionary(
    word,
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.array(word),
    ),
  ),
});

it('writes what is told as RFC 8785 has it', () => {
  fc.assert(fc.property(tellings, (told) => expect(canonicalTold(told)).toBe(canonicalJson(told))));
});

it('writes the leaf as RFC 8785 has it, with a commitment to salt and telling', () => {
  fc.assert(
    fc.property(tellings, fc.uint8Array({ minLength: 32, maxLength: 32 }), (told, bytes) => {
      const salt = Buffer.from(bytes);
      const committed = commitment(salt, told);
      expect(committed).toBe(
        createHash('sha256').update(salt).update(canonicalJson(told)).digest('base64url'),
      );
      const id = '0b0e7b5e-8d4a-4f7c-9f57-2f8f3a3f6f10' as LeafId;
      expect(leafBytes(id, told, committed).toString()).toBe(
        canonicalJson({ v: 1, id, act: told.act, day: told.at.slice(0, 10), commitment: committed }),
      );
    }),
  );
});
