import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/**
 * One keep-alive connection with at most one request under way, written by hand: the generator shares two cores with what it
 * measures. Takes what the hub sends, an answer with a content-length, and refuses anything else. Lost connections are not opened
 * again: a bench in which the hub cuts one has failed.
 */
export class Connection {
  private waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  private received: Buffer[] = [];
  private size = 0;
  /** Bytes of head and body, once the head has come. */
  private wanted = Infinity;
  private bodyAt = 0;
  private status = 0;
  private gone: Error | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.take(chunk));
    socket.on('error', (error) => this.lose(error));
    socket.on('close', () => this.lose(new Error('the hub closed a connection')));
  }

  static async open(port: number): Promise<Connection> {
    const socket = connect({ port, host: '127.0.0.1' });
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new Connection(socket);
  }

  send(request: string): Promise<Answer> {
    if (this.gone) return Promise.reject(this.gone);
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(request, 'utf8');
    });
  }

  close(): void {
    this.gone ??= new Error('closed');
    this.waiting = undefined;
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    this.received.push(chunk);
    this.size += chunk.length;
    if (this.wanted === Infinity && !this.readHead()) return;
    if (this.size < this.wanted) return;
    const all = this.received.length === 1 ? chunk : Buffer.concat(this.received, this.size);
    const answer = { status: this.status, body: all.subarray(this.bodyAt, this.wanted) };
    const surplus = this.size > this.wanted;
    this.received = [];
    this.size = 0;
    this.wanted = Infinity;
    const { waiting } = this;
    this.waiting = undefined;
    if (surplus || !waiting) this.lose(new Error('the hub sent more than was asked for'));
    else waiting.resolve(answer);
  }

  /** @returns whether the head is complete */
  private readHead(): boolean {
    if (this.received.length > 1) this.received = [Buffer.concat(this.received, this.size)];
    const start = this.received[0] ?? Buffer.alloc(0);
    const end = start.indexOf('\r\n\r\n');
    if (end < 0) return false;
    const head = start.toString('latin1', 0, end);
    const length = /\r\ncontent-length: ?(\d+)/i.exec(head)?.[1];
    this.status = Number(head.slice(9, 12));
    this.bodyAt = end + 4;
    if (length === undefined) this.lose(new Error(`an answer without content-length: ${head.slice(0, 200)}`));
    else this.wanted = this.bodyAt + Number(length);
    return length !== undefined;
  }

  private lose(error: Error): void {
    this.gone ??= error;
    this.waiting?.reject(this.gone);
    this.waiting = undefined;
    this.socket.destroy();
  }
}

/** As many connections as asked for, opened before the clock runs. */
export const openConnections = (port: number, count: number): Promise<Connection[]> =>
  Promise.all(Array.from({ length: count }, () => Connection.open(port)));

export function get(path: string, token: string): string {
  return `GET ${path} HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer ${token}\r\n\r\n`;
}

export function post(path: string, token: string, type: string, body: string): string {
  return `POST ${path} HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer ${token}\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
