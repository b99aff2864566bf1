import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calculateJwkThumbprint, importJWK, type CryptoKey, type JWK } from 'jose';
import type { Config } from '../config/config.schema.js';
import { ConfigError } from '../config/load.js';

/** A key pair of the development issuer, or of the clients that ask it for tokens. */
export interface DevelopmentKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** Whether the hub gives out tokens itself: never in production, and never beside another issuer. */
export const issuesTokens = ({ environment, identity }: Pick<Config, 'environment' | 'identity'>): boolean =>
  environment !== 'production' && identity.jwksUri === '';

type Where = Pick<Config, 'environment' | 'identity'> & { readonly process: { readonly keys: string } };

/** The key that signs development tokens. */
export const developmentIssuer = (config: Where): Promise<DevelopmentKey> =>
  developmentKey(config, 'issuer.jwk.json');

/** The key that every development client signs its assertions with. */
export const developmentClient = (config: Where): Promise<DevelopmentKey> =>
  developmentKey(config, 'client.jwk.json');

async function developmentKey(config: Where, name: string): Promise<DevelopmentKey> {
  if (!issuesTokens(config)) {
    throw new ConfigError(
      'The development issuer is refused in production and where identity.jwksUri names another issuer.',
    );
  }
  const path = join(config.process.keys, name);
  const jwk = read(path) ?? (make(config.process.keys, path), read(path));
  const { kty, n, e } = jwk ?? {};
  if (!jwk || kty !== 'RSA' || !n || !e || !jwk.d) {
    throw new ConfigError(
      `process.keys: ${path} must hold an RSA private key as a JWK. Remove it to have one made.`,
    );
  }
  const kid = await calculateJwkThumbprint({ kty, n, e });
  const publicJwk: JWK = { kty, n, e, kid, alg: 'RS256', use: 'sig' };
  const [privateKey, publicKey] = await Promise.all([importKey(jwk), importKey(publicJwk)]);
  return { kid, privateKey, publicKey, publicJwk };
}

async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, 'RS256');
  if (key instanceof Uint8Array) throw new ConfigError('process.keys: a development key is not an RSA key.');
  return key;
}

function read(path: string): JWK | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ConfigError(`process.keys: ${path} cannot be read.`);
  }
  try {
    return JSON.parse(text) as JWK;
  } catch {
    throw new ConfigError(`process.keys: ${path} is not JSON. Remove it to have a key made.`);
  }
}

/** Two processes may start at once: the file is linked into place whole, and the first one there stays. */
function make(folder: string, path: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const draft = `${path}.${randomUUID()}.new`;
  writeFileSync(draft, `${JSON.stringify(privateKey.export({ format: 'jwk' }))}\n`, {
    mode: 0o600,
    flag: 'wx',
  });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
}
