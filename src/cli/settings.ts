import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { decodeJwt } from 'jose';
import { scopes as allScopes, type Scope } from '../common/access.js';
import { isOrgNumber, type OrgNumber } from '../common/ids.js';
import type { Config } from '../config/config.schema.js';
import { loadConfig, projectFolder } from '../config/load.js';
import {
  DirectoryFileError,
  parseDirectory,
  utf8Of,
  type DirectoryFile,
} from '../directory/directory.file.js';
import { isScope } from '../identity/scopes.js';
import { consumer } from '../identity/token.claims.js';
import { CommandError } from './command-error.js';
import { HubClient } from './hub-client.js';

/** The settings that the hub of this folder and environment has. @throws ConfigError */
export const settings = (): Config => loadConfig();

export function orgNumberFrom(text: string): OrgNumber {
  if (isOrgNumber(text)) return text;
  throw new CommandError(
    `"${text}" is no organisation number: nine digits, the last a check digit. "stafett agencies" lists those that take part.`,
  );
}

export function scopesFrom(text: string): Scope[] {
  const named = text.split(/\s+/).filter(Boolean);
  const unknown = named.find((scope) => !isScope(scope));
  if (unknown === undefined && named.length > 0) return named.filter(isScope);
  throw new CommandError(
    `${unknown === undefined ? 'No scope is given' : `"${unknown}" is no scope`}. Scopes: ${allScopes.join(', ')}.`,
  );
}

/**
 * A client for the agency that was named, or for the first county of the directory file. It asks for every scope; the hub lets
 * those count that the agency's kind may hold.
 */
export function clientFor(config: Config, agency: string | undefined): HubClient {
  const orgNumber = agency === undefined ? firstCounty(config) : orgNumberFrom(agency);
  return new HubClient(config, orgNumber, allScopes);
}

/** A client with a token that someone was given: for the agency that stands in it. @throws CommandError */
export function clientWith(config: Config, token: string): HubClient {
  try {
    return new HubClient(config, consumer(decodeJwt(token)['consumer']), [], token);
  } catch {
    throw new CommandError(
      'The token is no access token of an organisation. It is also read from STAFETT_TOKEN.',
    );
  }
}

function firstCounty(config: Config): OrgNumber {
  const county = directoryOf(config)?.agencies.find(({ kind }) => kind === 'county');
  if (county) return county.orgNumber;
  throw new CommandError(
    'The settings name no directory file with a county to ask as (directory.file). Say it with --agency ORGNR.',
  );
}

/** The directory file of the settings, or undefined where they name none. @throws CommandError where it cannot be used */
export function directoryOf({ directory }: Config): DirectoryFile | undefined {
  return directory.file ? readDirectory(resolve(projectFolder, directory.file)) : undefined;
}

/** @throws CommandError in one line, with everything that is wrong with the file */
export function readDirectory(path: string): DirectoryFile {
  let text: string;
  try {
    text = utf8Of(readFileSync(path));
  } catch (error) {
    throw new CommandError(
      `${path} cannot be read (${(error as NodeJS.ErrnoException).code}). Give a directory file in UTF-8, as docs/directory.md describes it.`,
    );
  }
  try {
    return parseDirectory(text);
  } catch (error) {
    if (!(error instanceof DirectoryFileError)) throw error;
    throw new CommandError(`${path} cannot be used: ${error.message.replaceAll('\n', '; ')}`);
  }
}
