import { randomBytes, timingSafeEqual } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hmacSha256 } from '../common/hmac.js';
import type { Config } from '../config/config.schema.js';
import { ConfigError } from '../config/load.js';

const KEY_BYTES = 32;
const developmentMark = 'development:';

/**
 * The hub's root keys, read once from key files: `encryption-<id>.key` (key-encryption keys; the last id wraps new data
 * keys, the others still open old ones), `index.key` (root of blind indexes, content hashes, cursors and the log's
 * controller salts) and `log.key` (the Ed25519 seed that signs the log's checkpoints). They are different secrets: who holds
 * only one can neither read bodies nor look up numbers with it, nor sign another log.
 */
export interface Keyring {
  readonly activeKek: string;
  readonly keks: ReadonlyMap<string, Buffer>;
  readonly indexRoot: Buffer;
  /** RFC 8032 section 5.1.5. */
  readonly logSeed: Buffer;
}

/**
 * Reads the key files; outside production, makes the missing ones and marks them as development keys.
 * @throws ConfigError where a file is missing, malformed, or a development key in production
 */
export function loadKeyring(config: Config): Keyring {
  const folder = config.process.keys;
  const production = config.environment === 'production';
  if (!production) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    makeMissing(folder, 'encryption-1.key');
    makeMissing(folder, 'index.key');
    makeMissing(folder, 'log.key');
  }
  const keks = new Map<string, Buffer>();
  for (const file of list(folder)) {
    const id = /^encryption-(\d{1,9})\.key$/.exec(file)?.[1];
    if (id) keks.set(id, readKey(join(folder, file), production));
  }
  const ids = [...keks.keys()].sort((a, b) => Number(a) - Number(b));
  const activeKek = ids.at(-1);
  if (!activeKek)
    throw new ConfigError(
      `process.keys: ${folder} has no encryption-<number>.key. Put one there: 32 random bytes in base64.`,
    );
  return {
    activeKek,
    keks,
    indexRoot: readKey(join(folder, 'index.key'), production),
    logSeed: readKey(join(folder, 'log.key'), production),
  };
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    throw new ConfigError(
      `process.keys: ${folder} cannot be read. It must hold encryption-<number>.key, index.key and log.key.`,
    );
  }
}

function readKey(path: string, production: boolean): Buffer {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch {
    throw new ConfigError(
      `process.keys: ${path} cannot be read. Put a key there: 32 random bytes in base64.`,
    );
  }
  if (production && text.startsWith(developmentMark)) {
    throw new ConfigError(
      `process.keys: ${path} is a development key, refused because NODE_ENV is production. Put a key of your own there.`,
    );
  }
  const key = Buffer.from(text.replace(developmentMark, ''), 'base64');
  if (key.length !== KEY_BYTES) throw new ConfigError(`process.keys: ${path} must hold 32 bytes in base64.`);
  return key;
}

/** Two processes may start at once: the file is linked into place whole, and the first one there stays. */
function makeMissing(folder: string, name: string): void {
  const path = join(folder, name);
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, `${developmentMark}${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600 });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
}

const noSalt = Buffer.alloc(KEY_BYTES);

/**
 * HKDF-SHA-256 (RFC 5869) without salt: 32 bytes for one use, named by `info`. One block of output is two HMACs, which cost
 * 3 µs where Node's hkdfSync takes 13; a test compares the two.
 */
export const derive = (root: Buffer, info: string): Buffer =>
  hmacSha256(hmacSha256(noSalt, root), `${info}\u0001`);

/** What the database keeps to recognise a key by, one line a key: a MAC that tells nothing of it. */
export function checkValues(keyring: Keyring): Map<string, Buffer> {
  const mac = (key: Buffer): Buffer => hmacSha256(key, 'stafett key check v1');
  const values = new Map([
    ['index', mac(keyring.indexRoot)],
    ['log', mac(keyring.logSeed)],
  ]);
  for (const [id, key] of keyring.keks) values.set(`encryption-${id}`, mac(key));
  return values;
}

export const sameBytes = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);
