import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.js';
import { developmentIssuer } from '../../src/identity/development-keys.js';

const NAME = 'issuer.jwk.json';
const folderOfRun = (server: string): string => join(server, 'keys');

/** The development issuer's key of the whole run: an RSA key takes 0.3 s of CPU to make, and nothing hangs on a hub having its own. */
export async function makeIssuerKey(server: string): Promise<void> {
  await developmentIssuer(loadConfig({ STAFETT_DATA: server }));
}

/** Puts that key where a hub looks for its own, unless it has one. */
export function giveIssuerKey(keys: string): void {
  if (existsSync(join(keys, NAME))) return;
  mkdirSync(keys, { recursive: true, mode: 0o700 });
  copyFileSync(join(folderOfRun(process.env['STAFETT_TEST_FOLDER'] ?? ''), NAME), join(keys, NAME));
}
