import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { dayOf } from '../../src/common/days.js';
import { dataOf, newYouth, releaseFor } from '../support/youths.js';

let hub: TestHub;
let token: string;
beforeAll(async () => {
  hub = await startTestHub();
  token = await hub.token(agencies.school);
});
afterAll(() => hub.close());

/** What must never come back: it stands in every wrong value below. */
const MARK = 'Hemmelig9';
const ONE = 'application/cloudevents+json';
const MANY = 'application/cloudevents-batch+json';

interface Case {
  readonly name: string;
  readonly body: string | Buffer;
  readonly type?: string | undefined;
  readonly headers?: Record<string, string>;
}

const event = (change: object = {}): Record<string, unknown> => ({
  specversion: '1.0',
  id: randomUUID(),
  source: `urn:stafett:agency:${agencies.school}`,
  type: 'no.stafett.education-interrupted.v1',
  data: dataOf('education-interrupted', newYouth(), { school: agencies.school }),
  ...change,
});
const json = (change: object): string => JSON.stringify(event(change));
const data = (change: object): string => json({ data: { ...(event()['data'] as object), ...change } });
const youth = (change: object): string => data({ youth: { ...newYouth(), ...change } });
const nested = (open: string, close: string, depth: number): string =>
  open.repeat(depth) + close.repeat(depth);

