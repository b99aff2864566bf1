import { setTimeout as sleep } from 'node:timers/promises';
import { parseVerifierKey, verifyReceipt, type VerifierKey } from '../../src/audit/verify/index.js';
import type { Client, Json } from '../support/client.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { dataOf, newYouth } from '../support/youths.js';

let hub: TestHub;
let county: Client;
let school: Client;
let ot: Client;
let key: VerifierKey;
const youth = newYouth();
let transferId: string;

beforeAll(async () => {
  hub = await startTestHub((config) => ({ ...config, log: { ...config.log, checkpointMs: 50 } }));
  county = hub.as(agencies.county);
  school = hub.as(agencies.school);
  ot = hub.as(agencies.ot);
  key = parseVerifierKey((await school.call('GET', '/v1/log/key')).text.trimEnd());
  await school.send(school.event('education-interrupted', dataOf('education-interrupted', youth)));
  const [event] = await ot.pullUntil((events) => events.length > 0);
  transferId = event.transferid;
  await ot.acknowledge([transferId]);
});
afterAll(() => hub.close());

/** Asks until every entry in the answer is sealed. */
async function sealed(ask: () => Promise<Json>): Promise<Json> {
  for (const until = Date.now() + 10_000; Date.now() < until; await sleep(30)) {
    const body = await ask();
    if (body.receipts.every(({ proof }: Json) => proof !== null)) return body;
  }
  throw new Error('not sealed after 10 s');
}

const receipts = (client: Client): Promise<Json> =>
  sealed(async () => (await client.call('GET', `/v1/log/receipts/${transferId}`)).body);

it('gives sender and recipient the same proof that a transfer was disclosed and acknowledged', async () => {
  const body = await receipts(school);
  expect(parseVerifierKey(body.key)).toEqual(key);
  const told = body.receipts.map((receipt: Json) => verifyReceipt(receipt, { log: key }).told);
  expect(told.map(({ act }: Json) => act)).toEqual(['transfer-disclosed', 'transfer-acknowledged']);
  expect(told[0]).toMatchObject({ transfer: transferId, recordType: 'education-interrupted' });
  const names = new Map(body.agencies.map(({ id, orgNumber }: Json) => [id, orgNumber]));
  expect([names.get(told[0].agency), names.get(told[0].otherAgency)]).toEqual([agencies.ot, agencies.school]);
  const other = await receipts(ot);
  expect(other.receipts.map(({ told: text }: Json) => text)).toEqual(
    body.receipts.map(({ told: text }: Json) => text),
  );
});

it('gives them to nobody else', async () => {
  for (const number of [agencies.nav, agencies.otherSchool, agencies.county]) {
    const answer = await hub.as(number).call('GET', `/v1/log/receipts/${transferId}`);
    expect([answer.status, answer.body.code]).toEqual([404, 'not-found']);
  }
});

it('proves nothing where a letter of it was changed', async () => {
  const [receipt] = (await receipts(school)).receipts;
  const changed: Json[] = [
    { ...receipt, told: receipt.told.replace('education-interrupted', 'referral') },
    { ...receipt, leaf: receipt.leaf.replace('transfer-disclosed', 'transfer-withdrawn') },
    { ...receipt, salt: receipt.salt.replace(/^./, (first: string) => (first === 'A' ? 'B' : 'A')) },
    { ...receipt, proof: receipt.proof.replace(/index (\d)/, 'index 1$1') },
  ];
  for (const one of changed) expect(() => verifyReceipt(one, { log: key })).toThrow();
});

it('proves for a youth each disclosure, whoever of the controller asks, and keeps the question', async () => {
  const ask = async (): Promise<Json> =>
    (
      await county.call('POST', '/v1/audit/disclosure-proofs', {
        nationalId: youth.nationalId,
        reason: 'Innsyn etter artikkel 15',
      })
    ).body;
  const body = await sealed(ask);
  expect(body.receipts).toHaveLength(1);
  expect(verifyReceipt(body.receipts[0], { log: key }).told).toMatchObject({ transfer: transferId });
  expect([body.more, JSON.stringify(body).includes(youth.nationalId)]).toEqual([false, false]);
  const [entry] = await hub.sql<{ detail: Json }>(
    `select detail from stafett.entry_detail where act = 'audit-searched' order by id desc limit 1`,
  );
  expect(entry?.detail).toMatchObject({ entries: 1, proofs: true });
  const stranger = await county.call('POST', '/v1/audit/disclosure-proofs', {
    nationalId: newYouth().nationalId,
    reason: 'Innsyn',
  });
  expect(stranger.body).toMatchObject({ receipts: [], more: false });
});

describe('what auditors are shown', () => {
  const entries = async (): Promise<Json[]> =>
    (await county.call('GET', `/v1/audit/entries?transfer=${transferId}`)).body.items;

  it('is checked against the log, and says where its proof is', async () => {
    await receipts(school);
    const items = await entries();
    expect(items.length).toBeGreaterThanOrEqual(3);
    for (const item of items) {
      expect([item.act, item.verified]).toEqual([item.act, true]);
      expect((await county.call('GET', item.proof)).status).toBe(200);
    }
  });

  it('is shown as changed where the database was changed, in a word or in whom it is about', async () => {
    await hub.sql(
      `update stafett.entry_detail set detail = '{}' where transfer_id = $1 and act = 'transfer-disclosed'`,
      [transferId],
    );
    await hub.sql(
      `update stafett.entry_detail set at = at + interval '1 second' where transfer_id = $1 and act = 'transfer-acknowledged'`,
      [transferId],
    );
    const verdicts = new Map((await entries()).map(({ act, verified }) => [act, verified]));
    expect(verdicts.get('transfer-disclosed')).toBe(false);
    expect(verdicts.get('transfer-acknowledged')).toBe(false);
    expect(verdicts.get('transfer-available')).toBe(true);
  });

  it('cannot be told any more when the youth’s key is gone', async () => {
    await hub.sql('delete from stafett.youth_key');
    const verdicts = new Set((await entries()).map(({ verified }) => verified));
    expect(verdicts).toEqual(new Set([null]));
  });
});
