import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';

export const MOST_CHECKPOINTS = 500;

export class CheckpointsQuery {
  @ApiPropertyOptional({ description: 'Only checkpoints of larger trees', minimum: 0, default: 0 })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  after?: number;

  @ApiPropertyOptional({ minimum: 1, maximum: MOST_CHECKPOINTS, default: MOST_CHECKPOINTS })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MOST_CHECKPOINTS)
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
