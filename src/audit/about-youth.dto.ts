import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';

/** A cursor. */
export const After = (): PropertyDecorator =>
  applyDecorators(ApiPropertyOptional(), IsOptional(), IsString(), Length(1, 2000));

/** Said of each list of entries. */
export const whereToGoOn =
  'Where to go on. At the end of the list (`more` is false) it stands 60 seconds back, because an act that began earlier may be committed later: whoever goes on from it gets the entries of these seconds again, and what came between them. An entry that comes twice has the same `entryId` and says the same.';

/** How many of a list. */
export const Limit = (maximum: number, standard: number): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ minimum: 1, maximum, default: standard }),
    IsOptional(),
    IsInt(),
    Min(1),
    Max(maximum),
  );

/** What is asked about one youth. */
export class YouthQuestionDto {
  @After()
  after?: string;

  @ApiProperty({ description: 'Birth number or D-number; never in an address' })
  @Matches(/^\d{11}$/)
  nationalId: string;

  @ApiProperty({ description: 'Why it is asked; it stands in the log' })
  @IsString()
  @Length(3, 300)
  reason: string;
}
