import { shape, type Config, type Setting } from '../config/config.schema.js';

/** What each process has for itself, or what says where something is and not what the hub does. */
const ofTheProcess = new Set(['process', 'database', 'development']);
const ofTheMachine = new Set(['http.port', 'http.host', 'http.publicUrl', 'queue.url']);

/** The settings that the hub as a whole works by, each as `section.key=<JSON>`, in their order. No secret is among them. */
export function settingsInForce(config: Config): string[] {
  return Object.entries(shape).flatMap(([section, keys]) =>
    Object.entries(keys as Record<string, Setting>).flatMap(([key, setting]) => {
      const name = `${section}.${key}`;
      if (ofTheProcess.has(section) || ofTheMachine.has(name) || setting.secret) return [];
      const value = (config[section as keyof Config] as unknown as Record<string, unknown>)[key];
      return [`${name}=${JSON.stringify(value)}`];
    }),
  );
}

/** Names of the settings that differ, or are in one of the lists only. */
export function changedSettings(before: readonly string[], now: readonly string[]): string[] {
  const [old, fresh] = [new Set(before), new Set(now)];
  const differing = [...before.filter((one) => !fresh.has(one)), ...now.filter((one) => !old.has(one))];
  return [...new Set(differing.map((one) => one.slice(0, one.indexOf('='))))].sort();
}
