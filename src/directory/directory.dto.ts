import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { Cursor, Limit } from '../common/paging.js';
import { agencyKinds, type AgencyKind } from '../common/access.js';

export class AgencyQuery {
  @ApiPropertyOptional({ enum: agencyKinds })
  @IsOptional()
  @IsIn(agencyKinds)
  kind?: AgencyKind;

  @Cursor('The cursor of the page before')
  after?: string;

  @Limit(500, 100)
  limit?: number;
}

/** An agency as others see it. */
export class AgencyView {
  @ApiProperty({ pattern: '^\\d{9}$', example: '310100013' })
  orgNumber: string;

  @ApiProperty({ enum: agencyKinds })
  kind: AgencyKind;

  @ApiProperty()
  name: string;

  @ApiProperty({ pattern: '^\\d{2}$', description: 'County number' })
  county: string;

  @ApiProperty({
    type: String,
    pattern: '^\\d{4}$',
    nullable: true,
    description: 'Municipality number; null for a county agency without one',
  })
  municipality: string | null;

  @ApiProperty()
  active: boolean;
}

export class AgencyList {
  @ApiProperty({ type: [AgencyView] })
  items: AgencyView[];

  @ApiProperty({ description: 'Give it as `after` to go on from here' })
  cursor: string;

  @ApiProperty()
  more: boolean;
}

/** How many controllers, regions, agencies, teams and service areas a load added, changed and so on. */
export class DirectoryCounts {
  @ApiProperty()
  added: number;

  @ApiProperty()
  changed: number;

  @ApiProperty({ description: 'Left out of the file. They keep their rows, and come back under the same id' })
  deactivated: number;

  @ApiProperty()
  reactivated: number;

  @ApiProperty({ description: 'Service areas of municipalities that are no longer in the file' })
  removed: number;
}
