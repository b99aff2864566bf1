import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Day } from '../common/days.js';
import type { ControllerId, OrgNumber } from '../common/ids.js';
import type { ControllerKind } from './directory.entries.js';

/** A legal person that answers for its agencies' data. */
@Entity({ schema: 'stafett', name: 'controller' })
export class ControllerEntity {
  @PrimaryColumn({ type: 'uuid' })
  id: ControllerId;

  @Column({ name: 'org_number', type: 'char', length: 9, unique: true })
  orgNumber: OrgNumber;

  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'text' })
  kind: ControllerKind;

  @Column({ name: 'agreement_from', type: 'date', nullable: true })
  agreementFrom: Day | null;

  @Column({ name: 'agreement_to', type: 'date', nullable: true })
  agreementTo: Day | null;

  @Column({ type: 'boolean' })
  active: boolean;
}
