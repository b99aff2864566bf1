import type { IncomingMessage } from 'node:http';
import { Problem } from './problems.js';

/** How much more than the limit is read and thrown away, so that a client that still sends can read the answer. */
const DISCARD_TIMES = 4;

type Done = (error: Error | null, body?: Buffer) => void;

/**
 * Reads bodies whole, whatever their content type says: areas parse them themselves, from the very bytes. What is too large is
 * refused by its declared length at once, or else when it has grown too large, and so is what comes while too much is held for
 * others that are not whole yet: many who send large bodies slowly must not fill the memory. What is refused is still read (up to a few times the
 * limit) before the answer, because closing on a client in mid-sentence resets the connection, and the answer with it.
 */
export class BodyReader {
  private held = 0;

  /** @param limits bytes: of one body, and of all that are not whole yet */
  constructor(private readonly limits: { readonly one: number; readonly all: number }) {}

  read(request: IncomingMessage, done: Done): void {
    const { one, all } = this.limits;
    const chunks: Buffer[] = [];
    let length = 0;
    let kept = 0;
    let refused: Problem | undefined;
    const letGo = (): void => {
      this.held -= kept;
      kept = 0;
    };
    const finish: Done = (error, body) => {
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
      letGo();
      done(error, body);
    };
    const refuse = (problem: Problem): void => {
      refused = problem;
      chunks.length = 0;
      letGo();
    };
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > one * DISCARD_TIMES) finish(new Problem('too-large'));
      else if (refused) return;
      else if (length > one) refuse(new Problem('too-large'));
      else if (this.held + chunk.length > all) refuse(new Problem('busy'));
      else {
        chunks.push(chunk);
        this.held += chunk.length;
        kept += chunk.length;
      }
    };
    const onEnd = (): void => (refused ? finish(refused) : finish(null, Buffer.concat(chunks, length)));
    const onGone = (): void => finish(new Problem('malformed-request'));

    if (Number(request.headers['content-length']) > one * DISCARD_TIMES) {
      done(new Problem('too-large'));
      return;
    }
    request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  }
}
