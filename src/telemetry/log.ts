import { Inject, Injectable } from '@nestjs/common';
import { pino, type Logger } from 'pino';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';

/**
 * The only fields a log line may have. None can hold personal data: ids, counts, codes and code locations. A field that
 * is not here does not compile.
 */
export interface LogFields {
  readonly agencyId?: string;
  readonly recordId?: string;
  readonly transferId?: string;
  readonly consentId?: string;
  readonly runId?: string;
  readonly faultId?: string;
  readonly code?: string;
  readonly status?: number;
  readonly route?: string;
  readonly method?: string;
  readonly lane?: number;
  readonly shard?: number;
  readonly count?: number;
  readonly ms?: number;
  readonly job?: string;
  readonly slot?: string;
  readonly role?: string;
  /** Name and id of a witness's key, as the settings have it. */
  readonly witness?: string;
  readonly port?: number;
  readonly sqlState?: string;
  /** Class name of an error, and where in the code it arose. Never its message: that can quote what was sent. */
  readonly error?: string;
  readonly at?: string;
  readonly reason?: string;
}

export const LOG_OUTPUT = Symbol('LogOutput');
/** Where log lines go: standard output, or a test's own collection. */
export interface LogOutput {
  write(line: string): void;
}

const SELDOM_MS = 10_000;

/** One JSON object a line. */
@Injectable()
export class Log {
  private readonly out: Logger;
  private readonly seldom = new Map<string, { at: number; count: number }>();

  constructor(@Inject(CONFIG) config: Config, @Inject(LOG_OUTPUT) output: LogOutput) {
    const { logLevel: level } = config.process;
    this.out = pino({ level, base: { app: 'stafett' }, timestamp: pino.stdTimeFunctions.isoTime }, output);
  }

  debug(event: string, fields: LogFields = {}): void {
    this.out.debug(fields, event);
  }

  info(event: string, fields: LogFields = {}): void {
    this.out.info(fields, event);
  }

  warn(event: string, fields: LogFields = {}): void {
    this.out.warn(fields, event);
  }

  /** A warning that may come many times a second (a queue that is away): said at once, then once in a while with how often. */
  warnSeldom(event: string, fields: LogFields = {}): void {
    const now = performance.now();
    const last = this.seldom.get(event);
    if (last && now - last.at < SELDOM_MS) last.count += 1;
    else {
      this.warn(event, { ...fields, ...(last && last.count > 0 && { count: last.count }) });
      this.seldom.set(event, { at: now, count: 0 });
    }
  }

  error(event: string, fields: LogFields = {}): void {
    this.out.error(fields, event);
  }
}

/** What may be logged of an error: its class, its SQLSTATE and the first places of its stack, without the message. */
export function faultFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const state =
    (error as { code?: unknown }).code ?? (error as { driverError?: { code?: unknown } }).driverError?.code;
  const places = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    error: error.constructor.name,
    at: places
      .slice(0, 6)
      .map((line) => line.trim())
      .join(' < '),
    ...(typeof state === 'string' && { sqlState: state }),
  };
}
