import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AgencyId, ConsentId, ControllerId, YouthId } from '../common/ids.js';
import type { Day } from '../common/days.js';

/** A release from confidentiality as the database keeps it. Purpose and signers are sealed under the youth's key. */
@Entity({ schema: 'stafett', name: 'consent' })
export class ConsentEntity {
  @PrimaryColumn({ type: 'uuid' })
  id: ConsentId;

  @Column({ type: 'uuid', name: 'controller_id' })
  controllerId: ControllerId;

  @Column({ type: 'uuid', name: 'youth_id' })
  youthId: YouthId;

  @Column({ type: 'uuid', name: 'from_agency_id', nullable: true })
  fromAgencyId: AgencyId | null;

  @Column({ type: 'uuid', name: 'to_agency_id', nullable: true })
  toAgencyId: AgencyId | null;

  @Column({ type: 'uuid', name: 'to_controller_id', nullable: true })
  toControllerId: ControllerId | null;

  @Column({ type: 'text', name: 'record_types', array: true })
  recordTypes: string[];

  @Column({ type: 'text', array: true })
  categories: string[];

  @Column({ type: 'timestamptz', name: 'valid_from' })
  validFrom: Date;

  @Column({ type: 'date', name: 'valid_until' })
  validUntil: Day;

  @Column({ type: 'text' })
  state: 'given' | 'withdrawn';

  @Column({ type: 'bytea' })
  sealed: Buffer;

  @Column({ type: 'uuid', name: 'registered_by' })
  registeredBy: AgencyId;

  @Column({ type: 'timestamptz', name: 'registered_at' })
  registeredAt: Date;

  @Column({ type: 'timestamptz', name: 'withdrawn_at', nullable: true })
  withdrawnAt: Date | null;
}
