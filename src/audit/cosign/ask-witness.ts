import { readAtMost } from '../verify/bounded.js';
import { parseSignature, SignatureError, verifyNote, type VerifierKey } from '../verify/note.js';
import { decimal, FormatError } from '../verify/text.js';
import { formatAddCheckpoint } from '../verify/witness.request.js';

/** A signed checkpoint of the log. */
export interface Sent {
  readonly size: number;
  readonly note: string;
  /** What is signed in it. */
  readonly text: string;
}

/** No cosignature came. `reason` is a code: `no-answer`, `answers-422`, `ahead`, `too-large`, `garbage`, `wrong-signature`, `wrong-time`. */
export class WitnessFailure extends Error {
  override readonly name = 'WitnessFailure';
  constructor(readonly reason: string) {
    super(reason);
  }
}

/** A cosignature has about 150 bytes; a witness may send several, by several keys. */
const MOST_BYTES = 8192;
const MOST_LINES = 16;
const PATIENCE_MS = 5000;
/** A witness whose clock is further off vouches for another time than this one. */
const CLOCK_SECONDS = 600;

/**
 * `POST <url>/add-checkpoint` (C2SP tlog-witness). Where the witness has seen another size than was thought, it is asked once
 * more, from there.
 * @param from the size that the witness is thought to have cosigned last
 * @param prove the consistency proof (RFC 6962 section 2.1.2) from a size to the checkpoint's
 * @param now seconds since 1970
 * @returns the verified cosignature's line
 * @throws WitnessFailure
 */
export async function askWitness(
  { key, url }: { readonly key: VerifierKey; readonly url: string },
  checkpoint: Sent,
  from: number,
  prove: (from: number) => Promise<Buffer[]>,
  now: () => number,
  stop: AbortSignal,
): Promise<string> {
  let oldSize = from;
  for (let again = true; ; again = false) {
    const body = formatAddCheckpoint({ oldSize, path: await prove(oldSize), note: checkpoint.note });
    const { status, text } = await post(`${url}/add-checkpoint`, body, stop);
    if (status === 200) return cosignatureIn(text, checkpoint, key, now());
    if (status !== 409 || !again) throw new WitnessFailure(`answers-${status}`);
    oldSize = sizeIn(text);
    if (oldSize > checkpoint.size) throw new WitnessFailure('ahead');
  }
}

async function post(
  url: string,
  body: string,
  stop: AbortSignal,
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(PATIENCE_MS)]);
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'accept-encoding': 'identity' };
    // Nothing is asked for but the address in the settings, wherever that points to.
    const response = await fetch(url, { method: 'POST', body, headers, signal, redirect: 'manual' });
    const answer = await readAtMost(response.body as AsyncIterable<Uint8Array> | null, MOST_BYTES);
    if (!answer) throw new WitnessFailure('too-large');
    return { status: response.status, text: answer.toString() };
  } catch (error) {
    throw error instanceof WitnessFailure ? error : new WitnessFailure('no-answer');
  }
}

/** The one valid cosignature of this key among the lines. @throws WitnessFailure */
export function cosignatureIn(
  answer: string,
  { text }: Pick<Sent, 'text'>,
  key: VerifierKey,
  now: number,
): string {
  try {
    const lines = answer.split('\n', MOST_LINES + 2);
    if (lines.pop() !== '' || lines.length > MOST_LINES) throw new WitnessFailure('garbage');
    const [found] = verifyNote({ text, signatures: lines.map(parseSignature) }, [key]);
    if (Math.abs((found?.timestamp ?? 0) - now) > CLOCK_SECONDS) throw new WitnessFailure('wrong-time');
    return found!.line;
  } catch (error) {
    if (error instanceof FormatError) throw new WitnessFailure('garbage');
    if (error instanceof SignatureError) throw new WitnessFailure('wrong-signature');
    throw error;
  }
}

/** Of a 409: `text/x.tlog.size`, a decimal and a newline. @throws WitnessFailure */
function sizeIn(answer: string): number {
  try {
    return decimal(answer.replace(/\n$/, ''), 'A size');
  } catch {
    throw new WitnessFailure('garbage');
  }
}
