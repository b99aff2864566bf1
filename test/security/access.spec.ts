import { routesOf, type HubRoute } from '../../src/identity/routes.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import type { Client, Json } from '../support/client.js';
import { dataOf, newYouth, releaseFor } from '../support/youths.js';

let hub: TestHub;
let closed: HubRoute[];

beforeAll(async () => {
  hub = await startTestHub();
  closed = routesOf(hub.hub.app).filter(({ access }) => access && !('public' in access));
});
afterAll(() => hub.close());

const NOBODY = '00000000-0000-7000-8000-000000000000';
const filled = (path: string): string => path.replace(/:key/, 'referral').replace(/:\w+/g, NOBODY);
const ask = (route: HubRoute, authorization?: string): Promise<Response> =>
  fetch(hub.url + filled(route.path), {
    method: route.method,
    headers: {
      ...(authorization !== undefined && { authorization }),
      ...(route.method !== 'GET' && { 'content-type': 'application/json' }),
    },
    ...(route.method !== 'GET' && { body: '{}' }),
  });

/** Every closed route that did not answer with this problem. */
async function othersThan(code: string, authorization?: string, routes = closed): Promise<string[]> {
  const wrong: string[] = [];
  for (const route of routes) {
    const response = await ask(route, authorization);
    const body = (await response.json()) as { code: string };
    if (body.code !== code || !response.headers.get('content-type')?.startsWith('application/problem+json'))
      wrong.push(`${route.method} ${route.path}: ${response.status} ${body.code}`);
  }
  return wrong;
}

it('knows the routes of the contract, and closes all but those that are for everyone', () => {
  expect(closed.map(({ method, path }) => `${method} ${path}`)).toEqual(
    expect.arrayContaining([
      'POST /v1/records',
      'POST /v1/records/check',
      'GET /v1/records/:id',
      'GET /v1/inbox',
      'POST /v1/inbox/acknowledgements',
      'POST /v1/inbox/rejections',
      'POST /v1/consents',
      'POST /v1/consents/:id/withdrawal',
      'GET /v1/consents/:id',
      'GET /v1/outbox',
      'GET /v1/agencies',
      'GET /v1/record-types',
      'GET /v1/audit/entries',
      'GET /v1/audit/entries/export',
      'POST /v1/audit/searches',
      'POST /v1/audit/staff-searches',
      'POST /v1/reconciliation/runs',
      'GET /v1/discrepancies',
      'POST /v1/discrepancies/:id/resolution',
      'PUT /v1/directory',
      'GET /v1/me',
      'GET /v1/log/checkpoint',
      'GET /v1/log/checkpoints',
      'GET /v1/log/key',
      'GET /v1/log/tile/*',
      'GET /v1/log/tile/entries/*',
      'GET /v1/log/proofs/:entry',
      'GET /v1/log/receipts/:transfer',
      'POST /v1/audit/disclosure-proofs',
    ]),
  );
  const open = routesOf(hub.hub.app).filter(({ access }) => access && 'public' in access);
  expect(open.map(({ path }) => path).filter((path) => path.startsWith('/v1'))).toEqual([]);
});

it('lets nobody in without a token, with rubbish, or with one whose signature was changed', async () => {
  expect(await othersThan('unauthenticated')).toEqual([]);
  expect(await othersThan('unauthenticated', 'Bearer rubbish')).toEqual([]);
  expect(await othersThan('unauthenticated', 'Basic dXNlcjpwYXNz')).toEqual([]);
  const changed = (await hub.token(agencies.county)).replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A'));
  expect(await othersThan('unauthenticated', `Bearer ${changed}`)).toEqual([]);
});

it('lets in no organisation that takes no part', async () => {
  expect(await othersThan('agency-unknown', `Bearer ${await hub.token('312345676')}`)).toEqual([]);
});

it('lets no agency use a scope that its token lacks, or that its kind may not hold', async () => {
  const needing = closed.filter(({ access }) => access && 'anyOf' in access && access.anyOf.length > 0);
  expect(needing.length).toBeGreaterThan(12);
  expect(
    await othersThan(
      'insufficient-scope',
      `Bearer ${await hub.token(agencies.county, ['stafett:none'])}`,
      needing,
    ),
  ).toEqual([]);
  const countyOnly = needing.filter(
    ({ access }) =>
      access && 'anyOf' in access && access.anyOf.every((scope) => /audit|admin|reconciliation/.test(scope)),
  );
  expect(countyOnly.length).toBeGreaterThanOrEqual(6);
  for (const number of [agencies.school, agencies.ot, agencies.nav])
    expect(await othersThan('insufficient-scope', `Bearer ${await hub.token(number)}`, countyOnly)).toEqual(
      [],
    );
});

it('takes nothing from and gives nothing to an agency that has gone, or whose controller has no agreement', async () => {
  const bearer = `Bearer ${await hub.token(agencies.school)}`;
  await hub.sql('update stafett.agency set active = false where org_number = $1', [agencies.school]);
  expect(await othersThan('agency-inactive', bearer)).toEqual([]);
  await hub.sql('update stafett.agency set active = true where org_number = $1', [agencies.school]);
  await hub.sql(`update stafett.controller set agreement_to = '2025-01-01' where org_number = '310000019'`);
  expect(await othersThan('no-processor-agreement', bearer)).toEqual([]);
  await hub.sql(`update stafett.controller set agreement_to = null where org_number = '310000019'`);
});

