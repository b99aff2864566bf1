import { Problem } from '../common/problems.js';

// What an error of PostgreSQL or of its client means. States: PostgreSQL 18, appendix A.

/** A lock that did not come free in time. */
export const LOCK_NOT_AVAILABLE = '55P03';

/** What is said to each statement after one that failed, and tells nothing. */
export const FOLLOWS_A_FAILURE = '25P02';

const serialization = new Set(['40001', '40P01']);
/** Ended by an administrator, a crash or a drop (57P01 to 57P05), or after too long an idleness or transaction (25P03, 25P04). */
const sessionEnds = /^(57P0[1-5]|25P0[34])$/;
/**
 * What is nobody's fault and passes: connections, resources (a full disk, too many sessions), intervention, the server's own system errors;
 * a login that is refused or a database that is not there, until the operator mends it (28, 3D000); a server that only reads, as after a switch
 * to a standby (25006); locks that did not come free in time (55P03), or never together.
 */
const passing = /^(08...|28...|3D000|53...|57...|58...|25006|25P0[34]|55P03|40001|40P01)$/;

/** The connection broke between COMMIT and its answer. */
export class CommitLost extends Error {
  override readonly name = 'CommitLost';
}

/** No answer came, or the server is ending the session: whatever is asked next on this connection fails too. */
export function isBroken(error: unknown): boolean {
  const state = sqlState(error);
  return (
    error instanceof CommitLost ||
    sessionEnds.test(state ?? '') ||
    (state === undefined && isFromConnection(error))
  );
}

/** Two transactions were in each other's way: whoever runs again may well succeed. */
export const isSerialization = (error: unknown): boolean => serialization.has(sqlState(error) ?? '');

/** The five-character SQLSTATE of an error from pg, bare or wrapped by TypeORM. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const own = (error as { code?: unknown }).code;
  // No class of SQLSTATE begins with an E; errors of Node do (EPIPE).
  if (typeof own === 'string' && /^(?!E)[0-9A-Z]{5}$/.test(own)) return own;
  const inner = (error as { driverError?: unknown }).driverError;
  return inner === undefined || inner === error ? undefined : sqlState(inner);
}

/** The last one is TypeORM's, of a connection that broke between two of its manager's statements. */
const noConnection =
  /ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOENT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|EMFILE|ENFILE|timeout exceeded when trying to connect|Connection terminated|connection timeout|connection error and is not queryable|Client was closed|Query read timeout|query runner (was )?already released/i;

function isFromConnection(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { message = '', code = '' } = error as { message?: unknown; code?: unknown };
  return noConnection.test(`${String(message)} ${String(code)}`);
}

/** Turns "cannot reach or use the database now" into a 503 (`passing`), and leaves every other error as it is. */
export function toProblem(error: unknown): unknown {
  if (error instanceof Problem || typeof error !== 'object' || error === null) return error;
  const state = sqlState(error);
  const unavailable = state === undefined ? isFromConnection(error) : passing.test(state);
  return unavailable ? new Problem('unavailable', [], {}, { cause: error }) : error;
}

/** Why the database cannot be used now, in its or its client's words: they name no data, as no row was at fault. Undefined of any other error. */
export function whyUnavailable(error: unknown): string | undefined {
  if (!(error instanceof Problem) || error.code !== 'unavailable') return undefined;
  if (!(error.cause instanceof Error)) return undefined;
  const state = sqlState(error.cause);
  // Refused on every address of a host, the error has no text but a code.
  const { message, code } = error.cause as NodeJS.ErrnoException;
  return `${message || code}${state === undefined ? '' : `, SQLSTATE ${state}`}`;
}
