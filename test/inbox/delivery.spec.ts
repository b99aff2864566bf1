import { findType } from '../../src/catalogue/catalogue.js';
import type { RecordType } from '../../src/catalogue/record-type.js';
import type { ConsentId } from '../../src/common/ids.js';
import { deliveryOf, type PageRow } from '../../src/inbox/delivery.js';
import type { Verdict } from '../../src/dispatch/gate.js';

const relied = 'relied' as ConsentId;
const another = 'another' as ConsentId;
const type = findType('referral') as RecordType;
const categories = [...type.essential];
const row = { categories, consentIds: [relied] } as unknown as PageRow;
const deliver: Verdict = { do: 'deliver', categories, withheld: [], grounds: [], consentIds: [another] };

describe('what is read of a transfer that relies on a release', () => {
  it('is given while that release is in force', () => {
    expect(deliveryOf(row, type, deliver, new Set([relied]))?.categories).toEqual(new Set(categories));
  });

  it('is nothing once that release is withdrawn, even where another one covers the same', () => {
    expect(deliveryOf(row, type, deliver, new Set([another]))).toBeUndefined();
  });

  it('is nothing where the gate would not deliver today, or an essential category is gone', () => {
    expect(
      deliveryOf(row, type, { do: 'refuse', reason: 'recipient-inactive' }, new Set([relied])),
    ).toBeUndefined();
    const less: Verdict = { ...deliver, categories: categories.slice(1) };
    expect(deliveryOf(row, type, less, new Set([relied]))).toBeUndefined();
  });

  it('is never more than the transfer was made for', () => {
    const more: Verdict = { ...deliver, categories: [...categories, 'own-words'] };
    expect(deliveryOf(row, type, more, new Set([relied]))?.categories).toEqual(new Set(categories));
    expect(deliveryOf(row, type, more, new Set([relied]))?.withheld).toContain('own-words');
  });
});