describe('what belongs to one agency', () => {
  let recordId: string, transferId: string, consentId: string, cursor: string;
  let ot: Client;
  const strangers = [
    agencies.school,
    agencies.otherNav,
    agencies.otherOt,
    agencies.county,
    '315100011',
    '315200016',
  ];

  beforeAll(async () => {
    ot = hub.as(agencies.ot);
    const nav = hub.as(agencies.nav);
    const youth = newYouth();
    consentId = (await ot.call('POST', '/v1/consents', releaseFor(youth, ot.orgNumber, nav.orgNumber))).body
      .consentId;
    recordId = await ot.send(ot.event('referral', dataOf('referral', youth)));
    transferId = (await ot.dispatched(recordId)).transfers[0].transferId;
    cursor = (await nav.pull()).body.cursor;
  });

  it('is not in any other agency’s inbox, outbox, record view or answers', async () => {
    for (const number of strangers) {
      const stranger = hub.as(number);
      expect((await stranger.record(recordId)).status).toBe(404);
      for (const path of ['/v1/inbox?limit=500', '/v1/outbox?limit=500']) {
        const { status, text } = await stranger.call('GET', path);
        expect([number, path, status]).toEqual([number, path, 200]);
        expect(text).not.toContain(recordId);
        expect(text).not.toContain(transferId);
      }
      expect((await stranger.acknowledge([transferId])).body.results[0].problem.code).toBe(
        'transfer-unknown',
      );
      expect((await stranger.reject([transferId], 'not-ours')).body.results[0].problem.code).toBe(
        'transfer-unknown',
      );
      expect((await stranger.pull(`?after=${cursor}`)).body.code).toBe('cursor-foreign');
      const through = await stranger.call('POST', '/v1/inbox/acknowledgements', { through: cursor });
      expect(through.body.code).toBe('cursor-foreign');
    }
    expect((await hub.as(agencies.ot).acknowledge([transferId])).body.results[0].problem.code).toBe(
      'transfer-unknown',
    );
  });

  it('answers about a foreign id as about one that does not exist, byte for byte', async () => {
    const stranger = hub.as(agencies.otherNav);
    for (const [method, path, body] of [
      ['GET', '/v1/records/ID'],
      ['GET', '/v1/consents/ID'],
      ['POST', '/v1/consents/ID/withdrawal', { by: 'youth', how: 'phone' }],
    ] as const) {
      const real = await stranger.call(
        method,
        path.replace('ID', path.includes('consents') ? consentId : recordId),
        body,
      );
      const none = await stranger.call(method, path.replace('ID', NOBODY), body);
      expect([real.status, real.text]).toEqual([404, none.text]);
    }
  });

  it('is a release that only the disclosing controller’s agencies can see or take back', async () => {
    for (const number of [agencies.nav, agencies.otherNav, '315100011', '315200016'])
      expect((await hub.as(number).call('GET', `/v1/consents/${consentId}`)).status).toBe(404);
    expect((await hub.as(agencies.county).call('GET', `/v1/consents/${consentId}`)).status).toBe(200);
  });

  it('is in the trail of both sides and of no other county’s auditor', async () => {
    const entries = async (number: string): Promise<Json[]> =>
      (await hub.as(number).call('GET', `/v1/audit/entries?record=${recordId}`)).body.items;
    expect((await entries(agencies.county)).length).toBeGreaterThan(1);
    expect(await entries('315100011')).toEqual([]);
    const search = await hub
      .as('315100011')
      .call('POST', '/v1/audit/searches', { nationalId: newYouth().nationalId, reason: 'Innsyn' });
    expect(search.body.items).toEqual([]);
  });

  it('cannot be answered by someone who never received it', async () => {
    const otherNav = hub.as(agencies.otherNav);
    const answer = await otherNav.push(
      otherNav.event('referral-response', dataOf('referral-response', newYouth()), { inreplyto: recordId }),
    );
    expect([answer.status, answer.body.code]).toEqual([422, 'in-reply-to-unknown']);
    const school = hub.as(agencies.school);
    const foreign = await school.push({
      ...school.event('education-resumed', dataOf('education-resumed')),
      source: `urn:stafett:agency:${agencies.ot}`,
    });
    expect([foreign.status, foreign.body.code]).toEqual([403, 'source-not-yours']);
  });
});

it('leaves an entry for each refused call of a known agency, and never the token', async () => {
  const count = async (): Promise<number> =>
    Number(
      (
        await hub.sql<{ n: string }>(`select count(*) n from stafett.entry_detail where act = 'call-refused'`)
      )[0]?.n,
    );
  const before = await count();
  await hub.as(agencies.school).call('GET', `/v1/audit/entries`);
  expect(await count()).toBe(before + 1);
  // The router itself finds some of these, before anything of the hub is asked.
  for (const [i, [path, code]] of [
    ['nothing', 'not-found'],
    ['records/%', 'malformed-request'],
    ['records/%E0%A4%A', 'malformed-request'],
    [`records/${'a'.repeat(300)}`, 'not-found'],
    [`records/${'a'.repeat(5000)}`, 'malformed-request'],
    ['a'.repeat(5000), 'malformed-request'],
  ].entries()) {
    const { headers, body } = await hub.as(agencies.school).call('GET', `/v1/${path}`);
    expect([path, body.code, await count()]).toEqual([path, code, before + 2 + i]);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(headers.get('ratelimit')).toMatch(/^"agency";r=\d+;t=1$/);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  }
});
