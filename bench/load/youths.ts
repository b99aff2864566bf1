import { syntheticYouths } from '../../src/cli/youths.js';
import { systemClock } from '../../src/common/clock.js';
import type { ControllerId } from '../../src/common/ids.js';
import { loadConfig } from '../../src/config/load.js';
import { openApp } from '../../src/database/data-source.js';
import { withTx } from '../../src/database/tx.js';
import { loadKeyring } from '../../src/vault/keyring.js';
import { VaultService } from '../../src/vault/vault.service.js';
import { YouthsService } from '../../src/vault/youths.service.js';
import type { Postgres } from '../hub/postgres.js';

/** As many as intake makes at once under load, and transactions at the same time. */
const BATCH = 500;
const AT_ONCE = 3;

/** Has the hub's own vault make youths: their keys open, and their numbers are found. The youths are the same for every controller. */
export async function makeYouths(
  postgres: Postgres,
  database: string,
  controllerId: ControllerId,
  count: number,
): Promise<void> {
  const config = loadConfig({ STAFETT_DATA: postgres.folder });
  const db = await openApp(postgres.url(database), config.database);
  try {
    const youths = new YouthsService(new VaultService(loadKeyring(config), db), systemClock);
    const fresh = someYouths(count);
    const work = async (): Promise<void> => {
      for (let batch = [...take(fresh)]; batch.length > 0; batch = [...take(fresh)])
        await withTx(db, (tx) =>
          youths.ensure(
            tx,
            batch.map((identity) => ({ controllerId, identity })),
            'look',
          ),
        );
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    await db.destroy();
  }
}

/** The first ones that makeYouths() makes. */
export const someYouths = (count: number): ReturnType<typeof syntheticYouths> =>
  syntheticYouths(count, 1, new Date(), []);

function* take<T>(from: Iterator<T>): Generator<T> {
  for (let i = 0; i < BATCH; i += 1) {
    const { value, done } = from.next();
    if (done) return;
    yield value;
  }
}
