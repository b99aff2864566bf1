import type { IncomingMessage } from 'node:http';
import { Problem } from './problems.js';

/** How much more than the limit is read and thrown away, so that a client that still sends can read the answer. */
const DISCARD_TIMES = 4;

type Done = (error: Error | null, body?: Buffer) => void;

/**
 * Reads a body whole, whatever its content type says: areas parse it themselves, from the very bytes. What is too large is
 * refused by its declared length at once, or else when it has grown too large. It is still read (up to a few times the limit)
 * before the answer, because closing on a client in mid-sentence resets the connection, and the answer with it.
 */
export function readBody(request: IncomingMessage, limit: number, done: Done): void {
  const chunks: Buffer[] = [];
  let length = 0;
  const finish: Done = (error, body) => {
    request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
    done(error, body);
  };
  const onData = (chunk: Buffer): void => {
    length += chunk.length;
    if (length <= limit) chunks.push(chunk);
    else {
      chunks.length = 0;
      if (length > limit * DISCARD_TIMES) finish(new Problem('too-large'));
    }
  };
  const onEnd = (): void =>
    length > limit ? finish(new Problem('too-large')) : finish(null, Buffer.concat(chunks, length));
  const onGone = (): void => finish(new Problem('malformed-request'));

  if (Number(request.headers['content-length']) > limit * DISCARD_TIMES) {
    done(new Problem('too-large'));
    return;
  }
  request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
}
