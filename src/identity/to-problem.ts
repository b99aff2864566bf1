import { HttpException } from '@nestjs/common';
import { Problem, type ProblemCode } from '../common/problems.js';
import { toProblem } from '../database/failures.js';

const byStatus: Readonly<Record<number, ProblemCode>> = {
  401: 'unauthenticated',
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'too-large',
  415: 'unsupported-media-type',
  429: 'rate-limited',
  503: 'unavailable',
};

/** What the files under /docs answer to conditions and ranges (RFC 9110 sections 15.5.13 and 15.5.17). No code has these statuses as its own. */
const closer = new Set([412, 416]);

/**
 * The problem that an error stands for: its own, that of an unreachable database, or by its HTTP status what Nest and Fastify
 * throw. Their messages quote requests, so nothing of them is passed on. Undefined where it is a fault of the hub.
 */
export function knownProblem(error: unknown): Problem | undefined {
  const translated = toProblem(error);
  if (translated instanceof Problem) return translated.code === 'internal' ? undefined : translated;
  const status = statusOf(error);
  if (status === undefined || status < 400) return undefined;
  const code = byStatus[status] ?? (status < 500 ? 'malformed-request' : undefined);
  return code && new Problem(code, [], closer.has(status) ? { status } : {}, { cause: error });
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (!(error instanceof Error) || error.name !== 'FastifyError') return undefined;
  const { statusCode } = error as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : undefined;
}

/**
 * `WWW-Authenticate` of RFC 6750 section 3: no error code where no credentials were given, so that a client that forgot them
 * is not sent looking for a fault in a token it never sent.
 */
export function challenge(code: ProblemCode, gaveCredentials: boolean): string | undefined {
  if (code === 'unauthenticated') return gaveCredentials ? 'Bearer error="invalid_token"' : 'Bearer';
  return code === 'insufficient-scope' ? 'Bearer error="insufficient_scope"' : undefined;
}
