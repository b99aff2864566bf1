import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length, Matches } from 'class-validator';
import { whereToGoOn, YouthQuestionDto } from './about-youth.dto.js';
import { Cursor, Limit } from '../common/paging.js';
import { UUID } from '../common/ids.js';
import { acts, type ActName } from './acts.js';
import { kinds, type Kind } from './questions/question.js';

const moment =
  /^\d{4}-\d{2}-\d{2}(T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d))?$/;
const MAX = 500;
export const DEFAULT_LIMIT = 100;

export const formats = ['csv', 'jsonl'] as const;
export type ExportFormat = (typeof formats)[number];

/** What auditors ask. All that is given must hold. */
export class QuestionQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @Matches(UUID)
  record?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @Matches(UUID)
  transfer?: string;

  @ApiPropertyOptional({ description: 'Organisation number of either side' })
  @IsOptional()
  @Matches(/^(urn:stafett:agency:)?\d{9}$/)
  agency?: string;

  @ApiPropertyOptional({ enum: acts })
  @IsOptional()
  @IsIn(acts)
  act?: ActName;

  @ApiPropertyOptional({ description: 'Who acted for an agency, as entries tell it' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  person?: string;

  @ApiPropertyOptional({
    enum: kinds,
    description: 'refusals: what the hub said no to; reads-by-people: what was shown to a person',
  })
  @IsOptional()
  @IsIn(kinds)
  kind?: Kind;

  @ApiPropertyOptional({ description: 'First moment, RFC 3339 or a day (UTC)' })
  @IsOptional()
  @Matches(moment)
  from?: string;

  @ApiPropertyOptional({ description: 'Last moment; a day counts whole (UTC)' })
  @IsOptional()
  @Matches(moment)
  to?: string;
}

export class EntriesQuery extends QuestionQuery {
  @Cursor()
  after?: string;

  @Limit(MAX, DEFAULT_LIMIT)
  limit?: number;
}

export class ExportQuery extends QuestionQuery {
  @ApiPropertyOptional({ enum: formats, default: 'csv' })
  @IsOptional()
  @IsIn(formats)
  format?: ExportFormat;
}

export class SearchDto extends YouthQuestionDto {
  @Limit(MAX, DEFAULT_LIMIT)
  limit?: number;
}

export class StaffSearchDto {
  @Cursor()
  after?: string;

  @ApiProperty({
    minLength: 1,
    maxLength: 200,
    description:
      'The person, exactly as the own controller’s systems name them to the hub; never in an address. The log has a keyed hash of it.',
  })
  @IsString()
  @Length(1, 200)
  person: string;

  @ApiProperty({ description: 'Why it is asked; it stands in the log, so it must not name the person' })
  @IsString()
  @Length(3, 300)
  reason: string;

  @Limit(MAX, DEFAULT_LIMIT)
  limit?: number;
}

export class EntryDto {
  @ApiProperty({ format: 'uuid' })
  entryId: string;

  @ApiProperty({ enum: acts })
  act: ActName;

  @ApiProperty({ format: 'date-time' })
  at: string;

  @ApiProperty({ nullable: true, type: String, description: 'Organisation number of who acted' })
  agency: string | null;

  @ApiProperty({ nullable: true, type: String, description: 'Organisation number of the other side' })
  otherAgency: string | null;

  @ApiProperty({ nullable: true, type: String })
  recordType: string | null;

  @ApiProperty({ nullable: true, type: String })
  recordId: string | null;

  @ApiProperty({ nullable: true, type: String })
  transferId: string | null;

  @ApiProperty({ nullable: true, type: String })
  consentId: string | null;

  @ApiProperty({ nullable: true, type: String })
  person: string | null;

  @ApiProperty({ type: Object })
  detail: object;

  @ApiProperty({
    nullable: true,
    type: Boolean,
    description:
      'Whether all this is what the log committed to; null where the key is gone, and nobody can tell',
  })
  verified: boolean | null;

  @ApiProperty({
    nullable: true,
    type: Number,
    description: 'Its place in the log; null as long as it waits for one',
  })
  leafIndex: number | null;

  @ApiProperty({ description: 'Where its proof is, once it has its place' })
  proof: string;
}

export class EntriesDto {
  @ApiProperty({ type: [EntryDto] })
  items: EntryDto[];

  @ApiProperty({ nullable: true, type: String, description: whereToGoOn })
  cursor: string | null;

  @ApiProperty()
  more: boolean;
}

export class StaffEntriesDto extends EntriesDto {
  @ApiProperty({
    nullable: true,
    type: String,
    description:
      'The last month (YYYY-MM, UTC) whose key of staff ids was destroyed: what the person did until its end cannot be found any more, by anyone',
  })
  destroyedThrough: string | null;
}
