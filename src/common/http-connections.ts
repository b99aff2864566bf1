import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as TcpServer, type Socket } from 'node:net';

interface State {
  /** Requests that came and whose answers have not left yet. */
  owed: number;
  /** Bytes that had come when the last request and its answer had ended: what comes then begins another request. */
  read: number;
  /** Begin the requests that came before their turn, in their order. */
  readonly ahead: (() => void)[];
}

/**
 * Requests without an answer on one connection. A request of 30 bytes makes 4 kB of objects, and who sends them by the hundred and reads nothing
 * would have all their answers made and kept.
 */
const MOST_OWED = 32;

/**
 * A server's connections, and which of them have nothing under way. For Node (20 to 24) a connection is idle as soon as its answer was handed
 * over, though most of it may still wait for a slow reader; its `close` and `closeIdleConnections` cut it there.
 */
export class Connections {
  private readonly open = new Map<Socket, State>();

  constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.open.set(socket, { owed: 0, read: 0, ahead: [] });
      socket.once('close', () => this.open.delete(socket));
    });
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      const { socket } = request;
      const state = this.open.get(socket);
      if (!state) return;
      const ends = (): void => void (state.read = socket.bytesRead);
      state.owed += 1;
      // RFC 9112 section 9.3.2: who sends ahead must be ready to send again what was not answered when the connection closed.
      if (state.owed > MOST_OWED) socket.destroy();
      // When its last byte has gone to the system, or the connection has.
      response.once('close', () => {
        state.owed -= 1;
        ends();
        if (!socket.destroyed) state.ahead.shift()?.();
      });
      // One that was refused at its head may end after its answer.
      request.once('close', ends);
    });
    // Without a listener Node closes whatever was silent for the server's timeout, answers that are still being made included.
    server.on('timeout', (socket) => {
      if ((this.open.get(socket)?.owed ?? 0) > 0 && socket.writableLength === 0)
        socket.setTimeout(server.timeout);
      else socket.destroy();
    });
  }

  /**
   * One request of a connection is worked at at a time: their answers leave in their order (RFC 9112 section 9.3.2), so that what is ready before
   * its turn only takes memory.
   * @param begin never called where the connection closes first
   */
  inTurn({ socket }: IncomingMessage, begin: () => void): void {
    const state = this.open.get(socket);
    if (state && state.owed > 1) state.ahead.push(begin);
    else begin();
  }

  /**
   * Takes no new connection, and resolves when the last one is gone. Unlike `http.Server.close` it cuts none, and still ends requests that
   * take too long to come.
   */
  refuseNew(): Promise<void> {
    return new Promise((resolve) => TcpServer.prototype.close.call(this.server, () => resolve()));
  }

  /** Closes those on which neither a request nor an answer is under way, and those that never began one. */
  closeIdle(): void {
    for (const [socket, { owed, read }] of this.open)
      if (owed === 0 && socket.bytesRead === read) socket.destroy();
  }
}
