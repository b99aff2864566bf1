import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { base64, FormatError, utf8 } from './text.js';

/** Signed notes (C2SP signed-note), with the Ed25519 signature types of a log and of a witness (C2SP tlog-cosignature). */

/** 0x01 signs the note's text; 0x04 (cosignature/v1) signs a time and a checkpoint's text. */
export const signatureTypes = { note: 0x01, cosignature: 0x04 } as const;
export type SignatureType = keyof typeof signatureTypes;

export interface VerifierKey {
  readonly name: string;
  readonly type: SignatureType;
  /** The first four bytes of SHA-256(name ‖ "\n" ‖ type ‖ public key), big-endian. */
  readonly id: number;
  /** 32 bytes, raw. */
  readonly publicKey: Buffer;
}

export interface SignerKey extends VerifierKey {
  readonly privateKey: KeyObject;
}

export interface NoteSignature {
  readonly name: string;
  readonly keyId: number;
  /** What follows the key id. */
  readonly signature: Buffer;
  /** As it stood, without its newline. */
  readonly line: string;
}

export interface Note {
  /** What is signed, with its last newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export interface VerifiedSignature {
  readonly key: VerifierKey;
  readonly line: string;
  /** When a witness signed, in seconds since 1970; only cosignatures say it. */
  readonly timestamp?: number;
}

/** A note that none of the known keys signed, or one with a signature of a known key that is wrong. */
export class SignatureError extends Error {
  override readonly name = 'SignatureError';
}

/** The specification asks for 16 at least; more than 100 cost the reader more than they can tell. */
const MOST_SIGNATURES = 100;
const MOST_BYTES = 1_000_000;
/** RFC 8410: what DER puts before the 32 raw bytes. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const TIMESTAMP_BYTES = 8;

/** @throws FormatError */
export function parseNote(source: Uint8Array | string): Note {
  if (source.length > MOST_BYTES) throw new FormatError(`A note has at most ${MOST_BYTES} bytes.`);
  const note = utf8(source);
  if (/[\0-\x09\x0b-\x1f]/.test(note))
    throw new FormatError('A note has no control characters but newlines.');
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n'))
    throw new FormatError('A note is a text, an empty line and signatures, each line with its newline.');
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > MOST_SIGNATURES)
    throw new FormatError(`A note has at most ${MOST_SIGNATURES} signatures.`);
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignature) };
}

export const formatNote = (text: string, lines: readonly string[]): string =>
  `${text}\n${lines.map((line) => `${line}\n`).join('')}`;

/** @throws FormatError. Public for the answer of a witness, which is such lines alone. */
export function parseSignature(line: string): NoteSignature {
  const [dash, name, encoded, ...more] = line.split(' ');
  if (dash !== '—' || name === undefined || encoded === undefined || more.length > 0 || !isKeyName(name))
    throw new FormatError('A signature line is "— <name> <base64>".');
  const blob = base64(encoded, 'A signature');
  if (blob.length < 5) throw new FormatError('A signature is shorter than its key id.');
  return { name, keyId: blob.readUInt32BE(0), signature: blob.subarray(4), line };
}

/**
 * Checks every signature by one of these keys; those of others are passed over.
 * @returns the valid ones, in the note's order
 * @throws SignatureError where one of a known key is wrong, or no known key signed
 */
export function verifyNote(note: Note, keys: readonly VerifierKey[]): VerifiedSignature[] {
  const valid = note.signatures.flatMap((signature) => {
    const [key, twin] = keys.filter(({ name, id }) => name === signature.name && id === signature.keyId);
    if (!key) return [];
    if (twin) throw new SignatureError(`Two known keys are called ${key.name} and have the same id.`);
    return [verifyOne(note.text, signature, key)];
  });
  if (valid.length === 0)
    throw new SignatureError(
      `It is not signed by ${keys.map(keyLabel).join(', ') || 'anyone known'}, but by ${note.signatures.map(({ name, keyId }) => `${name}+${hex8(keyId)}`).join(', ')}.`,
    );
  return valid;
}

function verifyOne(text: string, { signature, line }: NoteSignature, key: VerifierKey): VerifiedSignature {
  const wrong = new SignatureError(`The signature of ${keyLabel(key)} is wrong.`);
  const publicKey = keyObject(key);
  if (key.type === 'note') {
    if (signature.length !== SIGNATURE_BYTES || !verify(null, Buffer.from(text), publicKey, signature))
      throw wrong;
    return { key, line };
  }
  if (signature.length !== TIMESTAMP_BYTES + SIGNATURE_BYTES) throw wrong;
  const timestamp = Number(signature.readBigUInt64BE(0));
  const signed = cosigned(text, timestamp);
  if (
    !Number.isSafeInteger(timestamp) ||
    !verify(null, signed, publicKey, signature.subarray(TIMESTAMP_BYTES))
  )
    throw wrong;
  return { key, line, timestamp };
}

/** Reading a key costs as much as a quarter of a check; a log keeps a checkpoint a second. */
const keyObjects = new WeakMap<VerifierKey, KeyObject>();

function keyObject(key: VerifierKey): KeyObject {
  const der = { key: Buffer.concat([SPKI_PREFIX, key.publicKey]), format: 'der', type: 'spki' } as const;
  const object = keyObjects.get(key) ?? createPublicKey(der);
  keyObjects.set(key, object);
  return object;
}

