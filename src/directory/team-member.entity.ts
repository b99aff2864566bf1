import { Entity, PrimaryColumn } from 'typeorm';
import type { AgencyId } from '../common/ids.js';

/** An agency that sits in an OT team. */
@Entity({ schema: 'stafett', name: 'team_member' })
export class TeamMemberEntity {
  @PrimaryColumn({ name: 'team_id', type: 'uuid' })
  teamId: string;

  @PrimaryColumn({ name: 'agency_id', type: 'uuid' })
  agencyId: AgencyId;
}
