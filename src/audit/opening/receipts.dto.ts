import { ApiProperty } from '@nestjs/swagger';
import { whereToGoOn, YouthQuestionDto } from '../about-youth.dto.js';
import { Limit } from '../../common/paging.js';
import { acts, type ActName } from '../acts.js';

/** Proofs are some kilobytes each. */
export const MOST_RECEIPTS = 200;

export class DisclosuresDto extends YouthQuestionDto {
  @Limit(MOST_RECEIPTS, MOST_RECEIPTS)
  limit?: number;
}

export class ReceiptDto {
  @ApiProperty({ format: 'uuid' })
  entryId: string;

  @ApiProperty({ enum: acts })
  act: ActName;

  @ApiProperty({ format: 'date-time' })
  at: string;

  @ApiProperty({ description: 'The leaf, whose bytes the proof is about' })
  leaf: string;

  @ApiProperty({
    nullable: true,
    type: String,
    description:
      'base64url; SHA-256 of salt and `told` is the leaf’s commitment. Null where the youth’s key is gone',
  })
  salt: string | null;

  @ApiProperty({ description: 'What the leaf commits to: canonical JSON (RFC 8785), as it was hashed' })
  told: string;

  @ApiProperty({
    nullable: true,
    type: String,
    description: 'C2SP tlog-proof; null as long as no checkpoint covers it',
  })
  proof: string | null;
}

export class NamedAgencyDto {
  @ApiProperty({ format: 'uuid', description: 'As `told` names it' })
  id: string;

  @ApiProperty()
  orgNumber: string;

  @ApiProperty()
  name: string;
}

export class ReceiptsDto {
  @ApiProperty({
    description: 'The log’s verifier key; compare it with the one that was handed over by other means',
  })
  key: string;

  @ApiProperty({ type: [ReceiptDto] })
  receipts: ReceiptDto[];

  @ApiProperty({ type: [NamedAgencyDto], description: 'Who the agencies in `told` are, as the hub has it' })
  agencies: NamedAgencyDto[];
}

export class DisclosureProofsDto extends ReceiptsDto {
  @ApiProperty({ nullable: true, type: String, description: whereToGoOn })
  cursor: string | null;

  @ApiProperty()
  more: boolean;
}
