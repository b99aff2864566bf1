import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Answer<Body = Json> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}

// What a test reads of an answer it also asserts; writing every shape twice would test nothing more.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export interface Event {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly data: Json;
  readonly recipient?: string;
  readonly inreplyto?: string;
  readonly holdforconsent?: boolean;
  readonly time?: string;
}

export const urn = (orgNumber: string): string => `urn:stafett:agency:${orgNumber}`;

/** One agency's system, as an integrator would write it: plain fetch, JSON, and nothing of the hub's code. */
export interface Client {
  readonly orgNumber: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  event(type: string, data: Json, more?: Partial<Event>): Event;
  push(events: Event | Event[]): Promise<Answer>;
  /** Pushes one event that must be taken. */
  send(event: Event): Promise<string>;
  pull(query?: string): Promise<Answer>;
  /** Everything that is open, when `enough` says so; fails after ten seconds. */
  pullUntil(enough: (events: Json[]) => boolean, query?: string): Promise<Json[]>;
  acknowledge(transfers: string[]): Promise<Answer>;
  reject(transfers: string[], reason: string): Promise<Answer>;
  record(id: string): Promise<Answer>;
  /** The record's view once it is no longer `received`. */
  dispatched(id: string): Promise<Json>;
}

export function client(url: string, orgNumber: string, token: () => Promise<string>): Client {
  let minted: Promise<string> | undefined;
  const call: Client['call'] = async (method, path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${await (minted ??= token())}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  };
  const pull: Client['pull'] = (query = '') => call('GET', `/v1/inbox${query}`);
  const self: Client = {
    orgNumber,
    call,
    event: (type, data, more = {}) => ({
      specversion: '1.0',
      id: randomUUID(),
      source: urn(orgNumber),
      type: `no.stafett.${type}.v1`,
      data,
      ...more,
    }),
    push: (events) =>
      call('POST', '/v1/records', events, {
        'content-type': `application/cloudevents${Array.isArray(events) ? '-batch' : ''}+json`,
      }),
    send: async (event) => {
      const answer = await self.push(event);
      if (answer.status !== 202) throw new Error(`${answer.status}: ${answer.text}`);
      return answer.body.receipts[0].recordId;
    },
    pull,
    pullUntil: async (enough, query = '') => {
      let events: Json[] = [];
      for (const until = Date.now() + 10_000; Date.now() < until;) {
        const answer = await pull(`?limit=500${query}`);
        if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`);
        events = answer.body.events;
        if (enough(events)) return events;
        await sleep(20);
      }
      throw new Error(
        `not enough after 10 s: ${JSON.stringify(events.map((event) => [event.type, event.data]))}`,
      );
    },
    acknowledge: (transfers) => call('POST', '/v1/inbox/acknowledgements', { transfers }),
    reject: (transfers, reason) => call('POST', '/v1/inbox/rejections', { transfers, reason }),
    record: (id) => call('GET', `/v1/records/${id}`),
    dispatched: async (id) => {
      for (const until = Date.now() + 10_000; Date.now() < until; await sleep(15)) {
        const answer = await self.record(id);
        if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`);
        if (answer.body.state !== 'received') return answer.body;
      }
      throw new Error('the record still waits for dispatch after 10 s');
    },
  };
  return self;
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
