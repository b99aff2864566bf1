import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportJWK, generateKeyPair, type JWK, type JWTVerifyGetKey } from 'jose';
import { keySource, KeysUnavailable } from '../../src/identity/key-source.js';
import { testConfig } from '../support/hub.js';
import { until } from '../support/until.js';

let issuer: Server;
let keys: JWTVerifyGetKey;
let key: JWK;
/** Whether the issuer answers, and how often it was asked. */
let isThere = false;
let asked = 0;

beforeAll(async () => {
  key = { ...(await exportJWK((await generateKeyPair('ES256')).publicKey)), kid: 'one', alg: 'ES256' };
  issuer = createServer((_request, response) => {
    asked += 1;
    if (isThere) response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [key] }));
    else response.destroy();
  });
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  const config = testConfig('unused');
  const jwksUri = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks`;
  keys = await keySource({ ...config, identity: { ...config.identity, jwksUri } });
});
afterAll(() => issuer.close());

const now = Date.now.bind(Date);
afterEach(() => {
  Date.now = now;
});
const later = (minutes: number): void => {
  Date.now = () => now() + minutes * 60_000;
};

const keyOf = (kid: string): ReturnType<JWTVerifyGetKey> =>
  keys({ alg: 'ES256', kid }, { payload: '', signature: '' });

it('asks an issuer that is away once in two seconds, whoever calls, and lets nobody in', async () => {
  for (let calls = 0; calls < 20; calls += 1)
    await expect(keyOf(calls % 2 ? 'one' : `other-${calls}`)).rejects.toThrow(KeysUnavailable);
  expect(asked).toBe(1);
  isThere = true;
  await sleep(2050);
  await expect(keyOf('one')).resolves.toBeDefined();
  expect(asked).toBe(2);
});

it('goes on with the keys that it has', async () => {
  isThere = false;
  for (let calls = 0; calls < 20; calls += 1) {
    await expect(keyOf('one')).resolves.toBeDefined();
    await expect(keyOf('unknown')).rejects.toThrow();
  }
  expect(asked).toBe(2);
});

it('fetches them anew after five minutes, and goes on with those at hand for five more where the issuer is away', async () => {
  later(4);
  await expect(keyOf('one')).resolves.toBeDefined();
  expect(asked).toBe(2);
  later(6);
  for (let calls = 0; calls < 20; calls += 1) await expect(keyOf('one')).resolves.toBeDefined();
  await until(() => asked === 3);
  later(11);
  await expect(keyOf('one')).rejects.toThrow(KeysUnavailable);
});

it('keeps nobody waiting for the new ones', async () => {
  isThere = true;
  await sleep(2050);
  later(12);
  await expect(keyOf('one')).resolves.toBeDefined();
  key = { ...key, kid: 'two' };
  later(18);
  await expect(keyOf('one')).resolves.toBeDefined();
  await until(async () => {
    try {
      return (await keyOf('two')) !== undefined;
    } catch {
      return false;
    }
  });
  await expect(keyOf('one')).rejects.toThrow();
});