function cases(): Case[] {
  const list: Case[] = [];
  const add = (
    name: string,
    body: string | Buffer,
    type: string | undefined = ONE,
    headers: Record<string, string> = {},
  ): void => {
    list.push({ name, body, type, headers });
  };
  const whole = json({});
  for (const cut of [0, 1, 2, 10, 50, 100, 200, whole.length - 2, whole.length - 1])
    add(`cut off after ${cut}`, whole.slice(0, cut));
  for (const text of [
    '',
    ' ',
    'null',
    'true',
    '1',
    '""',
    '[]',
    '{}',
    '[1]',
    '[null]',
    '{"a":1}',
    'undefined',
    'NaN',
    "{'a':1}",
    '{"a":1,}',
    '[1,]',
    '{,}',
    '//x\n{}',
    '\u0000',
    '{"a":\u0001"b"}',
    '﻿{}',
    '{} {}',
    '1e999',
    '-',
    '+1',
    '01',
    '.5',
    '0x10',
    '"\\ud800"',
    '"\\x"',
    '{"a"',
    '{"a":',
    '{a:1}',
  ])
    add(`body ${JSON.stringify(text)}`, text);
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const)
    for (const depth of [21, 100, 5000, 100_000])
      add(
        `depth ${depth} of ${open}`,
        open === '[' ? nested(open, close, depth) : open.repeat(depth) + '1' + close.repeat(depth),
      );
  for (const bytes of [
    [0xff, 0xfe],
    [0xc0, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf5, 0x80, 0x80, 0x80],
    [0xe2, 0x82],
    [0x80],
  ]) {
    add(
      `bytes ${Buffer.from(bytes).toString('hex')}`,
      Buffer.concat([Buffer.from('{"specversion":"'), Buffer.from(bytes), Buffer.from('"}')]),
    );
  }
  add('UTF-16', Buffer.from(whole, 'utf16le'));
  add('Latin-1', Buffer.from(youthText('Bjørn'), 'latin1'));
  for (const key of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', MARK]) {
    add(`event key ${key}`, whole.replace('{', `{"${key}":{"x":1},`));
    add(`data key ${key}`, whole.replace('"data":{', `"data":{"${key}":{"x":1},`));
    add(`youth key ${key}`, whole.replace('"youth":{', `"youth":{"${key}":{"x":1},`));
  }
  // These may be null: it is as if they were left out (cloudevents.spec.ts).
  const optional = ['recipient', 'inreplyto', 'holdforconsent', 'time'];
  for (const key of ['id', 'source', 'type', 'specversion', 'data', ...optional])
    for (const value of [
      ...(optional.includes(key) ? [] : [null]),
      7,
      [],
      {},
      MARK + '\u0000',
      MARK.repeat(400),
    ])
      add(`${key} ${JSON.stringify(value).slice(0, 12)}`, json({ [key]: value }));
  add('twice the same key', whole.replace('{', '{"id":"x",'));
  add('data twice', whole.replace('"data":', '"data":1,"data":'));
  add('specversion 0.3', json({ specversion: '0.3' }));
  add('data_base64', json({ data: undefined, data_base64: 'AAAA' }));
  add('an extension that is a list', json({ mine: [1] }));
  add('an extension in capitals', json({ MINE: 'x' }));
  add('a birth number as an extension', json({ mine: newYouth().nationalId }));
  add('a birth number as id', json({ id: newYouth().nationalId }));
  const { nationalId } = newYouth();
  const disguised = {
    'full-width digits': nationalId.replace(/\d/g, (digit: string) =>
      String.fromCharCode(0xff10 + Number(digit)),
    ),
    'zero-width spaces': [...nationalId].join('\u200b'),
    'the shape of a UUID': `00000000-0000-0000-0000-0${nationalId}`,
    groups: `${nationalId.slice(0, 6)} ${nationalId.slice(6, 9)} ${nationalId.slice(9)}`,
  };
  for (const [how, text] of Object.entries(disguised)) {
    add(`a birth number as id, in ${how}`, json({ id: text }));
    add(`a birth number as a name, in ${how}`, youth({ givenName: text }));
  }
  add(
    'a birth number with a space in time',
    json({ subject: newYouth().nationalId.replace(/^(.{6})/, '$1 ') }),
  );
  add('a real birth number', youth({ nationalId: '01010750160' }));
  for (const value of [
    '',
    '1',
    '12345678901',
    '00000000000',
    '99999999999',
    newYouth().nationalId + '0',
    ' ' + newYouth().nationalId,
    '٠'.repeat(11),
    newYouth().nationalId.slice(0, 10) + 'X',
  ])
    add(`nationalId ${value.length} long ${value.slice(0, 2)}`, youth({ nationalId: value }));
  for (const value of [
    '2026-02-30',
    '0000-00-00',
    '2026-13-01',
    '9999-12-31',
    '1800-01-01',
    '2026-1-1',
    '01.02.2026',
    '2026-02-01T00:00:00Z',
    '',
    20260201,
    null,
    '-2026-01-01',
    '+002026-01-01',
  ]) {
    add(`birthDate ${value}`, youth({ birthDate: value }));
    add(`lastDay ${value}`, data({ lastDay: value }));
  }
  for (const value of ['0', '99999', '05010', 'abcd', '050', 501, null, '05\u000001'])
    add(`homeMunicipality ${JSON.stringify(value)}`, youth({ homeMunicipality: value }));
  for (const field of ['givenName', 'familyName'])
    for (const value of ['', ' ', '\u0000', '\ud800', 'x'.repeat(5000), [MARK], { a: MARK }, 5, true])
      add(`${field} ${JSON.stringify(value).slice(0, 10)}`, youth({ [field]: value }));
  for (const value of [`${MARK}`, 1, null, ['FV'], ''])
    add(`leavingReason ${JSON.stringify(value)}`, data({ leavingReason: value }));
  for (const type of [
    'application/json',
    'text/plain',
    'application/xml',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'application/cloudevents',
    'application/cloudevents+xml',
    'application/cloudevents+json; charset=utf-16',
    '',
    'x',
    'application/cloudevents+json, text/html',
    `${ONE}; charset=latin1`,
  ])
    add(`content type "${type}"`, whole, type);
  for (const encoding of ['gzip', 'br', 'deflate', 'gzip, identity', 'x'])
    add(`content encoding ${encoding}`, whole, ONE, { 'content-encoding': encoding });
  for (const headers of [
    { 'ce-id': 'a' },
    { 'ce-id': 'a', 'ce-source': 'b' },
    {
      'ce-specversion': '1.0',
      'ce-id': '%00',
      'ce-source': `urn:stafett:agency:${agencies.school}`,
      'ce-type': 'no.stafett.education-interrupted.v1',
    },
    { 'ce-specversion': '1.0', 'ce-id': 'a%ff', 'ce-source': 'x', 'ce-type': 'y' },
  ])
    add(
      `binary with ${Object.keys(headers).length} headers`,
      JSON.stringify(event()['data']),
      'application/json',
      headers as unknown as Record<string, string>,
    );
  add('an empty batch', '[]', MANY);
  add('a batch that is no list', whole, MANY);
  add('a batch of lists', '[[]]', MANY);
  add('a batch of rubbish', `[1,null,"${MARK}",{}]`, MANY);
  add('501 events', `[${Array.from({ length: 501 }, () => '{}').join(',')}]`, MANY);
  add('a list as one event', `[${whole}]`, ONE);
  add('too large', `{"x":"${'y'.repeat(5_000_001)}"}`);
  add('an unknown type', json({ type: `no.stafett.${MARK.toLowerCase()}.v1` }));
  add('an unknown version', json({ type: 'no.stafett.education-interrupted.v99' }));
  add('someone else’s source', json({ source: `urn:stafett:agency:${agencies.nav}` }));
  add('an unknown recipient', json({ recipient: 'urn:stafett:agency:312345676' }));
  add('itself as recipient', json({ recipient: `urn:stafett:agency:${agencies.school}` }));
  add('an answer to nothing', json({ inreplyto: '00000000-0000-7000-8000-000000000000' }));
  return list;
}
const youthText = (name: string): string => youth({ givenName: name });

