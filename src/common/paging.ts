import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';

/** A cursor of a list. */
export const Cursor = (description?: string): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional(description === undefined ? {} : { description }),
    IsOptional(),
    IsString(),
    Length(1, 2000),
  );

/** How many of a list. */
export const Limit = (maximum: number, standard: number): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ minimum: 1, maximum, default: standard }),
    IsOptional(),
    IsInt(),
    Min(1),
    Max(maximum),
  );
