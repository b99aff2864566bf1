import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length, Matches } from 'class-validator';
import { Cursor } from '../common/paging.js';

/** Said of each list of entries. */
export const whereToGoOn =
  'Where to go on. At the end of the list (`more` is false) it stands 60 seconds back, because an act that began earlier may be committed later: whoever goes on from it gets the entries of these seconds again, and what came between them. An entry that comes twice has the same `entryId` and says the same.';

/** What is asked about one youth. */
export class YouthQuestionDto {
  @Cursor()
  after?: string;

  @ApiProperty({ description: 'Birth number or D-number; never in an address' })
  @Matches(/^\d{11}$/)
  nationalId: string;

  @ApiProperty({ description: 'Why it is asked; it stands in the log' })
  @IsString()
  @Length(3, 300)
  reason: string;
}
