import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { existsSync } from 'node:fs';
import { parse } from 'yaml';
import { isWrong, shape, type Config, type Setting } from './config.schema.js';

/** A start that must end, with one message for the operator. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** The project's folder: the nearest one upwards that has package.json (the built files lie one level deeper than the sources). */
export const projectFolder: string = (() => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
})();

/** The default's, for development. */
const INVENTED_COUNTY = 'config/directory/oppland.yaml';

/** An address with a user, and perhaps a password. */
const hasLogin = /:\/\/[^\s/"]*@/;

type Layer = { readonly from: string; readonly values: Record<string, Record<string, unknown>> };

/**
 * Reads default.yaml, the file in STAFETT_CONFIG and the environment, in this order, and checks every value.
 * @throws ConfigError that names the key, where its value came from and what is allowed
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const layers = [readLayer(join(projectFolder, 'config/default.yaml'))];
  if (env['STAFETT_CONFIG']) layers.push(readLayer(resolve(env['STAFETT_CONFIG'])));
  const production = env['NODE_ENV'] === 'production';

  const read: Record<string, Record<string, unknown>> = {};
  for (const [section, settings] of Object.entries(shape)) {
    const values: Record<string, unknown> = {};
    for (const [key, setting] of Object.entries(settings) as [string, Setting][]) {
      const [value, from] = lastGiven(layers, env, section, key, setting);
      const parsed = setting.read(value);
      if (isWrong(parsed)) {
        const text = JSON.stringify(value);
        const shown = setting.secret || hasLogin.test(text) ? 'the value (not shown)' : text;
        throw new ConfigError(
          `${section}.${key}: ${shown} from ${from} is not allowed. Allowed: ${setting.allowed}.`,
        );
      }
      values[key] = parsed;
    }
    read[section] = Object.freeze(values) as Record<string, unknown>;
  }
  return finish({
    ...(read as unknown as Omit<Config, 'environment'>),
    environment: production ? 'production' : 'development',
  });
}

function lastGiven(
  layers: Layer[],
  env: NodeJS.ProcessEnv,
  section: string,
  key: string,
  setting: Setting,
): [unknown, string] {
  if (setting.env) {
    const fromEnv = env[setting.env];
    if (fromEnv !== undefined && fromEnv !== '') return [fromEnv, `the environment variable ${setting.env}`];
  }
  for (const layer of [...layers].reverse()) {
    const values = layer.values[section];
    if (values && Object.hasOwn(values, key)) return [values[key], layer.from];
  }
  return [undefined, 'no file'];
}

function readLayer(path: string): Layer {
  let values: unknown;
  try {
    values = parse(readFileSync(path, 'utf8')) ?? {};
  } catch (cause) {
    throw new ConfigError(
      `${path}: cannot be read as YAML (${cause instanceof Error ? cause.message.split('\n')[0] : 'unknown'}).`,
    );
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw new ConfigError(`${path}: must be a list of sections.`);
  for (const [section, keys] of Object.entries(values as Record<string, unknown>)) {
    const known: Record<string, Setting> | undefined = Object.hasOwn(shape, section)
      ? shape[section as keyof typeof shape]
      : undefined;
    if (!known)
      throw new ConfigError(
        `${section}: no such section (in ${path}). Allowed: ${Object.keys(shape).join(', ')}.`,
      );
    if (typeof keys !== 'object' || keys === null)
      throw new ConfigError(
        `${section}: must hold keys (in ${path}). Allowed: ${Object.keys(known).join(', ')}.`,
      );
    for (const key of Object.keys(keys)) {
      if (!Object.hasOwn(known, key))
        throw new ConfigError(
          `${section}.${key}: no such key (in ${path}). Allowed: ${Object.keys(known).join(', ')}.`,
        );
    }
  }
  return { from: path, values: values as Layer['values'] };
}

/** Fills what follows from other settings, and refuses combinations that are unsafe in production. */
function finish(config: Config): Config {
  const absolute = (path: string): string => (isAbsolute(path) ? path : resolve(path));
  const data = absolute(config.process.data);
  const keys = config.process.keys ? absolute(config.process.keys) : join(data, 'keys');
  const publicUrl = config.http.publicUrl || `http://127.0.0.1:${config.http.port}`;
  if (config.environment === 'production') {
    const refuse = (key: string, why: string): never => {
      throw new ConfigError(`${key}: ${why} NODE_ENV is production.`);
    };
    if (!config.identity.jwksUri)
      refuse(
        'identity.jwksUri',
        'the development issuer is refused; give the address of the issuer’s keys (https).',
      );
    if (config.people.population !== 'real')
      refuse('people.population', 'synthetic youths are refused; allowed: real.');
    if (resolve(projectFolder, config.directory.file) === join(projectFolder, INVENTED_COUNTY))
      refuse(
        'directory.file',
        'the invented county is refused; give your own file, or an empty text to load with `stafett directory load`.',
      );
    const { faultAt, clockOffsetSeconds, sealing } = config.development;
    if (faultAt || clockOffsetSeconds || sealing === 'off')
      refuse(
        'development',
        'faults, a wrong clock and a log that is not sealed are refused; allowed: the defaults.',
      );
    if (!config.database.url) refuse('database.url', 'the embedded database is refused; give DATABASE_URL.');
  } else if (config.people.population !== 'synthetic') {
    throw new ConfigError(
      'people.population: real birth numbers are refused unless NODE_ENV is production. Allowed: synthetic.',
    );
  }
  const { quorum, witnesses } = config.log;
  if (quorum > witnesses.length)
    throw new ConfigError(
      `log.quorum: ${quorum} is more than there are in log.witnesses. Allowed: 0 to ${witnesses.length}.`,
    );
  return Object.freeze({
    ...config,
    http: Object.freeze({ ...config.http, publicUrl }),
    process: Object.freeze({ ...config.process, data, keys }),
  });
}
