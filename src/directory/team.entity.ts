import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AgencyId } from '../common/ids.js';

/** An OT team: the OT unit that leads it and, in team_member, the agencies that sit in it. */
@Entity({ schema: 'stafett', name: 'team' })
export class TeamEntity {
  @PrimaryColumn({ type: 'uuid' })
  id: string;

  @Column({ type: 'char', length: 2 })
  county: string;

  @Column({ type: 'text' })
  code: string;

  @Column({ type: 'text' })
  name: string;

  @Column({ name: 'ot_agency_id', type: 'uuid' })
  otAgencyId: AgencyId;

  @Column({ type: 'boolean' })
  active: boolean;
}
