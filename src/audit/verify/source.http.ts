import * as http from 'node:http';
import * as https from 'node:https';
import { addAbortSignal } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { readAtMost } from './bounded.js';
import { parseCheckpoint } from './checkpoint.js';
import { parseNote } from './note.js';
import { MOST_BYTES, readTile, SourceError, type LogSource } from './source.js';

export interface HttpOptions {
  /** Sent as a bearer token; asked for at each request, so that it may be renewed. */
  readonly token?: string | (() => Promise<string>) | undefined;
  /** Milliseconds for one answer. */
  readonly patienceMs?: number;
  /** How often to ask where the log is busy or does not answer. */
  readonly attempts?: number;
}

const PATIENCE_MS = 30_000;
/** With doubled pauses that is a quarter of a minute of a busy hub. */
const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** A log under a URL: `/checkpoint`, `/checkpoints?after=<size>`, `/tile/…` and `/tile/entries/…`. */
export function httpSource(
  url: string,
  { token, patienceMs = PATIENCE_MS, attempts = ATTEMPTS }: HttpOptions = {},
): LogSource {
  const base = url.replace(/\/+$/, '');
  // Of a verification by `fetch`, a half was what fetch does around a request. A redirect is not followed: it would carry the
  // token to somewhere else.
  const { request, Agent } = base.startsWith('https:') ? https : http;
  const agent = new Agent({ keepAlive: true });

  /** That there is no token is not the log's fault: it is told in its own words, and the log not asked. */
  async function bearerOf(): Promise<string | undefined> {
    if (typeof token !== 'function') return token;
    return token().catch((error: unknown) => {
      throw new SourceError((error as Error).message);
    });
  }

  /** undefined where there is nothing (404). @throws SourceError; AbortError once `ended` says so */
  async function get(path: string, ended?: AbortSignal): Promise<Buffer | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const bearer = await bearerOf();
      const answer = await ask(path, bearer, ended).catch((error: unknown) => {
        if (attempt < attempts) return undefined;
        throw new SourceError(`${base}/${path} does not answer: ${reasonOf(error)}.`);
      });
      if (answer?.status === 200) return answer.body;
      if (answer?.status === 404) return undefined;
      if (answer && (attempt === attempts || ![429, 502, 503, 504].includes(answer.status)))
        throw new SourceError(`${base}/${path} answers ${answer.status}${hintFor(answer.status)}.`);
      const pause = Math.max(answer?.pauseMs ?? 0, FIRST_PAUSE_MS * 2 ** (attempt - 1));
      await sleep(Math.min(pause, LONGEST_PAUSE_MS), undefined, { signal: ended });
    }
  }

  async function ask(
    path: string,
    bearer: string | undefined,
    ended: AbortSignal | undefined,
  ): Promise<{ status: number; body: Buffer; pauseMs: number }> {
    const headers: Record<string, string> = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
      const signal = AbortSignal.timeout(patienceMs);
      const asking = request(`${base}/${path}`, { headers, signal, agent }, resolve).once('error', reject);
      // Not AbortSignal.any: what it makes of the longer-lived signal would be held until the log has been read.
      if (ended) addAbortSignal(ended, asking);
      asking.end();
    });
    const body = await readAtMost(answer, MOST_BYTES);
    if (!body) throw new Error(`more than ${MOST_BYTES} bytes`);
    return {
      status: answer.statusCode ?? 0,
      body,
      pauseMs: Number(answer.headers['retry-after'] ?? 0) * 1000 || 0,
    };
  }

  return {
    async checkpoint() {
      const note = await get('checkpoint');
      if (note) return note;
      throw new SourceError(`${base}/checkpoint is not there: it is no log, or one without any entry.`);
    },
    tile: (name, ended) => readTile(name, (path) => get(path, ended)),
    async *checkpoints() {
      for (let after = 0, more = true; more;) {
        const page = pageOf(await get(`checkpoints?after=${after}`));
        const from = after;
        for (const note of page.checkpoints) {
          const size = sizeOf(note);
          after = Math.max(after, size ?? 0);
          yield {
            name: size === undefined ? `a checkpoint kept after ${from}` : `checkpoints/${size}`,
            note,
          };
        }
        more = page.more;
        if (more && after === from)
          throw new SourceError(`${base}/checkpoints?after=${from} does not come further.`);
      }
    },
  };
}

interface Page {
  readonly checkpoints: readonly string[];
  readonly more: boolean;
}

/** A log that keeps none answers 404. */
function pageOf(body: Buffer | undefined): Page {
  if (!body) return { checkpoints: [], more: false };
  try {
    const { checkpoints, more } = JSON.parse(body.toString()) as Partial<Record<keyof Page, unknown>>;
    if (Array.isArray(checkpoints) && checkpoints.every((note): note is string => typeof note === 'string'))
      return { checkpoints, more: more === true };
  } catch {
    // Told below: it is the same to whoever reads it.
  }
  throw new SourceError(
    'The list of kept checkpoints is not {"checkpoints": [text…], "more": true or false}.',
  );
}

function sizeOf(note: string): number | undefined {
  try {
    return parseCheckpoint(parseNote(note).text).size;
  } catch {
    return undefined;
  }
}

const hintFor = (status: number): string =>
  ({
    401: ': give a token with --token',
    403: ': the token has no scope for it (entries are for auditors, stafett:audit)',
  })[status] ?? '';

function reasonOf(error: unknown): string {
  const { name, message, code, cause } = error as NodeJS.ErrnoException;
  return name === 'AbortError' && cause instanceof Error ? cause.message : (code ?? message);
}
