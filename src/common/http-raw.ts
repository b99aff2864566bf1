import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { PROBLEM_TYPE, problemBytes } from './problem-page.js';
import { Problem } from './problems.js';

/** On every answer. `default-src 'none'` is for answers that no browser should render; pages bring their own policy. */
export const safeHeaders: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
};
export const CLOSED_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** How long a connection that broke HTTP may go on sending before it is cut, so that it can read its answer. */
const LINGER_MS = 1000;

const answered = new WeakSet<Socket>();

/** What Node's HTTP parser found, as the status it stands for (RFC 9110 section 15.5, RFC 6585 section 5). */
export function statusOfParseError(code: string | undefined): number {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408;
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  return code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW' ? 413 : 400;
}

/** Answers a connection that broke HTTP before there was a request to answer. */
export function onClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (answered.has(socket)) return;
  const { _httpMessage: response } = socket as Socket & { _httpMessage?: { headersSent: boolean } };
  if (error.code === 'ECONNRESET' || !socket.writable || response?.headersSent) {
    socket.destroy();
    return;
  }
  refuseSocket(socket, statusOfParseError(error.code));
}

function refuseSocket(socket: Socket, status: number, headers: readonly string[] = []): void {
  const problem = new Problem(
    status === 405 ? 'method-not-allowed' : status === 413 ? 'too-large' : 'malformed-request',
  );
  const body = problemBytes(problem, status);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...Object.entries({ ...safeHeaders, 'Content-Security-Policy': CLOSED_POLICY }).map((pair) =>
      pair.join(': '),
    ),
    ...headers,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${body.length}`,
    'Connection: close',
  ];
  answered.add(socket);
  const cut = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.on('error', () => undefined);
  socket.once('close', () => clearTimeout(cut));
  socket.on('data', () => undefined);
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]));
}

/** Answers for what never becomes a request that Fastify sees: CONNECT, and an Expect that is not 100-continue. */
export function guardServer(server: Server): void {
  server.on('connect', (_request: IncomingMessage, socket: Socket) => refuseSocket(socket, 405, ['Allow: ']));
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const body = problemBytes(new Problem('malformed-request'), 417);
    const headers = {
      ...safeHeaders,
      'Content-Security-Policy': CLOSED_POLICY,
      'Content-Type': PROBLEM_TYPE,
    };
    response.writeHead(417, { ...headers, 'Content-Length': body.length, Connection: 'close' }).end(body);
  });
}
