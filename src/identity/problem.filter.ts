import { Catch, Inject, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import { PROBLEM_TYPE, problemBytes } from '../common/problem-page.js';
import { Problem } from '../common/problems.js';
import { faultFields, Log } from '../telemetry/log.js';
import { Metrics } from '../telemetry/metrics.js';
import { Authenticator, type RawRequest } from './authenticator.js';
import { RefusedCalls } from './refused-calls.js';
import { challenge, knownProblem } from './to-problem.js';

const RETRY_AFTER_SECONDS = '1';

/** Fastify's reply, as far as the filter needs it. */
interface Reply {
  readonly sent: boolean;
  code(status: number): Reply;
  header(name: string, value: string): Reply;
  hasHeader(name: string): boolean;
  send(body: Buffer): Reply;
}

/**
 * The one place where errors become answers (RFC 9457): problems as they are, everything else by what it is, and what nobody
 * foresaw as `internal` with an id that the log has too. A refused call is traced before it is answered.
 */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly refused: RefusedCalls,
    private readonly log: Log,
    private readonly metrics: Metrics,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const request = host.switchToHttp().getRequest<RawRequest>();
    const reply = host.switchToHttp().getResponse<Reply>();
    try {
      const problem = knownProblem(error) ?? this.fault(error, request);
      const answer = await this.traced(problem, request);
      this.tell(answer, request);
      send(answer, request, reply);
    } catch (second) {
      send(this.fault(second, request), request, reply);
    }
  }

  private fault(error: unknown, request: RawRequest): Problem {
    const faultId = newId<ReturnType<typeof newId>>(this.clock);
    this.log.error('fault', { faultId, ...placeOf(request), ...faultFields(error) });
    return new Problem('internal', [], { instance: `urn:uuid:${faultId}` });
  }

  /** Nothing is answered without a trace: where it cannot be written, that is the answer. */
  private async traced(found: Problem, request: RawRequest): Promise<Problem> {
    if (found.kind.status >= 500) return found;
    const problem = (await this.instead(request)) ?? found;
    if (problem.kind.status >= 500) return problem;
    const { caller } = request;
    if (!caller) {
      this.refused.countUnauthenticated();
      return problem;
    }
    try {
      await this.refused.record(caller, { problem, ...placeOf(request) });
      return problem;
    } catch (cause) {
      if (cause instanceof Problem && cause.code === 'busy') return cause;
      this.log.error('refused-call-not-recorded', {
        code: problem.code,
        ...placeOf(request),
        ...faultFields(cause),
      });
      return new Problem('audit-unavailable', [], {}, { cause });
    }
  }

  /**
   * Finds out who calls where no guard has run: a wrong path, a wrong method, a body too large. These count for the rate limit
   * too, because each leaves an entry. Gives what is answered instead: that it is too much, or that it cannot be found out who calls.
   */
  private async instead(request: RawRequest): Promise<Problem | undefined> {
    if (request.caller) return undefined;
    try {
      request.caller = await this.authenticator.identify(request);
      return undefined;
    } catch (error) {
      const problem = knownProblem(error);
      if (!problem) throw error;
      return problem.code === 'rate-limited' || problem.kind.status >= 500 ? problem : undefined;
    }
  }

  private tell(problem: Problem, request: RawRequest): void {
    const { code, kind } = problem;
    this.metrics.refusedCalls.inc({ code });
    const agency = request.caller && { agencyId: request.caller.agencyId };
    const fields = { code, status: kind.status, ...placeOf(request), ...agency };
    if (kind.status < 500) this.log.info('call-refused', fields);
    else if (code !== 'internal')
      this.log.warn('call-failed', {
        ...fields,
        ...(problem.cause instanceof Error && faultFields(problem.cause)),
      });
  }
}

/** Where the call went, in the route's words: a path as it was sent may hold a birth number. */
const placeOf = ({ method, routeOptions }: RawRequest): { method: string; route: string } => ({
  method,
  route: routeOptions?.url ?? 'unknown',
});

function send(problem: Problem, request: RawRequest, reply: Reply): void {
  if (reply.sent) return;
  const { status, retry } = problem.toJSON();
  const authenticate = challenge(problem.code, request.headers['authorization'] !== undefined);
  if (authenticate !== undefined) reply.header('WWW-Authenticate', authenticate);
  if (retry && !reply.hasHeader('Retry-After')) reply.header('Retry-After', RETRY_AFTER_SECONDS);
  // A route that lets its answers be kept has said so before it failed.
  reply.header('Cache-Control', 'no-store');
  reply.code(status).header('Content-Type', PROBLEM_TYPE).send(problemBytes(problem, status));
}
