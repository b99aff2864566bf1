import { write, writeSync } from 'node:fs';
import type { LogOutput } from './log.js';

/** Characters that wait for a reader that has stopped reading. What comes then is dropped: a log that nobody reads must not fill the memory. */
const MOST_WAITING = 4_000_000;
/** Milliseconds. A pipe that does not wait for its reader says so (EAGAIN) and is tried again. */
const AGAIN_MS = 100;
/** Milliseconds that a write may take until an exit no longer waits for what comes after it. */
const STALLED_MS = 1000;

/**
 * Log lines on a file descriptor, written in the background; at an exit what is left is tried once. pino's own output tries for ever
 * where nobody reads any more (EPIPE): a hub that was told to stop after its log's reader had died never ended.
 */
export class Output implements LogOutput {
  private waiting = '';
  /** Since when a write has been under way. */
  private writingSince: number | undefined;
  private isBroken = false;

  constructor(private readonly fd: number) {
    process.once('exit', () => this.end());
  }

  write(line: string): void {
    if (this.isBroken || this.waiting.length > MOST_WAITING) return;
    this.waiting += line;
    if (this.writingSince === undefined) this.next();
  }

  private next(): void {
    const bytes = Buffer.from(this.waiting);
    this.waiting = '';
    this.writingSince = performance.now();
    this.put(bytes);
  }

  private put(bytes: Buffer): void {
    write(this.fd, bytes, (error, written) => {
      if (error?.code === 'EAGAIN') setTimeout(() => this.put(bytes), AGAIN_MS).unref();
      else if (error?.code === 'EPIPE') this.isBroken = true;
      else if (!error && written < bytes.length) this.put(bytes.subarray(written));
      else {
        // After any other fault (a full disk) too: it cost these lines, and may be over with the next.
        this.writingSince = undefined;
        if (this.waiting !== '') this.next();
      }
    });
  }

  private end(): void {
    const isStalled = performance.now() - (this.writingSince ?? Infinity) > STALLED_MS;
    if (this.isBroken || isStalled || this.waiting === '') return;
    try {
      writeSync(this.fd, this.waiting);
    } catch {
      // Nobody reads: there is nobody left to tell.
    }
  }
}
