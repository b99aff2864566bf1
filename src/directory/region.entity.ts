import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A part of a county. */
@Entity({ schema: 'stafett', name: 'region' })
export class RegionEntity {
  @PrimaryColumn({ type: 'uuid' })
  id: string;

  @Column({ type: 'char', length: 2 })
  county: string;

  @Column({ type: 'text' })
  code: string;

  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'boolean' })
  active: boolean;
}
