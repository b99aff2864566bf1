import { setTimeout as sleep } from 'node:timers/promises';
import type { Figure } from '../figure.js';
import { rounded } from '../maths.js';
import type { Site } from '../site.js';

/** The 1,000,000 entries, where `growth` makes its 2,000,000 records. */
const entriesOf = (records: number): number => Math.ceil(records / 2);
/** Sealing that has not come to its end by then has stopped. */
const PATIENCE_MS = 300_000;

/** Entries as the hub writes them, in size and number. */
const makeEntries = `insert into stafett.audit_entry (id, entry)
  select uuidv7(), convert_to(json_build_object('act', 'record-received', 'commitment', encode(sha256(n::text::bytea), 'base64'),
    'day', '2026-11-24', 'id', gen_random_uuid(), 'v', 1)::text, 'UTF8') from generate_series(1, $1::int) n`;

export const auditSeal: Figure = {
  name: 'audit.seal',
  what: 'entries that get their places in the log, a million waiting, per second over floor',
  must: 5,
  aim: 5,
  async measure(bench) {
    const site = await bench.coldSite({ database: 'sealing' });
    const count = entriesOf(bench.options.records);
    const before = await bench.floorSlice();
    bench.say(`audit.seal: making ${count} entries`);
    await site.withoutHub(() => site.sql(makeEntries, [count]).then(() => undefined));
    bench.say('audit.seal');
    const perSecond = await sealingRate(site);
    const after = await bench.floorSlice();
    await bench.finish(site);
    return { perSecond: Math.round(perSecond), ratio: rounded(perSecond / ((before + after) / 2)) };
  },
};

/** From the first look at a hub that seals until all is under a checkpoint: the start of the hub does not count, what it did before does not either. */
async function sealingRate(site: Site): Promise<number> {
  const all = Number((await site.sql<{ n: string }>('select count(*) as n from stafett.audit_entry'))[0]?.n);
  const from = { size: await sealed(site), at: performance.now() };
  for (const until = from.at + PATIENCE_MS; performance.now() < until; await sleep(20)) {
    const size = await sealed(site);
    if (size >= all) return ((size - from.size) * 1000) / (performance.now() - from.at);
  }
  throw new Error(`${all} entries are not sealed after ${PATIENCE_MS / 1000} s`);
}

const sealed = async (site: Site): Promise<number> => {
  const [row] = await site.sql<{ size: string }>(
    'select coalesce((select size from stafett.audit_checkpoint order by size desc limit 1), 0) as size',
  );
  return Number(row?.size);
};