it('answers more than 200 kinds of malformed input with a problem, never with a 5xx, a stack or the value', async () => {
  const all = cases();
  expect(all.length).toBeGreaterThan(200);
  const wrong: string[] = [];
  for (const { name, body, type, headers = {} } of all) {
    const response = await fetch(`${hub.url}/v1/records`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        ...(type !== undefined && { 'content-type': type }),
        ...headers,
      },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
    const text = await response.text();
    const problem = response.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
    if (response.status < 400 || response.status > 499 || !problem)
      wrong.push(`${name}: ${response.status} ${text.slice(0, 200)}`);
    if (text.includes(MARK) || /node_modules|\.ts:|\.js:|at [A-Z]\w+\./.test(text))
      wrong.push(`${name} leaks: ${text.slice(0, 300)}`);
    if (/\d{11}/.test(text)) wrong.push(`${name} repeats digits`);
  }
  expect(wrong).toEqual([]);
  const { status } = await hub.as(agencies.school).push(event() as never);
  expect(status).toBe(202);
}, 60_000);

it('refuses wrong queries and bodies on every other route with a pointer', async () => {
  const county = hub.as(agencies.county);
  const queries = [
    'limit=0',
    'limit=501',
    'limit=-1',
    'limit=1e2',
    'limit=abc',
    'limit=1&limit=2',
    'limit=',
    'after=',
    'after=x',
    `after=${'A'.repeat(3000)}`,
    `${MARK}=1`,
    '__proto__=1',
    'a[b]=1',
    '%',
    '%ff',
    'limit=%00',
    `after=${newYouth().nationalId}`,
  ];
  for (const path of [
    '/v1/inbox',
    '/v1/outbox',
    '/v1/agencies',
    '/v1/audit/entries',
    '/v1/audit/entries/export',
    '/v1/discrepancies',
  ]) {
    for (const query of queries) {
      const { status, text, headers } = await county.call('GET', `${path}?${query}`);
      expect([
        path,
        query,
        status >= 400 && status < 500,
        headers.get('content-type')?.split(';')[0],
      ]).toEqual([path, query, true, 'application/problem+json']);
      expect(text).not.toContain(MARK);
    }
  }
  const bodies = [
    '',
    'null',
    '[]',
    '"x"',
    '{',
    '{}',
    `{"${MARK}":1}`,
    '{"__proto__":{}}',
    '{"kind":"x","transfers":"x","reason":1}',
    '{"transfers":[]}',
    '{"transfers":["x"]}',
    '{"through":1}',
  ];
  for (const path of [
    '/v1/inbox/acknowledgements',
    '/v1/inbox/rejections',
    '/v1/consents',
    '/v1/audit/searches',
    '/v1/audit/staff-searches',
    '/v1/reconciliation/runs',
    '/v1/discrepancies/00000000-0000-7000-8000-000000000000/resolution',
    '/v1/consents/00000000-0000-7000-8000-000000000000/withdrawal',
    '/v1/records/check',
  ]) {
    for (const body of bodies) {
      const { status, text, headers } = await county.call('POST', path, body);
      expect([path, body, status >= 400 && status < 500, headers.get('content-type')?.split(';')[0]]).toEqual(
        [path, body, true, 'application/problem+json'],
      );
      expect(text).not.toContain(MARK);
    }
  }
});

