import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsDefined,
  IsIn,
  IsOptional,
  IsString,
  Length,
  Matches,
  ValidateNested,
} from 'class-validator';
import { dataCategories, type DataCategory } from '../catalogue/data-categories.js';

const organisation = /^(urn:stafett:agency:)?\d{9}$/;
const dayShape = /^\d{4}-\d{2}-\d{2}$/;
/** It stands in the audit log as it is, so it has no room for a birth number: fewer than six digits. */
const codeShape = /^(?!(?:\D*\d){6})[a-z][a-z0-9-]{1,39}$/;

/** Who may say yes or no: the youth, one with parental responsibility, an appointed guardian, child welfare (domain.md 10). */
export const signerRoles = ['youth', 'guardian', 'parent', 'appointed-guardian', 'child-welfare'] as const;

/** The youth that the release is about. The birth number stands here and nowhere else. */
export class ConsentYouthDto {
  @ApiProperty({ description: 'Birth number or D-number, 11 digits' })
  @Matches(/^\d{11}$/)
  nationalId: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @Length(1, 100)
  givenName?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @Length(1, 100)
  familyName?: string;

  @ApiPropertyOptional({ format: 'date' })
  @IsOptional()
  @Matches(dayShape)
  birthDate?: string;

  @ApiPropertyOptional({ description: 'Municipality number, 4 digits' })
  @IsOptional()
  @Matches(/^\d{4}$/)
  homeMunicipality?: string;
}

export class SignerDto {
  @ApiProperty({ enum: signerRoles })
  @IsIn(signerRoles)
  role: (typeof signerRoles)[number];

  @ApiProperty({
    description: 'How the yes was given: a code in lower case, such as id-porten, paper, in-person, phone',
  })
  @Matches(codeShape)
  how: string;

  @ApiProperty({ description: 'When: a day, or an RFC 3339 time' })
  @Matches(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2}))?$/)
  at: string;

  @ApiPropertyOptional({
    description: "Where the proof lies in the agency's own archive; never a birth number or a name",
  })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  reference?: string;
}

export class GiveConsentDto {
  @ApiProperty({ type: ConsentYouthDto })
  @IsDefined()
  @ValidateNested()
  @Type(() => ConsentYouthDto)
  youth: ConsentYouthDto;

  @ApiProperty({
    description: 'Organisation number of the disclosing agency, or of its controller for all its agencies',
  })
  @Matches(organisation)
  from: string;

  @ApiProperty({
    description: 'Organisation number of the receiving agency, or of its controller for all its agencies',
  })
  @Matches(organisation)
  to: string;

  @ApiProperty({ type: [String], description: 'Keys of record types' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(30)
  @ArrayUnique()
  @Matches(codeShape, { each: true })
  recordTypes: string[];

  @ApiProperty({ enum: dataCategories, isArray: true })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(dataCategories.length)
  @ArrayUnique()
  @IsIn(dataCategories, { each: true })
  categories: DataCategory[];

  @ApiProperty({ description: 'What it is for, in the words that the youth has seen' })
  @IsString()
  @Length(1, 300)
  purpose: string;

  @ApiProperty({ format: 'date', description: 'Last day it holds' })
  @Matches(dayShape)
  validUntil: string;

  @ApiProperty({ type: [SignerDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(5)
  @ValidateNested({ each: true })
  @Type(() => SignerDto)
  signers: SignerDto[];
}

export class WithdrawConsentDto {
  @ApiProperty({ enum: signerRoles, description: 'Who takes it back' })
  @IsIn(signerRoles)
  by: (typeof signerRoles)[number];

  @ApiProperty({ description: 'How: a code in lower case, such as phone' })
  @Matches(codeShape)
  how: string;
}

export class ConsentReceiptDto {
  @ApiProperty({ format: 'uuid' })
  consentId: string;

  @ApiProperty({ enum: ['given', 'withdrawn', 'expired'] })
  state: 'given' | 'withdrawn' | 'expired';
}

export class ConsentViewDto extends ConsentReceiptDto {
  @ApiProperty()
  from: string;

  @ApiProperty()
  to: string;

  @ApiProperty({ type: [String] })
  recordTypes: string[];

  @ApiProperty({ type: [String] })
  categories: string[];

  @ApiProperty()
  purpose: string;

  @ApiProperty({ format: 'date' })
  validUntil: string;

  @ApiProperty({ type: [SignerDto] })
  signers: SignerDto[];

  @ApiProperty()
  registeredBy: string;

  @ApiProperty({ format: 'date-time' })
  registeredAt: string;

  @ApiProperty({ format: 'date-time', nullable: true, type: String })
  withdrawnAt: string | null;
}
