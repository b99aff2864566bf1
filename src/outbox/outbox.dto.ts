import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { Cursor, Limit } from '../common/paging.js';

export const recordStates = ['received', 'dispatched', 'refused', 'retracted'] as const;
export const transferStates = [
  'held',
  'available',
  'collected',
  'acknowledged',
  'rejected',
  'withdrawn',
  'expired',
] as const;
const states = [...recordStates, ...transferStates] as const;

export class OutboxQuery {
  @ApiPropertyOptional({
    enum: states,
    description: 'Records in this state, or with a transfer in this state',
  })
  @IsOptional()
  @IsIn(states)
  state?: string;

  @Cursor()
  after?: string;

  @Limit(500, 100)
  limit?: number;
}

export class HoldDto {
  @ApiProperty({ enum: ['consent-missing', 'manual-handling'] })
  reason: string;

  @ApiProperty({
    enum: ['consent', 'handler'],
    description: 'What ends the hold: a release that covers it, or a person who handles it',
  })
  endsWith: string;

  @ApiProperty({ format: 'date-time', description: 'When it expires if nothing ends it' })
  until: string;
}

export class TransferViewDto {
  @ApiProperty({ format: 'uuid' })
  transferId: string;

  @ApiProperty({ description: 'urn:stafett:agency:<organisation number>' })
  recipient: string;

  @ApiProperty({ enum: transferStates })
  state: string;

  @ApiPropertyOptional({ type: HoldDto })
  hold?: HoldDto;

  @ApiProperty({ description: 'Data categories that do not travel, parted by one space' })
  withheld: string;

  @ApiProperty({ description: 'Codes of the reasons in law, parted by one space' })
  ground: string;

  @ApiProperty({ format: 'date-time' })
  at: string;

  @ApiPropertyOptional({ description: 'Why it was rejected, withdrawn or expired' })
  reason?: string;
}

export class RecordViewDto {
  @ApiProperty({ format: 'uuid' })
  recordId: string;

  @ApiProperty()
  eventId: string;

  @ApiProperty({ description: 'no.stafett.<record-type>.v1' })
  type: string;

  @ApiProperty({ enum: recordStates })
  state: string;

  @ApiProperty({ format: 'date-time' })
  acceptedAt: string;

  @ApiPropertyOptional({ description: 'Why it was refused, or went to no one' })
  reason?: string;

  @ApiProperty({ type: [TransferViewDto] })
  transfers: TransferViewDto[];
}

export class OutboxPageDto {
  @ApiProperty({ type: [RecordViewDto] })
  items: RecordViewDto[];

  @ApiProperty({ nullable: true, type: String })
  cursor: string | null;

  @ApiProperty()
  more: boolean;
}
