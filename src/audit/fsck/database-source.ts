import type { DataSource } from 'typeorm';
import { withTx } from '../../database/tx.js';
import { checkpointsAfter, publishedCheckpoint } from '../serve/log.sql.js';
import { IncompleteTile, isHashTile, readBundle, readTile } from '../serve/log.service.js';
import { SourceError, type LogSource } from '../verify/source.js';

const PAGE = 500;

/** The log as the database keeps it, for the verifier: past the service, so that what is missing is seen as missing. */
export function databaseSource(db: DataSource): LogSource {
  return {
    checkpoint: () =>
      withTx(db, async (tx) => {
        const [row] = await tx.query<{ note: string }>(publishedCheckpoint);
        if (row) return Buffer.from(row.note);
        throw new SourceError('The database has no checkpoint yet: there is no log to check.');
      }),
    tile: (name) =>
      withTx(db, async (tx) => {
        try {
          const bytes = await (isHashTile(name) ? readTile(tx, name) : readBundle(tx, name));
          return { bytes, width: name.width };
        } catch (error) {
          if (error instanceof IncompleteTile) return undefined;
          throw error;
        }
      }),
    async *checkpoints() {
      for (let after = -1, more = true; more;) {
        const from = after;
        const rows = await withTx(db, (tx) =>
          tx.query<{ size: string; note: string }>(checkpointsAfter, [from, PAGE]),
        );
        for (const { size, note } of rows) {
          after = Number(size);
          yield { name: `checkpoint ${size}`, note, size: after };
        }
        more = rows.length === PAGE;
      }
    },
  };
}
