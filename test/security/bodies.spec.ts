import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { until } from '../support/until.js';
import { dataOf, newYouth } from '../support/youths.js';

const LIMIT = 100_000;

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub((config) => ({ ...config, http: { ...config.http, bodiesLimitBytes: LIMIT } }));
});
afterAll(() => hub.close());

/** An event that is blown up with white space. */
function body(bytes: number): string {
  const school = hub.as(agencies.school);
  const event = school.event(
    'education-interrupted',
    dataOf('education-interrupted', newYouth(), { school: school.orgNumber }),
  );
  return JSON.stringify(event).padEnd(bytes);
}

const push = async (text: string): Promise<Response> =>
  fetch(`${hub.url}/v1/records`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await hub.token(agencies.school)}`,
      'content-type': 'application/cloudevents+json',
    },
    body: text,
  });

interface Slow {
  readonly socket: Socket;
  readonly answer: () => string;
  send(text: string): void;
}

/** Says how long its body is, and sends it as it pleases. */
async function slow(length: number): Promise<Slow> {
  const socket = connect(Number(new URL(hub.url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (text) => (answer += String(text)));
  socket.write(
    [
      'POST /v1/records HTTP/1.1',
      'Host: hub',
      `Authorization: Bearer ${await hub.token(agencies.school)}`,
      'Content-Type: application/cloudevents+json',
      `Content-Length: ${length}`,
      'Connection: close',
      '\r\n',
    ].join('\r\n'),
  );
  return { socket, answer: () => answer, send: (text) => void socket.write(text) };
}

/** One of which so many bytes are held, so that 50,000 more are refused. Where another one came at the same moment, it may be the one that is. */
async function holding(text: string, bytes: number): Promise<Slow> {
  let one: Slow | undefined;
  await until(async () => {
    one?.socket.destroy();
    one = await slow(text.length);
    one.send(text.slice(0, bytes));
    await sleep(200);
    return (await push(body(50_000))).status === 503;
  });
  return one as unknown as Slow;
}

it('holds no more of bodies that are not whole than it may: who comes on top is asked to come again, and who was there first is served', async () => {
  const text = body(80_000);
  const first = await holding(text, 70_000);
  const refused = await push(body(50_000));
  expect([refused.status, refused.headers.has('retry-after')]).toEqual([503, true]);
  expect(await refused.json()).toMatchObject({ code: 'busy' });
  expect((await push(body(20_000))).status).toBe(202);

  first.send(text.slice(70_000));
  await until(() => Promise.resolve(first.answer().includes('\r\n\r\n')));
  expect(first.answer()).toMatch(/^HTTP\/1\.1 202 /);
  expect((await push(body(90_000))).status).toBe(202);
});

it('holds nothing any more of who has gone in the middle, nor of who was refused', async () => {
  const text = body(90_000);
  const gone = await holding(text, 80_000);
  const late = await slow(text.length);
  late.send(text.slice(0, 50_000));
  await sleep(500);
  gone.socket.destroy();
  await until(async () => (await push(body(90_000))).status === 202);
  late.send(text.slice(50_000));
  await until(() => Promise.resolve(late.answer().includes('\r\n\r\n')));
  expect(late.answer()).toMatch(/^HTTP\/1\.1 503 /);
  expect((await push(body(90_000))).status).toBe(202);
});

it('keeps no connection on which nothing moves, and lets the longest poll wait', () => {
  const { timeout } = hub.hub.app.getHttpServer();
  expect(timeout).toBeGreaterThan(2 * 30_000 - 1);
  expect(timeout).toBeLessThan(2 * 60_000);
});
