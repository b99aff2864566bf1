import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connections } from '../../src/common/http-connections.js';
import { until } from '../support/until.js';

/** More than the system keeps for a reader that does not read. */
const LARGE = Buffer.alloc(30_000_000, 'a');
let server: Server;
let port: number;
let connections: Connections;
const opened: Socket[] = [];
let answer: (response: ServerResponse) => void;
beforeEach(async () => {
  server = createServer({ requestTimeout: 400, headersTimeout: 400, connectionsCheckingInterval: 50 });
  server.on('request', (request, response) =>
    request.url === '/refused'
      ? response.end('no')
      : connections.inTurn(request, () => request.resume().once('end', () => answer(response))),
  );
  connections = new Connections(server);
  answer = (response) => response.end('whole');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  // One that is paused does not learn that it was closed, and would keep Jest's worker from ending.
  for (const socket of opened.splice(0)) socket.destroy();
});

interface Reader {
  readonly socket: Socket;
  bytes: number;
  closed: boolean;
}

async function open(said: string): Promise<Reader> {
  const socket = connect(port, '127.0.0.1');
  opened.push(socket);
  const reader = { socket, bytes: 0, closed: false };
  socket.on('error', () => undefined).once('close', () => (reader.closed = true));
  socket.on('data', (chunk) => (reader.bytes += chunk.length));
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  if (said) socket.write(said);
  return reader;
}
const request = 'GET / HTTP/1.1\r\nhost: hub\r\n\r\n';

/** As a hub that stops does it. */
function stop(): { over: () => boolean; ended: Promise<void> } {
  let isOver = false;
  const idle = setInterval(() => connections.closeIdle(), 10);
  const ended = connections.refuseNew().then(() => {
    isOver = true;
    clearInterval(idle);
  });
  return { over: () => isOver, ended };
}

it('waits for an answer that a slow reader has not taken yet, and closes what rests or never began', async () => {
  answer = (response) => response.end(response.req.url === '/' ? LARGE : 'whole');
  const slow = await open('');
  slow.socket.pause();
  slow.socket.write(request);
  const silent = await open('');
  const resting = await open(request.replace('/', '/small'));
  await until(() => resting.bytes > 0);
  await sleep(100);
  const stopping = stop();
  await until(() => silent.closed && resting.closed);
  await sleep(200);
  expect({ over: stopping.over(), closed: slow.closed }).toEqual({ over: false, closed: false });
  slow.socket.resume();
  await stopping.ended;
  await until(() => slow.closed);
  expect(slow.bytes).toBeGreaterThan(LARGE.length);
});

it('lets a request that has begun come to its end, and takes no new connection', async () => {
  const half = await open(request.slice(0, 20));
  await sleep(50);
  const stopping = stop();
  await sleep(100);
  expect(half.closed).toBe(false);
  half.socket.write(request.slice(20));
  await stopping.ended;
  await until(() => half.closed);
  expect(half.bytes).toBeGreaterThan(0);
  await expect(open('')).rejects.toThrow('ECONNREFUSED');
});

it('closes a connection whose request was answered before its body came', async () => {
  const body = 'x'.repeat(1000);
  const early = await open(`POST /refused HTTP/1.1\r\nhost: hub\r\ncontent-length: ${body.length}\r\n\r\n`);
  await until(() => early.bytes > 0);
  early.socket.write(body);
  await sleep(50);
  await stop().ended;
  await until(() => early.closed);
}, 3000);

it('still ends a request that takes too long to come', async () => {
  await open(request.slice(0, 20));
  await sleep(50);
  await stop().ended;
});

it('closes everything when it is told to', async () => {
  answer = () => undefined;
  const owed = await open(request);
  await sleep(50);
  const stopping = stop();
  await sleep(50);
  expect(owed.closed).toBe(false);
  server.closeAllConnections();
  await stopping.ended;
  await until(() => owed.closed);
});

it('closes who does not read, and who rests, after so long without a byte, and waits for an answer that is being made', async () => {
  server.setTimeout(150);
  server.keepAliveTimeout = 150;
  const answers: ServerResponse[] = [];
  answer = (response) => (response.req.url === '/' ? response.end(LARGE) : answers.push(response));
  const unread = await open('');
  unread.socket.pause();
  unread.socket.write(request);
  const waits = await open(request.replace('/', '/long'));
  await until(() => answers.length === 1);
  const connected = (): Promise<number> =>
    new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
  await until(async () => (await connected()) === 1, 5);
  await sleep(400);
  expect(waits.closed).toBe(false);
  answers[0]?.end('made');
  await until(() => waits.bytes > 0);
  await until(() => waits.closed, 5);
});

it('works at one request of a connection at a time, in their order, and at those of two connections at once', async () => {
  const answers: ServerResponse[] = [];
  answer = (response) => answers.push(response);
  const urls = (): (string | undefined)[] => answers.map(({ req }) => req.url);
  const ahead = await open(['/1', '/2', '/3'].map((url) => request.replace('/', url)).join(''));
  await until(() => answers.length === 1);
  await open(request.replace('/', '/other'));
  await until(() => answers.length === 2);
  await sleep(50);
  expect(urls()).toEqual(['/1', '/other']);
  answers[0]?.end('first');
  await until(() => answers.length === 3);
  await sleep(50);
  expect(urls()).toEqual(['/1', '/other', '/2']);
  answers[2]?.end('second');
  await until(() => answers.length === 4);
  answers[3]?.end('third');
  await until(() => ahead.bytes > 0);
  expect(urls()).toEqual(['/1', '/other', '/2', '/3']);
});

it('closes a connection that sends more than 32 requests ahead, and begins none of them', async () => {
  let begun = 0;
  answer = () => (begun += 1);
  const within = await open(request.repeat(32));
  await until(() => begun === 1);
  const beyond = await open(request.repeat(33));
  await until(() => beyond.closed);
  await sleep(50);
  expect({ begun, within: within.closed }).toEqual({ begun: 2, within: false });
  server.closeAllConnections();
  await until(() => within.closed);
  expect(begun).toBe(2);
});
