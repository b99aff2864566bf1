import { randomBytes } from 'node:crypto';
import fc from '../support/properties.js';
import { open, seal, SealBroken } from '../../src/vault/seal.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { dataOf, newYouth } from '../support/youths.js';

const key = randomBytes(32);
const context = ['record', 'controller', 'type'];

it('opens what it sealed, with a fresh nonce each time', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      const plain = Buffer.from(bytes);
      const [one, two] = [seal(key, plain, context), seal(key, plain, context)];
      expect(open(key, one, context).equals(plain)).toBe(true);
      expect(one.equals(two)).toBe(false);
    }),
  );
});

it('opens nothing that was changed in any byte, cut, moved to another context or sealed under another key', () => {
  const sealed = seal(key, Buffer.from('Ronja'), context);
  for (let i = 0; i < sealed.length; i += 1) {
    const changed = Buffer.from(sealed);
    changed[i] = (changed[i] ?? 0) ^ 1;
    expect(() => open(key, changed, context)).toThrow(SealBroken);
    expect(() => open(key, sealed.subarray(0, i), context)).toThrow(SealBroken);
  }
  expect(() => open(key, sealed, ['record', 'controller', 'other'])).toThrow(SealBroken);
  expect(() => open(key, sealed, ['record,controller', 'type'])).toThrow(SealBroken);
  expect(() => open(randomBytes(32), sealed, context)).toThrow(SealBroken);
});

describe('in the database', () => {
  let hub: TestHub;
  beforeAll(async () => {
    hub = await startTestHub();
  });
  afterAll(() => hub.close());

  it('does not open a key that was changed, or moved to another youth, though this process has just opened the true one', async () => {
    const school = hub.as(agencies.school);
    const push = async (): Promise<string> => {
      const id = await school.send(
        school.event(
          'education-interrupted',
          dataOf('education-interrupted', newYouth(), { school: school.orgNumber }),
        ),
      );
      await school.dispatched(id);
      return id;
    };
    const [one, other] = [await push(), await push()];
    const keyOf = `(select k.wrapped from stafett.record r join stafett.youth_key k using (youth_id) where r.id = $1)`;
    const [kept] = await hub.sql<{ wrapped: Buffer }>(`select ${keyOf} as wrapped`, [one]);
    const put = (wrapped: Buffer): Promise<unknown> =>
      hub.sql(
        'update stafett.youth_key set wrapped = $2 where youth_id = (select youth_id from stafett.record where id = $1)',
        [one, wrapped],
      );
    const own = kept?.wrapped ?? Buffer.alloc(0);
    const changed = Buffer.from(own);
    changed[20] = (changed[20] ?? 0) ^ 1;
    const [others] = await hub.sql<{ wrapped: Buffer }>(`select ${keyOf} as wrapped`, [other]);
    const ot = hub.as(agencies.ot);
    for (const wrapped of [changed, others?.wrapped ?? Buffer.alloc(0)]) {
      await put(wrapped);
      expect((await ot.pull('?limit=500')).status).toBe(500);
    }
    await put(own);
    expect((await ot.pull('?limit=500')).status).toBe(200);
  });

  it('does not open a body that was moved to another record', async () => {
    const school = hub.as(agencies.school);
    const youth = newYouth();
    const push = (lastDay: string): Promise<string> =>
      school.send(
        school.event(
          'education-interrupted',
          dataOf('education-interrupted', youth, { school: school.orgNumber, lastDay }),
        ),
      );
    const [first, second] = [await push('2026-11-02'), await push('2026-11-03')];
    await school.dispatched(second);
    await hub.sql(
      'update stafett.record_body a set sealed = b.sealed from stafett.record_body b where a.id = $1 and b.id = $2',
      [first, second],
    );
    const ot = hub.as(agencies.ot);
    const before = await ot.pull('?limit=500');
    const answer = await ot.pull(`?limit=500&after=${before.body.cursor}`);
    expect([before.status, before.body.more, answer.status]).toEqual([200, true, 500]);
    expect(before.text + answer.text).not.toContain(youth.nationalId);
  });

  it('keeps one youth row and key per controller, and none for the recipient before it collects', async () => {
    const youth = newYouth();
    const school = hub.as('315200016');
    const id = await school.send(
      school.event(
        'education-interrupted',
        dataOf('education-interrupted', { ...youth, homeMunicipality: '0401' }, { school: school.orgNumber }),
      ),
    );
    await school.dispatched(id);
    const rows = await hub.sql<{ controller_id: string; wrapped: Buffer }>(
      'select y.controller_id, k.wrapped from stafett.youth y join stafett.youth_key k on k.youth_id = y.id join stafett.record r on r.youth_id = y.id where r.id = $1',
      [id],
    );
    expect(rows).toHaveLength(1);
  });

  it('refuses to start with other keys than the database was filled with', async () => {
    const { startHub } = await import('../../src/hub.js');
    const { mkdtempSync } = await import('node:fs');
    const { tmpdir } = await import('node:os');
    const keys = mkdtempSync(`${tmpdir()}/stafett-keys-`);
    const config = { ...hub.config, process: { ...hub.config.process, keys } };
    await expect(startHub(config, { appUrl: hub.database.appUrl, docs: false })).rejects.toThrow(
      /^process\.keys: the key "/,
    );
  });
});
