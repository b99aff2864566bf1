import { Proxy } from '../crash/support/proxy.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';

let proxy: Proxy;
let hub: TestHub;

beforeAll(async () => {
  hub = await startTestHub(undefined, undefined, async (appUrl) => {
    const url = new URL(appUrl);
    proxy = await Proxy.start(Number(url.port));
    url.host = `127.0.0.1:${proxy.port}`;
    return url.href;
  });
}, 60_000);
afterAll(async () => {
  proxy.set('open');
  await hub.close();
  await proxy.stop();
});

it('answers a wrong path or method as it answers a right one while the database is away: nobody knows who calls', async () => {
  const school = hub.as(agencies.school);
  expect((await school.call('GET', '/v1/nothing')).body.code).toBe('not-found');
  proxy.set('refusing');
  proxy.cut();
  for (const [method, path] of [
    ['GET', '/v1/me'],
    ['GET', '/v1/nothing'],
    ['GET', '/v1/%'],
    ['DELETE', '/v1/me'],
  ] as const) {
    const { status, headers, body } = await school.call(method, path);
    expect([path, status, body.code, headers.has('retry-after')]).toEqual([path, 503, 'unavailable', true]);
  }
  const nobody = await fetch(`${hub.url}/v1/nothing`);
  expect(nobody.status).toBe(404);
  proxy.set('open');
  expect((await school.call('GET', '/v1/nothing')).body.code).toBe('not-found');
});
