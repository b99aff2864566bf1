import { scopes } from '../../../src/common/access.js';
import { loadConfig } from '../../../src/config/load.js';
import { mintToken } from '../../../src/identity/issuer.tokens.js';

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A hub at its address. Its clock may be wrong, and a token must suit it. */
export interface Address {
  readonly url: string;
  readonly offsetSeconds: number;
}

/** A token lives ten minutes. */
const RENEW_MS = 300_000;

/** One agency's way to call hubs: plain fetch and tokens of the development issuer, whose key lies in the hub's key folder. */
export class Api {
  private readonly tokens = new Map<number, { text: Promise<string>; since: number }>();
  private readonly config = loadConfig({});

  constructor(
    private readonly keys: string,
    readonly agency: string,
  ) {}

  /** @throws where no whole answer came in time */
  async call(
    to: Address,
    method: string,
    path: string,
    {
      body,
      type = 'application/json',
      timeoutMs = 15_000,
    }: { body?: string; type?: string; timeoutMs?: number } = {},
  ): Promise<Answer> {
    const response = await fetch(to.url + path, {
      method,
      headers: {
        authorization: `Bearer ${await this.token(to.offsetSeconds)}`,
        ...(body !== undefined && { 'content-type': type }),
      },
      signal: AbortSignal.timeout(timeoutMs),
      ...(body !== undefined && { body }),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }

  /** The body of an answer that must be a 200. */
  async get(to: Address, path: string): Promise<Answer['body']> {
    const { status, body } = await this.call(to, 'GET', path);
    if (status !== 200) throw new Error(`GET ${path.split('?')[0]}: ${status} ${String(body['code'])}`);
    return body;
  }

  /** All items of a list. */
  async list<Item>(to: Address, path: string, query: Readonly<Record<string, string>> = {}): Promise<Item[]> {
    const all: Item[] = [];
    for (let after = '', more = true; more;) {
      const asked = new URLSearchParams({ ...query, limit: '500', ...(after && { after }) });
      const page = await this.get(to, `${path}?${asked.toString()}`);
      all.push(...(page['items'] as Item[]));
      after = String(page['cursor']);
      more = page['more'] === true;
    }
    return all;
  }

  token(offsetSeconds = 0): Promise<string> {
    const known = this.tokens.get(offsetSeconds);
    if (known && performance.now() - known.since < RENEW_MS) return known.text;
    const clock = { now: () => new Date(Date.now() + offsetSeconds * 1000) };
    const text = mintToken(this.keys, this.config, { orgNumber: this.agency, scopes, clock });
    this.tokens.set(offsetSeconds, { text, since: performance.now() });
    return text;
  }
}

/** Why a call failed, in one word or two: an error's own code says more than its text. */
export function whyOf(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  return cause?.code ?? (name === 'TimeoutError' ? 'timeout' : String(error));
}
