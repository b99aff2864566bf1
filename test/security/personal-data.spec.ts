import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { hasRedis, startRedis, type TestRedis } from '../support/redis.js';
import type { Client, Json } from '../support/client.js';
import { dataOf, newYouth, releaseFor } from '../support/youths.js';

/** Columns that hold sealed bytes, or a keyed hash: the only ones where what a youth is may lie. */
const VAULT = new Set(['youth.identity_sealed', 'record_body.sealed', 'consent.sealed']);
const GIVEN_NAME = 'Qvislinghild';

let hub: TestHub;
let redis: TestRedis | undefined;
let output = '';
let school: Client, ot: Client, nav: Client, county: Client;

beforeAll(async () => {
  redis = hasRedis ? await startRedis() : undefined;
  hub = await startTestHub(
    (config) => ({
      ...config,
      process: { ...config.process, logLevel: 'trace' },
      queue: { ...config.queue, url: redis?.url ?? '' },
    }),
    { write: (line) => void (output += line) },
  );
  [school, ot, nav, county] = [agencies.school, agencies.ot, agencies.nav, agencies.county].map((number) =>
    hub.as(number),
  ) as [Client, Client, Client, Client];
});
afterAll(async () => {
  await hub.close();
  await redis?.stop();
});

it('keeps a marker birth number and name, pushed through every route, nowhere outside the sealed columns', async () => {
  const youth = newYouth({ givenName: GIVEN_NAME, familyName: GIVEN_NAME });
  const { nationalId } = youth;
  await school.push(
    school.event(
      'education-interrupted',
      dataOf('education-interrupted', youth, { school: school.orgNumber }),
    ),
  );
  await school.push({
    ...school.event('education-interrupted', dataOf('education-interrupted', youth)),
    id: nationalId,
  });
  await school.push([
    school.event('education-interrupted', { youth, leavingReason: nationalId, [nationalId]: nationalId }),
  ]);
  await ot.push(ot.event('referral', dataOf('referral', youth)));
  await ot.call('POST', '/v1/records/check', ot.event('referral', dataOf('referral', youth)), {
    'content-type': 'application/cloudevents+json',
  });
  const held = await ot.send(ot.event('referral', dataOf('referral', youth), { holdforconsent: true }));
  const consent = await ot.call('POST', '/v1/consents', releaseFor(youth, ot.orgNumber, nav.orgNumber));
  await ot.call('GET', `/v1/consents/${consent.body.consentId}`);
  const got = await nav.pullUntil((events) => events.some((event) => event.recordid === held));
  expect(JSON.stringify(got)).toContain(nationalId);
  const answer = dataOf('referral-response', youth);
  await nav.push(nav.event('referral-response', answer, { inreplyto: held }));
  await nav.reject(
    got.map((event) => event.transferid),
    'unknown-person',
  );
  await nav.call('POST', '/v1/inbox/rejections', { transfers: [nationalId], reason: nationalId });
  await county.call('POST', '/v1/audit/searches', { nationalId, reason: 'Innsyn' });
  await county.call('POST', '/v1/audit/searches', { nationalId, reason: `Innsyn for ${nationalId}` });
  for (const person of [nationalId, GIVEN_NAME])
    for (const reason of ['Tilsyn', `Tilsyn med ${person}`])
      await county.call('POST', '/v1/audit/staff-searches', { person, reason });
  await ot.call('POST', `/v1/consents/${consent.body.consentId}/withdrawal`, {
    by: 'youth',
    how: nationalId,
  });
  await ot.call('POST', `/v1/consents/${consent.body.consentId}/withdrawal`, { by: 'youth', how: 'phone' });
  for (const path of [
    '/v1/inbox',
    '/v1/outbox',
    '/v1/agencies',
    '/v1/audit/entries',
    '/v1/discrepancies',
    `/v1/records/${nationalId}`,
    `/v1/consents/${nationalId}`,
    `/v1/record-types/${nationalId}/schema`,
    `/v1/${nationalId}`,
  ])
    await county.call('GET', `${path}?after=${nationalId}&${nationalId}=1`);
  await county.call('POST', '/v1/reconciliation/runs', { kind: nationalId });
  await county.call('POST', '/v1/discrepancies/00000000-0000-7000-8000-000000000000/resolution', {
    outcome: 'other',
    reason: `Se ${nationalId}`,
  });
  await county.call('PUT', '/v1/directory', `{"${nationalId}":1}`);
  await new Promise((resolve) => setTimeout(resolve, 300));

  const tables = await hub.sql<{ schema: string; name: string; column: string }>(
    `select n.nspname as schema, c.relname as name, a.attname as column from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid where n.nspname in ('stafett', 'bullmq', 'public') and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped`,
  );
  expect(tables.length).toBeGreaterThan(100);
  const looks = tables.map(({ schema, name, column }) => {
    const text = `t."${column}"::text`;
    return `select '${name}.${column}' as place where exists (select from "${schema}"."${name}" t where strpos(${text}, $1) > 0 or strpos(${text}, $2) > 0
      or strpos(${text}, $3) > 0 or strpos(${text}, $4) > 0)`;
  });
  const hex = (text: string): string => Buffer.from(text).toString('hex');
  const found = await hub.sql<{ place: string }>(looks.join(' union all '), [
    nationalId,
    GIVEN_NAME,
    hex(nationalId),
    hex(GIVEN_NAME),
  ]);
  expect(found).toEqual([]);
  // The search itself works: the vault's columns are there, and hold nothing in the clear either.
  for (const place of VAULT)
    expect(
      tables.map(({ name, column }) => `${name.replace(/_(\d{4}_\d{2}|default)$/, '')}.${column}`),
    ).toContain(place);
  const elsewhere = {
    log: output,
    metrics: await (await fetch(`${hub.url}/metrics`)).text(),
    redis: (await redis?.dump()) ?? '',
  };
  expect([output.length > 0, elsewhere.metrics.length > 0, !redis || elsewhere.redis.length > 0]).toEqual([
    true,
    true,
    true,
  ]);
  for (const [where, text] of Object.entries(elsewhere)) {
    expect([where, text.includes(nationalId), text.includes(GIVEN_NAME)]).toEqual([where, false, false]);
  }
}, 60_000);

