import type { HubRequest } from '../common/access.js';
import { parseJson, type Json } from '../common/json.js';
import { Problem } from '../common/problems.js';
import { fromBinary, readEvent, type IncomingEvent } from './cloud-event.js';

/** One line of a request: an event, or why it is none. */
export type Line =
  | { readonly eventId: string | null; readonly event: IncomingEvent }
  | { readonly eventId: string | null; readonly problem: Problem };

export interface EventRequest {
  /** A single event is answered with its own status and problem; a batch line by line. */
  readonly single: boolean;
  readonly lines: readonly Line[];
}

/** Members and elements of an event that comes alone: ten times what the largest lawful one has. A batch has the limit of all JSON. */
const MOST_VALUES = 2000;

const charset = String.raw`\s*(;\s*charset="?utf-8"?\s*)?$`;
const structured = new RegExp(String.raw`^application/cloudevents\+json${charset}`, 'i');
const batch = new RegExp(String.raw`^application/cloudevents-batch\+json${charset}`, 'i');
const json = new RegExp(String.raw`^application/json${charset}`, 'i');

/**
 * Tells the three modes of the CloudEvents HTTP binding apart and reads the events.
 * @throws Problem unsupported-media-type, malformed-json, too-deep, too-large, invalid-event
 */
export function readRequest(request: HubRequest, maxEvents: number): EventRequest {
  const { headers } = request;
  const type = headers['content-type'];
  const unsupported = (): Problem => new Problem('unsupported-media-type');
  if (typeof type !== 'string') throw unsupported();
  if (batch.test(type)) return readBatch(body(request), maxEvents);
  if (structured.test(type)) return { single: true, lines: [readLine(body(request, MOST_VALUES))] };
  if (json.test(type) && Object.keys(headers).some((name) => name.startsWith('ce-'))) {
    return {
      single: true,
      lines: [readLine(fromBinary(request.raw.headersDistinct, body(request, MOST_VALUES)))],
    };
  }
  throw unsupported();
}

function body(request: HubRequest, most?: number): Json {
  if (!(request.body instanceof Uint8Array) || request.body.length === 0)
    throw new Problem('malformed-json', [{ pointer: '', code: 'empty' }]);
  return parseJson(request.body, most);
}

function readBatch(value: Json, maxEvents: number): EventRequest {
  if (!Array.isArray(value)) throw new Problem('invalid-event', [{ pointer: '', code: 'type' }]);
  if (value.length === 0) throw new Problem('invalid-event', [{ pointer: '', code: 'empty' }]);
  if (value.length > maxEvents) throw new Problem('too-large');
  return { single: false, lines: value.map(readLine) };
}

function readLine(value: Json): Line {
  try {
    const event = readEvent(value);
    return { eventId: event.id, event };
  } catch (error) {
    // The id is not echoed here: what is wrong with the event may be that its id holds a birth number.
    if (error instanceof Problem) return { eventId: null, problem: error };
    throw error;
  }
}
