import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readAtMost } from './bounded.js';
import { FormatError } from './text.js';
import type { Look } from './witness.watch.js';
import type { Witness, WitnessAnswer } from './witness.js';
import { parseAddCheckpoint, type AddCheckpoint } from './witness.request.js';
import { originHash } from './witness.store.js';

/** 63 lines of a proof have 2.8 kB; the rest is for a checkpoint with a hundred cosignatures. */
const MOST_BODY_BYTES = 65_536;
const PATIENCE_MS = 10_000;
const TEXT = 'text/plain; charset=utf-8';

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
  readonly allow?: string;
}

class TooLarge extends Error {}

/**
 * The two prefixes of tlog-witness, both at the root: `POST /add-checkpoint`, `GET /<hex SHA-256 of the origin>/checkpoint`;
 * and `GET /health`, 503 while a log has an alarm or could not be checked at the last look.
 * @param lastLook what the watch of a log saw last
 * @param onError told of what should not happen; the client learns nothing of it
 */
export function witnessServer(
  witness: Witness,
  lastLook: (origin: string) => Look | undefined,
  onError: (error: unknown) => void,
): Server {
  const server = createServer((request, response) => {
    answer(witness, lastLook, request)
      .catch((error: unknown): Reply => {
        if (error instanceof TooLarge) return { status: 413, body: 'The body is too large.\n' };
        onError(error);
        return { status: 500, body: '' };
      })
      .then((reply) => send(response, reply), onError);
  });
  server.requestTimeout = PATIENCE_MS;
  server.headersTimeout = PATIENCE_MS;
  return server;
}

async function answer(
  witness: Witness,
  lastLook: (origin: string) => Look | undefined,
  request: IncomingMessage,
): Promise<Reply> {
  const path = (request.url ?? '').split('?', 1)[0];
  const [, hash] = /^\/([0-9a-f]{64})\/checkpoint$/.exec(path ?? '') ?? [];
  const allow = path === '/add-checkpoint' ? 'POST' : hash || path === '/health' ? 'GET' : undefined;
  if (!allow) return { status: 404, body: 'There is nothing here.\n' };
  if (request.method !== allow) return { status: 405, body: '', allow };
  if (hash) return checkpointOf(witness, hash);
  if (path === '/health') return health(witness, lastLook);
  const body = await bodyOf(request);
  let submitted: AddCheckpoint;
  try {
    submitted = parseAddCheckpoint(body);
  } catch (error) {
    if (error instanceof FormatError) return { status: 400, body: `${error.message}\n` };
    throw error;
  }
  return replyOf(await witness.add(submitted));
}

function replyOf(answer: WitnessAnswer): Reply {
  switch (answer.status) {
    case 200:
      return { status: 200, body: `${answer.cosignature}\n` };
    case 409:
      return { status: 409, body: `${answer.size}\n`, type: 'text/x.tlog.size' };
    default:
      return { status: answer.status, body: `${answer.why}\n` };
  }
}

async function checkpointOf(witness: Witness, hash: string): Promise<Reply> {
  const log = witness.logs.find(({ name }) => originHash(name) === hash);
  const latest = log && (await witness.latest(log));
  return latest ? { status: 200, body: latest.note } : { status: 404, body: 'No checkpoint was cosigned.\n' };
}

async function health(witness: Witness, lastLook: (origin: string) => Look | undefined): Promise<Reply> {
  const logs = await Promise.all(
    witness.logs.map(async (log) => {
      const alarm = await witness.store.alarmOf(log.name);
      const size = (await witness.latest(log))?.checkpoint.size ?? 0;
      const look = lastLook(log.name) ?? { state: 'unclear', why: 'It has not been looked at yet.' };
      const state = alarm === undefined ? look.state : 'alarm';
      return {
        origin: log.name,
        size,
        state,
        ...(state === 'unclear' && look.state === 'unclear' && { why: look.why }),
      };
    }),
  );
  const well = logs.every(({ state }) => state === 'cosigned');
  return { status: well ? 200 : 503, body: `${JSON.stringify({ logs })}\n`, type: 'application/json' };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  // A stream that is left early is destroyed, and its socket with it, before the answer is sent.
  const body = await readAtMost(
    request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>,
    MOST_BODY_BYTES,
  );
  if (!body) throw new TooLarge();
  return body;
}

function send(response: ServerResponse, { status, body, type = TEXT, allow }: Reply): void {
  const headers = { 'content-type': type, 'cache-control': 'no-store', ...(allow && { allow }) };
  // What is left of a body that was refused is not read.
  if (status === 413) response.shouldKeepAlive = false;
  response.writeHead(status, headers).end(body);
}
