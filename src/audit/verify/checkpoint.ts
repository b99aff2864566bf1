import { isSize } from './merkle.js';
import {
  keyLabel,
  parseNote,
  SignatureError,
  verifyNote,
  type VerifiedSignature,
  type VerifierKey,
} from './note.js';
import { decimal, FormatError, hash64 } from './text.js';

/** C2SP tlog-checkpoint: what a log says about itself in a signed note. */
export interface Checkpoint {
  /** Which log. */
  readonly origin: string;
  /** Entries. */
  readonly size: number;
  /** 32 bytes. */
  readonly root: Buffer;
  /** Further lines, which the specification advises against. */
  readonly extensions: readonly string[];
}

export interface OpenedCheckpoint extends Checkpoint {
  /** What was signed. */
  readonly text: string;
  readonly signatures: readonly VerifiedSignature[];
}

/** Whose word is taken besides the log's own. */
export interface Quorum {
  readonly witnesses?: readonly VerifierKey[] | undefined;
  /** How many different witnesses must have cosigned; 0 where nothing else is said. */
  readonly quorum?: number | undefined;
}

/** @param text a note's text: without signatures, with its last newline. @throws FormatError */
export function parseCheckpoint(text: string): Checkpoint {
  if (!text.endsWith('\n')) throw new FormatError('A checkpoint ends with a newline.');
  const [origin = '', size = '', root = '', ...extensions] = text.slice(0, -1).split('\n');
  if (!origin) throw new FormatError('A checkpoint begins with its origin.');
  if (extensions.includes('')) throw new FormatError('A checkpoint has no empty lines.');
  return {
    origin,
    size: decimal(size, 'The size in a checkpoint'),
    root: hash64(root, 'The root in a checkpoint'),
    extensions,
  };
}

/** @throws FormatError where it could not be read again */
export function formatCheckpoint({
  origin,
  size,
  root,
  extensions = [],
}: Omit<Checkpoint, 'extensions'> & { readonly extensions?: readonly string[] }): string {
  const lines = [origin, String(size), root.toString('base64'), ...extensions];
  if (!isSize(size) || lines.some((line) => line === '' || line.includes('\n')))
    throw new FormatError('A checkpoint is made of lines that are not empty, and a size below 2^53.');
  return lines.map((line) => `${line}\n`).join('');
}

/**
 * Reads a signed checkpoint of the log whose key this is: the key's name is the origin.
 * @param witnesses keys whose cosignatures are checked too, where they stand there
 * @throws FormatError, SignatureError (also where only witnesses signed it)
 */
export function openCheckpoint(
  source: Uint8Array | string,
  log: VerifierKey,
  witnesses: readonly VerifierKey[] = [],
): OpenedCheckpoint {
  const note = parseNote(source);
  const checkpoint = parseCheckpoint(note.text);
  if (checkpoint.origin !== log.name)
    throw new FormatError(`It is a checkpoint of ${checkpoint.origin}, not of ${log.name}.`);
  const signatures = verifyNote(note, [log, ...witnesses]);
  if (!signatures.some(({ key }) => key === log))
    throw new SignatureError(`It is not signed by ${keyLabel(log)}, but by witnesses only.`);
  return { ...checkpoint, text: note.text, signatures };
}

/** How many of the witnesses have cosigned it; only a cosignature says that nothing larger was seen before. */
export function cosigners({ signatures }: OpenedCheckpoint, witnesses: readonly VerifierKey[]): number {
  const counted = signatures.filter(({ key }) => key.type === 'cosignature' && witnesses.includes(key));
  return new Set(counted.map(({ key }) => keyLabel(key))).size;
}

/** @param checkpoint opened with these witnesses. @throws SignatureError where too few have cosigned it */
export function requireQuorum(checkpoint: OpenedCheckpoint, { witnesses = [], quorum = 0 }: Quorum): void {
  const found = cosigners(checkpoint, witnesses);
  if (found < quorum)
    throw new SignatureError(`${found} of the witnesses have cosigned, and ${quorum} must.`);
}