describe('what a sender is answered', () => {
  /** Ids, times and numbers differ from one youth to the next, and nothing else may. */
  const bare = (text: string): string =>
    text
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'ID')
      .replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, 'TIME')
      .replace(/\d{16}\.\d{4}/g, 'SEQUENCE');

  /** Everything that the school and OT can learn by sending and asking about a youth, as one text. */
  async function learn(youth: Json): Promise<string> {
    const texts: string[] = [];
    const see = (answer: { status: number; text: string }): void =>
      void texts.push(`${answer.status} ${bare(answer.text)}`);
    const plain = { ...youth };
    see(
      await ot.call('POST', '/v1/records/check', ot.event('referral', dataOf('referral', plain)), {
        'content-type': 'application/cloudevents+json',
      }),
    );
    for (const more of [{}, { holdforconsent: true }]) {
      const pushed = await ot.push(ot.event('referral', dataOf('referral', plain), more));
      see(pushed);
      const { recordId } = pushed.body.receipts[0];
      await ot.dispatched(recordId);
      see(await ot.record(recordId));
      const inbox = await ot.pull('?limit=500&type=notice');
      texts.push(
        bare(
          JSON.stringify(
            inbox.body.events
              .filter((event: Json) => event.data.recordId === recordId)
              .map((event: Json) => ({ ...event, id: 'ID' })),
          ),
        ),
      );
    }
    const again = await ot.push([
      ot.event('referral', dataOf('referral', plain)),
      ot.event('referral', { youth: plain }),
    ]);
    see(again);
    return texts.join('\n');
  }

  it('is byte-equal, ids aside, for a youth whom other controllers know, one whom nobody knows, and one who is protected elsewhere', async () => {
    const known = newYouth();
    const neighbour = hub.as('315200016');
    await neighbour.send(
      neighbour.event(
        'education-interrupted',
        dataOf(
          'education-interrupted',
          { ...known, homeMunicipality: '0401' },
          { school: neighbour.orgNumber },
        ),
      ),
    );
    const elsewhere = newYouth();
    await neighbour.send(
      neighbour.event(
        'education-interrupted',
        dataOf(
          'education-interrupted',
          { ...elsewhere, homeMunicipality: '0401', protection: 'strictly-confidential' },
          { school: neighbour.orgNumber },
        ),
      ),
    );
    const unknown = await learn(newYouth());
    expect(await learn(known)).toBe(unknown);
    expect(await learn(elsewhere)).toBe(unknown);
  });

  it('is byte-equal, ids aside, for a protected youth and any other whose transfer a person must handle', async () => {
    const view = async (youth: Json): Promise<string> => {
      const recordId = await ot.send(ot.event('referral', dataOf('referral', youth)));
      await ot.dispatched(recordId);
      return bare((await ot.record(recordId)).text);
    };
    const refusedPlain = await view(newYouth());
    const refusedProtected = await view(newYouth({ protection: 'confidential' }));
    expect(refusedProtected).toBe(refusedPlain);
    const grades = await Promise.all(
      ['confidential', 'strictly-confidential'].map(async (protection) => {
        const youth = newYouth({ protection });
        await ot.call('POST', '/v1/consents', releaseFor(youth, ot.orgNumber, nav.orgNumber));
        return view(youth);
      }),
    );
    expect(grades[0]).toBe(grades[1]);
    expect(grades[0]).toContain('manual-handling');
    expect(grades[0]).not.toContain('confidential');
  });
});
