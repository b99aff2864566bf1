import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';
import { agencyKinds, type AgencyKind } from '../common/access.js';

export class AgencyQuery {
  @ApiPropertyOptional({ enum: agencyKinds })
  @IsOptional()
  @IsIn(agencyKinds)
  kind?: AgencyKind;

  @ApiPropertyOptional({ description: 'The cursor of the page before' })
  @IsOptional()
  @IsString()
  @Length(1, 2000)
  after?: string;

  @ApiPropertyOptional({ minimum: 1, maximum: 500, default: 100 })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(500)
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
