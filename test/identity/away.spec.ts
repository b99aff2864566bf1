import { startBehindProxy, type HubBehindProxy } from '../support/behind-proxy.js';
import { agencies } from '../support/hub.js';

let way: HubBehindProxy;
let proxy: HubBehindProxy['proxy'];
let hub: HubBehindProxy['hub'];
beforeAll(async () => {
  way = await startBehindProxy();
  ({ hub, proxy } = way);
}, 60_000);
afterAll(() => way.close());

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
