import type { DataSource } from 'typeorm';
import { withTx } from '../../database/tx.js';
import { bundle, checkpointsAfter, publishedCheckpoint } from '../serve/log.sql.js';
import { readTile } from '../serve/log.service.js';
import { SourceError, type LogSource } from '../verify/source.js';
import { encodeBundle, TILE_WIDTH } from '../verify/tiles.js';

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
    tile: ({ level, index, width }) =>
      withTx(db, async (tx) => {
        if (level !== 'entries') {
          const bytes = await readTile(tx, { level, index, width }).catch(() => undefined);
          return bytes && { bytes, width };
        }
        const from = index * TILE_WIDTH;
        const rows = await tx.query<{ entry: Buffer }>(bundle, [from, from + width]);
        return rows.length === width
          ? { bytes: encodeBundle(rows.map(({ entry }) => entry)), width }
          : undefined;
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
