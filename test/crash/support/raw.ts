import { connect, type Socket } from 'node:net';
import type { Address } from './api.js';

/** A client that speaks HTTP by hand, so that it can stop half-way. */
export class RawClient {
  private read = '';
  private readonly closed: Promise<void>;

  private constructor(private readonly socket: Socket) {
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  static async open({ url }: Address): Promise<RawClient> {
    const { port, hostname } = new URL(url);
    const socket = connect({ port: Number(port), host: hostname });
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new RawClient(socket);
  }

  /** Sends the head of a request, and so many bytes of its body. @returns the rest of the body */
  begin(path: string, token: string, body: string, bytes: number): Buffer {
    const all = Buffer.from(body);
    this.socket.write(
      [
        `${body === '' ? 'GET' : 'POST'} ${path} HTTP/1.1`,
        'host: hub',
        `authorization: Bearer ${token}`,
        ...(body === ''
          ? []
          : ['content-type: application/cloudevents-batch+json', `content-length: ${all.length}`]),
        '',
        '',
      ].join('\r\n'),
    );
    this.socket.write(all.subarray(0, bytes));
    return all.subarray(bytes);
  }

  write(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  /** Status and body, once the hub has closed the connection. */
  async answer(): Promise<{ status: number; body: string }> {
    this.socket.setEncoding('utf8').on('data', (text: string) => (this.read += text));
    await this.closed;
    const [head = '', ...rest] = this.read.split('\r\n\r\n');
    return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), body: rest.join('\r\n\r\n') };
  }

  /** Goes away without having read anything. */
  leave(): void {
    this.socket.destroy();
  }
}
