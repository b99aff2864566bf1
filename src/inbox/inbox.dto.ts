import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { Cursor, Limit } from '../common/paging.js';
import { UUID } from '../common/ids.js';

const PAGE = 500;

export class InboxQuery {
  @Cursor('A cursor that this list gave. Without it: only what is open')
  after?: string;

  @Limit(PAGE, 100)
  limit?: number;

  @ApiPropertyOptional({
    minimum: 0,
    maximum: 30,
    default: 0,
    description:
      'Seconds to wait where there is nothing; 32 of an agency may wait; one more is looked for once, and answered within two seconds',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(30)
  wait?: number;

  @ApiPropertyOptional({ type: [String], description: 'Keys of record types; notice for notices' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(30)
  @IsString({ each: true })
  @Length(1, 60, { each: true })
  type?: string[];
}

export class AcknowledgementDto {
  @Cursor('Acknowledge what was handed out at or below this cursor')
  through?: string;

  @ApiPropertyOptional({ type: [String], format: 'uuid', description: 'Acknowledge these transfers' })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(PAGE)
  @Matches(UUID, { each: true })
  transfers?: string[];
}

export const rejectionReasons = [
  'not-ours',
  'unknown-person',
  'wrong-content',
  'duplicate',
  'other',
] as const;

export class RejectionDto {
  @ApiProperty({ type: [String], format: 'uuid' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(PAGE)
  @Matches(UUID, { each: true })
  transfers: string[];

  @ApiProperty({ enum: rejectionReasons })
  @IsIn(rejectionReasons)
  reason: (typeof rejectionReasons)[number];
}

export class InboxPageDto {
  @ApiProperty({ type: [Object], description: 'CloudEvents 1.0' })
  events: object[];

  @ApiProperty()
  cursor: string;

  @ApiProperty()
  more: boolean;
}

export class AcknowledgedDto {
  @ApiPropertyOptional()
  acknowledged?: number;

  @ApiPropertyOptional()
  skipped?: number;

  @ApiPropertyOptional({ type: [Object], description: '{transferId, state, problem}' })
  results?: object[];
}

export class RejectedDto {
  @ApiProperty({ type: [Object], description: '{transferId, state, problem}' })
  results: object[];
}
