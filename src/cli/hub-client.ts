import type { OrgNumber } from '../common/ids.js';
import type { Scope } from '../common/access.js';
import type { Config } from '../config/config.schema.js';
import { mintToken } from '../identity/issuer.tokens.js';
import { CommandError } from './command-error.js';

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A token is renewed when it has less than this left of its ten minutes. */
const RENEW_AFTER_MS = 8 * 60_000;

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

  /** @throws CommandError where no hub answers */
  async call(method: string, path: string, body?: unknown, type = 'application/json'): Promise<Answer> {
    const headers = {
      authorization: `Bearer ${await this.bearer()}`,
      ...(body !== undefined && { 'content-type': type }),
    };
    let response: Response;
    let text: string;
    try {
      response = await fetch(this.url + path, {
        method,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      text = await response.text();
    } catch {
      throw new CommandError(
        `No hub answers at ${this.url}. Start one with "npm start", or set STAFETT_URL (or PORT) to where it is.`,
      );
    }
    try {
      return { status: response.status, body: JSON.parse(text) as Answer['body'] };
    } catch {
      throw new CommandError(
        `What answers at ${this.url} is no hub of Stafett (${response.status}). Set STAFETT_URL to where the hub is.`,
      );
    }
  }

  /** The body of a call that must succeed. @throws CommandError with the problem's code and what to do */
  async must(method: string, path: string, body?: unknown, type?: string): Promise<Answer['body']> {
    const answer = await this.call(method, path, body, type);
    if (answer.status < 400) return answer.body;
    throw new CommandError(tellProblem(answer.body));
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
export function tellProblem(body: Answer['body']): string {
  const errors = Array.isArray(body['errors']) ? (body['errors'] as { pointer: string; code: string }[]) : [];
  const where = errors.slice(0, 5).map(({ pointer, code }) => `${pointer || '/'} ${code}`);
  return [
    `${String(body['code'])}: ${String(body['detail'])}`,
    ...(where.length > 0 ? [`(${where.join(', ')})`] : []),
  ].join(' ');
}