/** A signature line, without its newline, for a text that ends with one. */
export function signNote(text: string, key: SignerKey): string {
  if (key.type !== 'note') throw new TypeError(`${keyLabel(key)} is a key for cosignatures.`);
  return lineOf(key, sign(null, Buffer.from(signable(text)), key.privateKey));
}

/**
 * A cosignature/v1 line: "I know of no larger tree of this log that is consistent with all I saw before".
 * @param text of the checkpoint, without signatures
 * @param timestamp seconds since 1970
 */
export function cosign(text: string, key: SignerKey, timestamp: number): string {
  if (key.type !== 'cosignature') throw new TypeError(`${keyLabel(key)} is no key for cosignatures.`);
  const time = Buffer.alloc(TIMESTAMP_BYTES);
  time.writeBigUInt64BE(BigInt(timestamp));
  return lineOf(key, time, sign(null, cosigned(signable(text), timestamp), key.privateKey));
}

const cosigned = (text: string, timestamp: number): Buffer =>
  Buffer.from(`cosignature/v1\ntime ${timestamp}\n${text}`);

function lineOf(key: SignerKey, ...parts: readonly Buffer[]): string {
  const id = Buffer.alloc(4);
  id.writeUInt32BE(key.id);
  return `— ${key.name} ${Buffer.concat([id, ...parts]).toString('base64')}`;
}

function signable(text: string): string {
  if (text.endsWith('\n') && text.isWellFormed() && !/[\0-\x09\x0b-\x1f]/.test(text)) return text;
  throw new FormatError('What is signed ends with a newline and has no other control characters.');
}

/** @throws FormatError where the name or the key is none */
export function verifierKey(name: string, type: SignatureType, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name)) throw new FormatError('A key’s name is not empty and has no spaces and no "+".');
  if (publicKey.length !== KEY_BYTES) throw new FormatError('An Ed25519 public key has 32 bytes.');
  const id = createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.of(signatureTypes[type]))
    .update(publicKey)
    .digest()
    .readUInt32BE(0);
  return { name, type, id, publicKey: Buffer.from(publicKey) };
}

/** `<name>+<id, 8 hex>+<base64(type ‖ public key)>`. The base64 may have a "+" too. @throws FormatError */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name = '', id, encoded = ''] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/.exec(text) ?? [];
  const { type, bytes } = typed(encoded, 'A verifier key');
  const key = verifierKey(name, type, bytes);
  if (hex8(key.id) !== id) throw new FormatError('The id in a verifier key is not that of its name and key.');
  return key;
}

export const formatVerifierKey = ({ name, type, id, publicKey }: VerifierKey): string =>
  `${name}+${hex8(id)}+${Buffer.of(signatureTypes[type], ...publicKey).toString('base64')}`;

/** @param seed the 32 bytes of RFC 8032 */
export function signerKey(name: string, type: SignatureType, seed: Uint8Array): SignerKey {
  if (seed.length !== KEY_BYTES) throw new FormatError('An Ed25519 seed has 32 bytes.');
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey(privateKey)
    .export({ format: 'der', type: 'spki' })
    .subarray(SPKI_PREFIX.length);
  return { ...verifierKey(name, type, publicKey), privateKey };
}

export function newSignerKey(name: string, type: SignatureType): SignerKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  return signerKey(name, type, seedOf(privateKey));
}

/** `PRIVATE+KEY+<name>+<id>+<base64(type ‖ seed)>`, as golang.org/x/mod/sumdb/note has it. @throws FormatError */
export function parseSignerKey(text: string): SignerKey {
  const [, name = '', id, encoded = ''] = /^PRIVATE\+KEY\+([^+]*)\+([0-9a-f]{8})\+(.*)$/.exec(text) ?? [];
  const { type, bytes } = typed(encoded, 'A signer key');
  const key = signerKey(name, type, bytes);
  if (hex8(key.id) !== id) throw new FormatError('The id in a signer key is not that of its name and key.');
  return key;
}

export const formatSignerKey = ({ name, type, id, privateKey }: SignerKey): string =>
  `PRIVATE+KEY+${name}+${hex8(id)}+${Buffer.of(signatureTypes[type], ...seedOf(privateKey)).toString('base64')}`;

/** Name and id, as people compare them. */
export const keyLabel = ({ name, id }: VerifierKey): string => `${name}+${hex8(id)}`;

function typed(encoded: string, what: string): { type: SignatureType; bytes: Buffer } {
  const bytes = base64(encoded, what);
  const type = (Object.keys(signatureTypes) as SignatureType[]).find((t) => signatureTypes[t] === bytes[0]);
  if (!type) throw new FormatError(`${what} is "<name>+<id>+<base64>" of type 0x01 or 0x04 (Ed25519).`);
  return { type, bytes: bytes.subarray(1) };
}

const seedOf = (key: KeyObject): Buffer =>
  key.export({ format: 'der', type: 'pkcs8' }).subarray(PKCS8_PREFIX.length);

const hex8 = (id: number): string => id.toString(16).padStart(8, '0');

const isKeyName = (name: string): boolean => /^[^\p{White_Space}+]+$/u.test(name) && name.isWellFormed();
