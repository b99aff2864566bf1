import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * A TCP proxy that breaks what goes through it, as networks do:
 * - `frozen`: takes connections and bytes and passes nothing on, without closing (half-open: a cut cable, a dead NAT entry);
 * - `deaf`: passes on what the client says and keeps the answers to itself;
 * - `refusing`: closes every new connection at once.
 */
export type Mode = 'open' | 'frozen' | 'deaf' | 'refusing';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

export class Proxy {
  private readonly pairs = new Set<Pair>();
  private mode: Mode = 'open';
  private delayMs = 0;

  private constructor(
    private readonly server: Server,
    private target: number,
  ) {
    server.on('connection', (client) => this.accept(client));
  }

  static async start(target: number): Promise<Proxy> {
    const server = createServer({ pauseOnConnect: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Proxy(server, target);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Where new connections go: a server that was started again listens on another port. */
  pointTo(port: number): void {
    this.target = port;
  }

  set(mode: Mode, delayMs = 0): void {
    this.mode = mode;
    this.delayMs = delayMs;
    for (const pair of this.pairs) this.steer(pair);
  }

  /** Resets every connection that is open now. */
  cut(): void {
    for (const { client, server } of this.pairs) {
      reset(client);
      reset(server);
    }
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.mode = 'open';
    for (const { client, server } of this.pairs) {
      client.destroy();
      server.destroy();
    }
    await closed;
  }

  private accept(client: Socket): void {
    client.on('error', () => undefined);
    if (this.mode === 'refusing') {
      reset(client);
      return;
    }
    const server = connect({ port: this.target, host: '127.0.0.1', noDelay: true });
    client.setNoDelay(true);
    const pair = { client, server };
    this.pairs.add(pair);
    server.on('error', () => undefined);
    this.pass(client, server);
    this.pass(server, client);
    this.steer(pair);
  }

  private pass(from: Socket, to: Socket): void {
    from.on('data', (bytes) => {
      const send = (): boolean => to.destroyed || to.write(bytes);
      if (this.delayMs > 0) setTimeout(send, this.delayMs);
      else if (!send()) {
        from.pause();
        to.once('drain', () => this.steerAll());
      }
    });
    from.on('end', () => to.end());
    from.on('close', () => {
      // While frozen, the other side does not learn that this one has gone.
      if (this.mode === 'frozen') return;
      to.destroy();
      for (const pair of this.pairs)
        if (pair.client === from || pair.server === from) this.pairs.delete(pair);
    });
  }

  private steerAll(): void {
    for (const pair of this.pairs) this.steer(pair);
  }

  private steer({ client, server }: Pair): void {
    if (client.destroyed || server.destroyed) {
      if (this.mode === 'frozen') return;
      client.destroy();
      server.destroy();
      return;
    }
    if (this.mode === 'frozen') client.pause();
    else client.resume();
    if (this.mode === 'frozen' || this.mode === 'deaf') server.pause();
    else server.resume();
  }
}

/** Node 20 never closes a socket that is reset while its end is under way, and then never ends. */
function reset(socket: Socket): void {
  if (socket.readyState === 'open' && !socket.writableEnded) socket.resetAndDestroy();
  else socket.destroy();
}
