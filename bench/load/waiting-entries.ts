import { setTimeout as sleep } from 'node:timers/promises';
import type { Site } from '../site.js';

const LOOK_MS = 20;

/** The issue's 1,000,000 entries, where `growth` makes its 2,000,000 records. */
export const entriesOf = (records: number): number => Math.ceil(records / 2);

/** A leaf as the hub writes them (RFC 8785), of an SQL act, moment and something unique; what it commits to is nothing. */
export const leafOf = (act: string, at: string, unique: string): string =>
  `convert_to('{"act":"' || ${act} || '","commitment":"' || translate(rtrim(encode(sha256(${unique}::text::bytea), 'base64'), '='), '+/', '-_')
    || '","day":"' || to_char(${at} at time zone 'UTC', 'YYYY-MM-DD') || '","id":"' || gen_random_uuid() || '","v":1}', 'UTF8')`;

const makeEntries = `insert into stafett.audit_entry (id, entry)
  select uuidv7(), ${leafOf(`'record-received'`, 'now()', 'n')} from generate_series(1, $1::int) n`;

/** Makes entries that wait for their places in the log. The hub must be stopped. */
export async function makeWaiting(site: Site, count: number): Promise<void> {
  await site.sql(makeEntries, [count]);
  await site.sql('checkpoint');
}

export async function entriesIn(site: Site): Promise<number> {
  const [row] = await site.sql<{ n: string }>('select count(*) as n from stafett.audit_entry');
  return Number(row?.n);
}

/** How many entries the newest checkpoint covers. */
export async function sealedIn(site: Site): Promise<number> {
  const [row] = await site.sql<{ size: string }>(
    'select coalesce((select size from stafett.audit_checkpoint order by size desc limit 1), 0) as size',
  );
  return Number(row?.size);
}

/** Waits until a checkpoint covers all that is there now. @throws where that takes longer than `patienceMs` */
export async function untilSealed(site: Site, patienceMs: number): Promise<void> {
  const all = await entriesIn(site);
  for (const until = performance.now() + patienceMs; (await sealedIn(site)) < all; await sleep(LOOK_MS))
    if (performance.now() > until)
      throw new Error(`${all} entries are not sealed after ${Math.round(patienceMs / 1000)} s`);
}
