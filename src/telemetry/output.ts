import { fstatSync, write, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { LogOutput } from './log.js';

/** Characters that wait for a reader that has stopped reading. What comes then is dropped: a log that nobody reads must not fill the memory. */
const MOST_WAITING = 4_000_000;

type Done = (error?: Error | null) => void;
type Put = (bytes: Buffer, done: Done) => void;

/**
 * Log lines on a file descriptor, written in the background; at an exit what is left is tried once. pino's own output tries for ever
 * where nobody reads any more (EPIPE), and a thread that waits for a reader keeps the process from its end: a hub that was told to stop
 * after its log's reader had died, or had stopped reading, never ended.
 */
export class Output implements LogOutput {
  private readonly isPipe: boolean;
  private readonly put: Put;
  private waiting = '';
  private isWriting = false;
  private isBroken = false;

  constructor(private readonly fd: number) {
    const kind = fstatSync(fd);
    this.isPipe = kind.isFIFO() || kind.isSocket();
    this.put = this.isPipe ? throughPipe(fd) : throughFile(fd);
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
    this.put(bytes, (error) => {
      this.isWriting = false;
      // A full disk costs these lines and may be over with the next; a pipe's reader does not come back.
      this.isBroken = this.isPipe && error instanceof Error;
      if (!this.isBroken && this.waiting !== '') this.next();
    });
  }

  private end(): void {
    if (this.isBroken || this.waiting === '') return;
    try {
      writeSync(this.fd, this.waiting);
    } catch {
      // Nobody reads: there is nobody left to tell.
    }
  }
}

function throughFile(fd: number): Put {
  const put: Put = (bytes, done) =>
    write(fd, bytes, (error, written) =>
      !error && written < bytes.length ? put(bytes.subarray(written), done) : done(error),
    );
  return put;
}

/** The socket sets the pipe so that no write waits for its reader, that at the end neither (EAGAIN). */
function throughPipe(fd: number): Put {
  const pipe = new Socket({ fd, readable: false }).on('error', () => undefined);
  return (bytes, done) => void pipe.write(bytes, done);
}
