import { mintAssertion } from '../../src/identity/issuer.tokens.js';
import { attacks, forgeFor, type Forge } from './forge.js';
import { problemIn, startHub, type TestHub } from './hub.js';
import { ProbeController } from './probe.js';

describe('tokens that are no use', () => {
  let hub: TestHub;
  let forge: Forge;
  const read = (authorization: string, path = '/probe/inbox'): Promise<Response> =>
    fetch(hub.url + path, { headers: { authorization } });
  const lives = async (): Promise<void> => {
    expect((await read(`Bearer ${forge.signed()}`)).status).toBe(200);
  };

  beforeAll(async () => {
    hub = await startHub([ProbeController]);
    forge = await forgeFor(hub);
    await lives();
  });
  afterAll(() => hub.close());

  it('gets one and the same 401 for every attack on a token, and goes on serving', async () => {
    const bodies = new Set<string>();
    const taken: string[] = [];
    for (const [name, token] of Object.entries(attacks(forge))) {
      const response = await read(`Bearer ${token}`);
      if (response.status !== 401) taken.push(`${name}: ${response.status}`);
      else {
        const problem = await problemIn(response);
        bodies.add(problem.text);
        expect(problem.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
      }
    }
    expect(taken).toEqual([]);
    expect(bodies.size).toBe(1);
    await lives();
  });

  it('does not read a scope out of one that only looks like it', async () => {
    for (const scope of [
      'stafett:inboxx',
      'stafett:inb',
      'xstafett:inbox',
      'stafett:records.write,stafett:inbox',
      'STAFETT:INBOX',
      'x',
    ]) {
      const problem = await problemIn(await read(`Bearer ${forge.signed(forge.claims({ scope }))}`));
      expect([scope, problem.code]).toEqual([scope, 'insufficient-scope']);
    }
  });

  it('does not take a grant for an access token', async () => {
    const wish = { orgNumber: hub.numbers.school, scopes: ['stafett:inbox'], clock: hub.clock };
    const grant = await mintAssertion(hub.config.process.keys, hub.config, wish);
    expect((await problemIn(await read(`Bearer ${grant}`))).code).toBe('unauthenticated');
  });

  it('asks for credentials, without an error code, where none were given', async () => {
    for (const headers of [
      {},
      { cookie: `access_token=${forge.signed()}` },
      { 'x-authorization': `Bearer ${forge.signed()}` },
    ]) {
      const problem = await problemIn(
        await fetch(`${hub.url}/probe/inbox`, { headers: headers as Record<string, string> }),
      );
      expect(problem.code).toBe('unauthenticated');
      expect(problem.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it('takes a token from nowhere but one Authorization header', async () => {
    const token = forge.signed();
    expect((await problemIn(await hub.get(`/probe/inbox?access_token=${token}`))).code).toBe(
      'unauthenticated',
    );
    for (const header of [
      'Bearer',
      'Bearer ',
      `Bearer ${token} ${token}`,
      `Bearer ${token},${token}`,
      `Basic ${token}`,
      `Token ${token}`,
      token,
      `Bearer "${token}"`,
    ]) {
      expect([header.slice(0, 12), (await problemIn(await read(header))).code]).toEqual([
        header.slice(0, 12),
        'unauthenticated',
      ]);
    }
    const twice = [`Bearer ${token}`, `Bearer ${token}`];
    const status = await new Promise<number | undefined>((resolve, reject) => {
      void import('node:http').then(({ request }) => {
        const call = request({ port: hub.port, path: '/probe/inbox' }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        call.on('error', reject);
        call.setHeader('authorization', twice as unknown as string);
        call.end();
      });
    });
    expect(status).toBe(401);
    await lives();
  });

  it('takes the types of Maskinporten and RFC 9068, and an audience list that names the hub', async () => {
    const { signed, claims, header } = forge;
    for (const typ of ['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', undefined]) {
      expect((await read(`Bearer ${signed(claims(), header({ typ }))}`)).status).toBe(200);
    }
    const aud = ['https://other.example', hub.config.identity.audience];
    expect((await read(`Bearer ${signed(claims({ aud }))}`)).status).toBe(200);
    expect((await read(`bearer ${signed(claims({ scope: 'x stafett:inbox other:scope' }))}`)).status).toBe(
      200,
    );
  });

  it('does not remember a token beyond its end, nor beyond the setting', async () => {
    const token = await hub.token(hub.numbers.school, ['stafett:inbox'], 30);
    expect((await read(`Bearer ${token}`)).status).toBe(200);
    hub.clock.step(35);
    expect((await read(`Bearer ${token}`)).status).toBe(200);
    hub.clock.step(10);
    expect((await problemIn(await read(`Bearer ${token}`))).code).toBe('unauthenticated');
  });
});
