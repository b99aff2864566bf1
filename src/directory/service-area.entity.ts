import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AgencyId } from '../common/ids.js';
import type { ServiceKind } from './directory.js';

/** Which unit serves those who live in a municipality. */
@Entity({ schema: 'stafett', name: 'service_area' })
export class ServiceAreaEntity {
  @PrimaryColumn({ type: 'char', length: 4 })
  municipality: string;

  @PrimaryColumn({ type: 'text' })
  kind: ServiceKind;

  @Column({ name: 'agency_id', type: 'uuid' })
  agencyId: AgencyId;

  @Column({ type: 'char', length: 2 })
  county: string;
}
