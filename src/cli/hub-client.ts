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

/** One agency's small client of the public API, with a token of the development issuer. */
export class HubClient {
  private token: { readonly text: string; readonly since: number } | undefined;

  constructor(
    private readonly config: Config,
    readonly orgNumber: OrgNumber,
    private readonly scopes: readonly Scope[],
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
    const { response, text } = await this.fetch(method, path, body, type);
    const value = parsed(text);
    if (!isObject(value) || (response.status >= 400 && typeof value['code'] !== 'string'))
      throw new CommandError(
        `What answers at ${this.url} is no hub of Stafett (HTTP ${response.status}). Set STAFETT_URL (or PORT) to where the hub is.`,
      );
    if (response.status === 401)
      throw new CommandError(
        `The hub at ${this.url} does not accept the keys in ${this.config.process.keys}. Set STAFETT_DATA (or STAFETT_KEYS) as the hub has it.`,
      );
    return { status: response.status, body: value, retryAfter: Number(response.headers.get('retry-after')) };
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

  private async fetch(
    method: string,
    path: string,
    body: unknown,
    type: string,
  ): Promise<{ response: Response; text: string }> {
    const headers = {
      authorization: `Bearer ${await this.bearer()}`,
      ...(body !== undefined && { 'content-type': type }),
    };
    try {
      const response = await fetch(this.url + path, {
        method,
        headers,
        signal: AbortSignal.timeout(PATIENCE_MS),
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return { response, text: await response.text() };
    } catch {
      throw new CommandError(
        `No hub answers at ${this.url}. Start one with "npm run hub", or set STAFETT_URL (or PORT) to where it is.`,
      );
    }
  }

  private async bearer(): Promise<string> {
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
