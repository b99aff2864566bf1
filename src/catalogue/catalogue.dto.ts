import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { agencyKinds, type AgencyKind } from '../common/access.js';
import { dataCategories, type DataCategory } from './data-categories.js';
import { views, type View } from './json-schema.js';
import { languages, type Language } from './texts.js';

/** The query of the list of record types. */
export class RecordTypesQuery {
  @ApiPropertyOptional({ enum: languages, default: 'en' })
  @IsOptional()
  @IsIn(languages)
  lang?: Language;
}

/** The query of a record type's schema. */
export class SchemaQuery extends RecordTypesQuery {
  @ApiPropertyOptional({ enum: views, default: 'sent' })
  @IsOptional()
  @IsIn(views)
  view?: View;
}

export class LawView {
  @ApiProperty({ example: 'OPPL2023_9_4' })
  code: string;

  @ApiProperty({ example: 'opplæringslova § 9-4' })
  paragraph: string;

  @ApiPropertyOptional({ description: 'What counsel must confirm' })
  counsel?: string;
}

export class ConfidentialityView {
  @ApiProperty({ enum: ['none-needed', 'exception', 'order', 'release'] })
  by: 'none-needed' | 'exception' | 'order' | 'release';

  @ApiProperty({ type: LawView })
  law: LawView;
}

export class SpecialCategoryView {
  @ApiProperty({ enum: ['none', 'special'] })
  is: 'none' | 'special';

  @ApiPropertyOptional({ type: LawView })
  law?: LawView;
}

/** The four answers by which one category of data may travel a route today. */
export class GroundView {
  @ApiProperty({ enum: dataCategories })
  category: DataCategory;

  @ApiProperty({ description: 'The category in words, in the language asked for' })
  title: string;

  @ApiProperty({ type: LawView, description: 'On what the sender processes it: GDPR art. 6(1)(e) and this' })
  sender: LawView;

  @ApiProperty({ type: LawView, description: 'On what the recipient processes it' })
  recipient: LawView;

  @ApiProperty({ type: ConfidentialityView, description: 'What lifts confidentiality' })
  confidentiality: ConfidentialityView;

  @ApiProperty({
    type: SpecialCategoryView,
    description: 'Whether GDPR art. 9 holds, and what then allows it',
  })
  special: SpecialCategoryView;

  @ApiProperty({ format: 'date' })
  validFrom: string;

  @ApiProperty({ format: 'date', nullable: true, type: String })
  validTo: string | null;
}

export class RouteView {
  @ApiProperty({ enum: agencyKinds, isArray: true })
  from: AgencyKind[];

  @ApiProperty({ enum: agencyKinds, isArray: true })
  to: AgencyKind[];

  @ApiProperty({
    enum: ['same', 'other', 'any'],
    description: 'Whether both ends must answer to the same legal person',
  })
  controllers: 'same' | 'other' | 'any';

  @ApiProperty({ enum: ['same', 'other', 'any'] })
  counties: 'same' | 'other' | 'any';

  @ApiProperty({
    enum: ['by-residence', 'to-asker', 'by-name'],
    description: 'Who gets it when the event names no recipient; by-name: no one',
  })
  addressed: 'by-residence' | 'to-asker' | 'by-name';

  @ApiProperty({ description: 'Only the state part of Nav may send' })
  statePartOnly: boolean;

  @ApiProperty({ description: 'A person looks before it goes' })
  manual: boolean;

  @ApiProperty({ type: [GroundView], description: 'A category that is not here is withheld on this route' })
  grounds: GroundView[];
}

export class RecordTypeView {
  @ApiProperty({ example: 'referral' })
  key: string;

  @ApiProperty({ example: 1 })
  version: number;

  @ApiProperty({ example: 'no.stafett.referral.v1' })
  eventType: string;

  @ApiProperty()
  title: string;

  @ApiProperty()
  help: string;

  @ApiProperty({ enum: ['youth', 'group'] })
  about: 'youth' | 'group';

  @ApiProperty({ enum: dataCategories, isArray: true, description: 'Without these there is no transfer' })
  essential: DataCategory[];

  @ApiProperty({ description: 'Days that the hub keeps the body after hand-over' })
  retentionDays: number;

  @ApiProperty({
    nullable: true,
    type: String,
    example: '11-01',
    description: 'A day of the year (MM-DD) that ends the keeping, where it comes before those days are out',
  })
  retentionEndsOn: string | null;

  @ApiProperty({ type: [String], description: 'The types that this one answers' })
  answers: string[];

  @ApiProperty({ example: '/v1/record-types/referral/schema' })
  schema: string;

  @ApiProperty({ type: [RouteView] })
  routes: RouteView[];
}

export class RecordTypeList {
  @ApiProperty({ type: [RecordTypeView] })
  items: RecordTypeView[];

  @ApiProperty({ nullable: true, type: String, description: 'Always null: the list is whole' })
  cursor: null;

  @ApiProperty({ enum: [false] })
  more: false;
}
