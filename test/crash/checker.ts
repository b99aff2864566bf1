import { parseArgs } from 'node:util';
import { judge } from './checker/judge.js';
import { readNotes } from './checker/notes.js';
import { collect, settled } from './checker/views.js';
import { Api, type Address } from './support/api.js';

export interface Checked {
  /** Empty where every promise was kept. */
  readonly faults: readonly string[];
  readonly records: number;
  readonly transfers: number;
}

/**
 * Whether a hub kept its promises to the clients whose notes lie in a folder. Reads those notes and the public API, and
 * nothing else: no table, no log, no queue.
 */
export async function check(
  folder: string,
  hub: Address,
  { keys, auditor }: { readonly keys: string; readonly auditor: string },
): Promise<Checked> {
  const apis = new Map<string, Api>();
  const apiOf = (agency: string): Api => {
    const api = apis.get(agency) ?? new Api(keys, agency);
    apis.set(agency, api);
    return api;
  };
  const before = readNotes(folder);
  const waiting = await settled(hub, apiOf, new Set(before.senders.map(({ agency }) => agency)));
  const views = await collect(hub, apiOf, auditor, before, folder);
  const faults = [
    ...(waiting > 0 ? [`lost: ${waiting} records still wait for dispatch`] : []),
    ...judge(readNotes(folder), views),
  ];
  const records = [...views.outboxes.values()].flat();
  return { faults, records: records.length, transfers: records.flatMap(({ transfers }) => transfers).length };
}

/** `node --import ./test/support/typescript.mjs test/crash/checker.ts NOTES URL --keys FOLDER --auditor ORGNR` */
async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      keys: { type: 'string', default: '.stafett/keys' },
      auditor: { type: 'string', default: '310100013' },
    },
  });
  const [folder, url] = positionals;
  if (folder === undefined || url === undefined)
    throw new Error('give the folder of notes and the hub’s address');
  const { faults, records, transfers } = await check(folder, { url, offsetSeconds: 0 }, values);
  for (const fault of faults) console.error(fault);
  console.log(`${records} records, ${transfers} transfers, ${faults.length} faults`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

if (process.argv[1]?.endsWith('checker.ts')) await main();
