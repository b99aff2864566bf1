import type { DataSource } from 'typeorm';
import { withoutTx, statement } from './tx.js';

const writable = statement(
  'writable',
  `select not current_setting('transaction_read_only')::boolean as "takesWrites"`,
);

/** Whether the server writes. After a switch to a standby it may answer, and only read. @throws Problem unavailable where it does not answer */
export async function takesWrites(db: DataSource): Promise<boolean> {
  const [row] = await withoutTx(db).query<{ takesWrites: boolean }>(writable);
  return row?.takesWrites ?? false;
}
