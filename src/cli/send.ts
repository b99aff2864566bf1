import { setTimeout as sleep } from 'node:timers/promises';
import { orgNumberOfUrn } from '../common/ids.js';
import type { Config } from '../config/config.schema.js';
import { CommandError } from './command-error.js';
import { tellProblem, type Answer, type HubClient } from './hub-client.js';
import type { Event } from './read-events.js';

export interface Receipt {
  /** Where the event stands in the file, from 0. */
  readonly index: number;
  readonly eventId: string | null;
  readonly recordId: string | null;
  readonly state: string | null;
  readonly duplicate: boolean;
  readonly problem: { readonly code: string; readonly retry: boolean } | null;
}

interface Line {
  readonly index: number;
  readonly text: string;
}

interface Batch {
  readonly client: HubClient;
  readonly lines: readonly Line[];
}

const BATCH_TYPE = 'application/cloudevents-batch+json';
/** With doubled pauses that is half a minute of a busy hub. */
const ATTEMPTS = 7;
const FIRST_PAUSE_MS = 250;

/**
 * Pushes events in batches, as large as one request may be, and again what the hub says may be tried again. Gives the receipts in
 * the order of the events. Sending the same file twice is harmless: the hub answers with the first receipts.
 * @param clientOf the client of an event's sender
 */
export async function* send(
  events: AsyncIterable<Event>,
  clientOf: (event: Event) => HubClient,
  limits: Pick<Config['http'], 'maxEvents' | 'bodyLimitBytes'>,
): AsyncGenerator<Receipt> {
  for await (const batch of batchesOf(events, clientOf, limits)) yield* await sendBatch(batch);
}

/** Who sends, where --agency does not say it. @throws CommandError */
export function senderOf(event: Event): string {
  const sender = orgNumberOfUrn(event['source']);
  if (sender) return sender;
  throw new CommandError(
    'An event has no source urn:stafett:agency:ORGNR with a valid number. Give it one, or say who sends with --agency ORGNR.',
  );
}

async function* batchesOf(
  events: AsyncIterable<Event>,
  clientOf: (event: Event) => HubClient,
  { maxEvents, bodyLimitBytes }: Pick<Config['http'], 'maxEvents' | 'bodyLimitBytes'>,
): AsyncGenerator<Batch> {
  let lines: Line[] = [];
  let client: HubClient | undefined;
  let bytes = 0;
  let index = 0;
  for await (const event of events) {
    const text = JSON.stringify(event);
    // One more for the comma or bracket before it, and one for the last bracket.
    const size = Buffer.byteLength(text) + 1;
    const sender = clientOf(event);
    const full = lines.length === maxEvents || bytes + size + 1 > bodyLimitBytes || sender !== client;
    if (client && full && lines.length > 0) {
      yield { client, lines };
      lines = [];
      bytes = 0;
    }
    client = sender;
    lines.push({ index, text });
    bytes += size;
    index += 1;
  }
  if (client && lines.length > 0) yield { client, lines };
}

async function sendBatch({ client, lines }: Batch): Promise<Receipt[]> {
  const receipts = new Map<number, Receipt>();
  const mayTryAgain = ({ index }: Line): boolean =>
    receipts.get(index)?.problem?.retry ?? !receipts.has(index);
  for (let attempt = 1; ; attempt += 1) {
    const open = lines.filter(mayTryAgain);
    const body = `[${open.map(({ text }) => text).join(',')}]`;
    const answer = await client.call('POST', '/v1/records', body, BATCH_TYPE);
    const answered = receiptsIn(answer);
    for (const receipt of answered) {
      const line = open[receipt.index];
      if (line) receipts.set(line.index, { ...receipt, index: line.index });
    }
    const left = lines.filter(mayTryAgain);
    if (left.length === 0 || (attempt === ATTEMPTS && receipts.size === lines.length))
      return lines.flatMap(({ index }) => receipts.get(index) ?? []);
    if (attempt === ATTEMPTS || (answered.length === 0 && answer.body['retry'] !== true))
      throw new CommandError(
        `Events ${Number(lines[0]?.index) + 1} to ${Number(lines.at(-1)?.index) + 1} were not taken: ${tellProblem(answer.body)}`,
      );
    await sleep(Math.max(answer.retryAfter * 1000, FIRST_PAUSE_MS * 2 ** (attempt - 1)));
  }
}

/** A line each: the receipts, or the problems of a batch of which nothing was taken. */
function receiptsIn({ body }: Answer): Receipt[] {
  const { receipts, problems } = body as { receipts?: Receipt[]; problems?: Receipt[] };
  return receipts ?? problems?.map(refusal) ?? [];
}

const refusal = ({ index, eventId, problem }: Receipt): Receipt => ({
  index,
  eventId,
  recordId: null,
  state: null,
  duplicate: false,
  problem,
});