it.each(['identity', 'Identity', 'IDENTITY'])('takes a body as it is, said to be in %s', async (encoding) => {
  for (const [path, body, type] of [
    ['/v1/records', event(), ONE],
    ['/v1/inbox/acknowledgements', { transfers: [randomUUID()] }, 'application/json'],
  ] as const) {
    const headers = { 'content-type': type, 'content-encoding': encoding };
    const { status } = await hub.as(agencies.school).call('POST', path, body, headers);
    expect([path, status < 300]).toEqual([path, true]);
  }
});

it('reads five hundred of the largest events, none that has ten times as much in it, and none of ever so many attributes', async () => {
  const school = hub.as(agencies.school);
  const push = async (body: string, type = ONE): Promise<unknown> => {
    const answer = await school.call('POST', '/v1/records', body, { 'content-type': type });
    return [answer.status, answer.body.code, ...answer.body.errors];
  };
  const largest = (): object =>
    event({
      // Extensions, to as many values as the largest record type has.
      ...Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`mine${i}`, 'x'.repeat(20)])),
      data: {
        ...dataOf('attainment-report', newYouth(), { school: agencies.school }),
        mine: Array.from({ length: 110 }, () => 1),
      },
    });
  expect(await push(JSON.stringify(Array.from({ length: 500 }, largest)), MANY)).toEqual([
    422,
    'batch-refused',
  ]);
  const many = (count: number): unknown[] => Array.from({ length: count }, () => []);
  const tooMany = { pointer: '', code: 'too-many-values' };
  expect(await push(data({ mine: many(700) }))).toEqual([
    422,
    'invalid-record',
    { pointer: '/data', code: 'unknown-field' },
  ]);
  expect(await push(data({ mine: many(2100) }))).toEqual([413, 'too-large', tooMany]);
  expect(await push(JSON.stringify([event({ data: many(200_000) })]), MANY)).toEqual([
    413,
    'too-large',
    tooMany,
  ]);
  const attributes = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`mine${i}`, 1]));
  expect(await push(json(attributes))).toEqual([400, 'invalid-event', { pointer: '', code: 'too-many' }]);
});

