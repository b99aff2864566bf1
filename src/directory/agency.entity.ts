import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AgencyKind } from '../common/access.js';
import type { AgencyId, ControllerId, OrgNumber } from '../common/ids.js';

/** An organisation that takes part. Never deleted: records and the log refer to it. */
@Entity({ schema: 'stafett', name: 'agency' })
export class AgencyEntity {
  @PrimaryColumn({ type: 'uuid' })
  id: AgencyId;

  @Column({ name: 'org_number', type: 'char', length: 9, unique: true })
  orgNumber: OrgNumber;

  @Column({ type: 'text' })
  kind: AgencyKind;

  @Column({ type: 'text' })
  name: string;

  @Column({ name: 'unit_code', type: 'text', nullable: true })
  unitCode: string | null;

  @Column({ type: 'char', length: 2 })
  county: string;

  @Column({ type: 'char', length: 4, nullable: true })
  municipality: string | null;

  @Column({ name: 'region_id', type: 'uuid', nullable: true })
  regionId: string | null;

  @Column({ name: 'controller_id', type: 'uuid' })
  controllerId: ControllerId;

  @Column({ name: 'second_controller_id', type: 'uuid', nullable: true })
  secondControllerId: ControllerId | null;

  @Column({ type: 'text', nullable: true })
  coordinator: string | null;

  @Column({ type: 'boolean' })
  active: boolean;
}
