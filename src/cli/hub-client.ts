import type { Scope } from '../common/access.js';
import { urnOfOrgNumber, type OrgNumber } from '../common/ids.js';
import { isObject } from '../common/json.js';
import type { Config } from '../config/config.schema.js';
import { mintToken } from '../identity/issuer.tokens.js';
import { CommandError } from './command-error.js';

export type Body = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly status: number;
  readonly body: Body;
  /** Seconds to wait before the same call is made again, where the hub says so. */
  readonly retryAfter: number;
}

/** A token is renewed when it has less than two of its ten minutes left. */
const RENEW_AFTER_MS = 8 * 60_000;
/** Longer than the longest wait at an inbox. */
const PATIENCE_MS = 90_000;

/** One agency's small client of the public API, with the token that it was given or one of the development issuer. */
export class HubClient {
  private token: { readonly text: string; readonly since: number } | undefined;

  constructor(
    private readonly config: Config,
    readonly orgNumber: OrgNumber,
    private readonly scopes: readonly Scope[],
    private readonly given?: string,
  ) {}

  get url(): string {
    return this.config.http.publicUrl;
  }

  get urn(): string {
    return urnOfOrgNumber(this.orgNumber);
  }

  /**
   * @param body JSON text as it is, or a value
   * @throws CommandError where no hub answers, or one with other keys
   */
  async call(method: string, path: string, body?: unknown, type = 'application/json'): Promise<Answer> {
    const headers = await this.headers(body === undefined ? undefined : type);
    const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const { response, text } = await this.unlessAway(async () => {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const response = await fetch(this.url + path, { method, headers, signal, body: sent ?? null });
      return { response, text: await response.text() };
    });
    const { status } = response;
    return { status, body: this.read(status, text), retryAfter: Number(response.headers.get('retry-after')) };
  }

  /** The body of a call that must succeed. @throws CommandError with the problem's code and what to do */
  async must(method: string, path: string, body?: unknown): Promise<Body> {
    const answer = await this.call(method, path, body);
    if (answer.status < 400) return answer.body;
    throw new CommandError(tellProblem(answer.body));
  }

  /** All items of a list, page after page. */
  async *items<Item>(path: string, query: Readonly<Record<string, string>> = {}): AsyncGenerator<Item> {
    for (let after = '', more = true; more;) {
      const asked = new URLSearchParams({ ...query, limit: '500', ...(after && { after }) });
      const page = await this.must('GET', `${path}?${asked}`);
      yield* page['items'] as Item[];
      after = String(page['cursor']);
      more = page['more'] === true;
    }
  }

  /**
   * The body of a GET as it comes: for as long as it takes, but for the client's patience with silence.
   * @param type what the body must be
   * @throws CommandError with the problem's code, and where the body breaks off: what came until then is not all
   */
  async *stream(path: string, type: string, stop: AbortSignal): AsyncGenerator<Buffer> {
    const gone = new AbortController();
    const signal = AbortSignal.any([gone.signal, stop]);
    /** Of the hub alone: however slow the reader is, the next chunk has all of it. */
    const patient = async <T>(wait: () => Promise<T>): Promise<T> => {
      const silence = setTimeout(() => gone.abort(), PATIENCE_MS);
      return wait().finally(() => clearTimeout(silence));
    };
    try {
      const headers = await this.headers();
      const response = await this.unlessAway(() =>
        patient(() => fetch(this.url + path, { headers, signal })),
      );
      if (response.status !== 200 || response.headers.get('content-type') !== type || !response.body) {
        const body = this.read(response.status, await this.unlessAway(() => patient(() => response.text())));
        throw response.status < 400 ? this.noHub(response.status) : new CommandError(tellProblem(body));
      }
      const chunks = (response.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
      for (;;) {
        const next = await patient(() => chunks.next()).catch(() => undefined);
        if (!next) throw new CommandError(`The answer of the hub at ${this.url} broke off. Ask again.`);
        if (next.done) return;
        yield Buffer.from(next.value);
      }
    } finally {
      gone.abort();
    }
  }

  /** @throws CommandError where it is no hub's answer, or one of a hub with other keys */
  private read(status: number, text: string): Body {
    const value = parsed(text);
    if (!isObject(value) || (status >= 400 && typeof value['code'] !== 'string')) throw this.noHub(status);
    if (status === 401)
      throw new CommandError(
        this.given
          ? `The hub at ${this.url} does not accept the token. It may have run out: get another.`
          : `The hub at ${this.url} does not accept the keys in ${this.config.process.keys}. Set STAFETT_DATA (or STAFETT_KEYS) as the hub has it.`,
      );
    return value;
  }

  private readonly noHub = (status: number): CommandError =>
    new CommandError(
      `What answers at ${this.url} is no hub of Stafett (HTTP ${status}). Set STAFETT_URL (or PORT) to where the hub is.`,
    );

  private async unlessAway<T>(asking: () => Promise<T>): Promise<T> {
    try {
      return await asking();
    } catch {
      throw new CommandError(
        `No hub answers at ${this.url}. Start one with "npm run hub", or set STAFETT_URL (or PORT) to where it is.`,
      );
    }
  }

  private async headers(type?: string): Promise<Record<string, string>> {
    return { authorization: `Bearer ${await this.bearer()}`, ...(type && { 'content-type': type }) };
  }

  private async bearer(): Promise<string> {
    if (this.given) return this.given;
    if (!this.token || performance.now() - this.token.since > RENEW_AFTER_MS) {
      const wish = { orgNumber: this.orgNumber, scopes: this.scopes };
      this.token = {
        text: await mintToken(this.config.process.keys, this.config, wish),
        since: performance.now(),
      };
    }
    return this.token.text;
  }
}

/** A problem of RFC 9457 in one line. */
export function tellProblem({ code, detail, errors }: Body): string {
  const found = Array.isArray(errors) ? (errors as { pointer: string; code: string }[]) : [];
  const where = found.slice(0, 5).map((error) => `${error.pointer || '/'} ${error.code}`);
  return `${String(code)}: ${String(detail)}${where.length > 0 ? ` (${where.join(', ')})` : ''}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