it('looks at no body for longer than a moment, whatever it is full of, and takes the largest that is lawful', async () => {
  const county = hub.as(agencies.county);
  const filled = (head: string, one: (i: number) => string, tail: string, bytes: number): string => {
    const parts: string[] = [];
    for (let i = 0, size = head.length + tail.length; ; i += 1) {
      size += one(i).length + 1;
      if (size > bytes) return head + parts.join(',') + tail;
      parts.push(one(i));
    }
  };
  const key = (i: number): string => `"k${i}":1`;
  for (const [path, head, one, tail] of [
    ['/v1/consents', '{"signers":[', () => '{"a":1}', ']}'],
    ['/v1/consents', '{"signers":[', () => '{}', ']}'],
    ['/v1/consents', '{"signers":[{', key, '}]}'],
    ['/v1/consents', '{"youth":{', key, '}}'],
    ['/v1/inbox/acknowledgements', '{', key, '}'],
    ['/v1/inbox/acknowledgements', '{"transfers":[', () => '1', ']}'],
  ] as const)
    for (const [bytes, code] of [
      [64_000, 'invalid-request'],
      [64_100, 'too-large'],
      [4_000_000, 'too-large'],
    ] as const) {
      const body = filled(head, one, tail, bytes);
      const began = performance.now();
      const answer = await county.call('POST', path, body);
      const ms = performance.now() - began;
      // Where lists had no limit of their own, 64 kB of empty signers took 770 ms; 800 kB of signers took 34 s.
      expect([head, bytes, answer.body.code, ms < 500]).toEqual([head, bytes, code, true]);
    }
  const transfers = Array.from({ length: 500 }, () => randomUUID());
  expect((await county.acknowledge(transfers)).status).toBe(200);
  expect((await county.acknowledge([...transfers, randomUUID()])).body.errors).toEqual([
    { pointer: '/body/transfers', code: 'too-many' },
  ]);
});

/** A release with everything in it that one may hold. */
const release = (youth: object, signer: object): object => ({
  ...releaseFor(newYouth(), agencies.county, agencies.nav),
  youth: { nationalId: newYouth().nationalId, ...youth },
  signers: [{ role: 'youth', how: 'paper', at: dayOf(new Date()), ...signer }],
});

it('takes null for no value that may be left out', async () => {
  const county = hub.as(agencies.county);
  const question = { nationalId: newYouth().nationalId, reason: 'innsyn', person: 'a' };
  const wrong: unknown[] = [];
  for (const [path, body, pointer] of [
    ['/v1/consents', release({}, { reference: null }), '/signers/0/reference'],
    ['/v1/consents', release({ givenName: null }, {}), '/youth/givenName'],
    ['/v1/consents', { ...release({}, {}), youth: null }, '/youth'],
    ['/v1/audit/searches', { ...question, person: undefined, after: null }, '/after'],
    ['/v1/audit/searches', { ...question, person: undefined, limit: null }, '/limit'],
    ['/v1/audit/staff-searches', { ...question, nationalId: undefined, after: null }, '/after'],
    ['/v1/audit/disclosure-proofs', { ...question, person: undefined, after: null }, '/after'],
    ['/v1/inbox/acknowledgements', { through: null, transfers: [randomUUID()] }, '/through'],
    ['/v1/reconciliation/runs', { kind: 'deliveries', asOf: null }, '/asOf'],
  ] as const) {
    const answer = await county.call('POST', path, body);
    const told = [answer.status, answer.body.errors];
    const expected = [400, [{ pointer: `/body${pointer}`, code: 'type' }]];
    if (JSON.stringify(told) !== JSON.stringify(expected)) wrong.push([path, pointer, told]);
  }
  expect(wrong).toEqual([]);
  expect((await county.call('POST', '/v1/consents', release({}, {}))).status).toBe(201);
});

it.each(['[[]]', '[[{"role":"youth","how":"paper","at":"2026-11-01"}]]', '[null]', '[[[1]]]'])(
  'takes the list %s for no list of signers',
  async (signers) => {
    const body = JSON.stringify({ ...release({}, {}), signers: JSON.parse(signers) as unknown });
    const answer = await hub.as(agencies.county).call('POST', '/v1/consents', body);
    expect([answer.status, answer.body.errors]).toEqual([
      400,
      [{ pointer: '/body/signers/0', code: 'type' }],
    ]);
  },
);

