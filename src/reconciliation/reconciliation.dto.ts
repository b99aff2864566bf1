import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  IsIn,
  IsOptional,
  IsString,
  Length,
  Validate,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { Cursor, Limit } from '../common/paging.js';
import { looksLikeBirthNumber } from '../common/birth-number.js';
import { isDay, type Day } from '../common/days.js';

export const kinds = ['deliveries'] as const;
export type Kind = (typeof kinds)[number];
export const discrepancyStates = ['open', 'resolved'] as const;
/** What came of it. `settled` is the hub's own: it came right by itself. */
export const outcomes = [
  'delivered-otherwise',
  'taken-care-of',
  'no-longer-needed',
  'mistaken',
  'other',
] as const;

@ValidatorConstraint({ name: 'day' })
class IsDayThatExists implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return isDay(value);
  }
}

/** Far days are no use to anybody, and the calendar's arithmetic stops at the year 9999: a run as of then never ended. */
@ValidatorConstraint({ name: 'range' })
class IsDayOfThisAge implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return !isDay(value) || (value >= '2000-01-01' && value <= '2199-12-31');
  }
}

@ValidatorConstraint({ name: 'birth-number' })
class HasNoBirthNumber implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return typeof value === 'string' && !looksLikeBirthNumber(value);
  }
}

export class RunInput {
  @ApiProperty({ enum: kinds })
  @IsIn(kinds)
  kind: Kind;

  @ApiPropertyOptional({ format: 'date', description: 'As if at the end of this day. Not in production.' })
  @IsOptional()
  @Validate(IsDayThatExists)
  @Validate(IsDayOfThisAge)
  asOf?: Day;
}

export class RunDto {
  @ApiProperty({ format: 'uuid' })
  runId: string;

  @ApiProperty({ enum: kinds })
  kind: Kind;

  @ApiProperty({ format: 'date' })
  asOf: string;

  @ApiProperty({ format: 'date-time' })
  startedAt: string;

  @ApiProperty({ format: 'date-time' })
  finishedAt: string;

  @ApiProperty({ description: 'Records and transfers on which something is still to happen' })
  checked: number;

  @ApiProperty({ description: 'Discrepancies that this run found' })
  found: number;

  @ApiProperty({ description: 'Open ones that have come right since' })
  settled: number;
}

export class DiscrepanciesQuery {
  @ApiPropertyOptional({ enum: kinds })
  @IsOptional()
  @IsIn(kinds)
  kind?: string;

  @ApiPropertyOptional({ enum: discrepancyStates })
  @IsOptional()
  @IsIn(discrepancyStates)
  state?: string;

  @Cursor()
  after?: string;

  @Limit(500, 100)
  limit?: number;
}

export class ResolutionInput {
  @ApiProperty({ enum: outcomes })
  @IsIn(outcomes)
  outcome: (typeof outcomes)[number];

  @ApiProperty({
    description:
      'For colleagues, in one line. Never who the youth is: that stands nowhere outside the vault.',
  })
  @IsString()
  @Length(3, 300)
  @Validate(HasNoBirthNumber)
  reason: string;
}

export class DiscrepancyDto {
  @ApiProperty({ format: 'uuid' })
  discrepancyId: string;

  @ApiProperty({ format: 'uuid' })
  runId: string;

  @ApiProperty({ enum: kinds })
  kind: string;

  @ApiProperty({ enum: ['stuck', 'no-outcome', 'held-too-long', 'unacknowledged'] })
  code: string;

  @ApiProperty({ enum: discrepancyStates })
  state: string;

  @ApiProperty({ format: 'uuid' })
  recordId: string;

  @ApiProperty({ format: 'uuid', nullable: true, type: String })
  transferId: string | null;

  @ApiProperty({ description: 'The agency whose turn it is: urn:stafett:agency:<organisation number>' })
  owner: string;

  @ApiProperty({
    format: 'date',
    nullable: true,
    type: String,
    description: 'The day by which it should have happened',
  })
  dueOn: string | null;

  @ApiProperty({ format: 'date-time' })
  foundAt: string;

  @ApiProperty({ nullable: true, type: String, enum: [...outcomes, 'settled', null] })
  outcome: string | null;

  @ApiProperty({ nullable: true, type: String })
  reason: string | null;

  @ApiProperty({ nullable: true, type: String })
  resolvedBy: string | null;

  @ApiProperty({ format: 'date-time', nullable: true, type: String })
  resolvedAt: string | null;
}

export class DiscrepanciesDto {
  @ApiProperty({ type: [DiscrepancyDto] })
  items: DiscrepancyDto[];

  @ApiProperty({ nullable: true, type: String })
  cursor: string | null;

  @ApiProperty()
  more: boolean;
}
