import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isScope, scopesOfKind } from '../identity/scopes.js';
import type { AgencyKind, Scope } from '../common/access.js';
import { isOrgNumber, type OrgNumber } from '../common/ids.js';
import type { Config } from '../config/config.schema.js';
import { loadConfig, projectFolder } from '../config/load.js';
import { parseDirectory } from '../directory/directory.file.js';
import { CommandError } from './command-error.js';
import { HubClient } from './hub-client.js';

/** Lets other settings than the hub's own stand, but not its log: a command prints what it was asked for. */
export const settings = (): Config => loadConfig();

export function orgNumberFrom(text: string): OrgNumber {
  if (isOrgNumber(text)) return text;
  throw new CommandError(
    `"${text}" is no organisation number: nine digits with a valid check digit. "stafett agencies" lists those that take part.`,
  );
}

export function scopesFrom(text: string): Scope[] {
  return text
    .split(/\s+/)
    .filter(Boolean)
    .map((scope) => {
      if (isScope(scope)) return scope;
      throw new CommandError(`"${scope}" is no scope. Scopes: ${[...scopesOfKind('county')].join(', ')}.`);
    });
}

/** A client for a county of the directory file, or for the agency that was named. */
export function clientFor(
  config: Config,
  agency: string | undefined,
  kind: AgencyKind = 'county',
): HubClient {
  const orgNumber = agency === undefined ? firstOfKind(config, kind) : orgNumberFrom(agency);
  return new HubClient(config, orgNumber, [...scopesOfKind('county')]);
}

function firstOfKind({ directory }: Config, kind: AgencyKind): OrgNumber {
  const path = resolve(projectFolder, directory.file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new CommandError(
      'The settings name no directory file that says who to ask as. Say it with --agency ORGNR.',
    );
  }
  const found = parseDirectory(text).agencies.find((agency) => agency.kind === kind);
  if (!found)
    throw new CommandError(`${path} has no agency of kind ${kind}. Say who to ask as with --agency ORGNR.`);
  return found.orgNumber;
}