it('lets no run be as of a far day, and does not think for ever about one', async () => {
  const county = hub.as(agencies.county);
  for (const asOf of ['0000-01-01', '0099-12-31', '1999-12-31', '2200-01-01', '9999-12-30', '9999-12-31']) {
    const { status, text } = await county.call(
      'POST',
      '/v1/reconciliation/runs',
      JSON.stringify({ kind: 'deliveries', asOf }),
    );
    expect([asOf, status, JSON.parse(text).errors]).toEqual([
      asOf,
      400,
      [{ pointer: '/body/asOf', code: asOf.startsWith('0000') ? 'day' : 'range' }],
    ]);
  }
  expect((await fetch(`${hub.url}/health/live`)).status).toBe(200);
});

/** All that comes back until the connection closes, or for 1.5 s. */
const raw = (text: string): Promise<string> =>
  new Promise((resolve) => {
    let got = '';
    const socket = connect(hub.hub.port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => (got += chunk.toString()));
    socket.on('close', () => resolve(got));
    socket.on('error', () => resolve(got));
    setTimeout(() => socket.destroy(), 1500);
  });

it('works at requests that are sent ahead one by one, and closes on whoever sends more than 32 of them', async () => {
  const head = (method: string, path: string, more = ''): string =>
    `${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n${more}\r\n`;
  const [waits, asks] = [head('GET', '/v1/inbox?wait=30'), head('GET', '/v1/me')];
  const sent = event();
  const text = JSON.stringify(sent);
  const push =
    head('POST', '/v1/records', `Content-Type: ${ONE}\r\nContent-Length: ${text.length}\r\n`) + text;
  expect(await raw(waits + push)).toBe('');
  expect(await hub.sql('select id from stafett.record where event_id = $1', [sent['id']])).toEqual([]);
  expect(await raw(asks + push + asks)).toMatch(/^HTTP\/1.1 200 [^]*HTTP\/1.1 202 [^]*HTTP\/1.1 200 /);
  expect(await raw(asks.repeat(33))).toBe('');
});

it.each(['/v1/me', '/v1/%6de', '/v1/m%65?x=1', '/v1/me#%zz'])(
  'knows the methods of a path however it is written: %s',
  async (path) => {
    const answer = await raw(
      `DELETE ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 405 [^]*^allow: GET\r$/im);
  },
);

it.each([
  ['chunked', /^HTTP\/1\.1 202 /],
  ['Chunked', /^HTTP\/1\.1 202 /],
  ['gzip, chunked', /^HTTP\/1\.1 400 [^]*malformed-request/],
])('reads a body in the transfer coding %s or refuses it', async (coding, expected) => {
  const text = json({});
  const head = `POST /v1/records HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\nContent-Type: ${ONE}`;
  const body = `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
  expect(await raw(`${head}\r\nTransfer-Encoding: ${coding}\r\n\r\n${body}`)).toMatch(expected);
});

it('needs a Host, but for HTTP/1.0', async () => {
  expect(await raw('GET /health/live HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [^]*malformed-request/);
  expect(await raw('GET /health/live HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
});

it('answers what is not even HTTP without falling', async () => {
  const texts = [
    '\u0000\u0001\u0002\r\n\r\n',
    'GET\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`,
    'POST /v1/records HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
    'POST /v1/records HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n',
    'GET /health/live HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n',
    'GET /health/live HTTP/1.1\r\nHost: x\r\nhost: x\r\n\r\n',
    'GET /health/live HTTP/1.1\r\n\r\n',
    'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET foo:bar HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /%?a=%ff HTTP/1.1\r\nHost: x\r\n\r\n',
    'TRACE / HTTP/1.1\r\nHost: x\r\n\r\n',
  ];
  for (const answer of await Promise.all(texts.map(raw))) {
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).not.toMatch(/HTTP\/1\.1 5/);
    expect(answer).toMatch(/^content-type: application\/problem\+json/im);
  }
  expect((await fetch(`${hub.url}/health/live`)).status).toBe(200);
});
