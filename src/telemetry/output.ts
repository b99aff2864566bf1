import { fstatSync, write, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { LogOutput } from './log.js';

/** Characters that wait for a reader that has stopped reading. What comes then is dropped: a log that nobody reads must not fill the memory. */
const MOST_WAITING = 4_000_000;

/** Milliseconds until a pipe that was full is tried again. */
const FULL_MS = 10;

/** Milliseconds that an exit waits for a reader that is behind. */
const FAREWELL_MS = 500;

type Done = (error?: Error | null) => void;

/** How bytes get to a file descriptor. */
interface Way {
  put(bytes: Buffer, done: Done): void;
  /** What was put and is not written yet. */
  left(): Buffer;
}

const NOTHING = Buffer.alloc(0);

/**
 * Log lines on a file descriptor, written in the background; at an exit what is left is tried for a moment. pino's own output tries for ever
 * where nobody reads any more (EPIPE), and a thread that waits for a reader keeps the process from its end: a hub that was told to stop
 * after its log's reader had died, or had stopped reading, never ended.
 */
export class Output implements LogOutput {
  private readonly isPipe: boolean;
  private readonly way: Way;
  private waiting = '';
  private isWriting = false;
  private isBroken = false;

  constructor(private readonly fd: number) {
    const kind = fstatSync(fd);
    this.isPipe = kind.isFIFO() || kind.isSocket();
    this.way = this.isPipe ? throughPipe(fd) : throughFile(fd);
    process.once('exit', () => this.end());
  }

  write(line: string): void {
    if (this.isBroken || this.waiting.length > MOST_WAITING) return;
    this.waiting += line;
    if (!this.isWriting) this.next();
  }

  private next(): void {
    const bytes = Buffer.from(this.waiting);
    this.waiting = '';
    this.isWriting = true;
    this.way.put(bytes, (error) => {
      this.isWriting = false;
      // A full disk costs these lines and may be over with the next; a pipe's reader does not come back.
      this.isBroken = this.isPipe && error instanceof Error;
      if (!this.isBroken && this.waiting !== '') this.next();
    });
  }

  private end(): void {
    if (this.isBroken) return;
    let left = Buffer.concat([this.way.left(), Buffer.from(this.waiting)]);
    for (const until = performance.now() + FAREWELL_MS; left.length > 0 && performance.now() < until;) {
      try {
        left = left.subarray(writeSync(this.fd, left));
      } catch (error) {
        // Else nobody reads: there is nobody left to tell.
        if (!isFull(error)) return;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_MS);
      }
    }
  }
}

const isFull = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EAGAIN';

function throughFile(fd: number): Way {
  const put: Way['put'] = (bytes, done) =>
    write(fd, bytes, (error, written) =>
      !error && written < bytes.length ? put(bytes.subarray(written), done) : done(error),
    );
  return { put, left: () => NOTHING };
}

function throughPipe(fd: number): Way {
  // Sets the pipe so that no write waits for its reader, that at the end neither (EAGAIN).
  new Socket({ fd, readable: false }).on('error', () => undefined);
  let left: Buffer = NOTHING;
  const put: Way['put'] = (bytes, done) => {
    try {
      left = bytes.subarray(writeSync(fd, bytes));
    } catch (error) {
      if (!isFull(error)) return done(error as Error);
      left = bytes;
    }
    // What still waits when there is nothing else to do is the exit's.
    if (left.length > 0) setTimeout(put, FULL_MS, left, done).unref();
    else done();
  };
  return { put, left: () => left };
}
