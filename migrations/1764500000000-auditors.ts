import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What nearly all entries are: four of each record that arrives. In the words of the partial indexes below. */
const COMMON = `('record-received', 'transfer-available', 'transfer-disclosed', 'transfer-acknowledged')`;

/**
 * An index for each question of the auditors that no other index leads to (src/audit/questions/).
 * Locks: SHARE on entry_detail, one index after the other: what is read goes on, and what is to be written waits, for about
 * 15 s per 10,000,000 entries and agency index; the others hold next to nothing. Not `concurrently`, which no transaction can
 * do: on a large hub make the same indexes by hand before, with these names, and this one finds them.
 *
 * entry_detail is the hottest table of the hub: four rows a record, about 40 µs each. The two agency indexes are the only ones
 * that those four rows enter (seven index entries a record, at 2 to 5 µs); all others leave the common acts out, so that they
 * cost a look at the predicate.
 */
export class Auditors1764500000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const [name, definition] of Object.entries(indexes))
      await db.query(`create index if not exists ${name} on stafett.entry_detail ${definition}`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only. Restore a backup to go back.'));
  }
}

const indexes = {
  entry_by_agency: `(agency_id, id) where agency_id is not null`,
  entry_by_other_agency: `(other_agency_id, id) where other_agency_id is not null`,
  entry_by_person: `(person, id) where person is not null`,
  entry_by_people: `(controller_id, id) where person is not null`,
  entry_by_other_people: `(other_controller_id, id) where person is not null and other_controller_id is not null`,
  entry_by_act: `(controller_id, act, id) where act not in ${COMMON}`,
  entry_by_other_act: `(other_controller_id, act, id) where act not in ${COMMON} and other_controller_id is not null`,
  entry_of_hub: `(id) where controller_id is null and other_controller_id is null`,
};
