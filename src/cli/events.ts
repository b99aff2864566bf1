import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { orgNumberOfUrn, type OrgNumber } from '../common/ids.js';
import { CommandError } from './command-error.js';
import { tellProblem, type HubClient } from './hub-client.js';

/** What one request may carry (contract). */
const BATCH = 500;
const ATTEMPTS = 5;

type Event = Readonly<Record<string, unknown>>;
interface Receipt {
  readonly index: number;
  readonly problem: { readonly code: string; readonly retry: boolean } | null;
  readonly [member: string]: unknown;
}

/** Events of a file: one CloudEvent, a list of them, or one a line. `-` reads standard input. @throws CommandError */
export function readEvents(path: string): Event[] {
  let text: string;
  try {
    text = readFileSync(path === '-' ? 0 : path, 'utf8').trim();
  } catch {
    throw new CommandError(
      `${path} cannot be read. Give a file with CloudEvents: one, a JSON list, or one a line; or - for standard input.`,
    );
  }
  const whole = parsed(text);
  const events =
    whole === undefined
      ? text
          .split('\n')
          .filter((line) => line.trim() !== '')
          .map(parsed)
      : [whole].flat();
  const wrong = events.findIndex(
    (event) => typeof event !== 'object' || event === null || Array.isArray(event),
  );
  if (events.length === 0) throw new CommandError(`${path} holds no event.`);
  if (wrong >= 0)
    throw new CommandError(
      `${path}: event ${wrong + 1} is no JSON object. Give CloudEvents: one, a JSON list, or one a line.`,
    );
  return events as Event[];
}

/** Who sends: the source of the events. @throws CommandError where they have several, or none that can be read */
export function senderOf(events: readonly Event[]): OrgNumber {
  const numbers = new Set(events.map((event) => orgNumberOfUrn(event['source'])));
  const [number] = numbers;
  if (numbers.size !== 1 || number === undefined)
    throw new CommandError(
      'The events do not have one source urn:stafett:agency:ORGNR. Send one agency’s events at a time, or name it with --agency.',
    );
  return number;
}

/** Pushes all, 500 at a time, and again what the hub says may be tried again. Yields the receipts in the order of the events. */
export async function* sendAll(
  client: HubClient,
  events: readonly Event[],
  progress: (sent: number) => void,
): AsyncGenerator<Receipt> {
  for (let from = 0; from < events.length; from += BATCH) {
    const receipts = await sendBatch(client, events.slice(from, from + BATCH));
    yield* receipts.map((receipt) => ({ ...receipt, index: receipt.index + from }));
    progress(Math.min(from + BATCH, events.length));
  }
}

async function sendBatch(client: HubClient, events: readonly Event[]): Promise<Receipt[]> {
  const done = new Map<number, Receipt>();
  for (let attempt = 1; ; attempt += 1) {
    const waiting = events.map((event, index) => ({ event, index })).filter(({ index }) => !done.has(index));
    const answer = await client.call(
      'POST',
      '/v1/records',
      waiting.map(({ event }) => event),
      'application/cloudevents-batch+json',
    );
    const lines = linesOf(answer.body);
    if (!lines && answer.body['retry'] !== true) throw new CommandError(tellProblem(answer.body));
    for (const line of lines ?? []) {
      const index = waiting[line.index]?.index;
      if (index !== undefined && (attempt === ATTEMPTS || line.problem?.retry !== true))
        done.set(index, { ...line, index });
    }
    if (done.size === events.length) return [...done.values()].sort((a, b) => a.index - b.index);
    if (attempt === ATTEMPTS) throw new CommandError(tellProblem(answer.body));
    await sleep(200 * 2 ** attempt);
  }
}

/** The receipts of an answer, or the problems of a batch of which nothing was taken. */
function linesOf(body: Readonly<Record<string, unknown>>): Receipt[] | undefined {
  const lines = body['receipts'] ?? body['problems'];
  return Array.isArray(lines) ? (lines as Receipt[]) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
