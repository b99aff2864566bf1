import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { Limit } from '../../common/paging.js';

export const MOST_CHECKPOINTS = 500;

export class CheckpointsQuery {
  @ApiPropertyOptional({ description: 'Only checkpoints of larger trees', minimum: 0, default: 0 })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  after?: number;

  @Limit(MOST_CHECKPOINTS, MOST_CHECKPOINTS)
  limit?: number;
}

export class CheckpointsDto {
  @ApiProperty({
    type: [String],
    description: 'Signed notes (C2SP tlog-checkpoint), the smallest tree first',
  })
  checkpoints: string[];

  @ApiProperty()
  more: boolean;
}
