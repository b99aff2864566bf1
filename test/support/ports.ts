import { createServer } from 'node:net';

/** Below the ports that Linux gives by itself (from 32,768), so that nobody is given one of these while its owner is being started again. */
const FIRST = 10_000;
/** For each of Jest's workers its own. */
const EACH = 1_000;

let next = FIRST + (Number(process.env['JEST_WORKER_ID'] ?? 0) % 20) * EACH;

/**
 * A port that stays one test's through kills and restarts of what listens on it. One that is free for a moment (`listen(0)`) may go to the
 * hub of another test file in the meantime, and clients of the two would talk to each other's.
 */
export async function portToKeep(): Promise<number> {
  for (;;) {
    const port = next++;
    if (await isFree(port)) return port;
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
